/* SPDX-License-Identifier: BSD-2-Clause */
/* fdcalls.h - what each system call does to descriptors and to the current folder */
#ifndef COLDPROF_FDCALLS_H
#define COLDPROF_FDCALLS_H

#include "call.h"
#include "event.h"
#include "fdtable.h"
#include "process.h"
#include "recording.h"

/* What the first process starts with: its standard descriptors, and |cwd| (NULL: unknown). */
int fdcalls_begin(struct fdtable *table, uint32_t root, const char *cwd);

/* For every record but system calls, after processes_event. 0 or -ENOMEM. */
int fdcalls_event(struct fdtable *table, const struct processes *processes,
		  const struct event *event);

/* For every system call, after the models have looked at it. 0 or -ENOMEM. */
int fdcalls_call(struct fdtable *table, const struct recording *recording, const struct call *call);

#endif

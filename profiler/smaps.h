/* SPDX-License-Identifier: BSD-2-Clause */
/* smaps.h - the memory of a live process by kind of mapping, from /proc/PID/smaps */
#ifndef COLDPROF_SMAPS_H
#define COLDPROF_SMAPS_H

#include <sys/types.h>

#include "event.h"
#include "recording.h"

/*
 * Reads the smaps of |pid| and adds one EVENT_SMAPS for each kind of mapping that it has.
 * |runtime_paths| (ended by NULL) are the files that count as the runtime's own. 0 or -errno:
 * -ESRCH and -ENOENT where the process has gone, -EACCES; nothing printed.
 */
int smaps_read(pid_t pid, enum event_memory_mark mark, const char *const *runtime_paths,
	       struct recording *recording);

#endif

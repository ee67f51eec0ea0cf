/* SPDX-License-Identifier: BSD-2-Clause */
/* call.h - a system call's record, with what every model asks about it first */
#ifndef COLDPROF_CALL_H
#define COLDPROF_CALL_H

#include <stdint.h>

#include "event.h"

struct call {
	const struct event_syscall *record;
	uint32_t number;  /* in the machine's own table, or EVENT_NO_CALL where that has none */
	uint32_t process; /* index in struct processes */
	uint32_t thread;
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched.h - what each thread did at each instant: on a CPU, waiting for one, or blocked, and on
 * what
 *
 * A system call's record comes when it returns, after the switches inside it: what a thread waited
 * for is known only then. Until it comes the waits are kept as sums, so memory grows with threads
 * and phases, not with switches.
 */
#ifndef COLDPROF_SCHED_H
#define COLDPROF_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "fdtable.h"
#include "usage.h"
#include "vec.h"

struct sched_open;

struct sched_thread {
	uint8_t state; /* enum in sched.c; zero: not begun */
	bool exiting;
	uint64_t since_ns; /* all before is in the ledger or in |open| */
	uint64_t exit_ns;
	uint32_t number; /* blocked: of the system call, or EVENT_NO_CALL */
	uint32_t wait;	 /* blocked: enum event_state */
	uint32_t flags;
	struct sched_open *open; /* a system call with a switch in it; NULL: none */
};

/* Zeroed memory but for the pointers is ready for use. */
struct sched {
	const struct facts *facts;
	const struct processes *processes;
	const struct fdtable *table;
	struct usage_ledger *ledger;
	VEC(struct sched_thread) threads; /* by thread */
};

void sched_release(struct sched *sched);
/* For every record but system calls. 0 or -ENOMEM. */
int sched_event(struct sched *sched, const struct event *event);
/* For every system call, before fdcalls_call. 0 or -ENOMEM. */
int sched_call(struct sched *sched, const struct call *call);
/* After the last record: what is still open lasts until then. */
void sched_finish(struct sched *sched);

#endif

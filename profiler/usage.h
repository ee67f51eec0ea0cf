/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage.h - how processes, threads and the chain spent their time, by phase: the ledger
 *
 * sched.c enters spans of time, faults.c page faults. What lies outside the start (before t0, after
 * its end) is not counted. For each thread, spans come in order and do not overlap.
 */
#ifndef COLDPROF_USAGE_H
#define COLDPROF_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "chain.h"
#include "classify.h"
#include "modules.h"
#include "process.h"
#include "result.h"
#include "timeline.h"
#include "vec.h"

enum usage_kind {
	USAGE_USER = 0,	    /* on a CPU, outside system calls */
	USAGE_CALL = 1,	    /* on a CPU, inside one */
	USAGE_RUNQUEUE = 2, /* runnable, waiting for a CPU */
	USAGE_BLOCKED = 3,  /* + enum classify_blocked */
	USAGE_KINDS = USAGE_BLOCKED + BLOCKED_KINDS,
};

struct usage {
	uint64_t time_ns[USAGE_KINDS];
	uint64_t minor_faults, major_faults, cow_faults;
	uint64_t voluntary_switches, involuntary_switches;
};

/* By phase of the timeline. */
struct usage_phases {
	struct usage phases[TIMELINE_PHASES];
};

/* Open data; zeroed memory but for the pointers is empty. */
struct usage_ledger {
	const struct processes *processes;
	const struct chain *chain;
	const struct timeline *timeline;
	struct modules *modules; /* where CPU time and faults are counted too; NULL: nowhere */
	VEC(struct usage_phases) by_process;
	VEC(struct usage) by_thread;
	VEC(struct usage_phases) by_link; /* of the chain: its processes' main threads */
};

/* Makes room for all processes and threads. 0 or -ENOMEM. */
int usage_begin(struct usage_ledger *ledger);
void usage_release(struct usage_ledger *ledger);

/* A part of a span that lies in one phase, and on the chain or not. */
struct usage_piece {
	uint32_t thread;
	size_t phase;
	uint32_t link; /* of the chain, or USAGE_OFF_CHAIN */
	uint64_t length_ns;
};
#define USAGE_OFF_CHAIN UINT32_MAX

/*
 * Cuts the next piece off [*from_ns, to_ns): false when nothing is left.
 * while (usage_cut(ledger, thread, &from_ns, to_ns, &piece)) ...
 */
bool usage_cut(const struct usage_ledger *ledger, uint32_t thread, uint64_t *from_ns,
	       uint64_t to_ns, struct usage_piece *piece);

void usage_add_piece(struct usage_ledger *ledger, const struct usage_piece *piece,
		     enum usage_kind kind);
/* All pieces of a span. */
void usage_add(struct usage_ledger *ledger, uint32_t thread, uint64_t from_ns, uint64_t to_ns,
	       enum usage_kind kind);

/* Faults of a thread at a moment. */
struct usage_faults {
	uint64_t minor, major, cow;
};
void usage_add_faults(struct usage_ledger *ledger, uint32_t thread, uint64_t time_ns,
		      const struct usage_faults *faults);

void usage_add_switch(struct usage_ledger *ledger, uint32_t thread, uint64_t time_ns,
		      bool voluntary);

/* The sum over all phases. */
struct usage usage_total(const struct usage_phases *phases);

/*
 * As a result, whose on_cpu, runqueue and blocked times add up. |fault_ns| is the kernel's share of
 * the CPU time for each of the faults, in 2^-16 ns (cpu.h); system time never exceeds that on CPU.
 */
void usage_result(const struct usage *usage, uint64_t fault_ns16, struct result_time *out);

#endif

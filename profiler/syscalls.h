/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syscalls.h - system calls by name: how many returned what, and how long they took, by phase
 *
 * A call counts in the phase in which it returned; its time is in the phases in which it passed.
 * What returned after the end of the start, or never, is unfinished; what began after it is not
 * counted. A call that seccomp denied has returned too.
 */
#ifndef COLDPROF_SYSCALLS_H
#define COLDPROF_SYSCALLS_H

#include <stdint.h>

#include "call.h"
#include "map.h"
#include "result.h"
#include "timeline.h"
#include "vec.h"

#define SYSCALLS_HISTOGRAM 64
#define SYSCALLS_NATIVE	   512

struct syscalls_error {
	int64_t result;
	uint64_t count;
};

struct syscalls_call {
	uint32_t number; /* in the table of |abi| */
	uint16_t abi;
	uint64_t count, unfinished, denied, errors, zeros;
	uint64_t time_ns;
	VEC(struct syscalls_error) by_error;
	uint64_t histogram[SYSCALLS_HISTOGRAM]; /* [i]: 2^i to 2^(i+1) ns */
	uint64_t phase_count[TIMELINE_PHASES], phase_ns[TIMELINE_PHASES];
};

struct syscalls_process {
	uint64_t count, unfinished, errors;
};

/* Open data; zeroed memory but for the pointer is ready for use. */
struct syscalls {
	const struct timeline *timeline;
	VEC(struct syscalls_call) calls;
	struct map indices;		  /* abi and number -> index */
	uint32_t native[SYSCALLS_NATIVE]; /* the same for most, + 1; 0: not there yet */
	VEC(struct syscalls_process) by_process;
	uint64_t count, errors, denied, compat; /* compat: of another table than the machine's */
	uint64_t phase_count[TIMELINE_PHASES], phase_ns[TIMELINE_PHASES];
};

void syscalls_release(struct syscalls *syscalls);
/* For every system call. 0 or -ENOMEM. */
int syscalls_call(struct syscalls *syscalls, const struct call *call);
/* Adds every distinct call to the sample, most frequent first. 0 or -ENOMEM. */
int syscalls_result(const struct syscalls *syscalls, struct result_sample *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* uring.h - io_uring requests by process and opcode: work that no system call shows */
#ifndef COLDPROF_URING_H
#define COLDPROF_URING_H

#include <stdint.h>

#include "event.h"
#include "process.h"
#include "result.h"
#include "timeline.h"
#include "vec.h"

#define URING_OPCODES 256

struct uring_process {
	uint64_t *counts; /* by opcode; NULL: none */
};

/* Open data; zeroed memory but for the pointers is ready for use. */
struct uring {
	const struct processes *processes;
	const struct timeline *timeline;
	VEC(struct uring_process) by_process;
	uint64_t count;
};

void uring_release(struct uring *uring);
/* For every record; what comes after the start is not counted. 0 or -ENOMEM. */
int uring_event(struct uring *uring, const struct event *event);
/* Adds a process's requests: {"openat": 3, ...}. 0 or -ENOMEM. */
int uring_result(const struct uring *uring, uint32_t process, result_values *out);

#endif

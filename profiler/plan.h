/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h - which start comes when: interleaved, in a random order that a seed repeats */
#ifndef COLDPROF_PLAN_H
#define COLDPROF_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vec.h"

struct plan_start {
	size_t target; /* index of what is started */
	bool warmup;   /* discarded */
	size_t session;
};

struct plan_shape {
	size_t targets, warmup, repeat;
	size_t sessions; /* 0: one */
};

/* Zeroed memory is an empty plan. */
struct plan {
	VEC(struct plan_start) starts;
};

/*
 * In each session |warmup| rounds and then |repeat| rounds. A round starts each of |targets| once,
 * in an order shuffled anew (Fisher-Yates): drift of the machine then falls on all of them alike. 0
 * or -ENOMEM.
 */
int plan_make(struct plan *plan, const struct plan_shape *shape, uint64_t seed);
void plan_release(struct plan *plan);

#endif

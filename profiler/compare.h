/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.h - two reports in, what became worse, better or stayed the same out */
#ifndef COLDPROF_COMPARE_H
#define COLDPROF_COMPARE_H

#include "compare_policy.h"
#include "comparison.h"

/*
 * Pairs the workloads by name (several of one name in their order; the two of one run of two sides
 * are a pair) and compares each pair; |out| is
 * overwritten and released by the caller. The files' names are |out|'s to be set. 0, -ENOENT where
 * no workload is in both (printed), or -ENOMEM (printed) with |out| released.
 */
int compare(const struct result *base, const struct result *new,
	    const struct compare_policy *policy, struct comparison *out);

/* The verdicts of workloads and of all of it, from those of the metrics. 0 or -ENOMEM. */
int compare_conclude(struct comparison *comparison);

/* Whether the answer is no: something regressed, or, where that is strict, can't be told. */
bool compare_fails(const struct comparison *comparison);

/* How many gated metrics are neither regressed nor improved nor unchanged. */
size_t compare_undecided(const struct comparison *comparison);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_decide.h - what each metric's values say, and the verdicts of all of them together */
#ifndef COLDPROF_COMPARE_DECIDE_H
#define COLDPROF_COMPARE_DECIDE_H

#include "compare_noise.h"
#include "compare_policy.h"
#include "compare_series.h"
#include "comparison.h"

/* Fewer starts a side can't show that a count never varies. */
#define COMPARE_CONSTANT_STARTS 3

/* The reason of a time that can't be told since nobody knows how far the machine drifts. */
#define COMPARE_DRIFT "measured at different times"

/* What the metrics of one workload are decided by. */
struct compare_terms {
	const struct compare_policy *policy;
	unsigned groups; /* that can't be gated: enum compare_group */
	bool drift;	 /* times of both sides are of different hours */
	const struct compare_noise *noise;
	const struct result_workload *calibrated; /* of |noise|; NULL: its drift is not known */
	/* by how many more calls memory is asked for in the new one, where neither side varies */
	double memory_calls;
	struct stats_rank *rank;
};

/* That number. */
double compare_memory_calls(const compare_series_list *list);

/*
 * Fills |out| from |series|: estimates, and either the verdict (a constant count, what is not
 * gated, what can't be told at all) or the raw p of the three tests, with decided_by "rank" and no
 * verdict yet. 0 or -ENOMEM.
 */
int compare_measure(const struct compare_terms *terms, const struct compare_series *series,
		    struct comparison_metric *out);

/*
 * Corrects all raw p of the comparison together, gives the metrics their verdicts and fills what
 * the comparison says of its tests. Wrong in one direction or the other with at most the policy's
 * level: each direction has half of it. 0 or -ENOMEM.
 */
int compare_decide(const struct compare_policy *policy, struct comparison *comparison);

#endif

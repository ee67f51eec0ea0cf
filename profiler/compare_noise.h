/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_noise.h - how far times of two sessions lie apart though nothing changed, if that is
 * known */
#ifndef COLDPROF_COMPARE_NOISE_H
#define COLDPROF_COMPARE_NOISE_H

#include "compare_policy.h"
#include "comparison.h"

/* Zeroed memory: nobody knows. */
struct compare_noise {
	const struct result *report; /* a calibration of the machine of both reports */
	double tail;		     /* of one metric in one direction: see compare_noise_find() */
};

/*
 * Whether times of two reports, and of two workloads of them, can be compared at all: the same kind
 * of machine, and the same conditions. 0 or -ENOMEM.
 */
int compare_noise_is_machine(const struct result *a, const struct result *b, bool *same);
int compare_noise_is_like(const struct result *a_report, const struct result_workload *a,
			  const struct result *b_report, const struct result_workload *b,
			  bool *same);

/* Seconds between two times as reports have them; NAN where one is not known. */
double compare_noise_apart_s(const char *a, const char *b);

/*
 * Looks for a calibration: the policy's, else the base's own, else the new report's own. One of
 * another machine counts for nothing, with a note in |out|. Half of |*level| is spent on the chance
 * that any time of any session shifts by more than it says (split evenly over all of them, both
 * directions, by Bonferroni), half is left in |*level| for the tests. 0 or -ENOMEM.
 */
int compare_noise_find(const struct result *base, const struct result *new,
		       const struct compare_policy *policy, double *level, struct comparison *out,
		       struct compare_noise *noise);

/*
 * The calibration of a workload, run as |base| was; NULL where there is none: then a note in |out|
 * says why, if there is a calibration of others. 0 or -ENOMEM.
 */
int compare_noise_workload(const struct compare_noise *noise, const struct result *base_report,
			   const struct result_workload *base, struct comparison_workload *out,
			   const struct result_workload **found);

/* What sessions alone shift a metric by, where its median is |median|; NAN: not known. */
double compare_noise_shift(const struct compare_noise *noise,
			   const struct result_workload *workload, const char *metric,
			   double median);

/* What is to be said of it, where it was used: how long it lasted, and how far the reports lie
 * apart. 0 or -ENOMEM. */
int compare_noise_note(const struct compare_noise *noise, const struct result *base,
		       const struct result *new, struct comparison *out);

#endif

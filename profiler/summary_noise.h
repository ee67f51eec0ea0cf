/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_noise.h - how far a workload's starts and its sessions lie apart though nothing changed
 */
#ifndef COLDPROF_SUMMARY_NOISE_H
#define COLDPROF_SUMMARY_NOISE_H

#include "result.h"

/*
 * Makes the workload's noise anew from samples of several sessions, after summary_build(). Of each
 * metric of its summary the pooled spread within a session, and that of the sessions' medians, both
 * as shares of the median of all. The second has in it what few starts a session leave to chance:
 * a bound that is made of it is never too narrow. 0 or -ENOMEM.
 */
int summary_noise_build(struct result_workload *workload);

/* The noise of a metric, or NULL. */
const struct result_noise *summary_noise_find(const struct result_workload *workload,
					      const char *metric);

/*
 * The largest share of the median by which two sessions differ, |tail| in one direction aside
 * (stats_student_difference); NAN where there are fewer than SUMMARY_NOISE_SESSIONS.
 */
#define SUMMARY_NOISE_SESSIONS 3
double summary_noise_shift(const struct result_noise *noise, double tail);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* summary.h - what all starts of a workload say together */
#ifndef COLDPROF_SUMMARY_H
#define COLDPROF_SUMMARY_H

#include <stdint.h>

#include "result.h"

/*
 * Called once, when all samples of the workload are there. Fills its summary from the metrics of
 * the samples that count, and its outcome and reason where they are not set yet. The start whose
 * total is the lower median becomes median_sample: its files and folders move up to the workload,
 * its system calls are copied there; the files and folders of all other samples are released, so
 * that a report stays small. Where no sample counts, that start is the lower median of all that
 * have a total. The same seed gives the same intervals. 0 or -ENOMEM (printed).
 */
int summary_build(struct result_workload *workload, uint64_t seed);

/* Its metrics' part: what the samples that count say of each. 0 or -ENOMEM, not printed. */
int summary_metrics(struct result_workload *workload, uint64_t seed);

/* The summary of a metric, or NULL where no counted sample has it. */
const struct result_summary *summary_find(const struct result_workload *workload, const char *name);

#endif

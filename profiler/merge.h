/* SPDX-License-Identifier: BSD-2-Clause */
/* merge.h - the reports of a plan's parts, measured on one machine or several, as one report */
#ifndef COLDPROF_MERGE_H
#define COLDPROF_MERGE_H

#include "result.h"

struct merge_part {
	const char *name; /* of its file */
	struct result report;
};

/*
 * Starts of the same workload on the same kind of machine and runtime (stratum.h) are pooled, their
 * summary made anew; those of other ones stand in entries of their own, each with its stratum. The
 * parts lose what the merged report takes; they stay the caller's to release. 0; -EINVAL (printed)
 * where a part is not of the same plan (page cache, requests, timeout, coldprof; command, readiness
 * and limits of a workload), is there twice, or is the other side of one run that measured two; or
 * -ENOMEM (printed). |out| is written only on success.
 */
int merge(struct merge_part *parts, size_t count, struct result *out);

/* ---- its parts ---- */

/* Whether all parts can be of one plan; -EINVAL, printed, where not. */
int merge_check(const struct merge_part *parts, size_t count);

/*
 * Pools |count| entries of one stratum, at least one, into |out|, which is overwritten; what they
 * had moves there, and they are left empty. |seed| is of the intervals. 0 or -ENOMEM; |out| is the
 * caller's to release either way.
 */
int merge_pool(struct result_workload *const *same, size_t count, uint64_t seed,
	       struct result_workload *out);

/* Sessions of calibrations are numbered part after part, and |out| says how many they are. */
void merge_sessions(struct merge_part *parts, size_t count, struct result_plan *out);

/* Adds those texts that are not there yet. 0 or -ENOMEM. */
int merge_texts(const result_texts *from, result_texts *to);

#endif

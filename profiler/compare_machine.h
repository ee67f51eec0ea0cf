/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_machine.h - whether two reports were measured under the same conditions */
#ifndef COLDPROF_COMPARE_MACHINE_H
#define COLDPROF_COMPARE_MACHINE_H

#include <stdbool.h>

#include "comparison.h"
#include "metrics.h"

/* What a difference makes incomparable. */
enum compare_group {
	COMPARE_TIMES = 1, /* waits too */
	COMPARE_SIZES = 2,
	COMPARE_COUNTS = 4,
	COMPARE_FAULTS = 8,   /* of the counts, page faults */
	COMPARE_THREADS = 16, /* of the counts, threads: runtimes start one for each CPU */
	COMPARE_PATHS = 32,   /* of the counts, look-ups of paths, folder by folder */
	COMPARE_SHARED = 64,  /* of the sizes, those that depend on who else maps a page */
};

/*
 * Lists the differences of the machines and of the tools, and adds the groups that can't be gated
 * for them to |*groups|. 0 or -ENOMEM.
 */
int compare_machines(const struct result *base, const struct result *new, struct comparison *out,
		     unsigned *groups);

/* The same of how a workload was run: runtime, limits, cold level, readiness, losses. */
int compare_conditions(const struct result *base_report, const struct result_workload *base,
		       const struct result *new_report, const struct result_workload *new,
		       struct comparison_workload *out, unsigned *groups);

/* Whether both are the sides of one run, measured by turns: then drift falls on both alike. */
bool compare_interleaved(const struct result *base, const struct result *new);

/*
 * The looks of such a run that was to go on until it is sure; NULL: its number of starts was fixed,
 * or the reports are of two runs.
 */
const struct result_looks *compare_looks(const struct result *base, const struct result *new);

/* Whether |groups| hold a metric back, by its kind and by its |name| with the label. */
bool compare_group_has(unsigned groups, const struct metric *metric, const char *name);

#endif

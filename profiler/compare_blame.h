/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_blame.h - what explains that a workload's starts became longer, bigger or other ones */
#ifndef COLDPROF_COMPARE_BLAME_H
#define COLDPROF_COMPARE_BLAME_H

#include "comparison.h"
#include "stats_rank.h"

/*
 * Fills |out|'s causes from its metrics and both sides, those that explain most time first: phases
 * and system calls over all starts, memory by kind of mapping over all starts, packages, files and
 * searched folders of the lower-median starts. Packages, files and folders explain (their times
 * don't overlap); what they leave of the total's shift is unexplained. 0 or -ENOMEM.
 */
int compare_blame(const struct result_workload *base, const struct result_workload *new,
		  struct stats_rank *rank, struct comparison_workload *out);

/*
 * Its parts. With modules on both sides these explain: the outermost of what one side alone loads,
 * with all that hangs on it, named by its package where that is new; and modules that both load and
 * that cost more on one side. Files, packages and folders then say only what else differs.
 */
bool compare_blame_has_modules(const struct result_workload *base,
			       const struct result_workload *new);
int compare_blame_modules(const struct result_workload *base, const struct result_workload *new,
			  struct stats_rank *rank, struct comparison_workload *out);

/* One module as both sides load it. */
struct compare_blame_pair {
	const struct result_module *base, *new;
};

/*
 * Those of |pairs| whose own time surely differs, by Holm's correction over all that could, and by
 * at least 1 ms, or 2 % of a total below 50 ms; and those that explain a total of opened files,
 * failed look-ups or memory that surely shifted, a quarter of it where it is memory. 0 or -ENOMEM.
 */
int compare_blame_changed(const struct compare_blame_pair *pairs, size_t count,
			  const struct result_workload *new, struct stats_rank *rank,
			  struct comparison_workload *out);

/* How |module| came in, as far as it is good to know. 0 or -ENOMEM. */
int compare_blame_imports(const struct result_workload *workload,
			  const struct result_module *module, struct comparison_cause *cause);

/* By how much this metric surely shifted; 0 where it did not, or is not measured. */
double compare_blame_total(const struct comparison_workload *workload, const char *metric);

int compare_blame_files(const struct result_workload *base, const struct result_workload *new,
			struct comparison_workload *out);

#endif

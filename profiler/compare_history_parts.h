/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_history_parts.h - what the parts of judging by a history share */
#ifndef COLDPROF_COMPARE_HISTORY_PARTS_H
#define COLDPROF_COMPARE_HISTORY_PARTS_H

#include "compare_history.h"
#include "stats_shift.h"

/* A gated metric of the new report. */
struct judge_row {
	const char *workload, *metric; /* of the new report's values */
	struct compare_threshold threshold;
	/* by report, the new one last; steps that are the level now, and calls for memory, taken
	 * out */
	double *values;
	bool complete; /* every report has it */
	bool constant; /* none varies within a report: any change that stays decides */
	bool tested;
	enum comparison_verdict verdict;
	size_t at;	     /* where its step is; of none, the new report */
	double p_up, p_down; /* where tested */
	double before, after, effect, spread;
	struct stats_shift shift;
};

/* A step that is the level now. */
struct judge_earlier {
	size_t row, at;
};

struct compare_judge {
	const struct compare_history *history;
	const struct compare_policy *policy;
	struct compare_history_report new;
	size_t count; /* of reports, with the new one */
	VEC(struct judge_row) rows;
	VEC(struct judge_earlier) earlier;
	size_t family_count;
	bool drifts; /* reports resemble the one before them: what varies can't be told */
};

/* The new one is the last. */
static inline const struct compare_history_report *judge_report(const struct compare_judge *judge,
								size_t i)
{
	return i + 1 < judge->count ? &judge->history->reports.items[i] : &judge->new;
}

/* Fills the rows from the new report and the history. 0 or -ENOMEM. */
int judge_rows(struct compare_judge *judge);

/* Sets the row's medians, shift, effect and spread by the place of its step. 0 or -ENOMEM. */
int judge_measure(const struct compare_judge *judge, struct judge_row *row);

#endif

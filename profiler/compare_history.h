/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_history.h - a new report held against those before it: what changed, and with which one
 */
#ifndef COLDPROF_COMPARE_HISTORY_H
#define COLDPROF_COMPARE_HISTORY_H

#include "compare_policy.h"
#include "comparison.h"

/* A metric of one report: "0 app", the turn among the workloads of that name first. */
struct compare_history_value {
	char *workload, *metric;
	double median;
	bool constant; /* the same in all its starts, three or more */
};

struct compare_history_report {
	char *file, *created, *commit;
	VEC(struct compare_history_value) values;
};

/* Zeroed memory is empty. */
struct compare_history {
	char *folder;
	VEC(struct compare_history_report) reports; /* oldest first, once it is sorted */
	size_t other_machines;			    /* reports that were left out for theirs */
};

/* A step fails a comparison while this many reports or fewer have it; then it is the new level. */
#define COMPARE_HISTORY_RECENT 5
#define COMPARE_HISTORY_LAST   60 /* reports, where no other number is asked for */
/* Fewer reports before the new one can't show a step of what varies. */
#define COMPARE_HISTORY_FEWEST 4

/*
 * Takes the medians of |report|, of the file |file|, where it is of the same kind of machine as
 * |new|, has a workload of the same name, was made before it and is not itself; else it is left
 * out. 0 or -ENOMEM.
 */
int compare_history_add(struct compare_history *history, const char *file,
			const struct result *report, const struct result *new);

/* Sorts by the time of the reports, and keeps the last |last|. */
void compare_history_sort(struct compare_history *history, size_t last);
void compare_history_release(struct compare_history *history);

/* What is made of it: opaque, of the time between compare_history_judge() and its freeing. */
struct compare_judge;

/*
 * Judges each gated metric of |new| that every report has. A count that never varies within a
 * report is decided by any change that stays; what varies, by stats_steps.h over all of them
 * together, each direction at half the policy's level, where the Hodges-Lehmann shift of the
 * reports before and after is beyond the smallest effect that matters. Steps that more than
 * COMPARE_HISTORY_RECENT reports have are taken out first: they are the new level. All must
 * outlive |*out|. 0 or -ENOMEM.
 */
int compare_history_judge(const struct compare_history *history, const struct result *new,
			  const struct compare_policy *policy, struct compare_judge **out);
void compare_history_judge_free(struct compare_judge *judge);

/*
 * The report that |new| is best compared with, to say why: the last one before most of what became
 * worse did, else the last of all. An index.
 */
size_t compare_history_base(const struct compare_judge *judge);

/*
 * Replaces what |comparison|, of that report and |new|, says of each gated metric by what the
 * history says: its values are then medians of reports, its counts reports. A time that the history
 * can't tell keeps its verdict where a noise decided it (compare_noise.h). 0 or -ENOMEM.
 */
int compare_history_apply(const struct compare_judge *judge, struct comparison *comparison);

/*
 * Whether |report| was made before |new|. One of the same second is another report unless it has
 * the same seed.
 */
bool compare_history_is_before(const struct result *report, const struct result *new);

/*
 * How many reports a history must have to tell of a single new one, at the |level| of both
 * directions.
 */
size_t compare_history_needed(double level);

/* Its parts: all of a report but the file; "0 app" is the first workload called app. */
int compare_history_values(const struct result *report, struct compare_history_report *out);
void compare_history_report_release(struct compare_history_report *report);

#endif

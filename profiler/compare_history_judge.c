// SPDX-License-Identifier: BSD-2-Clause
/* compare_history_judge.c - which metrics of a new report have changed their level, and when */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_history_parts.h"
#include "stats_shift.h"
#include "stats_steps.h"

#define SEED	    20261126u
#define PASSES	    3 /* in which earlier steps are taken out */
#define LEVEL_LEAST 6 /* reports that show where a level lies */
#define LATER_LEAST 3 /* reports of a level of a count, before another one is a change */
#define STAIR_LEAST 4 /* reports for each change of a level, on average */

/* ---- the shift of a step ---- */

static int sorted_copy(const double *from, size_t count, double **out)
{
	*out = malloc(count * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	memcpy(*out, from, count * sizeof(**out));
	stats_sort(*out, count);
	return 0;
}

int judge_measure(const struct compare_judge *judge, struct judge_row *row)
{
	double *before = NULL, *after = NULL;
	size_t later = judge->count - row->at;
	int rc = sorted_copy(row->values, row->at, &before);

	if (!rc)
		rc = sorted_copy(row->values + row->at, later, &after);
	if (!rc) {
		struct stats_two two = {before, row->at, after, later};
		struct stats_rank rank = {0};

		row->shift = stats_shift(&rank, &two, 0.95);
		row->before = stats_quantile(before, row->at, 0.5);
		row->after = stats_quantile(after, later, 0.5);
		row->effect = compare_threshold_effect(&row->threshold, row->before);
		row->spread = stats_shift_spread(before, row->at);
		stats_rank_release(&rank);
	}
	free(before);
	free(after);
	return rc;
}

static bool is_recent(const struct compare_judge *judge, size_t at)
{
	return judge->count - at <= COMPARE_HISTORY_RECENT;
}

static int keep_earlier(struct compare_judge *judge, const struct judge_row *row, size_t at)
{
	struct judge_earlier earlier = {(size_t)(row - judge->rows.items), at};

	return vec_push(&judge->earlier, earlier);
}

/* ---- counts that never vary within a report ---- */

/* Whether of the first |count| values few are new levels, and none is one that was left before. */
static bool is_staircase(const struct judge_row *row, size_t count)
{
	size_t changes = 0;

	for (size_t i = 1; i < count; i++) {
		if (row->values[i] == row->values[i - 1])
			continue;
		changes++;
		for (size_t before = 0; before + 1 < i; before++)
			if (row->values[before] == row->values[i])
				return false;
	}
	return changes * STAIR_LEAST <= count;
}

/*
 * Whether the values change so seldom that each change is one of the program: a level that was left
 * does not come back, and the one before the last is more than a value among others, or a step of a
 * staircase.
 */
static bool has_levels(const struct compare_judge *judge, const struct judge_row *row, size_t at)
{
	size_t begin = at - 1;

	for (size_t i = 0; i < at; i++)
		if (row->values[i] == row->values[judge->count - 1])
			return false;
	while (begin > 0 && row->values[begin - 1] == row->values[at - 1])
		begin--;
	return at - begin >= LATER_LEAST || begin == 0 || is_staircase(row, at);
}

static int decide_constant(struct compare_judge *judge, struct judge_row *row)
{
	size_t at = judge->count - 1;
	double allowed;
	int rc;

	while (at > 0 && row->values[at - 1] == row->values[judge->count - 1])
		at--;
	row->verdict = COMPARISON_UNCHANGED;
	if (at == 0)
		return judge_measure(judge, row);
	if (!has_levels(judge, row, at)) {
		row->constant = false;
		row->verdict = COMPARISON_CANT_TELL;
		return 0;
	}
	if (!is_recent(judge, at)) {
		rc = judge_measure(judge, row);
		return rc ? rc : keep_earlier(judge, row, at);
	}
	row->at = at;
	rc = judge_measure(judge, row);
	allowed = row->threshold.stated ? row->effect : 0;
	row->effect = allowed;
	if (row->shift.estimate > allowed)
		row->verdict = COMPARISON_REGRESSED;
	else if (row->shift.estimate < -allowed)
		row->verdict = COMPARISON_IMPROVED;
	return rc;
}

/* ---- what varies ---- */

/* The rows that are tested together, and their values beside each other. */
struct family {
	VEC(size_t) rows;
	double *values;
	struct stats_step *up, *down;
};

static void family_release(struct family *family)
{
	vec_release(&family->rows);
	free(family->values);
	free(family->up);
	free(family->down);
}

static int family_fill(const struct compare_judge *judge, struct family *family)
{
	size_t count;

	for (size_t i = 0; i < judge->rows.count; i++) {
		const struct judge_row *row = &judge->rows.items[i];

		if (row->complete && !row->constant && vec_push(&family->rows, i))
			return -ENOMEM;
	}
	count = family->rows.count + 1; /* none would be no memory */
	family->values = calloc(count * judge->count, sizeof(*family->values));
	family->up = calloc(count, sizeof(*family->up));
	family->down = calloc(count, sizeof(*family->down));
	return family->values && family->up && family->down ? 0 : -ENOMEM;
}

static int family_test(const struct compare_judge *judge, struct family *family,
		       struct stats_steps *steps)
{
	int rc;

	for (size_t i = 0; i < family->rows.count; i++)
		memcpy(family->values + i * judge->count,
		       judge->rows.items[family->rows.items[i]].values,
		       judge->count * sizeof(*family->values));
	*steps = (struct stats_steps){family->values, family->rows.count, judge->count, 1, 0, SEED};
	rc = stats_steps(steps, family->up);
	steps->direction = -1;
	return rc ? rc : stats_steps(steps, family->down);
}

/* The step that is sure: NULL where there is none. */
static const struct stats_step *sure_step(const struct compare_judge *judge,
					  const struct family *family, size_t i)
{
	double most = judge->policy->level / 2;

	if (family->up[i].p <= most)
		return &family->up[i];
	return family->down[i].p <= most ? &family->down[i] : NULL;
}

/* What was before an earlier step is laid on the level after it. */
static int take_out(struct compare_judge *judge, struct judge_row *row, size_t at)
{
	size_t last = row->at;
	int rc;

	row->at = at;
	rc = judge_measure(judge, row);
	for (size_t i = 0; i < at && !rc; i++)
		row->values[i] += row->shift.estimate;
	row->at = last;
	return rc ? rc : keep_earlier(judge, row, at);
}

static int take_out_earlier(struct compare_judge *judge, const struct family *family, bool *any)
{
	int rc = 0;

	*any = false;
	for (size_t i = 0; i < family->rows.count && !rc; i++) {
		const struct stats_step *step = sure_step(judge, family, i);

		if (!step || is_recent(judge, step->at))
			continue;
		*any = true;
		rc = take_out(judge, &judge->rows.items[family->rows.items[i]], step->at);
	}
	return rc;
}

/* The new report and all before it lie within what matters. */
static bool is_level(const struct compare_judge *judge, const struct judge_row *row)
{
	for (size_t i = 0; i < judge->count; i++)
		if (fabs(row->values[i] - row->before) > row->effect)
			return false;
	return judge->count > LEVEL_LEAST;
}

static int decide_varying(struct compare_judge *judge, const struct family *family, size_t i)
{
	struct judge_row *row = &judge->rows.items[family->rows.items[i]];
	const struct stats_step *step = sure_step(judge, family, i);
	int rc;

	row->p_up = family->up[i].p;
	row->p_down = family->down[i].p;
	row->tested = true;
	if (step && !judge->drifts && is_recent(judge, step->at))
		row->at = step->at;
	rc = judge_measure(judge, row);
	if (rc)
		return rc;
	if (step == &family->up[i] && !judge->drifts && row->shift.estimate > row->effect)
		row->verdict = COMPARISON_REGRESSED;
	else if (step == &family->down[i] && !judge->drifts && row->shift.estimate < -row->effect)
		row->verdict = COMPARISON_IMPROVED;
	else if (is_level(judge, row))
		row->verdict = COMPARISON_UNCHANGED;
	return 0;
}

static int decide_family(struct compare_judge *judge)
{
	struct family family = {0};
	struct stats_steps steps;
	bool again = true;
	int rc = family_fill(judge, &family);

	judge->family_count = family.rows.count;
	for (size_t pass = 0; pass < PASSES && again && !rc; pass++) {
		rc = family_test(judge, &family, &steps);
		if (!rc && pass + 1 < PASSES)
			rc = take_out_earlier(judge, &family, &again);
	}
	if (!rc)
		judge->drifts = family.rows.count && judge->count > COMPARE_HISTORY_FEWEST &&
				stats_steps_memory(&steps) > STATS_STEPS_MEMORY;
	for (size_t i = 0; i < family.rows.count && !rc; i++)
		rc = decide_varying(judge, &family, i);
	family_release(&family);
	return rc;
}

/* ---- all of it ---- */

static int decide(struct compare_judge *judge)
{
	int rc = 0;

	vec_foreach(row, &judge->rows)
		if (!rc && row->complete && row->constant)
			rc = decide_constant(judge, row);
	return rc ? rc : decide_family(judge);
}

int compare_history_judge(const struct compare_history *history, const struct result *new,
			  const struct compare_policy *policy, struct compare_judge **out)
{
	struct compare_judge *judge = calloc(1, sizeof(*judge));
	int rc = judge ? 0 : -ENOMEM;

	if (!rc) {
		judge->history = history;
		judge->policy = policy;
		judge->count = history->reports.count + 1;
		rc = compare_history_values(new, &judge->new);
	}
	if (!rc)
		rc = judge_rows(judge);
	if (!rc)
		rc = decide(judge);
	if (rc)
		compare_history_judge_free(judge);
	else
		*out = judge;
	return rc;
}

void compare_history_judge_free(struct compare_judge *judge)
{
	if (!judge)
		return;
	vec_foreach(row, &judge->rows)
		free(row->values);
	vec_release(&judge->rows);
	vec_release(&judge->earlier);
	compare_history_report_release(&judge->new);
	free(judge);
}

size_t compare_history_base(const struct compare_judge *judge)
{
	size_t base = judge->count - 2, most = 0;

	for (size_t at = judge->count - 1; at >= 1; at--) {
		size_t worse = 0;

		vec_foreach(row, &judge->rows)
			worse += row->at == at && row->verdict == COMPARISON_REGRESSED;
		if (worse > most) {
			most = worse;
			base = at - 1;
		}
	}
	return base;
}

// SPDX-License-Identifier: BSD-2-Clause
/* compare_history_apply.c - what a history says, as a comparison */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare.h"
#include "compare_history_parts.h"
#include "map.h"
#include "stats_steps.h"

#define SURE                                                                                       \
	0.8 /* p comes from random permutations: so much below the level it is surely there        \
	     */

static const struct judge_row *find_row(const struct compare_judge *judge, const char *workload,
					const char *metric)
{
	vec_foreach(row, &judge->rows)
		if (strcmp(row->metric, metric) == 0 && strcmp(row->workload, workload) == 0)
			return row;
	return NULL;
}

/* ---- metrics ---- */

static const char *reason_of(const struct compare_judge *judge, const struct judge_row *row)
{
	if (row->verdict != COMPARISON_CANT_TELL)
		return NULL;
	if (judge->count <= COMPARE_HISTORY_FEWEST)
		return "too few reports in the history";
	if (judge->drifts)
		return "the history drifts";
	if (stats_steps_least(judge->count, 1) > SURE * judge->policy->level / 2)
		return "too few reports to tell of a single one";
	return "too near the noise of the history";
}

/* What a noise decides of both reports; the machine's drift is no less for it. */
static bool is_decided_apart(const struct compare_judge *judge, const struct judge_row *row,
			     const struct comparison_metric *metric)
{
	return row->complete && row->verdict == COMPARISON_CANT_TELL && !judge->drifts &&
	       !isnan(metric->drift) && comparison_verdict(metric->verdict) != COMPARISON_CANT_TELL;
}

static int apply_metric(const struct compare_judge *judge, const struct judge_row *row,
			struct comparison_metric *out)
{
	if (!row->complete) {
		if (comparison_text(&out->reason, "not in every report of the history"))
			return -ENOMEM;
		return comparison_text(&out->verdict, comparison_word(COMPARISON_NOT_GATED));
	}
	if (is_decided_apart(judge, row, out))
		return 0;
	out->base_n = (int64_t)row->at;
	out->new_n = (int64_t)(judge->count - row->at);
	out->base_median = row->before;
	out->new_median = row->after;
	out->shift = row->shift.estimate;
	out->shift_low = row->shift.interval.low;
	out->shift_high = row->shift.interval.high;
	out->effect = row->effect;
	out->spread = row->spread;
	out->drift = NAN;
	out->p_regressed = row->tested ? row->p_up : NAN;
	out->p_improved = row->tested ? row->p_down : NAN;
	out->p_unchanged = NAN;
	out->starts_needed = RESULT_ABSENT;
	return comparison_text(&out->decided_by, row->constant ? "constant" : "history") ||
			       comparison_text(&out->verdict, comparison_word(row->verdict)) ||
			       comparison_text(&out->reason, reason_of(judge, row))
		       ? -ENOMEM
		       : 0;
}

/* What the conditions hold back stays so; of all others the history decides. */
static int apply_metrics(const struct compare_judge *judge, const char *key,
			 struct comparison_workload *out)
{
	int rc = 0;

	vec_foreach(metric, &out->metrics) {
		const struct judge_row *row = find_row(judge, key, metric->name);

		if (row && comparison_verdict(metric->verdict) != COMPARISON_NOT_GATED && !rc)
			rc = apply_metric(judge, row, metric);
	}
	return rc;
}

/* ---- steps ---- */

static struct comparison_step *find_step(const struct compare_judge *judge, size_t at, bool earlier,
					 struct comparison_workload *out)
{
	const struct compare_history_report *report = judge_report(judge, at);
	int64_t count = (int64_t)(judge->count - at);
	struct comparison_step *step;

	vec_foreach(known, &out->steps)
		if (known->reports_count == count && known->earlier == earlier)
			return known;
	step = comparison_add(&out->steps, step);
	if (!step || comparison_text(&step->report, report->file) ||
	    comparison_text(&step->created, report->created) ||
	    comparison_text(&step->commit, report->commit))
		return NULL;
	step->reports_count = count;
	step->earlier = earlier;
	return step;
}

static int add_step(const struct compare_judge *judge, const struct judge_row *row, size_t at,
		    bool earlier, struct comparison_workload *out)
{
	struct comparison_step *step = find_step(judge, at, earlier, out);

	return step ? result_texts_add(&step->metrics, row->metric) : -ENOMEM;
}

static int latest_first(const void *a, const void *b)
{
	const struct comparison_step *left = a, *right = b;

	return (left->reports_count > right->reports_count) -
	       (left->reports_count < right->reports_count);
}

/* Whether the comparison says so too: a difference of conditions may hold it back. */
static bool is_said(const struct comparison_workload *workload, const struct judge_row *row)
{
	vec_foreach(metric, &workload->metrics)
		if (strcmp(metric->name, row->metric) == 0)
			return comparison_verdict(metric->verdict) == row->verdict;
	return false;
}

static int add_steps(const struct compare_judge *judge, const char *key,
		     struct comparison_workload *out)
{
	int rc = 0;

	vec_foreach(row, &judge->rows) {
		bool changed = row->complete && (row->verdict == COMPARISON_REGRESSED ||
						 row->verdict == COMPARISON_IMPROVED);

		if (changed && strcmp(row->workload, key) == 0 && is_said(out, row) && !rc)
			rc = add_step(judge, row, row->at, false, out);
	}
	vec_foreach(earlier, &judge->earlier) {
		const struct judge_row *row = &judge->rows.items[earlier->row];

		if (strcmp(row->workload, key) == 0 && !rc)
			rc = add_step(judge, row, earlier->at, true, out);
	}
	if (out->steps.count)
		qsort(out->steps.items, out->steps.count, sizeof(*out->steps.items), latest_first);
	return rc;
}

/* ---- all of it ---- */

static bool is_regressed(const struct comparison_workload *workload, const char *name)
{
	vec_foreach(metric, &workload->metrics)
		if (strcmp(metric->name, name) == 0)
			return comparison_verdict(metric->verdict) == COMPARISON_REGRESSED;
	return false;
}

/* Whether the new report itself brought any of it; a program that does not start has no steps. */
static bool is_newly_worse(const struct comparison_workload *workload)
{
	bool before = false;

	vec_foreach(step, &workload->steps)
		vec_foreach(name, &step->metrics) {
			if (step->earlier || !is_regressed(workload, *name))
				continue;
			if (step->reports_count == 1)
				return true;
			before = true;
		}
	return !before;
}

static bool is_worse_before(const struct comparison *comparison)
{
	bool any = false;

	vec_foreach(workload, &comparison->workloads) {
		if (comparison_verdict(workload->verdict) != COMPARISON_REGRESSED)
			continue;
		if (is_newly_worse(workload))
			return false;
		any = true;
	}
	return any;
}

static int apply_workloads(const struct compare_judge *judge, struct comparison *comparison)
{
	struct map turns = {0};
	struct buf key = {0};
	int rc = 0;

	vec_foreach(workload, &comparison->workloads) {
		uint64_t turn = 0;

		map_get(&turns, workload->name, strlen(workload->name), &turn);
		rc = map_set(&turns, workload->name, strlen(workload->name), turn + 1);
		buf_clear(&key);
		if (!rc)
			rc = buf_printf(&key, "%ju %s", (uintmax_t)turn, workload->name);
		if (!rc && workload->base_starts && workload->new_starts)
			rc = apply_metrics(judge, buf_text(&key), workload);
		if (!rc)
			rc = add_steps(judge, buf_text(&key), workload);
		if (rc)
			break;
		/* made anew from the metrics, but for programs that don't start */
		if (workload->metrics.count)
			comparison_text(&workload->verdict, NULL);
	}
	map_release(&turns);
	buf_release(&key);
	return rc;
}

static int add_note(result_texts *notes, const char *format, size_t number)
{
	struct buf text = {0};
	int rc = buf_printf(&text, format, number);

	if (!rc)
		rc = result_texts_add(notes, buf_text(&text));
	buf_release(&text);
	return rc;
}

size_t compare_history_needed(double level)
{
	size_t needed = 1;

	while (stats_steps_least(needed + 1, 1) > SURE * level / 2)
		needed++;
	return needed;
}

static int add_notes(const struct compare_judge *judge, struct comparison *comparison)
{
	size_t reports = judge->count - 1, needed = compare_history_needed(judge->policy->level);
	result_texts *notes = &comparison->notes;
	int rc = add_note(notes, "judged by the last %zu reports of this kind of machine", reports);

	if (!rc && judge->history->other_machines)
		rc = add_note(notes, "%zu reports of other machines are left out",
			      judge->history->other_machines);
	if (!rc && judge->family_count && judge->drifts)
		rc = add_note(notes,
			      "of these %zu reports each resembles the one before it: the machine "
			      "drifts, and of what varies nothing can be told",
			      reports);
	if (!rc && judge->family_count && !judge->drifts && reports < needed)
		rc = add_note(notes,
			      "of what varies, a single new report can be told with %zu reports "
			      "before it; with fewer it takes several that have the change",
			      needed);
	return rc;
}

int compare_history_apply(const struct compare_judge *judge, struct comparison *comparison)
{
	size_t least =
		stats_steps_least(judge->count, judge->count / 2) <= judge->policy->level / 2;
	int rc = comparison_text(&comparison->history, judge->history->folder);

	comparison->history_count = (int64_t)judge->count - 1;
	comparison->ranked_count = (int64_t)judge->family_count;
	comparison->fewest_starts = RESULT_ABSENT;
	comparison->could_fire = least && !judge->drifts;
	if (!rc)
		rc = apply_workloads(judge, comparison);
	if (!rc)
		rc = add_notes(judge, comparison);
	if (!rc)
		rc = compare_conclude(comparison);
	comparison->worse_before = is_worse_before(comparison);
	return rc;
}

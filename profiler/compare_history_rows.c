// SPDX-License-Identifier: BSD-2-Clause
/* compare_history_rows.c - the medians of each gated metric in all reports of a history */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_history_parts.h"
#include "map.h"

static const char calls[] = "syscalls_count{";

/* The values of one report, by workload and metric. */
static int index_values(const struct compare_history_report *report, struct map *out)
{
	struct buf key = {0};
	int rc = 0;

	for (size_t i = 0; i < report->values.count && !rc; i++) {
		const struct compare_history_value *value = &report->values.items[i];

		buf_clear(&key);
		rc = buf_printf(&key, "%s\n%s", value->workload, value->metric);
		if (!rc)
			rc = map_set(out, key.data, key.size, i);
	}
	buf_release(&key);
	return rc;
}

static bool has_workload(const struct compare_history_report *report, const char *workload)
{
	vec_foreach(value, &report->values)
		if (strcmp(value->workload, workload) == 0)
			return true;
	return false;
}

/* A call that a report does not name was made none of. */
static void set_value(const struct compare_history_report *report, const struct map *index,
		      const struct buf *key, struct judge_row *row, size_t i)
{
	bool call = strncmp(row->metric, calls, sizeof(calls) - 1) == 0;
	uint64_t at;

	if (map_get(index, key->data, key->size, &at)) {
		row->values[i] = report->values.items[at].median;
		row->constant &= report->values.items[at].constant;
	} else if (call && has_workload(report, row->workload)) {
		row->values[i] = 0;
	} else {
		row->values[i] = NAN;
		row->complete = false;
	}
}

static int fill_row(const struct compare_judge *judge, const struct map *indices,
		    struct judge_row *row)
{
	struct buf key = {0};
	int rc = buf_printf(&key, "%s\n%s", row->workload, row->metric);

	row->values = calloc(judge->count, sizeof(*row->values));
	if (!row->values)
		rc = -ENOMEM;
	row->complete = true;
	for (size_t i = 0; i < judge->count && !rc; i++)
		set_value(judge_report(judge, i), &indices[i], &key, row, i);
	buf_release(&key);
	return rc;
}

static int add_row(struct compare_judge *judge, const struct map *indices,
		   const struct compare_history_value *value)
{
	const struct metric *metric = metrics_find(value->metric);
	struct compare_threshold threshold;
	struct judge_row *row;

	if (!metric)
		return 0;
	threshold = compare_policy_threshold(judge->policy, value->metric, metric);
	if (!threshold.gated)
		return 0;
	row = vec_add(&judge->rows);
	if (!row)
		return -ENOMEM;
	*row = (struct judge_row){.workload = value->workload,
				  .metric = value->metric,
				  .threshold = threshold,
				  .constant = metric->kind == METRIC_COUNT,
				  .verdict = COMPARISON_CANT_TELL,
				  .at = judge->count - 1};
	return fill_row(judge, indices, row);
}

/* ---- all calls, without those for memory ---- */

static bool is_memory(const struct judge_row *row)
{
	return metrics_is_memory_call(row->metric) && row->complete && row->constant;
}

/*
 * Calls for memory are judged by a threshold of their own. All calls are laid on the new report's
 * level of them, so that what they differ by is what other calls do.
 */
static void take_out_memory(struct compare_judge *judge, struct judge_row *all)
{
	vec_foreach(row, &judge->rows) {
		if (!is_memory(row) || strcmp(row->workload, all->workload) != 0)
			continue;
		for (size_t i = 0; i < judge->count; i++)
			all->values[i] += row->values[judge->count - 1] - row->values[i];
	}
}

static void take_out_all_memory(struct compare_judge *judge)
{
	vec_foreach(row, &judge->rows)
		if (strcmp(row->metric, METRICS_CALLS) == 0 && row->complete && row->constant &&
		    !row->threshold.ruled)
			take_out_memory(judge, row);
}

/* A call that only earlier reports made: the new one made none of it, and no row asks for it. */
int judge_rows(struct compare_judge *judge)
{
	struct map *indices = calloc(judge->count, sizeof(*indices));
	int rc = indices ? 0 : -ENOMEM;

	for (size_t i = 0; i < judge->count && !rc; i++)
		rc = index_values(judge_report(judge, i), &indices[i]);
	vec_foreach(value, &judge->new.values)
		if (!rc)
			rc = add_row(judge, indices, value);
	if (!rc)
		take_out_all_memory(judge);
	for (size_t i = 0; indices && i < judge->count; i++)
		map_release(&indices[i]);
	free(indices);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* compare_history.c - the reports that a new one is held against: their medians */
#include "compare_history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_decide.h"
#include "compare_series.h"
#include "map.h"
#include "stats.h"
#include "stratum.h"

static void value_release(struct compare_history_value *value)
{
	free(value->workload);
	free(value->metric);
}

void compare_history_report_release(struct compare_history_report *report)
{
	free(report->file);
	free(report->created);
	free(report->commit);
	vec_foreach(value, &report->values)
		value_release(value);
	vec_release(&report->values);
	memset(report, 0, sizeof(*report));
}

void compare_history_release(struct compare_history *history)
{
	vec_foreach(report, &history->reports)
		compare_history_report_release(report);
	vec_release(&history->reports);
	free(history->folder);
	memset(history, 0, sizeof(*history));
}

/* ---- values ---- */

static int add_series(const char *workload, const struct compare_series *series,
		      struct compare_history_report *out)
{
	const compare_values *values = &series->base;
	struct compare_history_value value = {
		.median = stats_quantile(values->items, values->count, 0.5),
		.constant = values->count >= COMPARE_CONSTANT_STARTS &&
			    values->items[0] == values->items[values->count - 1],
	};

	value.workload = strdup(workload);
	value.metric = strdup(series->name);
	if (value.workload && value.metric && vec_push(&out->values, value) == 0)
		return 0;
	value_release(&value);
	return -ENOMEM;
}

static int add_workload(const char *key, const struct result_workload *workload,
			struct compare_history_report *out)
{
	const struct result_workload none = {0};
	compare_series_list list = {0};
	int rc = compare_series_build(workload, &none, &list);

	vec_foreach(series, &list)
		if (!rc && series->metric && series->base.count)
			rc = add_series(key, series, out);
	compare_series_release(&list);
	return rc;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

int compare_history_values(const struct result *report, struct compare_history_report *out)
{
	struct map turns = {0};
	struct buf key = {0};
	int rc = 0;

	out->created = copy(report->created);
	out->commit = copy(report->commit);
	vec_foreach(workload, &report->workloads) {
		const char *name = workload->name ? workload->name : "";
		uint64_t turn = 0;

		map_get(&turns, name, strlen(name), &turn);
		rc = map_set(&turns, name, strlen(name), turn + 1);
		buf_clear(&key);
		if (!rc)
			rc = buf_printf(&key, "%ju %s", (uintmax_t)turn, name);
		if (!rc)
			rc = add_workload(buf_text(&key), workload, out);
		if (rc)
			break;
	}
	map_release(&turns);
	buf_release(&key);
	return rc;
}

/* ---- which reports ---- */

static int is_same_machine(const struct result *a, const struct result *b, bool *out)
{
	struct buf left = {0}, right = {0};
	int rc = stratum_machine(a, &left);

	if (!rc)
		rc = stratum_machine(b, &right);
	*out = !rc && strcmp(buf_text(&left), buf_text(&right)) == 0;
	buf_release(&left);
	buf_release(&right);
	return rc;
}

/* RFC 3339 in UTC sorts as text. */
bool compare_history_is_before(const struct result *report, const struct result *new)
{
	int order =
		strcmp(report->created ? report->created : "", new->created ? new->created : "");

	return order < 0 || (order == 0 && report->plan.seed != new->plan.seed);
}

static bool has_workload(const struct result *report, const char *name)
{
	vec_foreach(workload, &report->workloads)
		if (strcmp(workload->name ? workload->name : "", name) == 0)
			return true;
	return false;
}

static bool is_of_same_workloads(const struct result *report, const struct result *new)
{
	vec_foreach(workload, &new->workloads)
		if (has_workload(report, workload->name ? workload->name : ""))
			return true;
	return false;
}

int compare_history_add(struct compare_history *history, const char *file,
			const struct result *report, const struct result *new)
{
	struct compare_history_report *out;
	bool same;
	int rc = is_same_machine(report, new, &same);

	if (rc)
		return rc;
	if (!same) {
		history->other_machines++;
		return 0;
	}
	if (!compare_history_is_before(report, new) || !is_of_same_workloads(report, new))
		return 0;
	out = vec_add(&history->reports);
	if (!out)
		return -ENOMEM;
	out->file = copy(file);
	if (!out->file)
		return -ENOMEM;
	return compare_history_values(report, out);
}

static int by_time(const void *a, const void *b)
{
	const struct compare_history_report *left = a, *right = b;
	int order =
		strcmp(left->created ? left->created : "", right->created ? right->created : "");

	return order ? order : strcmp(left->file, right->file);
}

void compare_history_sort(struct compare_history *history, size_t last)
{
	size_t count = history->reports.count, more = count > last ? count - last : 0;

	if (count)
		qsort(history->reports.items, count, sizeof(*history->reports.items), by_time);
	for (size_t i = 0; i < more; i++)
		compare_history_report_release(&history->reports.items[i]);
	if (more)
		memmove(history->reports.items, history->reports.items + more,
			last * sizeof(*history->reports.items));
	history->reports.count = count - more;
}

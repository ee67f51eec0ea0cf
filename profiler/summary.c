// SPDX-License-Identifier: BSD-2-Clause
/* summary.c - what all starts of a workload say together */
#include "summary.h"

#include "err.h"
#include "map.h"
#include "metrics.h"
#include "stats.h"
#include "summary_modules.h"
#include "summary_packages.h"

typedef VEC(double) numbers;

struct column {
	const char *name; /* a metric; belongs to a sample */
	numbers values;
};
typedef VEC(struct column) columns;

static int add_value(columns *columns, struct map *index, const struct result_value *value)
{
	uint64_t at;
	int rc;

	if (value->value == RESULT_ABSENT || !value->name)
		return 0;
	if (!map_get(index, value->name, strlen(value->name), &at)) {
		struct column column = {.name = value->name};

		at = columns->count;
		rc = vec_push(columns, column);
		if (!rc)
			rc = map_set(index, value->name, strlen(value->name), at);
		if (rc)
			return rc;
	}
	return vec_push(&columns->items[at].values, (double)value->value);
}

/* One column a metric, in the order in which the samples first have them. */
static int collect(const struct result_workload *workload, columns *out)
{
	struct map index = {0};
	int rc = 0;

	vec_foreach(sample, &workload->samples) {
		if (!sample->counted)
			continue;
		vec_foreach(value, &sample->metrics) {
			rc = add_value(out, &index, value);
			if (rc)
				goto out;
		}
	}
out:
	map_release(&index);
	return rc;
}

static int summarize(struct result_workload *workload, struct column *column, uint64_t seed)
{
	const struct metric *metric = metrics_find(column->name);
	struct stats stats = stats_describe(column->values.items, column->values.count, seed);
	struct result_summary *summary = result_add(&workload->summary, summary);

	if (!summary)
		return -ENOMEM;
	summary->name = strdup(column->name);
	summary->unit = strdup(metric ? metrics_unit(metric) : "count");
	summary->n = (int64_t)stats.count;
	summary->median = stats.median;
	summary->ci95_low = stats.ci95.low;
	summary->ci95_high = stats.ci95.high;
	summary->mean = stats.mean;
	summary->sd = stats.sd;
	summary->min = stats.min;
	summary->max = stats.max;
	summary->p95 = stats.p95;
	return summary->name && summary->unit ? 0 : -ENOMEM;
}

static void release_summary(struct result_workload *workload)
{
	vec_foreach(summary, &workload->summary)
		shape_release(&result_summary_shape, summary);
	vec_release(&workload->summary);
}

int summary_metrics(struct result_workload *workload, uint64_t seed)
{
	columns columns = {0};
	int rc = collect(workload, &columns);

	release_summary(workload);
	for (size_t i = 0; i < columns.count && !rc; i++)
		rc = summarize(workload, &columns.items[i], seed);
	vec_foreach(column, &columns)
		vec_release(&column->values);
	vec_release(&columns);
	return rc;
}

/* ---- the lower-median start ---- */

struct candidate {
	int64_t total_ns, index;
};

static int by_total(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->total_ns != right->total_ns)
		return left->total_ns < right->total_ns ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

/* Of |counted| samples, or of all; RESULT_ABSENT where none has a total. */
static int find_median(const struct result_workload *workload, bool counted, int64_t *out)
{
	VEC(struct candidate) candidates = {0};
	int rc = 0;

	for (size_t i = 0; i < workload->samples.count && !rc; i++) {
		const struct result_sample *sample = &workload->samples.items[i];
		struct candidate candidate = {sample->total_ns, (int64_t)i};

		if (sample->total_ns != RESULT_ABSENT && (sample->counted || !counted))
			rc = vec_push(&candidates, candidate);
	}
	*out = RESULT_ABSENT;
	if (!rc && candidates.count) {
		qsort(candidates.items, candidates.count, sizeof(struct candidate), by_total);
		*out = candidates.items[(candidates.count - 1) / 2].index;
	}
	vec_release(&candidates);
	return rc;
}

#define RELEASE_LIST(list, type)                                                                   \
	do {                                                                                       \
		vec_foreach(item_, list)                                                           \
			shape_release(&result_##type##_shape, item_);                              \
		vec_release(list);                                                                 \
	} while (0)

/* Both lists have the same type but for its name. */
#define MOVE_LIST(from, to, type)                                                                  \
	do {                                                                                       \
		RELEASE_LIST(to, type);                                                            \
		memcpy(to, from, sizeof(*(to)));                                                   \
		memset(from, 0, sizeof(*(from)));                                                  \
	} while (0)

static int copy_syscalls(struct result_workload *workload, const struct result_sample *sample)
{
	int rc = 0;

	RELEASE_LIST(&workload->syscalls, syscall);
	vec_foreach(from, &sample->syscalls) {
		struct result_syscall *to = result_add(&workload->syscalls, syscall);

		rc = to ? shape_copy(&result_syscall_shape, from, to) : -ENOMEM;
		if (rc)
			break;
	}
	return rc;
}

static int choose_median(struct result_workload *workload)
{
	struct result_sample *sample;
	int64_t median;
	int rc = find_median(workload, true, &median);

	if (!rc && median == RESULT_ABSENT)
		rc = find_median(workload, false, &median);
	if (rc)
		return rc;
	if (median != RESULT_ABSENT) {
		sample = &workload->samples.items[median];
		rc = copy_syscalls(workload, sample);
		MOVE_LIST(&sample->files, &workload->files, file);
		MOVE_LIST(&sample->folders, &workload->folders, folder);
		MOVE_LIST(&sample->patterns, &workload->patterns, pattern);
	}
	workload->median_sample = median;
	vec_foreach(other, &workload->samples) {
		RELEASE_LIST(&other->files, file);
		RELEASE_LIST(&other->folders, folder);
		RELEASE_LIST(&other->patterns, pattern);
	}
	return rc;
}

static int set_text(char **text, const char *value)
{
	if (*text || !value)
		return 0;
	*text = strdup(value);
	return *text ? 0 : -ENOMEM;
}

/* Measured where one start was good; else failed, with the first start's reason. */
static int conclude(struct result_workload *workload)
{
	const char *reason = NULL;
	int rc;

	vec_foreach(sample, &workload->samples) {
		if (sample->outcome && strcmp(sample->outcome, "good") == 0)
			return set_text(&workload->outcome, "measured");
		if (!reason)
			reason = sample->reason;
	}
	rc = set_text(&workload->outcome, "failed");
	return rc ? rc : set_text(&workload->reason, reason);
}

int summary_build(struct result_workload *workload, uint64_t seed)
{
	int rc = conclude(workload);

	if (!rc)
		rc = summary_metrics(workload, seed);
	if (!rc)
		rc = choose_median(workload);
	if (!rc)
		rc = summary_modules(workload);
	if (!rc)
		rc = summary_packages(workload, seed);
	if (rc)
		err_code(rc, "cannot sum up '%s'", workload->name ? workload->name : "");
	return rc;
}

const struct result_summary *summary_find(const struct result_workload *workload, const char *name)
{
	vec_foreach(summary, &workload->summary)
		if (summary->name && strcmp(summary->name, name) == 0)
			return summary;
	return NULL;
}

// SPDX-License-Identifier: BSD-2-Clause
/* merge_pool.c - the starts of one stratum, from several reports, as those of one workload */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "merge.h"
#include "stats.h"
#include "summary.h"
#include "summary_modules.h"
#include "summary_noise.h"

/* What is pooled. */
struct pool {
	struct result_workload *const *same;
	size_t count;
	size_t shape; /* the entry of which the lists are: of its lower-median start */
};

static size_t counted(const struct result_workload *workload)
{
	size_t count = 0;

	vec_foreach(sample, &workload->samples)
		count += sample->counted;
	return count;
}

int merge_texts(const result_texts *from, result_texts *to)
{
	int rc = 0;

	vec_foreach(text, from) {
		bool there = false;

		vec_foreach(other, to)
			there |= strcmp(*other, *text) == 0;
		if (!there && !rc)
			rc = result_texts_add(to, *text);
	}
	return rc;
}

/* ---- whose lists they are ---- */

struct candidate {
	size_t entry, weight;
	int64_t total_ns;
};

static int by_total(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->total_ns != right->total_ns)
		return left->total_ns < right->total_ns ? -1 : 1;
	return (left->entry > right->entry) - (left->entry < right->entry);
}

static int64_t median_total(const struct result_workload *workload)
{
	int64_t at = workload->median_sample;

	return at == RESULT_ABSENT ? RESULT_ABSENT : workload->samples.items[at].total_ns;
}

/* The entry whose lower-median start is the lower median of these, each as often as it has starts.
 */
static int choose_shape(struct pool *pool)
{
	struct candidate *candidates = calloc(pool->count, sizeof(*candidates));
	size_t known = 0, weight = 0, passed = 0;

	if (!candidates)
		return -ENOMEM;
	for (size_t i = 0; i < pool->count; i++) {
		struct candidate one = {i, counted(pool->same[i]) + 1, median_total(pool->same[i])};

		if (one.total_ns == RESULT_ABSENT)
			continue;
		weight += one.weight;
		candidates[known++] = one;
	}
	qsort(candidates, known, sizeof(*candidates), by_total);
	pool->shape = known ? candidates[0].entry : 0;
	for (size_t i = 0; i < known; i++) {
		if (2 * passed >= weight)
			break;
		pool->shape = candidates[i].entry;
		passed += candidates[i].weight;
	}
	free(candidates);
	return 0;
}

/* ---- modules ---- */

/* One column of a module: its numbers in the starts of all entries, in their order. */
typedef VEC(int64_t) column;

static int add_numbers(const column *from, size_t starts, column *to)
{
	int rc = 0;

	for (size_t i = 0; i < starts && !rc; i++)
		rc = vec_push(to, from && i < from->count ? from->items[i] : RESULT_ABSENT);
	return rc;
}

static int median_of(const column *numbers, int64_t *out)
{
	VEC(double) known = {0};
	int rc = 0;

	vec_foreach(number, numbers)
		if (*number != RESULT_ABSENT && !rc)
			rc = vec_push(&known, (double)*number);
	if (!rc && known.count) {
		stats_sort(known.items, known.count);
		*out = llround(stats_quantile(known.items, known.count, 0.5));
	}
	vec_release(&known);
	return rc;
}

/* The columns of a module, and of which number each is. */
static const struct {
	size_t numbers, median;
} columns[] = {
	{offsetof(struct result_module, starts_self_ns), offsetof(struct result_module, self_ns)},
	{offsetof(struct result_module, starts_total_ns), offsetof(struct result_module, total_ns)},
	{offsetof(struct result_module, starts_self_rss_bytes),
	 offsetof(struct result_module, self_rss_bytes)},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void get_column(const struct result_module *module, size_t i, column *out)
{
	memcpy(out, (const char *)module + columns[i].numbers, sizeof(*out));
}

/* |rows|: the module in each entry, NULL where that has it not. */
static int pool_column(const struct pool *pool, const struct result_module *const *rows, size_t i,
		       struct result_module *out)
{
	column all = {0}, one;
	int rc = 0;

	for (size_t entry = 0; entry < pool->count && !rc; entry++) {
		if (rows[entry])
			get_column(rows[entry], i, &one);
		rc = add_numbers(rows[entry] ? &one : NULL, counted(pool->same[entry]), &all);
	}
	if (!rc)
		rc = median_of(&all, (int64_t *)(void *)((char *)out + columns[i].median));
	if (rc) {
		vec_release(&all);
		return rc;
	}
	get_column(out, i, &one);
	vec_release(&one);
	memcpy((char *)out + columns[i].numbers, &all, sizeof(all));
	return 0;
}

static int pool_module(const struct pool *pool, const struct result_module **rows,
		       struct result_module *out)
{
	struct result_module pooled = *out;
	int rc = 0;

	pooled.starts_count = 0;
	for (size_t i = 0; i < pool->count; i++)
		if (rows[i] && rows[i]->starts_count != RESULT_ABSENT)
			pooled.starts_count += rows[i]->starts_count;
	for (size_t i = 0; i < COLUMNS && !rc; i++)
		rc = pool_column(pool, rows, i, &pooled);
	*out = pooled;
	return rc;
}

static int index_modules(const struct pool *pool, struct map *out)
{
	int rc = 0;

	for (size_t i = 0; i < pool->count && !rc; i++) {
		const struct result_workload *from = pool->same[i];

		if (from->median_sample != RESULT_ABSENT)
			rc = summary_modules_index(from->modules.items, from->modules.count,
						   &from->samples.items[from->median_sample],
						   &out[i]);
	}
	return rc;
}

/* The shape's own modules become those of all starts. */
static int pool_indexed(const struct pool *pool, const struct map *indices)
{
	const struct result_module **rows = calloc(pool->count, sizeof(*rows));
	struct result_workload *shape = pool->same[pool->shape];
	size_t cursor = 0, size;
	const void *key;
	uint64_t index, at;
	int rc = rows ? 0 : -ENOMEM;

	while (!rc && map_next(&indices[pool->shape], &cursor, &key, &size, &index)) {
		for (size_t i = 0; i < pool->count; i++)
			rows[i] = map_get(&indices[i], key, size, &at)
					  ? &pool->same[i]->modules.items[at]
					  : NULL;
		rc = pool_module(pool, rows, &shape->modules.items[index]);
	}
	free(rows);
	return rc;
}

static int pool_modules(const struct pool *pool)
{
	struct map *indices = calloc(pool->count, sizeof(*indices));
	int rc = indices ? index_modules(pool, indices) : -ENOMEM;

	if (!rc)
		rc = pool_indexed(pool, indices);
	for (size_t i = 0; indices && i < pool->count; i++)
		map_release(&indices[i]);
	free(indices);
	return rc;
}

/* ---- all of it ---- */

static int note_shape(const struct pool *pool)
{
	struct result_workload *shape = pool->same[pool->shape];
	char *note;
	int rc;

	if (!shape->modules.count && !shape->packages.count)
		return 0;
	if (asprintf(&note,
		     "merged: of modules the times of all starts and the growth of memory are "
		     "medians, their other numbers and those of packages are of %zu starts of one "
		     "report",
		     counted(shape)) < 0)
		return -ENOMEM;
	rc = merge_texts(&(result_texts){&note, 1, 1}, &shape->notes);
	free(note);
	return rc;
}

static int pool_notes(const struct pool *pool)
{
	struct result_workload *shape = pool->same[pool->shape];
	int rc = note_shape(pool);

	for (size_t i = 0; i < pool->count && !rc; i++)
		if (i != pool->shape)
			rc = merge_texts(&pool->same[i]->notes, &shape->notes);
	return rc;
}

/* One start that was good is enough to have measured. */
static void pool_outcome(const struct pool *pool)
{
	struct result_workload *shape = pool->same[pool->shape];

	for (size_t i = 0; i < pool->count; i++) {
		struct result_workload *from = pool->same[i];
		bool better = from->outcome && strcmp(from->outcome, "measured") == 0 &&
			      (!shape->outcome || strcmp(shape->outcome, "measured") != 0);
		char *outcome = shape->outcome, *reason = shape->reason;

		if (!better)
			continue;
		shape->outcome = from->outcome;
		shape->reason = from->reason;
		from->outcome = outcome;
		from->reason = reason;
	}
}

/* All samples in the entries' order move to the shape. */
static int pool_samples(const struct pool *pool)
{
	struct result_workload *shape = pool->same[pool->shape];
	__typeof__(shape->samples) all = {0};
	int64_t before = 0;
	size_t total = 0;

	for (size_t i = 0; i < pool->count; i++)
		total += pool->same[i]->samples.count;
	all.items = calloc(total ? total : 1, sizeof(*all.items));
	if (!all.items)
		return -ENOMEM;
	all.capacity = total ? total : 1;
	for (size_t i = 0; i < pool->count; i++) {
		struct result_workload *from = pool->same[i];

		if (i < pool->shape)
			before += (int64_t)from->samples.count;
		vec_foreach(sample, &from->samples)
			all.items[all.count++] = *sample;
		vec_release(&from->samples);
	}
	shape->samples.items = all.items;
	shape->samples.count = all.count;
	shape->samples.capacity = all.capacity;
	if (shape->median_sample != RESULT_ABSENT)
		shape->median_sample += before;
	return 0;
}

int merge_pool(struct result_workload *const *same, size_t count, uint64_t seed,
	       struct result_workload *out)
{
	struct pool pool = {same, count, 0};
	int rc = choose_shape(&pool);

	if (!rc && count > 1)
		rc = pool_modules(&pool);
	if (!rc && count > 1)
		rc = pool_notes(&pool);
	if (!rc)
		pool_outcome(&pool);
	if (!rc)
		rc = pool_samples(&pool);
	*out = *same[pool.shape];
	memset(same[pool.shape], 0, sizeof(*out));
	for (size_t i = 0; i < count; i++)
		if (i != pool.shape)
			result_workload_release(same[i]);
	if (!rc)
		rc = summary_metrics(out, seed);
	return rc ? rc : summary_noise_build(out);
}

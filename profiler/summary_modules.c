// SPDX-License-Identifier: BSD-2-Clause
/* summary_modules.c - the modules of all starts together */
#include "summary_modules.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "map.h"
#include "stats.h"

/* The numbers of which a median is taken. */
static const size_t columns[] = {
	offsetof(struct result_module, self_ns),
	offsetof(struct result_module, total_ns),
	offsetof(struct result_module, self_cpu_ns),
	offsetof(struct result_module, total_cpu_ns),
	offsetof(struct result_module, self_rss_bytes),
	offsetof(struct result_module, total_rss_bytes),
	offsetof(struct result_module, syscalls_count),
	offsetof(struct result_module, syscalls_ns),
	offsetof(struct result_module, files_opened_count),
	offsetof(struct result_module, enoent_count),
	offsetof(struct result_module, read_bytes),
	offsetof(struct result_module, faults_minor_count),
	offsetof(struct result_module, faults_major_count),
	offsetof(struct result_module, dlopen_ns),
	offsetof(struct result_module, init_ns),
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static int64_t value_of(const struct result_module *module, size_t column)
{
	return *(const int64_t *)(const void *)((const char *)module + columns[column]);
}

/* A start's modules, found by what they are. */
struct start {
	struct result_sample *sample;
	struct map indices; /* "process turn name" -> index */
};
typedef VEC(struct start) starts;

static int64_t place_of(const struct result_sample *sample, const char *instance)
{
	for (size_t i = 0; i < sample->processes.count; i++) {
		const char *other = sample->processes.items[i].instance;

		if (other && instance && strcmp(other, instance) == 0)
			return (int64_t)i;
	}
	return RESULT_ABSENT;
}

/* How often the process has loaded that name before. */
static int next_turn(struct map *turns, int64_t process, const char *name, struct buf *key,
		     uint64_t *out)
{
	int rc;

	buf_clear(key);
	rc = buf_printf(key, "%lld %s", (long long)process, name);
	if (rc)
		return rc;
	if (!map_get(turns, key->data, key->size, out))
		*out = 0;
	return map_set(turns, key->data, key->size, *out + 1);
}

int summary_modules_index(const struct result_module *modules, size_t count,
			  const struct result_sample *processes, struct map *out)
{
	const char *instance = NULL;
	struct map turns = {};
	struct buf key = {};
	int64_t process = RESULT_ABSENT;
	uint64_t turn;
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		const struct result_module *module = &modules[i];
		const char *name = module->name ? module->name : "";

		if (!instance || !module->instance || strcmp(instance, module->instance) != 0)
			process = place_of(processes, module->instance);
		instance = module->instance;
		rc = next_turn(&turns, process, name, &key, &turn);
		buf_clear(&key);
		if (!rc)
			rc = buf_printf(&key, "%lld %llu %s", (long long)process,
					(unsigned long long)turn, name);
		if (!rc)
			rc = map_set(out, key.data, key.size, i);
	}
	map_release(&turns);
	buf_release(&key);
	return rc;
}

static int list_starts(struct result_workload *workload, starts *out)
{
	int rc = 0;

	vec_foreach(sample, &workload->samples) {
		if (!sample->counted)
			continue;
		rc = vec_push(out, (struct start){.sample = sample});
		if (!rc)
			rc = summary_modules_index(sample->modules.items, sample->modules.count,
						   sample, &out->items[out->count - 1].indices);
		if (rc)
			break;
	}
	return rc;
}

/* ---- medians ---- */

/* One module in all starts: |same| has NULL where a start has it not. */
struct row {
	VEC(const struct result_module *) same;
	VEC(double) values;
};

/* Of an even number the mean of the middle two, as of all medians in a report. */
static int set_median(struct row *row, size_t column, struct result_module *out)
{
	row->values.count = 0;
	vec_foreach(module, &row->same) {
		int64_t value = *module ? value_of(*module, column) : RESULT_ABSENT;

		if (value != RESULT_ABSENT && vec_push(&row->values, (double)value))
			return -ENOMEM;
	}
	if (!row->values.count)
		return 0;
	stats_sort(row->values.items, row->values.count);
	*(int64_t *)(void *)((char *)out + columns[column]) =
		llround(stats_quantile(row->values.items, row->values.count, 0.5));
	return 0;
}

static int add_starts(const struct row *row, struct result_module *out)
{
	int rc = 0;

	out->starts_count = 0;
	vec_foreach(module, &row->same) {
		const struct result_module *from = *module;

		out->starts_count += from != NULL;
		if (!rc)
			rc = vec_push(&out->starts_self_ns, from ? from->self_ns : RESULT_ABSENT);
		if (!rc)
			rc = vec_push(&out->starts_total_ns, from ? from->total_ns : RESULT_ABSENT);
		if (!rc)
			rc = vec_push(&out->starts_self_rss_bytes,
				      from ? from->self_rss_bytes : RESULT_ABSENT);
	}
	return rc;
}

static int find_row(const starts *starts, const void *key, size_t size, struct row *row)
{
	int rc = 0;

	row->same.count = 0;
	vec_foreach(start, starts) {
		uint64_t index;
		bool has = map_get(&start->indices, key, size, &index);

		if (!rc)
			rc = vec_push(&row->same,
				      has ? &start->sample->modules.items[index] : NULL);
	}
	return rc;
}

static int set_modules(const starts *starts, const struct start *median,
		       struct result_workload *workload)
{
	struct row row = {};
	size_t cursor = 0, size;
	const void *key;
	uint64_t index;
	int rc = 0;

	while (!rc && map_next(&median->indices, &cursor, &key, &size, &index)) {
		struct result_module *out = &workload->modules.items[index];

		rc = find_row(starts, key, size, &row);
		for (size_t column = 0; column < COLUMNS && !rc; column++)
			rc = set_median(&row, column, out);
		if (!rc)
			rc = add_starts(&row, out);
	}
	vec_release(&row.same);
	vec_release(&row.values);
	return rc;
}

/* The tree of the median start, to be filled. */
static int copy_tree(const struct result_sample *median, struct result_workload *workload)
{
	int rc = 0;

	vec_foreach(from, &median->modules) {
		struct result_module *to = result_add(&workload->modules, module);

		rc = to ? shape_copy(&result_module_shape, from, to) : -ENOMEM;
		if (rc)
			break;
	}
	if (rc || !median->modules_technique)
		return rc;
	workload->modules_technique = strdup(median->modules_technique);
	return workload->modules_technique ? 0 : -ENOMEM;
}

static void release_modules(struct result_workload *workload)
{
	vec_foreach(module, &workload->modules)
		shape_release(&result_module_shape, module);
	vec_release(&workload->modules);
	free(workload->modules_technique);
	workload->modules_technique = NULL;
}

static void release_samples(struct result_workload *workload)
{
	vec_foreach(sample, &workload->samples) {
		vec_foreach(module, &sample->modules)
			shape_release(&result_module_shape, module);
		vec_release(&sample->modules);
	}
}

int summary_modules(struct result_workload *workload)
{
	const struct result_sample *median;
	starts all = {};
	int rc = 0;

	release_modules(workload);
	if (workload->median_sample == RESULT_ABSENT)
		return 0;
	median = &workload->samples.items[workload->median_sample];
	rc = copy_tree(median, workload);
	if (!rc)
		rc = list_starts(workload, &all);
	vec_foreach(start, &all)
		if (!rc && start->sample == median)
			rc = set_modules(&all, start, workload);
	vec_foreach(start, &all)
		map_release(&start->indices);
	vec_release(&all);
	release_samples(workload);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* compare_series.c - each metric's values over all starts of both sides */
#include "compare_series.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "map.h"
#include "stats.h"

struct builder {
	compare_series_list *list;
	struct map index; /* name -> place in the list */
	bool new_side;
};

static struct compare_series *find(struct builder *builder, const char *name)
{
	struct compare_series *series;
	uint64_t at;

	if (map_get(&builder->index, name, strlen(name), &at))
		return &builder->list->items[at];
	at = builder->list->count;
	series = vec_add(builder->list);
	if (!series)
		return NULL;
	series->name = strdup(name);
	series->metric = metrics_find(name);
	if (!series->name || map_set(&builder->index, name, strlen(name), at))
		return NULL;
	return series;
}

static compare_values *side(const struct builder *builder, struct compare_series *series)
{
	return builder->new_side ? &series->new : &series->base;
}

static int add_metrics(struct builder *builder, const struct result_sample *sample)
{
	int rc = 0;

	vec_foreach(value, &sample->metrics) {
		struct compare_series *series;

		if (!value->name || value->value == RESULT_ABSENT)
			continue;
		series = find(builder, value->name);
		rc = series ? vec_push(side(builder, series), (double)value->value) : -ENOMEM;
		if (rc)
			break;
	}
	return rc;
}

/* ---- system calls ---- */

static bool has_calls(const struct result_sample *sample)
{
	return sample->counted && sample->syscalls.count;
}

static int call_name(const struct result_syscall *call, struct buf *out)
{
	const char *name = call->name ? call->name : "", *abi = call->abi;

	buf_clear(out);
	if (abi && strcmp(abi, "native") != 0)
		return buf_printf(out, "syscalls_count{abi=%s,name=%s}", abi, name);
	return buf_printf(out, "syscalls_count{name=%s}", name);
}

/* Every start has each call that any has, none of it where it does not name it. */
static int add_zeros(compare_values *values, size_t count)
{
	int rc = 0;

	while (!rc && values->count < count)
		rc = vec_push(values, 0.0);
	return rc;
}

static int add_calls(struct builder *builder, const struct result_sample *sample, size_t before,
		     struct buf *name)
{
	int rc = 0;

	vec_foreach(call, &sample->syscalls) {
		struct compare_series *series;
		compare_values *values;

		if (call->count == RESULT_ABSENT)
			continue;
		rc = call_name(call, name);
		series = rc ? NULL : find(builder, buf_text(name));
		if (!series)
			return -ENOMEM;
		values = side(builder, series);
		rc = add_zeros(values, before + 1);
		if (rc)
			return rc;
		values->items[before] += (double)call->count;
	}
	return rc;
}

/* How many starts had system calls. */
static int add_all_calls(struct builder *builder, const struct result_workload *workload,
			 size_t *starts)
{
	struct buf name = {0};
	int rc = 0;

	*starts = 0;
	vec_foreach(sample, &workload->samples) {
		if (!has_calls(sample))
			continue;
		rc = add_calls(builder, sample, (*starts)++, &name);
		if (rc)
			break;
	}
	buf_release(&name);
	return rc;
}

static int add_side(struct builder *builder, const struct result_workload *workload, bool new_side)
{
	int rc = 0;

	builder->new_side = new_side;
	vec_foreach(sample, &workload->samples) {
		if (sample->counted)
			rc = add_metrics(builder, sample);
		if (rc)
			break;
	}
	return rc;
}

static int add_calls_of_both(struct builder *builder, const struct result_workload *base,
			     const struct result_workload *new)
{
	size_t first = builder->list->count, base_starts, new_starts;
	int rc;

	builder->new_side = false;
	rc = add_all_calls(builder, base, &base_starts);
	builder->new_side = true;
	if (!rc)
		rc = add_all_calls(builder, new, &new_starts);
	for (size_t i = first; i < builder->list->count && !rc; i++) {
		struct compare_series *series = &builder->list->items[i];

		rc = add_zeros(&series->base, base_starts);
		if (!rc)
			rc = add_zeros(&series->new, new_starts);
	}
	return rc;
}

int compare_series_build(const struct result_workload *base, const struct result_workload *new,
			 compare_series_list *out)
{
	struct builder builder = {.list = out};
	int rc = add_side(&builder, base, false);

	if (!rc)
		rc = add_side(&builder, new, true);
	if (!rc)
		rc = add_calls_of_both(&builder, base, new);
	vec_foreach(series, out) {
		stats_sort(series->base.items, series->base.count);
		stats_sort(series->new.items, series->new.count);
	}
	map_release(&builder.index);
	return rc;
}

void compare_series_release(compare_series_list *list)
{
	vec_foreach(series, list) {
		free(series->name);
		vec_release(&series->base);
		vec_release(&series->new);
	}
	vec_release(list);
}

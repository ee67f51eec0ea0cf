// SPDX-License-Identifier: BSD-2-Clause
/* compare_blame.c - what explains that a workload's starts became longer, bigger or other ones */
#include "compare_blame.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats_shift.h"

#define SMALLEST_NS    100000.0 /* below, a phase explains nothing that anybody looks for */
#define SMALLEST_BYTES 65536.0
#define KINDS	       8

/* Whether the values differ, as far as they can tell. */
static bool is_shift(double low, double high, double shift, double effect)
{
	return isnan(low) ? fabs(shift) > effect : low > 0 || high < 0;
}

static int set_cause(struct comparison_cause *cause, const char *kind, const char *name,
		     const char *change)
{
	return comparison_text(&cause->kind, kind) || comparison_text(&cause->name, name) ||
			       comparison_text(&cause->change, change)
		       ? -ENOMEM
		       : 0;
}

static const char *direction(double shift)
{
	return shift > 0 ? "more" : "less";
}

/* ---- from the metrics ---- */

/* The text between |before| and |after| in |name|, or NULL; to be freed. */
static char *between(const char *name, const char *before, const char *after)
{
	size_t first = strlen(before), last = strlen(after), size = strlen(name);

	if (size <= first + last || strncmp(name, before, first) ||
	    strcmp(name + size - last, after))
		return NULL;
	return strndup(name + first, size - first - last);
}

static int add_phase(const struct comparison_metric *metric, struct comparison_workload *out)
{
	char *name = between(metric->name, "phase_", "_ns");
	struct comparison_cause *cause;
	int rc = 0;

	if (name && fabs(metric->shift) >= SMALLEST_NS &&
	    is_shift(metric->shift_low, metric->shift_high, metric->shift, metric->effect)) {
		cause = comparison_add(&out->causes, cause);
		rc = cause ? set_cause(cause, "phase", name, direction(metric->shift)) : -ENOMEM;
		if (!rc)
			cause->time_ns = llround(metric->shift);
	}
	free(name);
	return rc;
}

static bool is_decided(const struct comparison_metric *metric)
{
	enum comparison_verdict verdict = comparison_verdict(metric->verdict);

	return verdict == COMPARISON_REGRESSED || verdict == COMPARISON_IMPROVED ||
	       (metric->shift_low > 0 || metric->shift_high < 0) ||
	       (metric->decided_by && strcmp(metric->decided_by, "constant") == 0);
}

static int add_call(const struct comparison_metric *metric, struct comparison_workload *out)
{
	char *name = between(metric->name, "syscalls_count{name=", "}");
	struct comparison_cause *cause;
	int rc = 0;

	if (name && is_decided(metric) && metric->shift != 0) {
		cause = comparison_add(&out->causes, cause);
		rc = cause ? set_cause(cause, "syscall", name,
				       metric->base_median == 0	 ? "added"
				       : metric->new_median == 0 ? "removed"
								 : direction(metric->shift))
			   : -ENOMEM;
		if (!rc)
			cause->syscalls_count = llround(metric->shift);
	}
	free(name);
	return rc;
}

static int add_from_metrics(struct comparison_workload *out)
{
	int rc = 0;

	vec_foreach(metric, &out->metrics) {
		if (isnan(metric->shift))
			continue;
		rc = add_phase(metric, out);
		if (!rc)
			rc = add_call(metric, out);
		if (rc)
			break;
	}
	return rc;
}

/* ---- memory by kind of mapping ---- */

static const char *const kinds[KINDS] = {"runtime",   "library", "extension", "heap",
					 "anonymous", "jit",	 "stack",     "other"};
typedef VEC(double) values_list;

/* Private memory of one kind at ready, all processes together; false: not measured. */
static bool private_of(const struct result_sample *sample, const char *kind, double *out)
{
	bool found = false;

	*out = 0;
	vec_foreach(process, &sample->processes) {
		vec_foreach(memory, &process->memory) {
			if (!memory->mark || strcmp(memory->mark, "ready") != 0)
				continue;
			vec_foreach(mapping, &memory->kinds) {
				found = true;
				if (mapping->kind && strcmp(mapping->kind, kind) == 0 &&
				    mapping->private_bytes != RESULT_ABSENT)
					*out += (double)mapping->private_bytes;
			}
		}
	}
	return found;
}

static int collect_kind(const struct result_workload *workload, const char *kind, values_list *out)
{
	double value;
	int rc = 0;

	vec_foreach(sample, &workload->samples) {
		if (!sample->counted || !private_of(sample, kind, &value))
			continue;
		rc = vec_push(out, value);
		if (rc)
			return rc;
	}
	stats_sort(out->items, out->count);
	return 0;
}

static int add_kind(const struct stats_two *two, const char *kind, struct stats_rank *rank,
		    struct comparison_workload *out)
{
	struct stats_shift shift = stats_shift(rank, two, 0.95);
	struct comparison_cause *cause;

	if (isnan(shift.estimate) || fabs(shift.estimate) < SMALLEST_BYTES ||
	    !is_shift(shift.interval.low, shift.interval.high, shift.estimate, 4 * SMALLEST_BYTES))
		return 0;
	cause = comparison_add(&out->causes, cause);
	if (!cause || set_cause(cause, "memory", kind, direction(shift.estimate)))
		return -ENOMEM;
	cause->size_bytes = llround(shift.estimate);
	return 0;
}

static int add_memory(const struct result_workload *base, const struct result_workload *new,
		      struct stats_rank *rank, struct comparison_workload *out)
{
	int rc = 0;

	for (size_t i = 0; i < KINDS && !rc; i++) {
		values_list before = {0}, after = {0};

		rc = collect_kind(base, kinds[i], &before);
		if (!rc)
			rc = collect_kind(new, kinds[i], &after);
		if (!rc) {
			struct stats_two two = {before.items, before.count, after.items,
						after.count};

			rc = add_kind(&two, kinds[i], rank, out);
		}
		vec_release(&before);
		vec_release(&after);
	}
	return rc;
}

/* ---- order ---- */

static double size_of(int64_t value)
{
	return value == RESULT_ABSENT ? 0 : fabs((double)value);
}

static int compare_sizes(int64_t a, int64_t b)
{
	return (size_of(a) < size_of(b)) - (size_of(a) > size_of(b));
}

static int largest_first(const void *a, const void *b)
{
	const struct comparison_cause *left = a, *right = b;
	int order = compare_sizes(left->time_ns, right->time_ns);

	if (!order)
		order = compare_sizes(left->size_bytes, right->size_bytes);
	if (!order)
		order = compare_sizes(left->files_count, right->files_count);
	if (!order)
		order = compare_sizes(left->syscalls_count, right->syscalls_count);
	if (!order)
		order = compare_sizes(left->enoent_count, right->enoent_count);
	return order ? order : strcmp(left->name, right->name);
}

/* Phases say where, not why. */
static bool explains(const struct comparison_cause *cause)
{
	return cause->time_ns != RESULT_ABSENT && strcmp(cause->kind, "phase") != 0;
}

/* Where modules explain, the calls on a file are in their time already. */
static void keep_time_of_modules(struct comparison_workload *out, size_t modules_end)
{
	for (size_t i = modules_end; i < out->causes.count; i++)
		out->causes.items[i].time_ns = RESULT_ABSENT;
}

/* A package that modules name is not named by its files again. */
static void drop_doubles(struct comparison_workload *out, size_t modules_end)
{
	size_t kept = modules_end;

	for (size_t i = modules_end; i < out->causes.count; i++) {
		struct comparison_cause *cause = &out->causes.items[i];
		bool known = strcmp(cause->kind, "package") == 0 &&
			     strcmp(cause->change, "changed") != 0;

		if (known)
			shape_release(&comparison_cause_shape, cause);
		else
			out->causes.items[kept++] = *cause;
	}
	out->causes.count = kept;
}

static void sum_up(struct comparison_workload *out)
{
	int64_t explained = 0;

	if (out->causes.count)
		qsort(out->causes.items, out->causes.count, sizeof(*out->causes.items),
		      largest_first);
	vec_foreach(cause, &out->causes)
		if (explains(cause))
			explained += cause->time_ns;
	out->explained_ns = explained;
	vec_foreach(metric, &out->metrics)
		if (strcmp(metric->name, "total_ns") == 0 && !isnan(metric->shift))
			out->unexplained_ns = llround(metric->shift) - explained;
}

double compare_blame_total(const struct comparison_workload *workload, const char *name)
{
	vec_foreach(metric, &workload->metrics)
		if (strcmp(metric->name, name) == 0 && !isnan(metric->shift) && is_decided(metric))
			return metric->shift;
	return 0;
}

int compare_blame(const struct result_workload *base, const struct result_workload *new,
		  struct stats_rank *rank, struct comparison_workload *out)
{
	size_t modules_end;
	int rc = add_from_metrics(out);

	if (!rc)
		rc = add_memory(base, new, rank, out);
	if (!rc)
		rc = compare_blame_modules(base, new, rank, out);
	modules_end = out->causes.count;
	if (!rc)
		rc = compare_blame_files(base, new, out);
	if (!rc && compare_blame_has_modules(base, new)) {
		drop_doubles(out, modules_end);
		keep_time_of_modules(out, modules_end);
	}
	if (!rc)
		sum_up(out);
	return rc;
}

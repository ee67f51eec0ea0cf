// SPDX-License-Identifier: BSD-2-Clause
/* compare_blame_changed.c - modules of both sides that cost more on one of them */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_blame.h"
#include "stats_family.h"
#include "stats_shift.h"
#include "units.h"

#define LEVEL	       0.05	 /* of blaming any module for noise, all of them together */
#define LARGEST_NS     1000000.0 /* the floor of a long start: a shift below explains nothing */
#define SMALLEST_NS    100000.0	 /* the floor of the shortest */
#define FLOOR_RATIO    0.02	 /* of the total, between both */
#define SMALLEST_BYTES (256 << 10)
#define PART_OF_SIZE   4 /* a module explains at least so much of the memory's shift: 1 / 4 */

typedef VEC(double) values_list;

/* One module's own time on both sides. */
struct own_time {
	double shift_ns; /* 0: none that matters */
	double p;	 /* two-sided */
};

static int collect(const struct result_module *module, values_list *out)
{
	vec_foreach(value, &module->starts_self_ns)
		if (*value != RESULT_ABSENT && vec_push(out, (double)*value))
			return -ENOMEM;
	stats_sort(out->items, out->count);
	return 0;
}

/*
 * Whether any way to deal these values to two sides could make them differ by |floor|: asked of
 * both sides' values together, not of which side has which, so that leaving out the others makes
 * no test more likely to reject. R. Bourgon, R. Gentleman and W. Huber, "Independent filtering
 * increases detection power for high-throughput experiments", PNAS 107(21), 2010.
 */
static int could_differ(const struct stats_two *two, double floor, bool *out)
{
	size_t count = two->before_count + two->after_count, half = count / 2;
	double *all = malloc((count + 1) * sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		all[i] = i < two->before_count ? two->before[i] : two->after[i - two->before_count];
	stats_sort(all, count);
	*out = half && all[half + half / 2] - all[(half - 1) / 2] >= floor;
	free(all);
	return 0;
}

/* Adds it to the family, or leaves it out of it: *|asked|. */
static int ask(const struct compare_blame_pair *pair, struct stats_rank *rank, double floor,
	       struct own_time *out, bool *asked)
{
	values_list before = {0}, after = {0};
	int rc = collect(pair->base, &before);

	*asked = false;
	if (!rc)
		rc = collect(pair->new, &after);
	if (!rc && before.count && after.count) {
		struct stats_two two = {before.items, before.count, after.items, after.count};

		rc = could_differ(&two, floor, asked);
		if (!rc && *asked) {
			struct stats_rank_p p = stats_rank_test(rank, &two, 0);
			double shift = stats_shift(rank, &two, 0.95).estimate;

			out->p = fmin(1, 2 * fmin(p.greater, p.less));
			out->shift_ns = fabs(shift) >= floor ? shift : 0;
		}
	}
	vec_release(&before);
	vec_release(&after);
	return rc;
}

/* Each pair's shift of its own time; 0: not surely one that matters. */
static int shifts_of(const struct compare_blame_pair *pairs, size_t count, struct stats_rank *rank,
		     double floor, int64_t *out)
{
	double *p = calloc(count + 1, sizeof(*p));
	size_t *asked = calloc(count + 1, sizeof(*asked)), family = 0;
	int rc = p && asked ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !rc; i++) {
		struct own_time own = {0};
		bool is_asked;

		out[i] = 0;
		rc = ask(&pairs[i], rank, floor, &own, &is_asked);
		if (rc || !is_asked)
			continue;
		out[i] = llround(own.shift_ns);
		p[family] = own.p;
		asked[family++] = i;
	}
	if (!rc)
		rc = stats_family_holm(p, family);
	for (size_t i = 0; i < family && !rc; i++)
		if (!(p[i] <= LEVEL))
			out[asked[i]] = 0;
	free(p);
	free(asked);
	return rc;
}

/* ---- what each costs ---- */

/* The totals that surely shifted, 0 where they did not: a module's part is told of these alone. */
struct totals {
	double files, calls, enoent, size;
};

static int64_t part(int64_t base, int64_t new, double total)
{
	if (!total || base == RESULT_ABSENT || new == RESULT_ABSENT)
		return RESULT_ABSENT;
	return units_difference(new, base);
}

/* Whether a module's part goes where the total does: the other way it explains nothing. */
static bool explains(int64_t value, double total)
{
	return value != RESULT_ABSENT && ((value > 0 && total > 0) || (value < 0 && total < 0));
}

static bool explains_size(int64_t value, double total)
{
	return explains(value, total) && fabs((double)value) >= SMALLEST_BYTES &&
	       fabs((double)value) * PART_OF_SIZE >= fabs(total);
}

static int add_changed(const struct compare_blame_pair *pair, const struct result_workload *new,
		       int64_t time_ns, const struct totals *totals,
		       struct comparison_workload *out)
{
	const struct result_module *a = pair->base, *b = pair->new;
	int64_t files = part(a->files_opened_count, b->files_opened_count, totals->files);
	int64_t enoent = part(a->enoent_count, b->enoent_count, totals->enoent);
	int64_t calls = part(a->syscalls_count, b->syscalls_count, totals->calls);
	int64_t size = part(a->self_rss_bytes, b->self_rss_bytes, totals->size);
	struct comparison_cause *cause;
	bool counts = explains(files, totals->files) || explains(enoent, totals->enoent);
	bool sizes = explains_size(size, totals->size), more;

	if (!time_ns && !counts && !sizes)
		return 0;
	more = time_ns ? time_ns > 0
	       : sizes ? size > 0
		       : (explains(files, totals->files) ? files : enoent) > 0;
	cause = comparison_add(&out->causes, cause);
	if (!cause)
		return -ENOMEM;
	cause->time_ns = time_ns;
	cause->size_bytes = sizes ? size : RESULT_ABSENT;
	cause->files_count = files;
	cause->enoent_count = enoent;
	cause->syscalls_count = calls;
	return comparison_text(&cause->kind, "module") || comparison_text(&cause->name, b->name) ||
			       comparison_text(&cause->change, more ? "more" : "less") ||
			       compare_blame_imports(new, b, cause)
		       ? -ENOMEM
		       : 0;
}

static double floor_of(const struct comparison_workload *out)
{
	vec_foreach(metric, &out->metrics)
		if (strcmp(metric->name, "total_ns") == 0 && !isnan(metric->base_median))
			return fmax(SMALLEST_NS,
				    fmin(LARGEST_NS, FLOOR_RATIO * metric->base_median));
	return LARGEST_NS;
}

int compare_blame_changed(const struct compare_blame_pair *pairs, size_t count,
			  const struct result_workload *new, struct stats_rank *rank,
			  struct comparison_workload *out)
{
	struct totals totals = {
		.files = compare_blame_total(out, "files_opened_count"),
		.calls = compare_blame_total(out, "syscalls_count"),
		.enoent = compare_blame_total(out, "enoent_count"),
		.size = compare_blame_total(out, "rss_peak_bytes"),
	};
	int64_t *shifts = calloc(count + 1, sizeof(*shifts));
	int rc = shifts ? shifts_of(pairs, count, rank, floor_of(out), shifts) : -ENOMEM;

	if (!totals.size)
		totals.size = compare_blame_total(out, "rss_ready_bytes");
	for (size_t i = 0; i < count && !rc; i++)
		rc = add_changed(&pairs[i], new, shifts[i], &totals, out);
	free(shifts);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* summary_packages.c - the packages that starts loaded, together with those that locks name */
#include "summary_packages.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

typedef VEC(struct result_package) package_list;
typedef VEC(double) numbers;

/* The numbers of which a median is taken. */
static const size_t columns[] = {
	offsetof(struct result_package, modules_count),
	offsetof(struct result_package, self_ns),
	offsetof(struct result_package, total_ns),
	offsetof(struct result_package, self_cpu_ns),
	offsetof(struct result_package, self_rss_bytes),
	offsetof(struct result_package, syscalls_count),
	offsetof(struct result_package, files_opened_count),
	offsetof(struct result_package, enoent_count),
	offsetof(struct result_package, saved_ns),
	offsetof(struct result_package, saved_rss_bytes),
	offsetof(struct result_package, saved_modules_count),
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Names as PEP 503 compares them: without case, "-", "_" and "." alike. npm's have neither. */
static char plain(char byte)
{
	return byte == '_' || byte == '.' ? '-' : (char)tolower((unsigned char)byte);
}

static bool same_text(const char *left, const char *right)
{
	for (; *left && *right; left++, right++)
		if (plain(*left) != plain(*right))
			return false;
	return *left == *right;
}

static bool is_same(const struct result_package *left, const struct result_package *right)
{
	return left->name && right->name && same_text(left->name, right->name) &&
	       (!left->version || !right->version || strcmp(left->version, right->version) == 0);
}

static size_t count_same(const struct result_sample *sample, const struct result_package *wanted)
{
	size_t count = 0;

	vec_foreach(package, &sample->packages)
		count += is_same(package, wanted);
	return count;
}

/*
 * Of several copies the one in the same place. The only one may be anywhere: some programs unpack
 * themselves anew for each start.
 */
static const struct result_package *find(const struct result_sample *sample,
					 const struct result_package *wanted, bool only)
{
	const struct result_package *last = NULL;

	vec_foreach(package, &sample->packages) {
		if (!is_same(package, wanted))
			continue;
		if (package->home && wanted->home && strcmp(package->home, wanted->home) == 0)
			return package;
		last = package;
	}
	return only && count_same(sample, wanted) == 1 ? last : NULL;
}

/* ---- medians ---- */

static int gather(const struct result_workload *workload, const struct result_package *wanted,
		  size_t column, numbers *out)
{
	const struct result_sample *median = &workload->samples.items[workload->median_sample];
	bool only = count_same(median, wanted) == 1;

	out->count = 0;
	vec_foreach(sample, &workload->samples) {
		const struct result_package *package =
			sample->counted ? find(sample, wanted, only) : NULL;
		int64_t value = RESULT_ABSENT;

		if (package)
			value = *(const int64_t *)(const void *)((const char *)package +
								 columns[column]);
		if (value != RESULT_ABSENT && vec_push(out, (double)value))
			return -ENOMEM;
	}
	return 0;
}

static int set_medians(const struct result_workload *workload, uint64_t seed,
		       struct result_package *package)
{
	numbers values = {};
	int rc = 0;

	for (size_t column = 0; column < COLUMNS && !rc; column++) {
		int64_t *to = (int64_t *)(void *)((char *)package + columns[column]);
		struct stats stats;

		rc = gather(workload, package, column, &values);
		if (rc || !values.count)
			continue;
		stats = stats_describe(values.items, values.count, seed);
		*to = llround(stats.median);
		if (to != &package->self_ns)
			continue;
		package->starts_count = (int64_t)values.count;
		package->self_ci95_low = stats.ci95.low;
		package->self_ci95_high = stats.ci95.high;
	}
	vec_release(&values);
	return rc;
}

/* ---- the list ---- */

static int costliest_first(const void *a, const void *b)
{
	const struct result_package *left = a, *right = b;

	if (left->total_ns != right->total_ns)
		return left->total_ns < right->total_ns ? 1 : -1;
	return strcmp(left->name ? left->name : "", right->name ? right->name : "");
}

static bool has(const package_list *list, const struct result_package *wanted)
{
	vec_foreach(package, list)
		if (is_same(package, wanted))
			return true;
	return false;
}

/* What is in the locks and was not loaded goes behind what was. */
static int add_unloaded(struct result_workload *workload, package_list *list)
{
	size_t loaded = list->count;

	vec_foreach(package, &workload->packages) {
		package_list known = {list->items, loaded, loaded};

		if (has(&known, package))
			shape_release(&result_package_shape, package);
		else if (vec_push(list, *package))
			return -ENOMEM;
		*package = (struct result_package){};
	}
	return 0;
}

static void release_list(struct result_package *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		shape_release(&result_package_shape, &items[i]);
}

static int list_loaded(const struct result_workload *workload, uint64_t seed, package_list *list)
{
	const struct result_sample *median = &workload->samples.items[workload->median_sample];
	int rc = 0;

	vec_foreach(from, &median->packages) {
		struct result_package *to = result_add(list, package);

		rc = to ? shape_copy(&result_package_shape, from, to) : -ENOMEM;
		if (!rc)
			rc = set_medians(workload, seed, to);
		if (rc)
			return rc;
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(list->items[0]), costliest_first);
	return 0;
}

int summary_packages(struct result_workload *workload, uint64_t seed)
{
	package_list list = {};
	int rc = 0;

	if (workload->median_sample != RESULT_ABSENT)
		rc = list_loaded(workload, seed, &list);
	if (!rc)
		rc = add_unloaded(workload, &list);
	if (rc) {
		release_list(list.items, list.count);
		vec_release(&list);
		return rc;
	}
	vec_release(&workload->packages);
	memcpy(&workload->packages, &list, sizeof(list));
	vec_foreach(sample, &workload->samples) {
		release_list(sample->packages.items, sample->packages.count);
		vec_release(&sample->packages);
	}
	return 0;
}

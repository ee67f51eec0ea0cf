// SPDX-License-Identifier: BSD-2-Clause
/* merge_check.c - whether reports can be of the parts of one plan */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "err.h"
#include "merge.h"

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same_texts(const result_texts *a, const result_texts *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = is_same_text(a->items[i], b->items[i]);
	return same;
}

static int refuse(const struct merge_part *part, const char *what, const struct merge_part *other)
{
	err_print("%s: another %s than in '%s': only parts of one plan are merged", part->name,
		  what, other->name);
	return -EINVAL;
}

static int check_plan(const struct merge_part *first, const struct merge_part *part)
{
	const struct result_plan *a = &first->report.plan, *b = &part->report.plan;

	if (!is_same_text(first->report.tool, part->report.tool))
		return refuse(part, "version of coldprof", first);
	if (!is_same_text(a->cold, b->cold))
		return refuse(part, "state of the page cache", first);
	if (a->requests != b->requests)
		return refuse(part, "number of requests", first);
	if (a->timeout_ns != b->timeout_ns)
		return refuse(part, "timeout", first);
	return 0;
}

/* One run's starts have a seed, an order and an instant. */
static int check_twice(const struct merge_part *other, const struct merge_part *part)
{
	const struct result *a = &other->report, *b = &part->report;

	if (a->plan.session && is_same_text(a->plan.session, b->plan.session)) {
		err_print("%s: is the other side of the run that '%s' is of: compare them",
			  part->name, other->name);
		return -EINVAL;
	}
	if (!a->created || a->plan.seed == RESULT_ABSENT || a->plan.seed != b->plan.seed ||
	    !is_same_text(a->created, b->created) || !is_same_texts(&a->plan.order, &b->plan.order))
		return 0;
	err_print("%s: has the same starts as '%s'", part->name, other->name);
	return -EINVAL;
}

static bool is_same_limit(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static const char *difference(const struct result_workload *a, const struct result_workload *b)
{
	if (!is_same_texts(&a->command, &b->command))
		return "command";
	if (!is_same_text(a->ready, b->ready))
		return "readiness";
	if (!is_same_text(a->cold, b->cold))
		return "state of the page cache";
	if (a->limit_memory_bytes != b->limit_memory_bytes ||
	    !is_same_limit(a->limit_cpus, b->limit_cpus))
		return "limit";
	return NULL;
}

static int check_workloads(const struct merge_part *other, const struct merge_part *part)
{
	vec_foreach(workload, &part->report.workloads) {
		vec_foreach(same, &other->report.workloads) {
			const char *what = is_same_text(same->name, workload->name)
						   ? difference(same, workload)
						   : NULL;

			if (!what)
				continue;
			err_print("%s: '%s' has another %s than in '%s': only parts of one plan "
				  "are merged",
				  part->name, workload->name ? workload->name : "", what,
				  other->name);
			return -EINVAL;
		}
	}
	return 0;
}

int merge_check(const struct merge_part *parts, size_t count)
{
	int rc = 0;

	for (size_t i = 1; i < count && !rc; i++) {
		rc = check_plan(&parts[0], &parts[i]);
		for (size_t other = 0; other < i && !rc; other++) {
			rc = check_twice(&parts[other], &parts[i]);
			if (!rc)
				rc = check_workloads(&parts[other], &parts[i]);
		}
	}
	return rc;
}

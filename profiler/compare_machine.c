// SPDX-License-Identifier: BSD-2-Clause
/* compare_machine.c - whether two reports were measured under the same conditions */
#include "compare_machine.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "compare_sharing.h"
#include "units.h"

#define SMALLEST_SHARE 1e-6 /* of the level, of one look */

/* ---- groups ---- */

static const struct {
	enum compare_group group;
	const char *name;
} group_names[] = {
	{COMPARE_TIMES, "times"},
	{COMPARE_SIZES, "sizes"},
	{COMPARE_COUNTS, "counts"},
	{COMPARE_FAULTS, "faults"},
	{COMPARE_THREADS, "threads"},
	{COMPARE_PATHS, "look-ups of paths"},
	{COMPARE_SHARED, "PSS and private memory"},
};

/* "times and sizes"; "" for none. */
static void name_groups(unsigned groups, struct buf *out)
{
	unsigned left = groups;

	for (size_t i = 0; i < sizeof(group_names) / sizeof(group_names[0]); i++) {
		if (!(left & group_names[i].group))
			continue;
		left &= ~(unsigned)group_names[i].group;
		buf_printf(out, "%s%s",
			   !out->size ? ""
			   : left     ? ", "
				      : " and ",
			   group_names[i].name);
	}
}

/*
 * Real paths are found name by name, and package.json and node_modules looked for in each folder up
 * to the root.
 */
static bool depends_on_depth(const char *name)
{
	static const char *const names[] = {
		METRICS_CALLS,
		"syscall_errors_count",
		"enoent_count",
		METRICS_CALLS "{name=access}",
		METRICS_CALLS "{name=faccessat}",
		METRICS_CALLS "{name=faccessat2}",
		METRICS_CALLS "{name=lstat}",
		METRICS_CALLS "{name=newfstatat}",
		METRICS_CALLS "{name=open}",
		METRICS_CALLS "{name=openat}",
		METRICS_CALLS "{name=readlink}",
		METRICS_CALLS "{name=readlinkat}",
		METRICS_CALLS "{name=stat}",
		METRICS_CALLS "{name=statx}",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool depends_on_sharing(const char *name)
{
	return strncmp(name, "pss_", 4) == 0 || strncmp(name, "uss_", 4) == 0;
}

bool compare_group_has(unsigned groups, const struct metric *metric, const char *name)
{
	switch (metric->kind) {
	case METRIC_TIME:
	case METRIC_WAIT:
		return groups & COMPARE_TIMES;
	case METRIC_SIZE:
		return groups & COMPARE_SIZES ||
		       (groups & COMPARE_SHARED && depends_on_sharing(name));
	case METRIC_COUNT:
		break;
	}
	return groups & COMPARE_COUNTS ||
	       (groups & COMPARE_FAULTS && strncmp(metric->name, "faults_", 7) == 0) ||
	       (groups & COMPARE_THREADS && strcmp(metric->name, "threads_count") == 0) ||
	       (groups & COMPARE_PATHS && depends_on_depth(name));
}

/* ---- differences ---- */

/* Where differences go; an error stays. */
struct finder {
	VEC(struct comparison_difference) found;
	unsigned groups;
	int rc;
};

static void add(struct finder *finder, const char *what, const char *base, const char *new,
		unsigned groups)
{
	struct comparison_difference *difference = comparison_add(&finder->found, difference);
	struct buf names = {0};

	if (!difference) {
		finder->rc = -ENOMEM;
		return;
	}
	finder->groups |= groups;
	name_groups(groups, &names);
	if (comparison_text(&difference->what, what) || comparison_text(&difference->base, base) ||
	    comparison_text(&difference->new, new) ||
	    (groups && comparison_text(&difference->not_gated, buf_text(&names))))
		finder->rc = -ENOMEM;
	buf_release(&names);
}

static void check_text(struct finder *finder, const char *what, const char *base, const char *new,
		       unsigned groups)
{
	if (strcmp(base ? base : "", new ? new : "") != 0)
		add(finder, what, base, new, groups);
}

static const char *count_text(int64_t value, char text[UNITS_TEXT])
{
	return value == RESULT_ABSENT ? NULL : units_count((double)value, text);
}

static void check_count(struct finder *finder, const char *what, int64_t base, int64_t new,
			unsigned groups)
{
	char before[UNITS_TEXT], after[UNITS_TEXT];

	if (base != new)
		add(finder, what, count_text(base, before), count_text(new, after), groups);
}

static const char *size_text(int64_t value, char text[UNITS_TEXT])
{
	return value == RESULT_ABSENT ? NULL : units_bytes((double)value, text);
}

static void check_limits(struct finder *finder, const struct result_workload *base,
			 const struct result_workload *new)
{
	char before[UNITS_TEXT], after[UNITS_TEXT];
	double a = base->limit_cpus, b = new->limit_cpus;

	if (base->limit_memory_bytes != new->limit_memory_bytes)
		add(finder, "memory limit", size_text(base->limit_memory_bytes, before),
		    size_text(new->limit_memory_bytes, after), COMPARE_TIMES | COMPARE_SIZES);
	if (a == b || (isnan(a) && isnan(b)))
		return;
	snprintf(before, sizeof(before), "%.4g", a);
	snprintf(after, sizeof(after), "%.4g", b);
	add(finder, "CPU limit", isnan(a) ? NULL : before, isnan(b) ? NULL : after,
	    COMPARE_TIMES | COMPARE_THREADS);
}

static int64_t depth_of(const char *path)
{
	int64_t depth = 0;

	for (; *path; path++)
		depth += *path == '/' && path[1] != '/' && path[1];
	return depth;
}

static void check_folders(struct finder *finder, const char *base, const char *new)
{
	if (base && new)
		check_count(finder, "depth of the folder", depth_of(base), depth_of(new),
			    COMPARE_PATHS);
}

/* In one run, by turns, others share as much with either side. */
static void check_sharing(struct finder *finder, const struct result_workload *base,
			  const struct result_workload *new)
{
	double a, b, most = metrics_kinds[METRIC_SIZE].absolute;
	char before[UNITS_TEXT], after[UNITS_TEXT];

	if (compare_sharing(base, &a) || compare_sharing(new, &b)) {
		finder->rc = -ENOMEM;
		return;
	}
	if (fabs(a - b) > most) /* not of NAN */
		add(finder, "pages of files that others map, too", units_bytes(a, before),
		    units_bytes(b, after), COMPARE_SHARED);
}

/* Starts that count although ... */
struct doubts {
	int64_t lost, counted_lost, warm;
};

static struct doubts doubts_of(const struct result_workload *workload)
{
	struct doubts out = {0};

	vec_foreach(sample, &workload->samples) {
		out.lost += sample->events_lost.count > 0;
		out.counted_lost += sample->counted && sample->events_lost.count > 0;
		out.warm += sample->counted && !sample->cold.as_asked;
	}
	return out;
}

static void check_doubts(struct finder *finder, const struct result_workload *base,
			 const struct result_workload *new)
{
	struct doubts a = doubts_of(base), b = doubts_of(new);
	unsigned counted = a.counted_lost || b.counted_lost ? COMPARE_COUNTS | COMPARE_SIZES : 0;
	char before[UNITS_TEXT], after[UNITS_TEXT];

	if (a.lost || b.lost)
		add(finder, "starts that lost events", count_text(a.lost, before),
		    count_text(b.lost, after), COMPARE_TIMES | counted);
	if (a.warm || b.warm)
		add(finder, "starts not as cold as asked", count_text(a.warm, before),
		    count_text(b.warm, after), COMPARE_TIMES | COMPARE_FAULTS);
}

static const char *cold_of(const struct result *report, const struct result_workload *workload)
{
	return workload->cold ? workload->cold : report->plan.cold;
}

int compare_conditions(const struct result *base_report, const struct result_workload *base,
		       const struct result *new_report, const struct result_workload *new,
		       struct comparison_workload *out, unsigned *groups)
{
	struct finder finder = {0};
	unsigned all = COMPARE_TIMES | COMPARE_SIZES | COMPARE_COUNTS;

	check_text(&finder, "runtime", base->runtime.name, new->runtime.name, COMPARE_TIMES);
	check_text(&finder, "runtime's version", base->runtime.version, new->runtime.version,
		   COMPARE_TIMES);
	/* a distribution's update under the same version */
	if (base->runtime.build_id && new->runtime.build_id && !finder.found.count)
		check_text(&finder, "runtime's build", base->runtime.build_id,
			   new->runtime.build_id, COMPARE_TIMES);
	check_limits(&finder, base, new);
	check_text(&finder, "page cache", cold_of(base_report, base), cold_of(new_report, new),
		   COMPARE_TIMES | COMPARE_FAULTS);
	check_text(&finder, "ready", base->ready, new->ready, all);
	check_folders(&finder, base->cwd, new->cwd);
	if (!compare_interleaved(base_report, new_report))
		check_sharing(&finder, base, new);
	check_doubts(&finder, base, new);
	memcpy(&out->differences, &finder.found, sizeof(out->differences));
	*groups |= finder.groups;
	return finder.rc;
}

int compare_machines(const struct result *base, const struct result *new, struct comparison *out,
		     unsigned *groups)
{
	const struct result_host *a = &base->host, *b = &new->host;
	struct finder finder = {0};

	check_text(&finder, "kernel", a->kernel, b->kernel, COMPARE_TIMES | COMPARE_FAULTS);
	check_text(&finder, "architecture", a->machine, b->machine,
		   COMPARE_TIMES | COMPARE_SIZES | COMPARE_COUNTS);
	check_text(&finder, "CPU", a->cpu, b->cpu, COMPARE_TIMES);
	check_count(&finder, "CPUs", a->cpus_count, b->cpus_count, COMPARE_TIMES | COMPARE_THREADS);
	check_text(&finder, "virtualization", a->virtualization, b->virtualization, COMPARE_TIMES);
	check_text(&finder, "governor", a->governor, b->governor, COMPARE_TIMES);
	check_text(&finder, "clock", a->clock, b->clock, COMPARE_TIMES);
	check_text(&finder, "coldprof", base->tool, new->tool, 0);
	memcpy(&out->differences, &finder.found, sizeof(out->differences));
	*groups |= finder.groups;
	return finder.rc;
}

bool compare_interleaved(const struct result *base, const struct result *new)
{
	const char *a = base->plan.session, *b = new->plan.session;

	return a && b && *a && strcmp(a, b) == 0;
}

const struct result_looks *compare_looks(const struct result *base, const struct result *new)
{
	const struct result_looks *looks = &new->plan.looks;

	if (!compare_interleaved(base, new) || !looks->starts.count)
		return NULL;
	/* what a file says that no run can have written counts for nothing */
	return looks->made_count > 0 && looks->level_ratio >= SMALLEST_SHARE &&
			       looks->level_ratio <= 1
		       ? looks
		       : NULL;
}

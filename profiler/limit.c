// SPDX-License-Identifier: BSD-2-Clause
/* limit.c - a cgroup for each start: its limits, its numbers, its processes; v1 and v2 */
#include "limit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "limit_name.h"

#define PLACES	      4 /* v2 and one of v1 for each of enum cgroup_controller */
#define CPU_PERIOD_US 100000
#define CPU_QUOTA_MIN 1000 /* the kernel's, in us */

/* Where groups are made in one hierarchy. */
struct place {
	bool v2;
	unsigned controllers; /* that the groups of starts have */
	char *base;	      /* what |parent| is in */
	unsigned enabled;     /* v2: in |base|, by us */
	char *parent;	      /* base/coldprof-PID-STARTTIME */
};

/* The process's own, between limits_setup and limits_teardown. */
static struct {
	struct place places[PLACES];
	size_t count;
	unsigned long starts;
} machine;

struct limits {
	char *paths[PLACES]; /* by place; NULL: not made */
};

/* ---- the parent groups ---- */

/* Makes the parent group in |base|. */
static int make_parent(const char *base, struct place *place)
{
	char *copy = strdup(base);
	struct buf path = {};
	int rc = -ENOMEM;

	if (copy && !buf_printf(&path, "%s/", base) && !limit_name(&path))
		rc = cgroup_make(path.data);
	if (rc == -EEXIST)
		rc = 0;
	if (rc) {
		free(copy);
		buf_release(&path);
		return rc;
	}
	place->base = copy;
	place->parent = buf_steal(&path);
	return 0;
}

static int place_v1(const struct cgroup *cgroup, struct place *place)
{
	int rc = make_parent(cgroup->own, place);

	place->controllers = cgroup->controllers;
	return rc ? make_parent(cgroup->mount, place) : 0;
}

/*
 * A group with processes gives no controllers to groups below it, so ours is beside our own group;
 * or at the root, which is exempt, where only that has the controllers.
 */
static int place_v2(const struct cgroup *cgroup, struct place *place)
{
	unsigned wanted = cgroup->controllers & (CGROUP_MEMORY | CGROUP_CPU);
	char *beside = strdup(cgroup->own);
	int rc;

	if (!beside)
		return -ENOMEM;
	if (strcmp(cgroup->own, cgroup->mount))
		*strrchr(beside, '/') = '\0';
	if ((cgroup_controllers_in(beside, "cgroup.subtree_control") & wanted) != wanted ||
	    make_parent(beside, place)) {
		place->enabled = cgroup_enable(cgroup->mount, wanted);
		rc = make_parent(cgroup->mount, place);
		if (rc) {
			cgroup_disable(cgroup->mount, place->enabled);
			place->enabled = 0;
			rc = make_parent(beside, place);
		}
		if (rc)
			goto out;
	}
	if (place->enabled)
		limit_mark(place->parent, place->enabled);
	cgroup_enable(place->parent, wanted);
	place->controllers = cgroup_controllers_in(place->parent, "cgroup.subtree_control");
	rc = 0;
out:
	free(beside);
	return rc;
}

int limits_setup(void)
{
	cgroups all = {};
	int rc = cgroup_find(&all);

	if (rc)
		return err_code(rc, "cannot find the cgroups of this machine");
	vec_foreach(cgroup, &all) {
		struct place place = {.v2 = cgroup->v2};

		if (machine.count == PLACES)
			break;
		if (!(cgroup->v2 ? place_v2(cgroup, &place) : place_v1(cgroup, &place)))
			machine.places[machine.count++] = place;
	}
	cgroup_release(&all);
	return 0;
}

void limits_teardown(void)
{
	for (size_t i = 0; i < machine.count; i++) {
		struct place *place = &machine.places[i];
		int rc = cgroup_remove(place->parent);

		if (rc)
			err_code(rc, "cannot remove cgroup '%s'", place->parent);
		cgroup_disable(place->base, place->enabled);
		free(place->base);
		free(place->parent);
	}
	machine.count = 0;
}

bool limits_available(void)
{
	return machine.count > 0;
}

const char *limits_version(void)
{
	bool v1 = false, v2 = false;
	cgroups all = {};

	if (cgroup_find(&all) == 0)
		vec_foreach(cgroup, &all) {
			v1 |= !cgroup->v2;
			v2 |= cgroup->v2;
		}
	cgroup_release(&all);
	if (v1 && v2)
		return "v1+v2";
	return v1 ? "v1" : v2 ? "v2" : "none";
}

/* ---- one start ---- */

/* The start's group with |controller|, of v1 or v2 as the place is; NULL: none. */
static const char *with(const struct limits *limits, unsigned controller, bool *v2)
{
	for (size_t i = 0; i < machine.count; i++)
		if (limits->paths[i] && machine.places[i].controllers & controller) {
			*v2 = machine.places[i].v2;
			return limits->paths[i];
		}
	return NULL;
}

/* The group that is asked for processes: of v2 where there is one. */
static const char *main_group(const struct limits *limits)
{
	const char *path = NULL;

	for (size_t i = 0; i < machine.count; i++)
		if (limits->paths[i] && (!path || machine.places[i].v2))
			path = limits->paths[i];
	return path;
}

/* Swap must not take what memory may not. */
static int limit_memory(const struct limits *limits, uint64_t bytes)
{
	bool v2;
	const char *path = with(limits, CGROUP_MEMORY, &v2);
	char text[32];
	int rc;

	if (!path) {
		err_print("cannot limit memory: no cgroup of this machine has a memory controller");
		return -ENOTSUP;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	rc = cgroup_write(path, v2 ? "memory.max" : "memory.limit_in_bytes", text);
	if (rc)
		return err_code(rc, "cannot limit memory to %s bytes in '%s'", text, path);
	/* without swap accounting there is no such file */
	cgroup_write(path, v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes", v2 ? "0" : text);
	return 0;
}

static int limit_cpus(const struct limits *limits, double cpus)
{
	unsigned long period = CPU_PERIOD_US;
	bool v2;
	const char *path = with(limits, CGROUP_CPU, &v2);
	char text[64];
	int rc;

	if (!path) {
		err_print("cannot limit CPUs: no cgroup of this machine has a cpu controller");
		return -ENOTSUP;
	}
	if (cpus * (double)period < CPU_QUOTA_MIN)
		period *= 10; /* the longest there is */
	if (v2) {
		snprintf(text, sizeof(text), "%.0f %lu", cpus * (double)period, period);
		rc = cgroup_write(path, "cpu.max", text);
	} else {
		snprintf(text, sizeof(text), "%lu", period);
		rc = cgroup_write(path, "cpu.cfs_period_us", text);
		snprintf(text, sizeof(text), "%.0f", cpus * (double)period);
		if (!rc)
			rc = cgroup_write(path, "cpu.cfs_quota_us", text);
	}
	return rc ? err_code(rc, "cannot limit to %g CPUs in '%s'", cpus, path) : 0;
}

int limits_begin(const struct limits_spec *spec, struct limits **out)
{
	struct limits *limits = calloc(1, sizeof(*limits));
	int rc = limits ? 0 : err_code(-ENOMEM, "cannot make a cgroup");

	machine.starts++;
	for (size_t i = 0; i < machine.count && !rc; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/start-%lu", machine.places[i].parent, machine.starts) < 0) {
			rc = err_code(-ENOMEM, "cannot make a cgroup");
			break;
		}
		rc = cgroup_make(path);
		if (rc) {
			err_code(rc, "cannot make cgroup '%s'", path);
			free(path);
		} else {
			limits->paths[i] = path;
		}
	}
	if (!rc && spec->memory_bytes)
		rc = limit_memory(limits, spec->memory_bytes);
	if (!rc && spec->cpus > 0)
		rc = limit_cpus(limits, spec->cpus);
	if (rc)
		limits_end(limits);
	else
		*out = limits;
	return rc;
}

int limits_add(struct limits *limits, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < machine.count; i++) {
		const char *path = limits->paths[i];
		int rc = path ? cgroup_write(path, "cgroup.procs", text) : 0;

		if (rc)
			return err_code(rc, "cannot put process %d into cgroup '%s'", pid, path);
	}
	return 0;
}

static int64_t times_1000(int64_t value)
{
	return value < 0 ? value : value * 1000;
}

void limits_read(const struct limits *limits, struct event_cgroup *out)
{
	bool v2;
	const char *memory = with(limits, CGROUP_MEMORY, &v2), *cpu, *any;

	out->memory_peak_bytes = out->memory_current_bytes = out->cpu_usage_ns = -1;
	out->throttled_ns = out->oom_kills = -1;
	if (memory && v2) {
		out->memory_peak_bytes = cgroup_number(memory, "memory.peak"); /* since 5.19 */
		out->memory_current_bytes = cgroup_number(memory, "memory.current");
		out->oom_kills = cgroup_keyed(memory, "memory.events", "oom_kill");
	} else if (memory) {
		out->memory_peak_bytes = cgroup_number(memory, "memory.max_usage_in_bytes");
		out->memory_current_bytes = cgroup_number(memory, "memory.usage_in_bytes");
		out->oom_kills = cgroup_keyed(memory, "memory.oom_control", "oom_kill");
	}
	cpu = with(limits, CGROUP_CPU, &v2);
	if (cpu && v2)
		out->throttled_ns = times_1000(cgroup_keyed(cpu, "cpu.stat", "throttled_usec"));
	else if (cpu)
		out->throttled_ns = cgroup_keyed(cpu, "cpu.stat", "throttled_time");
	any = with(limits, CGROUP_CPUACCT, &v2);
	if (any)
		out->cpu_usage_ns = cgroup_number(any, "cpuacct.usage");
	any = main_group(limits); /* v2 counts it without a controller, too */
	if (any && out->cpu_usage_ns < 0)
		out->cpu_usage_ns = times_1000(cgroup_keyed(any, "cpu.stat", "usage_usec"));
}

int limits_kill(struct limits *limits)
{
	const char *path = main_group(limits);

	return path ? cgroup_kill(path) : 0;
}

int limits_processes(const struct limits *limits, limits_pids *out)
{
	const char *path = main_group(limits);

	return path ? cgroup_processes(path, out) : 0;
}

int limits_end(struct limits *limits)
{
	int rc = 0;

	for (size_t i = 0; limits && i < PLACES; i++) {
		int failed = limits->paths[i] ? cgroup_remove(limits->paths[i]) : 0;

		if (failed)
			rc = err_code(failed, "cannot remove cgroup '%s'", limits->paths[i]);
		free(limits->paths[i]);
	}
	free(limits);
	return rc;
}

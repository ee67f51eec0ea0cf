/* SPDX-License-Identifier: BSD-2-Clause */
/* limit.h - a cgroup for each start: its limits, its numbers, its processes; v1 and v2 */
#ifndef COLDPROF_LIMITS_H
#define COLDPROF_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "event.h"

struct limits; /* one start's cgroups */

struct limits_spec {
	uint64_t memory_bytes; /* 0: no limit */
	double cpus;	       /* 0: no limit */
};

/*
 * Once a run: finds the mounts and makes the parent groups coldprof-PID-STARTTIME. 0, or -errno
 * printed. A machine without any usable cgroup is no failure: limits_available() says so.
 */
int limits_setup(void);
void limits_teardown(void);
bool limits_available(void);
/* "v1", "v2", "v1+v2" or "none". */
const char *limits_version(void);

/*
 * A new group in each hierarchy. 0 or -errno, printed; -ENOTSUP where a limit is asked for and no
 * controller can set it.
 */
int limits_begin(const struct limits_spec *spec, struct limits **out);
int limits_add(struct limits *limits, pid_t pid);

/* The group's own numbers, -1 for each that is not there; header fields are the caller's. */
void limits_read(const struct limits *limits, struct event_cgroup *out);

/* Kills all that is in the group: cgroup.kill, or SIGKILL to each of cgroup.procs. */
int limits_kill(struct limits *limits);
/* Adds the processes in the group now. */
typedef cgroup_pids limits_pids;
int limits_processes(const struct limits *limits, limits_pids *out);

/* Removes the groups (empty by now), NULL is fine. 0 or -errno, printed. */
int limits_end(struct limits *limits);

/* Groups that a killed coldprof left: their paths. */
typedef cgroup_paths limits_paths;
int limits_leftovers(limits_paths *out);
int limits_remove_leftover(const char *path);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* cgroup.h - the cgroup hierarchies of this machine, and groups in them */
#ifndef COLDPROF_CGROUP_H
#define COLDPROF_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "vec.h"

enum cgroup_controller { CGROUP_MEMORY = 1, CGROUP_CPU = 2, CGROUP_CPUACCT = 4 };

/* A mounted hierarchy, v2 or one of v1's that has a controller above. */
struct cgroup {
	bool v2;
	unsigned controllers; /* v1: of the mount; v2: what its uppermost group has */
	char *mount;
	char *own; /* the group that we are in, as a path below |mount|, or |mount| itself */
};

typedef VEC(struct cgroup) cgroups;
typedef VEC(pid_t) cgroup_pids;
typedef VEC(char *) cgroup_paths;

/* Those of this machine; none is no failure. 0 or -errno, nothing printed. */
int cgroup_find(cgroups *out);
/* The same from texts: /proc/self/mountinfo and /proc/self/cgroup. |controllers| of v2 stays 0. */
int cgroup_parse(const char *mountinfo, const char *own, cgroups *out);
void cgroup_release(cgroups *all);

/* The file |name| of the group at |path|. All return 0 or -errno. */
int cgroup_read(const char *path, const char *name, struct buf *out);
int cgroup_write(const char *path, const char *name, const char *text);
/* The number that a file is, or that follows |key| and a space at a line's begin; -1: none. */
int64_t cgroup_number(const char *path, const char *name);
int64_t cgroup_keyed(const char *path, const char *name, const char *key);
/* Bits of enum cgroup_controller that a list has, "cpuset cpu memory". */
unsigned cgroup_controllers(const char *list);

/* The same of a file of the group, cgroup.controllers or cgroup.subtree_control. */
unsigned cgroup_controllers_in(const char *path, const char *name);
/* v2: gives the groups below what they have not of |wanted|; returns what was given by that. */
unsigned cgroup_enable(const char *path, unsigned wanted);
/* Takes it back; the kernel refuses while another group below uses it: then it stays. */
void cgroup_disable(const char *path, unsigned controllers);

/* A new folder; 0 or -errno. */
int cgroup_make(const char *path);
/* Adds the processes in the group and in the groups below. */
int cgroup_processes(const char *path, cgroup_pids *out);
/* SIGKILL to all that is in the group and below. */
int cgroup_kill(const char *path);
/* Removes the group and those below, waiting a second at most for processes that just end. */
int cgroup_remove(const char *path);
/* Adds the paths of all groups in the hierarchy whose name |is_wanted| takes. */
int cgroup_search(const char *path, bool (*is_wanted)(const char *name), cgroup_paths *out);

#endif

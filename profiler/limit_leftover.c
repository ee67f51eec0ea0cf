// SPDX-License-Identifier: BSD-2-Clause
/* limit_leftover.c - groups that a killed coldprof left */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fs.h"
#include "limit.h"
#include "limit_name.h"
#include "units.h"

#define PREFIX "coldprof-"
#define MARK   "trusted.coldprof.enabled" /* of a v2 group: controllers enabled above it */

/* The start time of a process, field 22 of its stat, in clock ticks since boot; 0: gone. */
static unsigned long long start_time(const char *pid)
{
	unsigned long long ticks = 0;
	struct buf path = {}, text = {};
	const char *end;

	if (!buf_printf(&path, "/proc/%s/stat", pid) && !fs_read(path.data, KIB * 4, &text) &&
	    (end = strrchr(buf_text(&text), ')')))
		if (sscanf(end + 1,
			   " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			   "%*s %*s %llu",
			   &ticks) != 1)
			ticks = 0;
	buf_release(&path);
	buf_release(&text);
	return ticks;
}

/* The id of a process in its own, innermost, pid namespace; 0: gone. */
static long innermost_pid(const char *pid)
{
	struct buf path = {}, text = {};
	const char *line;
	long inner = 0;

	if (!buf_printf(&path, "/proc/%s/status", pid) && !fs_read(path.data, 64 * KIB, &text) &&
	    (line = strstr(buf_text(&text), "\nNSpid:"))) {
		char *next = (char *)line + strlen("\nNSpid:");

		for (size_t gap; (gap = strspn(next, " \t")) && isdigit((unsigned char)next[gap]);)
			inner = strtol(next, &next, 10);
	}
	buf_release(&path);
	buf_release(&text);
	return inner;
}

/* PID and STARTTIME of "coldprof-PID-STARTTIME". */
static bool parse_name(const char *name, long *pid, unsigned long long *ticks)
{
	int used = 0;

	return sscanf(name, PREFIX "%ld-%llu%n", pid, ticks, &used) == 2 && !name[used];
}

static bool is_ours(const char *name)
{
	unsigned long long ticks;
	long pid;

	return parse_name(name, &pid, &ticks);
}

/* Whether the coldprof that made the group still lives, also in a pid namespace below ours. */
static bool has_owner(const char *name)
{
	unsigned long long ticks;
	struct dirent *entry;
	bool found = false;
	long pid;
	DIR *proc;

	if (!parse_name(name, &pid, &ticks))
		return true;
	proc = opendir("/proc");
	while (proc && !found && (entry = readdir(proc)))
		found = isdigit((unsigned char)entry->d_name[0]) &&
			start_time(entry->d_name) == ticks && innermost_pid(entry->d_name) == pid;
	if (proc)
		closedir(proc);
	return found;
}

int limit_name(struct buf *out)
{
	return buf_printf(out, PREFIX "%d-%llu", getpid(), start_time("self"));
}

void limit_mark(const char *path, unsigned enabled)
{
	setxattr(path, MARK, &enabled, sizeof(enabled), 0);
}

int limits_leftovers(limits_paths *out)
{
	limits_paths found = {};
	cgroups all = {};
	int rc = cgroup_find(&all);

	vec_foreach(cgroup, &all)
		if (!rc)
			rc = cgroup_search(cgroup->mount, is_ours, &found);
	vec_foreach(path, &found) {
		if (!rc && !has_owner(fs_basename(*path)))
			rc = vec_push(out, *path);
		else
			free(*path);
	}
	vec_release(&found);
	cgroup_release(&all);
	return rc;
}

int limits_remove_leftover(const char *path)
{
	unsigned enabled = 0;
	char *above;
	int rc;

	if (has_owner(fs_basename(path)))
		return -EBUSY;
	if (getxattr(path, MARK, &enabled, sizeof(enabled)) != sizeof(enabled))
		enabled = 0;
	rc = cgroup_kill(path);
	if (!rc)
		rc = cgroup_remove(path);
	above = strndup(path, (size_t)(fs_basename(path) - path - 1));
	if (!rc && above)
		cgroup_disable(above, enabled);
	free(above);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* doctor_leftovers.c - what a killed coldprof left behind, found and removed */
#include "doctor_parts.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "install.h"
#include "limit.h"
#include "user_job.h"

#define REPORT "coldprof-report.json" /* the default report, written beside its own name */

struct found {
	size_t groups, files;
	struct buf failed;
};

/* ---- cgroups, with the programs that still run in them ---- */

static void groups(const struct doctor_options *options, struct found *found)
{
	limits_paths paths = {0};

	(void)limits_leftovers(&paths);
	vec_foreach(path, &paths) {
		int rc = options->keep_leftovers ? 0 : limits_remove_leftover(*path);

		found->groups++;
		if (rc)
			buf_printf(&found->failed, "%s%s: %s", found->failed.size ? ", " : "",
				   *path, err_text(rc));
		free(*path);
	}
	vec_release(&paths);
}

/* ---- half-written files, as the user whose they are ---- */

/* "NAME.PID.tmp", as fs_atomic_open() names them, of a process that is gone */
static bool is_half_written(const char *name, const char *prefix)
{
	size_t length = strlen(name);
	const char *pid;
	char *end;
	long owner;

	if (strncmp(name, prefix, strlen(prefix)) || length < 6 ||
	    strcmp(name + length - 4, ".tmp"))
		return false;
	for (pid = name + length - 5; pid > name && *pid != '.'; pid--)
		;
	owner = strtol(pid + 1, &end, 10);
	return *pid == '.' && owner > 0 && strcmp(end, ".tmp") == 0 && kill((pid_t)owner, 0) &&
	       errno == ESRCH;
}

static size_t tidy_folder(const char *folder, const char *prefix, bool keep)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (!is_half_written(entry->d_name, prefix))
			continue;
		count++;
		if (!keep)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
	return count;
}

static int tidy(void *context, struct buf *answer)
{
	const struct doctor_options *options = context;
	size_t count = tidy_folder(".", REPORT ".", options->keep_leftovers);
	struct buf symbols = {0};

	if (options->cache && !buf_printf(&symbols, "%s/symbols", options->cache))
		count += tidy_folder(symbols.data, "", options->keep_leftovers);
	if (options->cache && !options->keep_leftovers)
		(void)install_tidy(options->cache);
	buf_release(&symbols);
	return buf_printf(answer, "%zu", count);
}

static void say(const struct doctor_options *options, struct doctor *doctor,
		const struct found *found)
{
	struct buf all = {0};

	if (found->groups)
		buf_printf(&all, "%zu cgroup%s with what still ran in %s", found->groups,
			   found->groups > 1 ? "s" : "", found->groups > 1 ? "them" : "it");
	if (found->files)
		buf_printf(&all, "%s%zu half-written file%s", all.size ? ", " : "", found->files,
			   found->files > 1 ? "s" : "");
	if (found->failed.size)
		doctor_add(doctor, "leftovers", DOCTOR_LIMITED,
			   geteuid() ? "use sudo" : "end what runs in it, then call doctor again",
			   "of a killed coldprof, not removed: %s", found->failed.data);
	else if (all.size && options->keep_leftovers)
		doctor_add(doctor, "leftovers", DOCTOR_LIMITED,
			   "`coldprof doctor` without --keep removes them",
			   "of a killed coldprof: %s", all.data);
	else if (all.size)
		doctor_add(doctor, "leftovers", DOCTOR_OK, NULL,
			   "of a killed coldprof, removed now: %s", all.data);
	else
		doctor_add(doctor, "leftovers", DOCTOR_OK, NULL,
			   "no leftovers of a killed coldprof");
	buf_release(&all);
}

void doctor_leftovers(const struct doctor_options *options, struct doctor *doctor)
{
	struct found found = {0};
	struct buf answer = {0};

	groups(options, &found);
	if (user_job(options->user, tidy, (void *)options, &answer) == 0)
		found.files = strtoul(buf_text(&answer), NULL, 10);
	say(options, doctor, &found);
	buf_release(&answer);
	buf_release(&found.failed);
}

// SPDX-License-Identifier: BSD-2-Clause
/* install.c - one workload's prepared folder, made whole or not at all */
#include "install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "client.h"
#include "err.h"
#include "fs.h"
#include "installed.h"
#include "interpreter.h"
#include "prepare.h"
#include "tree.h"
#include "trust.h"
#include "user.h"
#include "workload.h"

#define SCRIPT_LIMIT (16 * 1024 * 1024)

/* An installation at work. */
struct work {
	const struct install *install;
	char *cache;	 /* the folder that all prepared folders lie in */
	char *temporary; /* where it is made: a name as long as the final one */
	int lock;	 /* the temporary folder, locked as long as we live; -1: none */
};

static void say_step(const struct work *work, const char *step)
{
	if (work->install->progress >= 0)
		dprintf(work->install->progress, "%s\n", step);
}

/*
 * The temporary folder is locked by the process that works in it: the kernel takes the lock back
 * when that process dies, so whoever gets it may remove the folder. Until it has its lock, the
 * cache folder's own is held.
 */
static int make_temporary(struct work *work)
{
	const char *folder = work->install->prepare->folder;
	unsigned char bytes[INSTALL_TAIL / 2];
	int cache, err = 0;
	char *at;

	work->temporary = strdup(folder);
	if (!work->temporary || getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_code(-ENOMEM, "cannot prepare in '%s'", work->cache);
	work->temporary[strlen(work->cache) + 1] = '.';
	at = work->temporary + strlen(folder) - INSTALL_TAIL;
	for (size_t i = 0; i < sizeof(bytes); i++)
		at += sprintf(at, "%02x", bytes[i]);

	cache = open(work->cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache < 0 || flock(cache, LOCK_SH) || mkdir(work->temporary, 0755)) {
		err = err_code(errno, "cannot make a folder in '%s'", work->cache);
		free(work->temporary);
		work->temporary = NULL;
		goto out;
	}
	work->lock = open(work->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (work->lock < 0 || flock(work->lock, LOCK_EX | LOCK_NB))
		err = err_code(errno, "cannot lock '%s'", work->temporary);
out:
	if (cache >= 0)
		close(cache);
	return err;
}

static bool is_temporary(const char *name)
{
	size_t length = strlen(name);

	return name[0] == '.' && length > INSTALL_TAIL + 1 &&
	       strspn(name + length - INSTALL_TAIL, "0123456789abcdef") == INSTALL_TAIL;
}

static void remove_if_left(const char *cache, const char *name)
{
	struct buf path = {0};
	int fd = -1;

	if (buf_printf(&path, "%s/%s", cache, name) == 0)
		fd = open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		fs_remove_tree(buf_text(&path));
	if (fd >= 0)
		close(fd);
	buf_release(&path);
}

int install_tidy(const char *cache)
{
	DIR *dir = opendir(cache);
	struct dirent *entry;

	if (!dir)
		return -errno;
	/* somebody who holds it shared may be between mkdir and lock: next time, then */
	if (flock(dirfd(dir), LOCK_EX | LOCK_NB) == 0)
		while ((entry = readdir(dir)))
			if (is_temporary(entry->d_name))
				remove_if_left(cache, entry->d_name);
	closedir(dir);
	return 0;
}

/* Runs a package client in the temporary folder. */
static int run(const struct work *work, const char *what, char *const argv[], bool may_fail)
{
	const struct client client = {
		.name = work->install->prepare->workload->name,
		.what = what,
		.argv = argv,
		.folder = work->temporary,
		.environment = work->install->environment,
		.stop = work->install->stop,
		.may_fail = may_fail,
	};

	say_step(work, what);
	return client_run(&client);
}

/* Scripts of packages are code of the network that runs at once: none is needed so far. */
static int npm(const struct work *work, char *action, const char *what, bool with_dev)
{
	char *argv[] = {"npm",
			action,
			"--ignore-scripts",
			"--no-audit",
			"--no-fund",
			"--no-update-notifier",
			"--prefer-offline",
			"--loglevel=error",
			with_dev ? "--include=dev" : "--omit=dev",
			NULL};

	return run(work, what, argv, false);
}

/* The executable that was chosen for one of the workload's runtimes; NULL: it has none such. */
static const char *interpreter_of(const struct work *work, const char *runtime)
{
	const struct prepare *prepare = work->install->prepare;

	for (size_t i = 0; i < prepare->workload->runtimes.count; i++)
		if (strcmp(prepare->workload->runtimes.items[i].name, runtime) == 0)
			return prepare->interpreters[i]->path;
	return NULL;
}

static int install_python(const struct work *work)
{
	const char *lock = workload_lock(work->install->prepare->workload, "python");
	char *venv[] = {(char *)interpreter_of(work, "python"), "-m", "venv", ".venv", NULL};
	char *pip[] = {".venv/bin/python",
		       "-m",
		       "pip",
		       "install",
		       "--quiet",
		       "--no-input",
		       "--no-deps",
		       "--no-compile",
		       "--disable-pip-version-check",
		       "--progress-bar",
		       "off",
		       "--requirement",
		       (char *)lock,
		       NULL};
	int err;

	err = run(work, "python -m venv", venv, false);
	return err ? err : run(work, "pip install", pip, false);
}

/* Bytecode that names the final folder; a package may hold files of other Python versions. */
static int compile_python(const struct work *work)
{
	const struct prepare *prepare = work->install->prepare;
	char *argv[] = {workload_lock(prepare->workload, "python")
				? ".venv/bin/python"
				: (char *)interpreter_of(work, "python"),
			"-m",
			"compileall",
			"-q",
			"-f",
			"-d",
			prepare->folder,
			".",
			NULL};

	return run(work, "python -m compileall", argv, true);
}

/* Puts the final name in place of the temporary one, which is as long, in one file. */
static int rename_in_file(const struct work *work, const char *path)
{
	const char *from = work->temporary, *to = work->install->prepare->folder;
	size_t length = strlen(from);
	struct buf text = {0};
	struct stat st;
	int fd, err = 0;
	char *at;

	if (lstat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	err = fd < 0 ? -errno : fs_read(path, SCRIPT_LIMIT, &text);
	for (at = text.data; !err && at;) {
		at = memmem(at, text.size - (size_t)(at - text.data), from, length);
		if (!at)
			break;
		if (pwrite(fd, to, length, at - text.data) != (ssize_t)length)
			err = -EIO;
		at += length;
	}
	if (fd >= 0)
		close(fd);
	buf_release(&text);
	return err == -EFBIG ? 0 : err;
}

/* A virtual environment knows its own path: in its scripts' first lines and its settings. */
static int rename_in_environment(const struct work *work)
{
	struct buf path = {0};
	struct dirent *entry;
	DIR *dir = NULL;
	int err;

	err = buf_printf(&path, "%s/.venv/pyvenv.cfg", work->temporary);
	if (!err)
		err = rename_in_file(work, buf_text(&path));
	buf_clear(&path);
	if (!err)
		err = buf_printf(&path, "%s/.venv/bin", work->temporary);
	if (!err && !(dir = opendir(buf_text(&path))))
		err = -errno;
	while (!err && (entry = readdir(dir))) {
		buf_clear(&path);
		err = buf_printf(&path, "%s/.venv/bin/%s", work->temporary, entry->d_name);
		if (!err)
			err = rename_in_file(work, buf_text(&path));
	}
	if (err)
		err_code(err, "cannot rename '%s/.venv'", work->temporary);
	if (dir)
		closedir(dir);
	buf_release(&path);
	return err;
}

/* ---- the workload's own commands ---- */

static int build_one(const struct work *work, const workload_texts *words)
{
	/* for the time being it is there */
	struct prepare here = *work->install->prepare;
	char **argv = calloc(words->count + 1, sizeof(*argv));
	int err = argv ? 0 : -ENOMEM;

	here.folder = work->temporary;
	for (size_t i = 0; i < words->count && !err; i++)
		err = prepare_substitute(&here, NULL, words->items[i], &argv[i]);
	if (!err)
		err = run(work, "build", argv, false);
	for (size_t i = 0; argv && i < words->count; i++)
		free(argv[i]);
	free(argv);
	return err;
}

/* What a build wrote may name the folder: all files but the packages' are looked through. */
static int rename_in_build(const struct work *work)
{
	char *const roots[] = {work->temporary, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int err = walk ? 0 : -errno;

	while (!err && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_D && (strcmp(entry->fts_name, "node_modules") == 0 ||
						 strcmp(entry->fts_name, ".venv") == 0))
			fts_set(walk, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F)
			err = rename_in_file(work, entry->fts_path);
		else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR)
			err = -entry->fts_errno;
	}
	if (walk)
		fts_close(walk);
	return err ? err_code(err, "cannot rename what was built in '%s'", work->temporary) : 0;
}

static int build(const struct work *work)
{
	int err = 0;

	vec_foreach(command, &work->install->prepare->workload->build)
		if (!err)
			err = build_one(work, command);
	return err || !work->install->prepare->workload->build.count ? err : rename_in_build(work);
}

static int fill(const struct work *work)
{
	const struct workload *workload = work->install->prepare->workload;
	bool has_python = interpreter_of(work, "python"), builds = workload->build.count;
	bool has_packages = workload_lock(workload, "python");
	struct tree tree = {0};
	int err;

	say_step(work, "copying");
	err = tree_list(workload->folder, &tree);
	if (!err)
		err = tree_copy(&tree, work->temporary);
	tree_release(&tree);
	if (!err && workload_lock(workload, "node"))
		err = npm(work, "ci", "npm ci", builds);
	if (!err && has_packages)
		err = install_python(work);
	if (!err)
		err = build(work);
	if (!err && workload_lock(workload, "node") && builds)
		err = npm(work, "prune", "npm prune", false);
	if (!err && has_python)
		err = compile_python(work);
	if (!err && has_packages)
		err = rename_in_environment(work);
	if (!err && (err = installed_measure(work->temporary)))
		err_code(err, "cannot measure '%s'", work->temporary);
	return err;
}

/* Gives it its name. Another process that was faster made the same. */
static int publish(struct work *work)
{
	const char *folder = work->install->prepare->folder;

	if (rename(work->temporary, folder) == 0) {
		free(work->temporary);
		work->temporary = NULL;
		return 0;
	}
	if (errno == EEXIST || errno == ENOTEMPTY)
		return 0;
	return err_code(errno, "cannot rename '%s' to '%s'", work->temporary, folder);
}

static int open_cache(const struct work *work)
{
	int err;

	err = fs_make_dirs(work->cache, -1, -1);
	if (err)
		return err_code(err,
				"cannot make the cache folder '%s' (--cache DIR names another)",
				work->cache);
	err = trust_folder(work->cache, work->install->user);
	if (!err)
		err = trust_folder(work->install->prepare->workload->folder, work->install->user);
	if (!err)
		install_tidy(work->cache);
	return err;
}

int install_workload(const struct install *install)
{
	struct work work = {.install = install, .lock = -1};
	int err;

	umask(022);
	work.cache = strdup(install->prepare->folder);
	if (!work.cache)
		return err_code(-ENOMEM, "cannot prepare '%s'", install->prepare->workload->name);
	*strrchr(work.cache, '/') = '\0';
	err = open_cache(&work);
	if (!err)
		err = make_temporary(&work);
	if (!err)
		err = fill(&work);
	if (!err)
		err = publish(&work);
	if (work.temporary)
		fs_remove_tree(work.temporary);
	if (work.lock >= 0)
		close(work.lock);
	free(work.temporary);
	free(work.cache);
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
/* scratch.c - a folder of the user's for what a start writes, empty at the start of each */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "install.h"
#include "user_job.h"

/* A name that install_tidy() knows: after a kill -9 the next coldprof removes it. */
static int choose_name(const char *cache, char **out)
{
	unsigned char bytes[INSTALL_TAIL / 2];
	struct buf path = {};
	int rc;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	rc = buf_printf(&path, "%s/.scratch-", cache);
	for (size_t i = 0; i < sizeof(bytes) && !rc; i++)
		rc = buf_printf(&path, "%02x", bytes[i]);
	if (!rc)
		*out = buf_steal(&path);
	buf_release(&path);
	return rc;
}

static int tidy(void *context, struct buf *answer)
{
	(void)answer;
	install_tidy(context); /* one that can't be removed now can be later */
	return fs_make_dirs(context, -1, -1);
}

static int make(void *context, struct buf *answer)
{
	(void)answer;
	return mkdir(context, 0700) ? -errno : 0;
}

static int remove_all(void *context, struct buf *answer)
{
	(void)answer;
	return fs_remove_tree(context);
}

static int job(const struct user *user, user_job_work work, const char *path)
{
	struct buf answer = {};
	int rc = user_job(user, work, (void *)path, &answer);

	buf_release(&answer);
	return rc;
}

/* The cache folder's own lock keeps those who tidy away until the new folder's is ours. */
static int make_locked(struct scratch *scratch, const char *cache)
{
	int folder = open(cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (folder < 0)
		return -errno;
	rc = flock(folder, LOCK_SH) ? -errno : job(scratch->user, make, scratch->path);
	if (!rc)
		scratch->lock =
			open(scratch->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!rc && (scratch->lock < 0 || flock(scratch->lock, LOCK_EX | LOCK_NB)))
		rc = -errno;
	close(folder);
	return rc;
}

int scratch_make(const struct user *user, const char *cache, struct scratch *out)
{
	struct scratch scratch = {.user = user, .lock = -1};
	int rc = choose_name(cache, &scratch.path);

	if (!rc)
		rc = job(user, tidy, cache);
	if (!rc)
		rc = make_locked(&scratch, cache);
	if (rc) {
		err_code(rc, "cannot make a folder for what programs write in '%s'", cache);
		scratch_release(&scratch);
		return rc;
	}
	*out = scratch;
	return 0;
}

/* The folder itself stays: it is the one that is locked. */
static int remove_content(void *context, struct buf *answer)
{
	DIR *folder = opendir(context);
	struct buf path = {};
	struct dirent *entry;
	int rc = folder ? 0 : -errno;

	(void)answer;
	while (!rc && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		buf_clear(&path);
		rc = buf_printf(&path, "%s/%s", (const char *)context, entry->d_name);
		if (!rc)
			rc = fs_remove_tree(path.data);
	}
	if (folder)
		closedir(folder);
	buf_release(&path);
	return rc;
}

int scratch_empty(const struct scratch *scratch)
{
	int rc = scratch->path ? job(scratch->user, remove_content, scratch->path) : 0;

	return rc ? err_code(rc, "cannot empty '%s'", scratch->path) : 0;
}

void scratch_release(struct scratch *scratch)
{
	if (!scratch->path)
		return;
	job(scratch->user, remove_all, scratch->path);
	if (scratch->lock >= 0)
		close(scratch->lock);
	free(scratch->path);
	*scratch = (struct scratch){.lock = -1};
}

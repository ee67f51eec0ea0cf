// SPDX-License-Identifier: BSD-2-Clause
/* fs.c - files and paths */
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, size_t limit, struct buf *out)
{
	for (;;) {
		ssize_t got;
		int rc = buf_reserve(out, 4096);

		if (rc)
			return rc;
		got = read(fd, out->data + out->size, out->capacity - out->size - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		out->size += (size_t)got;
		out->data[out->size] = '\0';
		if (out->size > limit)
			return -EFBIG;
	}
}

int fs_read_at(int dir, const char *path, size_t limit, struct buf *out)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = read_all(fd, limit, out);
	close(fd);
	return rc;
}

int fs_read(const char *path, size_t limit, struct buf *out)
{
	return fs_read_at(AT_FDCWD, path, limit, out);
}

int fs_read_regular(const char *path, size_t limit, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? read_all(fd, limit, out) : -EINVAL;
	close(fd);
	return rc;
}

int fs_write_all(int fd, const void *data, size_t size)
{
	const char *next = data;

	while (size) {
		ssize_t put = write(fd, next, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		next += put;
		size -= (size_t)put;
	}
	return 0;
}

int fs_control(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int fs_atomic_open(const char *path, uid_t uid, gid_t gid, struct fs_atomic *file)
{
	struct fs_atomic made = {.fd = -1};
	int rc = -ENOMEM;

	made.path = strdup(path);
	if (!made.path || asprintf(&made.temporary, "%s.%d.tmp", path, getpid()) < 0)
		goto fail;
	made.fd = open(made.temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (made.fd < 0) {
		rc = -errno;
		goto fail;
	}
	if ((uid != (uid_t)-1 || gid != (gid_t)-1) && fchown(made.fd, uid, gid)) {
		rc = -errno;
		unlink(made.temporary);
		goto fail;
	}
	*file = made;
	return 0;
fail:
	if (made.fd >= 0)
		close(made.fd);
	free(made.path);
	free(made.temporary);
	return rc;
}

static void atomic_release(struct fs_atomic *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	free(file->temporary);
	*file = (struct fs_atomic){.fd = -1};
}

int fs_atomic_commit(struct fs_atomic *file)
{
	int rc = 0;

	if (fsync(file->fd) && errno != EINVAL && errno != EROFS)
		rc = -errno;
	if (!rc && rename(file->temporary, file->path))
		rc = -errno;
	if (rc)
		unlink(file->temporary);
	atomic_release(file);
	return rc;
}

void fs_atomic_abort(struct fs_atomic *file)
{
	if (!file || !file->temporary)
		return;
	unlink(file->temporary);
	atomic_release(file);
}

static int make_dir(const char *path, uid_t uid, gid_t gid)
{
	if (mkdir(path, 0755) == 0) {
		if ((uid != (uid_t)-1 || gid != (gid_t)-1) && lchown(path, uid, gid))
			return -errno;
		return 0;
	}
	return errno == EEXIST ? 0 : -errno;
}

int fs_make_dirs(const char *path, uid_t uid, gid_t gid)
{
	char *copy = strdup(path);
	struct stat st;
	int rc = 0;

	if (!copy)
		return -ENOMEM;
	for (char *slash = copy + 1; !rc && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (stat(copy, &st))
			rc = make_dir(copy, uid, gid);
		*slash = '/';
	}
	if (!rc)
		rc = make_dir(copy, uid, gid);
	free(copy);
	if (!rc && (stat(path, &st) || !S_ISDIR(st.st_mode)))
		rc = -ENOTDIR;
	return rc;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path) && errno != ENOENT ? -errno : 0;
}

int fs_remove_tree(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode))
		return unlink(path) && errno != ENOENT ? -errno : 0;
	return nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int fs_normalize(const char *path, struct buf *out)
{
	size_t start = out->size;
	int rc = 0;

	while (*path && !rc) {
		size_t length;

		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 2 && memcmp(path, "..", 2) == 0) {
			while (out->size > start && out->data[out->size - 1] != '/')
				out->size--;
			if (out->size > start)
				out->size--;
		} else if (length && !(length == 1 && *path == '.')) {
			rc = buf_puts(out, "/");
			if (!rc)
				rc = buf_add(out, path, length);
		}
		path += length;
	}
	if (!rc && out->size == start)
		rc = buf_puts(out, "/");
	if (out->data)
		out->data[out->size] = '\0';
	return rc;
}

const char *fs_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *fs_extension(const char *path)
{
	const char *base = fs_basename(path), *dot = strrchr(base, '.');

	return dot && dot != base ? dot : "";
}

bool fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

const char *fs_temporary(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && folder[0] == '/' ? folder : "/tmp";
}

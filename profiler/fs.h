/* SPDX-License-Identifier: BSD-2-Clause */
/* fs.h - files and paths */
#ifndef COLDPROF_FS_H
#define COLDPROF_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

/* All return 0 or -errno and print nothing: the caller knows what the file is for. */

/* Reads a whole file (also of /proc) of at most |limit| bytes into |out|; -EFBIG beyond. */
int fs_read(const char *path, size_t limit, struct buf *out);
int fs_read_at(int dir, const char *path, size_t limit, struct buf *out);

/*
 * As fs_read, but of a regular file alone (else -EINVAL), and never waiting to open it: for files
 * that anyone may have put there. With -EFBIG, |out| has the file's beginning.
 */
int fs_read_regular(const char *path, size_t limit, struct buf *out);

/* Writes all bytes, through short writes and EINTR. */
int fs_write_all(int fd, const void *data, size_t size);

/* One write(2) of |text| to an existing control file (cgroup, /proc). */
int fs_control(const char *path, const char *text);

/*
 * A file that appears whole or not at all: fs_atomic_open makes PATH's sibling temporary file
 * (O_EXCL | O_NOFOLLOW, owned by uid and gid where those are not -1); fs_atomic_commit syncs and
 * renames it; fs_atomic_abort removes it. |file->fd| is for the caller to write to.
 */
struct fs_atomic {
	int fd;
	char *path, *temporary;
};
int fs_atomic_open(const char *path, uid_t uid, gid_t gid, struct fs_atomic *file);
int fs_atomic_commit(struct fs_atomic *file);
void fs_atomic_abort(struct fs_atomic *file);

/* Where unnamed temporary files go: $TMPDIR if it is an absolute path, else /tmp. */
const char *fs_temporary(void);

/* Makes a folder and its missing parents, mode 0755, owned by uid and gid where not -1. */
int fs_make_dirs(const char *path, uid_t uid, gid_t gid);

/* Removes a file or a whole folder without following links; no error if it is not there. */
int fs_remove_tree(const char *path);

/* Text work alone, no look-ups: "/a/./b//../c" becomes "/a/c". |path| must be absolute. */
int fs_normalize(const char *path, struct buf *out);

/* The part after the last slash; ".py" of "a/b.py" or "" where there is none. */
const char *fs_basename(const char *path);
const char *fs_extension(const char *path);
bool fs_exists(const char *path);

#endif

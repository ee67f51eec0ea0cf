// SPDX-License-Identifier: BSD-2-Clause
/* tree.c - the files of an application's folder: listed, hashed, copied */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"

#define DEPTH_MAX 32

static bool is_left_out(const char *name)
{
	static const char *const names[] = {
		".", "..", ".git", ".venv", "node_modules", "__pycache__", "workload.json"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int add_file(struct tree *tree, const char *path, mode_t mode)
{
	struct tree_file *file = vec_add(&tree->files);

	if (!file)
		return err_code(-ENOMEM, "cannot list '%s'", tree->folder);
	file->executable = mode & 0100;
	file->path = strdup(path);
	return file->path ? 0 : err_code(-ENOMEM, "cannot list '%s'", tree->folder);
}

static int list_folder(struct tree *tree, int parent, const char *path, int depth);

/* |path| is the entry's path from the tree's folder. */
static int list_entry(struct tree *tree, int folder, const char *name, const char *path, int depth)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_code(errno, "cannot look at '%s/%s'", tree->folder, path);
	if (S_ISREG(st.st_mode))
		return add_file(tree, path, st.st_mode);
	if (S_ISDIR(st.st_mode))
		return list_folder(tree, folder, path, depth + 1);
	err_print("'%s/%s' is neither a file nor a folder", tree->folder, path);
	return -EINVAL;
}

static int list_folder(struct tree *tree, int parent, const char *path, int depth)
{
	struct buf entry_path = {0};
	struct dirent *entry;
	DIR *dir = NULL;
	int fd, err = 0;

	fd = openat(parent, path[0] ? fs_basename(path) : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | (path[0] ? O_NOFOLLOW : 0));
	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir || depth > DEPTH_MAX) {
		err = err_code(dir ? -ELOOP : -errno, "cannot read the folder '%s/%s'",
			       tree->folder, path);
		goto out;
	}
	while (!err && (entry = readdir(dir))) {
		if (is_left_out(entry->d_name))
			continue;
		buf_clear(&entry_path);
		err = buf_printf(&entry_path, "%s%s%s", path, path[0] ? "/" : "", entry->d_name);
		if (!err)
			err = list_entry(tree, fd, entry->d_name, buf_text(&entry_path), depth);
	}
out:
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	buf_release(&entry_path);
	return err;
}

static int compare_files(const void *a, const void *b)
{
	const struct tree_file *left = a, *right = b;

	return strcmp(left->path, right->path);
}

int tree_list(const char *folder, struct tree *out)
{
	struct tree tree = {.folder = strdup(folder)};
	int fd, err;

	if (!tree.folder)
		return err_code(-ENOMEM, "cannot list '%s'", folder);
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err = err_code(errno, "cannot read the folder '%s'", folder);
	else
		err = list_folder(&tree, fd, "", 0);
	if (fd >= 0)
		close(fd);
	if (err) {
		tree_release(&tree);
		return err;
	}
	if (tree.files.count)
		qsort(tree.files.items, tree.files.count, sizeof(tree.files.items[0]),
		      compare_files);
	*out = tree;
	return 0;
}

void tree_release(struct tree *tree)
{
	if (!tree)
		return;
	vec_foreach(file, &tree->files)
		free(file->path);
	vec_release(&tree->files);
	free(tree->folder);
	tree->folder = NULL;
}

/* The constants of FNV-1a with 128 bits: draft-eastlake-fnv, section 5. */
#define FNV_PRIME  (((unsigned __int128)1 << 88) + 0x13b)
#define FNV_OFFSET (((unsigned __int128)0x6c62272e07bb0142 << 64) + 0x62b821756295c58d)

void tree_hash_init(struct tree_hash *hash)
{
	hash->value = FNV_OFFSET;
}

void tree_hash_bytes(struct tree_hash *hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash->value = (hash->value ^ bytes[i]) * FNV_PRIME;
}

void tree_hash_text(struct tree_hash *hash, const char *text)
{
	tree_hash_bytes(hash, text, strlen(text) + 1);
}

void tree_hash_print(const struct tree_hash *hash, char text[TREE_HASH_TEXT])
{
	snprintf(text, TREE_HASH_TEXT, "%016llx%016llx", (unsigned long long)(hash->value >> 64),
		 (unsigned long long)hash->value);
}

/* Opens a file of the tree, which may have become something else since it was listed. */
static int open_file(const struct tree *tree, const struct tree_file *file, struct stat *st)
{
	struct buf path = {0};
	int fd = -1, err;

	err = buf_printf(&path, "%s/%s", tree->folder, file->path);
	if (!err)
		fd = open(buf_text(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (!err && (fd < 0 || fstat(fd, st)))
		err = -errno;
	if (!err && !S_ISREG(st->st_mode))
		err = -EINVAL;
	if (err) {
		err_code(err, "cannot read '%s/%s'", tree->folder, file->path);
		if (fd >= 0)
			close(fd);
	}
	buf_release(&path);
	return err ? err : fd;
}

static int hash_file(struct tree_hash *hash, const struct tree *tree, const struct tree_file *file)
{
	char block[65536];
	uint64_t size = 0;
	struct stat st;
	ssize_t got;
	int fd;

	fd = open_file(tree, file, &st);
	if (fd < 0)
		return fd;
	tree_hash_text(hash, file->path);
	tree_hash_bytes(hash, file->executable ? "x" : "-", 1);
	while ((got = read(fd, block, sizeof(block))) > 0) {
		tree_hash_bytes(hash, block, (size_t)got);
		size += (uint64_t)got;
	}
	close(fd);
	tree_hash_bytes(hash, &size, sizeof(size));
	return got < 0 ? err_code(errno, "cannot read '%s/%s'", tree->folder, file->path) : 0;
}

int tree_hash_files(struct tree_hash *hash, const struct tree *tree)
{
	int err = 0;

	vec_foreach(file, &tree->files)
		if (!err)
			err = hash_file(hash, tree, file);
	return err;
}

static int copy_content(int from, int to)
{
	for (;;) {
		ssize_t sent = sendfile(to, from, NULL, 1 << 20);

		if (sent < 0)
			return -errno;
		if (sent == 0)
			return 0;
	}
}

static int copy_file(const struct tree *tree, const struct tree_file *file, const char *to)
{
	int from, target = -1, err;
	struct buf path = {0};
	struct stat st;

	from = open_file(tree, file, &st);
	if (from < 0)
		return from;
	err = buf_printf(&path, "%s/%s", to, file->path);
	if (!err) {
		char *slash = strrchr(path.data, '/');

		*slash = '\0';
		err = fs_make_dirs(path.data, -1, -1);
		*slash = '/';
	}
	if (!err) {
		target = open(buf_text(&path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			      file->executable ? 0755 : 0644);
		err = target < 0 ? -errno : copy_content(from, target);
	}
	if (target >= 0 && close(target) && !err)
		err = -errno;
	if (err)
		err_code(err, "cannot write '%s/%s'", to, file->path);
	close(from);
	buf_release(&path);
	return err;
}

int tree_copy(const struct tree *tree, const char *to)
{
	int err = 0;

	vec_foreach(file, &tree->files)
		if (!err)
			err = copy_file(tree, file, to);
	return err;
}

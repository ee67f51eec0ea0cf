// SPDX-License-Identifier: BSD-2-Clause
/* open_paths.c - DIR: opens known files by every kind of path, and fails to */
#include "program.h"

#include <fcntl.h>

static void opens(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY);

	if (fd < 0)
		die(path);
	close(fd);
}

static void misses(int dir, const char *path)
{
	if (openat(dir, path, O_RDONLY) >= 0 || errno != ENOENT)
		die(path);
}

/* DIR has a/one, a/b/two and a link a/link to b/two. */
int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : ".";
	int a, b;

	if (chdir(root))
		die(root);
	a = open("a", O_RDONLY | O_DIRECTORY);
	b = openat(a, "b", O_RDONLY | O_DIRECTORY);
	opens(AT_FDCWD, "a/one");
	opens(AT_FDCWD, "./a/../a/b/two");
	opens(a, "one");
	opens(a, "b/two");
	opens(b, "two");
	opens(b, "../one");
	if (fchdir(b))
		die("fchdir");
	opens(AT_FDCWD, "two");
	for (int i = 0; i < 3; i++)
		misses(AT_FDCWD, "missing");
	for (int i = 0; i < 2; i++)
		misses(a, "missing");
	misses(a, "b/../also-missing");
	if (!access("/nonexistent-for-coldprof/x", R_OK))
		die("access");
	close(b);
	close(a);
	return 0;
}

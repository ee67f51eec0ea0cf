// SPDX-License-Identifier: BSD-2-Clause
/* python_copy.c - a copy of an interpreter's code in which nobody has probes */
#include "python_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "user.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3; before that every such file may be executed */
#endif

static int new_file(void)
{
	int file = memfd_create("python", MFD_CLOEXEC | MFD_EXEC);

	return file < 0 && errno == EINVAL ? memfd_create("python", MFD_CLOEXEC) : file;
}

static int copy_all(int from, int to)
{
	ssize_t got;

	do
		got = sendfile(to, from, NULL, 1 << 30);
	while (got > 0);
	return got < 0 ? -errno : 0;
}

int python_copy_make(const char *path, struct python_copy *out)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	struct python_copy copy = {.file = from < 0 ? -1 : new_file()};
	struct stat st;
	int rc = copy.file < 0 ? -errno : copy_all(from, copy.file);

	if (!rc && fstat(copy.file, &st))
		rc = -errno;
	if (from >= 0)
		close(from);
	if (rc) {
		python_copy_release(&copy);
		return rc;
	}
	copy.device = major(st.st_dev) << 20 | minor(st.st_dev);
	copy.inode = st.st_ino;
	*out = copy;
	return 0;
}

void python_copy_release(struct python_copy *copy)
{
	if (copy->file >= 0)
		close(copy->file);
	copy->file = -1;
}

#define PRELOAD "LD_PRELOAD"

/* Our own string is the first one. */
char **python_copy_environment(char *const *environment, const char *path)
{
	const char *old = user_getenv(environment, PRELOAD);
	size_t count = 0, kept = 1;
	char **out;

	while (environment[count])
		count++;
	out = calloc(count + 2, sizeof(*out));
	if (!out)
		return NULL;
	if (asprintf(&out[0], PRELOAD "=%s%s%s", path, old ? ":" : "", old ? old : "") < 0) {
		free(out);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (strncmp(environment[i], PRELOAD "=", sizeof(PRELOAD)))
			out[kept++] = environment[i];
	return out;
}

void python_copy_environment_free(char **environment)
{
	if (environment)
		free(environment[0]);
	free(environment);
}

// SPDX-License-Identifier: BSD-2-Clause
/* failed_calls.c - calls that fail, a known number of each: prints "NAME ERRNO COUNT" */
#include "program.h"

#include <fcntl.h>
#include <sys/stat.h>

static void expect(long result, int error, const char *what)
{
	if (result != -1 || errno != error)
		die(what);
}

int main(void)
{
	char byte;

	for (int i = 0; i < 7; i++)
		expect(open("/nonexistent/file", O_RDONLY), ENOENT, "open");
	for (int i = 0; i < 5; i++)
		expect(read(-1, &byte, 1), EBADF, "read");
	for (int i = 0; i < 3; i++)
		expect(mkdir("/", 0755), EEXIST, "mkdir");
	for (int i = 0; i < 2; i++)
		expect(open("/", O_WRONLY), EISDIR, "open /");
	for (int i = 0; i < 4; i++)
		expect(syscall(SYS_dup3, 0, 0, 0), EINVAL, "dup3");
	expect(syscall(SYS_readlinkat, AT_FDCWD, "/", &byte, 1), EINVAL, "readlinkat");
	expect(syscall(SYS_ftruncate, -1, 0), EBADF, "ftruncate");
	expect(open("/etc/passwd/x", O_RDONLY), ENOTDIR, "open under a file");
	/* A path that can't be read: the call fails, and so does who wants to know its name. */
	expect(syscall(SYS_openat, AT_FDCWD, (void *)16, O_RDONLY), EFAULT,
	       "open of a bad pointer");
	puts("openat ENOENT 7\nread EBADF 5\nmkdir EEXIST 3\nopenat EISDIR 2\ndup3 EINVAL 4\n"
	     "readlinkat EINVAL 1\nftruncate EBADF 1\nopenat ENOTDIR 1\nopenat EFAULT 1");
	return 0;
}

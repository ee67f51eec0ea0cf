// SPDX-License-Identifier: BSD-2-Clause
/* vforks.c - CHILDREN: vfork and exec of /bin/true, one after the other */
#include "program.h"

static void spawn(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		die("vfork");
	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(97);
	}
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
}

int main(int argc, char **argv)
{
	long n = number(argc, argv, 1, 4);

	while (n--)
		spawn();
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* forks.c - CHILDREN: forks children that each fail one look-up and exit with their number */
#include "program.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 5);

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			if (open("/nonexistent/by-a-child", O_RDONLY) >= 0)
				_exit(98);
			_exit(i);
		}
		if (waitpid(pid, NULL, 0) != pid)
			die("waitpid");
	}
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* clock_child.c - COMMAND...: runs it and prints the ns from before fork to after waitpid */
#include "program.h"

int main(int argc, char **argv)
{
	uint64_t begin = now_ns();
	pid_t pid;
	int status;

	if (argc < 2)
		return 2;
	pid = fork();
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	printf("child %d took_ns %llu\n", pid, (unsigned long long)(now_ns() - begin));
	return 0;
}

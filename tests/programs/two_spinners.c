// SPDX-License-Identifier: BSD-2-Clause
/* two_spinners.c - MS: two processes pinned to one CPU, each uses MS of it; prints the wall time */
#include "program.h"

int main(int argc, char **argv)
{
	long ms = number(argc, argv, 1, 150);
	uint64_t begin;
	pid_t pid;

	pin_to_cpu(0);
	begin = now_ns();
	pid = fork();
	if (pid < 0)
		die("fork");
	spin_cpu_ms(ms);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	printf("wall_ns %llu\n", (unsigned long long)(now_ns() - begin));
	return 0;
}

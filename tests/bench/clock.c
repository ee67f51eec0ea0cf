// SPDX-License-Identifier: BSD-2-Clause
/*
 * clock.c - FILE PROGRAM [ARG...]: appends to FILE when PROGRAM was executed and how long it took
 *
 * Every tool starts its program through this one, so that all are compared by the program's own
 * time, from its execve until a waiter sees its end, and not by how long the tool itself needs.
 * The line is "BEGIN_NS DURATION_NS CPU_NS": CLOCK_MONOTONIC, and the CPU time of its whole tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t cpu_ns(const struct rusage *usage)
{
	uint64_t s = (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec);
	uint64_t us = (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);

	return s * 1000000000 + us * 1000;
}

static int complain(const char *object)
{
	fprintf(stderr, "clock: '%s': %s\n", object, strerror(errno));
	return 125;
}

int main(int argc, char **argv)
{
	volatile uint64_t begin_ns = 0; /* set in the child: vfork shares our memory */
	volatile int exec_error = 0;
	struct rusage usage;
	uint64_t end_ns;
	int file, status;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: clock FILE PROGRAM [ARG...]\n");
		return 125;
	}
	file = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
	if (file < 0)
		return complain(argv[1]);
	child = vfork();
	if (child == 0) {
		begin_ns = now_ns();
		execvp(argv[2], argv + 2);
		exec_error = errno;
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return complain(argv[2]);
	end_ns = now_ns();
	errno = exec_error;
	if (exec_error)
		return complain(argv[2]);
	if (dprintf(file, "%llu %llu %llu\n", (unsigned long long)begin_ns,
		    (unsigned long long)(end_ns - begin_ns),
		    (unsigned long long)cpu_ns(&usage)) < 0)
		return complain(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// SPDX-License-Identifier: BSD-2-Clause
/* watch_exit.c - FIFO: reads "PID BEGIN", prints the ns from BEGIN to when a waiter sees PID end */
#include "program.h"

#include <fcntl.h>
#include <poll.h>

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY), pidfd;
	unsigned long long begin;
	char text[64] = "";
	struct pollfd p;
	int pid;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die("open");
	if (sscanf(text, "%d %llu", &pid, &begin) != 2)
		die("sscanf");
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		die("pidfd_open");
	p = (struct pollfd){.fd = pidfd, .events = POLLIN};
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	printf("%llu\n", (unsigned long long)(now_ns() - begin));
	return 0;
}

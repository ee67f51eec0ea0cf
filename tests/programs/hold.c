// SPDX-License-Identifier: BSD-2-Clause
/* hold.c - MIB [FIFO]: fills that much memory and exits with it; tells FIFO its id and its start */
#include "program.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
	uint64_t begin = now_ns();
	size_t size = (size_t)number(argc, argv, 1, 16) << 20;
	char text[64], *memory;
	int fd, n;

	if (argc > 2) {
		fd = open(argv[2], O_WRONLY);
		n = snprintf(text, sizeof(text), "%d %llu\n", getpid(), (unsigned long long)begin);
		if (fd < 0 || write(fd, text, n) != n)
			die(argv[2]);
		close(fd);
	}
	memory = malloc(size + 1);
	if (!memory)
		die("malloc");
	memset(memory, 0, size + 1);
	/* Long enough for the watcher to have its pidfd, also where nothing was filled. */
	sleep_ms(20);
	return memory[size];
}

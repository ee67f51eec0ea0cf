// SPDX-License-Identifier: BSD-2-Clause
/* memory_idle.c - MIB MIB_FREED FILE: steady at listen(2), writes its own memory to FILE before */
#include "program.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

/*
 * All that the last steps touch is touched by a rehearsal, so nothing changes between what is
 * written to FILE and the mark.
 */
static char status[16384], rollup[8192], text[32768];

static int slurp(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, used = 0;

	if (fd < 0)
		die(path);
	while ((n = read(fd, to + used, size - 1 - used)) > 0)
		used += n;
	close(fd);
	to[used] = 0;
	return used;
}

static void observe(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666), n;

	slurp("/proc/self/status", status, sizeof(status));
	slurp("/proc/self/smaps_rollup", rollup, sizeof(rollup));
	n = snprintf(text, sizeof(text), "%s%s", status, rollup);
	if (fd < 0 || write(fd, text, n) != n)
		die(path);
	close(fd);
}

static char *fill(size_t mib)
{
	char *p = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, mib << 20, MADV_NOHUGEPAGE);
	memset(p, 7, mib << 20);
	return p;
}

int main(int argc, char **argv)
{
	size_t kept = number(argc, argv, 1, 24), freed = number(argc, argv, 2, 16);
	const char *path = argc > 3 ? argv[3] : "/dev/null";
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(status, 1, sizeof(status));
	memset(rollup, 1, sizeof(rollup));
	memset(text, 1, sizeof(text));
	fill(kept);
	munmap(fill(freed), freed << 20);
	if (bind(fd, (void *)&address, sizeof(address)))
		die("bind");
	listen(-1, 1);
	for (int i = 0; i < 3; i++)
		observe(path);
	if (listen(fd, 8))
		die("listen");
	for (;;)
		pause();
}

// SPDX-License-Identifier: BSD-2-Clause
/* disk_read.c - FILE [read|mmap]: reads a whole file, prints its bytes and the time it took */
#include "program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
	uint64_t begin = now_ns(), bytes = 0;
	static char buffer[65536];
	struct stat info;
	ssize_t n;

	if (fd < 0 || fstat(fd, &info))
		die("open");
	if (argc > 2 && !strcmp(argv[2], "mmap")) {
		volatile char *data = mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (data == MAP_FAILED)
			die("mmap");
		for (; bytes < (uint64_t)info.st_size; bytes += 4096)
			(void)data[bytes];
	} else {
		while ((n = read(fd, buffer, sizeof(buffer))) > 0)
			bytes += n;
	}
	printf("bytes %llu\ntook_ns %llu\n", (unsigned long long)bytes,
	       (unsigned long long)(now_ns() - begin));
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* read_bytes.c - FILE: reads known numbers of bytes by read, pread, readv and preadv */
#include "program.h"

#include <fcntl.h>
#include <sys/uio.h>

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
	static char a[1000], b[234];
	struct iovec two[2] = {{a, sizeof(a)}, {b, sizeof(b)}};

	if (fd < 0)
		die("open");
	if (read(fd, a, 1000) != 1000 || pread(fd, a, 500, 4096) != 500 ||
	    readv(fd, two, 2) != 1234 || preadv(fd, two, 2, 0) != 1234)
		die("read");
	printf("bytes %d\n", 1000 + 500 + 1234 + 1234);
	return 0;
}

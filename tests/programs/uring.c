// SPDX-License-Identifier: BSD-2-Clause
/* uring.c - REQUESTS: that many no-ops through an io_uring; 77 where there is none */
#include "program.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	struct io_uring_params params = {0};
	long n = number(argc, argv, 1, 10);
	int fd = syscall(SYS_io_uring_setup, 8, &params);
	unsigned char *sq;
	struct io_uring_sqe *entries;
	unsigned int mask, *tail, *array;

	if (fd < 0)
		return 77;
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED, fd, IORING_OFF_SQ_RING);
	entries = mmap(NULL, params.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || entries == MAP_FAILED)
		die("mmap");
	mask = *(unsigned int *)(sq + params.sq_off.ring_mask);
	tail = (unsigned int *)(sq + params.sq_off.tail);
	array = (unsigned int *)(sq + params.sq_off.array);
	for (long i = 0; i < n; i++) {
		unsigned int at = *tail & mask;

		entries[at] = (struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = i};
		array[at] = at;
		__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
		if (syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
			die("io_uring_enter");
	}
	printf("requests %ld\n", n);
	return 0;
}

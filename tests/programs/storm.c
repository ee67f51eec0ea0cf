// SPDX-License-Identifier: BSD-2-Clause
/* storm.c - THREADS CALLS: that many calls of getppid in each thread, as fast as they go */
#include "program.h"

static long calls;

static void *work(void *unused)
{
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return unused;
}

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 2);
	pthread_t threads[n];
	uint64_t begin = now_ns();

	calls = number(argc, argv, 2, 100000);
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			die("pthread_create");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("calls %ld\ntook_ns %llu\n", n * calls, (unsigned long long)(now_ns() - begin));
	return 0;
}

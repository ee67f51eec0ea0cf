// SPDX-License-Identifier: BSD-2-Clause
/* threads.c - THREADS CALLS: each thread makes CALLS calls of gettid, then all are joined */
#include "program.h"

static long calls;

static void *work(void *unused)
{
	for (long i = 0; i < calls; i++)
		syscall(SYS_gettid);
	return unused;
}

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 4);
	pthread_t threads[n];

	calls = number(argc, argv, 2, 100);
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			die("pthread_create");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

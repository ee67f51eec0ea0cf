// SPDX-License-Identifier: BSD-2-Clause
/* leader_exits.c - MS: the main thread ends at once, another ends the process after MS */
#include "program.h"

static long ms;

static void *work(void *unused)
{
	(void)unused;
	sleep_ms(ms);
	exit(0);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	ms = number(argc, argv, 1, 60);
	if (pthread_create(&thread, NULL, work, NULL))
		die("pthread_create");
	pthread_exit(NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* exec_chain.c - LINKS [thread]: execs itself that many times, from a second thread where asked */
#include <stdatomic.h>

#include "program.h"

static char **arguments;
static atomic_int created;

static void exec_next(void)
{
	execv("/proc/self/exe", arguments);
	die("exec");
}

/* A thread is created by several calls, on both sides: none of them may fall victim to the exec. */
static void *exec_once_created(void *unused)
{
	while (!created)
		;
	exec_next();
	return unused;
}

int main(int argc, char **argv)
{
	long links = number(argc, argv, 1, 3);
	char text[24];
	pthread_t thread;

	if (links <= 0)
		return 0;
	snprintf(text, sizeof(text), "%ld", links - 1);
	argv[1] = text;
	arguments = argv;
	if (argc < 3)
		exec_next();
	if (pthread_create(&thread, NULL, exec_once_created, NULL))
		die("pthread_create");
	created = 1;
	/* The thread takes over the process's id while the leader is in no call. */
	for (;;)
		;
}

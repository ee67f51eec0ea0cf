// SPDX-License-Identifier: BSD-2-Clause
/* exec_chain.c - LINKS [thread]: execs itself that many times, from a second thread where asked */
#include "program.h"

static char **arguments;

static void *exec_next(void *unused)
{
	execv("/proc/self/exe", arguments);
	die("exec");
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
		exec_next(NULL);
	/* The thread takes over the process's id while the leader waits for it. */
	if (pthread_create(&thread, NULL, exec_next, NULL))
		die("pthread_create");
	pthread_join(thread, NULL);
	return 96;
}

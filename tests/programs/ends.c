// SPDX-License-Identifier: BSD-2-Clause
/* ends.c - HOW [ARGUMENT]: crashes, fails, lingers or never gets ready, in one named way */
#include "program.h"

#include <sys/stat.h>

/* A child that outlives its parent, in a session of its own, without the parent's output. */
static void leave_daemon(void)
{
	if (fork())
		return;
	setsid();
	if (fork())
		_exit(0);
	if (chdir("/") || !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(1);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (;;)
		pause();
}

static void lines(long n)
{
	for (long i = 1; i <= n; i++)
		fprintf(stderr, "line %ld of the program\n", i);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	long value = number(argc, argv, 2, 0);

	if (!strcmp(how, "exit"))
		return value;
	if (!strcmp(how, "say-and-exit")) {
		lines(30);
		return value;
	}
	if (!strcmp(how, "segv"))
		raise(SIGSEGV);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "daemon")) {
		leave_daemon();
		return 0;
	}
	if (!strcmp(how, "background")) { /* a child that goes on in the same group and session */
		if (!fork())
			for (;;)
				pause();
		return 0;
	}
	if (!strcmp(how, "never"))
		for (;;)
			pause();
	if (!strcmp(how, "ignore-term")) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		for (;;)
			pause();
	}
	if (!strcmp(how,
		    "fork-on-term")) { /* hydra: each process that is asked to end leaves two */
		for (;;) {
			sigset_t set;
			int signal;

			sigfillset(&set);
			sigprocmask(SIG_BLOCK, &set, NULL);
			sigwait(&set, &signal);
			if (fork() >= 0)
				fork();
		}
	}
	return 95;
}

// SPDX-License-Identifier: BSD-2-Clause
/* user_run.c - a short command run as a user, its output kept, its time bounded */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "units.h"

#define OUTPUT_LIMIT (1u << 20)

static uint64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

/* In the child. Never returns; 127 where the command can't be started. */
static void run_child(const struct user *user, const struct user_command *command, int output,
		      char **environment)
{
	int nothing = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	setsid();
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(command->merge_errors ? output : nothing, 2) < 0)
		_exit(127);
	close_range(3, ~0u, 0);
	if (user_become(user))
		_exit(127);
	if (chdir(command->cwd ? command->cwd : user->home) && chdir("/"))
		_exit(127);
	environ = environment;
	execvp(command->argv[0], command->argv);
	_exit(127);
}

/* Reads until the command closes its output, or |deadline|; what goes beyond |limit| is dropped. */
static int collect(int fd, size_t limit, uint64_t deadline, struct buf *output)
{
	char part[8192];

	for (;;) {
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		uint64_t now = now_ms();
		ssize_t got;
		int ready;

		if (deadline && now >= deadline)
			return -ETIMEDOUT;
		ready = poll(&poller, 1, deadline ? (int)(deadline - now) : -1);
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready <= 0)
			continue;
		got = read(fd, part, sizeof(part));
		if (got == 0)
			return 0;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0 && output->size < limit) {
			size_t room = limit - output->size;
			int rc = buf_add(output, part, (size_t)got < room ? (size_t)got : room);

			if (rc)
				return rc;
		}
	}
}

int user_run(const struct user *user, const struct user_command *command, struct buf *output,
	     int *status)
{
	char **own = command->environment ? NULL : user_environment(user, NULL);
	char **environment = own ? own : (char **)command->environment;
	uint64_t deadline = command->timeout_ms ? now_ms() + command->timeout_ms : 0;
	size_t limit = command->output_limit ? command->output_limit : OUTPUT_LIMIT;
	int pipes[2], rc = -ENOMEM;
	pid_t pid;

	if (!environment)
		return -ENOMEM;
	if (pipe2(pipes, O_CLOEXEC)) {
		rc = -errno;
		goto out;
	}
	pid = fork();
	if (pid < 0) {
		rc = -errno;
		close(pipes[0]);
		close(pipes[1]);
		goto out;
	}
	if (pid == 0)
		run_child(user, command, pipes[1], environment);
	close(pipes[1]);
	rc = collect(pipes[0], limit, deadline, output);
	close(pipes[0]);
	/* what it left running in its session goes with it */
	kill(-pid, SIGKILL);
	if (rc)
		kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	if (!rc && WIFEXITED(*status) && WEXITSTATUS(*status) == 127)
		rc = -ENOENT;
out:
	user_environment_free(own);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* user_run.c - a short command run as a user, its output kept, its time bounded */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "units.h"

#define OUTPUT_LIMIT (1u << 20)
#define LEFT_PARTS   16 /* parts that a full pipe is read in, and some more */

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

/* Reads once; what goes beyond |limit| is dropped. 1: there may be more, 0: closed or empty. */
static int take_part(int fd, size_t limit, struct buf *output)
{
	char part[8192];
	ssize_t got = read(fd, part, sizeof(part));

	if (got < 0)
		return errno == EINTR ? 1 : errno == EAGAIN ? 0 : -errno;
	if (got > 0 && output->size < limit) {
		size_t room = limit - output->size;
		int rc = buf_add(output, part, (size_t)got < room ? (size_t)got : room);

		if (rc)
			return rc;
	}
	return got > 0;
}

/* What is read of a command, and until when. */
struct reading {
	int fd, stop; /* stop 0: none */
	size_t limit;
	uint64_t deadline; /* 0: none */
	struct buf *output;
};

/*
 * Reads until the command has ended, or |deadline|. Its end counts, not that of its output: some
 * close that and go on, some leave a process behind that keeps it open.
 */
static int collect(int pidfd, const struct reading *reading)
{
	struct pollfd pollers[] = {{.fd = pidfd, .events = POLLIN},
				   {.fd = reading->fd, .events = POLLIN},
				   {.fd = reading->stop ? reading->stop : -1, .events = POLLIN}};
	uint64_t deadline = reading->deadline;
	int rc;

	while (!pollers[0].revents) {
		uint64_t now = now_ms();

		if (deadline && now >= deadline)
			return -ETIMEDOUT;
		if (poll(pollers, 3, deadline ? (int)(deadline - now) : -1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (pollers[2].revents)
			return -ECANCELED;
		if (!pollers[1].revents)
			continue;
		rc = take_part(reading->fd, reading->limit, reading->output);
		if (rc < 0)
			return rc;
		if (rc == 0)
			pollers[1].fd = -1;
	}
	/* what the pipe holds at most: who was left behind may go on writing */
	rc = 1;
	for (int parts = 0; rc > 0 && parts < LEFT_PARTS; parts++)
		rc = take_part(reading->fd, reading->limit, reading->output);
	return rc < 0 ? rc : 0;
}

/* The parent's part: keeps the output, ends the session, reaps. */
static int follow(pid_t pid, const struct reading *reading, int *status)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int rc = pidfd < 0 || fcntl(reading->fd, F_SETFL, O_NONBLOCK) ? -errno : 0;

	if (!rc)
		rc = collect(pidfd, reading);
	/* what it left running in its session goes with it */
	kill(-pid, SIGKILL);
	if (rc)
		kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	return rc;
}

int user_run(const struct user *user, const struct user_command *command, struct buf *output,
	     int *status)
{
	char **own = command->environment ? NULL : user_environment(user, NULL);
	char **environment = own ? own : (char **)command->environment;
	struct reading reading = {
		.stop = command->stop,
		.limit = command->output_limit ? command->output_limit : OUTPUT_LIMIT,
		.deadline = command->timeout_ms ? now_ms() + command->timeout_ms : 0,
		.output = output,
	};
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
	reading.fd = pipes[0];
	rc = follow(pid, &reading, status);
	close(pipes[0]);
	if (!rc && WIFEXITED(*status) && WEXITSTATUS(*status) == 127)
		rc = -ENOENT;
out:
	user_environment_free(own);
	return rc;
}

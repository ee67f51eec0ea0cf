// SPDX-License-Identifier: BSD-2-Clause
/* launch.c - a child that is held before its first instruction */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "user.h"

/* What the child says through the failure pipe: which step failed, and how. */
struct failure {
	int32_t step;
	int32_t code;
};

enum step { STEP_SESSION, STEP_USER, STEP_FOLDER, STEP_INPUT, STEP_OUTPUT, STEP_READY, STEP_EXEC };

int launch_setup(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return err_code(errno, "cannot become the reaper of orphans");
	return 0;
}

static void fail(int fd, enum step step)
{
	struct failure failure = {.step = step, .code = errno ? errno : EINVAL};

	if (write(fd, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

static void clean_signals(void)
{
	/* the kernel's own struct, all zero: SIG_DFL. sigaction(3) refuses the two of libc's own */
	static const uint64_t standard[4];
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, standard, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Keeps |release| and |failure| open, as high descriptors that close on exec; closes all others. */
static void clean_descriptors(int *release, int *failure)
{
	int moved_release = fcntl(*release, F_DUPFD_CLOEXEC, 3);
	int moved_failure = fcntl(*failure, F_DUPFD_CLOEXEC, 3);
	int low = moved_release < moved_failure ? moved_release : moved_failure;
	int high = moved_release < moved_failure ? moved_failure : moved_release;

	*release = moved_release;
	*failure = moved_failure;
	if (low > 3)
		close_range(3, (unsigned)low - 1, 0);
	if (high > low + 1)
		close_range((unsigned)low + 1, (unsigned)high - 1, 0);
	close_range((unsigned)high + 1, ~0u, 0);
}

/* Never waits: a pipe with no writer is at its end. Never takes a terminal for the new session. */
static int open_input(const char *path)
{
	int fd = open(path ? path : "/dev/null", O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		return -1;
	if (S_ISDIR(stat.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	return fcntl(fd, F_SETFL, 0) ? -1 : fd;
}

/* In the child. Everything but the execve happens before the parent's word is awaited. */
static void run_child(const struct launch_spec *spec, int release, int failure)
{
	struct failure ready = {.step = STEP_READY};
	int input;
	char word;

	errno = 0;
	if (setsid() < 0)
		fail(failure, STEP_SESSION);
	/* opened as the user: it is the user's file */
	if (user_become(spec->user))
		fail(failure, STEP_USER);
	if (chdir(spec->cwd))
		fail(failure, STEP_FOLDER);
	input = open_input(spec->stdin_path);
	if (input < 0 || dup2(input, 0) < 0)
		fail(failure, STEP_INPUT);
	if (dup2(spec->output_fd, 1) < 0 || dup2(spec->output_fd, 2) < 0)
		fail(failure, STEP_OUTPUT);
	clean_descriptors(&release, &failure);
	clean_signals();
	if (write(failure, &ready, sizeof(ready)) != sizeof(ready) || read(release, &word, 1) != 1)
		_exit(126);
	execve(spec->executable, spec->argv, spec->environment);
	fail(failure, STEP_EXEC);
}

static int read_failure(int fd, struct failure *failure)
{
	ssize_t got;

	do
		got = read(fd, failure, sizeof(*failure));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return got == sizeof(*failure) ? 0 : -EPIPE;
}

static int tell(struct buf *reason, int code, const char *what, const char *object)
{
	code = code < 0 ? -code : code;
	if (object)
		buf_printf(reason, "%s '%s': %s", what, object, err_text(code));
	else
		buf_printf(reason, "%s: %s", what, err_text(code));
	return -code;
}

/* Waits until the child stands before its execve, or says why it does not. */
static int await_child(const struct launch_spec *spec, struct launch *launch, struct buf *reason)
{
	struct failure failure;
	int rc = read_failure(launch->failure, &failure);

	if (rc)
		return tell(reason, rc, "cannot prepare a child", NULL);
	switch ((enum step)failure.step) {
	case STEP_READY:
		fcntl(launch->failure, F_SETFL, O_NONBLOCK);
		return 0;
	case STEP_FOLDER:
		return tell(reason, failure.code, "cannot go to folder", spec->cwd);
	case STEP_INPUT:
		return tell(reason, failure.code, "cannot open for standard input",
			    spec->stdin_path ? spec->stdin_path : "/dev/null");
	case STEP_USER:
		return tell(reason, failure.code, "cannot become user", spec->user->name);
	default:
		return tell(reason, failure.code, "cannot prepare a child", NULL);
	}
}

static int fork_child(const struct launch_spec *spec, int release[2], int failure[2],
		      struct launch *launch)
{
	fflush(NULL);
	launch->pid = fork();
	if (launch->pid < 0)
		return -errno;
	if (launch->pid == 0)
		run_child(spec, release[0], failure[1]);
	close(release[0]);
	close(failure[1]);
	release[0] = failure[1] = -1;
	launch->pidfd = (int)syscall(SYS_pidfd_open, launch->pid, 0);
	return 0;
}

int launch_hold(const struct launch_spec *spec, struct launch *out, struct buf *reason)
{
	int release[2] = {-1, -1}, failure[2] = {-1, -1}, rc, status;
	struct launch launch = {.pidfd = -1};

	if (pipe2(release, O_CLOEXEC) || pipe2(failure, O_CLOEXEC)) {
		rc = tell(reason, errno, "cannot make a pipe", NULL);
		goto fail;
	}
	launch.release = release[1];
	launch.failure = failure[0];
	rc = fork_child(spec, release, failure, &launch);
	if (rc) {
		tell(reason, rc, "cannot fork", NULL);
		goto fail;
	}
	rc = launch.pidfd < 0 ? tell(reason, errno, "cannot open the child's pidfd", NULL)
			      : await_child(spec, &launch, reason);
	if (rc) {
		launch_end_tree(&launch, NULL, &status);
		return rc;
	}
	*out = launch;
	return 0;
fail:
	for (int i = 0; i < 2; i++) {
		if (release[i] >= 0)
			close(release[i]);
		if (failure[i] >= 0)
			close(failure[i]);
	}
	return rc;
}

int launch_release(struct launch *launch)
{
	if (write(launch->release, "x", 1) != 1)
		return err_code(errno, "cannot release the child");
	close(launch->release);
	launch->release = -1;
	return 0;
}

int launch_exec_error(struct launch *launch)
{
	struct failure failure;

	if (launch->failure < 0 || read_failure(launch->failure, &failure) ||
	    failure.step != STEP_EXEC)
		return 0;
	return failure.code;
}

// SPDX-License-Identifier: BSD-2-Clause
/* user_job.c - work on files that others made, in a process with no more rights than its user's */
#include "user_job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "user.h"

#define TIMEOUT_MS 15000 /* a dead network mount, not a slow disk */
#define ANSWER_MAX (1 << 20)

/* The last four bytes that the child writes; absent when it ended in the middle. */
struct verdict {
	int32_t rc;
};

static _Noreturn void child(const struct user *user, int fd, user_job_work work, void *context)
{
	struct buf answer = {0};
	struct verdict verdict = {0};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* a crash in a library leaves no core file in the user's folder */
	prctl(PR_SET_DUMPABLE, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	verdict.rc = user ? user_become(user) : 0;
	if (!verdict.rc)
		verdict.rc = work(context, &answer);
	if (fs_write_all(fd, buf_text(&answer), answer.size) ||
	    fs_write_all(fd, &verdict, sizeof(verdict)))
		_exit(1);
	_exit(0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* All that comes until the other end closes. */
static int read_answer(int fd, struct buf *answer)
{
	int64_t end = now_ms() + TIMEOUT_MS;

	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int64_t left = end - now_ms();
		ssize_t size;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&ready, 1, (int)left) <= 0)
			continue; /* a signal, or time is up */
		if (answer->size > ANSWER_MAX || buf_reserve(answer, 4096))
			return -ENOMEM;
		size = read(fd, answer->data + answer->size, 4096);
		if (size < 0 && errno != EINTR)
			return -errno;
		if (size == 0)
			return 0;
		if (size > 0)
			answer->size += (size_t)size;
	}
}

static int take_answer(const struct buf *all, struct buf *answer)
{
	struct verdict verdict;
	size_t size;

	if (all->size < sizeof(verdict))
		return -EPROTO;
	size = all->size - sizeof(verdict);
	memcpy(&verdict, all->data + size, sizeof(verdict));
	if (verdict.rc)
		return verdict.rc < 0 ? verdict.rc : -EPROTO;
	return buf_add(answer, all->data, size);
}

int user_job(const struct user *user, user_job_work work, void *context, struct buf *answer)
{
	struct buf all = {0};
	int ends[2], rc, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		rc = -errno;
		close(ends[0]);
		close(ends[1]);
		return rc;
	}
	if (pid == 0) {
		close(ends[0]);
		child(user, ends[1], work, context);
	}
	close(ends[1]);
	rc = read_answer(ends[0], &all);
	close(ends[0]);
	if (rc)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!rc && (!WIFEXITED(status) || WEXITSTATUS(status)))
		rc = -EPROTO;
	if (!rc)
		rc = take_answer(&all, answer);
	buf_release(&all);
	return rc;
}

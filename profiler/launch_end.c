// SPDX-License-Identifier: BSD-2-Clause
/* launch_end.c - the end of a whole tree, and what it wrote last */
#include "launch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "fs.h"
#include "limit.h"
#include "units.h"
#include "utf8.h"

#define GRACE_MS   200
#define TAIL_BYTES 4096
#define ROUNDS	   1000

static bool is_spared(const pid_t *spared, pid_t pid)
{
	for (; spared && *spared; spared++)
		if (*spared == pid)
			return true;
	return false;
}

/* Adds our children, their children and so on: orphans come to us, for we are the subreaper. */
static void add_descendants(pid_t parent, const pid_t *spared, limits_pids *out, int depth)
{
	char path[64], *next;
	struct buf text = {};

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	if (depth > 200 || fs_read(path, MIB, &text))
		goto out;
	next = text.data;
	for (pid_t pid; next && (pid = (pid_t)strtol(next, &next, 10)) > 0;)
		if (!is_spared(spared, pid) && vec_push(out, pid) == 0)
			add_descendants(pid, spared, out, depth + 1);
out:
	buf_release(&text);
}

/* All that belongs to the start. Nothing else of ours runs while a start ends. */
static void find_tree(const struct launch *launch, struct limits *limits, limits_pids *out)
{
	if (!limits || limits_processes(limits, out) || !out->count)
		add_descendants(getpid(), launch->spared, out, 0);
}

/* Takes the status of every child that has ended; the root's goes to |status|. */
static bool reap(pid_t root, int *status)
{
	bool root_gone = false;
	siginfo_t info = {};
	int one;

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
		pid_t pid = info.si_pid;

		if (waitpid(pid, &one, 0) == pid && pid == root) {
			*status = one;
			root_gone = true;
		}
		info.si_pid = 0;
	}
	return root_gone;
}

static bool tree_is_empty(const struct launch *launch, struct limits *limits)
{
	limits_pids left = {};
	bool empty;

	find_tree(launch, limits, &left);
	empty = left.count == 0;
	vec_release(&left);
	return empty;
}

static void signal_all(const limits_pids *pids, int number)
{
	vec_foreach(pid, pids)
		kill(*pid, number);
}

/* Waits for the end of all of |pids|, |timeout_ms| at most. */
static void await_all(const limits_pids *pids, unsigned timeout_ms)
{
	uint64_t end = clock_ns() + timeout_ms * NS_PER_MS;

	vec_foreach(pid, pids) {
		struct pollfd poller = {.events = POLLIN};
		uint64_t now = clock_ns();

		poller.fd = (int)syscall(SYS_pidfd_open, *pid, 0);
		if (poller.fd < 0)
			continue; /* reaped */
		poll(&poller, 1, now < end ? (int)((end - now + NS_PER_MS - 1) / NS_PER_MS) : 0);
		close(poller.fd);
	}
	if (!pids->count)
		poll(NULL, 0, 1);
}

static void close_launch(struct launch *launch)
{
	int *fds[] = {&launch->pidfd, &launch->release, &launch->failure};

	for (size_t i = 0; i < 3; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int launch_end_tree(struct launch *launch, struct limits *limits, int *status)
{
	limits_pids pids = {};
	bool root_gone;
	int round;

	*status = 0;
	root_gone = reap(launch->pid, status);
	for (round = 0; !(root_gone && tree_is_empty(launch, limits)) && round < ROUNDS; round++) {
		pids.count = 0;
		find_tree(launch, limits, &pids);
		if (round == 0) {
			/* a held child dies of it as well: its dispositions are the default ones */
			signal_all(&pids, SIGTERM);
			signal_all(&pids, SIGCONT);
			await_all(&pids, GRACE_MS);
		} else {
			if (limits)
				limits_kill(limits);
			signal_all(&pids, SIGKILL);
			await_all(&pids, 100);
		}
		root_gone |= reap(launch->pid, status);
	}
	vec_release(&pids);
	close_launch(launch);
	if (round < ROUNDS)
		return 0;
	err_print("process %d or a descendant of it can't be ended", launch->pid);
	return -EBUSY;
}

/* Control characters, C1 ones too (a terminal obeys U+009B), and what is no UTF-8 become '?'. */
static int add_harmless(const char *bytes, size_t size, struct buf *out)
{
	size_t length;

	for (size_t at = 0; at < size; at += length) {
		uint32_t point = 0;
		size_t known = utf8_decode(bytes + at, size - at, &point);
		bool good = known && (point >= ' ' || point == '\n' || point == '\t') &&
			    !(point >= 0x7f && point < 0xa0);
		int rc = good ? buf_add(out, bytes + at, known) : buf_puts(out, "?");

		if (rc)
			return rc;
		length = known ? known : 1;
	}
	return 0;
}

int launch_text_tail(const char *bytes, size_t size, unsigned lines, struct buf *out)
{
	size_t start;

	while (size && bytes[size - 1] == '\n')
		size--;
	for (start = size; start && lines; start--)
		if (bytes[start - 1] == '\n' && --lines == 0)
			break;
	if (size - start > TAIL_BYTES)
		start = size - TAIL_BYTES;
	return add_harmless(bytes + start, size - start, out);
}

int launch_output_tail(int fd, unsigned lines, struct buf *out)
{
	char bytes[TAIL_BYTES];
	struct stat st;
	ssize_t got;
	off_t from;

	if (fstat(fd, &st))
		return -errno;
	from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
	got = pread(fd, bytes, TAIL_BYTES, from);
	if (got < 0)
		return -errno;
	return launch_text_tail(bytes, (size_t)got, lines, out);
}

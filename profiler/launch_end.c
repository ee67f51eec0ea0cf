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

#include "err.h"
#include "fs.h"
#include "limit.h"
#include "units.h"

#define GRACE_MS      200
#define TAIL_BYTES    65536
#define ROUNDS	      1000

/* Adds our children, their children and so on: orphans come to us, for we are the subreaper. */
static void add_descendants(pid_t parent, limits_pids *out, int depth)
{
	char path[64], *next;
	struct buf text = {};

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	if (depth > 200 || fs_read(path, MIB, &text))
		goto out;
	next = text.data;
	for (pid_t pid; next && (pid = (pid_t)strtol(next, &next, 10)) > 0;)
		if (vec_push(out, pid) == 0)
			add_descendants(pid, out, depth + 1);
out:
	buf_release(&text);
}

/* All that belongs to the start. Nothing else of ours runs while a start ends. */
static void find_tree(struct limits *limits, limits_pids *out)
{
	if (!limits || limits_processes(limits, out) || !out->count)
		add_descendants(getpid(), out, 0);
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

static bool tree_is_empty(struct limits *limits)
{
	limits_pids left = {};
	bool empty;

	find_tree(limits, &left);
	empty = left.count == 0;
	vec_release(&left);
	return empty;
}

static void signal_all(const limits_pids *pids, int number)
{
	vec_foreach(pid, pids)
		kill(*pid, number);
}

/* Waits for the end of one process of the tree, |timeout_ms| at most. */
static void await_one(const limits_pids *pids, int timeout_ms)
{
	struct pollfd poller = {.fd = -1, .events = POLLIN};

	vec_foreach(pid, pids) {
		poller.fd = (int)syscall(SYS_pidfd_open, *pid, 0);
		if (poller.fd >= 0)
			break;
	}
	poll(&poller, poller.fd >= 0, timeout_ms);
	if (poller.fd >= 0)
		close(poller.fd);
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
	for (round = 0; !(root_gone && tree_is_empty(limits)) && round < ROUNDS; round++) {
		pids.count = 0;
		find_tree(limits, &pids);
		if (round == 0) {
			/* a held child dies of it as well: its dispositions are the default ones */
			signal_all(&pids, SIGTERM);
			signal_all(&pids, SIGCONT);
			await_one(&pids, GRACE_MS);
		} else {
			if (limits)
				limits_kill(limits);
			signal_all(&pids, SIGKILL);
			await_one(&pids, 100);
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

int launch_output_tail(int fd, unsigned lines, struct buf *out)
{
	char bytes[TAIL_BYTES + 1];
	size_t size, start;
	struct stat st;
	ssize_t got;
	off_t from;

	if (fstat(fd, &st))
		return -errno;
	from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
	got = pread(fd, bytes, TAIL_BYTES, from);
	if (got < 0)
		return -errno;
	size = (size_t)got;
	while (size && bytes[size - 1] == '\n')
		size--;
	for (start = size; start && lines; start--)
		if (bytes[start - 1] == '\n' && --lines == 0)
			break;
	for (size_t i = start; i < size; i++)
		if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
			bytes[i] = '?';
	return buf_add(out, bytes + start, size - start);
}

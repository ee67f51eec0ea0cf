/* SPDX-License-Identifier: BSD-2-Clause */
/* launch.h - a child that is held before its first instruction, and the end of its whole tree */
#ifndef COLDPROF_LAUNCH_H
#define COLDPROF_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

struct limits;
struct user;

struct launch_spec {
	const char *executable; /* real path for execve */
	char *const *argv;
	char *const *environment;
	const char *cwd;
	const char *stdin_path; /* NULL: /dev/null */
	int output_fd;		/* standard output and error, opened O_APPEND */
	const struct user *user;
};

struct launch {
	pid_t pid;
	int pidfd;	     /* readable once the process has ended; ours to close */
	int release;	     /* a byte written here lets the child go */
	int failure;	     /* the errno of an execve that failed; end of file when it succeeded */
	const pid_t *spared; /* children of ours that are of no start, ended by 0; NULL: none */
};

/* Once a run: orphans of the tree become our children, so that all can be reaped. 0 or -errno. */
int launch_setup(void);

/*
 * Forks the child and prepares it: own session, the user's ids, folder, descriptors, an empty
 * signal mask, default dispositions, no descriptor of ours. It then waits; between its release and
 * its execve it does nothing else. 0, or -errno with one line in |reason|; nothing is printed.
 */
int launch_hold(const struct launch_spec *spec, struct launch *out, struct buf *reason);

/* Lets the child go on to its execve. 0 or -errno. */
int launch_release(struct launch *launch);

/* 0: execve succeeded (or nothing is known yet); else the errno that it failed with. */
int launch_exec_error(struct launch *launch);

/*
 * Ends the whole tree, also what daemonised, and reaps it: SIGTERM to the root's session, a grace
 * of 200 ms, then SIGKILL to all in the cgroup and to every descendant until none is left. Returns
 * when nothing is left. |*status| is the root's wait(2) status. 0 or -errno, printed. A held child
 * that was never released is ended as well; launch->spared are left alone.
 */
int launch_end_tree(struct launch *launch, struct limits *limits, int *status);

/* The last |lines| lines of a file of output, control characters made harmless. 0 or -errno. */
int launch_output_tail(int fd, unsigned lines, struct buf *out);
/* The same of output that is in memory. */
int launch_text_tail(const char *bytes, size_t size, unsigned lines, struct buf *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* spawn.h - a child of ours right before its execve, with other ids, made without copying memory */
#ifndef COLDPROF_SPAWN_H
#define COLDPROF_SPAWN_H

#include <sys/types.h>

struct user;

struct spawn_spec {
	const struct user *user;
	const char *path;
	char *const *argv, *const *environment;
	const char *cwd;	      /* NULL: ours */
	const char *input;	      /* file for standard input; NULL: /dev/null */
	int output, errors;	      /* descriptors for standard output and error */
	int (*place)(void *context, pid_t pid); /* called before the child does anything; or NULL */
	void *context;
};

/* What the child was doing when it failed. */
enum spawn_step {
	SPAWN_FORK = 0,
	SPAWN_PLACE, /* the call of |place| */
	SPAWN_SESSION,
	SPAWN_DESCRIPTORS,
	SPAWN_IDS,
	SPAWN_CWD,
	SPAWN_INPUT,
	SPAWN_SIGNALS,
	SPAWN_EXEC,
};

struct spawn {
	pid_t pid;
	int pidfd, gate, report;
	enum spawn_step step; /* of the last failure */
	void *memory;	      /* the child's stack */
};

/*
 * Makes the child and brings it to the point before execve. |spec| and all that it points to must
 * stay until spawn_started() has answered: the child shares our memory. 0 or -errno with
 * |out->step|; nothing is left then. Prints nothing.
 */
int spawn_hold(const struct spawn_spec *spec, struct spawn *out);
int spawn_release(struct spawn *spawn);

/* -EAGAIN while undecided, 0 once execve has succeeded, or its -errno. Never blocks. */
int spawn_started(struct spawn *spawn);

/* The same, waiting. */
int spawn_wait_started(struct spawn *spawn);

/* Closes descriptors and frees memory; the child must have been reaped, or have passed execve. */
void spawn_close(struct spawn *spawn);

#endif

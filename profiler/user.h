/* SPDX-License-Identifier: BSD-2-Clause */
/* user.h - whose programs are run: the user who called sudo, never root unless root asked */
#ifndef COLDPROF_USER_H
#define COLDPROF_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

/* Open data; all memory its own. Zeroed memory is empty. */
struct user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t groups_count;
	char *name, *home, *shell;
	char *path;	    /* PATH of that user's login shell */
	bool switch_needed; /* we are root and the user is not: ids must be dropped */
};

/*
 * |name| NULL: the user who called sudo, doas or pkexec (checked against the user database), else
 * the current one. 0 or -errno, printed; -ENOENT for an unknown name, -EPERM where we are not root
 * and another user is asked for.
 */
int user_resolve(const char *name, struct user *out);
void user_release(struct user *user);

/*
 * The environment of that user's programs: ours, without what sudo added, with HOME, USER, LOGNAME,
 * SHELL and PATH of the user, then each "NAME=VALUE" of |extra| (NULL or ended by NULL). An array
 * ended by NULL, to be freed by user_environment_free(). NULL when out of memory.
 */
char **user_environment(const struct user *user, char *const *extra);
void user_environment_free(char **environment);

/* The value of a variable in an environment, or NULL. */
const char *user_getenv(char *const *environment, const char *name);

/*
 * What execvp() would find for |command| on |path_list|, with the user's permissions; a name with a
 * slash is taken from |cwd| (NULL: our own folder). 0, -ENOENT or -EACCES (found, but not
 * executable); nothing printed.
 */
int user_which(const struct user *user, const char *path_list, const char *cwd, const char *command,
	       struct buf *out);

/* In a forked child: takes the user's ids and checks that they hold. 0 or -errno, not printed. */
int user_become(const struct user *user);

struct user_command {
	char *const *argv;	  /* argv[0] is the program's path, or is found on PATH */
	char *const *environment; /* NULL: user_environment() */
	const char *cwd;	  /* NULL: the user's home, else / */
	unsigned timeout_ms;	  /* 0: none */
	int stop;	   /* a descriptor that is readable when to stop (not read here); 0: none */
	bool merge_errors; /* standard error goes to |output| too; else it is discarded */
	size_t output_limit; /* what goes beyond is read and forgotten; 0: 1 MiB */
};

/*
 * Runs a short command as the user, in its own session, with standard input from /dev/null.
 * |*status| is wait(2)'s. 0 or -errno: -ETIMEDOUT or, when stopped, -ECANCELED after killing its
 * process group, -ENOENT where it can't be started; nothing printed. What it leaves running in that
 * group is killed.
 */
int user_run(const struct user *user, const struct user_command *command, struct buf *output,
	     int *status);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - a package client run to its end, its words kept for the case that it fails */
#ifndef COLDPROF_CLIENT_H
#define COLDPROF_CLIENT_H

#include <stdbool.h>

#include "workload.h"

struct interpreter;
struct user;

/*
 * What package clients of |user| get: the user's environment without what would lead them
 * elsewhere (PYTHONPATH, NODE_OPTIONS, ...), the folders of |interpreters| first in PATH. To be
 * freed by user_environment_free(). 0 or -ENOMEM, printed.
 */
int client_environment(const struct user *user,
		       const struct interpreter *const interpreters[WORKLOAD_RUNTIMES],
		       char ***out);

struct client {
	const char *name;   /* the workload, for errors */
	const char *what;   /* the command, for errors: "npm ci" */
	char *const *argv;  /* found on the PATH of |environment|, as execvp() does */
	const char *folder; /* where it runs */
	char *const *environment;
	int stop;      /* a descriptor that is readable when to stop; -1: none */
	bool may_fail; /* with an exit status */
};

/*
 * Runs as the calling process's user, in a process group of its own, which is killed when to stop
 * and when the calling process dies. 0; -ECANCELED when stopped; -EIO (it failed) or another
 * -errno, printed with its last lines.
 */
int client_run(const struct client *client);

#endif

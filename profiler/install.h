/* SPDX-License-Identifier: BSD-2-Clause */
/* install.h - one workload's prepared folder, made whole or not at all */
#ifndef COLDPROF_INSTALL_H
#define COLDPROF_INSTALL_H

struct prepare;
struct user;

/* What is to be made. All belongs to the caller. */
struct install {
	const struct prepare *prepare; /* its folder's name ends with INSTALL_TAIL characters that
					  differ between versions, its parent is the cache folder */
	const struct user *user;       /* whom the caller has become */
	char *const *environment;      /* of the package clients */
	int stop;		       /* a descriptor that is readable when to stop; -1: none */
	int progress;		       /* where a line is written for each step; -1: nowhere */
};
#define INSTALL_TAIL 32

/*
 * To be called as the user that everything shall belong to: runs in a process of its own, since
 * it changes umask and cannot be called by two threads. Copies the application, installs what its
 * lock names, compiles, and gives the folder its name at the very end; at any failure and when
 * stopped nothing is left. 0; -ECANCELED when stopped; another -errno, printed with the last lines
 * that a package client said.
 */
int install_workload(const struct install *install);

/*
 * The unfinished folders that a killed process left in |cache| go. One that is being worked on
 * stays. 0 or -errno.
 */
int install_tidy(const char *cache);

#endif

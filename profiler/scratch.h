/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch.h - a folder of the user's for what a start writes, empty at the start of each */
#ifndef COLDPROF_SCRATCH_H
#define COLDPROF_SCRATCH_H

struct user;

/* Release with scratch_release. Zeroed memory has no folder. */
struct scratch {
	const struct user *user; /* the caller's */
	char *path;		 /* absolute; NULL: none */
	int lock;		 /* of the folder: held as long as we live, see install_tidy() */
};

/*
 * Makes it in the folder |cache|, which is made where it is absent. All is done with the user's
 * ids. 0 or -errno, printed.
 */
int scratch_make(const struct user *user, const char *cache, struct scratch *out);

/* Removes what is in it. 0 or -errno, printed. */
int scratch_empty(const struct scratch *scratch);

/* The folder goes with all in it. */
void scratch_release(struct scratch *scratch);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* commit.h - which commit the sources of a program are of */
#ifndef COLDPROF_COMMIT_H
#define COLDPROF_COMMIT_H

struct user;

/*
 * Asks git, as |user|, for the commit that is checked out in |folder|; else takes what the CI
 * system says in GITHUB_SHA or CI_COMMIT_SHA. |*out| is owned by the caller; NULL: none is known.
 * What is uncommitted is not seen. 0 or -ENOMEM.
 */
int commit_find(const struct user *user, const char *folder, char **out);

#endif

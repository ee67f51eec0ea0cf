/* SPDX-License-Identifier: BSD-2-Clause */
/* trust.h - whether somebody else could change what lies in a folder */
#ifndef COLDPROF_TRUST_H
#define COLDPROF_TRUST_H

struct user;

/*
 * Each folder from / to |path| (links resolved) must belong to root, to |user| or to who called
 * sudo, and nobody else may write to it: not by its mode, unless it is sticky, and not by its
 * group, unless nobody else is in that. 0; -EPERM or another -errno after a line that says which
 * folder and why.
 */
int trust_folder(const char *path, const struct user *user);

#endif

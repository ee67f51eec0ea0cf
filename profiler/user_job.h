/* SPDX-License-Identifier: BSD-2-Clause */
/* user_job.h - work on files that others made, in a process with no more rights than its user's */
#ifndef COLDPROF_USER_JOB_H
#define COLDPROF_USER_JOB_H

#include "buf.h"

struct user;

/*
 * Runs |work| in a forked child with |user|'s ids (NULL: our own), and adds what it put in its
 * buffer to |answer|. Returns what |work| returned; -EPROTO where the child ended otherwise (a
 * file that made a library crash), -ETIMEDOUT after a quarter of a minute; |answer| is then as it
 * was. |work| sees a copy of our memory: nothing else that it writes comes back.
 */
typedef int (*user_job_work)(void *context, struct buf *answer);
int user_job(const struct user *user, user_job_work work, void *context, struct buf *answer);

#endif

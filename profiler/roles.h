/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roles.h - which role each process has, by the workload's rules
 *
 * A rule has an expression on the command line, on the parent's role, or on both; the first that
 * fits wins. A process that none fits is "main" where it is the root, else "child".
 */
#ifndef COLDPROF_ROLES_H
#define COLDPROF_ROLES_H

#include <stdint.h>

#include "facts.h"
#include "process.h"
#include "vec.h"

/* Open data; zeroed memory is empty. */
struct roles {
	VEC(const char *) by_process; /* texts of the facts, or constants */
};

/* After a pass over the recording, when |processes| is complete. 0 or -ENOMEM. */
int roles_find(struct roles *roles, const struct facts *facts, const struct processes *processes);
void roles_release(struct roles *roles);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* doctor.h - what this machine can and cannot measure, and how to mend it */
#ifndef COLDPROF_DOCTOR_H
#define COLDPROF_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "buf.h"
#include "vec.h"

struct user;

enum doctor_state {
	DOCTOR_OK = 0,
	DOCTOR_LIMITED = 1, /* coldprof runs; what the line names is missing or noisier */
	DOCTOR_MISSING = 2, /* coldprof run can't work at all */
};

/* One line of the answer. Texts are owned. */
struct doctor_check {
	const char *name; /* constant: "BTF", "privilege" */
	enum doctor_state state;
	char *finding; /* what was seen */
	char *cure;    /* NULL where there is nothing to mend or nothing that mends it */
};

struct doctor {
	VEC(struct doctor_check) checks;
};

/*
 * The one-line answer for `run`, in well under a millisecond per check: whether this process can
 * trace. Else |reason| is one line that says what is missing and how to mend it.
 */
bool doctor_can_run(struct buf *reason);

/* Everything, a second or so. 0 or -ENOMEM; findings are no failures. */
int doctor_examine(struct doctor *doctor, const struct user *user);
void doctor_release(struct doctor *doctor);

/* The worst state of all checks. */
enum doctor_state doctor_worst(const struct doctor *doctor);

void doctor_print(const struct doctor *doctor, FILE *out);
int doctor_print_json(const struct doctor *doctor, FILE *out);

#endif

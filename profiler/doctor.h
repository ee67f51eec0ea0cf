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
	DOCTOR_MISSING = 2, /* coldprof run cannot work */
};

/* One line of the answer. Texts are owned. */
struct doctor_check {
	const char *name; /* constant: "BTF", "privilege" */
	enum doctor_state state;
	char *finding; /* what was seen, and what is lost by it */
	char *cure;    /* NULL where there is nothing to mend, or nothing that mends it */
};

struct doctor {
	VEC(struct doctor_check) checks;
	bool out_of_memory; /* a check is missing */
};

/*
 * The one-line answer for `run`, in a millisecond: whether this process can trace. Else |reason|
 * is one line that says what is missing and how to mend it. |btf_path|: the value of --btf.
 */
bool doctor_can_run(const char *btf_path, struct buf *reason);

struct doctor_options {
	const struct user *user; /* whose runtimes and cache folder are looked at */
	const char *btf_path;	 /* NULL: the kernel's own */
	const char *cache;	 /* the cache folder; NULL: none is looked at */
	bool keep_leftovers;	 /* say what a killed coldprof left, remove nothing */
};

/* Everything, in a second or so. 0 or -ENOMEM: findings are no failures. Prints nothing. */
int doctor_examine(const struct doctor_options *options, struct doctor *doctor);
void doctor_release(struct doctor *doctor);

/* The worst state of all checks; how many are in |state|. */
enum doctor_state doctor_worst(const struct doctor *doctor);
size_t doctor_count(const struct doctor *doctor, enum doctor_state state);

/* For people, |width| columns wide; and as JSON. */
void doctor_print(const struct doctor *doctor, size_t width, FILE *out);
int doctor_print_json(const struct doctor *doctor, FILE *out);

#endif

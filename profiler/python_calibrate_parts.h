/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_calibrate_parts.h - the parts of python_calibrate(): a start that is watched, and the
 * sites that come of what was seen
 */
#ifndef COLDPROF_PYTHON_CALIBRATE_PARTS_H
#define COLDPROF_PYTHON_CALIBRATE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "python_calibrate.h"
#include "python_program.h"
#include "python_tracee.h"
#include "python_walk.h"
#include "vec.h"

#define PYTHON_CALLS_MAX 4 /* places in the code that call one function */

/* A call in the interpreter's code: what comes before and after it. */
struct site {
	uint64_t back;	    /* the address that the call returns to */
	uint64_t call;	    /* of the call instruction; 0: not known */
	struct walk end;    /* from |back| on */
	struct places code; /* at |call|, of the subject */
	unsigned int times;
};

/* A call that has not returned yet. */
struct open_call {
	uint64_t back, stack, subject;
};

struct calibration {
	const struct python_calibration *asked;
	uint32_t device; /* of the code that runs: the interpreter's, or a copy */
	uint64_t inode;
	const char *why;
	struct tracee tracee;
	bool told_all;
	struct python_told told;
	struct import_layout layout;
	uint64_t import, callees[2], exec, find, create, dlsym, dlsym_from; /* addresses */
	struct site calls[PYTHON_CALLS_MAX], body;
	size_t calls_count;
	struct walk exec_entry, find_entry, create_entry, dlsym_back;
	VEC(struct open_call) open;
	bool body_ran;
	bool all_loaded; /* what the program imports */
};

/* Notes |why| it failed, if nothing was noted before; returns |code|. */
int python_calibrate_fail(struct calibration *cal, int code, const char *why);

/* Lets the started interpreter run the program and looks. 0 or -errno. */
int python_watch(struct calibration *cal);

/* Adds what the probes will rely on to |out|. 0 or -errno. */
int python_choose(struct calibration *cal, struct python_sites *out);

#endif

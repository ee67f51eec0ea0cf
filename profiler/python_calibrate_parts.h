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
#include "python_exits.h"
#include "python_program.h"
#include "python_tracee.h"
#include "python_walk.h"
#include "vec.h"

#define PYTHON_CALLS_MAX 4	/* places in the code that call one function */
#define PYTHON_STEPS_MAX 200000 /* instructions through which one function is followed */

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
	uint64_t import, callees[2], exec, find, create, run, dlsym, dlsym_from; /* addresses */
	struct site calls[PYTHON_CALLS_MAX], body;
	size_t calls_count;
	struct walk exec_entry, find_entry, create_entry, dlsym_back;
	struct exits create_exits, run_exits; /* what loads an extension, what runs it */
	VEC(struct open_call) open;
	bool body_ran;
	bool all_loaded; /* what the program imports */
};

/* Notes |why| it failed, if nothing was noted before; returns |code|. */
int python_calibrate_fail(struct calibration *cal, int code, const char *why);

/* Lets the started interpreter run the program and looks. 0 or -errno. */
int python_watch(struct calibration *cal);

/* Lets it run until a call has returned, with all else going on meanwhile. 0 or -errno. */
int python_watch_to(struct calibration *cal, uint64_t address, uint64_t stack);

/*
 * Whether the last step, from |before| with |stack|, was a call: it has pushed the address of what
 * follows the instruction, |*back|.
 */
bool python_was_call(const struct tracee *tracee, uint64_t before, uint64_t stack, uint64_t *back);

/* Adds what the probes will rely on to |out|. 0 or -errno. */
int python_choose(struct calibration *cal, struct python_sites *out);

#endif

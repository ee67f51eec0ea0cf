/* SPDX-License-Identifier: BSD-2-Clause */
/* python_exits.h - the instructions by which a function of a watched interpreter is left */
#ifndef COLDPROF_PYTHON_EXITS_H
#define COLDPROF_PYTHON_EXITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXITS_MAX 3 /* of one function */

/* A return, or a jump to the function that is called last. */
struct exit_point {
	uint64_t address;
	bool has_result; /* rax is what the function returns */
	bool strays;	 /* others pass it, too */
};

/* Those that were taken so far. Open data; zeroed memory is none. */
struct exits {
	struct exit_point points[EXITS_MAX];
	size_t count;
	bool failed, succeeded; /* it has returned NULL; something */
	bool unknown;		/* it was left by yet another way */
};

struct calibration;

/*
 * |cal|'s interpreter is in the function, whose first instruction had the stack |frame|: runs it to
 * its end, with all else going on meanwhile, and notes how it was left. 0 or -errno.
 */
int exits_follow(struct calibration *cal, struct exits *exits, uint64_t frame);

/* Its interpreter stands at |address|, and not because of exits_follow(). */
void exits_note_stray(struct exits *exits, uint64_t address);

/* All ways out are known, those of a success and of a failure. */
bool exits_are_known(const struct exits *exits);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v8.h - how the stack of a binary's V8 is read, and where V8 is probed
 *
 * What the binary says of itself to debuggers (its v8dbg_* symbols) is taken from it; the rest was
 * found out on Node.js 20 to 26, and is checked against what it says where that can be done. At run
 * time each step of a walk is checked by the types of the objects (scripts.bpf.c). Nothing is
 * guessed: of a binary that lacks a fact there are no probes, and the reason is told.
 */
#ifndef COLDPROF_V8_H
#define COLDPROF_V8_H

#include <stdbool.h>
#include <stdint.h>

#include "v8_layout.h"

struct elfx;

enum v8_state {
	V8_ABSENT = 0, /* no V8 in it */
	V8_KNOWN = 1,
	V8_NO_LAYOUT = 2,  /* no v8dbg_* symbols */
	V8_NO_ENTRY = 3,   /* the isolate's exit frame was not found */
	V8_NO_PROBES = 4,  /* the functions to be probed have no symbols */
	V8_NO_MACHINE = 5, /* not on this architecture */
};

#define V8_RETURNS 4

/* Plain data, as it is cached. */
struct v8 {
	uint32_t state; /* enum v8_state */
	uint32_t reserved;
	struct v8_layout layout;
	/* file offsets; 0: none */
	uint64_t initialize, compile_function, compile_module;
	uint64_t execute, execute_async; /* of ES modules; 0: the file is stripped of them */
	uint64_t executed[V8_RETURNS], executed_async[V8_RETURNS]; /* where these return to */
	uint64_t rethrown;					   /* an exception by a finally */
};

/* Looks into a file that may hold a V8. 0, -EBADMSG, -ENOMEM. */
int v8_read(const struct elfx *elf, struct v8 *out);

/*
 * Whether modules of the runtime with this V8 can be told (|version|: Node.js's, NULL: unknown);
 * why not through |*reason|, a constant text.
 */
bool v8_usable(const struct v8 *v8, const char *version, const char **reason);

#endif

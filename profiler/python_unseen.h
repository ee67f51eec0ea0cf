/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_unseen.h - programs with a CPython in them whose modules can't be seen, and why
 *
 * Whatever it is called and wherever its code lies, an interpreter reads its module `encodings`
 * when it starts (a frozen application has that in a zip file of its own). Who does so and is no
 * interpreter that is known is one that is not.
 */
#ifndef COLDPROF_PYTHON_UNSEEN_H
#define COLDPROF_PYTHON_UNSEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "process.h"
#include "recording.h"
#include "vec.h"

/* A binary that opened what Python has. */
struct python_unseen_binary {
	uint32_t device;
	uint64_t inode;
	uint32_t process; /* the first that ran it */
	bool starts;	  /* it is an interpreter that starts */
	bool unpacked;	  /* an archive unpacks it anew for each start */
	bool library;	  /* it takes the interpreter from libpython */
};

/* Open data; zeroed memory with the first two set is a beginning. */
struct python_unseen {
	const struct facts *facts;
	const struct processes *processes;
	VEC(struct python_unseen_binary) binaries;
};
void python_unseen_release(struct python_unseen *unseen);

/* To be fed with all calls in order. 0 or -ENOMEM. */
int python_unseen_call(struct python_unseen *unseen, const struct recording *recording,
		       const struct call *call);

/* Why the modules of one that starts are not seen; static text. */
const char *python_unseen_reason(const struct python_unseen_binary *binary);

#endif

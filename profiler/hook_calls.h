/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook_calls.h - Node.js's modules, as share/module_hook.js tells them by system calls
 *
 * A message is a look-up of a path that can't exist, so it is recorded like any other, with its
 * thread and its time, by a clock that the program has no part in. No other model may see it.
 *
 *	/proc/self/coldprof-module/ready                              the thread has the hook
 *	.../begin/NUMBER/PARENT/AGO/FILE   a module's load has begun, AGO nanoseconds ago
 *	.../end/NUMBER                     it is done
 *	.../failed/NUMBER                  it has thrown, since the message before
 *
 * Numbers are the thread's own, from 1; a PARENT of 0 is none. A module that takes itself out of
 * the loader's cache while it loads looks as if it had thrown, until its end is told. ES modules
 * that nobody requires are not told. Where a module's V8 can be read from outside, scripts.c has
 * it: then the messages of a hook that was inherited are left unread.
 */
#ifndef COLDPROF_HOOK_CALLS_H
#define COLDPROF_HOOK_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "hook_preloads.h"
#include "map.h"
#include "modules.h"
#include "process.h"
#include "recording.h"
#include "vec.h"

/* As a runtime's technique in a recording, and a sample's in a report. */
#define HOOK_CALLS_TECHNIQUE "module hook"

/* One load of a module, until it becomes a span. */
struct hook_load {
	uint32_t process, thread;
	uint32_t parent; /* an earlier item, or MODULES_NONE */
	char *file;	 /* owned */
	uint64_t begin_ns, end_ns;
	uint64_t low_ns; /* of a failed one: its end is not before */
	bool open, failed;
};

/* The caller sets the first three pointers; the rest is empty when zeroed. */
struct hook_calls {
	const struct facts *facts;
	const struct processes *processes;
	struct modules *modules;
	struct hook_preloads preloads;
	VEC(struct hook_load) loads;
	VEC(uint64_t) told_ns; /* by thread: when a begin or an end was last told */
	struct map by_number;  /* thread and number -> the latest such load */
	bool heard;	       /* anything was told */
	uint64_t cut;	       /* file names that were too long, and end early */
};

void hook_calls_release(struct hook_calls *calls);

/*
 * Whether a system call is the hook's: a message, or, after the first pass, of its own load.
 * Without a runtime that has the hook, none is.
 */
bool hook_calls_is(const struct hook_calls *calls, const struct recording *recording,
		   const struct call *call);

/* In the first pass, for every system call. 0 or -ENOMEM. */
int hook_calls_look(struct hook_calls *calls, const struct recording *recording,
		    const struct call *call);

/* Takes what is the hook's; a message that makes no sense is left out. 0 or -ENOMEM. */
int hook_calls_take(struct hook_calls *calls, const struct recording *recording,
		    const struct call *call);

/* Adds the spans to the modules, parents first. 0 or -ENOMEM. */
int hook_calls_finish(struct hook_calls *calls);

#endif

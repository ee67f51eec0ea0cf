/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns.h - what starts pay for again and again: named patterns of system calls, and who did it
 *
 * Counted is what returned before the end of the start. Whoever did it is the module that was the
 * innermost on the thread at that moment, where modules are seen.
 *
 *   search    look-ups of what does not exist, by place: the node_modules folder that was tried,
 *             else the folder (an entry of sys.path)
 *   reopen    a file that one process opened before: opens after the first
 *   tiny      reads of a file that brought less than 512 bytes each, at least eight of them
 *   threads   threads beside the first, by process
 *   network   calls on network sockets, and waits in them
 *   sync      fsync(2) and its kin
 *   unmap     mappings of 1 MiB and more that are taken down again
 *   random    getrandom(2)
 *   child     a child process that ended within the start: from its fork to its end
 */
#ifndef COLDPROF_PATTERNS_H
#define COLDPROF_PATTERNS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "fdtable.h"
#include "map.h"
#include "modules.h"
#include "process.h"
#include "recording.h"
#include "result.h"
#include "timeline.h"
#include "vec.h"

enum patterns_kind {
	PATTERNS_SEARCH,
	PATTERNS_REOPEN,
	PATTERNS_TINY,
	PATTERNS_THREADS,
	PATTERNS_NETWORK,
	PATTERNS_SYNC,
	PATTERNS_UNMAP,
	PATTERNS_RANDOM,
	PATTERNS_CHILD,
	PATTERNS_KINDS,
};

struct patterns_item {
	enum patterns_kind kind;
	uint32_t process;
	uint32_t detail; /* a path, or PATHS_NONE */
	uint32_t child;	 /* process, of a child */
	uint64_t count, time_ns, bytes;
};

/* What one module did of an item. */
struct patterns_share {
	uint32_t item, span;
	uint64_t count, time_ns;
};

/* Open data; zeroed memory but for the pointers is ready for use. */
struct patterns {
	const struct processes *processes;
	const struct timeline *timeline;
	const struct fdtable *table;
	struct paths *paths;
	struct modules *modules;
	VEC(struct patterns_item) items;
	struct map indices; /* kind, process, detail -> item */
	VEC(struct patterns_share) shares;
	struct map share_indices; /* item, span -> share */
};

void patterns_release(struct patterns *patterns);
/* For every record but system calls. 0 or -ENOMEM. */
int patterns_event(struct patterns *patterns, const struct event *event);
/* For every system call, before fdcalls_call. 0 or -ENOMEM. */
int patterns_call(struct patterns *patterns, const struct recording *recording,
		  const struct call *call);
/* Adds those that are one, the costliest of each kind first. 0 or -ENOMEM. */
int patterns_result(const struct patterns *patterns, struct result_sample *out);

#endif

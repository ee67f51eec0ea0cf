/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook_preloads.h - the system calls by which a thread loads module_hook.js itself
 *
 * From the first look for its file to the "ready" that it tells at its end: the search, the
 * package.json files above it, the read. They are no more the program's own than the messages are.
 * A first pass finds them, so that later ones can leave them out.
 */
#ifndef COLDPROF_HOOK_PRELOADS_H
#define COLDPROF_HOOK_PRELOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "recording.h"
#include "vec.h"

struct hook_preload {
	uint32_t thread;
	uint64_t from_ns, to_ns; /* to_ns 0: not ready yet */
};

/* Empty when zeroed. */
struct hook_preloads {
	VEC(struct hook_preload) items;
	uint64_t until_ns; /* the end of the last one */
};

void hook_preloads_release(struct hook_preloads *preloads);

/* In the first pass, for every call but messages. 0 or -ENOMEM. */
int hook_preloads_call(struct hook_preloads *preloads, const struct facts *facts,
		       const struct recording *recording, const struct call *call);
/* In the first pass: the thread's hook says that it is ready. */
void hook_preloads_ready(struct hook_preloads *preloads, const struct call *call);

/* Whether a call belongs to a preload that became ready. */
bool hook_preloads_has(const struct hook_preloads *preloads, const struct call *call);

#endif

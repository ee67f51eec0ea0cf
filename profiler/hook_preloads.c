// SPDX-License-Identifier: BSD-2-Clause
/* hook_preloads.c - the system calls by which a thread loads module_hook.js itself */
#include "hook_preloads.h"

#include <errno.h>
#include <string.h>

#include "pathcalls.h"

void hook_preloads_release(struct hook_preloads *preloads)
{
	if (preloads)
		vec_release(&preloads->items);
}

static bool is_hook(const struct facts *facts, const char *path)
{
	vec_foreach(runtime, &facts->runtimes)
		if (runtime->modules_hook && strcmp(runtime->modules_hook, path) == 0)
			return true;
	return false;
}

/* The thread's preload that is not ready yet, or NULL. */
static struct hook_preload *pending(struct hook_preloads *preloads, uint32_t thread)
{
	vec_foreach(preload, &preloads->items)
		if (preload->thread == thread && !preload->to_ns)
			return preload;
	return NULL;
}

int hook_preloads_call(struct hook_preloads *preloads, const struct facts *facts,
		       const struct recording *recording, const struct call *call)
{
	const struct hook_preload preload = {.thread = call->thread,
					     .from_ns = call->record->enter_ns};
	int64_t folder;

	if (!call->record->text.size || !pathcalls_folder(call, &folder) ||
	    !is_hook(facts, recording_text(recording, call->record->text.id, NULL)) ||
	    pending(preloads, call->thread))
		return 0;
	return vec_push(&preloads->items, preload);
}

void hook_preloads_ready(struct hook_preloads *preloads, const struct call *call)
{
	struct hook_preload *preload = pending(preloads, call->thread);

	if (!preload)
		return;
	preload->to_ns = call->record->enter_ns;
	if (preload->to_ns > preloads->until_ns)
		preloads->until_ns = preload->to_ns;
}

bool hook_preloads_has(const struct hook_preloads *preloads, const struct call *call)
{
	uint64_t at_ns = call->record->enter_ns;

	if (at_ns > preloads->until_ns)
		return false;
	vec_foreach(preload, &preloads->items)
		if (preload->thread == call->thread && preload->from_ns <= at_ns &&
		    at_ns <= preload->to_ns)
			return true;
	return false;
}

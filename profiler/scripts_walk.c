// SPDX-License-Identifier: BSD-2-Clause
/* scripts_walk.c - what walks over a stack show of the modules on it */
#include "scripts_parts.h"

#include "scripts_name.h"

#define DEPTH_MAX 1024 /* modules on one stack */

/* The depth in the stack of the module with that frame, or of that name if its frame is unknown. */
static size_t find_depth(const struct scripts *scripts, const struct script_thread *thread,
			 const struct script_about *about, uint64_t frame)
{
	for (size_t depth = thread->stack.count; depth > 0; depth--) {
		const struct script *script = scripts_get(scripts, thread->stack.items[depth - 1]);

		if (script->name == about->name &&
		    (!script->frame || script->frame == frame || script->kind == MODULES_ESM))
			return depth;
	}
	return 0;
}

/* How many modules of the stack are around that frame: stacks grow down. */
static size_t depth_around(const struct scripts *scripts, const struct script_thread *thread,
			   uint64_t frame)
{
	size_t depth = thread->stack.count;

	while (depth > 0 && scripts_get(scripts, thread->stack.items[depth - 1])->frame <= frame)
		depth--;
	return depth;
}

/* The last one that was taken for ended and is on the stack after all; or MODULES_NONE. */
static uint32_t find_ended(const struct scripts *scripts, const struct script_about *about,
			   uint64_t frame)
{
	for (size_t i = scripts->scripts.count; i-- > 0;) {
		const struct script *script = &scripts->scripts.items[i];

		if (script->name == about->name && script->thread == about->thread &&
		    script->kind != MODULES_ESM && !script->open &&
		    (!script->frame || script->frame == frame))
			return (uint32_t)i;
	}
	return MODULES_NONE;
}

/* Puts a module on the stack again, and those that it is in. */
static int push_again(struct scripts *scripts, struct script_thread *thread, uint32_t index)
{
	struct script_gone gone = {.at_ns = scripts_get(scripts, index)->compiled_ns,
				   .sampled = true};
	uint32_t chain[DEPTH_MAX];
	size_t count = 0;
	int rc = 0;

	for (uint32_t at = index;
	     at != MODULES_NONE && !scripts_get(scripts, at)->open && count < DEPTH_MAX;
	     at = scripts_get(scripts, at)->within)
		chain[count++] = at;
	if (!count || count == DEPTH_MAX)
		return 0;
	/* what is above the innermost of them that was open all the time came later, or is wrong */
	while (thread->stack.count &&
	       scripts_top(thread) != scripts_get(scripts, chain[count - 1])->within)
		scripts_stack_drop(scripts, thread, &gone);
	while (count && !rc)
		rc = scripts_stack_push(scripts, thread, chain[--count]);
	return rc;
}

/*
 * A walk came between a module's compilation and its run, or it was led astray: what was taken for
 * ended is not.
 */
static int reopen(struct scripts *scripts, const struct script_about *about, uint64_t frame,
		  size_t *depth)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = find_ended(scripts, about, frame);
	int rc;

	if (index == MODULES_NONE)
		return 0;
	rc = push_again(scripts, thread, index);
	*depth = scripts_top(thread) == index ? thread->stack.count : 0;
	return rc;
}

static bool has_run(const struct script *script)
{
	return script->kind == MODULES_ESM && script->executed && !script->open;
}

/*
 * An ES module goes on after it waited (top-level await): from the event loop, so nothing else is
 * on the stack. From now on its end is inferred as those of others are.
 */
static int resume(struct scripts *scripts, const struct script_about *about, size_t *depth)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = scripts_find_last(scripts, about, has_run);
	struct script_gone gone = {.at_ns = about->time_ns};
	int rc;

	if (index == MODULES_NONE)
		return 0;
	scripts_stack_close(scripts, thread, 0, &gone);
	scripts_get(scripts, index)->resumed = true;
	rc = scripts_stack_push(scripts, thread, index);
	*depth = thread->stack.count;
	return rc;
}

/* A walk shows the innermost module in or out of a call of require(). */
static void take_requires(struct scripts *scripts, struct script_thread *thread,
			  const struct event_stack *record)
{
	uint32_t top = scripts_top(thread);

	/* an exception leaves it */
	thread->requires = record->event.flags & EVENT_STACK_REQUIRES &&
			   !(record->event.flags & EVENT_STACK_THREW);
	if (!thread->requires) {
		thread->requirer = MODULES_NONE;
		return;
	}
	if (top != MODULES_NONE && !scripts_has_frame(scripts_get(scripts, top))) {
		scripts_later(&scripts_get(scripts, top)->seen_ns, record->at_ns);
		return;
	}
	if (thread->requirer == thread->shown)
		return;
	thread->requirer = thread->shown;
	thread->required_ns = record->at_ns;
}

/* As long as walks showed the same call of require(), it went on loading the addon. */
static void see_addon(struct scripts *scripts, const struct script_thread *thread, uint64_t seen_ns)
{
	uint32_t top = scripts_top(thread);

	if (top != MODULES_NONE && thread->requires &&
	    scripts_get(scripts, top)->kind == MODULES_ADDON &&
	    scripts_get(scripts, top)->within == thread->shown)
		scripts_later(&scripts_get(scripts, top)->seen_ns, seen_ns);
}

/*
 * The loader passes on an exception, for each module that it goes through: of the call of require()
 * that it has come to, so what came of another one was over before.
 */
static void take_exception(struct scripts *scripts, const struct script_thread *thread,
			   size_t depth, const struct event_stack *record)
{
	struct script *script;

	if (!(record->event.flags & EVENT_STACK_THREW))
		return;
	if (thread->stack.count > depth) {
		script = scripts_get(scripts, thread->stack.items[depth]);
		if (script->kind == MODULES_ESM)
			return; /* its probes tell */
		if (scripts_has_frame(script) ? script->site == record->site
					      : (record->event.flags & EVENT_STACK_REQUIRES) != 0)
			script->failed = true;
	} else if (thread->compiled != MODULES_NONE) {
		/* one that could not be compiled: what the loader did about that seemed its end */
		script = scripts_get(scripts, thread->compiled);
		if (script->open || script->failed || script->frame ||
		    script->site != record->site || script->within != scripts_top(thread))
			return;
		script->failed = true;
		script->end_ns = script->high_ns = record->at_ns;
	}
}

int scripts_walk_event(struct scripts *scripts, const struct script_about *about,
		       const struct event_stack *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct script_gone gone = {
		.at_ns = record->at_ns,
		.sampled = record->event.flags & EVENT_STACK_SAMPLE,
		.returned = record->event.flags & EVENT_STACK_RUNS,
		.required = record->event.flags & EVENT_STACK_REQUIRES,
	};
	const char *name = paths_text(scripts->paths, about->name);
	size_t depth = 0;
	int rc;

	if (thread->shown != MODULES_NONE && scripts_get(scripts, thread->shown)->open)
		scripts_later(&scripts_get(scripts, thread->shown)->seen_ns, record->seen_ns);
	see_addon(scripts, thread, record->seen_ns);
	thread->shown = MODULES_NONE;
	if (record->frame && !scripts_name_is_main(name)) {
		if (about->name == PATHS_NONE) { /* around a source that is no module */
			scripts_stack_close(scripts, thread,
					    depth_around(scripts, thread, record->frame), &gone);
			return 0;
		}
		depth = find_depth(scripts, thread, about, record->frame);
		if (!depth) {
			rc = record->event.flags & EVENT_STACK_ESM
				     ? resume(scripts, about, &depth)
				     : reopen(scripts, about, record->frame, &depth);
			if (rc || !depth)
				return rc;
		}
		thread->shown = thread->stack.items[depth - 1];
		scripts_get(scripts, thread->shown)->frame = record->frame;
		scripts_later(&scripts_get(scripts, thread->shown)->seen_ns, record->at_ns);
	}
	take_exception(scripts, thread, depth, record);
	scripts_stack_close(scripts, thread, depth, &gone);
	take_requires(scripts, thread, record);
	return 0;
}

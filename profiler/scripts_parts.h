/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scripts_parts.h - what the parts of scripts.c share: a thread's state, and the steps on it
 *
 * All that returns an int: 0 or -ENOMEM. Pointers to scripts and threads are valid until the next
 * one is added.
 */
#ifndef COLDPROF_SCRIPTS_PARTS_H
#define COLDPROF_SCRIPTS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "scripts.h"

/* What an event of V8 is about. */
struct script_about {
	uint32_t process, thread;
	uint64_t time_ns;
	uint32_t name;
};

/* An event of this moment shows that a module is gone. */
struct script_gone {
	uint64_t at_ns;
	bool sampled;  /* by the clock: it tells nothing of what made no frame of its own */
	bool returned; /* but if no call of require() is on the stack */
	bool required; /* a walk has shown one: an addon is still being loaded by it */
};

static inline struct script *scripts_get(const struct scripts *scripts, uint32_t index)
{
	return &scripts->scripts.items[index];
}

static inline uint32_t scripts_top(const struct script_thread *thread)
{
	return thread->stack.count ? thread->stack.items[thread->stack.count - 1] : MODULES_NONE;
}

static inline void scripts_later(uint64_t *time_ns, uint64_t other_ns)
{
	if (other_ns > *time_ns)
		*time_ns = other_ns;
}

/* What is parsed or linked has no frame: it is the module that wants it that is on the stack. */
static inline bool scripts_has_frame(const struct script *script)
{
	return script->kind != MODULES_JSON && script->kind != MODULES_ADDON;
}

/* ---- scripts.c ---- */

/* One that has a V8; NULL: it has none. */
struct script_thread *scripts_known_thread(struct scripts *scripts, uint32_t thread);
/* A load that begins, in what is on top of the stack; it is not pushed. Its index through |*out|.
 */
int scripts_add(struct scripts *scripts, const struct script_about *about, enum modules_kind kind,
		uint32_t *out);
/* The last one of the thread with that name, of those for which |is| holds; or MODULES_NONE. */
uint32_t scripts_find_last(const struct scripts *scripts, const struct script_about *about,
			   bool (*is)(const struct script *script));

/* ---- scripts_pauses.c ---- */

/* EVENT_SWITCH_OUT, _IN. Only the last pauses are kept: bounds of an end are mostly close. */
int scripts_pauses_event(struct scripts *scripts, const struct event *event);
/*
 * Until when a stack was as a walk has shown it: a thread that leaves its CPU is walked just
 * before, and has the same one when it comes back.
 */
uint64_t scripts_pauses_seen_until(const struct script_thread *thread, uint64_t seen_ns);
/* The middle of the time between two instants in which the thread ran. */
uint64_t scripts_pauses_middle(const struct script_thread *thread, uint64_t from_ns,
			       uint64_t to_ns);

/* ---- scripts_stack.c ---- */

/* It is open from now on. */
int scripts_stack_push(struct scripts *scripts, struct script_thread *thread, uint32_t index);
/* The top one, which there must be, has ended. */
void scripts_stack_drop(struct scripts *scripts, struct script_thread *thread,
			const struct script_gone *gone);
/* All above the first |depth| items of the stack have ended, or nothing is done. */
void scripts_stack_close(struct scripts *scripts, struct script_thread *thread, size_t depth,
			 const struct script_gone *gone);
/* What is still open ends with its thread. */
void scripts_stack_end(struct scripts *scripts, uint32_t index, uint64_t time_ns);

/* ---- scripts_search.c ---- */

int scripts_search_add(struct script_thread *thread, const struct script_look *look);
/*
 * When the search for |file| began, not before |from_ns|: else |now_ns|. It is done with. What may
 * also have been looked for on behalf of the module before is of it when it comes just before.
 */
struct script_search {
	uint64_t begin_ns;
	uint64_t other_ns; /* when something else was looked for before it; 0: nothing was */
};
struct script_search scripts_search_begin(const struct scripts *scripts,
					  struct script_thread *thread, const char *file,
					  uint64_t from_ns, uint64_t now_ns);
/*
 * A file was looked for before it is opened, as a module is: fs.readFile alone does not look. But
 * for package.json: that is looked for to be read by Node.js itself, too, who never asks whether it
 * is a link.
 */
bool scripts_search_found(const struct script_thread *thread, uint32_t path, bool package);

/* ---- scripts_walk.c ---- */

/* EVENT_STACK. */
int scripts_walk_event(struct scripts *scripts, const struct script_about *about,
		       const struct event_stack *record);

/* ---- scripts_esm.c ---- */

/* EVENT_SCRIPT_MODULE, _EXECUTE, _EXECUTED. */
int scripts_esm_compiled(struct scripts *scripts, const struct script_about *about);
int scripts_esm_execute(struct scripts *scripts, const struct script_about *about,
			const struct event_script *record);
void scripts_esm_executed(struct scripts *scripts, const struct script_about *about,
			  const struct event_script *record);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* scripts.c - Node.js's modules, from what was compiled and from the stacks of its threads */
#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <asm/unistd.h>

#include "callnames.h"
#include "fs.h"
#include "pathcalls.h"
#include "scripts_name.h"
#include "scripts_spans.h"

#define SCOPE_NS                                                                                   \
	200000 /* to the rest of a search, from the package.json that it may begin with            \
		*/

#define SWITCH_NS 20000 /* from a walk to the switch that it was made for */

#define DEPTH_MAX  1024 /* modules on one stack */
#define PAUSES_MAX 64
#define LOOKS_MAX  512 /* that many are kept; a search takes some dozens */

void scripts_release(struct scripts *scripts)
{
	if (!scripts)
		return;
	vec_foreach(thread, &scripts->threads) {
		vec_release(&thread->stack);
		vec_release(&thread->looks);
		vec_release(&thread->pauses);
	}
	vec_release(&scripts->threads);
	vec_release(&scripts->scripts);
	map_release(&scripts->opened);
}

static struct script *get(const struct scripts *scripts, uint32_t index)
{
	return &scripts->scripts.items[index];
}

/* A thread's own state; NULL when out of memory. */
static struct script_thread *thread_of(struct scripts *scripts, uint32_t thread)
{
	while (scripts->threads.count <= thread) {
		struct script_thread *added = vec_add(&scripts->threads);

		if (!added)
			return NULL;
		added->shown = added->compiled = added->requirer = MODULES_NONE;
	}
	return &scripts->threads.items[thread];
}

/* One that has a V8; NULL: it has none. */
static struct script_thread *known_thread(struct scripts *scripts, uint32_t thread)
{
	if (thread >= scripts->threads.count || !scripts->threads.items[thread].used)
		return NULL;
	return &scripts->threads.items[thread];
}

static uint32_t top_of(const struct script_thread *thread)
{
	return thread->stack.count ? thread->stack.items[thread->stack.count - 1] : MODULES_NONE;
}

/* ---- ends ---- */

static void later(uint64_t *time_ns, uint64_t other_ns)
{
	if (other_ns > *time_ns)
		*time_ns = other_ns;
}

/* An event of this moment shows that a module is gone. */
struct gone {
	uint64_t at_ns;
	bool sampled;  /* by the clock: it tells nothing of what made no frame of its own */
	bool returned; /* but if no call of require() is on the stack */
};

/* The part of [from, to] in which the thread was off its CPU. */
static uint64_t paused_ns(const struct script_thread *thread, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t sum_ns = 0;

	vec_foreach(pause, &thread->pauses) {
		uint64_t begin_ns = pause->out_ns > from_ns ? pause->out_ns : from_ns;
		uint64_t end_ns = pause->in_ns && pause->in_ns < to_ns ? pause->in_ns : to_ns;

		if (end_ns > begin_ns)
			sum_ns += end_ns - begin_ns;
	}
	return sum_ns;
}

/*
 * Until when a stack was as a walk has shown it: a thread that leaves its CPU is walked just
 * before, and has the same one when it comes back.
 */
static uint64_t seen_until(const struct script_thread *thread, uint64_t seen_ns)
{
	vec_foreach(pause, &thread->pauses)
		if (pause->out_ns >= seen_ns && pause->out_ns - seen_ns < SWITCH_NS && pause->in_ns)
			return pause->in_ns;
	return seen_ns;
}

/* The middle of the time between two instants in which the thread ran. */
static uint64_t middle(const struct script_thread *thread, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t half_ns = (to_ns - from_ns - paused_ns(thread, from_ns, to_ns)) / 2;
	uint64_t at_ns = from_ns;

	vec_foreach(pause, &thread->pauses) {
		if (pause->out_ns < at_ns || pause->out_ns >= to_ns || !pause->in_ns)
			continue;
		if (pause->out_ns - at_ns >= half_ns)
			break;
		half_ns -= pause->out_ns - at_ns;
		at_ns = pause->in_ns < to_ns ? pause->in_ns : to_ns;
	}
	return at_ns + half_ns < to_ns ? at_ns + half_ns : to_ns;
}

static void set_end(const struct scripts *scripts, struct script *script, const struct gone *gone)
{
	script->open = false;
	script->low_ns = script->compiled_ns;
	later(&script->low_ns,
	      seen_until(&scripts->threads.items[script->thread], script->seen_ns));
	script->high_ns = gone->at_ns;
	later(&script->high_ns, script->low_ns);
	script->end_ns = script->high_ns;
	if (gone->sampled)
		script->end_ns = middle(&scripts->threads.items[script->thread], script->low_ns,
					script->high_ns);
}

/* What is parsed or linked has no frame: it is the module that wants it that is on the stack. */
static bool has_frame(const struct script *script)
{
	return script->kind != MODULES_JSON && script->kind != MODULES_ADDON;
}

/*
 * Whether |gone| says anything of this one: a walk that shows the module which wants a file of JSON
 * in require() says nothing of that.
 */
static bool may_be_gone(const struct script *script, const struct gone *gone, bool wanted_by_shown)
{
	if (script->kind == MODULES_ESM && !script->resumed)
		return false; /* it ends by its probe alone */
	if (gone->at_ns <= script->compiled_ns)
		return false;
	return has_frame(script) || !gone->sampled || gone->returned || !wanted_by_shown;
}

/* All above the first |depth| items of the stack have ended, or nothing is done. */
static void close_above(struct scripts *scripts, struct script_thread *thread, size_t depth,
			const struct gone *gone)
{
	for (size_t i = depth; i < thread->stack.count; i++)
		if (!may_be_gone(get(scripts, thread->stack.items[i]), gone, i == depth))
			return;
	while (thread->stack.count > depth) {
		struct script *script = get(scripts, top_of(thread));

		set_end(scripts, script, gone);
		thread->stack.count--;
		/* what it was in was there as long as it was itself */
		if (top_of(thread) != MODULES_NONE)
			later(&get(scripts, top_of(thread))->seen_ns, script->low_ns);
	}
}

/* ---- the search for a file ---- */

static int add_look(struct script_thread *thread, const struct script_look *look)
{
	if (thread->looks.count == LOOKS_MAX) {
		thread->looks.count /= 2;
		memmove(thread->looks.items, thread->looks.items + LOOKS_MAX / 2,
			thread->looks.count * sizeof(*look));
	}
	return vec_push(&thread->looks, *look);
}

/*
 * When the search for |file| began, not before |from_ns|: else |now_ns|. It is done with. What may
 * also have been looked for on behalf of the module before is of it when it comes just before.
 */
static uint64_t search_begin(const struct scripts *scripts, struct script_thread *thread,
			     const char *file, uint64_t from_ns, uint64_t now_ns)
{
	const char *link = NULL; /* that has led to the file */
	uint64_t begin_ns = now_ns;

	for (size_t i = thread->looks.count; i-- > 0;) {
		const struct script_look *look = &thread->looks.items[i];
		const char *path = paths_text(scripts->paths, look->path);
		enum scripts_relation relation = scripts_name_relation(path, file);

		if (look->link)
			link = path;
		if (relation == SCRIPTS_UNRELATED && link)
			relation = scripts_name_relation(path, link);
		if (look->time_ns < from_ns || relation == SCRIPTS_UNRELATED)
			break;
		if (relation == SCRIPTS_SEARCH || begin_ns - look->time_ns < SCOPE_NS)
			begin_ns = look->time_ns;
	}
	thread->looks.count = 0;
	return begin_ns < now_ns ? begin_ns : now_ns;
}

/* ---- events ---- */

/* What an event of V8 is about. */
struct about {
	uint32_t process, thread;
	uint64_t time_ns;
	uint32_t name;
};

static int new_script(struct scripts *scripts, const struct about *about, enum modules_kind kind,
		      uint32_t *out)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct script *script = vec_add(&scripts->scripts);
	uint32_t parent = top_of(thread);
	const char *name = paths_text(scripts->paths, about->name);
	uint64_t from_ns = parent == MODULES_NONE ? 0 : get(scripts, parent)->compiled_ns;

	if (!script)
		return -ENOMEM;
	*script = (struct script){
		.process = about->process,
		.thread = about->thread,
		.parent = parent,
		.within = parent,
		.kind = kind,
		.name = about->name,
		.parsed_ns = about->time_ns,
		.compiled_ns = about->time_ns,
		.begin_ns = about->time_ns,
	};
	/* of ES modules only what is required; the others are read by all sorts of threads */
	if (name[0] == '/' && (kind != MODULES_ESM || parent != MODULES_NONE))
		script->begin_ns = search_begin(scripts, thread, name, from_ns, about->time_ns);
	if (name[0] == '/' && parent != MODULES_NONE && thread->requirer == parent &&
	    thread->required_ns < script->begin_ns)
		script->begin_ns = thread->required_ns;
	thread->requirer = MODULES_NONE;
	*out = (uint32_t)(scripts->scripts.count - 1);
	return 0;
}

static int push(struct scripts *scripts, struct script_thread *thread, uint32_t index)
{
	struct script *script = get(scripts, index);

	script->open = true;
	return vec_push(&thread->stack, index);
}

static int take_function(struct scripts *scripts, const struct about *about,
			 const struct event_script *record)
{
	const char *name = paths_text(scripts->paths, about->name);
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct gone gone = {.at_ns = about->time_ns};
	uint32_t index;
	int rc;

	/* the walk just before made the stack what it is, but for what has no frame */
	while (top_of(thread) != MODULES_NONE) {
		const struct script *top = get(scripts, top_of(thread));

		if (has_frame(top))
			break;
		close_above(scripts, thread, thread->stack.count - 1, &gone);
	}
	thread->compiled = MODULES_NONE;
	if (record->event.flags & EVENT_SCRIPT_TRIAL)
		thread->looks.count = 0; /* they were for that */
	if (scripts_name_is_main(name) || record->event.flags & EVENT_SCRIPT_TRIAL)
		return 0;
	rc = new_script(scripts, about,
			scripts_name_is_own(name) ? MODULES_BUILTIN : MODULES_COMMONJS, &index);
	if (rc)
		return rc;
	thread->compiled = index;
	if (record->importer) {
		get(scripts, index)->parent = MODULES_NONE;
		get(scripts, index)->importer = record->importer;
	}
	return push(scripts, thread, index);
}

static int take_module(struct scripts *scripts, const struct about *about)
{
	uint32_t index;

	/* who wants it shows when it runs; so far it is the module that is running, if any */
	return new_script(scripts, about, MODULES_ESM, &index);
}

/* The last one of the thread with that name, of those for which |is| holds; or MODULES_NONE. */
static uint32_t find_last(const struct scripts *scripts, const struct about *about,
			  bool (*is)(const struct script *script))
{
	for (size_t i = scripts->scripts.count; i-- > 0;) {
		const struct script *script = &scripts->scripts.items[i];

		if (script->name == about->name && script->thread == about->thread && is(script))
			return (uint32_t)i;
	}
	return MODULES_NONE;
}

static bool is_any(const struct script *script)
{
	(void)script;
	return true;
}

/* The last one that was compiled was not required by the module whose top level runs. */
static void take_requirer(struct scripts *scripts, const struct about *about)
{
	uint32_t compiled = scripts->threads.items[about->thread].compiled;
	uint32_t requirer = find_last(scripts, about, is_any);

	if (compiled == MODULES_NONE || requirer == MODULES_NONE || requirer >= compiled)
		return;
	get(scripts, compiled)->parent = requirer;
	get(scripts, compiled)->importer = 0;
}

static bool is_unexecuted(const struct script *script)
{
	return script->kind == MODULES_ESM && !script->executed;
}

/* Of those that ran before, as its imports, one becomes a module's child. */
static void adopt(struct scripts *scripts, uint32_t index, struct script *other)
{
	struct script *script = get(scripts, index);

	other->importer = 0;
	other->imported = true;
	other->parent = index;
	if (other->begin_ns < script->begin_ns)
		script->begin_ns = other->begin_ns;
}

/* A module begins to run: those that the same evaluation ran are its children. */
static void adopt_evaluated(struct scripts *scripts, uint32_t index)
{
	const struct script *script = get(scripts, index);

	vec_foreach(other, &scripts->scripts)
		if (other->importer && other->importer == script->evaluation &&
		    other->thread == script->thread && other != script)
			adopt(scripts, index, other);
}

/*
 * A module runs that had to wait for imports of its own (top-level await), long after the
 * evaluation in which it was to run: which of those that have run meanwhile it imports itself is
 * not seen. When the graph's root runs, which was compiled first, what is left is its own.
 */
static void adopt_awaited(struct scripts *scripts, uint32_t index)
{
	const struct script *script = get(scripts, index);

	vec_foreach(other, &scripts->scripts)
		if (other->thread == script->thread && is_unexecuted(other) &&
		    other->parsed_ns < script->parsed_ns)
			return;
	vec_foreach(other, &scripts->scripts) {
		bool waited = other->kind == MODULES_ESM && other->executed &&
			      other->parent == MODULES_NONE && !other->importer;

		if (other->thread != script->thread || other == script ||
		    other->parsed_ns < script->parsed_ns || !(waited || other->importer))
			continue;
		if (waited) /* it began with its file, as the root of a graph does */
			other->begin_ns = other->compiled_ns;
		adopt(scripts, index, other);
	}
}

static int take_execute(struct scripts *scripts, const struct about *about,
			const struct event_script *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = find_last(scripts, about, is_unexecuted);
	struct script *script;
	uint64_t opened_ns;
	int rc = 0;

	if (index == MODULES_NONE) /* it was compiled unseen */
		rc = new_script(scripts, about, MODULES_ESM, &index);
	if (rc)
		return rc;
	script = get(scripts, index);
	script->executed = true;
	script->evaluation = record->evaluation;
	script->importer = record->importer;
	/* where the graph has its root, all that came before is its own */
	script->imported = record->importer != 0;
	if (record->importer)
		script->begin_ns = about->time_ns;
	else if (map_get_u64(&scripts->opened, script->name, &opened_ns) &&
		 opened_ns < script->begin_ns)
		script->begin_ns = opened_ns;
	if (record->importer)
		script->parent = MODULES_NONE;
	script->compiled_ns = about->time_ns;
	thread->looks.count = 0;
	adopt_evaluated(scripts, index);
	if (!record->importer)
		adopt_awaited(scripts, index);
	return push(scripts, thread, index);
}

static void take_executed(struct scripts *scripts, const struct about *about,
			  const struct event_script *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct gone gone = {.at_ns = about->time_ns};
	size_t depth = thread->stack.count;
	struct script *script = NULL;

	while (depth > 0) {
		script = get(scripts, thread->stack.items[depth - 1]);
		if (script->kind == MODULES_ESM && script->evaluation == record->evaluation)
			break;
		depth--;
	}
	if (!depth)
		return;
	while (thread->stack.count > depth) {
		set_end(scripts, get(scripts, top_of(thread)), &gone);
		thread->stack.count--;
	}
	set_end(scripts, script, &gone);
	script->exact = true;
	script->low_ns = script->end_ns = script->high_ns = about->time_ns;
	script->failed = record->event.flags & EVENT_SCRIPT_FAILED;
	thread->stack.count--;
}

/* The depth in the stack of the module with that frame, or of that name if its frame is unknown. */
static size_t find_depth(const struct scripts *scripts, const struct script_thread *thread,
			 const struct about *about, uint64_t frame)
{
	for (size_t depth = thread->stack.count; depth > 0; depth--) {
		const struct script *script = get(scripts, thread->stack.items[depth - 1]);

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

	while (depth > 0 && get(scripts, thread->stack.items[depth - 1])->frame <= frame)
		depth--;
	return depth;
}

/* The last one that was taken for ended and is on the stack after all; or MODULES_NONE. */
static uint32_t find_ended(const struct scripts *scripts, const struct about *about, uint64_t frame)
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
	struct gone gone = {.at_ns = get(scripts, index)->compiled_ns, .sampled = true};
	uint32_t chain[DEPTH_MAX];
	size_t count = 0;
	int rc = 0;

	for (uint32_t at = index;
	     at != MODULES_NONE && !get(scripts, at)->open && count < DEPTH_MAX;
	     at = get(scripts, at)->within)
		chain[count++] = at;
	if (!count || count == DEPTH_MAX)
		return 0;
	/* what is above the innermost of them that was open all the time came later, or is wrong */
	while (thread->stack.count && top_of(thread) != get(scripts, chain[count - 1])->within) {
		set_end(scripts, get(scripts, top_of(thread)), &gone);
		thread->stack.count--;
	}
	while (count && !rc)
		rc = push(scripts, thread, chain[--count]);
	return rc;
}

/*
 * A walk came between a module's compilation and its run, or it was led astray: what was taken for
 * ended is not.
 */
static int reopen(struct scripts *scripts, const struct about *about, uint64_t frame, size_t *depth)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = find_ended(scripts, about, frame);
	int rc;

	if (index == MODULES_NONE)
		return 0;
	rc = push_again(scripts, thread, index);
	*depth = top_of(thread) == index ? thread->stack.count : 0;
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
static int resume(struct scripts *scripts, const struct about *about, size_t *depth)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = find_last(scripts, about, has_run);
	struct gone gone = {.at_ns = about->time_ns};
	int rc;

	if (index == MODULES_NONE)
		return 0;
	close_above(scripts, thread, 0, &gone);
	get(scripts, index)->resumed = true;
	rc = push(scripts, thread, index);
	*depth = thread->stack.count;
	return rc;
}

/* A walk shows the innermost module in or out of a call of require(). */
static void take_requires(struct scripts *scripts, struct script_thread *thread,
			  const struct event_stack *record)
{
	uint32_t top = top_of(thread);

	if (!(record->event.flags & EVENT_STACK_REQUIRES)) {
		thread->requirer = MODULES_NONE;
		return;
	}
	if (top != MODULES_NONE && !has_frame(get(scripts, top))) {
		later(&get(scripts, top)->seen_ns, record->at_ns);
		return;
	}
	if (thread->requirer == thread->shown)
		return;
	thread->requirer = thread->shown;
	thread->required_ns = record->at_ns;
}

static int take_stack(struct scripts *scripts, const struct about *about,
		      const struct event_stack *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct gone gone = {
		.at_ns = record->at_ns,
		.sampled = record->event.flags & EVENT_STACK_SAMPLE,
		.returned = record->event.flags & EVENT_STACK_RUNS,
	};
	const char *name = paths_text(scripts->paths, about->name);
	size_t depth = 0;
	int rc;

	if (thread->shown != MODULES_NONE && get(scripts, thread->shown)->open)
		later(&get(scripts, thread->shown)->seen_ns, record->seen_ns);
	thread->shown = MODULES_NONE;
	if (record->frame && !scripts_name_is_main(name)) {
		if (about->name == PATHS_NONE) { /* around a source that is no module */
			close_above(scripts, thread, depth_around(scripts, thread, record->frame),
				    &gone);
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
		get(scripts, thread->shown)->frame = record->frame;
		later(&get(scripts, thread->shown)->seen_ns, record->at_ns);
	}
	close_above(scripts, thread, depth, &gone);
	take_requires(scripts, thread, record);
	return 0;
}

static int take_script(struct scripts *scripts, const struct about *about,
		       const struct event_script *record)
{
	switch (record->what) {
	case EVENT_SCRIPT_FUNCTION:
		return about->name == PATHS_NONE ? 0 : take_function(scripts, about, record);
	case EVENT_SCRIPT_MODULE:
		return about->name == PATHS_NONE ? 0 : take_module(scripts, about);
	case EVENT_SCRIPT_EXECUTE:
		return about->name == PATHS_NONE ? 0 : take_execute(scripts, about, record);
	case EVENT_SCRIPT_REQUIRER:
		if (about->name != PATHS_NONE)
			take_requirer(scripts, about);
		return 0;
	case EVENT_SCRIPT_EXECUTED:
		take_executed(scripts, about, record);
	}
	return 0;
}

static int read_name(struct scripts *scripts, const struct recording *recording,
		     const struct event *event, uint32_t *out)
{
	const struct event_text *field = event_text_of((struct event *)event);
	struct buf name = {0};
	size_t size;
	const char *text = recording_text(recording, field->id, &size);
	int rc = scripts_name_read(text, size, event->flags & EVENT_SCRIPT_UTF16, &name);

	*out = PATHS_NONE;
	if (!rc)
		rc = paths_add(scripts->paths, buf_text(&name), out);
	buf_release(&name);
	return rc == -EINVAL ? 0 : rc;
}

static int add_point(struct scripts *scripts, const struct about *about,
		     const struct event_stack *record)
{
	struct modules_point point = {
		.process = about->process,
		.thread = about->thread,
		.time_ns = record->event.time_ns,
		.rss_bytes = record->rss_bytes,
	};

	return point.rss_bytes ? modules_add_point(scripts->modules, &point) : 0;
}

/* What is still open ends with its thread. */
static void end_thread(struct scripts *scripts, uint32_t index, uint64_t time_ns)
{
	struct script_thread *thread = known_thread(scripts, index);
	struct gone gone = {.at_ns = time_ns};

	while (thread && thread->stack.count) {
		set_end(scripts, get(scripts, top_of(thread)), &gone);
		thread->stack.count--;
	}
}

/* Only the last ones are kept: bounds of an end are mostly near to each other. */
static int take_switch(struct scripts *scripts, const struct event *event)
{
	struct script_thread *thread =
		known_thread(scripts, processes_thread(scripts->processes, event->tid));
	struct script_pause pause = {.out_ns = event->time_ns};

	if (!thread)
		return 0;
	if (event->kind == EVENT_SWITCH_IN) {
		if (thread->pauses.count)
			thread->pauses.items[thread->pauses.count - 1].in_ns = event->time_ns;
		return 0;
	}
	if (thread->pauses.count == PAUSES_MAX) {
		thread->pauses.count /= 2;
		memmove(thread->pauses.items, thread->pauses.items + PAUSES_MAX / 2,
			thread->pauses.count * sizeof(pause));
	}
	return vec_push(&thread->pauses, pause);
}

int scripts_event(struct scripts *scripts, const struct recording *recording,
		  const struct event *event)
{
	struct about about = {.time_ns = event->time_ns};
	struct script_thread *thread;
	int rc;

	if (event->kind == EVENT_SWITCH_OUT || event->kind == EVENT_SWITCH_IN)
		return take_switch(scripts, event);
	if (event->kind != EVENT_SCRIPT && event->kind != EVENT_STACK && event->kind != EVENT_EXIT)
		return 0;
	about.process = processes_by_pid(scripts->processes, event->pid);
	about.thread = processes_thread(scripts->processes, event->tid);
	if (about.process == PROCESS_NONE || about.thread == PROCESS_NONE)
		return 0;
	if (event->kind == EVENT_EXIT) {
		end_thread(scripts, about.thread, event->time_ns);
		return 0;
	}
	thread = thread_of(scripts, about.thread);
	if (!thread)
		return -ENOMEM;
	thread->used = true;
	rc = read_name(scripts, recording, event, &about.name);
	if (rc)
		return rc;
	if (event->kind == EVENT_SCRIPT)
		return take_script(scripts, &about, (const struct event_script *)event);
	rc = add_point(scripts, &about, (const struct event_stack *)event);
	return rc ? rc : take_stack(scripts, &about, (const struct event_stack *)event);
}

/* ---- system calls ---- */

static bool is_wait(uint32_t number)
{
#ifdef __NR_epoll_wait
	if (number == __NR_epoll_wait)
		return true;
#endif
#ifdef __NR_epoll_pwait2
	if (number == __NR_epoll_pwait2)
		return true;
#endif
	return number == __NR_epoll_pwait;
}

static bool ends_with(const char *path, const char *ending)
{
	size_t length = strlen(path), size = strlen(ending);

	return length > size && strcmp(path + length - size, ending) == 0;
}

/* What dlopen(3) opens on behalf of a library. */
static bool is_library(const char *path)
{
	const char *name = fs_basename(path);

	return strstr(name, ".so") || strstr(path, "/ld.so") || ends_with(name, ".node");
}

static bool reads_link(uint32_t number)
{
#ifdef __NR_readlink
	if (number == __NR_readlink)
		return true;
#endif
	return number == __NR_readlinkat;
}

static bool is_unfollowed(const struct call *call)
{
#ifdef __NR_lstat
	if (call->number == __NR_lstat)
		return true;
#endif
	/* libuv's only other way is lstat(2) */
	return call->number == __NR_statx && call->record->args[2] & AT_SYMLINK_NOFOLLOW;
}

/*
 * A file was looked for before it is opened, as a module is: fs.readFile alone does not look. But
 * for package.json: that is looked for to be read by Node.js itself, too, who never asks whether it
 * is a link.
 */
static bool was_looked_for(const struct script_thread *thread, uint32_t path, bool package)
{
	for (size_t i = thread->looks.count; i-- > 0;) {
		const struct script_look *look = &thread->looks.items[i];

		if (look->path == path && look->found && !look->opened &&
		    (look->unfollowed || !package))
			return true;
	}
	return false;
}

static enum modules_kind kind_of_file(const struct script_thread *thread, const char *path,
				      uint32_t number)
{
	if (ends_with(path, ".node"))
		return MODULES_ADDON;
	if (ends_with(path, ".json") &&
	    was_looked_for(thread, number, strcmp(fs_basename(path), "package.json") == 0))
		return MODULES_JSON;
	return MODULES_UNKNOWN;
}

static int take_look(struct scripts *scripts, struct script_thread *thread, const struct call *call,
		     const char *path)
{
	const struct event_syscall *record = call->record;
	struct script_look look = {
		.time_ns = record->enter_ns,
		.found = !callnames_failed(record->result),
		.opened = pathcalls_opens(call->number),
		.unfollowed = is_unfollowed(call),
		.link = reads_link(call->number) && !callnames_failed(record->result),
	};
	enum modules_kind kind;
	int rc;

	rc = paths_add(scripts->paths, path, &look.path);
	if (rc)
		return rc;
	kind = look.found && look.opened ? kind_of_file(thread, path, look.path) : MODULES_UNKNOWN;
	if (kind != MODULES_UNKNOWN) {
		thread->file = look.path;
		thread->file_kind = kind;
	}
	return add_look(thread, &look);
}

/* The next call is the end of what was read, of a library if that is not of its own loading. */
static void end_file(struct scripts *scripts, struct script_thread *thread, const char *path,
		     uint64_t time_ns)
{
	struct gone gone = {.at_ns = time_ns};
	const struct script *top;

	if (top_of(thread) == MODULES_NONE)
		return;
	top = get(scripts, top_of(thread));
	if (top->kind == MODULES_JSON || (top->kind == MODULES_ADDON && !is_library(path)))
		close_above(scripts, thread, thread->stack.count - 1, &gone);
}

static void end_by_wait(struct scripts *scripts, struct script_thread *thread,
			const struct event_syscall *record)
{
	struct gone gone = {.at_ns = record->enter_ns};

	end_file(scripts, thread, "", record->enter_ns);
	/* what goes on waiting at the end of the recording does so in the event loop */
	if (record->event.flags & EVENT_SYSCALL_UNFINISHED)
		close_above(scripts, thread, 0, &gone);
}

/*
 * The file that was opened is read for the first time: now it is known who wants it, for the walk
 * at its opening was told after that. A file of JSON is there when its last byte is read.
 */
static int take_read(struct scripts *scripts, struct script_thread *thread, const struct call *call)
{
	struct about about = {
		.process = call->process,
		.thread = call->thread,
		.time_ns = call->record->event.time_ns,
	};
	const struct fd_object *file;
	uint32_t index = top_of(thread);
	int64_t fd;
	bool reads;
	int rc = 0;

	if (callnames_failed(call->record->result) || !pathcalls_reads(call, &fd, &reads) || !reads)
		return 0;
	file = fdtable_get(scripts->table, call->process, fd);
	if (!file || file->path == PATHS_NONE)
		return 0;
	if (thread->file_kind != MODULES_UNKNOWN && file->path == thread->file) {
		about.name = file->path;
		rc = new_script(scripts, &about, thread->file_kind, &index);
		if (!rc)
			rc = push(scripts, thread, index);
		thread->file_kind = MODULES_UNKNOWN;
	}
	if (!rc && index != MODULES_NONE && get(scripts, index)->kind == MODULES_JSON &&
	    get(scripts, index)->name == file->path)
		get(scripts, index)->seen_ns = about.time_ns;
	return rc;
}

int scripts_call(struct scripts *scripts, const struct recording *recording,
		 const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct script_thread *thread = known_thread(scripts, call->thread);
	const char *text, *path;
	int64_t folder;
	uint32_t opened;
	int rc;

	if (thread && is_wait(call->number))
		end_by_wait(scripts, thread, record);
	rc = thread ? take_read(scripts, thread, call) : 0;
	if (rc)
		return rc;
	if (!pathcalls_folder(call, &folder))
		return 0;
	text = recording_text(recording, record->text.id, NULL);
	if (!*text || (!thread && (!pathcalls_opens(call->number) || !scripts->threads.count)))
		return 0;
	rc = fdtable_path(scripts->table, call->process, folder, text, &path);
	if (rc)
		return rc;
	if (pathcalls_opens(call->number) && !callnames_failed(record->result)) {
		rc = paths_add(scripts->paths, path, &opened);
		if (!rc)
			rc = map_set_u64(&scripts->opened, opened, record->enter_ns);
		if (rc)
			return rc;
	}
	if (!thread)
		return 0;
	end_file(scripts, thread, path, record->enter_ns);
	return take_look(scripts, thread, call, path);
}

int scripts_finish(struct scripts *scripts)
{
	return scripts_spans(scripts);
}

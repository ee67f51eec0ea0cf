// SPDX-License-Identifier: BSD-2-Clause
/* scripts.c - Node.js's modules, from what was compiled and from the stacks of its threads */
#include "scripts.h"

#include <errno.h>

#include "scripts_name.h"
#include "scripts_parts.h"
#include "scripts_spans.h"

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

/* A thread's own state; NULL when out of memory. */
static struct script_thread *thread_of(struct scripts *scripts, uint32_t thread)
{
	while (scripts->threads.count <= thread) {
		struct script_thread *added = vec_add(&scripts->threads);

		if (!added)
			return NULL;
		added->shown = added->compiled = added->requirer = MODULES_NONE;
		added->embedded = PATHS_NONE;
	}
	return &scripts->threads.items[thread];
}

struct script_thread *scripts_known_thread(struct scripts *scripts, uint32_t thread)
{
	if (thread >= scripts->threads.count || !scripts->threads.items[thread].used)
		return NULL;
	return &scripts->threads.items[thread];
}

int scripts_add(struct scripts *scripts, const struct script_about *about, enum modules_kind kind,
		uint32_t *out)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct script *script = vec_add(&scripts->scripts);
	struct script_search search = {.begin_ns = about->time_ns};
	uint32_t parent = scripts_top(thread);
	const char *name = paths_text(scripts->paths, about->name);
	uint64_t from_ns = parent == MODULES_NONE ? 0 : scripts_get(scripts, parent)->compiled_ns;

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
		search = scripts_search_begin(scripts, thread, name, from_ns, about->time_ns);
	script->begin_ns = search.begin_ns;
	/* a call of require() that looked for something else was another one */
	if (name[0] == '/' && parent != MODULES_NONE && thread->requirer == parent &&
	    thread->required_ns > search.other_ns && thread->required_ns < script->begin_ns)
		script->begin_ns = thread->required_ns;
	thread->requirer = MODULES_NONE;
	*out = (uint32_t)(scripts->scripts.count - 1);
	return 0;
}

static int take_function(struct scripts *scripts, const struct script_about *about,
			 const struct event_script *record)
{
	const char *name = paths_text(scripts->paths, about->name);
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct script_gone gone = {.at_ns = about->time_ns};
	uint32_t index;
	int rc;

	/* the walk just before made the stack what it is, but for what has no frame */
	while (scripts_top(thread) != MODULES_NONE) {
		const struct script *top = scripts_get(scripts, scripts_top(thread));

		if (scripts_has_frame(top))
			break;
		scripts_stack_close(scripts, thread, thread->stack.count - 1, &gone);
	}
	thread->compiled = MODULES_NONE;
	if (record->event.flags & EVENT_SCRIPT_TRIAL)
		thread->looks.count = 0; /* they were for that */
	if (scripts_name_is_embedder(name))
		thread->embeds = true;
	if (scripts_name_is_main(name) || record->event.flags & EVENT_SCRIPT_TRIAL)
		return 0;
	rc = scripts_add(scripts, about,
			 scripts_name_is_own(name) ? MODULES_BUILTIN : MODULES_COMMONJS, &index);
	if (rc)
		return rc;
	thread->compiled = index;
	scripts_get(scripts, index)->site = record->site;
	if (record->importer) {
		scripts_get(scripts, index)->parent = MODULES_NONE;
		scripts_get(scripts, index)->importer = record->importer;
	}
	return scripts_stack_push(scripts, thread, index);
}

uint32_t scripts_find_last(const struct scripts *scripts, const struct script_about *about,
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
static void take_requirer(struct scripts *scripts, const struct script_about *about)
{
	uint32_t compiled = scripts->threads.items[about->thread].compiled;
	uint32_t requirer = scripts_find_last(scripts, about, is_any);

	if (compiled == MODULES_NONE || requirer == MODULES_NONE || requirer >= compiled)
		return;
	scripts_get(scripts, compiled)->parent = requirer;
	scripts_get(scripts, compiled)->importer = 0;
}

static int take_script(struct scripts *scripts, const struct script_about *about,
		       const struct event_script *record)
{
	switch (record->what) {
	case EVENT_SCRIPT_FUNCTION:
		return about->name == PATHS_NONE ? 0 : take_function(scripts, about, record);
	case EVENT_SCRIPT_MODULE:
		return about->name == PATHS_NONE ? 0 : scripts_esm_compiled(scripts, about);
	case EVENT_SCRIPT_EXECUTE:
		return about->name == PATHS_NONE ? 0 : scripts_esm_execute(scripts, about, record);
	case EVENT_SCRIPT_REQUIRER:
		if (about->name != PATHS_NONE)
			take_requirer(scripts, about);
		return 0;
	case EVENT_SCRIPT_EXECUTED:
		scripts_esm_executed(scripts, about, record);
	}
	return 0;
}

/* A name that is no path: the embedded script's has any that its author gave it, "app.js". */
static int read_embedded(struct scripts *scripts, struct script_thread *thread,
			 const struct event *event, const char *text, uint32_t *out)
{
	const struct event_script *script = (const struct event_script *)event;
	uint32_t name;
	int rc;

	if (!thread->embeds || !*text)
		return 0;
	rc = paths_add(scripts->paths, text, &name);
	if (rc)
		return rc;
	if (thread->embedded == PATHS_NONE && event->kind == EVENT_SCRIPT &&
	    script->what == EVENT_SCRIPT_FUNCTION)
		thread->embedded = name;
	*out = name == thread->embedded ? name : PATHS_NONE;
	return 0;
}

static int read_name(struct scripts *scripts, struct script_thread *thread,
		     const struct recording *recording, const struct event *event, uint32_t *out)
{
	const struct event_text *field = event_text_of((struct event *)event);
	struct buf name = {0};
	size_t size;
	const char *text = recording_text(recording, field->id, &size);
	int rc = scripts_name_read(text, size, event->flags & EVENT_SCRIPT_UTF16, &name);

	*out = PATHS_NONE;
	if (!rc)
		rc = paths_add(scripts->paths, buf_text(&name), out);
	else if (rc == -EINVAL)
		rc = read_embedded(scripts, thread, event, buf_text(&name), out);
	buf_release(&name);
	return rc;
}

static int add_point(struct scripts *scripts, const struct script_about *about,
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

int scripts_event(struct scripts *scripts, const struct recording *recording,
		  const struct event *event)
{
	struct script_about about = {.time_ns = event->time_ns};
	struct script_thread *thread;
	int rc;

	if (event->kind == EVENT_SWITCH_OUT || event->kind == EVENT_SWITCH_IN)
		return scripts_pauses_event(scripts, event);
	if (event->kind != EVENT_SCRIPT && event->kind != EVENT_STACK && event->kind != EVENT_EXIT)
		return 0;
	about.process = processes_by_pid(scripts->processes, event->pid);
	about.thread = processes_thread(scripts->processes, event->tid);
	if (about.process == PROCESS_NONE || about.thread == PROCESS_NONE)
		return 0;
	if (event->kind == EVENT_EXIT) {
		scripts_stack_end(scripts, about.thread, event->time_ns);
		return 0;
	}
	thread = thread_of(scripts, about.thread);
	if (!thread)
		return -ENOMEM;
	thread->used = true;
	rc = read_name(scripts, thread, recording, event, &about.name);
	if (rc)
		return rc;
	if (event->kind == EVENT_SCRIPT)
		return take_script(scripts, &about, (const struct event_script *)event);
	rc = add_point(scripts, &about, (const struct event_stack *)event);
	return rc ? rc : scripts_walk_event(scripts, &about, (const struct event_stack *)event);
}

int scripts_finish(struct scripts *scripts)
{
	return scripts_spans(scripts);
}

// SPDX-License-Identifier: BSD-2-Clause
/* scripts_esm.c - ES modules, from the probes at which they are evaluated */
#include "scripts_parts.h"

int scripts_esm_compiled(struct scripts *scripts, const struct script_about *about)
{
	uint32_t index;

	/* who wants it shows when it runs; so far it is the module that is running, if any */
	return scripts_add(scripts, about, MODULES_ESM, &index);
}

static bool is_unexecuted(const struct script *script)
{
	return script->kind == MODULES_ESM && !script->executed;
}

/* Of those that ran before, as its imports, one becomes a module's child. */
static void adopt(struct scripts *scripts, uint32_t index, struct script *other)
{
	struct script *script = scripts_get(scripts, index);

	other->importer = 0;
	other->imported = true;
	other->parent = index;
	if (other->begin_ns < script->begin_ns)
		script->begin_ns = other->begin_ns;
}

/* A module begins to run: those that the same evaluation ran are its children. */
static void adopt_evaluated(struct scripts *scripts, uint32_t index)
{
	const struct script *script = scripts_get(scripts, index);

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
	const struct script *script = scripts_get(scripts, index);

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

int scripts_esm_execute(struct scripts *scripts, const struct script_about *about,
			const struct event_script *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	uint32_t index = scripts_find_last(scripts, about, is_unexecuted);
	struct script *script;
	uint64_t opened_ns;
	int rc = 0;

	if (index == MODULES_NONE) /* it was compiled unseen */
		rc = scripts_add(scripts, about, MODULES_ESM, &index);
	if (rc)
		return rc;
	script = scripts_get(scripts, index);
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
	return scripts_stack_push(scripts, thread, index);
}

void scripts_esm_executed(struct scripts *scripts, const struct script_about *about,
			  const struct event_script *record)
{
	struct script_thread *thread = &scripts->threads.items[about->thread];
	struct script_gone gone = {.at_ns = about->time_ns};
	size_t depth = thread->stack.count;
	struct script *script = NULL;

	while (depth > 0) {
		script = scripts_get(scripts, thread->stack.items[depth - 1]);
		if (script->kind == MODULES_ESM && script->evaluation == record->evaluation)
			break;
		depth--;
	}
	if (!depth)
		return;
	while (thread->stack.count >= depth)
		scripts_stack_drop(scripts, thread, &gone);
	script->exact = true;
	script->low_ns = script->end_ns = script->high_ns = about->time_ns;
	script->failed = record->event.flags & EVENT_SCRIPT_FAILED;
}

// SPDX-License-Identifier: BSD-2-Clause
/* scripts_stack.c - the modules that are open on a thread, and when they end */
#include "scripts_parts.h"

int scripts_stack_push(struct scripts *scripts, struct script_thread *thread, uint32_t index)
{
	struct script *script = scripts_get(scripts, index);

	script->open = true;
	return vec_push(&thread->stack, index);
}

static void set_end(const struct scripts *scripts, struct script *script,
		    const struct script_gone *gone)
{
	script->open = false;
	script->low_ns = script->compiled_ns;
	scripts_later(&script->low_ns,
		      scripts_pauses_seen_until(&scripts->threads.items[script->thread],
						script->seen_ns));
	script->high_ns = gone->at_ns;
	scripts_later(&script->high_ns, script->low_ns);
	script->end_ns = script->high_ns;
	if (gone->sampled)
		script->end_ns = scripts_pauses_middle(&scripts->threads.items[script->thread],
						       script->low_ns, script->high_ns);
}

void scripts_stack_drop(struct scripts *scripts, struct script_thread *thread,
			const struct script_gone *gone)
{
	set_end(scripts, scripts_get(scripts, scripts_top(thread)), gone);
	thread->stack.count--;
}

/*
 * Whether |gone| says anything of this one: a walk that shows the module which wants a file of JSON
 * in require() says nothing of that.
 */
static bool may_be_gone(const struct script *script, const struct script_gone *gone,
			bool wanted_by_shown)
{
	if (script->kind == MODULES_ESM && !script->resumed)
		return false; /* it ends by its probe alone */
	if (gone->at_ns <= script->compiled_ns)
		return false;
	if (script->failed)
		return true;
	if (script->kind == MODULES_ADDON && wanted_by_shown && gone->required)
		return false;
	return scripts_has_frame(script) || !gone->sampled || gone->returned || !wanted_by_shown;
}

void scripts_stack_close(struct scripts *scripts, struct script_thread *thread, size_t depth,
			 const struct script_gone *gone)
{
	for (size_t i = depth; i < thread->stack.count; i++)
		if (!may_be_gone(scripts_get(scripts, thread->stack.items[i]), gone, i == depth))
			return;
	while (thread->stack.count > depth) {
		struct script *script = scripts_get(scripts, scripts_top(thread));

		scripts_stack_drop(scripts, thread, gone);
		/* what it was in was there as long as it was itself */
		if (scripts_top(thread) != MODULES_NONE)
			scripts_later(&scripts_get(scripts, scripts_top(thread))->seen_ns,
				      script->low_ns);
	}
}

void scripts_stack_end(struct scripts *scripts, uint32_t index, uint64_t time_ns)
{
	struct script_thread *thread = scripts_known_thread(scripts, index);
	struct script_gone gone = {.at_ns = time_ns};

	while (thread && thread->stack.count)
		scripts_stack_drop(scripts, thread, &gone);
}

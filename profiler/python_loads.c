// SPDX-License-Identifier: BSD-2-Clause
/* python_loads.c - the loads of a thread of CPython that have not ended */
#include "python_loads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "python_text.h"

struct python_process *python_process_of(struct python_imports *imports, uint32_t index)
{
	while (imports->by_process.count <= index)
		if (!vec_add(&imports->by_process))
			return NULL;
	return &imports->by_process.items[index];
}

struct modules_span *python_loads_span(const struct python_imports *imports,
				       const struct python_load *load)
{
	return &imports->modules->spans.items[load->span];
}

struct python_load *python_loads_innermost(struct python_thread *thread)
{
	return thread->open.count ? &thread->open.items[thread->open.count - 1] : NULL;
}

static const struct facts_runtime *runtime_of(const struct python_step *step)
{
	const struct process *process =
		&step->imports->processes->processes.items[step->process_index];

	return facts_runtime(step->imports->facts, process->exe_device, process->exe_inode);
}

/*
 * Loads that nest lie one below the other on the stack. Where a later one lies no deeper the thread
 * has switched greenlets, and whatever begins below both may be of either: this is their level. 0:
 * all nest.
 */
static uint64_t switched_level(const struct python_step *step)
{
	uint64_t last = UINT64_MAX, level = 0;

	vec_foreach(load, &step->thread->open) {
		if (!load->stack || load->stack <= step->record->stack)
			continue;
		if (load->stack >= last && load->stack > level)
			level = load->stack;
		last = load->stack;
	}
	return level;
}

/* Who loads what begins now: the last to begin of those that it is certainly within, or NULL. */
static const struct python_load *parent_of(const struct python_step *step)
{
	uint64_t level = switched_level(step), stack = UINT64_MAX;
	const struct python_load *parent = NULL;

	step->imports->unsure_count += level > 0;
	vec_foreach(load, &step->thread->open) {
		if (load->stack)
			stack = load->stack;
		if (stack > level && stack > step->record->stack)
			parent = load;
	}
	return parent;
}

int python_loads_begin(const struct python_step *step, bool counted, const char *name)
{
	struct python_imports *imports = step->imports;
	const struct python_load *parent = parent_of(step);
	const struct facts_runtime *runtime = runtime_of(step);
	struct modules_span span = {
		.process = step->process_index,
		.thread = step->thread_index,
		.parent = parent ? parent->span : MODULES_NONE,
		.begin_ns = step->time_ns,
	};
	struct python_load load = {
		.counted = counted,
		.searched = !counted,
		.key = step->record->key,
		.stack = step->record->stack,
		.last_ns = step->time_ns,
	};
	int rc = modules_add(imports->modules, &span, name, NULL, &load.span);

	if (!rc)
		rc = vec_push(&step->thread->open, load);
	if (runtime && !imports->modules->technique)
		imports->modules->technique = runtime->modules_technique;
	return rc;
}

/* Takes one from the open ones. */
static void forget(struct python_thread *thread, size_t index)
{
	free(thread->open.items[index].library);
	memmove(&thread->open.items[index], &thread->open.items[index + 1],
		(thread->open.count - index - 1) * sizeof(thread->open.items[0]));
	thread->open.count--;
}

/* Another thread loads it: this one waits for that and searches for nothing itself. */
static bool waits_for_another(const struct python_imports *imports, const struct modules_span *span)
{
	vec_foreach(other, &imports->modules->spans)
		if (other->process == span->process && other->thread != span->thread &&
		    other->begin_ns < span->end_ns &&
		    (other->open || other->end_ns > span->begin_ns) &&
		    strcmp(other->name, span->name) == 0)
			return true;
	return false;
}

static enum modules_kind kind_of(const struct python_imports *imports,
				 const struct python_load *load, const struct modules_span *span)
{
	if (load->ran && span->file && python_text_is_frozen(span->file))
		return MODULES_FROZEN;
	if (load->ran && load->archive)
		return MODULES_ARCHIVE;
	if (load->ran && load->source)
		return MODULES_SOURCE;
	if (load->ran)
		return load->bytecode ? MODULES_BYTECODE : MODULES_UNKNOWN;
	if (load->library)
		return MODULES_EXTENSION;
	if (span->failed)
		return MODULES_UNKNOWN;
	if (!load->searched)
		return strchr(span->name, '.') || waits_for_another(imports, span)
			       ? MODULES_UNKNOWN
			       : MODULES_BUILTIN;
	return load->folder ? MODULES_NAMESPACE : MODULES_UNKNOWN;
}

/* The rest of an extension's import is its init function, but for what that imports. */
static void set_native(const struct python_load *load, struct modules_span *span)
{
	uint64_t rest_ns;

	if (!load->init_ns)
		return;
	rest_ns = span->end_ns - load->init_ns;
	span->has_native = true;
	span->dlopen_ns = load->dlopen_ns;
	span->init_ns = rest_ns > load->nested_ns ? rest_ns - load->nested_ns : 0;
}

/* Tells the load that |span| was nested in. */
static void add_nested(struct python_thread *thread, const struct modules_span *span)
{
	vec_foreach(load, &thread->open)
		if (load->span == span->parent && load->init_ns)
			load->nested_ns += span->end_ns - span->begin_ns;
}

int python_loads_close(struct python_imports *imports, struct python_thread *thread, size_t index,
		       uint64_t time_ns)
{
	struct python_load *load = &thread->open.items[index];
	struct modules_span *span = python_loads_span(imports, load);
	int rc = 0;

	modules_end(imports->modules, load->span, time_ns);
	span->kind = kind_of(imports, load, span);
	set_native(load, span);
	add_nested(thread, span);
	if (span->kind == MODULES_EXTENSION)
		rc = modules_set_file(imports->modules, load->span, load->library);
	forget(thread, index);
	return rc;
}

int python_loads_drop(struct python_imports *imports, struct python_thread *thread, size_t index)
{
	uint32_t span = thread->open.items[index].span;

	while (imports->dropped.count <= span)
		if (!vec_add(&imports->dropped))
			return -ENOMEM;
	imports->dropped.items[span] = true;
	modules_end(imports->modules, span, imports->modules->spans.items[span].begin_ns);
	forget(thread, index);
	return 0;
}

/* What was sought in vain so far may be loaded later: see run_late(). */
static int keep_sought(struct python_imports *imports, const struct python_load *load)
{
	const struct modules_span *span = python_loads_span(imports, load);
	struct python_process *process = python_process_of(imports, span->process);
	char *name;

	if (!process)
		return -ENOMEM;
	vec_foreach(known, &process->sought)
		if (strcmp(*known, span->name) == 0)
			return 0;
	name = strdup(span->name);
	if (!name || vec_push(&process->sought, name)) {
		free(name);
		return -ENOMEM;
	}
	return 0;
}

/*
 * A search that led to no code: to nothing, or to an extension, whose end is then between what it
 * was last seen to do and now.
 */
int python_loads_settle(struct python_imports *imports, struct python_thread *thread, size_t index,
			uint64_t now_ns)
{
	struct python_load *load = &thread->open.items[index];
	uint32_t span = load->span;
	uint64_t last_ns = load->last_ns;
	int rc;

	if (!load->library) {
		rc = keep_sought(imports, load);
		return rc ? rc : python_loads_drop(imports, thread, index);
	}
	rc = python_loads_close(imports, thread, index, last_ns);
	imports->modules->spans.items[span].end_high_ns = now_ns;
	return rc;
}

bool python_loads_is_unsettled(const struct python_load *load)
{
	return !load->counted && !load->ran;
}

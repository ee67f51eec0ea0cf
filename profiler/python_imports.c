// SPDX-License-Identifier: BSD-2-Clause
/* python_imports.c - the imports of CPython, from the probes in its code and its system calls */
#include "python_imports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "callnames.h"
#include "entry.h"
#include "fs.h"
#include "pathcalls.h"
#include "python_loads.h"
#include "python_text.h"

static void forget_sought(struct python_process *process)
{
	vec_foreach(name, &process->sought)
		free(*name);
	process->sought.count = 0;
}

void python_imports_release(struct python_imports *imports)
{
	if (!imports)
		return;
	vec_foreach(thread, &imports->threads) {
		vec_foreach(load, &thread->open)
			free(load->library);
		vec_release(&thread->open);
	}
	vec_foreach(process, &imports->by_process) {
		free(process->entry);
		forget_sought(process);
		vec_release(&process->sought);
	}
	vec_release(&imports->threads);
	vec_release(&imports->by_process);
	vec_release(&imports->dropped);
	buf_release(&imports->text);
	buf_release(&imports->path);
}

static struct python_thread *thread_of(struct python_imports *imports, uint32_t index)
{
	while (imports->threads.count <= index)
		if (!vec_add(&imports->threads))
			return NULL;
	return &imports->threads.items[index];
}

/* ---- steps ---- */

static int on_begin(const struct python_step *step)
{
	size_t last = step->thread->open.count;
	int rc = 0;

	/* an extension that importlib.import_module() has loaded */
	if (last && python_loads_is_unsettled(&step->thread->open.items[last - 1]) &&
	    step->thread->open.items[last - 1].library &&
	    !step->thread->open.items[last - 1].in_native)
		rc = python_loads_settle(step->imports, step->thread, last - 1, step->time_ns);
	return rc ? rc : python_loads_begin(step, true, step->text);
}

static int on_find(const struct python_step *step)
{
	struct python_load *last = python_loads_innermost(step->thread);
	int rc = 0;

	step->process->searches = true;
	if (last && !last->ran &&
	    strcmp(python_loads_span(step->imports, last)->name, step->text) == 0) {
		last->searched = true;
		return 0;
	}
	while (!rc && last && python_loads_is_unsettled(last) && !last->in_native) {
		rc = python_loads_settle(step->imports, step->thread, step->thread->open.count - 1,
					 step->time_ns);
		last = python_loads_innermost(step->thread);
	}
	return rc ? rc : python_loads_begin(step, false, step->text);
}

/*
 * python -m NAME: runpy searches for the module, then runs its code as the program; as __main__
 * that of a folder or an archive.
 */
static bool is_entry(const struct python_step *step, const char *name)
{
	const char *entry = step->process->entry;
	size_t length = entry ? strlen(entry) : 0;

	if (strcmp(name, "__main__") == 0)
		return true;
	return entry && strncmp(name, entry, length) == 0 &&
	       (!name[length] || strcmp(name + length, ".__main__") == 0);
}

static bool is_program(const struct python_step *step, const struct python_load *load)
{
	return !load->counted && load == step->thread->open.items &&
	       is_entry(step, python_loads_span(step->imports, load)->name);
}

static void on_library(const struct python_step *step)
{
	struct python_load *load = python_loads_innermost(step->thread);

	if (load && !load->ran)
		load->library_ns = step->time_ns;
}

static void on_init(const struct python_step *step)
{
	struct python_load *load = python_loads_innermost(step->thread);

	if (!load || load->ran || !load->library_ns)
		return;
	load->dlopen_ns = step->time_ns - load->library_ns;
	load->init_ns = step->time_ns;
	load->nested_ns = 0;
	load->in_native = step->record->event.flags & EVENT_IMPORT_ENDS_SEEN;
}

/* "/app.pyz/pkg/mod.py" is in "/app.pyz" */
static bool is_within(const char *file, const char *archive)
{
	size_t length = strlen(archive);

	return length && strncmp(file, archive, length) == 0 && file[length] == '/';
}

static int run_body(const struct python_step *step, struct python_load *load)
{
	load->ran = load->running = true;
	load->body = step->record->key;
	load->archive = load->opened &&
			is_within(step->text, recording_text(step->recording, load->opened, NULL));
	return modules_set_file(step->imports->modules, load->span, step->text);
}

/* Code that was searched for earlier and runs only now, as by importlib.util.LazyLoader. */
static int run_late(const struct python_step *step)
{
	struct python_process *process = step->process;

	for (size_t i = 0; i < process->sought.count; i++) {
		char *name = process->sought.items[i];
		int rc;

		if (!python_text_is_file_of(step->text, name) || is_entry(step, name))
			continue;
		process->sought.items[i] = process->sought.items[--process->sought.count];
		rc = python_loads_begin(step, false, name);
		free(name);
		return rc ? rc : run_body(step, python_loads_innermost(step->thread));
	}
	return 0;
}

static int on_body(const struct python_step *step)
{
	struct python_thread *thread = step->thread;

	for (size_t i = thread->open.count; i-- > 0;) {
		struct python_load *load = &thread->open.items[i];

		if (load->ran || !python_text_is_file_of(
					 step->text, python_loads_span(step->imports, load)->name))
			continue;
		return is_program(step, load) ? python_loads_drop(step->imports, thread, i)
					      : run_body(step, load);
	}
	return run_late(step);
}

/* Searches that began within a load that is over, and led to nothing. */
static int settle_within(const struct python_step *step, size_t index)
{
	struct python_thread *thread = step->thread;
	int rc = 0;

	for (size_t inner = thread->open.count; !rc && --inner > index;)
		if (python_loads_is_unsettled(&thread->open.items[inner]))
			rc = python_loads_settle(step->imports, thread, inner, step->time_ns);
	return rc;
}

static int on_body_end(const struct python_step *step)
{
	struct python_thread *thread = step->thread;
	size_t i = thread->open.count;
	int rc;

	while (i-- > 0)
		if (thread->open.items[i].running &&
		    thread->open.items[i].body == step->record->key)
			break;
	if (i == SIZE_MAX)
		return 0;
	thread->open.items[i].running = false;
	if (thread->open.items[i].counted)
		return 0;
	rc = settle_within(step, i);
	if (rc)
		return rc;
	python_loads_span(step->imports, &thread->open.items[i])->failed =
		step->record->event.flags & EVENT_IMPORT_FAILED;
	thread->has_ended = true;
	thread->ended = thread->open.items[i].span;
	return python_loads_close(step->imports, thread, i, step->time_ns);
}

/* The extension that is loaded now, with searches in vain within it; SIZE_MAX: none. */
static size_t native_of(const struct python_thread *thread)
{
	size_t i = thread->open.count;

	while (i-- > 0) {
		const struct python_load *load = &thread->open.items[i];

		if (load->library_ns && !load->ran)
			return i;
		if (!python_loads_is_unsettled(load))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

/* What loads and runs extensions has returned: of those that no import statement ends, that is it.
 */
static int on_native_end(const struct python_step *step)
{
	struct python_thread *thread = step->thread;
	bool failed = step->record->event.flags & EVENT_IMPORT_FAILED;
	size_t i = native_of(thread);
	struct python_load *load;
	int rc;

	if (i == SIZE_MAX || (step->record->what == EVENT_IMPORT_LIBRARY_END && !failed))
		return 0;
	rc = settle_within(step, i);
	load = &thread->open.items[i];
	load->in_native = false;
	if (rc || load->counted)
		return rc;
	python_loads_span(step->imports, load)->failed = failed;
	thread->has_ended = true;
	thread->ended = load->span;
	return python_loads_close(step->imports, thread, i, step->time_ns);
}

static int on_end(const struct python_step *step)
{
	struct python_thread *thread = step->thread;
	size_t i = thread->open.count;
	int rc;

	while (i-- > 0)
		if (thread->open.items[i].counted &&
		    thread->open.items[i].key == step->record->key &&
		    thread->open.items[i].stack == step->record->stack)
			break;
	if (i == SIZE_MAX)
		return 0;
	rc = settle_within(step, i);
	python_loads_span(step->imports, &thread->open.items[i])->failed =
		step->record->event.flags & EVENT_IMPORT_FAILED;
	return rc ? rc : python_loads_close(step->imports, thread, i, step->time_ns);
}

/* The end of a load in Python is after that of its code and before the thread's next step. */
static void bound_end(const struct python_step *step)
{
	if (step->thread->has_ended)
		step->imports->modules->spans.items[step->thread->ended].end_high_ns =
			step->time_ns;
	step->thread->has_ended = false;
}

static int take_step(const struct python_step *step)
{
	struct modules_point point = {step->process_index, step->thread_index, step->time_ns,
				      step->record->rss_bytes};
	int rc = 0;

	bound_end(step);
	switch (step->record->what) {
	case EVENT_IMPORT_BEGIN:
		rc = on_begin(step);
		break;
	case EVENT_IMPORT_FIND:
		rc = on_find(step);
		break;
	case EVENT_IMPORT_LIBRARY:
		on_library(step);
		break;
	case EVENT_IMPORT_INIT:
		on_init(step);
		break;
	case EVENT_IMPORT_BODY:
		rc = on_body(step);
		break;
	case EVENT_IMPORT_BODY_END:
		rc = on_body_end(step);
		break;
	case EVENT_IMPORT_END:
		rc = on_end(step);
		break;
	case EVENT_IMPORT_LIBRARY_END:
	case EVENT_IMPORT_INIT_END:
		rc = on_native_end(step);
		break;
	}
	return rc || !point.rss_bytes ? rc : modules_add_point(step->imports->modules, &point);
}

static int take_import(struct python_imports *imports, const struct recording *recording,
		       const struct event_import *record)
{
	struct python_step step = {
		.imports = imports,
		.recording = recording,
		.record = record,
		.process_index = processes_by_pid(imports->processes, record->event.pid),
		.thread_index = processes_thread(imports->processes, record->event.tid),
		.time_ns = record->event.time_ns,
	};
	const char *bytes;
	size_t size;
	int rc;

	if (step.process_index == PROCESS_NONE || step.thread_index == PROCESS_NONE)
		return 0;
	step.process = python_process_of(imports, step.process_index);
	step.thread = thread_of(imports, step.thread_index);
	if (!step.process || !step.thread)
		return -ENOMEM;
	bytes = recording_text(recording, record->text.id, &size);
	rc = python_text_decode(bytes, size, record->width, &imports->text);
	step.text = buf_text(&imports->text);
	return rc ? rc : take_step(&step);
}

/* ---- what ends them all ---- */

/* The thread is gone: what it was loading is not known to have failed. */
static int close_thread(struct python_imports *imports, uint32_t index, uint64_t time_ns)
{
	struct python_thread *thread =
		index < imports->threads.count ? &imports->threads.items[index] : NULL;
	int rc = 0;

	while (!rc && thread && thread->open.count) {
		size_t last = thread->open.count - 1;

		rc = python_loads_is_unsettled(&thread->open.items[last])
			     ? python_loads_settle(imports, thread, last, time_ns)
			     : python_loads_close(imports, thread, last, time_ns);
	}
	return rc;
}

static int take_exec(struct python_imports *imports, const struct recording *recording,
		     const struct event_exec *record)
{
	uint32_t index = processes_by_pid(imports->processes, record->event.pid);
	const char *words, *file, *module = NULL;
	struct python_process *process;
	size_t size, name;
	int rc = 0;

	if (index == PROCESS_NONE)
		return 0;
	for (uint32_t i = 0; !rc && i < imports->threads.count; i++)
		if (imports->processes->threads.items[i].process == index)
			rc = close_thread(imports, i, record->event.time_ns);
	process = python_process_of(imports, index);
	if (rc || !process)
		return rc ? rc : -ENOMEM;
	free(process->entry);
	process->entry = NULL;
	forget_sought(process);
	words = recording_text(recording, record->text.id, &size);
	name = strnlen(words, size);
	if (name == size)
		return 0;
	entry_of_command(EVENT_RUNTIME_PYTHON, words + name + 1, size - name - 1, &file, &module);
	if (module && *module)
		process->entry = strdup(module);
	return module && *module && !process->entry ? -ENOMEM : 0;
}

int python_imports_event(struct python_imports *imports, const struct recording *recording,
			 const struct event *event)
{
	switch (event->kind) {
	case EVENT_IMPORT:
		return take_import(imports, recording, (const struct event_import *)event);
	case EVENT_EXEC:
		return take_exec(imports, recording, (const struct event_exec *)event);
	case EVENT_EXIT:
		return close_thread(imports, processes_thread(imports->processes, event->tid),
				    event->time_ns);
	}
	return 0;
}

/* ---- system calls ---- */

static int take_library(struct python_imports *imports, struct python_load *load, const char *path)
{
	const char *part = python_text_last_part(python_loads_span(imports, load)->name),
		   *base = fs_basename(path);
	size_t length = strlen(part);

	if (load->library || strncmp(base, part, length) || base[length] != '.')
		return 0;
	load->library = strdup(path);
	return load->library ? 0 : -ENOMEM;
}

/* ".../NAME/__init__.py", which a folder that is no package does not have. */
static bool is_init_of(struct python_imports *imports, const struct python_load *load,
		       const char *path)
{
	return python_text_ends_with(path, "/__init__.py") &&
	       python_text_is_file_of(path, python_loads_span(imports, load)->name);
}

/* What a load that has not come to its code yet opens tells where the code comes from. */
int python_imports_call(struct python_imports *imports, const struct recording *recording,
			const struct call *call)
{
	struct python_thread *thread = call->thread < imports->threads.count
					       ? &imports->threads.items[call->thread]
					       : NULL;
	struct python_load *load = thread ? python_loads_innermost(thread) : NULL;
	bool failed = callnames_failed(call->record->result);
	int64_t folder;
	const char *path;

	if (!load || load->ran)
		return 0;
	load->last_ns = call->record->event.time_ns;
	if (!pathcalls_folder(call, &folder))
		return 0;
	path = recording_text(recording, call->record->text.id, NULL);
	if (failed) {
		load->folder |= is_init_of(imports, load, path);
		return 0;
	}
	if (!pathcalls_opens(call->number))
		return 0;
	load->opened = call->record->text.id;
	load->source |= python_text_ends_with(path, ".py");
	load->bytecode |= python_text_ends_with(path, ".pyc");
	return python_text_ends_with(path, ".so") ? take_library(imports, load, path) : 0;
}

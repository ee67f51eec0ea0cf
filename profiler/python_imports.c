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
#include "utf8.h"

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

static struct python_process *process_of(struct python_imports *imports, uint32_t index)
{
	while (imports->by_process.count <= index)
		if (!vec_add(&imports->by_process))
			return NULL;
	return &imports->by_process.items[index];
}

/* A step of an import, with whom it is of. */
struct step {
	struct python_imports *imports;
	const struct recording *recording;
	const struct event_import *record;
	struct python_process *process;
	struct python_thread *thread;
	uint32_t process_index, thread_index;
	const char *text; /* UTF-8 */
	uint64_t time_ns;
};

static struct modules_span *span_of(const struct python_imports *imports,
				    const struct python_load *load)
{
	return &imports->modules->spans.items[load->span];
}

static struct python_load *innermost(struct python_thread *thread)
{
	return thread->open.count ? &thread->open.items[thread->open.count - 1] : NULL;
}

/* ---- texts ---- */

static int add_point(struct buf *out, uint32_t point)
{
	char bytes[4];
	size_t size;

	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return buf_puts(out, UTF8_REPLACEMENT);
	if (point < 0x80) {
		bytes[0] = (char)point;
		return buf_add(out, bytes, 1);
	}
	size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = size; i-- > 1; point >>= 6)
		bytes[i] = (char)(0x80 | (point & 0x3f));
	bytes[0] = (char)((0xf00 >> size & 0xff) | point);
	return buf_add(out, bytes, size);
}

/* The characters of a str, |width| bytes each, as UTF-8. */
static int decode(const char *bytes, size_t size, size_t width, struct buf *out)
{
	int rc = buf_reserve(out, size);

	buf_clear(out);
	for (size_t at = 0; !rc && width && at + width <= size; at += width) {
		uint32_t wide = 0;
		uint16_t half;

		if (width == 1) {
			wide = (unsigned char)bytes[at];
		} else if (width == 2) {
			memcpy(&half, bytes + at, sizeof(half));
			wide = half;
		} else {
			memcpy(&wide, bytes + at, sizeof(wide));
		}
		rc = add_point(out, wide);
	}
	return rc;
}

/* "c" of "a.b.c" */
static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static bool is_frozen(const char *file)
{
	return strncmp(file, "<frozen ", 8) == 0;
}

/* Whether a module of that name has its code in |file|. */
static bool is_file_of(const char *file, const char *name)
{
	const char *part = last_part(name), *base = fs_basename(file);
	size_t length = strlen(part), before;

	if (is_frozen(file)) {
		file += strlen("<frozen ");
		return strncmp(file, name, strlen(name)) == 0 &&
		       strcmp(file + strlen(name), ">") == 0;
	}
	if (strncmp(base, part, length) == 0 && base[length] == '.')
		return true;
	/* the folder's name */
	if (strncmp(base, "__init__.", 9) || base == file)
		return false;
	before = (size_t)(base - file) - 1;
	return before >= length && strncmp(file + before - length, part, length) == 0 &&
	       (before == length || file[before - length - 1] == '/');
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length >= size && strcmp(text + length - size, end) == 0;
}

/* ---- begin and end ---- */

static const struct facts_runtime *runtime_of(const struct step *step)
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
static uint64_t switched_level(const struct step *step)
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
static const struct python_load *parent_of(const struct step *step)
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

static int begin(const struct step *step, bool counted, const char *name)
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

static enum modules_kind kind_of(const struct python_load *load, const struct modules_span *span)
{
	if (load->ran && span->file && is_frozen(span->file))
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
		return strchr(span->name, '.') ? MODULES_UNKNOWN : MODULES_BUILTIN;
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

static int close_load(struct python_imports *imports, struct python_thread *thread, size_t index,
		      uint64_t time_ns)
{
	struct python_load *load = &thread->open.items[index];
	struct modules_span *span = span_of(imports, load);
	int rc = 0;

	modules_end(imports->modules, load->span, time_ns);
	span->kind = kind_of(load, span);
	set_native(load, span);
	add_nested(thread, span);
	if (span->kind == MODULES_EXTENSION)
		rc = modules_set_file(imports->modules, load->span, load->library);
	forget(thread, index);
	return rc;
}

static int drop(struct python_imports *imports, struct python_thread *thread, size_t index)
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
	const struct modules_span *span = span_of(imports, load);
	struct python_process *process = process_of(imports, span->process);
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
static int settle(struct python_imports *imports, struct python_thread *thread, size_t index,
		  uint64_t now_ns)
{
	struct python_load *load = &thread->open.items[index];
	uint32_t span = load->span;
	uint64_t last_ns = load->last_ns;
	int rc;

	if (!load->library) {
		rc = keep_sought(imports, load);
		return rc ? rc : drop(imports, thread, index);
	}
	rc = close_load(imports, thread, index, last_ns);
	imports->modules->spans.items[span].end_high_ns = now_ns;
	return rc;
}

static bool is_unsettled(const struct python_load *load)
{
	return !load->counted && !load->ran;
}

/* ---- steps ---- */

static int on_begin(const struct step *step)
{
	size_t last = step->thread->open.count;
	int rc = 0;

	/* an extension that importlib.import_module() has loaded */
	if (last && is_unsettled(&step->thread->open.items[last - 1]) &&
	    step->thread->open.items[last - 1].library)
		rc = settle(step->imports, step->thread, last - 1, step->time_ns);
	return rc ? rc : begin(step, true, step->text);
}

static int on_find(const struct step *step)
{
	struct python_load *last = innermost(step->thread);
	int rc = 0;

	step->process->searches = true;
	if (last && !last->ran && strcmp(span_of(step->imports, last)->name, step->text) == 0) {
		last->searched = true;
		return 0;
	}
	while (!rc && last && is_unsettled(last)) {
		rc = settle(step->imports, step->thread, step->thread->open.count - 1,
			    step->time_ns);
		last = innermost(step->thread);
	}
	return rc ? rc : begin(step, false, step->text);
}

/* python -m NAME: runpy searches for the module, then runs its code as the program. */
static bool is_entry(const struct step *step, const char *name)
{
	const char *entry = step->process->entry;
	size_t length = entry ? strlen(entry) : 0;

	return entry && strncmp(name, entry, length) == 0 &&
	       (!name[length] || strcmp(name + length, ".__main__") == 0);
}

static bool is_program(const struct step *step, const struct python_load *load)
{
	return !load->counted && load == step->thread->open.items &&
	       is_entry(step, span_of(step->imports, load)->name);
}

static void on_library(const struct step *step)
{
	struct python_load *load = innermost(step->thread);

	if (load && !load->ran)
		load->library_ns = step->time_ns;
}

static void on_init(const struct step *step)
{
	struct python_load *load = innermost(step->thread);

	if (!load || load->ran || !load->library_ns)
		return;
	load->dlopen_ns = step->time_ns - load->library_ns;
	load->init_ns = step->time_ns;
	load->nested_ns = 0;
}

/* "/app.pyz/pkg/mod.py" is in "/app.pyz" */
static bool is_within(const char *file, const char *archive)
{
	size_t length = strlen(archive);

	return length && strncmp(file, archive, length) == 0 && file[length] == '/';
}

static int run_body(const struct step *step, struct python_load *load)
{
	load->ran = load->running = true;
	load->body = step->record->key;
	load->archive = load->opened &&
			is_within(step->text, recording_text(step->recording, load->opened, NULL));
	return modules_set_file(step->imports->modules, load->span, step->text);
}

/* Code that was searched for earlier and runs only now, as by importlib.util.LazyLoader. */
static int run_late(const struct step *step)
{
	struct python_process *process = step->process;

	for (size_t i = 0; i < process->sought.count; i++) {
		char *name = process->sought.items[i];
		int rc;

		if (!is_file_of(step->text, name) || is_entry(step, name))
			continue;
		process->sought.items[i] = process->sought.items[--process->sought.count];
		rc = begin(step, false, name);
		free(name);
		return rc ? rc : run_body(step, innermost(step->thread));
	}
	return 0;
}

static int on_body(const struct step *step)
{
	struct python_thread *thread = step->thread;

	for (size_t i = thread->open.count; i-- > 0;) {
		struct python_load *load = &thread->open.items[i];

		if (load->ran || !is_file_of(step->text, span_of(step->imports, load)->name))
			continue;
		return is_program(step, load) ? drop(step->imports, thread, i)
					      : run_body(step, load);
	}
	return run_late(step);
}

static int on_body_end(const struct step *step)
{
	struct python_thread *thread = step->thread;
	size_t i = thread->open.count;

	while (i-- > 0)
		if (thread->open.items[i].running &&
		    thread->open.items[i].body == step->record->key)
			break;
	if (i == SIZE_MAX)
		return 0;
	thread->open.items[i].running = false;
	if (thread->open.items[i].counted)
		return 0;
	span_of(step->imports, &thread->open.items[i])->failed =
		step->record->event.flags & EVENT_IMPORT_FAILED;
	thread->has_ended = true;
	thread->ended = thread->open.items[i].span;
	return close_load(step->imports, thread, i, step->time_ns);
}

static int on_end(const struct step *step)
{
	struct python_thread *thread = step->thread;
	size_t i = thread->open.count;
	int rc = 0;

	while (i-- > 0)
		if (thread->open.items[i].counted &&
		    thread->open.items[i].key == step->record->key &&
		    thread->open.items[i].stack == step->record->stack)
			break;
	if (i == SIZE_MAX)
		return 0;
	/* searches that began within it and led to nothing */
	for (size_t inner = thread->open.count; !rc && --inner > i;)
		if (is_unsettled(&thread->open.items[inner]))
			rc = settle(step->imports, thread, inner, step->time_ns);
	span_of(step->imports, &thread->open.items[i])->failed =
		step->record->event.flags & EVENT_IMPORT_FAILED;
	return rc ? rc : close_load(step->imports, thread, i, step->time_ns);
}

/* The end of a load in Python is after that of its code and before the thread's next step. */
static void bound_end(const struct step *step)
{
	if (step->thread->has_ended)
		step->imports->modules->spans.items[step->thread->ended].end_high_ns =
			step->time_ns;
	step->thread->has_ended = false;
}

static int take_step(const struct step *step)
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
	}
	return rc || !point.rss_bytes ? rc : modules_add_point(step->imports->modules, &point);
}

static int take_import(struct python_imports *imports, const struct recording *recording,
		       const struct event_import *record)
{
	struct step step = {
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
	step.process = process_of(imports, step.process_index);
	step.thread = thread_of(imports, step.thread_index);
	if (!step.process || !step.thread)
		return -ENOMEM;
	bytes = recording_text(recording, record->text.id, &size);
	rc = decode(bytes, size, record->width, &imports->text);
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

		rc = is_unsettled(&thread->open.items[last])
			     ? settle(imports, thread, last, time_ns)
			     : close_load(imports, thread, last, time_ns);
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
	process = process_of(imports, index);
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
	const char *part = last_part(span_of(imports, load)->name), *base = fs_basename(path);
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
	return ends_with(path, "/__init__.py") && is_file_of(path, span_of(imports, load)->name);
}

/* What a load that has not come to its code yet opens tells where the code comes from. */
int python_imports_call(struct python_imports *imports, const struct recording *recording,
			const struct call *call)
{
	struct python_thread *thread = call->thread < imports->threads.count
					       ? &imports->threads.items[call->thread]
					       : NULL;
	struct python_load *load = thread ? innermost(thread) : NULL;
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
	load->source |= ends_with(path, ".py");
	load->bytecode |= ends_with(path, ".pyc");
	return ends_with(path, ".so") ? take_library(imports, load, path) : 0;
}

/* ---- the end ---- */

static void tidy(struct python_imports *imports)
{
	vec_foreach(span, &imports->modules->spans) {
		/* built in is what needs no search: if searches are seen */
		if (span->kind == MODULES_BUILTIN &&
		    (span->process >= imports->by_process.count ||
		     !imports->by_process.items[span->process].searches))
			span->kind = MODULES_UNKNOWN;
		if (span->file && is_frozen(span->file)) {
			free(span->file);
			span->file = NULL;
		}
	}
}

static bool is_dropped(const struct python_imports *imports, uint32_t span)
{
	return span < imports->dropped.count && imports->dropped.items[span];
}

/* What is dropped hands its children to its parent. */
static int compact(struct python_imports *imports)
{
	struct modules *modules = imports->modules;
	uint32_t *places = calloc(modules->spans.count + 1, sizeof(*places)), kept = 0;

	if (!places)
		return -ENOMEM;
	for (uint32_t i = 0; i < modules->spans.count; i++) {
		struct modules_span *span = &modules->spans.items[i];

		if (span->parent != MODULES_NONE)
			span->parent = places[span->parent];
		if (is_dropped(imports, i)) {
			places[i] = span->parent;
			free(span->name);
			free(span->file);
			continue;
		}
		places[i] = kept;
		modules->spans.items[kept++] = *span;
	}
	modules->spans.count = kept;
	free(places);
	return 0;
}

int python_imports_finish(struct python_imports *imports)
{
	int rc = 0;

	vec_foreach(thread, &imports->threads)
		for (size_t i = thread->open.count; i-- > 0;)
			if (!rc && is_unsettled(&thread->open.items[i]))
				rc = drop(imports, thread, i);
	if (rc)
		return rc;
	tidy(imports);
	return compact(imports);
}

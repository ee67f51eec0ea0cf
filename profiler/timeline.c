// SPDX-License-Identifier: BSD-2-Clause
/* timeline.c - the phases of a start, found on its chain */
#include "timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <asm/unistd.h>

#include "callnames.h"
#include "entry.h"
#include "fs.h"

#define LOAD_BY_READ   "last module-file read"
#define LOAD_BY_MODULE "end of the last module"

size_t timeline_phase(const struct timeline *timeline, uint64_t time_ns)
{
	for (size_t i = 0; i < timeline->count; i++)
		if (time_ns <= timeline->phases[i].end_ns &&
		    (time_ns > timeline->phases[i].start_ns || time_ns <= timeline->t0_ns))
			return i;
	return timeline->count;
}

void timeline_finder_release(struct timeline_finder *finder)
{
	if (!finder)
		return;
	free(finder->entry);
	free(finder->module);
}

/* Before this instant a module must be read to count as loaded. */
static uint64_t load_limit(const struct chain *chain)
{
	const struct chain_link *last = &chain->links.items[chain->links.count - 1];
	uint64_t limit_ns = chain->end_ns;

	if (chain->end == CHAIN_BY_EXIT)
		limit_ns = chain->exit_ns;
	else if (chain->wait_ns)
		limit_ns = chain->wait_ns;
	else if (chain->end == CHAIN_BY_RESPONSE && chain->listen_ns >= last->from_ns)
		limit_ns = chain->listen_ns;
	else if (chain->end == CHAIN_BY_RESPONSE && chain->accept_ns)
		limit_ns = chain->accept_ns;
	return limit_ns && limit_ns < chain->end_ns ? limit_ns : chain->end_ns;
}

void timeline_begin(struct timeline_finder *finder)
{
	finder->entry_path = PATHS_NONE;
	if (finder->chain->links.count)
		finder->limit_ns = load_limit(finder->chain);
}

/* ---- the pass ---- */

static int set_entry(struct timeline_finder *finder, const char *file, const char *module,
		     uint32_t process)
{
	const char *path = file;
	int rc = 0;

	if (file && *file != '/')
		rc = fdtable_path(finder->table, process, AT_FDCWD, file, &path);
	if (!rc && path && *path == '/') {
		finder->entry = strdup(path);
		rc = finder->entry ? 0 : -ENOMEM;
	} else if (!rc && module && *module) {
		finder->module = strdup(module);
		rc = finder->module ? 0 : -ENOMEM;
	}
	return rc;
}

/* The plan knows the entry, but where nobody could tell before the program ran (a shim). */
static int find_entry(struct timeline_finder *finder, const struct recording *recording,
		      const struct event_exec *exec, uint32_t process)
{
	const char *planned = finder->facts->entry, *file, *module, *words;
	size_t size, name;

	if (planned)
		return set_entry(finder, *planned == '/' ? planned : NULL, planned, process);
	words = recording_text(recording, exec->text.id, &size);
	name = strnlen(words, size);
	if (name == size)
		return 0;
	entry_of_command(finder->runtime->kind, words + name + 1, size - name - 1, &file, &module);
	return set_entry(finder, file, module, process);
}

static int take_exec(struct timeline_finder *finder, const struct recording *recording,
		     const struct event_exec *exec, uint32_t process)
{
	const struct facts_runtime *runtime =
		facts_runtime(finder->facts, exec->exe_device, exec->exe_inode);

	if (runtime)
		finder->image_ns = exec->event.time_ns;
	if (finder->runtime || !runtime)
		return 0;
	finder->runtime = runtime;
	finder->runtime_ns = exec->enter_ns ? exec->enter_ns : exec->event.time_ns;
	return find_entry(finder, recording, exec, process);
}

static void take_mark(struct timeline_finder *finder, const struct event_mark *record)
{
	uint64_t *mark_ns = NULL;

	if (!finder->runtime)
		return;
	if (record->mark == EVENT_MARK_START)
		mark_ns = &finder->start_ns;
	else if (record->mark == EVENT_MARK_MAIN)
		mark_ns = &finder->main_ns;
	else if (record->mark == EVENT_MARK_VM)
		mark_ns = &finder->vm_ns;
	if (mark_ns && !*mark_ns)
		*mark_ns = record->event.time_ns;
}

/* Where imports are seen, that of site is the mark of its interpreter: probes.c. */
static void take_import(struct timeline_finder *finder, const struct recording *recording,
			const struct event_import *record)
{
	static const char site[] = {'s', 'i', 't', 'e'};
	const char *name;
	size_t size;

	if (!finder->runtime || finder->vm_ns || record->what != EVENT_IMPORT_BEGIN)
		return;
	name = recording_text(recording, record->text.id, &size);
	if (record->width == 1 && size == sizeof(site) && memcmp(name, site, sizeof(site)) == 0)
		finder->vm_ns = record->event.time_ns;
}

int timeline_event(struct timeline_finder *finder, const struct recording *recording,
		   const struct event *event)
{
	uint32_t process;

	if (event->kind != EVENT_EXEC && event->kind != EVENT_MARK && event->kind != EVENT_IMPORT)
		return 0;
	process = processes_by_pid(finder->processes, event->pid);
	if (!chain_at(finder->chain, process, event->time_ns))
		return 0;
	if (event->kind == EVENT_EXEC)
		return take_exec(finder, recording, (const struct event_exec *)event, process);
	if (event->kind == EVENT_MARK)
		take_mark(finder, (const struct event_mark *)event);
	else
		take_import(finder, recording, (const struct event_import *)event);
	return 0;
}

/* Whether |path| is the entry, as it was named or, where a link was followed, with its name. */
static bool is_entry(const struct timeline_finder *finder, const char *path, bool *named)
{
	*named = false;
	if (finder->module)
		return entry_is_python_module(path, finder->module);
	if (!finder->entry)
		return false;
	if (strcmp(path, finder->entry) == 0)
		return true;
	*named = strcmp(fs_basename(path), fs_basename(finder->entry)) == 0;
	return false;
}

static int take_open(struct timeline_finder *finder, const struct recording *recording,
		     const struct call *call, int64_t folder)
{
	const struct event_syscall *record = call->record;
	const char *text, *path;
	bool named;
	int rc;

	if (!finder->runtime || finder->entry_ns || callnames_failed(record->result))
		return 0;
	text = recording_text(recording, record->text.id, NULL);
	if (!*text)
		return 0;
	rc = fdtable_path(finder->table, call->process, folder, text, &path);
	if (rc)
		return rc;
	if (is_entry(finder, path, &named))
		finder->entry_ns = record->enter_ns;
	else if (named && !finder->named_ns)
		finder->named_ns = record->enter_ns;
	else
		return 0;
	return paths_add(finder->table->paths, path, &finder->entry_path);
}

static void take_read(struct timeline_finder *finder, const struct call *call, int64_t fd)
{
	const struct event_syscall *record = call->record;
	const struct fd_object *file = fdtable_get(finder->table, call->process, fd);
	uint64_t time_ns = record->event.time_ns;

	if (!file || file->path == PATHS_NONE || callnames_failed(record->result) ||
	    record->event.flags & EVENT_SYSCALL_UNFINISHED || time_ns > finder->limit_ns ||
	    !entry_is_module_file(paths_text(finder->table->paths, file->path)))
		return;
	if (file->path == finder->entry_path) {
		finder->entry_read_ns = time_ns;
		return;
	}
	finder->read_ns = time_ns;
	if (finder->runtime)
		finder->load_ns = time_ns;
}

/* Closed before the limit, the entry is a module file like others. */
static void take_close(struct timeline_finder *finder, const struct call *call)
{
	const struct fd_object *file =
		fdtable_get(finder->table, call->process, (int32_t)call->record->args[0]);

	if (!file || file->path == PATHS_NONE || file->path != finder->entry_path ||
	    call->record->event.time_ns > finder->limit_ns)
		return;
	if (finder->entry_read_ns > finder->load_ns)
		finder->load_ns = finder->entry_read_ns;
}

int timeline_call(struct timeline_finder *finder, const struct recording *recording,
		  const struct call *call)
{
	const struct event_syscall *record = call->record;

	if (!chain_at(finder->chain, call->process, record->event.time_ns))
		return 0;
	switch (call->number) {
#ifdef __NR_open
	case __NR_open:
		return take_open(finder, recording, call, AT_FDCWD);
#endif
	case __NR_openat:
#ifdef __NR_openat2
	case __NR_openat2:
#endif
		return take_open(finder, recording, call, (int32_t)record->args[0]);
	case __NR_read:
	case __NR_readv:
	case __NR_pread64:
	case __NR_preadv:
	case __NR_preadv2:
		take_read(finder, call, (int32_t)record->args[0]);
		return 0;
	case __NR_mmap:
		if (record->abi == EVENT_ABI_NATIVE)
			take_read(finder, call, (int32_t)record->args[3]);
		return 0;
	case __NR_close:
		take_close(finder, call);
		return 0;
	}
	return 0;
}

/* ---- after the pass ---- */

/* The next phase ends at |mark_ns|; 0: nobody saw it. */
static void add(struct timeline *timeline, const char *name, uint64_t mark_ns)
{
	struct timeline_phase *phase = &timeline->phases[timeline->count];
	uint64_t start_ns = timeline->count ? phase[-1].end_ns : timeline->t0_ns;

	if (!mark_ns) {
		timeline->missing[timeline->missing_count++] = name;
		return;
	}
	phase->name = name;
	phase->start_ns = start_ns;
	phase->end_ns = mark_ns > start_ns ? mark_ns : start_ns;
	if (phase->end_ns > timeline->end_ns)
		phase->end_ns = timeline->end_ns;
	timeline->count++;
}

static uint64_t first_of(uint64_t a, uint64_t b)
{
	return a ? a : b;
}

bool timeline_loads(const struct chain *chain, uint64_t limit_ns, const struct modules_span *span)
{
	/* one that may have ended in time has: nobody waits for work in the middle of it */
	return !span->open && span->end_low_ns <= limit_ns &&
	       chain_at(chain, span->process, span->end_low_ns);
}

/* The end of the last module of the chain's last runtime; 0: none was seen. */
static uint64_t last_module(const struct timeline_finder *finder)
{
	uint64_t last_ns = 0;

	if (!finder->modules)
		return 0;
	vec_foreach(span, &finder->modules->spans)
		if (timeline_loads(finder->chain, finder->limit_ns, span) &&
		    span->begin_ns >= finder->image_ns && span->end_ns > last_ns)
			last_ns = span->end_ns;
	return last_ns < finder->limit_ns ? last_ns : finder->limit_ns;
}

void timeline_find(const struct timeline_finder *finder, struct timeline *out)
{
	const struct chain *chain = finder->chain;
	uint64_t module_ns = last_module(finder);
	uint64_t load_ns = finder->runtime ? finder->load_ns : finder->read_ns;
	uint64_t setup_ns = chain->listen_ns > chain->wait_ns ? chain->listen_ns : chain->wait_ns;

	*out = (struct timeline){.t0_ns = chain->t0_ns, .end_ns = chain->end_ns};
	if (!chain->links.count)
		return;
	if (finder->runtime_ns > chain->t0_ns)
		add(out, "wrapper", finder->runtime_ns);
	add(out, "exec", first_of(finder->main_ns, finder->start_ns));
	add(out, "runtime", finder->vm_ns);
	add(out, "bootstrap", first_of(finder->entry_ns, finder->named_ns));
	add(out, "load", first_of(module_ns, load_ns));
	if (module_ns || load_ns)
		out->load_technique = module_ns ? LOAD_BY_MODULE : LOAD_BY_READ;
	out->load_limit_ns = finder->limit_ns;
	switch (chain->end) {
	case CHAIN_BY_RESPONSE:
		add(out, "setup", setup_ns);
		add(out, "respond", chain->end_ns);
		break;
	case CHAIN_BY_READY:
		add(out, "setup", chain->end_ns);
		break;
	case CHAIN_BY_EXIT:
		add(out, "main", chain->exit_ns);
		add(out, "exit", chain->end_ns);
		break;
	}
}

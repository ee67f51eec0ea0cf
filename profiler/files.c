// SPDX-License-Identifier: BSD-2-Clause
/* files.c - files opened and read, and folders searched in vain */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "callnames.h"
#include "fs.h"
#include "pathcalls.h"

void files_release(struct files *files)
{
	if (!files)
		return;
	mappings_release(&files->mappings);
	paths_release(&files->folder_names);
	vec_release(&files->by_path);
	vec_release(&files->folders);
	vec_release(&files->by_process);
	vec_release(&files->by_thread);
}

static struct files_file *file_of(struct files *files, uint32_t path)
{
	while (files->by_path.count <= path)
		if (!vec_add(&files->by_path))
			return NULL;
	files->by_path.items[path].seen = true;
	return &files->by_path.items[path];
}

static struct files_process *process_of(struct files *files, uint32_t process)
{
	while (files->by_process.count <= process)
		if (!vec_add(&files->by_process))
			return NULL;
	return &files->by_process.items[process];
}

static struct files_thread *thread_of(struct files *files, uint32_t thread)
{
	while (files->by_thread.count <= thread) {
		struct files_thread *added = vec_add(&files->by_thread);

		if (!added)
			return NULL;
		added->path = PATHS_NONE;
	}
	return &files->by_thread.items[thread];
}

struct files_process files_of_process(const struct files *files, uint32_t process)
{
	return process < files->by_process.count ? files->by_process.items[process]
						 : (struct files_process){};
}

/* A call with what it adds to. */
struct visit {
	struct files *files;
	const struct call *call;
	struct files_process *process;
	size_t phase;
	uint64_t took_ns;
};

/* ---- the page cache ---- */

/* |bytes| came into the page cache, for the file |path| if that is one. */
static int add_to_file(struct files *files, uint32_t path, uint64_t bytes)
{
	struct files_file *file;

	if (path == PATHS_NONE || !bytes)
		return 0;
	file = file_of(files, path);
	if (!file)
		return -ENOMEM;
	file->cache_bytes += bytes;
	return 0;
}

/* Pages that came since the thread's last record; |*bytes| is what of them is in the start. */
static int add_cached(struct files *files, const struct event *event, uint32_t pages,
		      uint64_t *bytes)
{
	uint32_t process = processes_by_pid(files->processes, event->pid);
	size_t phase = timeline_phase(files->timeline, event->time_ns);
	struct files_process *total;

	*bytes = 0;
	if (!pages || process == PROCESS_NONE || phase == files->timeline->count)
		return 0;
	total = process_of(files, process);
	if (!total)
		return -ENOMEM;
	*bytes = (uint64_t)pages * files->facts->page_bytes;
	total->cache_bytes += *bytes;
	files->cache_bytes[phase] += *bytes;
	return 0;
}

/*
 * The pages are those of the fault before, if that touched a file, as a fault's record comes when
 * it begins; else of the call that the thread is in, whose record is still to come.
 */
static int take_fault(struct files *files, const struct event_fault *fault)
{
	uint32_t index = processes_thread(files->processes, fault->event.tid);
	uint32_t process = processes_by_pid(files->processes, fault->event.pid);
	struct files_thread *thread;
	uint64_t bytes;
	int rc;

	if (index == PROCESS_NONE)
		return 0;
	thread = thread_of(files, index);
	if (!thread)
		return -ENOMEM;
	rc = add_cached(files, &fault->event, fault->cached_pages, &bytes);
	if (rc)
		return rc;
	if (thread->path == PATHS_NONE)
		thread->carried += bytes;
	rc = add_to_file(files, thread->path, bytes);
	thread->path = mappings_path(&files->mappings, process, fault->address);
	return rc;
}

/* |path|: of the file that the call worked on, or PATHS_NONE: then a fault before it did it. */
static int take_cached(const struct visit *visit, uint32_t path)
{
	const struct event_syscall *record = visit->call->record;
	struct files_thread *thread = thread_of(visit->files, visit->call->thread);
	uint64_t bytes;
	int rc;

	if (!thread)
		return -ENOMEM;
	rc = add_cached(visit->files, &record->event, record->cached_pages, &bytes);
	if (!rc)
		rc = add_to_file(visit->files, path, thread->carried);
	if (!rc)
		rc = add_to_file(visit->files, path == PATHS_NONE ? thread->path : path, bytes);
	thread->carried = 0;
	thread->path = PATHS_NONE;
	return rc;
}

static void count_for_module(const struct visit *visit, enum modules_count what, uint64_t amount)
{
	if (visit->files->modules)
		modules_count(visit->files->modules, visit->call->thread,
			      visit->call->record->enter_ns, what, amount);
}

/* ---- opens and look-ups ---- */

static bool opens_folder(const struct call *call)
{
	uint64_t flags = pathcalls_open_flags(call);

	return flags & O_DIRECTORY && (flags & O_TMPFILE) != O_TMPFILE;
}

static int add_open(const struct visit *visit, uint32_t path)
{
	const struct event_syscall *record = visit->call->record;
	bool failed = callnames_failed(record->result);
	struct files_file *file;

	if (opens_folder(visit->call))
		return 0;
	if (!failed) {
		visit->process->opened++;
		count_for_module(visit, MODULES_OPENED, 1);
	}
	if (path == PATHS_NONE)
		return 0;
	file = file_of(visit->files, path);
	if (!file)
		return -ENOMEM;
	if (!file->first_ns) {
		file->first_ns = record->enter_ns;
		file->phase = visit->phase;
	}
	file->opened += !failed;
	file->failed += failed;
	file->time_ns += visit->took_ns;
	file->incomplete |= visit->process->uring;
	return 0;
}

/* The folder of |path| was searched, and did not have it. */
static int add_enoent(const struct visit *visit, const char *path)
{
	struct files *files = visit->files;
	const char *base = fs_basename(path);
	char *folder;
	uint32_t index;
	int rc;

	visit->process->enoent++;
	count_for_module(visit, MODULES_ENOENT, 1);
	if (!*path)
		return 0;
	folder = strndup(path, (size_t)(base - path));
	if (!folder)
		return -ENOMEM;
	if (base - path > 1)
		folder[base - path - 1] = '\0';
	rc = paths_add(&files->folder_names, *folder ? folder : ".", &index);
	free(folder);
	while (!rc && files->folders.count <= index)
		rc = vec_add(&files->folders) ? 0 : -ENOMEM;
	if (rc)
		return rc;
	files->folders.items[index].enoent++;
	files->folders.items[index].time_ns += visit->took_ns;
	return 0;
}

/* A call that looks a path up; |*out| is the path if it is an open's. */
static int visit_path(const struct visit *visit, const struct recording *recording,
		      int64_t folder_fd, uint32_t *out)
{
	const struct call *call = visit->call;
	const char *text, *path = "";
	size_t size;
	int rc = 0;

	text = recording_text(recording, call->record->text.id, &size);
	if (size)
		rc = fdtable_path(visit->files->table, call->process, folder_fd, text, &path);
	if (!rc && call->record->result == -ENOENT)
		rc = add_enoent(visit, path);
	if (rc || !pathcalls_opens(call->number))
		return rc;
	if (size)
		rc = paths_add(visit->files->paths, path, out);
	return rc ? rc : add_open(visit, *out);
}

/* ---- reads ---- */

static bool is_file(const struct fd_object *object)
{
	return object && (object->kind == EVENT_FD_FILE ||
			  (object->kind == EVENT_FD_UNKNOWN && object->path != PATHS_NONE));
}

/* A call on a descriptor of a file: its time, and what it read. */
static int visit_fd(const struct visit *visit, int64_t fd, bool reads, uint32_t *out)
{
	const struct fd_object *object = fdtable_get(visit->files->table, visit->call->process, fd);
	int64_t result = visit->call->record->result;
	struct files_file *file;

	if (!is_file(object))
		return 0;
	if (reads && result > 0) {
		visit->process->read_bytes += (uint64_t)result;
		count_for_module(visit, MODULES_READ_BYTES, (uint64_t)result);
		visit->files->read_bytes[visit->phase] += (uint64_t)result;
	}
	*out = object->path;
	if (object->path == PATHS_NONE)
		return 0;
	file = file_of(visit->files, object->path);
	if (!file)
		return -ENOMEM;
	if (reads && result > 0)
		file->read_bytes += (uint64_t)result;
	file->time_ns += visit->took_ns;
	return 0;
}

int files_call(struct files *files, const struct recording *recording, const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct visit visit = {.files = files, .call = call};
	uint32_t path = PATHS_NONE;
	int64_t fd;
	bool reads;
	int rc = mappings_call(&files->mappings, files->table, call);

	visit.phase = timeline_phase(files->timeline, record->event.time_ns);
	if (rc || visit.phase == files->timeline->count)
		return rc;
	visit.process = process_of(files, call->process);
	if (!visit.process)
		return -ENOMEM;
	if (record->enter_ns && record->enter_ns < record->event.time_ns)
		visit.took_ns = record->event.time_ns - record->enter_ns;
	if (!(record->event.flags & EVENT_SYSCALL_UNFINISHED)) {
		if (pathcalls_folder(call, &fd) && record->abi == EVENT_ABI_NATIVE)
			rc = visit_path(&visit, recording, fd, &path);
		else if (pathcalls_reads(call, &fd, &reads))
			rc = visit_fd(&visit, fd, reads, &path);
	}
	return rc ? rc : take_cached(&visit, path);
}

int files_cached(struct files *files, const struct call *call)
{
	const struct visit visit = {.files = files, .call = call};

	return take_cached(&visit, PATHS_NONE);
}

/* ---- other records ---- */

/* What io_uring reads shows in no system call: the files of its users may be incomplete. */
static int take_uring(struct files *files, uint32_t process)
{
	struct files_process *user = process_of(files, process);

	if (!user)
		return -ENOMEM;
	if (user->uring)
		return 0;
	user->uring = true;
	for (uint32_t fd = 0; fd < fdtable_limit(files->table, process); fd++) {
		const struct fd_object *object = fdtable_get(files->table, process, fd);

		if (is_file(object) && object->path < files->by_path.count)
			files->by_path.items[object->path].incomplete = true;
	}
	return 0;
}

int files_event(struct files *files, const struct event *event)
{
	const struct event_fork *fork = (const struct event_fork *)event;
	const struct event_exit *exit = (const struct event_exit *)event;
	uint32_t process = processes_by_pid(files->processes, event->pid);
	uint64_t bytes;

	if (process == PROCESS_NONE)
		return 0;
	switch (event->kind) {
	case EVENT_FAULT:
		return take_fault(files, (const struct event_fault *)event);
	case EVENT_IO_URING:
		return take_uring(files, process);
	case EVENT_FORK:
		if (event->flags & (EVENT_FORK_THREAD | EVENT_FORK_ROOT))
			return 0;
		return mappings_fork(&files->mappings, process,
				     processes_by_pid(files->processes, fork->child_pid));
	case EVENT_EXEC:
		mappings_clear(&files->mappings, process);
		return 0;
	case EVENT_EXIT:
		if (event->flags & EVENT_EXIT_LAST)
			mappings_clear(&files->mappings, process);
		return add_cached(files, event, exit->cached_pages, &bytes);
	}
	return 0;
}

/* ---- the result ---- */

static int add_file(const struct files *files, uint32_t path, struct result_sample *sample)
{
	const struct files_file *file = &files->by_path.items[path];
	struct result_file *out = result_add(&sample->files, file);

	if (!out)
		return -ENOMEM;
	out->path = strdup(paths_text(files->paths, path));
	if (!out->path)
		return -ENOMEM;
	out->opened_count = (int64_t)file->opened;
	out->failed_count = (int64_t)file->failed;
	out->read_bytes = (int64_t)file->read_bytes;
	out->page_cache_bytes = (int64_t)file->cache_bytes;
	out->time_ns = (int64_t)file->time_ns;
	out->incomplete = file->incomplete;
	if (!file->first_ns)
		return 0;
	out->first_ns = (int64_t)(file->first_ns - files->timeline->t0_ns);
	out->phase = strdup(files->timeline->phases[file->phase].name);
	return out->phase ? 0 : -ENOMEM;
}

static int by_first(const void *a, const void *b)
{
	const struct result_file *left = a, *right = b;

	if (left->first_ns != right->first_ns)
		return left->first_ns < right->first_ns ? -1 : 1;
	return strcmp(left->path, right->path);
}

static int by_enoent(const void *a, const void *b)
{
	const struct result_folder *left = a, *right = b;

	if (left->enoent_count != right->enoent_count)
		return left->enoent_count < right->enoent_count ? 1 : -1;
	return strcmp(left->path, right->path);
}

int files_result(const struct files *files, struct result_sample *out)
{
	int rc = 0;

	for (uint32_t i = 0; i < files->by_path.count && !rc; i++)
		if (files->by_path.items[i].seen)
			rc = add_file(files, i, out);
	for (uint32_t i = 0; i < files->folders.count && !rc; i++) {
		struct result_folder *folder = result_add(&out->folders, folder);

		if (!folder)
			return -ENOMEM;
		folder->path = strdup(paths_text(&files->folder_names, i));
		folder->enoent_count = (int64_t)files->folders.items[i].enoent;
		folder->time_ns = (int64_t)files->folders.items[i].time_ns;
		rc = folder->path ? 0 : -ENOMEM;
	}
	if (!rc && out->files.count)
		qsort(out->files.items, out->files.count, sizeof(*out->files.items), by_first);
	if (!rc && out->folders.count)
		qsort(out->folders.items, out->folders.count, sizeof(*out->folders.items),
		      by_enoent);
	return rc;
}

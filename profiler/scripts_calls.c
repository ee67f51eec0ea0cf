// SPDX-License-Identifier: BSD-2-Clause
/* scripts_calls.c - what system calls tell of modules: searches, and what is loaded without
 * compilation */
#include "scripts_parts.h"

#include <fcntl.h>
#include <string.h>

#include <asm/unistd.h>

#include "callnames.h"
#include "fs.h"
#include "pathcalls.h"

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

/*
 * What require() looks for. An addon's libraries, the folders in which the dynamic linker looks for
 * them and what their init functions read are none.
 */
static bool is_for_module(uint32_t number, const char *path)
{
	static const char *const endings[] = {".js", ".cjs", ".mjs", ".json",
					      ".ts", ".cts", ".mts", "/node_modules"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (ends_with(path, endings[i]))
			return true;
	return ends_with(path, ".node") && !pathcalls_opens(number);
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

static enum modules_kind kind_of_file(const struct script_thread *thread, const char *path,
				      uint32_t number)
{
	if (ends_with(path, ".node"))
		return MODULES_ADDON;
	if (ends_with(path, ".json") &&
	    scripts_search_found(thread, number, strcmp(fs_basename(path), "package.json") == 0))
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
	return scripts_search_add(thread, &look);
}

/* The next call is the end of what was read, the next search that of an addon. */
static void end_file(struct scripts *scripts, struct script_thread *thread, bool searches,
		     uint64_t time_ns)
{
	struct script_gone gone = {.at_ns = time_ns};
	const struct script *top;

	if (scripts_top(thread) == MODULES_NONE)
		return;
	top = scripts_get(scripts, scripts_top(thread));
	if (top->kind == MODULES_JSON || (top->kind == MODULES_ADDON && searches))
		scripts_stack_close(scripts, thread, thread->stack.count - 1, &gone);
}

static void end_by_wait(struct scripts *scripts, struct script_thread *thread,
			const struct event_syscall *record)
{
	struct script_gone gone = {.at_ns = record->enter_ns};

	end_file(scripts, thread, true, record->enter_ns);
	/* what goes on waiting at the end of the recording does so in the event loop */
	if (record->event.flags & EVENT_SYSCALL_UNFINISHED)
		scripts_stack_close(scripts, thread, 0, &gone);
}

/*
 * The file that was opened is read for the first time: now it is known who wants it, for the walk
 * at its opening was told after that. A file of JSON is there when its last byte is read.
 */
static int take_read(struct scripts *scripts, struct script_thread *thread, const struct call *call)
{
	struct script_about about = {
		.process = call->process,
		.thread = call->thread,
		.time_ns = call->record->event.time_ns,
	};
	const struct fd_object *file;
	uint32_t index = scripts_top(thread);
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
		rc = scripts_add(scripts, &about, thread->file_kind, &index);
		if (!rc)
			rc = scripts_stack_push(scripts, thread, index);
		thread->file_kind = MODULES_UNKNOWN;
	}
	if (!rc && index != MODULES_NONE && scripts_get(scripts, index)->kind == MODULES_JSON &&
	    scripts_get(scripts, index)->name == file->path)
		scripts_get(scripts, index)->seen_ns = about.time_ns;
	return rc;
}

int scripts_call(struct scripts *scripts, const struct recording *recording,
		 const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct script_thread *thread = scripts_known_thread(scripts, call->thread);
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
	end_file(scripts, thread, is_for_module(call->number, path), record->enter_ns);
	return take_look(scripts, thread, call, path);
}

// SPDX-License-Identifier: BSD-2-Clause
/* patterns.c - what starts pay for again and again: named patterns of system calls */
#include "patterns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <asm/unistd.h>

#include "callnames.h"
#include "fs.h"
#include "pathcalls.h"
#include "units.h"
#include "waits.h"

#define TINY_BYTES  512
#define LARGE_BYTES MIB
#define SHOWN	    32 /* of one kind */

/* What is no pattern yet: the least count of each kind. */
static const uint64_t least[PATTERNS_KINDS] = {
	[PATTERNS_SEARCH] = 1,	[PATTERNS_REOPEN] = 2,	[PATTERNS_TINY] = 8,
	[PATTERNS_THREADS] = 1, [PATTERNS_NETWORK] = 1, [PATTERNS_SYNC] = 1,
	[PATTERNS_UNMAP] = 2,	[PATTERNS_RANDOM] = 1,	[PATTERNS_CHILD] = 1,
};

void patterns_release(struct patterns *patterns)
{
	if (!patterns)
		return;
	vec_release(&patterns->items);
	map_release(&patterns->indices);
	vec_release(&patterns->shares);
	map_release(&patterns->share_indices);
}

/* ---- counting ---- */

/* One happening, by whom and where. */
struct happening {
	enum patterns_kind kind;
	uint32_t process, thread;
	uint32_t detail;
	uint64_t at_ns, took_ns, bytes;
};

static int item_of(struct patterns *patterns, const struct happening *happening, uint32_t *out)
{
	const uint32_t key[] = {happening->kind, happening->process, happening->detail};
	uint64_t index;
	int rc;

	if (!map_get(&patterns->indices, key, sizeof(key), &index)) {
		struct patterns_item item = {.kind = happening->kind,
					     .process = happening->process,
					     .detail = happening->detail,
					     .child = PROCESS_NONE};

		index = patterns->items.count;
		rc = vec_push(&patterns->items, item);
		if (!rc)
			rc = map_set(&patterns->indices, key, sizeof(key), index);
		if (rc)
			return rc;
	}
	*out = (uint32_t)index;
	return 0;
}

static int add_share(struct patterns *patterns, uint32_t item, uint32_t span, uint64_t took_ns)
{
	uint64_t key = (uint64_t)item << 32 | span, index;
	struct patterns_share share = {.item = item, .span = span};
	int rc;

	if (!map_get_u64(&patterns->share_indices, key, &index)) {
		index = patterns->shares.count;
		rc = vec_push(&patterns->shares, share);
		if (!rc)
			rc = map_set_u64(&patterns->share_indices, key, index);
		if (rc)
			return rc;
	}
	patterns->shares.items[index].count++;
	patterns->shares.items[index].time_ns += took_ns;
	return 0;
}

static int add(struct patterns *patterns, const struct happening *happening)
{
	uint32_t item, span;
	int rc = item_of(patterns, happening, &item);

	if (rc)
		return rc;
	patterns->items.items[item].count++;
	patterns->items.items[item].time_ns += happening->took_ns;
	patterns->items.items[item].bytes += happening->bytes;
	span = modules_at(patterns->modules, happening->thread, happening->at_ns);
	return span == MODULES_NONE ? 0 : add_share(patterns, item, span, happening->took_ns);
}

/* ---- system calls ---- */

/* Where "/app/node_modules/a/node_modules/b/x.js" was looked for:
 * "/app/node_modules/a/node_modules" */
static int search_place(struct patterns *patterns, const char *path, uint32_t *out)
{
	static const char modules[] = "/node_modules/";
	const char *last = NULL, *base = fs_basename(path);
	char *place;
	int rc;

	for (const char *at = path; (at = strstr(at, modules)); at++)
		last = at;
	if (last)
		place = strndup(path, (size_t)(last - path) + strlen(modules) - 1);
	else
		place = strndup(path, (size_t)(base - path));
	if (!place)
		return -ENOMEM;
	if (!last && base - path > 1)
		place[base - path - 1] = '\0';
	rc = paths_add(patterns->paths, *place ? place : ".", out);
	free(place);
	return rc;
}

/* A look-up: in vain, or an open of a file. */
static int take_path(struct patterns *patterns, const struct recording *recording,
		     const struct call *call, struct happening *happening)
{
	int64_t result = call->record->result, folder;
	const char *text, *path = "";
	size_t size;
	int rc;

	if (!pathcalls_folder(call, &folder) || call->record->abi != EVENT_ABI_NATIVE)
		return 0;
	text = recording_text(recording, call->record->text.id, &size);
	if (!size ||
	    (result != -ENOENT && (!pathcalls_opens(call->number) || callnames_failed(result) ||
				   pathcalls_open_flags(call) & O_DIRECTORY)))
		return 0;
	rc = fdtable_path(patterns->table, call->process, folder, text, &path);
	if (rc || !*path)
		return rc;
	happening->kind = result == -ENOENT ? PATTERNS_SEARCH : PATTERNS_REOPEN;
	if (result == -ENOENT)
		rc = search_place(patterns, path, &happening->detail);
	else
		rc = paths_add(patterns->paths, path, &happening->detail);
	return rc ? rc : add(patterns, happening);
}

static int take_read(struct patterns *patterns, const struct call *call,
		     struct happening *happening)
{
	const struct fd_object *file;
	int64_t fd, result = call->record->result;
	bool reads;

	if (!pathcalls_reads(call, &fd, &reads) || !reads || result <= 0 || result >= TINY_BYTES)
		return 0;
	file = fdtable_get(patterns->table, call->process, fd);
	if (!file || file->path == PATHS_NONE || file->kind == EVENT_FD_PIPE ||
	    file->kind == EVENT_FD_TTY)
		return 0;
	happening->kind = PATTERNS_TINY;
	happening->detail = file->path;
	happening->bytes = (uint64_t)result;
	return add(patterns, happening);
}

static int take_number(struct patterns *patterns, const struct call *call,
		       struct happening *happening)
{
	switch (call->number) {
	case __NR_fsync:
	case __NR_fdatasync:
	case __NR_sync:
	case __NR_syncfs:
	case __NR_msync:
	case __NR_sync_file_range:
		happening->kind = PATTERNS_SYNC;
		break;
	case __NR_munmap:
		if (call->record->args[1] < LARGE_BYTES)
			return 0;
		happening->kind = PATTERNS_UNMAP;
		happening->bytes = call->record->args[1];
		break;
	case __NR_getrandom:
		happening->kind = PATTERNS_RANDOM;
		break;
	default:
		if (!happening->took_ns || waits_fd_kind(patterns->table, call) != EVENT_FD_NETWORK)
			return 0;
		happening->kind = PATTERNS_NETWORK;
	}
	return add(patterns, happening);
}

int patterns_call(struct patterns *patterns, const struct recording *recording,
		  const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct happening happening = {.process = call->process,
				      .thread = call->thread,
				      .detail = PATHS_NONE,
				      .at_ns = record->enter_ns};
	int rc;

	if (record->event.flags & (EVENT_SYSCALL_UNFINISHED | EVENT_SYSCALL_DENIED) ||
	    timeline_phase(patterns->timeline, record->event.time_ns) == patterns->timeline->count)
		return 0;
	if (record->enter_ns && record->enter_ns < record->event.time_ns)
		happening.took_ns = record->event.time_ns - record->enter_ns;
	rc = take_path(patterns, recording, call, &happening);
	if (!rc)
		rc = take_read(patterns, call, &happening);
	return rc ? rc : take_number(patterns, call, &happening);
}

/* ---- threads and processes ---- */

static bool lived_within(const struct patterns *patterns, const struct process *child)
{
	return child->reapable_ns && child->reapable_ns <= patterns->timeline->end_ns;
}

int patterns_event(struct patterns *patterns, const struct event *event)
{
	const struct event_fork *fork = (const struct event_fork *)event;
	struct happening happening = {.detail = PATHS_NONE, .at_ns = event->time_ns};
	uint32_t child, item;
	int rc;

	if (event->kind != EVENT_FORK || event->flags & EVENT_FORK_ROOT ||
	    timeline_phase(patterns->timeline, event->time_ns) == patterns->timeline->count)
		return 0;
	happening.process = processes_by_pid(patterns->processes, event->pid);
	happening.thread = processes_thread(patterns->processes, event->tid);
	child = processes_by_pid(patterns->processes, fork->child_pid);
	if (happening.process == PROCESS_NONE || happening.thread == PROCESS_NONE)
		return 0;
	if (event->flags & EVENT_FORK_THREAD) {
		happening.kind = PATTERNS_THREADS;
		return add(patterns, &happening);
	}
	/* the tables know already how it will end */
	if (child == PROCESS_NONE ||
	    !lived_within(patterns, &patterns->processes->processes.items[child]))
		return 0;
	happening.kind = PATTERNS_CHILD;
	happening.process = child; /* an item of its own */
	happening.took_ns =
		patterns->processes->processes.items[child].reapable_ns - event->time_ns;
	rc = item_of(patterns, &happening, &item);
	if (rc)
		return rc;
	patterns->items.items[item].child = child;
	return add(patterns, &happening);
}

/* ---- as results ---- */

static int costliest_first(const void *a, const void *b)
{
	const struct patterns_item *left = *(const struct patterns_item *const *)a;
	const struct patterns_item *right = *(const struct patterns_item *const *)b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? 1 : -1;
	return (left->count < right->count) - (left->count > right->count);
}

/* The words of a command line; "(a copy of its parent)" where it never was another program. */
static char *command_of(const struct process *process)
{
	char *text;

	if (!process->exec_ns || !process->command || !process->command_size)
		return strdup("(a fork)");
	text = malloc(process->command_size + 1);
	if (!text)
		return NULL;
	memcpy(text, process->command, process->command_size);
	text[process->command_size] = '\0';
	for (size_t i = 0; i + 1 < process->command_size; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

/* The module that did most of it. */
static int set_blame(const struct patterns *patterns, const struct patterns_item *item,
		     struct result_pattern *out)
{
	uint32_t index = (uint32_t)(item - patterns->items.items);
	const struct patterns_share *most = NULL;

	vec_foreach(share, &patterns->shares)
		if (share->item == index &&
		    (!most || share->count > most->count ||
		     (share->count == most->count && share->time_ns > most->time_ns)))
			most = share;
	if (!most)
		return 0;
	out->module_id = most->span;
	out->module_count = units_signed(most->count);
	out->module_time_ns = units_signed(most->time_ns);
	out->module = strdup(patterns->modules->spans.items[most->span].name);
	return out->module ? 0 : -ENOMEM;
}

static int add_result(const struct patterns *patterns, const struct patterns_item *item,
		      struct result_sample *out)
{
	static const char *const names[PATTERNS_KINDS] = {
		[PATTERNS_SEARCH] = "search",	[PATTERNS_REOPEN] = "reopen",
		[PATTERNS_TINY] = "tiny",	[PATTERNS_THREADS] = "threads",
		[PATTERNS_NETWORK] = "network", [PATTERNS_SYNC] = "sync",
		[PATTERNS_UNMAP] = "unmap",	[PATTERNS_RANDOM] = "random",
		[PATTERNS_CHILD] = "child",
	};
	const struct process *process = &patterns->processes->processes.items[item->process];
	struct result_pattern *pattern = result_add(&out->patterns, pattern);

	if (!pattern)
		return -ENOMEM;
	pattern->name = strdup(names[item->kind]);
	if (item->child != PROCESS_NONE)
		pattern->detail = command_of(process);
	else if (item->detail != PATHS_NONE)
		pattern->detail = strdup(paths_text(patterns->paths, item->detail));
	if (asprintf(&pattern->instance, "%u:%llu", process->pid,
		     (unsigned long long)process->boot_start_ns) < 0)
		pattern->instance = NULL;
	if (!pattern->name || !pattern->instance)
		return -ENOMEM;
	pattern->count = units_signed(item->count) - (item->kind == PATTERNS_REOPEN);
	pattern->time_ns = units_signed(item->time_ns);
	if (item->kind == PATTERNS_TINY || item->kind == PATTERNS_UNMAP)
		pattern->bytes = units_signed(item->bytes);
	return set_blame(patterns, item, pattern);
}

int patterns_result(const struct patterns *patterns, struct result_sample *out)
{
	VEC(const struct patterns_item *) sorted = {0};
	size_t shown[PATTERNS_KINDS] = {0};
	int rc = 0;

	vec_foreach(item, &patterns->items)
		if (item->count >= least[item->kind] && !rc)
			rc = vec_push(&sorted, item);
	if (sorted.count)
		qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), costliest_first);
	vec_foreach(item, &sorted)
		if (!rc && shown[(*item)->kind]++ < SHOWN)
			rc = add_result(patterns, *item, out);
	vec_release(&sorted);
	return rc;
}

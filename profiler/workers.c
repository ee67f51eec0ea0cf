// SPDX-License-Identifier: BSD-2-Clause
/* workers.c - when each process of a tree first waited for work, and when it first got some */
#include "workers.h"

#include <errno.h>

#include "callnames.h"
#include "classify.h"
#include "entry.h"
#include "paths.h"
#include "waits.h"

static struct worker_start *find(struct workers *workers, uint32_t process)
{
	while (workers->by_process.count <= process)
		if (!vec_add(&workers->by_process))
			return NULL;
	return &workers->by_process.items[process];
}

static bool reads_module(const struct workers *workers, const struct call *call)
{
	const struct event_syscall *record = call->record;
	bool maps = call->number == __NR_mmap && record->abi == EVENT_ABI_NATIVE;
	const struct fd_object *file;

	if (callnames_failed(record->result) || record->event.flags & EVENT_SYSCALL_UNFINISHED ||
	    (!maps && classify_call(call->number) != CLASSIFY_IO))
		return false;
	file = fdtable_get(workers->table, call->process, (int32_t)record->args[maps ? 3 : 0]);
	return file && file->path != PATHS_NONE &&
	       entry_is_module_file(paths_text(workers->table->paths, file->path));
}

/* Sleeps for what comes through a pipe or a socket; a poll that is not over yet may, too. */
static bool waits_for_job(const struct workers *workers, const struct call *call)
{
	uint16_t flags = call->record->event.flags;

	if (!call->record->enter_ns || !(flags & EVENT_SYSCALL_BLOCKED))
		return false;
	switch (waits_fd_kind(workers->table, call)) {
	case EVENT_FD_PIPE:
	case EVENT_FD_UNIX:
	case EVENT_FD_NETWORK:
		return true;
	case EVENT_FD_UNKNOWN:
		return flags & EVENT_SYSCALL_UNFINISHED &&
		       classify_call(call->number) == CLASSIFY_POLL;
	}
	return false;
}

int workers_call(struct workers *workers, const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct worker_start *start = find(workers, call->process);

	if (!start)
		return -ENOMEM;
	if (record->event.time_ns <= workers->chain->end_ns && reads_module(workers, call)) {
		*start = (struct worker_start){};
	} else if (!start->wait_ns && waits_for_job(workers, call)) {
		start->wait_ns = record->enter_ns;
		if (!(record->event.flags & EVENT_SYSCALL_UNFINISHED) && record->result > 0)
			start->work_ns = record->event.time_ns;
	}
	return 0;
}

void workers_release(struct workers *workers)
{
	vec_release(&workers->by_process);
}

struct worker_start workers_of(const struct workers *workers, uint32_t process,
			       const struct chain_finder *seen)
{
	const struct chain_process *own =
		process < seen->seen.count ? &seen->seen.items[process] : NULL;

	if (own && (own->wait_ns || own->accept_ns))
		return (struct worker_start){own->wait_ns, own->accept_ns};
	if (process < workers->by_process.count)
		return workers->by_process.items[process];
	return (struct worker_start){};
}

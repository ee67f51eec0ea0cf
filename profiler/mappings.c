// SPDX-License-Identifier: BSD-2-Clause
/* mappings.c - which file is mapped where in each process, so that a page fault has a file */
#include "mappings.h"

#include <errno.h>
#include <string.h>

#include <asm/unistd.h>

#include "callnames.h"

void mappings_release(struct mappings *mappings)
{
	if (!mappings)
		return;
	vec_foreach(process, &mappings->by_process)
		vec_release(&process->items);
	vec_release(&mappings->by_process);
}

static struct mappings_process *process_of(const struct mappings *mappings, uint32_t process)
{
	return process < mappings->by_process.count ? &mappings->by_process.items[process] : NULL;
}

static struct mappings_process *make(struct mappings *mappings, uint32_t process)
{
	while (mappings->by_process.count <= process)
		if (!vec_add(&mappings->by_process))
			return NULL;
	return process_of(mappings, process);
}

void mappings_clear(struct mappings *mappings, uint32_t process)
{
	struct mappings_process *known = process_of(mappings, process);

	if (known)
		vec_release(&known->items);
}

/* The first mapping that ends after |address|. */
static size_t lower(const struct mappings_process *process, uint64_t address)
{
	size_t low = 0, high = process->items.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (process->items.items[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t mappings_path(const struct mappings *mappings, uint32_t process, uint64_t address)
{
	const struct mappings_process *known = process_of(mappings, process);
	size_t at;

	if (!known)
		return PATHS_NONE;
	at = lower(known, address);
	if (at == known->items.count || known->items.items[at].start > address)
		return PATHS_NONE;
	return known->items.items[at].path;
}

static int insert(struct mappings_process *process, size_t at, struct mapping mapping)
{
	struct mapping *items;

	if (!vec_add(&process->items))
		return -ENOMEM;
	items = process->items.items;
	memmove(items + at + 1, items + at, (process->items.count - 1 - at) * sizeof(*items));
	items[at] = mapping;
	return 0;
}

/* Takes [start, end) out. What is cut at both sides becomes two. */
static int cut(struct mappings_process *process, uint64_t start, uint64_t end)
{
	size_t first = lower(process, start), last;
	struct mapping *items = process->items.items, rest;

	if (first < process->items.count && items[first].start < start) {
		rest = items[first];
		items[first].end = start;
		first++;
		if (rest.end > end) {
			rest.start = end;
			return insert(process, first, rest);
		}
	}
	for (last = first; last < process->items.count && items[last].end <= end; last++)
		;
	if (last < process->items.count && items[last].start < end)
		items[last].start = end;
	if (last > first) {
		memmove(items + first, items + last,
			(process->items.count - last) * sizeof(*items));
		process->items.count -= last - first;
	}
	return 0;
}

static int put(struct mappings_process *process, struct mapping mapping)
{
	int rc = cut(process, mapping.start, mapping.end);

	if (rc || mapping.path == PATHS_NONE)
		return rc;
	return insert(process, lower(process, mapping.start), mapping);
}

/* The end of a range whose length is rounded up to pages, as the kernel does; 0 for none. */
static uint64_t range_end(uint64_t start, uint64_t length)
{
	uint64_t end = start + ((length + 4095) & ~4095ull);

	return end > start ? end : 0;
}

static int take_map(struct mappings *mappings, const struct fdtable *table, const struct call *call)
{
	const struct event_syscall *record = call->record;
	const struct fd_object *file = fdtable_get(table, call->process, (int32_t)record->args[3]);
	struct mapping mapping = {
		.start = (uint64_t)record->result,
		.end = range_end((uint64_t)record->result, record->args[1]),
		.path = file ? file->path : PATHS_NONE,
	};
	struct mappings_process *process;

	if (!mapping.end || (mapping.path == PATHS_NONE && !process_of(mappings, call->process)))
		return 0;
	process = make(mappings, call->process);
	return process ? put(process, mapping) : -ENOMEM;
}

/* args: old address, old length, new length. */
static int take_move(struct mappings_process *process, const struct event_syscall *record)
{
	uint64_t start = record->args[0], end = range_end(start, record->args[1]);
	struct mapping moved = {
		.start = (uint64_t)record->result,
		.end = range_end((uint64_t)record->result, record->args[2]),
		.path = PATHS_NONE,
	};
	size_t at = lower(process, start);
	int rc = 0;

	if (at < process->items.count && process->items.items[at].start <= start)
		moved.path = process->items.items[at].path;
	if (end)
		rc = cut(process, start, end);
	return rc || !moved.end ? rc : put(process, moved);
}

int mappings_call(struct mappings *mappings, const struct fdtable *table, const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct mappings_process *process;
	uint64_t end;

	if (record->abi != EVENT_ABI_NATIVE || callnames_failed(record->result) ||
	    record->event.flags & EVENT_SYSCALL_UNFINISHED)
		return 0;
	if (call->number == __NR_mmap)
		return take_map(mappings, table, call);
	process = process_of(mappings, call->process);
	if (!process)
		return 0;
	end = range_end(record->args[0], record->args[1]);
	if (call->number == __NR_munmap && end)
		return cut(process, record->args[0], end);
	return call->number == __NR_mremap ? take_move(process, record) : 0;
}

int mappings_fork(struct mappings *mappings, uint32_t parent, uint32_t child)
{
	struct mappings_process *to;
	const struct mappings_process *from;

	if (!process_of(mappings, parent) || !process_of(mappings, parent)->items.count)
		return 0;
	to = make(mappings, child);
	if (!to)
		return -ENOMEM;
	from = process_of(mappings, parent);
	vec_release(&to->items);
	if (vec_grow_((void **)&to->items.items, &to->items.capacity, from->items.count,
		      sizeof(*to->items.items)))
		return -ENOMEM;
	memcpy(to->items.items, from->items.items, from->items.count * sizeof(*to->items.items));
	to->items.count = from->items.count;
	return 0;
}

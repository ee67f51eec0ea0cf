// SPDX-License-Identifier: BSD-2-Clause
/* memory.c - what memory each process had, at the marks at which it was read */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

#define REASON_ENDED  "the process had ended"
#define REASON_UNREAD "its smaps could not be read"

static const char *const mapping_names[EVENT_MAP_KINDS] = {
	[EVENT_MAP_RUNTIME] = "runtime",     [EVENT_MAP_LIBRARY] = "library",
	[EVENT_MAP_EXTENSION] = "extension", [EVENT_MAP_HEAP] = "heap",
	[EVENT_MAP_ANONYMOUS] = "anonymous", [EVENT_MAP_JIT] = "jit",
	[EVENT_MAP_STACK] = "stack",	     [EVENT_MAP_OTHER] = "other",
};

static const char *const mark_names[MEMORY_MARKS] = {
	[EVENT_AT_READY] = "ready",
	[EVENT_AFTER_REQUESTS] = "requests",
	[EVENT_AT_EXIT] = "exit",
};

void memory_release(struct memory *memory)
{
	if (!memory)
		return;
	vec_foreach(process, &memory->by_process)
		for (int mark = 0; mark < MEMORY_MARKS; mark++)
			free(process->marks[mark]);
	vec_release(&memory->by_process);
}

static struct memory_process *find(struct memory *memory, uint32_t process)
{
	while (memory->by_process.count <= process)
		if (!vec_add(&memory->by_process))
			return NULL;
	return &memory->by_process.items[process];
}

static struct memory_mark *mark_of(struct memory_process *process, uint32_t mark)
{
	if (!process->marks[mark])
		process->marks[mark] = calloc(1, sizeof(*process->marks[mark]));
	return process->marks[mark];
}

static void at_least(uint64_t *peak, uint64_t value)
{
	if (value > *peak)
		*peak = value;
}

static int take_memory(struct memory_process *process, const struct event_memory *record)
{
	uint64_t rss = record->rss_anon_bytes + record->rss_file_bytes + record->rss_shmem_bytes;
	struct memory_mark *mark;

	if (!(record->event.flags & EVENT_MEMORY_PROCESS))
		return 0;
	/* the kernel's own peak lags behind */
	at_least(&process->peak, record->rss_peak_bytes);
	at_least(&process->peak, rss);
	if (!record->mark || record->mark >= MEMORY_MARKS)
		return 0;
	mark = mark_of(process, record->mark);
	if (!mark)
		return -ENOMEM;
	mark->exact = true;
	mark->rss_anon = record->rss_anon_bytes;
	mark->rss_file = record->rss_file_bytes;
	mark->rss_shmem = record->rss_shmem_bytes;
	mark->peak = process->peak;
	return 0;
}

static int take_smaps(struct memory_process *process, const struct event_smaps *record)
{
	struct memory_mapping *kind;
	struct memory_mark *mark;

	if (!record->mark || record->mark >= MEMORY_MARKS || record->mapping >= EVENT_MAP_KINDS)
		return 0;
	mark = mark_of(process, record->mark);
	if (!mark)
		return -ENOMEM;
	if (!mark->mapped || record->event.time_ns < mark->mapped_ns)
		mark->mapped_ns = record->event.time_ns;
	mark->mapped = true;
	at_least(&mark->took_ns, record->took_ns);
	mark->has_kind[record->mapping] = true;
	kind = &mark->kinds[record->mapping];
	kind->rss += record->rss_bytes;
	kind->pss += record->pss_bytes;
	kind->shared += record->shared_clean_bytes + record->shared_dirty_bytes;
	kind->private_ += record->private_clean_bytes + record->private_dirty_bytes;
	kind->anonymous += record->anonymous_bytes;
	kind->swap += record->swap_bytes;
	return 0;
}

static int take_exit(struct memory_process *process, const struct event_exit *record)
{
	struct memory_mark *mark;

	if (!(record->event.flags & EVENT_EXIT_LAST && record->event.flags & EVENT_EXIT_MEMORY))
		return 0;
	mark = mark_of(process, EVENT_AT_EXIT);
	if (!mark)
		return -ENOMEM;
	mark->exact = true;
	mark->rss_anon = record->rss_anon_bytes;
	mark->rss_file = record->rss_file_bytes;
	mark->rss_shmem = record->rss_shmem_bytes;
	at_least(&process->peak, record->rss_peak_bytes);
	at_least(&process->peak, mark->rss_anon + mark->rss_file + mark->rss_shmem);
	mark->peak = process->peak;
	return 0;
}

int memory_event(struct memory *memory, const struct event *event)
{
	uint32_t index;
	struct memory_process *process;

	if (event->kind != EVENT_MEMORY && event->kind != EVENT_SMAPS && event->kind != EVENT_EXIT)
		return 0;
	index = processes_by_pid(memory->processes, event->pid);
	if (index == PROCESS_NONE)
		return 0;
	process = find(memory, index);
	if (!process)
		return -ENOMEM;
	if (event->kind == EVENT_MEMORY)
		return take_memory(process, (const struct event_memory *)event);
	if (event->kind == EVENT_SMAPS)
		return take_smaps(process, (const struct event_smaps *)event);
	return take_exit(process, (const struct event_exit *)event);
}

/* ---- the result ---- */

static const struct memory_process *process_of(const struct memory *memory, uint32_t process)
{
	return process < memory->by_process.count ? &memory->by_process.items[process] : NULL;
}

static struct memory_mapping sum(const struct memory_mark *mark)
{
	struct memory_mapping total = {};

	for (int i = 0; i < EVENT_MAP_KINDS; i++) {
		total.rss += mark->kinds[i].rss;
		total.pss += mark->kinds[i].pss;
		total.shared += mark->kinds[i].shared;
		total.private_ += mark->kinds[i].private_;
		total.anonymous += mark->kinds[i].anonymous;
		total.swap += mark->kinds[i].swap;
	}
	return total;
}

static int64_t file_bytes(const struct memory_mapping *mapping)
{
	return mapping->rss > mapping->anonymous ? (int64_t)(mapping->rss - mapping->anonymous) : 0;
}

/* When the state that was read was reached; 0: unknown. */
static uint64_t moment_of(const struct memory *memory, int mark)
{
	uint64_t last_ns = 0;

	if (mark == EVENT_AT_READY)
		return memory->chain->end_ns;
	vec_foreach(answer, &memory->facts->answers)
		at_least(&last_ns, answer->first_byte_ns);
	return mark == EVENT_AFTER_REQUESTS ? last_ns : 0;
}

static int add_kinds(const struct memory_mark *mark, struct result_memory *out)
{
	for (int i = 0; i < EVENT_MAP_KINDS; i++) {
		const struct memory_mapping *from = &mark->kinds[i];
		struct result_mapping *mapping;

		if (!mark->has_kind[i])
			continue;
		mapping = result_add(&out->kinds, mapping);
		if (!mapping)
			return -ENOMEM;
		mapping->kind = strdup(mapping_names[i]);
		mapping->rss_bytes = (int64_t)from->rss;
		mapping->pss_bytes = (int64_t)from->pss;
		mapping->private_bytes = (int64_t)from->private_;
		mapping->shared_bytes = (int64_t)from->shared;
		mapping->anonymous_bytes = (int64_t)from->anonymous;
		mapping->file_bytes = file_bytes(from);
		mapping->swap_bytes = (int64_t)from->swap;
		if (!mapping->kind)
			return -ENOMEM;
	}
	return 0;
}

static int add_smaps(const struct memory *memory, const struct memory_mark *mark, int which,
		     struct result_memory *out)
{
	uint64_t moment_ns = moment_of(memory, which);
	struct memory_mapping total = sum(mark);

	if (moment_ns)
		out->delay_ns =
			mark->mapped_ns > moment_ns ? (int64_t)(mark->mapped_ns - moment_ns) : 0;
	out->took_ns = (int64_t)mark->took_ns;
	out->pss_bytes = (int64_t)total.pss;
	out->private_bytes = (int64_t)total.private_;
	out->shared_bytes = (int64_t)total.shared;
	out->anonymous_bytes = (int64_t)total.anonymous;
	out->file_bytes = file_bytes(&total);
	out->swap_bytes = (int64_t)total.swap;
	return add_kinds(mark, out);
}

static int add_mark(const struct memory *memory, const struct memory_mark *mark, int which,
		    struct result_process *process)
{
	struct result_memory *out = result_add(&process->memory, memory);

	if (!out)
		return -ENOMEM;
	out->mark = strdup(mark_names[which]);
	if (!out->mark)
		return -ENOMEM;
	if (mark->exact) {
		out->rss_bytes = (int64_t)(mark->rss_anon + mark->rss_file + mark->rss_shmem);
		out->rss_anonymous_bytes = (int64_t)mark->rss_anon;
		out->rss_file_bytes = (int64_t)mark->rss_file;
		out->rss_shmem_bytes = (int64_t)mark->rss_shmem;
	}
	if (mark->mapped)
		return add_smaps(memory, mark, which, out);
	out->reason = strdup(which == EVENT_AT_EXIT ? REASON_ENDED : REASON_UNREAD);
	return out->reason ? 0 : -ENOMEM;
}

/* What a process had when it ended is of interest if it did so in the start, by itself. */
static bool ended_in_start(const struct memory *memory, uint32_t process)
{
	const struct process *known = &memory->processes->processes.items[process];

	return known->ended && known->ended_ns <= memory->chain->end_ns;
}

int memory_result(const struct memory *memory, uint32_t process, struct result_process *out)
{
	const struct memory_process *known = process_of(memory, process);
	int rc = 0;

	if (!known)
		return 0;
	if (known->peak)
		out->rss_peak_bytes = (int64_t)known->peak;
	for (int mark = 0; mark < MEMORY_MARKS && !rc; mark++)
		if (known->marks[mark] &&
		    (mark != EVENT_AT_EXIT || ended_in_start(memory, process)))
			rc = add_mark(memory, known->marks[mark], mark, out);
	return rc;
}

static void add_to(int64_t *total, uint64_t value)
{
	*total = units_sum(*total == RESULT_ABSENT ? 0 : *total, (int64_t)value);
}

/* The mark of a process that counts for the tree, or NULL. */
static const struct memory_mark *ready_mark(const struct memory *memory, uint32_t process)
{
	const struct chain *chain = memory->chain;
	const struct memory_mark *const *marks =
		(const struct memory_mark *const *)memory->by_process.items[process].marks;

	if (marks[EVENT_AT_READY])
		return marks[EVENT_AT_READY];
	if (chain->end != CHAIN_BY_EXIT || !chain->links.count ||
	    chain->links.items[chain->links.count - 1].process != process)
		return NULL;
	return marks[EVENT_AT_EXIT];
}

/* The peak of a process until the start ended; 0: unknown. */
static uint64_t start_peak(const struct memory *memory, uint32_t process)
{
	const struct memory_process *known = &memory->by_process.items[process];

	if (known->marks[EVENT_AT_READY])
		return known->marks[EVENT_AT_READY]->peak;
	if (known->marks[EVENT_AT_EXIT] && ended_in_start(memory, process))
		return known->marks[EVENT_AT_EXIT]->peak;
	return 0;
}

static void add_to_tree(struct memory_tree *tree, const struct memory_mark *mark)
{
	struct memory_mapping total = sum(mark);

	add_to(&tree->peak, mark->peak);
	if (mark->exact)
		add_to(&tree->rss, mark->rss_anon + mark->rss_file + mark->rss_shmem);
	if (mark->mapped) {
		add_to(&tree->pss, total.pss);
		add_to(&tree->uss, total.private_);
	}
}

struct memory_tree memory_tree(const struct memory *memory)
{
	struct memory_tree tree = {RESULT_ABSENT, RESULT_ABSENT, RESULT_ABSENT, RESULT_ABSENT, 0};
	uint64_t largest = 0;

	for (uint32_t i = 0; i < memory->by_process.count; i++) {
		const struct memory_mark *mark = ready_mark(memory, i);

		at_least(&largest, start_peak(memory, i));
		if (!mark)
			continue;
		add_to_tree(&tree, mark);
		tree.unread +=
			mark == memory->by_process.items[i].marks[EVENT_AT_READY] && !mark->mapped;
	}
	if (largest && (int64_t)largest > tree.peak)
		tree.peak = (int64_t)largest;
	return tree;
}

// SPDX-License-Identifier: BSD-2-Clause
/* faults.c - page faults by kind, from each thread's own counts */
#include "faults.h"

#include <errno.h>

#include "classify.h"

void faults_release(struct faults *faults)
{
	if (faults)
		vec_release(&faults->threads);
}

static struct faults_thread *find(struct faults *faults, uint32_t index)
{
	const struct thread *known = &faults->processes->threads.items[index];
	struct faults_thread *thread;

	while (faults->threads.count <= index)
		if (!vec_add(&faults->threads))
			return NULL;
	thread = &faults->threads.items[index];
	/* a forked thread starts with none; the first one had some before the start */
	if (!thread->known && known->begun && known->start_ns > faults->facts->t0_ns)
		thread->known = true;
	return thread;
}

/* The fault that was open is the first of those that came: of which kind, if there are both? */
static void enter_open(struct faults *faults, uint32_t index, struct usage_faults *growth)
{
	const struct faults_thread *thread = &faults->threads.items[index];
	struct usage_faults one = {.cow = thread->cow};

	if (growth->major)
		one.major = 1;
	else
		one.minor = 1;
	growth->major -= one.major;
	growth->minor -= one.minor;
	usage_add_faults(faults->ledger, index, thread->time_ns, &one);
}

/* The thread has these counts at |time_ns|: what came since its last record, before this one? */
static void grow(struct faults *faults, uint32_t index, uint64_t time_ns, uint64_t minor,
		 uint64_t major)
{
	struct faults_thread *thread = &faults->threads.items[index];
	struct usage_faults growth = {};

	if (thread->known) {
		growth.minor = minor > thread->minor ? minor - thread->minor : 0;
		growth.major = major > thread->major ? major - thread->major : 0;
	}
	if (thread->open && (growth.minor || growth.major))
		enter_open(faults, index, &growth);
	/* before: a module may begin or end with this record */
	if (growth.minor || growth.major)
		usage_add_faults(faults->ledger, index, time_ns - 1, &growth);
	thread->known = true;
	thread->open = false;
	thread->minor = minor;
	thread->major = major;
}

/* False: the record tells none. */
static bool counts_of(const struct event *event, uint64_t *time_ns, uint64_t *minor,
		      uint64_t *major)
{
	const struct event_syscall *call = (const struct event_syscall *)event;
	const struct event_exit *exit = (const struct event_exit *)event;

	*time_ns = event->time_ns;
	*minor = event->minor_faults;
	*major = event->major_faults;
	if (event->kind == EVENT_EXIT) {
		*minor = exit->minor_faults;
		*major = exit->major_faults;
		return true;
	}
	if (event->kind == EVENT_SYSCALL && call->enter_ns)
		*time_ns = call->enter_ns;
	return *minor || *major || event->kind == EVENT_FAULT;
}

int faults_event(struct faults *faults, const struct event *event)
{
	const struct event_fault *fault = (const struct event_fault *)event;
	uint64_t time_ns, minor, major;
	struct faults_thread *thread;
	uint32_t index;

	if (!counts_of(event, &time_ns, &minor, &major))
		return 0;
	index = processes_thread(faults->processes, event->tid);
	if (index == PROCESS_NONE)
		return 0;
	thread = find(faults, index);
	if (!thread)
		return -ENOMEM;
	grow(faults, index, time_ns, minor, major);
	if (event->kind != EVENT_FAULT)
		return 0;
	thread->open = true;
	thread->cow = classify_is_cow(fault->code);
	thread->time_ns = event->time_ns;
	return 0;
}

void faults_finish(struct faults *faults)
{
	for (uint32_t i = 0; i < faults->threads.count; i++)
		if (faults->threads.items[i].open)
			grow(faults, i, faults->threads.items[i].time_ns,
			     faults->threads.items[i].minor + 1, faults->threads.items[i].major);
}

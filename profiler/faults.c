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

/* The thread has these counts at |time_ns|: what came since its last record? */
static void grow(struct faults *faults, uint32_t index, uint64_t time_ns, uint64_t minor,
		 uint64_t major)
{
	struct faults_thread *thread = &faults->threads.items[index];
	struct usage_faults growth = {};

	if (thread->known) {
		growth.minor = minor > thread->minor ? minor - thread->minor : 0;
		growth.major = major > thread->major ? major - thread->major : 0;
	}
	if (growth.minor || growth.major) {
		growth.cow = thread->open && thread->cow;
		usage_add_faults(faults->ledger, index, thread->open ? thread->time_ns : time_ns,
				 &growth);
	}
	thread->known = true;
	thread->open = false;
	thread->minor = minor;
	thread->major = major;
}

int faults_event(struct faults *faults, const struct event *event)
{
	const struct event_fault *fault = (const struct event_fault *)event;
	const struct event_exit *exit = (const struct event_exit *)event;
	struct faults_thread *thread;
	uint32_t index;

	if (event->kind != EVENT_FAULT && event->kind != EVENT_EXIT)
		return 0;
	index = processes_thread(faults->processes, event->tid);
	if (index == PROCESS_NONE)
		return 0;
	thread = find(faults, index);
	if (!thread)
		return -ENOMEM;
	if (event->kind == EVENT_EXIT) {
		grow(faults, index, event->time_ns, exit->minor_faults, exit->major_faults);
		return 0;
	}
	grow(faults, index, event->time_ns, fault->minor_faults, fault->major_faults);
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

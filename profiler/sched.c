// SPDX-License-Identifier: BSD-2-Clause
/* sched.c - what each thread did at each instant: on a CPU, waiting for one, or blocked */
#include "sched.h"

#include <errno.h>
#include <stdlib.h>

#include "classify.h"
#include "waits.h"

enum state {
	STATE_NEW = 0, /* nothing known yet */
	STATE_ON_CPU,
	STATE_RUNNABLE,
	STATE_BLOCKED,
	STATE_GONE,
};

/* Why a thread sleeps in an open call is known when that returns: by the two states of sleep. */
enum open_wait {
	OPEN_SLEEPING,
	OPEN_UNINTERRUPTIBLE,
	OPEN_WAITS,
};

struct sched_open {
	uint32_t number;
	/* on a CPU before the first switch: where the call began in it is known when it returns */
	uint64_t first_from_ns, first_to_ns;
	/* by phase; on the link of the chain that follows, if not 0 */
	uint64_t blocked_ns[TIMELINE_PHASES][2][OPEN_WAITS];
	uint32_t link;
};

void sched_release(struct sched *sched)
{
	if (!sched)
		return;
	vec_foreach(thread, &sched->threads)
		free(thread->open);
	vec_release(&sched->threads);
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	if (value < low)
		return low;
	return value > high ? high : value;
}

/* A switched-off thread is as it was until the time it is moved to. */
struct mover {
	struct sched *sched;
	struct sched_thread *thread;
	uint32_t index;
};

static void add(const struct mover *mover, uint64_t from_ns, uint64_t to_ns, enum usage_kind kind)
{
	usage_add(mover->sched->ledger, mover->index, from_ns, to_ns, kind);
}

/* ---- open calls ---- */

static void hold_blocked(const struct mover *mover, uint64_t to_ns, enum open_wait wait)
{
	struct sched_open *open = mover->thread->open;
	uint64_t from_ns = mover->thread->since_ns;
	struct usage_piece piece;

	while (usage_cut(mover->sched->ledger, mover->index, &from_ns, to_ns, &piece)) {
		bool linked = piece.link != USAGE_OFF_CHAIN;

		open->blocked_ns[piece.phase][linked][wait] += piece.length_ns;
		if (linked)
			open->link = piece.link;
	}
}

/* The call is over, and what it waited for is known. */
static void settle_blocked(const struct mover *mover, const enum classify_blocked reasons[])
{
	const struct sched_open *open = mover->thread->open;

	for (size_t phase = 0; phase < TIMELINE_PHASES; phase++)
		for (int linked = 0; linked < 2; linked++)
			for (int wait = 0; wait < OPEN_WAITS; wait++) {
				struct usage_piece piece = {
					.thread = mover->index,
					.phase = phase,
					.link = linked ? open->link : USAGE_OFF_CHAIN,
					.length_ns = open->blocked_ns[phase][linked][wait],
				};

				if (piece.length_ns)
					usage_add_piece(mover->sched->ledger, &piece,
							USAGE_BLOCKED + reasons[wait]);
			}
}

/* The call began at |enter_ns|, and gave |result|; |number| is in the machine's own table. */
static void settle(const struct mover *mover, uint32_t number, uint64_t enter_ns, int64_t result,
		   uint8_t fd_kind)
{
	struct sched_open *open = mover->thread->open;
	enum classify_blocked reasons[OPEN_WAITS];

	enter_ns = clamp(enter_ns, open->first_from_ns, open->first_to_ns);
	add(mover, open->first_from_ns, enter_ns, USAGE_USER);
	add(mover, enter_ns, open->first_to_ns, USAGE_CALL);
	reasons[OPEN_SLEEPING] = classify_blocked(number, EVENT_STATE_SLEEPING, 0, result, fd_kind);
	reasons[OPEN_UNINTERRUPTIBLE] =
		classify_blocked(number, EVENT_STATE_UNINTERRUPTIBLE, 0, result, fd_kind);
	settle_blocked(mover, reasons);
	free(open);
	mover->thread->open = NULL;
}

/* Its record is lost, or will never come. */
static void settle_unknown(const struct mover *mover)
{
	if (mover->thread->open)
		settle(mover, mover->thread->open->number, UINT64_MAX, CLASSIFY_NO_RESULT,
		       EVENT_FD_UNKNOWN);
}

/* ---- time passes ---- */

static void spend_blocked(const struct mover *mover, uint64_t to_ns)
{
	struct sched_thread *thread = mover->thread;
	bool decided = thread->number == EVENT_NO_CALL || !thread->open ||
		       thread->flags & EVENT_SWITCH_IOWAIT || thread->wait == EVENT_STATE_STOPPED;
	enum classify_blocked reason;

	if (!decided) {
		hold_blocked(mover, to_ns,
			     thread->wait == EVENT_STATE_UNINTERRUPTIBLE ? OPEN_UNINTERRUPTIBLE
									 : OPEN_SLEEPING);
		return;
	}
	reason = classify_blocked(thread->number, thread->wait, thread->flags, CLASSIFY_NO_RESULT,
				  EVENT_FD_UNKNOWN);
	/* a thread that takes itself down is in no call, but does not fault either */
	if (thread->exiting && reason == BLOCKED_FAULT)
		reason = thread->flags & EVENT_SWITCH_IOWAIT ? BLOCKED_DISK : BLOCKED_OTHER;
	add(mover, thread->since_ns, to_ns, USAGE_BLOCKED + reason);
}

/* The thread was in its state from since_ns to |to_ns|. */
static void spend(const struct mover *mover, uint64_t to_ns)
{
	struct sched_thread *thread = mover->thread;

	if (to_ns <= thread->since_ns)
		return;
	switch (thread->state) {
	case STATE_ON_CPU:
		add(mover, thread->since_ns, to_ns,
		    thread->open || thread->exiting ? USAGE_CALL : USAGE_USER);
		break;
	case STATE_RUNNABLE:
		add(mover, thread->since_ns, to_ns, USAGE_RUNQUEUE);
		break;
	case STATE_BLOCKED:
		spend_blocked(mover, to_ns);
		break;
	}
	thread->since_ns = to_ns;
}

/* Leaves its CPU inside a call: what it ran before may lie before the call or in it. */
static int open_call(const struct mover *mover, uint64_t time_ns, uint32_t number)
{
	struct sched_thread *thread = mover->thread;

	thread->open = calloc(1, sizeof(*thread->open));
	if (!thread->open)
		return -ENOMEM;
	thread->open->number = number;
	thread->open->first_from_ns = thread->open->first_to_ns = thread->since_ns;
	if (thread->state == STATE_ON_CPU && time_ns > thread->since_ns) {
		thread->open->first_to_ns = time_ns;
		thread->since_ns = time_ns;
	}
	return 0;
}

static int leave(const struct mover *mover, const struct event_switch_out *record)
{
	struct sched_thread *thread = mover->thread;
	int rc = 0;

	if (thread->open && thread->open->number != record->number)
		settle_unknown(mover);
	if (record->number != EVENT_NO_CALL && !thread->open && !thread->exiting)
		rc = open_call(mover, record->event.time_ns, record->number);
	if (rc)
		return rc;
	/* as the kernel counts them: who gives way with sched_yield() is switched off too */
	usage_add_switch(mover->sched->ledger, mover->index, record->event.time_ns,
			 record->state != EVENT_STATE_RUNNABLE);
	spend(mover, record->event.time_ns);
	thread->number = record->number;
	thread->wait = record->state;
	thread->flags = record->event.flags;
	thread->state = STATE_BLOCKED;
	if (record->state == EVENT_STATE_RUNNABLE)
		thread->state = STATE_RUNNABLE;
	if (record->state == EVENT_STATE_ENDED) {
		settle_unknown(mover);
		thread->state = STATE_GONE;
	}
	return 0;
}

static void enter(const struct mover *mover, const struct event_switch_in *record)
{
	struct sched_thread *thread = mover->thread;

	if (thread->state == STATE_BLOCKED && record->woken_ns) {
		spend(mover, clamp(record->woken_ns, thread->since_ns, record->event.time_ns));
		thread->state = STATE_RUNNABLE;
	}
	spend(mover, record->event.time_ns);
	thread->state = STATE_ON_CPU;
}

/* ---- the pass ---- */

/* The first thread of all runs from t0 on; others are runnable from their fork on. */
static void begin(const struct sched *sched, struct sched_thread *thread, uint32_t index)
{
	const struct thread *known = &sched->processes->threads.items[index];
	const struct process *process = &sched->processes->processes.items[known->process];

	thread->since_ns = known->start_ns;
	thread->state = known->begun ? STATE_RUNNABLE : STATE_ON_CPU;
	if (process->pid == sched->facts->root_pid && known->start_ns <= sched->facts->t0_ns) {
		thread->since_ns = sched->facts->t0_ns;
		thread->state = STATE_ON_CPU;
	}
}

/* The thread of that id, made if it is new; false with *rc for none. */
static bool find(struct sched *sched, uint32_t index, struct mover *out, int *rc)
{
	*rc = 0;
	if (index == PROCESS_NONE)
		return false;
	while (sched->threads.count <= index)
		if (!vec_add(&sched->threads)) {
			*rc = -ENOMEM;
			return false;
		}
	*out = (struct mover){sched, &sched->threads.items[index], index};
	if (out->thread->state == STATE_NEW)
		begin(sched, out->thread, index);
	return true;
}

/* The process can be seen to have ended: so far its first thread still took itself down. */
static void reap(const struct mover *mover, uint64_t time_ns)
{
	if (mover->thread->state == STATE_GONE)
		return;
	settle_unknown(mover);
	spend(mover, time_ns);
	mover->thread->state = STATE_GONE;
}

static uint32_t leader_of(const struct sched *sched, uint32_t pid)
{
	uint32_t process = processes_by_pid(sched->processes, pid);

	return process == PROCESS_NONE ? PROCESS_NONE
				       : sched->processes->processes.items[process].leader;
}

int sched_event(struct sched *sched, const struct event *event)
{
	uint32_t thread = processes_thread(sched->processes, event->tid);
	struct mover mover;
	int rc;

	if (event->kind == EVENT_FORK)
		thread = processes_thread(sched->processes,
					  ((const struct event_fork *)event)->child_tid);
	else if (event->kind == EVENT_REAPABLE)
		thread = leader_of(sched, event->pid);
	else if (event->kind >= EVENT_KINDS_KERNEL)
		return 0;
	if (!find(sched, thread, &mover, &rc) || mover.thread->state == STATE_GONE)
		return rc;
	switch (event->kind) {
	case EVENT_SWITCH_OUT:
		return leave(&mover, (const struct event_switch_out *)event);
	case EVENT_SWITCH_IN:
		enter(&mover, (const struct event_switch_in *)event);
		return 0;
	case EVENT_EXIT: /* it stays on its CPU for a while: switches tell how long */
		spend(&mover, event->time_ns);
		mover.thread->exiting = true;
		mover.thread->exit_ns = event->time_ns;
		return 0;
	case EVENT_REAPABLE:
		reap(&mover, event->time_ns);
		return 0;
	}
	return 0;
}

int sched_call(struct sched *sched, const struct call *call)
{
	const struct event_syscall *record = call->record;
	uint64_t return_ns = record->event.time_ns, enter_ns;
	struct sched_thread *thread;
	struct mover mover;
	int64_t result = record->result;
	int rc;

	if (!find(sched, call->thread, &mover, &rc) || mover.thread->state == STATE_GONE)
		return rc;
	thread = mover.thread;
	if (record->event.flags & EVENT_SYSCALL_UNFINISHED)
		result = CLASSIFY_NO_RESULT;
	if (thread->open && thread->open->number != record->number)
		settle_unknown(&mover);
	enter_ns = record->enter_ns && record->enter_ns < return_ns ? record->enter_ns : return_ns;
	if (!thread->open && thread->state == STATE_ON_CPU) {
		spend(&mover, enter_ns);
		if (thread->since_ns < return_ns) {
			add(&mover, thread->since_ns, return_ns, USAGE_CALL);
			thread->since_ns = return_ns;
		}
	}
	spend(&mover, return_ns);
	if (thread->open)
		settle(&mover, call->number, enter_ns, result, waits_fd_kind(sched->table, call));
	return 0;
}

void sched_finish(struct sched *sched)
{
	for (uint32_t i = 0; i < sched->threads.count; i++) {
		struct mover mover = {sched, &sched->threads.items[i], i};
		struct sched_thread *thread = mover.thread;

		if (thread->state != STATE_GONE && thread->state != STATE_NEW)
			spend(&mover, thread->exiting ? thread->exit_ns : sched->facts->last_ns);
		settle_unknown(&mover);
	}
}

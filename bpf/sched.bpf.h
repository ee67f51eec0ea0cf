/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * sched.bpf.h - keeps each thread's switches in pairs
 *
 * Some kernels do not pass the sched_switch tracepoint at every switch (seen on 6.18: one in some
 * thousand under load, missed by perf as well). A thread that is seen to leave its CPU twice, or to
 * get one twice, or that does anything while it seems to have none, tells so; its exact run time
 * (sum_exec_runtime) then says when the other switch was, and it is sent late, marked as inferred.
 */
#ifndef COLDPROF_SCHED_BPF_H
#define COLDPROF_SCHED_BPF_H

#include "coldprof.bpf.h"

/* |task| is on its CPU now: if it was last seen to leave one, it has come back since. */
static __always_inline void infer_switch_in(struct task_struct *task, struct thread_state *state,
					    __u64 now)
{
	struct event_switch_in *record;
	__u64 ran;

	if (!state->away)
		return;
	state->away = 0;
	state->off = 0;
	ran = task->se.sum_exec_runtime - state->ran_ns;
	state->switch_ns = now - ran; /* |ran_ns| stays: it has run that long since */
	record = reserve(EVENT_SWITCH_IN, event_switch_in);
	if (!record)
		return;
	record->event.flags = EVENT_SWITCH_INFERRED;
	record->event.time_ns = now - ran;
	fill_thread(&record->event, task);
	record->woken_ns = state->woken_ns;
	record->waker_tid = state->waker_tid;
	state->woken_ns = 0;
	submit(record);
}

/*
 * The current thread makes a system call or touches a page: it has a CPU, whatever was seen. Else a
 * missed switch and the next one, missed as well, would count all that it runs as waiting.
 */
static __always_inline void has_cpu(struct thread_state *state)
{
	if (state->away)
		infer_switch_in(bpf_get_current_task_btf(), state, bpf_ktime_get_ns());
}

/* |task| gets a CPU now: if it was last seen to get one, it has left that since. */
static __always_inline void infer_switch_out(struct task_struct *task, struct thread_state *state)
{
	struct event_switch_out *record;
	__u64 ran;

	if (state->away)
		return;
	record = reserve(EVENT_SWITCH_OUT, event_switch_out);
	if (!record)
		return;
	ran = task->se.sum_exec_runtime - state->ran_ns;
	record->event.flags = EVENT_SWITCH_INFERRED;
	record->event.time_ns = state->switch_ns + ran;
	fill_thread(&record->event, task);
	record->number = state->number;
	/* it can only have been preempted: a sleeper would have been seen to be woken */
	record->state = EVENT_STATE_RUNNABLE;
	submit(record);
}

#endif

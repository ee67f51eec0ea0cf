// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* sched.bpf.c - when the tree's threads leave a CPU, become runnable and get a CPU */
#include "coldprof.bpf.h"
#include "sched.bpf.h"
#include "scripts.bpf.h"
#include <bpf/bpf_tracing.h>

/* task_struct.__state, stable since 4.14; TASK_NOLOAD and the like are higher bits */
#define TASK_INTERRUPTIBLE   0x01
#define TASK_UNINTERRUPTIBLE 0x02
#define TASK_STOPPED	     0x0c /* stopped or traced */
#define TASK_DEAD	     0x80

static __always_inline __u32 state_name(bool preempted, __u32 state)
{
	if (preempted || !state)
		return EVENT_STATE_RUNNABLE;
	if (state & TASK_UNINTERRUPTIBLE)
		return EVENT_STATE_UNINTERRUPTIBLE;
	if (state & TASK_DEAD)
		return EVENT_STATE_ENDED;
	if (state & TASK_STOPPED)
		return EVENT_STATE_STOPPED;
	return EVENT_STATE_SLEEPING;
}

static __always_inline void leave(bool preempted, struct task_struct *task)
{
	struct thread_state *state = state_of(task);
	struct event_switch_out *record;
	__u32 name;

	if (!state || !state->armed)
		return;
	if (state->scripts)
		scripts_look();
	infer_switch_in(task, state, bpf_ktime_get_ns());
	name = state_name(preempted, task->__state);
	state->away = 1;
	state->ran_ns = task->se.sum_exec_runtime;
	state->woken_ns = 0;
	state->waker_tid = 0;
	state->off = name != EVENT_STATE_RUNNABLE;
	if (state->off && state->number != EVENT_NO_CALL)
		state->blocked = 1;
	record = reserve(EVENT_SWITCH_OUT, event_switch_out);
	if (!record)
		return;
	fill_thread(&record->event, task);
	record->number = state->number;
	record->state = name;
	if (BPF_CORE_READ_BITFIELD(task, in_iowait))
		record->event.flags = EVENT_SWITCH_IOWAIT;
	submit(record);
}

static __always_inline void enter(struct task_struct *task)
{
	struct thread_state *state = state_of(task);
	struct event_switch_in *record;

	if (!state || !state->armed)
		return;
	infer_switch_out(task, state);
	state->away = 0;
	state->off = 0;
	state->ran_ns = task->se.sum_exec_runtime;
	state->switch_ns = bpf_ktime_get_ns();
	record = reserve(EVENT_SWITCH_IN, event_switch_in);
	if (!record)
		return;
	fill_thread(&record->event, task);
	record->woken_ns = state->woken_ns;
	record->waker_tid = state->waker_tid;
	state->woken_ns = 0;
	submit(record);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempted, struct task_struct *prev, struct task_struct *next)
{
	if (!control.active)
		return 0;
	leave(preempted, prev);
	enter(next);
	return 0;
}

static __always_inline void wake(struct thread_state *state)
{
	if (state->woken_ns)
		return;
	state->woken_ns = bpf_ktime_get_ns();
	state->waker_tid = (__u32)bpf_get_current_pid_tgid();
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct thread_state *state;

	if (!control.active)
		return 0;
	state = state_of(task);
	/* waking a thread that never slept says nothing */
	if (state && state->off)
		wake(state);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *task)
{
	struct thread_state *state;

	if (!control.active)
		return 0;
	state = state_of(task);
	if (state)
		wake(state);
	return 0;
}

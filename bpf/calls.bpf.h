/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* calls.bpf.h - the open system call of a thread */
#ifndef COLDPROF_CALLS_BPF_H
#define COLDPROF_CALLS_BPF_H

#include "coldprof.bpf.h"
#include <asm/unistd.h>

/* What a record of the open call has in any case. */
static __always_inline void fill_call(struct event_syscall *record, struct thread_state *state)
{
	record->enter_ns = state->enter_ns;
	record->number = state->number;
	record->abi = state->abi;
	record->args[0] = state->args[0];
	record->args[1] = state->args[1];
	record->args[2] = state->args[2];
	record->args[3] = state->args[3];
	if (state->number == __NR_mmap && state->abi == EVENT_ABI_NATIVE)
		record->args[3] = state->args[4];
	record->cached_pages = state->cached_pages;
	state->cached_pages = 0;
	if (state->blocked)
		record->event.flags |= EVENT_SYSCALL_BLOCKED;
}

/* Sends the thread's open system call, if there is one, as unfinished, and forgets it. */
static __noinline __attribute__((unused)) int send_open_call(struct task_struct *task,
							     struct thread_state *state)
{
	struct event_syscall *record;

	if (state->number == EVENT_NO_CALL)
		return 0;
	record = reserve(EVENT_SYSCALL, event_syscall);
	if (!record)
		return 0;
	fill_thread(&record->event, task);
	fill_call(record, state);
	record->event.flags |= EVENT_SYSCALL_UNFINISHED;
	submit(record);
	state->number = EVENT_NO_CALL;
	return 0;
}

#endif

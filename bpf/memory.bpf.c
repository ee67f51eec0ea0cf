// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* memory.bpf.c - a walk over the tree's threads: exact memory, CPU times, open system calls */
#include "coldprof.bpf.h"
#include "calls.bpf.h"
#include "mm.bpf.h"
#include <bpf/bpf_tracing.h>

SEC("iter/task")
int on_walk(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct event_memory *record;
	struct thread_state *state;
	struct mm_struct *mm;

	if (!task)
		return 0;
	state = state_of(task);
	if (!state || !state->armed)
		return 0;
	if (control.close_calls)
		send_open_call(task, state);
	record = reserve(EVENT_MEMORY, event_memory);
	if (!record)
		return 0;
	fill_thread(&record->event, task);
	record->user_ns = task->utime;
	record->system_ns = task->stime;
	record->on_cpu_ns = task->se.sum_exec_runtime;
	record->mark = control.memory_mark;
	mm = task->mm;
	if (mm && task->tgid == task->pid) {
		struct memory memory = {};

		read_memory(mm, &memory);
		record->rss_file_bytes = memory.file;
		record->rss_anon_bytes = memory.anon;
		record->rss_shmem_bytes = memory.shmem;
		record->swap_bytes = memory.swap;
		record->rss_peak_bytes = memory.peak;
		record->event.flags = EVENT_MEMORY_PROCESS;
	}
	submit(record);
	return 0;
}

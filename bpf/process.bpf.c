// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* process.bpf.c - fork, exec, exit, and the moment at which a parent can see the end */
#include "coldprof.bpf.h"
#include "calls.bpf.h"
#include "mm.bpf.h"
#include "sched.bpf.h"
#include <bpf/bpf_tracing.h>

#define SIGCHLD	   17
#define CLD_EXITED 1
#define CLD_DUMPED 3

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct thread_state *state = followed(), *born;
	struct event_fork *record;

	if (!state)
		return 0;
	born = bpf_task_storage_get(&threads, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!born) {
		count_loss(EVENT_FORK);
		return 0;
	}
	born->armed = 1;
	born->number = EVENT_NO_CALL;
	born->newborn = 1;
	born->away = 1;
	record = reserve(EVENT_FORK, event_fork);
	if (!record)
		return 0;
	record->child_pid = child->tgid;
	record->child_tid = child->pid;
	record->child_start_ns = child->start_boottime;
	if (child->tgid == parent->tgid)
		record->event.flags = EVENT_FORK_THREAD;
	submit(record);
	return 0;
}

/* The binary (of a script: its interpreter), then what fits of the arguments: "/bin/sh\0sh\0..." */
static __always_inline __u32 exec_text(char *text, struct task_struct *task,
				       struct linux_binprm *bprm, __u16 *flags)
{
	unsigned long start, end;
	__u32 size;
	long got;

	got = bpf_probe_read_kernel_str(text, 1024, BPF_CORE_READ(bprm, interp));
	size = got > 0 && got <= 1024 ? got : 0;
	start = BPF_CORE_READ(task, mm, arg_start);
	end = BPF_CORE_READ(task, mm, arg_end);
	if (end <= start)
		return size;
	end -= start;
	if (end > EVENT_TEXT_MAX - 1024) {
		end = EVENT_TEXT_MAX - 1024;
		*flags |= EVENT_TEXT_CUT;
	}
	if (size <= 1024 && bpf_probe_read_user(text + size, end, (void *)start) == 0)
		size += end;
	return size;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_tid, struct linux_binprm *bprm)
{
	struct thread_state *state = followed();
	struct event_exec *record;
	struct scratch *room;
	struct inode *inode;
	__u16 flags = 0;

	if (!state)
		return 0;
	room = scratch();
	if (!room)
		return 0;
	record = (struct event_exec *)room;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_EXEC, sizeof(*record));
	record->enter_ns = state->enter_ns;
	record->old_tid = old_tid;
	inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	record->exe_inode = BPF_CORE_READ(inode, i_ino);
	record->exe_device = BPF_CORE_READ(inode, i_sb, s_dev);
	record->text.size = exec_text((char *)(record + 1), task, bprm, &flags);
	record->event.flags = flags;
	send_scratch(room, sizeof(*record) + (record->text.size & (2 * EVENT_TEXT_MAX - 1)),
		     BPF_RB_FORCE_WAKEUP);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct thread_state *state = followed();
	struct event_exit *record;
	struct mm_struct *mm;

	if (!state)
		return 0;
	infer_switch_in(task, state, bpf_ktime_get_ns());
	send_open_call(task, state);
	record = reserve(EVENT_EXIT, event_exit);
	if (!record)
		return 0;
	record->user_ns = task->utime;
	record->system_ns = task->stime;
	record->on_cpu_ns = task->se.sum_exec_runtime;
	record->minor_faults = task->min_flt;
	record->major_faults = task->maj_flt;
	record->voluntary_switches = task->nvcsw;
	record->involuntary_switches = task->nivcsw;
	record->exit_code = task->exit_code;
	record->cached_pages = state->cached_pages;
	if (BPF_CORE_READ(task, signal, live.counter) == 0) {
		record->event.flags |= EVENT_EXIT_LAST;
		mm = task->mm;
		if (mm) {
			struct memory memory = {};

			read_memory(mm, &memory);
			record->rss_file_bytes = memory.file;
			record->rss_anon_bytes = memory.anon;
			record->rss_shmem_bytes = memory.shmem;
			record->swap_bytes = memory.swap;
			record->rss_peak_bytes = memory.peak;
			record->event.flags |= EVENT_EXIT_MEMORY;
		}
	}
	submit(record);
	return 0;
}

/* do_notify_parent() runs in the thread that ends last: current is the process that has ended. */
SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int signal, struct kernel_siginfo *info)
{
	struct event_reapable *record;
	int code;

	if (signal != SIGCHLD || (unsigned long)info <= 1 || !followed())
		return 0;
	code = BPF_CORE_READ(info, si_code);
	if (code < CLD_EXITED || code > CLD_DUMPED)
		return 0;
	record = reserve(EVENT_REAPABLE, event_reapable);
	if (!record)
		return 0;
	record->exit_code = bpf_get_current_task_btf()->exit_code;
	submit_now(record);
	return 0;
}

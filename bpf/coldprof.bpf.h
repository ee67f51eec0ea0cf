/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * coldprof.bpf.h - what all BPF programs share: the followed threads, the ring, the loss counts
 *
 * A thread is followed if it has a struct thread_state in task storage: user space gives it to the
 * held child, and each fork hands it on in the kernel, so that no child is lost and a process
 * outside the tree costs one look-up.
 */
#ifndef COLDPROF_BPF_H
#define COLDPROF_BPF_H

#include "kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "control.h"
#include "event.h"

struct thread_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_state);
};

struct ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20); /* user space sets it */
};

/* Room to put a record with a text together, for each CPU: programs here are not preempted. */
struct scratch {
	char bytes[128 + EVENT_TEXT_MAX + 64];
};
struct scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
};

/* Shows where each CPU's own memory lies: mm.bpf.h. */
struct ruler_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};
extern struct thread_map threads SEC(".maps");
extern struct ring_map ring SEC(".maps");
extern struct scratch_map scratches SEC(".maps");
extern struct ruler_map ruler SEC(".maps");
extern struct control control;

static __always_inline struct thread_state *state_of(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, 0, 0);
}

/* The state of the current thread if it is being recorded, else NULL. */
static __always_inline struct thread_state *followed(void)
{
	struct thread_state *state;

	if (!control.active)
		return NULL;
	state = state_of(bpf_get_current_task_btf());
	return state && state->armed ? state : NULL;
}

static __always_inline void count_loss(__u32 kind)
{
	if (kind < EVENT_KINDS_KERNEL)
		__sync_fetch_and_add(&control.lost[kind], 1);
}

/*
 * The consumer is woken when the fill passes a step, not for each record: it shares the CPUs with
 * the program. The window is wider than a record, so that no step is missed by racing producers.
 */
static __always_inline __u64 wake_flags(void)
{
	__u64 written = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);

	return (written & (control.wake_step - 1)) < 2048 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Whose record it is, if not the current thread's. */
static __always_inline void fill_thread(struct event *event, struct task_struct *task)
{
	event->pid = task->tgid;
	event->tid = task->pid;
	event->minor_faults = task->min_flt;
	event->major_faults = task->maj_flt;
}

static __always_inline void fill_header_at(struct event *event, __u32 kind, __u32 size,
					   __u64 time_ns)
{
	event->kind = kind;
	event->flags = 0;
	event->size = size;
	event->time_ns = time_ns;
	fill_thread(event, bpf_get_current_task_btf());
}

static __always_inline void fill_header(struct event *event, __u32 kind, __u32 size)
{
	fill_header_at(event, kind, size, bpf_ktime_get_ns());
}

/* A zeroed record of |kind| with its header filled in, or NULL: the loss is counted. */
#define reserve(kind, type) reserve_at(kind, type, bpf_ktime_get_ns())
#define reserve_at(kind, type, time_ns)                                                            \
	({                                                                                         \
		struct type *record_ = bpf_ringbuf_reserve(&ring, sizeof(struct type), 0);         \
		if (record_) {                                                                     \
			__builtin_memset(record_, 0, sizeof(*record_));                            \
			fill_header_at(&record_->event, kind, sizeof(struct type), time_ns);       \
		} else {                                                                           \
			count_loss(kind);                                                          \
		}                                                                                  \
		record_;                                                                           \
	})

#define submit(record) bpf_ringbuf_submit(record, wake_flags())
/* For what user space acts on at once. */
#define submit_now(record) bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP)

static __always_inline struct scratch *scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

/* Sends |size| bytes that were put together in the scratch. */
static __always_inline void send_scratch(struct scratch *scratch, __u32 size, __u64 flags)
{
	struct event *event = (struct event *)scratch;

	if (size > sizeof(*scratch))
		size = sizeof(*scratch);
	if (bpf_ringbuf_output(&ring, scratch, size, flags))
		count_loss(event->kind);
}

#endif

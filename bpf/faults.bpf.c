// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* faults.bpf.c - page faults of the tree, and what it brings into the page cache */
#include "coldprof.bpf.h"
#include "classify.h"
#include "sched.bpf.h"
#include "scripts.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline int send_fault(struct thread_state *state, __u64 code)
{
	struct event_fault *record = reserve(EVENT_FAULT, event_fault);

	if (!record)
		return 0;
	record->address = state->fault_address;
	record->code = code;
	/* inside a system call they are that call's: it reads the file that they are of */
	if (state->number == EVENT_NO_CALL) {
		record->cached_pages = state->cached_pages;
		state->cached_pages = 0;
	}
	submit(record);
	return 0;
}

/* Most faults only count, and the next record of the thread has the counts. */
static __always_inline int fault(struct thread_state *state, __u64 address, __u64 code)
{
	bool cached = state->cached_pages && state->number == EVENT_NO_CALL;

	state->fault_address = address;
	return classify_is_cow(code) || cached ? send_fault(state, code) : 0;
}

static __always_inline void look_at_scripts(struct thread_state *state, struct pt_regs *regs)
{
	__u64 now;

	if (++state->faults & 3) /* the time is half of what the rest takes */
		return;
	now = bpf_ktime_get_ns();
	if (now - state->looked_ns <= SCRIPTS_FAULT_GAP_NS)
		return;
	state->looked_ns = now;
#if defined(__TARGET_ARCH_x86)
	scripts_at_fault(regs->sp, regs->bp);
#else
	scripts_at_fault(regs->sp, regs->regs[29]);
#endif
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(on_fault_user, unsigned long address, struct pt_regs *regs, unsigned long code)
{
	struct thread_state *state = followed();

	if (!state)
		return 0;
	has_cpu(state);
	if (state->scripts)
		look_at_scripts(state, regs);
	return fault(state, address, code);
}

/* The kernel touching a user page counts as a fault of the thread; its own addresses do not. */
SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(on_fault_kernel, unsigned long address, struct pt_regs *regs, unsigned long code)
{
	struct thread_state *state = (__s64)address < 0 ? NULL : followed();

	return state ? fault(state, address, code) : 0;
}

static __always_inline __u32 folio_pages(struct folio *folio)
{
	struct folio___since66 *since66 = (void *)folio;
	struct folio___before66 *before66 = (void *)folio;
	unsigned long flags = 0;
	__u32 order = 0;

	/* |flags| is the first word; its type became a struct in 6.18, so it can't be named here */
	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	if (!(flags & (1ul << bpf_core_enum_value(enum pageflags, PG_head))))
		return 1;
	if (bpf_core_field_exists(since66->_flags_1))
		order = BPF_CORE_READ(since66, _flags_1) & 0xff;
	else if (bpf_core_field_exists(before66->_folio_order))
		order = BPF_CORE_READ(before66, _folio_order);
	return order < 32 ? 1u << order : 1;
}

SEC("?tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(on_cached, struct folio *folio)
{
	struct thread_state *state = followed();

	if (!state)
		return 0;
	/* by a fault, of the file that is mapped there */
	if (!state->cached_pages && state->number == EVENT_NO_CALL)
		send_fault(state, 0);
	state->cached_pages += bpf_core_type_exists(struct folio) ? folio_pages(folio) : 1;
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(on_io_uring, struct io_kiocb *request)
{
	struct event_io_uring *record;

	if (!followed())
		return 0;
	record = reserve(EVENT_IO_URING, event_io_uring);
	if (!record)
		return 0;
	record->opcode = BPF_CORE_READ(request, opcode);
	submit(record);
	return 0;
}

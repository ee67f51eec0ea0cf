// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* syscalls.bpf.c - every system call of the tree, as one record sent when it returns */
#include "calls.bpf.h"
#include "fd.bpf.h"
#include "sched.bpf.h"
#include "scripts.bpf.h"
#include "call_table.h"
#include <bpf/bpf_tracing.h>

#define TS_COMPAT	0x0002 /* x86 thread_info.status: a 32-bit call */
#define X32_SYSCALL_BIT 0x40000000
#define SIGKILL		9
#define TIF_32BIT	22 /* arm64 thread_info.flags */

static __always_inline __u16 abi_of(long number)
{
	struct task_struct *task = bpf_get_current_task_btf();

#if defined(__TARGET_ARCH_x86)
	if (task->thread_info.status & TS_COMPAT)
		return EVENT_ABI_32;
	return number & X32_SYSCALL_BIT ? EVENT_ABI_X32 : EVENT_ABI_NATIVE;
#else
	return task->thread_info.flags >> TIF_32BIT & 1 ? EVENT_ABI_32 : EVENT_ABI_NATIVE;
#endif
}

static __always_inline void take_args(struct thread_state *state, struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	if (state->abi == EVENT_ABI_32) {
		state->args[0] = (__u32)regs->bx;
		state->args[1] = (__u32)regs->cx;
		state->args[2] = (__u32)regs->dx;
		state->args[3] = (__u32)regs->si;
		state->args[4] = (__u32)regs->di;
		return;
	}
	state->args[0] = regs->di;
	state->args[1] = regs->si;
	state->args[2] = regs->dx;
	state->args[3] = regs->r10;
	state->args[4] = regs->r8;
#else
	state->args[0] = regs->orig_x0;
	state->args[1] = regs->regs[1];
	state->args[2] = regs->regs[2];
	state->args[3] = regs->regs[3];
	state->args[4] = regs->regs[4];
#endif
}

static __always_inline long number_of(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->orig_ax;
#else
	return regs->syscallno;
#endif
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	struct thread_state *state;

	if (!control.active)
		return 0;
	state = state_of(bpf_get_current_task_btf());
	if (!state)
		return 0;
	if (!state->armed) {
		/* the held child is released: the start begins with its execve */
		if (number != __NR_execve)
			return 0;
		state->armed = 1;
		state->ran_ns = bpf_get_current_task_btf()->se.sum_exec_runtime;
		state->switch_ns = bpf_ktime_get_ns();
	}
	has_cpu(state);
	state->newborn = 0;
	state->blocked = 0;
	state->abi = abi_of(number);
	take_args(state, regs);
#ifdef __NR_select
	if (state->abi == EVENT_ABI_NATIVE && (number == __NR_select || number == __NR_pselect6)) {
		state->read_set[0] = state->read_set[1] = 0;
		bpf_probe_read_user(state->read_set, state->args[0] > 64 ? 16 : 8,
				    (void *)state->args[1]);
	}
#endif
	state->number = number;
	state->enter_ns = bpf_ktime_get_ns();
	return 0;
}

/* ---- what single calls tell beyond their arguments ---- */

static __always_inline void send_listen(struct thread_state *state)
{
	struct scratch *room = scratch();
	struct event_listen *record = (struct event_listen *)room;
	struct sock *sock = sock_of((__s32)state->args[0]);
	struct unix_address *address;
	struct file *file;
	struct socket *socket;
	__u32 size = 0;

	if (!room || !sock)
		return;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_LISTEN, sizeof(*record));
	file = file_of((__s32)state->args[0]);
	socket = BPF_CORE_READ(file, private_data);
	record->fd = state->args[0];
	record->type = BPF_CORE_READ(socket, type);
	record->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	record->netns = BPF_CORE_READ(bpf_get_current_task_btf(), nsproxy, net_ns, ns.inum);
	if (record->family == AF_UNIX) {
		if (bpf_core_type_exists(struct unix_sock)) {
			address = BPF_CORE_READ((struct unix_sock *)sock, addr);
			size = BPF_CORE_READ(address, len) - 2; /* the family comes first */
			if (size > 110)
				size = 0;
			bpf_probe_read_kernel(
				record + 1, size,
				(char *)address + bpf_core_field_offset(struct unix_address, name) +
					2);
		}
	} else {
		record->port = BPF_CORE_READ(sock, __sk_common.skc_num);
		if (record->family == AF_INET6)
			bpf_probe_read_kernel(record->address, 16,
					      &sock->__sk_common.skc_v6_rcv_saddr);
		else
			bpf_probe_read_kernel(record->address, 4, &sock->__sk_common.skc_rcv_saddr);
	}
	record->text.size = size;
	send_scratch(room, sizeof(*record) + (size & 127), BPF_RB_FORCE_WAKEUP);
}

static __always_inline void send_accept(struct thread_state *state, long fd)
{
	struct sock *sock = sock_of(fd);
	struct event_accept *record;

	if (!sock)
		return;
	record = reserve(EVENT_ACCEPT, event_accept);
	if (!record)
		return;
	record->fd = fd;
	record->listener_fd = state->args[0];
	record->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	record->local_port = BPF_CORE_READ(sock, __sk_common.skc_num);
	record->peer_port = __builtin_bswap16(BPF_CORE_READ(sock, __sk_common.skc_dport));
	submit(record);
}

static __always_inline void send_output(struct thread_state *state, long bytes)
{
	struct file *file = file_of((__s32)state->args[0]);
	struct event_output *record;

	if (!file || BPF_CORE_READ(file, f_inode, i_ino) != control.output_inode ||
	    BPF_CORE_READ(file, f_inode, i_sb, s_dev) != control.output_device)
		return;
	record = reserve(EVENT_OUTPUT, event_output);
	if (!record)
		return;
	record->bytes = bytes;
	submit_now(record);
}

/* epoll_event is packed on x86-64 alone */
#if defined(__TARGET_ARCH_x86)
#define EPOLL_DATA_OFFSET 4
#else
#define EPOLL_DATA_OFFSET 8
#endif

static __always_inline __u64 user_u64(__u64 address)
{
	__u64 value = 0;

	bpf_probe_read_user(&value, sizeof(value), (void *)address);
	return value;
}

static __noinline __s64 first_ready(struct event_pollfd *fds, __u32 count)
{
	__s64 found = -1;

	/* keeps clang from leaving |found| unset on a path that 6.1's verifier believes in */
	barrier_var(found);
	for (__u32 i = 0; i < EVENT_POLLFDS; i++) {
		if (i >= count)
			break;
		if (fds[i].revents) {
			found = fds[i].fd;
			break;
		}
	}
	return found;
}

/* The descriptors asked for, with what came of them, as the record's text. Its size in bytes. */
static __always_inline __u32 take_pollfds(struct event_syscall *record, struct thread_state *state)
{
	struct event_pollfd *fds = (struct event_pollfd *)(record + 1);
	__u32 count = state->args[1] > EVENT_POLLFDS ? EVENT_POLLFDS : state->args[1];

	record->event.flags |= EVENT_SYSCALL_POLLSET;
	record->extra = -1;
	if (bpf_probe_read_user(fds, count * sizeof(*fds), (void *)state->args[0]))
		return 0;
	record->extra = first_ready(fds, count);
	return count * sizeof(*fds);
}

/* clang 14 can't compile __builtin_ctzll for BPF. |word| is not 0. */
static __always_inline __u32 lowest_bit(__u64 word)
{
	__u32 bit = 0;

	for (__u32 width = 32; width; width /= 2)
		if (!(word & ((1ull << width) - 1))) {
			word >>= width;
			bit += width;
		}
	return bit;
}

static __always_inline __u32 take_select(struct event_syscall *record, struct thread_state *state)
{
	struct event_select *set = (struct event_select *)(record + 1);
	__u32 bytes = state->args[0] > 64 ? 16 : 8;

	__builtin_memset(set, 0, sizeof(*set));
	set->asked[0] = state->read_set[0];
	set->asked[1] = state->read_set[1];
	record->event.flags |= EVENT_SYSCALL_SELECTSET;
	record->extra = -1;
	if (record->result > 0) {
		for (int kind = 0; kind < 3; kind++) {
			__u64 ready[2] = {};

			bpf_probe_read_user(ready, bytes, (void *)state->args[1 + kind]);
			set->ready[0] |= ready[0];
			set->ready[1] |= ready[1];
		}
		if (set->ready[0])
			record->extra = lowest_bit(set->ready[0]);
		else if (set->ready[1])
			record->extra = 64 + lowest_bit(set->ready[1]);
	}
	return sizeof(*set);
}

/* What the call tells beyond its arguments and its text. */
static __always_inline __u64 extra_of(struct thread_state *state, long result,
				      enum call_extra extra)
{
	switch (extra) {
	case CALL_EPOLL_WAIT:
		return result > 0 ? user_u64(state->args[1] + EPOLL_DATA_OFFSET) : 0;
	case CALL_EPOLL_CTL:
		return state->args[3] ? user_u64(state->args[3] + EPOLL_DATA_OFFSET) : 0;
	case CALL_PIPE:
		return user_u64(state->args[0]);
	case CALL_SOCKETPAIR:
		return user_u64(state->args[3]);
	default:
		return 0;
	}
}

static __always_inline __u32 take_path(struct event_syscall *record, __u64 address)
{
	long got = bpf_probe_read_user_str(record + 1, EVENT_TEXT_MAX, (void *)address);

	if (got == EVENT_TEXT_MAX)
		record->event.flags |= EVENT_TEXT_CUT;
	return got > 1 && got <= EVENT_TEXT_MAX ? got - 1 : 0;
}

/* A .json or .node is found or opened: without a compilation, this alone shows who wants it. */
static __always_inline bool ends_as_module(const char *path, __u32 size)
{
	char first, second;

	if (size < 5 || size > EVENT_TEXT_MAX)
		return false;
	first = path[(size - 2) & (EVENT_TEXT_MAX - 1)];
	second = path[(size - 1) & (EVENT_TEXT_MAX - 1)];
	return (first == 'o' && second == 'n') || (first == 'd' && second == 'e');
}

/* Whether it is about a file that is loaded without being compiled. */
static __always_inline bool send_with_text(struct thread_state *state, long result, __u64 now,
					   struct call_kind kind)
{
	struct scratch *room = scratch();
	struct event_syscall *record = (struct event_syscall *)room;
	__u32 size;

	if (!room)
		return false;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header_at(&record->event, EVENT_SYSCALL, sizeof(*record), now);
	record->result = result;
	fill_call(record, state);
	if (kind.path)
		size = take_path(record, kind.path == 1 ? state->args[0] : state->args[1]);
	else if (kind.extra == CALL_POLL)
		size = take_pollfds(record, state);
	else
		size = take_select(record, state);
	if (state->blocked && (kind.extra == CALL_POLL || kind.extra == CALL_SELECT))
		record->fd_kind = fd_kind(record->extra);
	record->text.size = size;
	send_scratch(room, sizeof(*record) + (size & (2 * EVENT_TEXT_MAX - 1)), wake_flags());
	return kind.path && result >= 0 && ends_as_module((char *)(record + 1), size);
}

static __always_inline void send_plain(struct thread_state *state, long result, __u64 now,
				       struct call_kind kind)
{
	struct event_syscall *record = reserve_at(EVENT_SYSCALL, event_syscall, now);

	if (!record)
		return;
	record->result = result;
	fill_call(record, state);
	record->extra = extra_of(state, result, kind.extra);
	if (state->blocked && kind.fd)
		record->fd_kind = fd_kind((__s32)state->args[0]);
	submit(record);
}

/* seccomp answered the call before its entry could be seen */
static __always_inline void send_denied(struct pt_regs *regs, long result)
{
	struct event_syscall *record = reserve(EVENT_SYSCALL, event_syscall);

	if (!record)
		return;
	record->number = number_of(regs);
	record->abi = abi_of(record->number);
	record->result = result;
	record->event.flags = EVENT_SYSCALL_DENIED;
	submit(record);
}

/*
 * Where a file is looked for or the thread waits for work, another module may have begun. |always|:
 * the stack is walked also when that was just done, as it is where an event loop waits: there all
 * have ended, and there is no stack to walk.
 */
static __always_inline void look_at_scripts(struct thread_state *state, struct pt_regs *regs,
					    __u64 now, struct call_kind kind, bool always)
{
	always |= kind.extra == CALL_EPOLL_WAIT;
	if (!kind.path && !always)
		return;
	if (!always && now - state->looked_ns <= SCRIPTS_GAP_NS)
		return;
	state->looked_ns = now;
#if defined(__TARGET_ARCH_x86)
	scripts_at_call(regs->sp, regs->bp, state->enter_ns);
#else
	scripts_at_call(regs->sp, regs->regs[29], state->enter_ns);
#endif
}

/*
 * The thread is being killed inside the call: what "returns" is the kernel's wish to restart it,
 * which no program ever sees (include/linux/errno.h, 512 to 516).
 */
static __always_inline bool is_cut_off(long result)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (result > -512 || result < -516)
		return false;
	return task->pending.signal.sig[0] & 1ul << (SIGKILL - 1);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_return, struct pt_regs *regs, long result)
{
	struct thread_state *state = followed();
	struct call_kind kind = {};
	bool loads = false;
	__u64 now;

	if (!state)
		return 0;
	has_cpu(state);
	if (state->number == EVENT_NO_CALL) {
		if (!state->newborn)
			send_denied(regs, result);
		state->newborn = 0;
		return 0;
	}
	if (is_cut_off(result)) {
		send_open_call(bpf_get_current_task_btf(), state);
		return 0;
	}
	if (state->abi == EVENT_ABI_NATIVE && state->number < CALL_KINDS)
		kind = call_kinds[state->number];
	if (kind.extra == CALL_LISTEN && result == 0)
		send_listen(state);
	if (kind.extra == CALL_ACCEPT && result >= 0)
		send_accept(state, result);
	if (kind.extra == CALL_WRITE && control.watch_output && result > 0)
		send_output(state, result);
	now = bpf_ktime_get_ns();
	if (kind.path || kind.extra == CALL_POLL || kind.extra == CALL_SELECT)
		loads = send_with_text(state, result, now, kind);
	else
		send_plain(state, result, now, kind);
	if (state->scripts)
		look_at_scripts(state, regs, now, kind, loads);
	state->number = EVENT_NO_CALL;
	return 0;
}

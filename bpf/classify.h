/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * classify.h - what a blocked wait or a page fault is called
 *
 * The one place that decides it: compiled by the BPF programs (which fold it into counters) and by
 * the profiler's models (which read events). No libc, no state, no loops.
 */
#ifndef COLDPROF_CLASSIFY_H
#define COLDPROF_CLASSIFY_H

#include <asm/errno.h>
#include <asm/unistd.h>

#include "event.h"

#define CLASSIFY_INLINE static inline __attribute__((always_inline, unused))

/* What a thread that was neither running nor runnable waited for. */
enum classify_blocked {
	BLOCKED_DISK = 0,
	BLOCKED_NETWORK = 1,
	BLOCKED_PIPE = 2, /* pipe, FIFO, Unix socket, terminal */
	BLOCKED_LOCK = 3,
	BLOCKED_CHILD = 4,
	BLOCKED_TIMER = 5,
	BLOCKED_FAULT = 6,
	BLOCKED_THREAD = 7, /* eventfd: another thread of the program */
	BLOCKED_OTHER = 8,
	BLOCKED_KINDS = 9,
};

/* What kind of wait a system call, of the machine's own table, can be. */
enum classify_call {
	CLASSIFY_OTHER,	 /* by its descriptor, if it has one */
	CLASSIFY_IO,	 /* reads, writes, closes a descriptor of any kind */
	CLASSIFY_SOCKET, /* works on sockets alone */
	CLASSIFY_FILE,	 /* looks into a file system */
	CLASSIFY_MEMORY, /* changes the address space */
	CLASSIFY_POLL,	 /* waits for one of several descriptors, or a limit of time */
	CLASSIFY_FUTEX,
	CLASSIFY_SLEEP,
	CLASSIFY_CHILD, /* waits for a child; vfork waits for its exec */
	CLASSIFY_LOCK,
	CLASSIFY_SIGNAL, /* waits for a signal or a limit of time */
	CLASSIFY_QUEUE,	 /* message queues */
};

CLASSIFY_INLINE enum classify_call classify_call(__u32 number)
{
	switch (number) {
#ifdef __NR_poll
	case __NR_poll:
	case __NR_select:
	case __NR_epoll_wait:
#endif
	case __NR_ppoll:
	case __NR_pselect6:
	case __NR_epoll_pwait:
#ifdef __NR_epoll_pwait2
	case __NR_epoll_pwait2:
#endif
		return CLASSIFY_POLL;
	case __NR_futex:
#ifdef __NR_futex_waitv
	case __NR_futex_waitv:
#endif
		return CLASSIFY_FUTEX;
#ifdef __NR_pause
	case __NR_pause:
#endif
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
	case __NR_rt_sigsuspend:
		return CLASSIFY_SLEEP;
	case __NR_rt_sigtimedwait:
		return CLASSIFY_SIGNAL;
#ifdef __NR_vfork
	case __NR_vfork:
	case __NR_fork:
#endif
	case __NR_clone:
#ifdef __NR_clone3
	case __NR_clone3:
#endif
	case __NR_wait4:
	case __NR_waitid:
		return CLASSIFY_CHILD;
	case __NR_flock:
	case __NR_fcntl:
	case __NR_semop:
	case __NR_semtimedop:
		return CLASSIFY_LOCK;
	case __NR_mq_timedsend:
	case __NR_mq_timedreceive:
	case __NR_msgsnd:
	case __NR_msgrcv:
		return CLASSIFY_QUEUE;
	case __NR_accept:
	case __NR_accept4:
	case __NR_connect:
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_recvmmsg:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendmmsg:
	case __NR_shutdown:
		return CLASSIFY_SOCKET;
	case __NR_read:
	case __NR_readv:
	case __NR_pread64:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_write:
	case __NR_writev:
	case __NR_pwrite64:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_sendfile:
	case __NR_splice:
	case __NR_tee:
	case __NR_vmsplice:
	case __NR_copy_file_range:
	case __NR_close:
	case __NR_ioctl:
		return CLASSIFY_IO;
#ifdef __NR_open
	case __NR_open:
	case __NR_creat:
	case __NR_stat:
	case __NR_lstat:
	case __NR_access:
	case __NR_readlink:
	case __NR_mkdir:
	case __NR_rmdir:
	case __NR_unlink:
	case __NR_rename:
	case __NR_link:
	case __NR_symlink:
	case __NR_getdents:
#endif
	case __NR_openat:
#ifdef __NR_openat2
	case __NR_openat2:
#endif
	case __NR_fstat:
#ifdef __NR_newfstatat
	case __NR_newfstatat:
#endif
	case __NR_statx:
	case __NR_faccessat:
#ifdef __NR_faccessat2
	case __NR_faccessat2:
#endif
	case __NR_readlinkat:
	case __NR_getdents64:
	case __NR_chdir:
	case __NR_mkdirat:
	case __NR_unlinkat:
#ifdef __NR_renameat
	case __NR_renameat:
#endif
	case __NR_renameat2:
	case __NR_linkat:
	case __NR_symlinkat:
	case __NR_statfs:
	case __NR_fstatfs:
	case __NR_truncate:
	case __NR_ftruncate:
	case __NR_fallocate:
	case __NR_fsync:
	case __NR_fdatasync:
	case __NR_sync:
	case __NR_syncfs:
	case __NR_sync_file_range:
	case __NR_readahead:
	case __NR_fadvise64:
		return CLASSIFY_FILE;
	case __NR_mmap:
	case __NR_munmap:
	case __NR_mremap:
	case __NR_mprotect:
	case __NR_madvise:
	case __NR_msync:
	case __NR_brk:
		return CLASSIFY_MEMORY;
	}
	return CLASSIFY_OTHER;
}

/* What waiting for a descriptor of kind |fd_kind| (enum event_fd) is called. */
CLASSIFY_INLINE enum classify_blocked classify_fd(__u8 fd_kind)
{
	switch (fd_kind) {
	case EVENT_FD_FILE:
	case EVENT_FD_FOLDER:
	case EVENT_FD_BLOCK:
		return BLOCKED_DISK;
	case EVENT_FD_PIPE:
	case EVENT_FD_TTY:
	case EVENT_FD_UNIX:
		return BLOCKED_PIPE;
	case EVENT_FD_NETWORK:
		return BLOCKED_NETWORK;
	case EVENT_FD_EVENT:
		return BLOCKED_THREAD;
	case EVENT_FD_TIMER:
		return BLOCKED_TIMER;
	case EVENT_FD_PROCESS:
		return BLOCKED_CHILD;
	}
	return BLOCKED_OTHER;
}

CLASSIFY_INLINE enum classify_blocked classify_poll(__s64 result, __u8 fd_kind)
{
	if (result > 0)
		return classify_fd(fd_kind);
	/* nothing was ready: it waited for its limit; interrupted: for nobody knows what */
	return result == 0 ? BLOCKED_TIMER : BLOCKED_OTHER;
}

CLASSIFY_INLINE enum classify_blocked classify_socket(__s64 result, __u8 fd_kind)
{
	if (result == -EAGAIN) /* a blocked socket says so when its SO_RCVTIMEO has passed */
		return BLOCKED_TIMER;
	return fd_kind == EVENT_FD_UNKNOWN ? BLOCKED_NETWORK : classify_fd(fd_kind);
}

/*
 * Why a thread was blocked. |number| is the system call it was in, of the machine's own table, or
 * EVENT_NO_CALL; |state| and |flags| are those of its event_switch_out; |result| and |fd_kind| are
 * the call's (for a poll: the kind of the first ready descriptor). A call that has not returned
 * has the result CLASSIFY_NO_RESULT.
 */
#define CLASSIFY_NO_RESULT (-EINTR)
CLASSIFY_INLINE enum classify_blocked classify_blocked(__u32 number, __u32 state, __u32 flags,
						       __s64 result, __u8 fd_kind)
{
	if (state == EVENT_STATE_STOPPED || state == EVENT_STATE_ENDED)
		return BLOCKED_OTHER;
	if (number == EVENT_NO_CALL)
		return BLOCKED_FAULT;
	if (flags & EVENT_SWITCH_IOWAIT)
		return BLOCKED_DISK;
	switch (classify_call(number)) {
	case CLASSIFY_POLL:
		return classify_poll(result, fd_kind);
	case CLASSIFY_SOCKET:
		return classify_socket(result, fd_kind);
	case CLASSIFY_FUTEX:
		return result == -ETIMEDOUT ? BLOCKED_TIMER : BLOCKED_LOCK;
	case CLASSIFY_LOCK: /* semtimedop ends its limit with EAGAIN */
		return result == -EAGAIN ? BLOCKED_TIMER : BLOCKED_LOCK;
	case CLASSIFY_SIGNAL:
		return result == -EAGAIN ? BLOCKED_TIMER : BLOCKED_OTHER;
	case CLASSIFY_SLEEP:
		return BLOCKED_TIMER;
	case CLASSIFY_CHILD:
		return BLOCKED_CHILD;
	case CLASSIFY_QUEUE:
		return BLOCKED_PIPE;
	case CLASSIFY_FILE: /* an open can wait for the other end of a FIFO */
		if (state == EVENT_STATE_UNINTERRUPTIBLE)
			return BLOCKED_DISK;
		break;
	case CLASSIFY_IO:
		if (state == EVENT_STATE_UNINTERRUPTIBLE && fd_kind == EVENT_FD_UNKNOWN)
			return BLOCKED_DISK;
		break;
	case CLASSIFY_MEMORY: /* without a file it can only be the address space's own lock */
		if (fd_kind == EVENT_FD_UNKNOWN)
			return BLOCKED_LOCK;
		break;
	case CLASSIFY_OTHER:
		break;
	}
	return classify_fd(fd_kind);
}

/* A write to a page that was present: it was shared, and had to be copied (x86 error code). */
CLASSIFY_INLINE int classify_is_cow(__u32 fault_code)
{
	return (fault_code & 3) == 3;
}

#endif

/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* call_table.h - which system calls take a path or descriptor, or tell more than their arguments */
#ifndef COLDPROF_CALL_TABLE_H
#define COLDPROF_CALL_TABLE_H

#include <asm/unistd.h>

enum call_extra {
	CALL_PLAIN,
	CALL_POLL,
	CALL_SELECT,
	CALL_EPOLL_WAIT,
	CALL_EPOLL_CTL,
	CALL_PIPE,
	CALL_SOCKETPAIR,
	CALL_LISTEN,
	CALL_ACCEPT,
	CALL_WRITE,
};

struct call_kind {
	__u8 path;  /* which argument is a path: 1 or 2; 0: none */
	__u8 fd;    /* the first argument is a descriptor */
	__u8 extra; /* enum call_extra */
};

#define CALL_KINDS 512

/* clang-format off */
#define PATH1	 {.path = 1}
#define PATH2	 {.path = 2, .fd = 1}
#define FD	 {.fd = 1}
#define MORE(x)	 {.extra = x}
#define FDMORE(x) {.fd = 1, .extra = x}
/* clang-format on */

static const struct call_kind call_kinds[CALL_KINDS] = {
#ifdef __NR_open /* the older calls, that arm64 never had */
	[__NR_open] = PATH1,
	[__NR_creat] = PATH1,
	[__NR_stat] = PATH1,
	[__NR_lstat] = PATH1,
	[__NR_access] = PATH1,
	[__NR_readlink] = PATH1,
	[__NR_mkdir] = PATH1,
	[__NR_rmdir] = PATH1,
	[__NR_unlink] = PATH1,
	[__NR_rename] = PATH1,
	[__NR_link] = PATH1,
	[__NR_symlink] = PATH1,
	[__NR_chmod] = PATH1,
	[__NR_chown] = PATH1,
	[__NR_lchown] = PATH1,
	[__NR_mknod] = PATH1,
	[__NR_utime] = PATH1,
	[__NR_utimes] = PATH1,
	[__NR_uselib] = PATH1,
	[__NR_futimesat] = PATH2,
	[__NR_poll] = MORE(CALL_POLL),
	[__NR_select] = MORE(CALL_SELECT),
	[__NR_epoll_wait] = MORE(CALL_EPOLL_WAIT),
	[__NR_pipe] = MORE(CALL_PIPE),
	[__NR_getdents] = FD,
#endif
	[__NR_execve] = PATH1,
	[__NR_execveat] = PATH2,
	[__NR_chdir] = PATH1,
	[__NR_chroot] = PATH1,
	[__NR_truncate] = PATH1,
	[__NR_statfs] = PATH1,
	[__NR_getxattr] = PATH1,
	[__NR_lgetxattr] = PATH1,
	[__NR_listxattr] = PATH1,
	[__NR_llistxattr] = PATH1,
	[__NR_openat] = PATH2,
	[__NR_openat2] = PATH2,
	[__NR_newfstatat] = PATH2,
	[__NR_statx] = PATH2,
	[__NR_faccessat] = PATH2,
	[__NR_faccessat2] = PATH2,
	[__NR_readlinkat] = PATH2,
	[__NR_mkdirat] = PATH2,
	[__NR_mknodat] = PATH2,
	[__NR_unlinkat] = PATH2,
	[__NR_renameat] = PATH2,
	[__NR_renameat2] = PATH2,
	[__NR_linkat] = PATH2,
	[__NR_symlinkat] = PATH1,
	[__NR_fchmodat] = PATH2,
	[__NR_fchownat] = PATH2,
	[__NR_utimensat] = PATH2,
	[__NR_inotify_add_watch] = PATH2,
	[__NR_ppoll] = MORE(CALL_POLL),
	[__NR_pselect6] = MORE(CALL_SELECT),
	[__NR_epoll_pwait] = MORE(CALL_EPOLL_WAIT),
	[__NR_epoll_pwait2] = MORE(CALL_EPOLL_WAIT),
	[__NR_epoll_ctl] = MORE(CALL_EPOLL_CTL),
	[__NR_pipe2] = MORE(CALL_PIPE),
	[__NR_socketpair] = MORE(CALL_SOCKETPAIR),
	[__NR_listen] = FDMORE(CALL_LISTEN),
	[__NR_accept] = FDMORE(CALL_ACCEPT),
	[__NR_accept4] = FDMORE(CALL_ACCEPT),
	[__NR_write] = FDMORE(CALL_WRITE),
	[__NR_writev] = FDMORE(CALL_WRITE),
	[__NR_pwrite64] = FDMORE(CALL_WRITE),
	[__NR_pwritev] = FDMORE(CALL_WRITE),
	[__NR_pwritev2] = FDMORE(CALL_WRITE),
	[__NR_sendfile] = FDMORE(CALL_WRITE),
	[__NR_read] = FD,
	[__NR_readv] = FD,
	[__NR_pread64] = FD,
	[__NR_preadv] = FD,
	[__NR_preadv2] = FD,
	[__NR_connect] = FD,
	[__NR_sendto] = FD,
	[__NR_sendmsg] = FD,
	[__NR_sendmmsg] = FD,
	[__NR_recvfrom] = FD,
	[__NR_recvmsg] = FD,
	[__NR_recvmmsg] = FD,
	[__NR_splice] = FD,
	[__NR_tee] = FD,
	[__NR_copy_file_range] = FD,
	[__NR_fsync] = FD,
	[__NR_fdatasync] = FD,
	[__NR_flock] = FD,
	[__NR_fcntl] = FD,
	[__NR_ioctl] = FD,
	[__NR_getdents64] = FD,
	[__NR_fstat] = FD,
	[__NR_ftruncate] = FD,
	[__NR_fallocate] = FD,
	[__NR_close] = FD,
	[__NR_fadvise64] = FD,
	[__NR_readahead] = FD,
};

#undef PATH1
#undef PATH2
#undef FD
#undef MORE
#undef FDMORE

#endif

/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* fd.bpf.h - what a descriptor of the current thread is */
#ifndef COLDPROF_FD_BPF_H
#define COLDPROF_FD_BPF_H

#include "coldprof.bpf.h"

/* linux/stat.h, linux/magic.h, linux/socket.h */
#define S_IFMT		    0170000
#define S_IFSOCK	    0140000
#define S_IFREG		    0100000
#define S_IFBLK		    0060000
#define S_IFDIR		    0040000
#define S_IFCHR		    0020000
#define S_IFIFO		    0010000
#define ANON_INODE_FS_MAGIC 0x09041934
#define PID_FS_MAGIC	    0x50494446
#define AF_UNIX		    1
#define AF_INET		    2
#define AF_INET6	    10

static __always_inline struct file *file_of(__s64 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files, *file = NULL;

	if (fd < 0 || fd >= (__s64)BPF_CORE_READ(table, max_fds))
		return NULL;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

static __always_inline struct sock *sock_of(__s64 fd)
{
	struct file *file = file_of(fd);
	struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* Files without a place in a file system are told apart by the name that their maker gave them. */
static __always_inline __u8 anonymous_kind(struct file *file)
{
	char name[12] = {};

	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	if (name[0] == 'i')
		return EVENT_FD_INOTIFY;
	switch (name[1] << 16 | name[5] << 8 | name[6]) {
	case 'e' << 16 | 't' << 8 | 'f': /* [eventfd] */
		return EVENT_FD_EVENT;
	case 'e' << 16 | 't' << 8 | 'p': /* [eventpoll] */
		return EVENT_FD_EPOLL;
	case 't' << 16 | 'r' << 8 | 'f': /* [timerfd] */
		return EVENT_FD_TIMER;
	case 's' << 16 | 'a' << 8 | 'l': /* [signalfd] */
		return EVENT_FD_SIGNAL;
	case 'p' << 16 | 'd' << 8 | ']': /* [pidfd] */
		return EVENT_FD_PROCESS;
	}
	return EVENT_FD_OTHER;
}

static __always_inline __u8 fd_kind(__s64 fd)
{
	struct file *file = file_of(fd);
	unsigned long magic;
	struct sock *sock;

	if (!file)
		return EVENT_FD_UNKNOWN;
	magic = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
	if (magic == ANON_INODE_FS_MAGIC)
		return anonymous_kind(file);
	if (magic == PID_FS_MAGIC)
		return EVENT_FD_PROCESS;
	switch (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) {
	case S_IFREG:
		return EVENT_FD_FILE;
	case S_IFDIR:
		return EVENT_FD_FOLDER;
	case S_IFIFO:
		return EVENT_FD_PIPE;
	case S_IFCHR:
		return EVENT_FD_TTY;
	case S_IFBLK:
		return EVENT_FD_BLOCK;
	case S_IFSOCK:
		sock = sock_of(fd);
		return sock && BPF_CORE_READ(sock, __sk_common.skc_family) == AF_UNIX
			       ? EVENT_FD_UNIX
			       : EVENT_FD_NETWORK;
	}
	return EVENT_FD_OTHER;
}

#endif

/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * kernel.h - the few kernel types and fields that are read, relocated at load time (CO-RE)
 *
 * Only names count: libbpf finds each field's offset in the running kernel's BTF, so no kernel
 * headers are needed to build and no generated header is kept. A type with a ___suffix is another
 * kernel version's form of the same type.
 */
#ifndef COLDPROF_KERNEL_H
#define COLDPROF_KERNEL_H

#include <linux/types.h>
#include <stdbool.h>

/*
 * Registers as the program of a uprobe gets them. User space knows their layout (asm/ptrace.h), so
 * they are not relocated: the verifier wants to see constants there.
 */
#if defined(__TARGET_ARCH_x86)
struct probe_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	unsigned long ip, cs, flags, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct probe_regs {
	__u64 regs[31];
	__u64 sp, pc;
};
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	unsigned long ip, sp;
};
struct thread_info {
	__u32 status;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 sp, pc;
	__u64 orig_x0;
	__s32 syscallno;
};
struct thread_info {
	unsigned long flags;
};
#endif

struct list_head {
	struct list_head *next;
};

struct atomic_t___coldprof {
	int counter;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	__u16 i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct percpu_counter {
	__s64 count;
	__s32 *counters;
};

/* since 6.2 */
struct mm_struct {
	struct percpu_counter rss_stat[4];
	struct file *exe_file;
	unsigned long arg_start, arg_end;
	unsigned long hiwater_rss;
};

/* before 6.2: plain counters, with up to 64 events cached in each thread */
struct mm_rss_stat___before62 {
	struct {
		__s64 counter;
	} count[4];
};
struct mm_struct___before62 {
	struct mm_rss_stat___before62 rss_stat;
};
struct task_rss_stat___before62 {
	int count[4];
};
struct task_struct___before62 {
	struct task_rss_stat___before62 rss_stat;
};

struct signal_struct {
	struct {
		int counter;
	} live;
	int group_exit_code;
};

struct sigset {
	unsigned long sig[1];
};

struct sigpending {
	struct sigset signal;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	struct sched_entity se;
	struct mm_struct *mm;
	unsigned in_iowait : 1;
	int pid, tgid;
	int exit_code;
	struct task_struct *group_leader;
	__u64 utime, stime;
	unsigned long nvcsw, nivcsw;
	__u64 start_boottime;
	unsigned long min_flt, maj_flt;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct sigpending pending;
};

struct linux_binprm {
	const char *interp;
};

struct kernel_siginfo {
	int si_signo;
	int si_code;
};

struct in6_addr_bytes___coldprof {
	__u8 bytes[16];
};

struct sock_common {
	unsigned short skc_family;
	__u32 skc_rcv_saddr;
	__u16 skc_num;
	__u16 skc_dport; /* network byte order */
	struct in6_addr_bytes___coldprof skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	short type;
	struct sock *sk;
};

struct sockaddr_un {
	unsigned short sun_family;
};

struct unix_address {
	int len;
	struct sockaddr_un name[];
};

struct unix_sock {
	struct unix_address *addr;
};

/* a folio's order: 5.16 to 6.5 in a byte, later in the low byte of its second page's flags */
struct folio {
	struct {
		int counter;
	} _refcount;
};
struct folio___before66 {
	unsigned char _folio_order;
};
struct folio___since66 {
	unsigned long _flags_1;
};

struct io_kiocb {
	__u8 opcode;
};

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_array {
	void **pptrs[1];
};

#pragma clang attribute pop

enum pageflags { PG_head = 6 };

#endif

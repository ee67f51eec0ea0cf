/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* control.h - the memory that user space and the BPF programs share beside the ring */
#ifndef COLDPROF_CONTROL_H
#define COLDPROF_CONTROL_H

#include <linux/types.h>
#include "event.h"

/* Kept for each followed thread. User space gives it to the held child, zeroed but for |number|. */
struct thread_state {
	__u32 armed;  /* 0 until the held child calls execve */
	__u32 number; /* of the open system call, or EVENT_NO_CALL */
	__u64 enter_ns;
	__u64 args[5];	   /* mmap needs its fifth */
	__u64 read_set[2]; /* select: the descriptors below 128 asked for reading */
	__u64 woken_ns;
	__u32 waker_tid;
	__u32 cached_pages;
	__u16 abi;
	__u8 blocked;	     /* left its CPU inside the open call, not preempted */
	__u8 newborn;	     /* its return from clone is the parent's call, not its own */
	__u8 off;	     /* off its CPU and not runnable */
	__u8 away;	     /* off its CPU, as far as switches were seen */
	__u8 scripts;	     /* it has a V8: scripts.bpf.c looks at its stack */
	__u8 faults;	     /* a count of some of its page faults, while |scripts| */
	__u64 switch_ns;     /* time of the last switch in */
	__u64 ran_ns;	     /* sum_exec_runtime at the last switch */
	__u64 looked_ns;     /* when its stack was last walked, while |scripts| */
	__u64 fault_address; /* of its last page fault */
};

/* What user space tells the programs while they run, and the losses it reads. */
struct control {
	__u32 active;	    /* 0: nothing is recorded */
	__u32 memory_mark;  /* enum event_memory_mark of the next walk over the tasks */
	__u32 close_calls;  /* that walk also sends the open system calls as unfinished */
	__u32 watch_output; /* writes to the output file are sent (--ready line) */
	__u64 output_inode;
	__u32 output_device;
	__u32 cpus;	 /* possible CPUs */
	__u64 wake_step; /* a power of two */
	__u64 lost[EVENT_KINDS_KERNEL];
};

#endif

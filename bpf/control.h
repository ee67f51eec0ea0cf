/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* control.h - what user space tells the BPF programs while they run, and the losses it reads */
#ifndef COLDPROF_CONTROL_H
#define COLDPROF_CONTROL_H

#include <linux/types.h>
#include "event.h"

struct control {
	__u32 active;	    /* 0: nothing is recorded */
	__u32 memory_mark;  /* enum event_memory_mark of the next walk over the tasks */
	__u32 close_calls;  /* that walk also sends the open system calls as unfinished */
	__u32 watch_output; /* writes to the output file are sent (--ready line) */
	__u64 output_inode;
	__u32 output_device;
	__u32 cpus;	    /* possible CPUs */
	__u64 wake_step;    /* a power of two */
	__u64 lost[EVENT_KINDS_KERNEL];
};

#endif

/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* scripts.bpf.h - what other programs ask of scripts.bpf.c */
#ifndef COLDPROF_SCRIPTS_BPF_H
#define COLDPROF_SCRIPTS_BPF_H

#include <linux/types.h>

/* Between walks at system calls, faults and ticks; thread_state has the time of the last. */
#define SCRIPTS_GAP_NS	     200000
#define SCRIPTS_FAULT_GAP_NS 500000
#define SCRIPTS_TICK_GAP_NS  3000000 /* less than a tick of 4 ms, which is a little early at times \
				      */

/*
 * A thread with a V8 of its own returns from a system call that it entered at |enter_ns|: its stack
 * is walked. Returns 0.
 */
int scripts_at_call(__u64 sp, __u64 fp, __u64 enter_ns);

/*
 * The current thread, with a V8 of its own, leaves its CPU: what it runs then is also what it runs
 * when it gets one again, so that no bounds of an end hold the time between. Returns 0.
 */
int scripts_look(void);

/*
 * A thread with a V8 of its own touches a page that is not there, which it does often while modules
 * are loaded: its stack is walked. Costs far less than a clock that interrupts as often. Returns 0.
 */
int scripts_at_fault(__u64 sp, __u64 fp);

#endif

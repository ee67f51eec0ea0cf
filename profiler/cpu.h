/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu.h - the kernel's own count of user and system time, and the page faults' share in it
 *
 * CPU time is exact from context switches, and so is its part inside system calls. What else the
 * kernel did in a process's name (page faults, mostly) is only in the kernel's counts of user and
 * system time, which most kernels take at timer ticks. As the kernel itself does for /proc
 * (cputime_adjust() in kernel/sched/cputime.c), their ratio is applied to the exact CPU time; what
 * that gives beyond the time in system calls is spread over the process's page faults, alike for
 * each. A process that was too short for a tick has no share.
 */
#ifndef COLDPROF_CPU_H
#define COLDPROF_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "process.h"
#include "usage.h"
#include "vec.h"

struct cpu_count {
	uint64_t user_ns, system_ns;
};

struct cpu_process {
	struct cpu_count ended;	 /* its threads that have ended */
	struct cpu_count ready;	 /* all threads up to the mark of readiness */
	struct cpu_count living; /* at the end of the recording */
	bool has_ready;
};

/* Open data; zeroed memory but for the pointer is empty. */
struct cpu {
	const struct processes *processes;
	VEC(struct cpu_process) by_process;
};

void cpu_release(struct cpu *cpu);

/* For every record. 0 or -ENOMEM. */
int cpu_event(struct cpu *cpu, const struct event *event);

/* The kernel's time for each page fault of a process, in 2^-16 ns, for usage_result(). */
uint64_t cpu_fault_ns16(const struct cpu *cpu, uint32_t process, const struct usage *total);

#endif

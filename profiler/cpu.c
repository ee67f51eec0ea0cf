// SPDX-License-Identifier: BSD-2-Clause
/* cpu.c - the kernel's own count of user and system time, and the page faults' share in it */
#include "cpu.h"

#include <errno.h>

void cpu_release(struct cpu *cpu)
{
	if (cpu)
		vec_release(&cpu->by_process);
}

static void add(struct cpu_count *count, uint64_t user_ns, uint64_t system_ns)
{
	count->user_ns += user_ns;
	count->system_ns += system_ns;
}

static void take_memory(struct cpu_process *process, const struct event_memory *record)
{
	if (record->mark == EVENT_AT_READY) {
		if (!process->has_ready)
			process->ready = process->ended;
		process->has_ready = true;
		add(&process->ready, record->user_ns, record->system_ns);
	}
	if (record->mark == EVENT_AT_END)
		add(&process->living, record->user_ns, record->system_ns);
}

int cpu_event(struct cpu *cpu, const struct event *event)
{
	const struct event_exit *exit = (const struct event_exit *)event;
	uint32_t process;

	if (event->kind != EVENT_EXIT && event->kind != EVENT_MEMORY)
		return 0;
	process = processes_by_pid(cpu->processes, event->pid);
	if (process == PROCESS_NONE)
		return 0;
	while (cpu->by_process.count <= process)
		if (!vec_add(&cpu->by_process))
			return -ENOMEM;
	if (event->kind == EVENT_MEMORY)
		take_memory(&cpu->by_process.items[process], (const struct event_memory *)event);
	else
		add(&cpu->by_process.items[process].ended, exit->user_ns, exit->system_ns);
	return 0;
}

uint64_t cpu_fault_ns16(const struct cpu *cpu, uint32_t process, const struct usage *total)
{
	uint64_t faults = total->minor_faults + total->major_faults;
	uint64_t call_ns = total->time_ns[USAGE_CALL];
	unsigned __int128 system_ns;
	const struct cpu_process *counted;
	struct cpu_count count;

	if (process >= cpu->by_process.count || !faults)
		return 0;
	counted = &cpu->by_process.items[process];
	count = counted->ended;
	add(&count, counted->living.user_ns, counted->living.system_ns);
	if (counted->has_ready)
		count = counted->ready;
	if (!count.system_ns || count.user_ns + count.system_ns < count.system_ns)
		return 0;
	system_ns = (unsigned __int128)(total->time_ns[USAGE_USER] + call_ns) * count.system_ns /
		    (count.user_ns + count.system_ns);
	return system_ns > call_ns ? (uint64_t)(((system_ns - call_ns) << 16) / faults) : 0;
}

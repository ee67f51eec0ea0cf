// SPDX-License-Identifier: BSD-2-Clause
/* process.c - the processes and threads of a recording, told apart even where ids are reused */
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void processes_release(struct processes *processes)
{
	if (!processes)
		return;
	vec_foreach(process, &processes->processes) {
		free(process->exe);
		free(process->command);
	}
	vec_release(&processes->processes);
	vec_release(&processes->threads);
	map_release(&processes->pids);
	map_release(&processes->tids);
	memset(processes, 0, sizeof(*processes));
}

void processes_rewind(struct processes *processes)
{
	processes->known = true;
	processes->next_process = processes->next_thread = 0;
	processes->last_pid = processes->last_tid = 0;
	map_release(&processes->pids);
	map_release(&processes->tids);
}

static uint32_t find(const struct map *map, uint32_t id)
{
	uint64_t index;

	return map_get_u64(map, id, &index) ? (uint32_t)index : PROCESS_NONE;
}

uint32_t processes_by_pid(const struct processes *processes, uint32_t pid)
{
	if (pid && pid == processes->last_pid)
		return processes->last_process;
	return find(&processes->pids, pid);
}

uint32_t processes_thread(const struct processes *processes, uint32_t tid)
{
	if (tid && tid == processes->last_tid)
		return processes->last_thread;
	return find(&processes->tids, tid);
}

static struct process *process_of(struct processes *processes, uint32_t pid)
{
	uint32_t index = processes_by_pid(processes, pid);

	return index == PROCESS_NONE ? NULL : &processes->processes.items[index];
}

/* A process's parts are made in the same order in every pass: the n-th is the n-th. */
static int begin_process(struct processes *processes, uint32_t pid, uint64_t time_ns)
{
	struct process *process;

	if (!processes->known) {
		process = vec_add(&processes->processes);
		if (!process)
			return -ENOMEM;
		process->pid = pid;
		process->start_ns = time_ns;
		process->parent = process->leader = PROCESS_NONE;
	}
	processes->last_pid = 0;
	return map_set_u64(&processes->pids, pid, processes->next_process++);
}

static int begin_thread(struct processes *processes, uint32_t pid, uint32_t tid, uint64_t time_ns)
{
	uint32_t owner = processes_by_pid(processes, pid);
	struct process *process = &processes->processes.items[owner];
	struct thread *thread;

	if (!processes->known) {
		thread = vec_add(&processes->threads);
		if (!thread)
			return -ENOMEM;
		thread->tid = tid;
		thread->process = owner;
		thread->start_ns = time_ns;
		if (process->leader == PROCESS_NONE)
			process->leader = processes->next_thread;
		process->threads_count++;
	}
	processes->last_tid = 0;
	return map_set_u64(&processes->tids, tid, processes->next_thread++);
}

/* A record of a thread whose beginning was not seen (lost): it begins here. */
static int ensure(struct processes *processes, const struct event *event)
{
	int rc = 0;

	if (!event->tid || !event->pid)
		return 0;
	if (processes_by_pid(processes, event->pid) == PROCESS_NONE)
		rc = begin_process(processes, event->pid, event->time_ns);
	if (!rc && processes_thread(processes, event->tid) == PROCESS_NONE)
		rc = begin_thread(processes, event->pid, event->tid, event->time_ns);
	return rc;
}

static int set_text(char **text, const char *bytes, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	free(*text);
	*text = copy;
	return 0;
}

/* Until it calls exec, a child is what its parent is. */
static int inherit(struct processes *processes, const struct event_fork *fork, uint32_t from)
{
	struct process *child = process_of(processes, fork->child_pid);
	struct process *parent;
	int rc = 0;

	child->boot_start_ns = fork->child_start_ns;
	child->parent = from;
	if (from == PROCESS_NONE)
		return 0;
	parent = &processes->processes.items[from];
	child->exe_device = parent->exe_device;
	child->exe_inode = parent->exe_inode;
	child->command_size = parent->command_size;
	if (parent->exe)
		rc = set_text(&child->exe, parent->exe, strlen(parent->exe));
	if (!rc && parent->command)
		rc = set_text(&child->command, parent->command, parent->command_size);
	return rc;
}

static int take_fork(struct processes *processes, const struct event_fork *fork)
{
	bool thread = fork->event.flags & EVENT_FORK_THREAD;
	uint32_t parent = PROCESS_NONE;
	int rc = 0;

	if (!(fork->event.flags & EVENT_FORK_ROOT)) {
		rc = ensure(processes, &fork->event);
		parent = processes_by_pid(processes, fork->event.pid);
	}
	if (!rc && (!thread || processes_by_pid(processes, fork->child_pid) == PROCESS_NONE))
		rc = begin_process(processes, fork->child_pid, fork->event.time_ns);
	if (!rc)
		rc = begin_thread(processes, fork->child_pid, fork->child_tid, fork->event.time_ns);
	if (rc || processes->known)
		return rc;
	processes->threads.items[processes->next_thread - 1].begun = true;
	return thread ? 0 : inherit(processes, fork, parent);
}

/* The text is the file name, then the arguments, each ended by NUL. */
static int take_exec(struct processes *processes, const struct recording *recording,
		     const struct event_exec *exec)
{
	uint32_t caller = processes_thread(processes, exec->old_tid);
	struct process *process;
	const char *text;
	size_t size, name;
	int rc = 0;

	/* a thread that is not the leader takes the leader's id; the leader has ended by then */
	if (exec->old_tid && exec->old_tid != exec->event.tid && caller != PROCESS_NONE) {
		processes->last_tid = 0;
		map_remove_u64(&processes->tids, exec->old_tid);
		rc = map_set_u64(&processes->tids, exec->event.tid, caller);
		if (rc)
			return rc;
	}
	rc = ensure(processes, &exec->event);
	process = process_of(processes, exec->event.pid);
	if (rc || processes->known || !process)
		return rc;
	if (caller != PROCESS_NONE && exec->old_tid != exec->event.tid) {
		processes->threads.items[caller].tid = exec->event.tid;
		process->leader = caller;
	}
	process->exec_ns = exec->event.time_ns;
	process->exe_device = exec->exe_device;
	process->exe_inode = exec->exe_inode;
	text = recording_text(recording, exec->text.id, &size);
	name = strnlen(text, size);
	if (!name)
		return 0;
	rc = set_text(&process->exe, text, name);
	if (name < size)
		name++;
	if (!rc)
		rc = set_text(&process->command, text + name, size - name);
	process->command_size = rc ? 0 : size - name;
	return rc;
}

static int take_exit(struct processes *processes, const struct event_exit *exit)
{
	int rc = ensure(processes, &exit->event);
	struct process *process = process_of(processes, exit->event.pid);
	uint32_t index = processes_thread(processes, exit->event.tid);
	struct thread *thread;

	if (rc || processes->known || !process || index == PROCESS_NONE)
		return rc;
	thread = &processes->threads.items[index];
	thread->ended_ns = exit->event.time_ns;
	thread->user_ns = exit->user_ns;
	thread->system_ns = exit->system_ns;
	thread->minor_faults = exit->minor_faults;
	thread->major_faults = exit->major_faults;
	thread->voluntary_switches = exit->voluntary_switches;
	thread->involuntary_switches = exit->involuntary_switches;
	if (!(exit->event.flags & EVENT_EXIT_LAST))
		return 0;
	process->ended = true;
	process->ended_ns = exit->event.time_ns;
	process->exit_code = exit->exit_code;
	process->exit_memory = exit->event.flags & EVENT_EXIT_MEMORY;
	process->exit_rss_anon_bytes = exit->rss_anon_bytes;
	process->exit_rss_file_bytes = exit->rss_file_bytes;
	process->exit_rss_shmem_bytes = exit->rss_shmem_bytes;
	process->exit_swap_bytes = exit->swap_bytes;
	process->exit_peak_bytes = exit->rss_peak_bytes;
	return 0;
}

static int take_reapable(struct processes *processes, const struct event_reapable *record)
{
	struct process *process = process_of(processes, record->event.pid);

	if (!process || processes->known)
		return 0;
	process->reapable_ns = record->event.time_ns;
	if (!process->ended) {
		process->ended = true;
		process->ended_ns = record->event.time_ns;
	}
	process->exit_code = record->exit_code;
	return 0;
}

static int take(struct processes *processes, const struct recording *recording,
		const struct event *event)
{
	switch (event->kind) {
	case EVENT_FORK:
		return take_fork(processes, (const struct event_fork *)event);
	case EVENT_EXEC:
		return take_exec(processes, recording, (const struct event_exec *)event);
	case EVENT_EXIT:
		return take_exit(processes, (const struct event_exit *)event);
	case EVENT_REAPABLE:
		return take_reapable(processes, (const struct event_reapable *)event);
	}
	return event->kind < EVENT_KINDS_KERNEL ? ensure(processes, event) : 0;
}

int processes_event(struct processes *processes, const struct recording *recording,
		    const struct event *event)
{
	int rc = take(processes, recording, event);

	if (event->pid != processes->last_pid) {
		processes->last_process = find(&processes->pids, event->pid);
		processes->last_pid = event->pid;
	}
	if (event->tid != processes->last_tid) {
		processes->last_thread = find(&processes->tids, event->tid);
		processes->last_tid = event->tid;
	}
	return rc;
}

/* Nanoseconds between |time_ns| and the life of |process|; 0 inside it. */
static uint64_t distance(const struct process *process, uint64_t time_ns)
{
	uint64_t end = process_end_ns(process);

	if (time_ns < process->start_ns)
		return process->start_ns - time_ns;
	return end && time_ns > end ? time_ns - end : 0;
}

uint32_t processes_at(const struct processes *processes, uint32_t pid, uint64_t time_ns)
{
	uint32_t best = PROCESS_NONE;
	uint64_t nearest = UINT64_MAX;

	vec_foreach(process, &processes->processes) {
		uint64_t far = distance(process, time_ns);

		if (process->pid != pid || (best != PROCESS_NONE && far > nearest))
			continue;
		best = (uint32_t)(process - processes->processes.items);
		nearest = far;
	}
	return best;
}

uint64_t process_end_ns(const struct process *process)
{
	if (process->reapable_ns)
		return process->reapable_ns;
	return process->ended ? process->ended_ns : 0;
}

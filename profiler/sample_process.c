// SPDX-License-Identifier: BSD-2-Clause
/* sample_process.c - the processes and threads of a start as results */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sample_parts.h"

uint64_t sample_fault_ns16(const struct models *models, uint32_t process)
{
	struct usage total = usage_total(&models->usage.by_process.items[process]);

	return cpu_fault_ns16(&models->cpu, process, &total);
}

/* As a shell shows it. */
static int64_t exit_status(uint32_t code)
{
	return WIFSIGNALED((int)code) ? 128 + WTERMSIG((int)code) : WEXITSTATUS((int)code);
}

/* The words of a command line, each ended by NUL. */
static int add_words(const struct process *process, struct result_process *out)
{
	const char *word = process->command, *end = word + process->command_size;
	int rc = 0;

	for (; word && word < end && !rc; word += strlen(word) + 1)
		rc = result_texts_add(&out->command, word);
	return rc;
}

static int set_identity(const struct models *models, uint32_t index, struct result_process *out)
{
	const struct process *process = &models->processes.processes.items[index];
	const struct facts_runtime *runtime =
		facts_runtime(&models->facts, process->exe_device, process->exe_inode);
	int rc;

	out->instance = sample_instance(process);
	out->pid = process->pid;
	if (process->parent != PROCESS_NONE)
		out->parent = sample_instance(&models->processes.processes.items[process->parent]);
	if (!out->instance || (process->parent != PROCESS_NONE && !out->parent))
		return -ENOMEM;
	out->on_chain = chain_has(&models->chain, index);
	rc = sample_text(&out->exe, runtime && runtime->path ? runtime->path : process->exe);
	if (!rc)
		rc = add_words(process, out);
	if (!rc && runtime)
		rc = sample_text(&out->runtime, runtime->name);
	if (!rc)
		rc = sample_text(&out->role, models->roles.by_process.items[index]);
	out->start_ns = sample_offset(models, process->start_ns);
	if (process->exec_ns)
		out->exec_ns = sample_offset(models, process->exec_ns);
	if (process->ended) {
		out->ended_ns = sample_offset(models, process_end_ns(process));
		out->exit_status = exit_status(process->exit_code);
	}
	return rc;
}

static bool is_empty(const struct result_time *time)
{
	struct result_time none = {};

	return memcmp(time, &none, sizeof(none)) == 0;
}

static int set_usage(const struct models *models, uint32_t index, struct result_process *out)
{
	const struct usage_phases *phases = &models->usage.by_process.items[index];
	uint64_t fault_ns16 = sample_fault_ns16(models, index);
	struct usage total = usage_total(phases);

	out->time = (struct result_time){};
	for (size_t i = 0; i < models->timeline.count; i++) {
		struct result_process_phase *phase;
		struct result_time time;

		usage_result(&phases->phases[i], fault_ns16, &time);
		if (is_empty(&time))
			continue;
		phase = result_add(&out->phases, process_phase);
		if (!phase || sample_text(&phase->name, models->timeline.phases[i].name))
			return -ENOMEM;
		phase->time = time;
		sample_add_time(&out->time, &time);
	}
	out->faults_minor_count = (int64_t)total.minor_faults;
	out->faults_major_count = (int64_t)total.major_faults;
	out->faults_cow_count = (int64_t)total.cow_faults;
	out->switches_voluntary_count = (int64_t)total.voluntary_switches;
	out->switches_involuntary_count = (int64_t)total.involuntary_switches;
	return 0;
}

static void set_counts(const struct models *models, uint32_t index, struct result_process *out)
{
	struct files_process files = files_of_process(&models->files, index);
	struct syscalls_process calls = {};

	if (index < models->syscalls.by_process.count)
		calls = models->syscalls.by_process.items[index];
	out->threads_count = 0; /* counted with the threads */
	out->syscalls_count = (int64_t)calls.count;
	out->syscalls_unfinished_count = (int64_t)calls.unfinished;
	out->syscall_errors_count = (int64_t)calls.errors;
	out->files_opened_count = (int64_t)files.opened;
	out->enoent_count = (int64_t)files.enoent;
	out->read_bytes = (int64_t)files.read_bytes;
	out->page_cache_bytes = (int64_t)files.cache_bytes;
}

static void set_work(const struct models *models, uint32_t index, struct result_process *out)
{
	struct worker_start start = workers_of(&models->workers, index, &models->chain_finder);

	if (start.wait_ns)
		out->first_wait_ns = sample_offset(models, start.wait_ns);
	if (start.work_ns)
		out->first_work_ns = sample_offset(models, start.work_ns);
}

static int add_process(const struct models *models, uint32_t index, struct result_sample *sample)
{
	struct result_process *out = result_add(&sample->processes, process);
	int rc;

	if (!out)
		return -ENOMEM;
	rc = set_identity(models, index, out);
	if (!rc)
		rc = set_usage(models, index, out);
	set_counts(models, index, out);
	set_work(models, index, out);
	if (!rc)
		rc = memory_result(&models->memory, index, out);
	return rc ? rc : uring_result(&models->uring, index, &out->io_uring);
}

static int add_thread(const struct models *models, uint32_t index, struct result_sample *sample)
{
	const struct thread *thread = &models->processes.threads.items[index];
	const struct process *process = &models->processes.processes.items[thread->process];
	struct result_thread *out = result_add(&sample->threads, thread);

	if (!out)
		return -ENOMEM;
	out->instance = sample_instance(process);
	if (!out->instance)
		return -ENOMEM;
	out->tid = thread->tid;
	out->start_ns = sample_offset(models, thread->start_ns);
	if (thread->ended_ns)
		out->ended_ns = sample_offset(models, thread->ended_ns);
	usage_result(&models->usage.by_thread.items[index],
		     sample_fault_ns16(models, thread->process), &out->time);
	return 0;
}

/* Counted are threads that began in the start; of a process that came after it, all. */
static void count_thread(const struct models *models, const struct thread *thread,
			 struct result_sample *out)
{
	const struct process *process = &models->processes.processes.items[thread->process];

	if (sample_in_start(models, thread->start_ns) ||
	    !sample_in_start(models, process->start_ns))
		out->processes.items[thread->process].threads_count++;
}

int sample_processes(const struct models *models, struct result_sample *out)
{
	int rc = 0;

	for (uint32_t i = 0; i < models->processes.processes.count && !rc; i++)
		rc = add_process(models, i, out);
	for (uint32_t i = 0; i < models->processes.threads.count && !rc; i++) {
		const struct thread *thread = &models->processes.threads.items[i];

		count_thread(models, thread, out);
		if (sample_in_start(models, thread->start_ns))
			rc = add_thread(models, i, out);
	}
	return rc;
}

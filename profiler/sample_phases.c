// SPDX-License-Identifier: BSD-2-Clause
/* sample_phases.c - the phases of a start, and the sums over them, as results */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "sample_parts.h"
#include "units.h"

/* A time is a row of numbers, all added alike. */
_Static_assert(sizeof(struct result_time) % sizeof(int64_t) == 0, "result_time is all int64_t");

void sample_add_time(struct result_time *sum, const struct result_time *more)
{
	int64_t *to = (int64_t *)sum;
	const int64_t *from = (const int64_t *)more;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] = units_sum(to[i], from[i]);
}

static int64_t blocked_ns(const struct result_time *time)
{
	const int64_t parts[] = {
		time->blocked_disk_ns,	time->blocked_network_ns, time->blocked_pipe_ns,
		time->blocked_lock_ns,	time->blocked_child_ns,	  time->blocked_timer_ns,
		time->blocked_fault_ns, time->blocked_thread_ns,  time->blocked_other_ns};
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sum = units_sum(sum, parts[i]);
	return sum;
}

/*
 * The main threads of the chain, one after the other. Where one has ended before its process, or a
 * record was lost, nobody knows what it did: other.
 */
static void set_chain(const struct models *models, size_t index, struct result_phase *out)
{
	int64_t known_ns;

	out->chain = (struct result_time){};
	for (size_t i = 0; i < models->chain.links.count; i++) {
		uint32_t process = models->chain.links.items[i].process;
		struct result_time time;

		usage_result(&models->usage.by_link.items[i].phases[index],
			     sample_fault_ns16(models, process), &time);
		sample_add_time(&out->chain, &time);
	}
	known_ns = units_sum(units_sum(out->chain.on_cpu_ns, out->chain.runqueue_ns),
			     blocked_ns(&out->chain));
	out->chain.blocked_other_ns = units_sum(out->chain.blocked_other_ns,
						units_difference(out->duration_ns, known_ns));
}

static void set_faults(const struct models *models, size_t index, struct result_phase *out)
{
	struct usage sum = {};

	vec_foreach(process, &models->usage.by_process) {
		sum.minor_faults += process->phases[index].minor_faults;
		sum.major_faults += process->phases[index].major_faults;
		sum.cow_faults += process->phases[index].cow_faults;
	}
	out->faults_minor_count = (int64_t)sum.minor_faults;
	out->faults_major_count = (int64_t)sum.major_faults;
	out->faults_cow_count = (int64_t)sum.cow_faults;
}

int sample_phases(const struct models *models, struct result_sample *out)
{
	const struct timeline *timeline = &models->timeline;
	int rc = 0;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct timeline_phase *from = &timeline->phases[i];
		struct result_phase *phase = result_add(&out->phases, phase);

		if (!phase)
			return -ENOMEM;
		phase->name = strdup(from->name);
		if (!phase->name)
			return -ENOMEM;
		phase->start_ns = sample_offset(models, from->start_ns);
		phase->duration_ns = units_signed(from->end_ns - from->start_ns);
		phase->syscalls_count = (int64_t)models->syscalls.phase_count[i];
		phase->syscalls_ns = (int64_t)models->syscalls.phase_ns[i];
		phase->read_bytes = (int64_t)models->files.read_bytes[i];
		phase->page_cache_bytes = (int64_t)models->files.cache_bytes[i];
		set_chain(models, i, phase);
		set_faults(models, i, phase);
	}
	for (size_t i = 0; i < timeline->missing_count && !rc; i++)
		rc = result_texts_add(&out->phases_missing, timeline->missing[i]);
	if (!rc && timeline->load_technique) {
		out->load_technique = strdup(timeline->load_technique);
		rc = out->load_technique ? 0 : -ENOMEM;
	}
	return rc;
}

/* ---- metrics: names as in metrics.c ---- */

static int add(struct result_sample *out, const char *name, int64_t value)
{
	return value == RESULT_ABSENT ? 0 : result_values_add(&out->metrics, name, value);
}

static int add_phase_metrics(struct result_sample *out)
{
	int rc = add(out, "total_ns", out->total_ns);

	vec_foreach(phase, &out->phases) {
		char name[64];

		snprintf(name, sizeof(name), "phase_%.32s_ns", phase->name);
		if (!rc)
			rc = add(out, name, phase->duration_ns);
	}
	return rc;
}

static int add_time_metrics(struct result_sample *out)
{
	struct result_time chain = {}, tree = {};
	int rc;

	vec_foreach(phase, &out->phases)
		sample_add_time(&chain, &phase->chain);
	vec_foreach(process, &out->processes)
		sample_add_time(&tree, &process->time);
	rc = add(out, "cpu_user_ns", tree.cpu_user_ns);
	if (!rc)
		rc = add(out, "cpu_system_ns", tree.cpu_system_ns);
	if (!rc)
		rc = add(out, "runqueue_ns", chain.runqueue_ns);
	return rc ? rc : add(out, "blocked_ns", blocked_ns(&chain));
}

static int add_memory_metrics(const struct models *models, struct result_sample *out)
{
	struct memory_tree tree = memory_tree(&models->memory);
	int rc = add(out, "rss_ready_bytes", tree.rss);

	if (!rc)
		rc = add(out, "rss_peak_bytes", tree.peak);
	if (!rc)
		rc = add(out, "pss_ready_bytes", tree.pss);
	return rc ? rc : add(out, "uss_ready_bytes", tree.uss);
}

/* Sums over processes, and what began in the start. */
struct counts {
	int64_t syscalls, errors, opened, enoent, minor, major, cow, threads, processes, modules;
};

static struct counts count(const struct models *models, const struct result_sample *out)
{
	struct counts counts = {};

	vec_foreach(process, &out->processes) {
		counts.syscalls = units_sum(counts.syscalls, process->syscalls_count);
		counts.errors = units_sum(counts.errors, process->syscall_errors_count);
		counts.opened = units_sum(counts.opened, process->files_opened_count);
		counts.enoent = units_sum(counts.enoent, process->enoent_count);
		counts.minor = units_sum(counts.minor, process->faults_minor_count);
		counts.major = units_sum(counts.major, process->faults_major_count);
		counts.cow = units_sum(counts.cow, process->faults_cow_count);
	}
	vec_foreach(process, &models->processes.processes)
		counts.processes += sample_in_start(models, process->start_ns);
	counts.modules = models->modules.technique ? 0 : RESULT_ABSENT;
	vec_foreach(module, &out->modules)
		counts.modules += module->in_load;
	counts.threads = (int64_t)out->threads.count;
	return counts;
}

static int add_count_metrics(const struct models *models, struct result_sample *out)
{
	struct counts counts = count(models, out);
	const struct {
		const char *name;
		int64_t value;
	} table[] = {
		{"syscalls_count", counts.syscalls},   {"syscall_errors_count", counts.errors},
		{"files_opened_count", counts.opened}, {"enoent_count", counts.enoent},
		{"faults_minor_count", counts.minor},  {"faults_major_count", counts.major},
		{"faults_cow_count", counts.cow},      {"threads_count", counts.threads},
		{"processes_count", counts.processes}, {"modules_count", counts.modules},
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && !rc; i++)
		rc = add(out, table[i].name, table[i].value);
	return rc;
}

/* Self times add up to the time in which the chain's processes loaded anything. */
static int64_t load_busy_ns(const struct models *models, const struct result_sample *out)
{
	int64_t sum_ns = models->modules.technique ? 0 : RESULT_ABSENT;

	vec_foreach(module, &out->modules)
		if (module->in_load)
			sum_ns += module->self_ns;
	return sum_ns;
}

static int add_role_metric(struct result_sample *out, const char *metric, const char *role,
			   int64_t value)
{
	char name[128];

	snprintf(name, sizeof(name), "%s{role=%s}", metric, role);
	return add(out, name, value);
}

/* Of one role there is nothing to tell that the tree's own metrics don't. */
static int add_role_metrics(struct result_sample *out)
{
	int rc = 0;

	for (size_t i = 0; i < out->roles.count && out->roles.count > 1 && !rc; i++) {
		const struct result_role *role = &out->roles.items[i];
		const struct {
			const char *name;
			int64_t value;
		} table[] = {
			{"processes_count", role->processes_count},
			{"rss_ready_bytes", role->rss_ready_bytes},
			{"pss_ready_bytes", role->pss_ready_bytes},
			{"uss_ready_bytes", role->uss_ready_bytes},
			{"worker_start_ns", role->worker_start_ns},
		};

		for (size_t m = 0; m < sizeof(table) / sizeof(table[0]) && !rc; m++)
			rc = add_role_metric(out, table[m].name, role->name, table[m].value);
	}
	return rc;
}

int sample_metrics(const struct models *models, struct result_sample *out)
{
	int rc;

	if (!models->timeline.count)
		return 0; /* nothing was started: nothing was measured */
	rc = add_phase_metrics(out);
	if (!rc)
		rc = add(out, "load_busy_ns", load_busy_ns(models, out));
	if (!rc)
		rc = add_time_metrics(out);
	if (!rc)
		rc = add_memory_metrics(models, out);
	if (!rc)
		rc = add_count_metrics(models, out);
	return rc ? rc : add_role_metrics(out);
}

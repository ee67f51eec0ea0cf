/* SPDX-License-Identifier: BSD-2-Clause */
/* made_report.h - reports made by hand, with numbers such as real starts have */
#ifndef COLDPROF_TESTS_MADE_REPORT_H
#define COLDPROF_TESTS_MADE_REPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"
#include "rng.h"
#include "summary.h"
#include "units.h"

struct made_phase {
	const char *name;
	double ms;
};

/* What a workload is made from. */
struct made {
	const char *name, *runtime, *version, *command[4];
	struct made_phase phases[8];
	double pss_mib, files, enoent, calls;
	uint64_t seed;
};

/* clang-format off */
static const struct made made_server = {
	"node server.js", "node", "24.21.0", {"node", "server.js"},
	{{"exec", 9}, {"runtime", 14}, {"bootstrap", 8}, {"load", 331}, {"setup", 38},
	 {"respond", 12}},
	118, 1118, 4412, 9214, 1,
};
static const struct made made_express = {
	"node/express", "node", "24.21.0", {"node", "server.js"},
	{{"exec", 4.2}, {"runtime", 14}, {"bootstrap", 8}, {"load", 41}, {"setup", 12},
	 {"respond", 8}},
	61.2, 311, 94, 2204, 2,
};
static const struct made made_fastapi = {
	"python/fastapi", "python", "3.11.2", {"python3", "main.py"},
	{{"exec", 3.1}, {"runtime", 9}, {"bootstrap", 21}, {"load", 331}, {"setup", 22},
	 {"respond", 11}},
	47.9, 1502, 3310, 18238, 3,
};
static const struct made made_pytorch = {
	"python/pytorch", "python", "3.11.2", {"python3", "main.py"},
	{{"wrapper", 31}, {"exec", 3.3}, {"runtime", 9}, {"bootstrap", 22}, {"load", 1321},
	 {"setup", 31}, {"respond", 14}},
	231, 3894, 9772, 52117, 4,
};
static const struct made made_hello = {
	"python/hello", "python", "3.11.2", {"python3", "hello.py"},
	{{"exec", 3.1}, {"runtime", 9}, {"bootstrap", 11}, {"main", 0.4}, {"exit", 4.1}},
	8.5, 44, 31, 611, 5,
};
/* clang-format on */

static inline char *made_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static inline void made_texts(result_texts *out, const char *const *texts)
{
	for (; *texts; texts++)
		if (result_texts_add(out, *texts))
			abort();
}

static inline struct result_time made_time(int64_t ns)
{
	struct result_time time;

	shape_init(&result_time_shape, &time);
	time.cpu_user_ns = ns * 55 / 100;
	time.cpu_system_ns = ns * 13 / 100;
	time.on_cpu_ns = time.cpu_user_ns + time.cpu_system_ns;
	time.runqueue_ns = ns * 11 / 100;
	time.blocked_disk_ns = ns * 3 / 100;
	time.blocked_thread_ns = ns * 14 / 100;
	time.blocked_lock_ns = ns / 100;
	time.blocked_network_ns = 0;
	time.blocked_pipe_ns = ns / 200;
	time.blocked_child_ns = 0;
	time.blocked_timer_ns = 0;
	time.blocked_fault_ns = ns / 500;
	time.blocked_other_ns = ns - time.on_cpu_ns - time.runqueue_ns - time.blocked_disk_ns -
				time.blocked_thread_ns - time.blocked_lock_ns -
				time.blocked_pipe_ns - time.blocked_fault_ns;
	return time;
}

/* |value| with a spread of some per cent. */
static inline int64_t made_near(struct rng *rng, double value, double share)
{
	return (int64_t)(value * (1 + share * ((double)rng_below(rng, 2001) / 1000 - 1)));
}

static inline void made_phases(struct result_sample *sample, const struct made *made,
			       struct rng *rng)
{
	int64_t at = 0;

	for (const struct made_phase *from = made->phases; from->name; from++) {
		struct result_phase *phase = result_add(&sample->phases, phase);
		char metric[64];

		phase->name = made_text(from->name);
		phase->start_ns = at;
		phase->duration_ns = made_near(rng, from->ms * 1e6, 0.03);
		phase->chain = made_time(phase->duration_ns);
		phase->syscalls_count = (int64_t)(made->calls * from->ms / 500);
		phase->syscalls_ns = phase->duration_ns / 8;
		phase->faults_minor_count = 1200;
		phase->faults_major_count = 0;
		phase->faults_cow_count = 110;
		phase->read_bytes = 1 << 20;
		phase->page_cache_bytes = 0;
		at += phase->duration_ns;
		snprintf(metric, sizeof(metric), "phase_%s_ns", from->name);
		result_values_add(&sample->metrics, metric, phase->duration_ns);
	}
	sample->total_ns = at;
}

static const char *const made_kinds[] = {"heap",      "anonymous", "runtime", "library",
					 "extension", "jit",	   "stack",   "other"};
static const double made_shares[] = {0.52, 0.19, 0.15, 0.05, 0.05, 0.03, 0.002, 0.008};

static inline void made_memory(struct result_process *process, const char *mark, int64_t pss)
{
	struct result_memory *memory = result_add(&process->memory, memory);

	memory->mark = made_text(mark);
	memory->delay_ns = 210000;
	memory->took_ns = 1400000;
	memory->rss_bytes = pss * 11 / 10;
	memory->rss_anonymous_bytes = pss * 7 / 10;
	memory->rss_file_bytes = pss * 4 / 10;
	memory->rss_shmem_bytes = 0;
	memory->pss_bytes = pss;
	memory->private_bytes = pss * 95 / 100;
	memory->shared_bytes = memory->rss_bytes - memory->private_bytes;
	memory->anonymous_bytes = pss * 7 / 10;
	memory->file_bytes = pss * 4 / 10;
	memory->swap_bytes = 0;
	for (size_t i = 0; i < 8; i++) {
		struct result_mapping *kind = result_add(&memory->kinds, mapping);

		kind->kind = made_text(made_kinds[i]);
		kind->pss_bytes = (int64_t)((double)pss * made_shares[i]);
		kind->rss_bytes = kind->pss_bytes * 11 / 10;
		kind->private_bytes = kind->pss_bytes * 95 / 100;
		kind->shared_bytes = kind->rss_bytes - kind->private_bytes;
		kind->anonymous_bytes = kind->pss_bytes;
		kind->file_bytes = 0;
		kind->swap_bytes = 0;
	}
}

static inline void made_process(struct result_sample *sample, const struct made *made, int64_t pss)
{
	struct result_process *process = result_add(&sample->processes, process);

	process->instance = made_text("4242:118000000000");
	process->pid = 4242;
	process->on_chain = true;
	process->exe = made_text(made->runtime[0] == 'n' ? "/usr/bin/node" : "/usr/bin/python3.11");
	made_texts(&process->command, made->command);
	process->runtime = made_text(made->runtime);
	process->start_ns = -900000;
	process->exec_ns = 0;
	process->first_wait_ns = sample->total_ns - 12000000;
	process->threads_count = 11;
	process->time = made_time(sample->total_ns);
	process->faults_minor_count = 10488;
	process->faults_major_count = 0;
	process->faults_cow_count = 811;
	process->switches_voluntary_count = 301;
	process->switches_involuntary_count = 40;
	process->syscalls_count = (int64_t)made->calls;
	process->syscalls_unfinished_count = 1;
	process->syscall_errors_count = (int64_t)made->enoent + 12;
	process->files_opened_count = (int64_t)made->files;
	process->enoent_count = (int64_t)made->enoent;
	process->read_bytes = 14 << 20;
	process->page_cache_bytes = 0;
	process->rss_peak_bytes = pss * 12 / 10;
	made_memory(process, "ready", pss);
	made_texts(&sample->chain, (const char *[]){"4242:118000000000", NULL});
}

static inline void made_syscall(struct result_sample *sample, const char *name, double count,
				double errors, double ms)
{
	struct result_syscall *call = result_add(&sample->syscalls, syscall);

	call->name = made_text(name);
	call->abi = made_text("native");
	call->count = (int64_t)count;
	call->unfinished_count = 0;
	call->denied_count = 0;
	call->errors_count = (int64_t)errors;
	call->time_ns = (int64_t)(ms * 1e6);
	if (errors > 0)
		result_values_add(&call->errors, "ENOENT", (int64_t)errors);
	result_values_add(&call->results, "failure", (int64_t)errors);
	result_values_add(&call->results, "zero", (int64_t)(count - errors));
	for (int64_t i = 0; i < 14; i++)
		vec_push(&call->histogram, i > 8 ? (int64_t)count / 5 : 0);
}

static inline void made_file(struct result_sample *sample, const char *path, double kib, double ms)
{
	struct result_file *file = result_add(&sample->files, file);

	file->path = made_text(path);
	file->opened_count = 1;
	file->failed_count = 0;
	file->first_ns = 40 * (int64_t)NS_PER_MS;
	file->read_bytes = (int64_t)(kib * 1024);
	file->page_cache_bytes = 0;
	file->time_ns = (int64_t)(ms * 1e6);
	file->phase = made_text("load");
}

static inline void made_folder(struct result_sample *sample, const char *path, double count)
{
	struct result_folder *folder = result_add(&sample->folders, folder);

	folder->path = made_text(path);
	folder->enoent_count = (int64_t)count;
	folder->time_ns = (int64_t)count * 4100;
}

static inline void made_lists(struct result_sample *sample, const struct made *made)
{
	made_syscall(sample, "openat", made->files + made->enoent, made->enoent, 9.1);
	made_syscall(sample, "read", made->files * 2.1, 0, 4.4);
	made_syscall(sample, "fstat", made->files, 0, 1.2);
	made_syscall(sample, "mmap", 212, 0, 3.9);
	made_syscall(sample, "epoll_wait", 31, 0, 51.0);
	made_syscall(sample, "futex", 118, 3, 61.0);
	made_syscall(sample, "close", made->files, 0, 0.4);
	made_file(sample,
		  "/srv/app/node_modules/.pnpm/typeorm@0.3.20/node_modules/typeorm/index.js", 28,
		  1.9);
	made_file(sample, "/srv/app/node_modules/aws-sdk/clients/all.js", 4096, 8.2);
	made_file(sample, "/usr/lib/x86_64-linux-gnu/libc.so.6", 0.8, 0.1);
	made_file(sample, "/srv/app/node_modules/lodash/lodash.js", 531, 1.1);
	made_file(sample, "/srv/app/server.js", 3, 0.1);
	made_file(sample, "/srv/app/node_modules/sharp/build/Release/sharp.node", 18, 0.7);
	made_folder(sample, "/srv/app/node_modules/.pnpm/node_modules", made->enoent * 0.41);
	made_folder(sample, "/srv/app/node_modules/.pnpm/typeorm@0.3.20/node_modules",
		    made->enoent * 0.30);
	made_folder(sample, "/srv/app/src", made->enoent * 0.16);
	made_folder(sample, "/usr/lib/x86_64-linux-gnu", made->enoent * 0.13);
}

static inline void made_metrics(struct result_sample *sample, const struct made *made, int64_t pss)
{
	static const struct {
		const char *name;
		double share; /* of the total or of the PSS */
	} metrics[] = {{"cpu_user_ns", 0.61},  {"cpu_system_ns", 0.16},	 {"runqueue_ns", 0.11},
		       {"blocked_ns", 0.21},   {"rss_ready_bytes", 1.1}, {"rss_peak_bytes", 1.2},
		       {"pss_ready_bytes", 1}, {"uss_ready_bytes", 0.95}};

	result_values_add(&sample->metrics, "total_ns", sample->total_ns);
	for (size_t i = 0; i < 8; i++)
		result_values_add(
			&sample->metrics, metrics[i].name,
			(int64_t)(metrics[i].share * (double)(i < 4 ? sample->total_ns : pss)));
	result_values_add(&sample->metrics, "syscalls_count", (int64_t)made->calls);
	result_values_add(&sample->metrics, "syscall_errors_count", (int64_t)made->enoent + 12);
	result_values_add(&sample->metrics, "files_opened_count", (int64_t)made->files);
	result_values_add(&sample->metrics, "enoent_count", (int64_t)made->enoent);
	result_values_add(&sample->metrics, "faults_minor_count", 10488);
	result_values_add(&sample->metrics, "faults_major_count", 0);
	result_values_add(&sample->metrics, "faults_cow_count", 811);
	result_values_add(&sample->metrics, "threads_count", 11);
	result_values_add(&sample->metrics, "processes_count", 1);
}

/* A start that went well. */
static inline struct result_sample *made_sample(struct result_workload *workload,
						const struct made *made, struct rng *rng)
{
	struct result_sample *sample = result_add(&workload->samples, sample);
	int64_t pss = made_near(rng, made->pss_mib * (double)MIB, 0.01);

	sample->order = (int64_t)workload->samples.count - 1;
	sample->outcome = made_text("good");
	sample->counted = true;
	sample->load_technique = made_text("last read of a module file");
	made_phases(sample, made, rng);
	if (strcmp(sample->phases.items[sample->phases.count - 1].name, "respond") == 0) {
		struct result_answer *answer = result_add(&sample->answers, answer);

		sample->ready = made_text("http");
		sample->address = made_text("127.0.0.1:3000");
		sample->responded_ns = sample->total_ns;
		answer->request = 0;
		answer->status = 200;
		answer->connect_ns = sample->total_ns - 12000000;
		answer->first_byte_ns = sample->total_ns + 40000;
		sample->ready_ns = answer->connect_ns;
	} else {
		sample->ready = made_text("exit");
		sample->ready_ns = sample->total_ns;
	}
	sample->cold.asked = made_text("warm");
	sample->cold.as_asked = true;
	sample->cgroup.memory_peak_bytes = pss * 14 / 10;
	sample->tree_rss_ready_bytes = pss * 11 / 10;
	sample->tree_pss_ready_bytes = pss;
	sample->tree_uss_ready_bytes = pss * 95 / 100;
	made_process(sample, made, pss);
	made_lists(sample, made);
	made_metrics(sample, made, pss);
	return sample;
}

/* A start that went wrong. */
static inline struct result_sample *made_failure(struct result_workload *workload,
						 const char *outcome, const char *reason)
{
	struct result_sample *sample = result_add(&workload->samples, sample);

	sample->order = (int64_t)workload->samples.count - 1;
	sample->outcome = made_text(outcome);
	sample->reason = made_text(reason);
	sample->cold.asked = made_text("warm");
	return sample;
}

/* A workload with |starts| good samples, not yet summed up. */
static inline struct result_workload *made_workload(struct result *result, const struct made *made,
						    size_t starts)
{
	struct result_workload *workload = result_add(&result->workloads, workload);
	struct rng rng;

	rng_seed(&rng, made->seed);
	workload->name = made_text(made->name);
	made_texts(&workload->command, made->command);
	workload->runtime.name = made_text(made->runtime);
	workload->runtime.version = made_text(made->version);
	workload->runtime.path =
		made_text(made->runtime[0] == 'n' ? "/usr/bin/node" : "/usr/bin/python3.11");
	workload->runtime.technique = made_text("uprobe");
	workload->cold = made_text("warm");
	workload->limit_memory_bytes = RESULT_ABSENT;
	for (size_t i = 0; i < starts; i++)
		made_sample(workload, made, &rng);
	return workload;
}

/* Everything around the workloads. */
static inline void made_result(struct result *result)
{
	result_init(result);
	result->created = made_text("2026-03-14T09:26:53Z");
	result->host.kernel = made_text("6.1.0-26-amd64");
	result->host.machine = made_text("x86_64");
	result->host.os = made_text("Debian GNU/Linux 12 (bookworm)");
	result->host.cpu = made_text("AMD EPYC 7B13");
	result->host.cgroup = made_text("v2");
	result->host.clock = made_text("tsc");
	result->host.cpus_count = 2;
	result->host.memory_bytes = 24ll << 30;
	result->host.load1 = 0.12;
	result->plan.repeat = 10;
	result->plan.warmup = 1;
	result->plan.seed = 42;
	result->plan.timeout_ns = 60 * (int64_t)NS_PER_S;
	result->plan.cold = made_text("warm");
	result->plan.user = made_text("alice");
	made_texts(&result->plan.options, (const char *[]){"run", "--", "node", "server.js", NULL});
}

static inline void made_sum_up(struct result *result)
{
	vec_foreach(workload, &result->workloads)
		if (summary_build(workload, 42))
			abort();
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - a report as C data: every number that coldprof prints stands here first
 *
 * Filled by sample.c (one start, from the models) and summary.c (all starts of a workload), written
 * and read by report_json.c, rendered by report_*.c. The tables in result.c give each field its
 * JSON key, so a key is the field's name. All texts are owned (malloc); NULL is null in JSON.
 * Integers are int64_t, RESULT_ABSENT where not measured: null in JSON, never zero for "unknown".
 * Times are nanoseconds from t0 of their start, or durations.
 */
#ifndef COLDPROF_RESULT_H
#define COLDPROF_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "shape.h"
#include "vec.h"

#define RESULT_ABSENT INT64_MIN
#define RESULT_SCHEMA 1 /* version of the report's form; raised when a reader must know */

typedef VEC(char *) result_texts;

/* A name with one number: a label of a metric, a kind with a count. An object keyed by name. */
struct result_value {
	char *name;
	int64_t value;
};
typedef VEC(struct result_value) result_values;

/* What a thread or process did in some span of time. on_cpu + runqueue + blocked_* add up. */
struct result_time {
	int64_t on_cpu_ns;
	int64_t cpu_user_ns;
	int64_t cpu_system_ns; /* in system calls, and page faults' share of the kernel's count */
	int64_t runqueue_ns;
	int64_t blocked_disk_ns;
	int64_t blocked_network_ns;
	int64_t blocked_pipe_ns; /* pipe, FIFO, Unix socket, terminal */
	int64_t blocked_lock_ns;
	int64_t blocked_child_ns;
	int64_t blocked_timer_ns;
	int64_t blocked_fault_ns;
	int64_t blocked_thread_ns; /* eventfd: another thread of the program */
	int64_t blocked_other_ns;
};

struct result_phase {
	char *name;
	int64_t start_ns, duration_ns;
	struct result_time chain; /* of the chain's main threads: adds up to duration_ns */
	int64_t syscalls_count;	  /* of the whole tree, like all below */
	int64_t syscalls_ns;
	int64_t faults_minor_count, faults_major_count, faults_cow_count;
	int64_t read_bytes;
	int64_t page_cache_bytes; /* brought into the page cache */
};

/* One process's time in one phase, all its threads together. */
struct result_process_phase {
	char *name;
	struct result_time time;
};

struct result_mapping {
	char *kind; /* runtime library extension heap anonymous jit stack other */
	int64_t rss_bytes, pss_bytes, private_bytes, shared_bytes, anonymous_bytes, file_bytes,
		swap_bytes;
};

struct result_memory {
	char *mark;	  /* ready, requests (after them) or exit */
	char *reason;	  /* why PSS and the rest are null, or null */
	int64_t delay_ns; /* from the mark to the beginning of the reading */
	int64_t took_ns;
	int64_t rss_bytes; /* exact, the kernel's counters */
	int64_t rss_anonymous_bytes, rss_file_bytes, rss_shmem_bytes;
	int64_t pss_bytes, private_bytes, shared_bytes; /* from smaps, like all below */
	int64_t anonymous_bytes, file_bytes, swap_bytes;
	VEC(struct result_mapping) kinds;
};

struct result_process {
	char *instance; /* "pid:start", start in boot-time clock ticks of a nanosecond */
	int64_t pid;
	char *parent; /* instance of the parent, null for the root */
	char *role;   /* by the workload's rules, else main (the root) or child */
	bool on_chain;
	char *exe;
	result_texts command;
	char *runtime;		   /* node, python, ... or null */
	int64_t start_ns, exec_ns; /* fork; last exec or null */
	int64_t first_wait_ns;	   /* it first waited for work, as workers.h says */
	int64_t first_work_ns;	   /* and first got some: a connection, a job */
	int64_t ended_ns;	   /* null: alive at the end of the recording */
	int64_t exit_status;	   /* as a shell shows it: 128 + signal; null while alive */
	int64_t threads_count;
	struct result_time time;
	VEC(struct result_process_phase) phases;
	int64_t faults_minor_count, faults_major_count, faults_cow_count;
	int64_t switches_voluntary_count, switches_involuntary_count;
	int64_t syscalls_count, syscalls_unfinished_count, syscall_errors_count;
	int64_t files_opened_count, enoent_count, read_bytes, page_cache_bytes;
	int64_t rss_peak_bytes;
	VEC(struct result_memory) memory;
	result_values io_uring; /* requests by opcode: these no system call shows */
};

struct result_syscall_phase {
	char *name;
	int64_t count;
	int64_t time_ns;
};

struct result_syscall {
	char *name;
	char *abi;     /* native, i386, x32 */
	int64_t count; /* that returned */
	int64_t unfinished_count, denied_count, errors_count;
	int64_t time_ns;
	result_values errors;	/* by errno name */
	result_values results;	/* how many returned 0, a positive number, a failure */
	VEC(int64_t) histogram; /* [i]: calls of [2^i, 2^(i+1)) ns */
	VEC(struct result_syscall_phase) phases;
};

struct result_file {
	char *path;
	int64_t opened_count, failed_count; /* opens that returned a descriptor; that did not */
	int64_t first_ns;
	int64_t read_bytes, page_cache_bytes;
	int64_t time_ns; /* in open, read, close and their family */
	char *phase;	 /* of the first open */
	bool incomplete; /* io_uring or an inherited descriptor: reads may be missing */
};

/* Look-ups that ended in ENOENT, by the folder that was searched. */
struct result_folder {
	char *path;
	int64_t enoent_count;
	int64_t time_ns;
};

/* The processes of one role that live at ready, added up. */
struct result_role {
	char *name;
	int64_t processes_count;
	int64_t rss_ready_bytes, pss_ready_bytes, uss_ready_bytes;
	int64_t worker_start_ns; /* fork to the first wait for work, the mean of those that did */
};

struct result_thread {
	char *instance;
	int64_t tid;
	char *name; /* null where not seen */
	int64_t start_ns, ended_ns;
	struct result_time time;
};

struct result_answer {
	int64_t request; /* 0 is the first */
	int64_t status;
	int64_t connect_ns, first_byte_ns; /* the client's view */
	char *reason;
};

struct result_cold {
	char *asked; /* warm, evicted, dropped */
	int64_t files_count, wanted_pages, resident_pages, mapped_pages;
	bool as_asked;
};

struct result_cgroup {
	int64_t memory_peak_bytes, memory_current_bytes, cpu_usage_ns, throttled_ns,
		oom_kills_count;
};

/*
 * One load of a module. Medians over all starts that have it, their numbers by start in the lists
 * (null where a start has not); the tree, its times of begin and end and the open or failed ones
 * are those of the lower-median start. Counts without "total" are of the module itself, without
 * what it loads.
 */
struct result_module {
	int64_t id;
	int64_t parent; /* id, of an earlier module; null: a root */
	char *name;
	char *file; /* null: none, or not known */
	char *kind; /* source bytecode frozen builtin extension namespace commonjs esm json addon */
	char *package; /* distribution, "name version"; null: none, or not known */
	char *instance;
	int64_t tid;
	bool failed;
	bool deferred; /* it came after the load: at listen(2), in a request */
	bool open;     /* it was not seen to end */
	bool in_load;  /* load_busy_ns has its self time */
	int64_t starts_count;
	int64_t begin_ns, end_low_ns, end_high_ns; /* the end lies between the last two */
	int64_t self_ns, total_ns;
	int64_t self_cpu_ns, total_cpu_ns;
	int64_t self_rss_bytes, total_rss_bytes; /* growth */
	int64_t syscalls_count, syscalls_ns, files_opened_count, enoent_count, read_bytes;
	int64_t faults_minor_count, faults_major_count;
	int64_t dlopen_ns, init_ns; /* of native ones */
	VEC(int64_t) starts_self_ns, starts_total_ns, starts_self_rss_bytes;
};

/* Calls that starts pay for again and again, of the lower-median start: see patterns.h. */
struct result_pattern {
	char *name;   /* search reopen tiny threads network sync unmap random child */
	char *detail; /* the file, the place that was searched, the child's command line; or null */
	char *instance; /* whose calls; of a child its own */
	int64_t count, time_ns;
	int64_t bytes; /* read, or unmapped; else null */
	char *module;  /* that did most of it; null: none, or modules were not seen */
	int64_t module_id, module_count, module_time_ns;
};

/*
 * A distribution package: what the catalog's locks name, and what was loaded. Of a package that was
 * not loaded the numbers are absent; else they are medians over all starts that loaded it, its
 * dependants those of the lower-median start. Costs are sums over its own modules.
 */
struct result_package {
	char *name, *version;
	char *home; /* tells copies apart: a package's folder, a distribution's metadata; or null */
	int64_t modules_count;
	int64_t starts_count; /* in which it was loaded */
	int64_t self_ns;      /* its own modules */
	double self_ci95_low, self_ci95_high;
	int64_t total_ns; /* from begin to end of its outermost modules */
	int64_t self_cpu_ns;
	int64_t self_rss_bytes; /* growth of resident memory */
	int64_t syscalls_count, files_opened_count, enoent_count;
	/* what would not be loaded without it, by what was seen and by what packages declare */
	int64_t saved_ns, saved_rss_bytes, saved_modules_count;
	result_texts pulled;	/* other packages that it alone brings in, "name version" */
	result_texts needed_by; /* packages that would stay and need it: then nothing is saved */
};

/* One start. */
struct result_sample {
	int64_t order;	 /* place in the run's random order, from 0; warm-ups are not stored */
	int64_t session; /* of a run of several, from 0; null: there is one */
	char *outcome;	 /* good, or how it failed: enum event_outcome in lower case */
	char *reason;	 /* one line, null where good */
	bool counted;	 /* in the summary: good and without losses */
	int64_t total_ns, ready_ns, responded_ns;
	char *ready;	      /* exit listen http line */
	char *address;	      /* of the listener, or null */
	char *load_technique; /* how the end of `load` was found */
	VEC(struct result_phase) phases;
	result_texts phases_missing;
	result_texts chain; /* instances from the root to the process that ends the start */
	VEC(struct result_process) processes;
	VEC(struct result_role) roles;
	VEC(struct result_thread) threads;
	VEC(struct result_answer) answers;
	VEC(struct result_syscall) syscalls;
	VEC(struct result_file) files; /* the lower-median start only, like folders, timeline */
	VEC(struct result_folder) folders;
	VEC(struct result_module) modules; /* until summed up */
	char *modules_technique;	   /* how they were seen; null: they were not */
	VEC(struct result_pattern) patterns;
	VEC(struct result_package) packages; /* that were loaded, until summed up */
	struct result_cold cold;
	struct result_cgroup cgroup;
	int64_t tree_rss_ready_bytes, tree_pss_ready_bytes, tree_uss_ready_bytes;
	result_values events_lost; /* by kind; empty: none */
	result_texts notes;	   /* what tracing could not see, other lines a reader must know */
	result_values metrics;	   /* by metric name */
};

struct result_summary {
	char *name; /* metric */
	char *unit; /* ns, bytes, count, ratio */
	int64_t n;
	double median, ci95_low, ci95_high, mean, sd, min, max, p95; /* NAN is null */
};

/* Of a run of several sessions: how far a metric moves though nothing changed. NAN is null. */
struct result_noise {
	char *name; /* metric */
	char *unit;
	int64_t sessions_count; /* that have it */
	double median;		/* of all starts */
	double within_ratio;	/* the standard deviation of starts around their session's mean */
	double between_ratio;	/* that of the sessions' medians; both as shares of |median| */
};

struct result_runtime {
	char *name, *version, *path, *build_id;
	char *technique; /* of its marks: uprobe, none */
};

struct result_workload {
	char *name;
	char *stratum; /* of a merged report: what its starts were measured on (stratum.h) */
	result_texts command;
	char *cwd;     /* the folder that it was started in */
	char *outcome; /* measured, failed (no good start), not_prepared */
	char *reason;
	struct result_runtime runtime;
	VEC(struct result_package) packages;
	int64_t installed_bytes, installed_files_count; /* of a workload of the catalog */
	int64_t limit_memory_bytes;
	double limit_cpus;
	char *ready; /* as asked for */
	char *cold;
	VEC(struct result_sample) samples;
	VEC(struct result_summary) summary;
	/* of the lower-median start: */
	VEC(struct result_noise) noise;
	int64_t median_sample; /* index in samples */
	VEC(struct result_syscall) syscalls;
	VEC(struct result_file) files;
	VEC(struct result_folder) folders;
	VEC(struct result_module) modules; /* a parent is before what it loads */
	char *modules_technique;
	VEC(struct result_pattern) patterns;
	result_texts notes;
};

struct result_host {
	char *kernel, *machine, *os, *cpu, *virtualization, *cgroup;
	int64_t cpus_count, memory_bytes;
	double load1;
	char *governor, *clock;
};

/* When a run of two sides was to stop, as stats_looks.h has it. */
struct result_looks {
	VEC(int64_t) starts; /* a side, at each look; none: no such run */
	int64_t made_count;
	double level_ratio; /* of the level, what the last one made may spend */
};

struct result_plan {
	int64_t repeat, warmup, seed, requests, timeout_ns;
	char *cold, *user;
	result_texts options; /* the command line */
	result_texts order;   /* workload of each start as run, warm-ups with a leading "~" */
	bool interrupted;
	char *session; /* the same in both reports of one run that measured two sides by turns */
	char *side;    /* a or b; null: no such run */
	struct result_looks looks;
	int64_t sessions_count; /* of a calibration; null: any other run */
	int64_t sessions_ns;	/* from the first start of the first to the last of the last */
};

/* Of a merged report: one of the machines that it has starts of. */
struct result_stratum {
	char *name; /* what the strata of its workloads begin with */
	struct result_host host;
};

/* The report. */
struct result {
	int64_t schema;
	char *tool;    /* "coldprof 0.1.0" */
	char *created; /* RFC 3339, UTC */
	char *commit;  /* of the program's sources; null: not known */
	struct result_host host;
	VEC(struct result_stratum) strata;
	struct result_plan plan;
	VEC(struct result_workload) workloads;
	result_texts notes;
};

/* The shapes, by which reports are written, read, copied and freed (shape.h). */
extern const struct shape result_time_shape, result_phase_shape, result_process_phase_shape,
	result_mapping_shape, result_memory_shape, result_process_shape, result_role_shape,
	result_value_shape, result_syscall_phase_shape, result_syscall_shape, result_file_shape,
	result_module_shape, result_pattern_shape, result_folder_shape, result_thread_shape,
	result_answer_shape, result_cold_shape, result_cgroup_shape, result_sample_shape,
	result_summary_shape, result_noise_shape, result_runtime_shape, result_package_shape,
	result_workload_shape, result_host_shape, result_stratum_shape, result_looks_shape,
	result_plan_shape, result_shape;

/*
 * A new last item of a list, its fields absent, or NULL when out of memory:
 * struct result_phase *phase = result_add(&sample->phases, phase);
 */
#define result_add(list, type) shape_add(&result_##type##_shape, list)

void result_init(struct result *result);    /* this schema, the rest absent */
void result_release(struct result *result); /* takes zeroed memory */
/* Sets every integer to RESULT_ABSENT and every double to NAN; texts and lists empty. */
void result_sample_init(struct result_sample *sample);
void result_sample_release(struct result_sample *sample);
void result_workload_init(struct result_workload *workload);
void result_workload_release(struct result_workload *workload);

/* Copies |text| to the end of |texts|; 0 or -ENOMEM. */
int result_texts_add(result_texts *texts, const char *text);
/* Adds |value| to the one called |name|, which is made where it is not there; 0 or -ENOMEM. */
int result_values_add(result_values *values, const char *name, int64_t value);
/* RESULT_ABSENT where there is none of that name. */
int64_t result_values_get(const result_values *values, const char *name);

#endif

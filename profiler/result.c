// SPDX-License-Identifier: BSD-2-Clause
/* result.c - the shape of a report: every field of result.h and its JSON key */
#include "result.h"

#include "shape_table.h"
#include "units.h"

_Static_assert(RESULT_ABSENT == SHAPE_ABSENT, "one value for absent");

#define T struct result_value
SHAPE(result_value, TEXT(name), INTEGER(value));
#undef T

#define T struct result_time
SHAPE(result_time, INTEGER(on_cpu_ns), INTEGER(cpu_user_ns), INTEGER(cpu_system_ns),
      INTEGER(runqueue_ns), INTEGER(blocked_disk_ns), INTEGER(blocked_network_ns),
      INTEGER(blocked_pipe_ns), INTEGER(blocked_lock_ns), INTEGER(blocked_child_ns),
      INTEGER(blocked_timer_ns), INTEGER(blocked_fault_ns), INTEGER(blocked_thread_ns),
      INTEGER(blocked_other_ns));
#undef T

#define T struct result_phase
SHAPE(result_phase, TEXT(name), INTEGER(start_ns), INTEGER(duration_ns), STRUCT(chain, result_time),
      INTEGER(syscalls_count), INTEGER(syscalls_ns), INTEGER(faults_minor_count),
      INTEGER(faults_major_count), INTEGER(faults_cow_count), INTEGER(read_bytes),
      INTEGER(page_cache_bytes));
#undef T

#define T struct result_process_phase
SHAPE(result_process_phase, TEXT(name), STRUCT(time, result_time));
#undef T

#define T struct result_mapping
SHAPE(result_mapping, TEXT(kind), INTEGER(rss_bytes), INTEGER(pss_bytes), INTEGER(private_bytes),
      INTEGER(shared_bytes), INTEGER(anonymous_bytes), INTEGER(file_bytes), INTEGER(swap_bytes));
#undef T

#define T struct result_memory
SHAPE(result_memory, TEXT(mark), TEXT(reason), INTEGER(delay_ns), INTEGER(took_ns),
      INTEGER(rss_bytes), INTEGER(rss_anonymous_bytes), INTEGER(rss_file_bytes),
      INTEGER(rss_shmem_bytes), INTEGER(pss_bytes), INTEGER(private_bytes), INTEGER(shared_bytes),
      INTEGER(anonymous_bytes), INTEGER(file_bytes), INTEGER(swap_bytes),
      LIST(kinds, result_mapping));
#undef T

#define T struct result_process
SHAPE(result_process, TEXT(instance), INTEGER(pid), TEXT(parent), TEXT(role), BOOL(on_chain),
      TEXT(exe), TEXTS(command), TEXT(runtime), INTEGER(start_ns), INTEGER(exec_ns),
      INTEGER(first_wait_ns), INTEGER(first_work_ns), INTEGER(ended_ns), INTEGER(exit_status),
      INTEGER(threads_count), STRUCT(time, result_time), LIST(phases, result_process_phase),
      INTEGER(faults_minor_count), INTEGER(faults_major_count), INTEGER(faults_cow_count),
      INTEGER(switches_voluntary_count), INTEGER(switches_involuntary_count),
      INTEGER(syscalls_count), INTEGER(syscalls_unfinished_count), INTEGER(syscall_errors_count),
      INTEGER(files_opened_count), INTEGER(enoent_count), INTEGER(read_bytes),
      INTEGER(page_cache_bytes), INTEGER(rss_peak_bytes), LIST(memory, result_memory),
      KEYED(io_uring, result_value));
#undef T

#define T struct result_role
SHAPE(result_role, TEXT(name), INTEGER(processes_count), INTEGER(rss_ready_bytes),
      INTEGER(pss_ready_bytes), INTEGER(uss_ready_bytes), INTEGER(worker_start_ns));
#undef T

#define T struct result_syscall_phase
SHAPE(result_syscall_phase, TEXT(name), INTEGER(count), INTEGER(time_ns));
#undef T

#define T struct result_syscall
SHAPE(result_syscall, TEXT(name), TEXT(abi), INTEGER(count), INTEGER(unfinished_count),
      INTEGER(denied_count), INTEGER(errors_count), INTEGER(time_ns), KEYED(errors, result_value),
      KEYED(results, result_value), INTEGERS(histogram), LIST(phases, result_syscall_phase));
#undef T

#define T struct result_file
SHAPE(result_file, TEXT(path), INTEGER(opened_count), INTEGER(failed_count), INTEGER(first_ns),
      INTEGER(read_bytes), INTEGER(page_cache_bytes), INTEGER(time_ns), TEXT(phase),
      BOOL(incomplete));
#undef T

#define T struct result_folder
SHAPE(result_folder, TEXT(path), INTEGER(enoent_count), INTEGER(time_ns));
#undef T

#define T struct result_module
SHAPE(result_module, INTEGER(id), INTEGER(parent), TEXT(name), TEXT(file), TEXT(kind),
      TEXT(package), TEXT(instance), INTEGER(tid), BOOL(failed), BOOL(deferred), BOOL(open),
      BOOL(in_load), INTEGER(starts_count), INTEGER(begin_ns), INTEGER(end_low_ns),
      INTEGER(end_high_ns), INTEGER(self_ns), INTEGER(total_ns), INTEGER(self_cpu_ns),
      INTEGER(total_cpu_ns), INTEGER(self_rss_bytes), INTEGER(total_rss_bytes),
      INTEGER(syscalls_count), INTEGER(syscalls_ns), INTEGER(files_opened_count),
      INTEGER(enoent_count), INTEGER(read_bytes), INTEGER(faults_minor_count),
      INTEGER(faults_major_count), INTEGER(dlopen_ns), INTEGER(init_ns), INTEGERS(starts_self_ns),
      INTEGERS(starts_total_ns), INTEGERS(starts_self_rss_bytes));
#undef T

#define T struct result_pattern
SHAPE(result_pattern, TEXT(name), TEXT(detail), TEXT(instance), INTEGER(count), INTEGER(time_ns),
      INTEGER(bytes), TEXT(module), INTEGER(module_id), INTEGER(module_count),
      INTEGER(module_time_ns));
#undef T

#define T struct result_thread
SHAPE(result_thread, TEXT(instance), INTEGER(tid), TEXT(name), INTEGER(start_ns), INTEGER(ended_ns),
      STRUCT(time, result_time));
#undef T

#define T struct result_answer
SHAPE(result_answer, INTEGER(request), INTEGER(status), INTEGER(connect_ns), INTEGER(first_byte_ns),
      TEXT(reason));
#undef T

#define T struct result_cold
SHAPE(result_cold, TEXT(asked), INTEGER(files_count), INTEGER(wanted_pages),
      INTEGER(resident_pages), INTEGER(mapped_pages), BOOL(as_asked));
#undef T

#define T struct result_cgroup
SHAPE(result_cgroup, INTEGER(memory_peak_bytes), INTEGER(memory_current_bytes),
      INTEGER(cpu_usage_ns), INTEGER(throttled_ns), INTEGER(oom_kills_count));
#undef T

#define T struct result_sample
SHAPE(result_sample, INTEGER(order), INTEGER(session), TEXT(outcome), TEXT(reason), BOOL(counted),
      INTEGER(total_ns), INTEGER(ready_ns), INTEGER(responded_ns), TEXT(ready), TEXT(address),
      TEXT(load_technique), LIST(phases, result_phase), TEXTS(phases_missing), TEXTS(chain),
      LIST(processes, result_process), LIST(roles, result_role), LIST(threads, result_thread),
      LIST(answers, result_answer), LIST(syscalls, result_syscall), LIST(files, result_file),
      LIST(folders, result_folder), LIST(modules, result_module), TEXT(modules_technique),
      LIST(patterns, result_pattern), LIST(packages, result_package), STRUCT(cold, result_cold),
      STRUCT(cgroup, result_cgroup), INTEGER(tree_rss_ready_bytes), INTEGER(tree_pss_ready_bytes),
      INTEGER(tree_uss_ready_bytes), KEYED(events_lost, result_value), TEXTS(notes),
      KEYED(metrics, result_value));
#undef T

#define T struct result_summary
SHAPE(result_summary, TEXT(name), TEXT(unit), INTEGER(n), NUMBER(median), NUMBER(ci95_low),
      NUMBER(ci95_high), NUMBER(mean), NUMBER(sd), NUMBER(min), NUMBER(max), NUMBER(p95));
#undef T

#define T struct result_noise
SHAPE(result_noise, TEXT(name), TEXT(unit), INTEGER(sessions_count), NUMBER(median),
      NUMBER(within_ratio), NUMBER(between_ratio));
#undef T

#define T struct result_runtime
SHAPE(result_runtime, TEXT(name), TEXT(version), TEXT(path), TEXT(build_id), TEXT(technique));
#undef T

#define T struct result_package
SHAPE(result_package, TEXT(name), TEXT(version), TEXT(home), INTEGER(modules_count),
      INTEGER(starts_count), INTEGER(self_ns), NUMBER(self_ci95_low), NUMBER(self_ci95_high),
      INTEGER(total_ns), INTEGER(self_cpu_ns), INTEGER(self_rss_bytes), INTEGER(syscalls_count),
      INTEGER(files_opened_count), INTEGER(enoent_count), INTEGER(saved_ns),
      INTEGER(saved_rss_bytes), INTEGER(saved_modules_count), TEXTS(pulled), TEXTS(needed_by));
#undef T

#define T struct result_workload
SHAPE(result_workload, TEXT(name), TEXT(stratum), TEXTS(command), TEXT(cwd), TEXT(outcome),
      TEXT(reason), STRUCT(runtime, result_runtime), LIST(packages, result_package),
      INTEGER(installed_bytes), INTEGER(installed_files_count), INTEGER(limit_memory_bytes),
      NUMBER(limit_cpus), TEXT(ready), TEXT(cold), LIST(samples, result_sample),
      KEYED(summary, result_summary), KEYED(noise, result_noise), INTEGER(median_sample),
      LIST(syscalls, result_syscall), LIST(files, result_file), LIST(folders, result_folder),
      LIST(modules, result_module), TEXT(modules_technique), LIST(patterns, result_pattern),
      TEXTS(notes));
#undef T

#define T struct result_host
SHAPE(result_host, TEXT(kernel), TEXT(machine), TEXT(os), TEXT(cpu), TEXT(virtualization),
      TEXT(cgroup), INTEGER(cpus_count), INTEGER(memory_bytes), NUMBER(load1), TEXT(governor),
      TEXT(clock));
#undef T

#define T struct result_stratum
SHAPE(result_stratum, TEXT(name), STRUCT(host, result_host));
#undef T

#define T struct result_looks
SHAPE(result_looks, INTEGERS(starts), INTEGER(made_count), NUMBER(level_ratio));
#undef T

#define T struct result_plan
SHAPE(result_plan, INTEGER(repeat), INTEGER(warmup), INTEGER(seed), INTEGER(requests),
      INTEGER(timeout_ns), TEXT(cold), TEXT(user), TEXTS(options), TEXTS(order), BOOL(interrupted),
      TEXT(session), TEXT(side), STRUCT(looks, result_looks), INTEGER(sessions_count),
      INTEGER(sessions_ns));
#undef T

#define T struct result
SHAPE(result, INTEGER(schema), TEXT(tool), TEXT(created), TEXT(commit), STRUCT(host, result_host),
      LIST(strata, result_stratum), STRUCT(plan, result_plan), LIST(workloads, result_workload),
      TEXTS(notes));
#undef T

void result_init(struct result *result)
{
	shape_init(&result_shape, result);
	result->schema = RESULT_SCHEMA;
}

void result_release(struct result *result)
{
	shape_release(&result_shape, result);
}

void result_sample_init(struct result_sample *sample)
{
	shape_init(&result_sample_shape, sample);
}

void result_sample_release(struct result_sample *sample)
{
	shape_release(&result_sample_shape, sample);
}

void result_workload_init(struct result_workload *workload)
{
	shape_init(&result_workload_shape, workload);
}

void result_workload_release(struct result_workload *workload)
{
	shape_release(&result_workload_shape, workload);
}

int result_texts_add(result_texts *texts, const char *text)
{
	char *copy = strdup(text);
	int rc = copy ? vec_push(texts, copy) : -ENOMEM;

	if (rc)
		free(copy);
	return rc;
}

static struct result_value *find_value(const result_values *values, const char *name)
{
	vec_foreach(value, values)
		if (value->name && strcmp(value->name, name) == 0)
			return value;
	return NULL;
}

int result_values_add(result_values *values, const char *name, int64_t value)
{
	struct result_value *found = find_value(values, name), made = {.value = value};
	int rc;

	if (found) {
		found->value = units_sum(found->value, value);
		return 0;
	}
	made.name = strdup(name);
	rc = made.name ? vec_push(values, made) : -ENOMEM;
	if (rc)
		free(made.name);
	return rc;
}

int64_t result_values_get(const result_values *values, const char *name)
{
	const struct result_value *found = find_value(values, name);

	return found ? found->value : RESULT_ABSENT;
}

// SPDX-License-Identifier: BSD-2-Clause
/* metrics.c - every metric that a start has: the one table of names, units and meanings */
#include "metrics.h"

#include <string.h>

#define PHASE_PREFIX "phase_"
#define PHASE_SUFFIX "_ns"
#define PHASE_NAME   "phase_NAME_ns"

const struct metric_kind_info metrics_kinds[] = {
	[METRIC_TIME] = {"times", "ns", true, 0.01, 1e6},
	[METRIC_WAIT] = {"waits", "ns", false, 0.01, 1e6},
	[METRIC_SIZE] = {"sizes", "bytes", true, 0.01, 256 * 1024},
	[METRIC_COUNT] = {"counts", "count", true, 0.01, 1},
};
const size_t metrics_kinds_count = sizeof(metrics_kinds) / sizeof(metrics_kinds[0]);

const struct metric metrics_table[] = {
	{"total_ns", METRIC_TIME, "from exec to the first response byte, else to ready"},
	{PHASE_NAME, METRIC_TIME, "duration of one phase of the start"},
	{"load_busy_ns", METRIC_TIME, "union of the intervals in which modules were imported"},
	{"cpu_user_ns", METRIC_TIME, "CPU time of the whole tree in user mode"},
	{"cpu_system_ns", METRIC_TIME, "CPU time of the whole tree in the kernel"},
	{"runqueue_ns", METRIC_WAIT, "waiting for a CPU, the chain's main threads"},
	{"blocked_ns", METRIC_WAIT, "blocked on anything, the chain's main threads"},
	{"worker_start_ns", METRIC_TIME,
	 "from fork to the first wait for work, the mean of a role's processes"},
	{"rss_ready_bytes", METRIC_SIZE,
	 "resident memory of the tree at ready, shared pages "
	 "counted in each process"},
	{"rss_peak_bytes", METRIC_SIZE,
	 "peaks of the processes that live at ready, added up; at least the largest peak of any"},
	{"pss_ready_bytes", METRIC_SIZE,
	 "proportional memory of the tree at ready: a page that n "
	 "processes share counts 1/n in each"},
	{"uss_ready_bytes", METRIC_SIZE, "private memory of the tree at ready"},
	{METRICS_CALLS, METRIC_COUNT, "system calls that returned"},
	{"syscall_errors_count", METRIC_COUNT, "system calls that returned an error"},
	{"files_opened_count", METRIC_COUNT, "opens that returned a descriptor"},
	{"enoent_count", METRIC_COUNT, "look-ups of paths that do not exist"},
	{"modules_count", METRIC_COUNT, "modules that were imported"},
	{"faults_minor_count", METRIC_COUNT, "page faults served from memory"},
	{"faults_major_count", METRIC_COUNT, "page faults that waited for storage"},
	{"faults_cow_count", METRIC_COUNT, "page faults that copied a page that was written to"},
	{"threads_count", METRIC_COUNT, "threads that began in the start, first threads included"},
	{"processes_count", METRIC_COUNT, "processes that began in the start"},
};
const size_t metrics_count = sizeof(metrics_table) / sizeof(metrics_table[0]);

#define CALL(name, what) METRICS_CALLS "{name=" name "}", what

const struct metrics_memory_count metrics_memory_counts[] = {
	{"faults_minor_count", NULL, 0.01, 16},
	{"faults_cow_count", NULL, 0.01, 16},
	{CALL("brk", "moves of a heap's end"), 0.1, 8},
	{CALL("mmap", "mappings of memory and files"), 0.02, 2},
	{CALL("munmap", "mappings given back"), 0.02, 2},
	{CALL("mremap", "mappings moved or resized"), 0.02, 2},
	{CALL("madvise", "hints about memory"), 0.02, 2},
	{CALL("mprotect", "changes of protection"), 0.02, 2},
};
const size_t metrics_memory_counts_count =
	sizeof(metrics_memory_counts) / sizeof(metrics_memory_counts[0]);

static int is_phase(const char *name, size_t size)
{
	size_t prefix = strlen(PHASE_PREFIX), suffix = strlen(PHASE_SUFFIX);

	return size > prefix + suffix && memcmp(name, PHASE_PREFIX, prefix) == 0 &&
	       memcmp(name + size - suffix, PHASE_SUFFIX, suffix) == 0;
}

const struct metric *metrics_find(const char *name)
{
	size_t size = strcspn(name, "{");

	if (is_phase(name, size)) {
		name = PHASE_NAME;
		size = strlen(name);
	}
	for (size_t i = 0; i < metrics_count; i++)
		if (strlen(metrics_table[i].name) == size &&
		    memcmp(metrics_table[i].name, name, size) == 0)
			return &metrics_table[i];
	return NULL;
}

const struct metrics_memory_count *metrics_memory_count(const char *name)
{
	for (size_t i = 0; i < metrics_memory_counts_count; i++)
		if (strcmp(metrics_memory_counts[i].name, name) == 0)
			return &metrics_memory_counts[i];
	return NULL;
}

bool metrics_is_memory_call(const char *name)
{
	return strchr(name, '{') && metrics_memory_count(name);
}

const char *metrics_unit(const struct metric *metric)
{
	return metrics_kinds[metric->kind].unit;
}

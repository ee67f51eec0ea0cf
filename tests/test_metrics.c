// SPDX-License-Identifier: BSD-2-Clause
/* test_metrics.c - the names, units and kinds of metrics, which reports of all versions share */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "metrics.h"

/* A contract: scripts and older reports know these names. */
static const char *const names[] = {
	"total_ns",	   "phase_NAME_ns",	   "worker_start_ns",	 "load_busy_ns",
	"cpu_user_ns",	   "cpu_system_ns",	   "runqueue_ns",	 "blocked_ns",
	"rss_ready_bytes", "rss_peak_bytes",	   "pss_ready_bytes",	 "uss_ready_bytes",
	"syscalls_count",  "syscall_errors_count", "files_opened_count", "enoent_count",
	"modules_count",   "faults_minor_count",   "faults_major_count", "faults_cow_count",
	"threads_count",   "processes_count",
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static void the_table_has_exactly_the_promised_names(void **state)
{
	(void)state;
	assert_int_equal(metrics_count, NAMES);
	for (size_t i = 0; i < NAMES; i++) {
		assert_non_null(metrics_find(names[i]));
		assert_string_equal(metrics_find(names[i])->name, names[i]);
	}
}

static void every_name_ends_with_its_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < metrics_count; i++) {
		const char *end = strrchr(metrics_table[i].name, '_');

		assert_non_null(end);
		assert_string_equal(end + 1, metrics_unit(&metrics_table[i]));
	}
}

static void labels_do_not_change_what_a_metric_is(void **state)
{
	(void)state;
	assert_ptr_equal(metrics_find("syscalls_count{name=openat}"),
			 metrics_find("syscalls_count"));
	assert_ptr_equal(metrics_find("pss_ready_bytes{role=worker}"),
			 metrics_find("pss_ready_bytes"));
}

static void any_phase_has_its_metric(void **state)
{
	(void)state;
	assert_string_equal(metrics_find("phase_load_ns")->name, "phase_NAME_ns");
	assert_string_equal(metrics_find("phase_load_ns{role=worker}")->name, "phase_NAME_ns");
	assert_int_equal(metrics_find("phase_exec_ns")->kind, METRIC_TIME);
}

static void a_name_that_is_not_in_the_table_is_unknown(void **state)
{
	(void)state;
	assert_null(metrics_find("total"));
	assert_null(metrics_find("total_ns_more"));
	assert_null(metrics_find("phase__ns"));
	assert_null(metrics_find("phase_ns"));
	assert_null(metrics_find(""));
	assert_null(metrics_find("{name=openat}"));
}

static void counts_of_memory_are_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < metrics_memory_counts_count; i++) {
		const struct metrics_memory_count *count = &metrics_memory_counts[i];
		const struct metric *metric = metrics_find(count->name);

		assert_non_null(metric);
		assert_int_equal(metric->kind, METRIC_COUNT);
		assert_int_equal(metrics_is_memory_call(count->name), count->description != NULL);
		assert_true(count->absolute >= 1 && count->relative > 0);
	}
	assert_null(metrics_memory_count("syscalls_count{name=openat}"));
	assert_false(metrics_is_memory_call("faults_cow_count"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_exactly_the_promised_names),
		cmocka_unit_test(every_name_ends_with_its_unit),
		cmocka_unit_test(labels_do_not_change_what_a_metric_is),
		cmocka_unit_test(any_phase_has_its_metric),
		cmocka_unit_test(a_name_that_is_not_in_the_table_is_unknown),
		cmocka_unit_test(counts_of_memory_are_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

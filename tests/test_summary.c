// SPDX-License-Identifier: BSD-2-Clause
/* test_summary.c - which starts count, which one is the median, and what is kept of the others */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_report.h"
#include "stats.h"
#include "summary.h"

/* A start with a total, one file, one folder and one system call, named by the total. */
static struct result_sample *add_sample(struct result_workload *workload, int64_t total_ns,
					bool counted)
{
	struct result_sample *sample = result_add(&workload->samples, sample);
	char name[32];

	snprintf(name, sizeof(name), "/%jd", (intmax_t)total_ns);
	sample->order = (int64_t)workload->samples.count - 1;
	sample->outcome = made_text("good");
	sample->counted = counted;
	sample->total_ns = total_ns;
	result_values_add(&sample->metrics, "total_ns", total_ns);
	result_values_add(&sample->metrics, "rss_ready_bytes", 4096);
	made_file(sample, name, 1, 1);
	made_folder(sample, name, 1);
	made_syscall(sample, name + 1, 1, 0, 1);
	return sample;
}

static void add_totals(struct result_workload *workload, const int64_t *totals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_sample(workload, totals[i], true);
}
#define ADD_TOTALS(workload, ...)                                                                  \
	add_totals(workload, (const int64_t[]){__VA_ARGS__},                                       \
		   sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static int setup(void **state)
{
	struct result_workload *workload = malloc(sizeof(*workload));

	result_workload_init(workload);
	*state = workload;
	return 0;
}

static int teardown(void **state)
{
	result_workload_release(*state);
	free(*state);
	return 0;
}

static void medians_are_those_of_the_starts_that_count(void **state)
{
	struct result_workload *workload = *state;
	const struct result_summary *total;

	ADD_TOTALS(workload, 30, 10, 20);
	add_sample(workload, 1000, false);
	assert_int_equal(summary_build(workload, 1), 0);
	total = summary_find(workload, "total_ns");
	assert_int_equal(total->n, 3);
	assert_true(total->median == 20 && total->min == 10 && total->max == 30);
	assert_string_equal(total->unit, "ns");
	assert_string_equal(summary_find(workload, "rss_ready_bytes")->unit, "bytes");
}

static void few_starts_have_no_interval(void **state)
{
	struct result_workload *workload = *state;

	ADD_TOTALS(workload, 1, 2, 3, 4, 5);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_true(isnan(summary_find(workload, "total_ns")->ci95_low));
}

static void the_interval_is_that_of_the_seed(void **state)
{
	struct result_workload *workload = *state;
	double values[] = {1, 2, 3, 4, 5, 60};
	struct stats stats = stats_describe(values, 6, 77);
	const struct result_summary *total;

	ADD_TOTALS(workload, 60, 1, 2, 3, 4, 5);
	assert_int_equal(summary_build(workload, 77), 0);
	total = summary_find(workload, "total_ns");
	assert_true(total->ci95_low == stats.ci95.low && total->ci95_high == stats.ci95.high);
}

static void a_metric_counts_the_starts_that_have_it(void **state)
{
	struct result_workload *workload = *state;

	ADD_TOTALS(workload, 1, 2, 3);
	result_values_add(&workload->samples.items[1].metrics, "phase_wrapper_ns", 7);
	result_values_add(&workload->samples.items[0].metrics, "pss_ready_bytes", RESULT_ABSENT);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(summary_find(workload, "phase_wrapper_ns")->n, 1);
	assert_null(summary_find(workload, "pss_ready_bytes"));
	assert_null(summary_find(workload, "no_such_metric"));
}

static void the_median_start_is_the_lower_one_of_an_even_number(void **state)
{
	struct result_workload *workload = *state;

	ADD_TOTALS(workload, 40, 10, 30, 20);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->median_sample, 3);
	assert_string_equal(workload->files.items[0].path, "/20");
	assert_string_equal(workload->folders.items[0].path, "/20");
	assert_string_equal(workload->syscalls.items[0].name, "20");
}

static void of_equal_starts_the_first_is_the_median(void **state)
{
	struct result_workload *workload = *state;

	ADD_TOTALS(workload, 5, 5, 5);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->median_sample, 1);
}

static void files_and_folders_are_kept_of_the_median_start_alone(void **state)
{
	struct result_workload *workload = *state;

	ADD_TOTALS(workload, 1, 2, 3);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->files.count, 1);
	vec_foreach(sample, &workload->samples) {
		assert_int_equal(sample->files.count, 0);
		assert_int_equal(sample->folders.count, 0);
		assert_int_equal(sample->syscalls.count, 1);
	}
}

static void add_package(struct result_sample *sample, const char *home, int64_t self_ns)
{
	struct result_package *package = result_add(&sample->packages, package);

	package->name = made_text("six");
	package->version = made_text("1.16");
	package->home = made_text(home);
	package->self_ns = package->total_ns = self_ns;
	package->modules_count = 1;
}

static const struct result_package *package_at(const struct result_workload *workload,
					       const char *home)
{
	vec_foreach(package, &workload->packages)
		if (strcmp(package->home, home) == 0)
			return package;
	fail_msg("no package in '%s'", home);
	return NULL;
}

static void copies_of_a_package_have_their_own_numbers(void **state)
{
	struct result_workload *workload = *state;

	for (int64_t i = 1; i <= 3; i++) {
		struct result_sample *sample = add_sample(workload, i, true);

		add_package(sample, "/a/six", 10 * i);
		if (i < 3)
			add_package(sample, "/b/six", 100 * i);
	}
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->packages.count, 2);
	assert_int_equal(package_at(workload, "/a/six")->self_ns, 20);
	assert_int_equal(package_at(workload, "/a/six")->starts_count, 3);
	assert_int_equal(package_at(workload, "/b/six")->self_ns, 150);
	assert_int_equal(package_at(workload, "/b/six")->starts_count, 2);
}

static void a_package_that_moves_between_starts_is_one(void **state)
{
	static const char *const homes[] = {"/tmp/_MEI1/six", "/tmp/_MEI2/six", "/tmp/_MEI3/six"};
	struct result_workload *workload = *state;

	for (int64_t i = 0; i < 3; i++)
		add_package(add_sample(workload, i, true), homes[i], 10 * i);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->packages.count, 1);
	assert_int_equal(workload->packages.items[0].self_ns, 10);
	assert_int_equal(workload->packages.items[0].starts_count, 3);
}

static void a_start_that_does_not_count_is_no_median(void **state)
{
	struct result_workload *workload = *state;

	add_sample(workload, 10, false);
	add_sample(workload, 90, true);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->median_sample, 1);
}

static void when_none_counts_one_is_still_shown(void **state)
{
	struct result_workload *workload = *state;

	add_sample(workload, 10, false);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_int_equal(workload->median_sample, 0);
	assert_int_equal(workload->summary.count, 0);
	assert_int_equal(workload->files.count, 1);
}

static void a_workload_without_a_good_start_has_failed(void **state)
{
	struct result_workload *workload = *state;

	made_failure(workload, "crashed", "signal 11");
	made_failure(workload, "never_ready", "60 s");
	assert_int_equal(summary_build(workload, 1), 0);
	assert_string_equal(workload->outcome, "failed");
	assert_string_equal(workload->reason, "signal 11");
	assert_true(workload->median_sample == RESULT_ABSENT);
}

static void one_good_start_is_enough(void **state)
{
	struct result_workload *workload = *state;

	made_failure(workload, "crashed", "signal 11");
	add_sample(workload, 1, true);
	assert_int_equal(summary_build(workload, 1), 0);
	assert_string_equal(workload->outcome, "measured");
	assert_null(workload->reason);
}

static void an_outcome_that_is_known_stays(void **state)
{
	struct result_workload *workload = *state;

	workload->outcome = made_text("not_prepared");
	workload->reason = made_text("npm ci failed");
	assert_int_equal(summary_build(workload, 1), 0);
	assert_string_equal(workload->outcome, "not_prepared");
	assert_string_equal(workload->reason, "npm ci failed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(medians_are_those_of_the_starts_that_count),
		TEST(few_starts_have_no_interval),
		TEST(the_interval_is_that_of_the_seed),
		TEST(a_metric_counts_the_starts_that_have_it),
		TEST(the_median_start_is_the_lower_one_of_an_even_number),
		TEST(of_equal_starts_the_first_is_the_median),
		TEST(files_and_folders_are_kept_of_the_median_start_alone),
		TEST(copies_of_a_package_have_their_own_numbers),
		TEST(a_package_that_moves_between_starts_is_one),
		TEST(a_start_that_does_not_count_is_no_median),
		TEST(when_none_counts_one_is_still_shown),
		TEST(a_workload_without_a_good_start_has_failed),
		TEST(one_good_start_is_enough),
		TEST(an_outcome_that_is_known_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

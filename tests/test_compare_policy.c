// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_policy.c - the smallest effects that matter, as options and policy files say them */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "compare_policy.h"

static struct compare_threshold of(const struct compare_policy *policy, const char *name)
{
	return compare_policy_threshold(policy, name, metrics_find(name));
}

static void add(struct compare_policy *policy, const char *name, const char *value)
{
	const char *why;

	assert_int_equal(compare_policy_add(policy, name, value, &why), 0);
}

static void without_rules_the_kinds_decide(void **state)
{
	struct compare_policy policy;

	(void)state;
	compare_policy_init(&policy);
	assert_true(of(&policy, "total_ns").gated);
	assert_true(of(&policy, "total_ns").relative == 0.01);
	assert_true(of(&policy, "total_ns").absolute == 1e6);
	assert_false(of(&policy, "total_ns").stated);
	assert_false(of(&policy, "runqueue_ns").gated);
	assert_true(of(&policy, "uss_ready_bytes").absolute == 262144);
	compare_policy_release(&policy);
}

static void the_larger_of_share_and_amount_matters(void **state)
{
	struct compare_threshold threshold = {.gated = true, .relative = 0.01, .absolute = 1e6};

	(void)state;
	assert_true(compare_threshold_effect(&threshold, 400e6) == 4e6);
	assert_true(compare_threshold_effect(&threshold, 40e6) == 1e6);
	assert_true(compare_threshold_effect(&threshold, 0) == 1e6);
}

static void a_later_rule_wins_where_it_says_something(void **state)
{
	struct compare_policy policy;

	(void)state;
	compare_policy_init(&policy);
	add(&policy, "times", "2%,5ms");
	add(&policy, "phase_*", "10ms");
	add(&policy, "phase_exit_ns", "off");
	assert_true(of(&policy, "total_ns").relative == 0.02);
	assert_true(of(&policy, "total_ns").absolute == 5e6);
	assert_true(of(&policy, "total_ns").stated);
	assert_true(of(&policy, "phase_load_ns").relative == 0.02);
	assert_true(of(&policy, "phase_load_ns").absolute == 10e6);
	assert_false(of(&policy, "phase_exit_ns").gated);
	assert_true(of(&policy, "runqueue_ns").absolute == 1e6);
	compare_policy_release(&policy);
}

static void labels_are_part_of_a_name(void **state)
{
	struct compare_policy policy;

	(void)state;
	compare_policy_init(&policy);
	add(&policy, "syscalls_count{name=futex}", "off");
	add(&policy, "pss_ready_bytes*", "1MiB");
	add(&policy, "runqueue_ns", "on");
	assert_false(of(&policy, "syscalls_count{name=futex}").gated);
	assert_true(of(&policy, "syscalls_count").gated);
	assert_true(of(&policy, "pss_ready_bytes{role=worker}").absolute == 1048576);
	assert_true(of(&policy, "runqueue_ns").gated);
	compare_policy_release(&policy);
}

static void what_is_no_rule_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{"total_ns", ""},     {"total_ns", "2%,"},   {"total_ns", "-1%"},
		{"total_ns", "x"},    {"total_ns", "1MiB"},  {"sizes", "5ms"},
		{"counts", "5ms"},    {"total_ns", "inf"},   {"total_ns", "nan%"},
		{"total_ns", "5 ms"}, {"total_ns", "maybe"}, {"total_ns", "%"},
	};
	struct compare_policy policy;
	const char *why;

	(void)state;
	compare_policy_init(&policy);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s=%s\n", bad[i][0], bad[i][1]);
		assert_int_equal(compare_policy_add(&policy, bad[i][0], bad[i][1], &why), -EINVAL);
	}
	assert_int_equal(compare_policy_add(&policy, "total", "2%", &why), -ENOENT);
	assert_int_equal(compare_policy_add(&policy, "", "2%", &why), -ENOENT);
	assert_int_equal(policy.rules.count, 0);
	compare_policy_release(&policy);
}

static int read_text(struct compare_policy *policy, const char *text)
{
	char path[] = "/tmp/coldprof-policy-XXXXXX";
	int fd = mkstemp(path), rc;
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	compare_policy_init(policy);
	rc = compare_policy_read(policy, path);
	unlink(path);
	return rc;
}

static void a_file_says_what_options_say(void **state)
{
	struct compare_policy policy;

	(void)state;
	assert_int_equal(read_text(&policy, "{\"level\": 0.01, \"strict\": true, \"thresholds\": "
					    "{\"times\": \"3%\", \"waits\": \"on\"}}"),
			 0);
	assert_true(policy.level == 0.01);
	assert_true(policy.strict);
	assert_true(of(&policy, "total_ns").relative == 0.03);
	assert_true(of(&policy, "blocked_ns").gated);
	compare_policy_release(&policy);
}

static void a_bad_file_is_refused(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{\"treshold\": {}}",
		"{\"level\": 0}",
		"{\"level\": 0.6}",
		"{\"strict\": 1}",
		"{\"thresholds\": []}",
		"{\"thresholds\": {\"times\": 2}}",
		"{\"thresholds\": {\"times\": \"2\\u0025,5x\"}}",
		"{\"thresholds\": {\"tims\": \"2%\"}}",
	};
	struct compare_policy policy;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(read_text(&policy, bad[i]), -EINVAL);
		compare_policy_release(&policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_the_kinds_decide),
		cmocka_unit_test(the_larger_of_share_and_amount_matters),
		cmocka_unit_test(a_later_rule_wins_where_it_says_something),
		cmocka_unit_test(labels_are_part_of_a_name),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(a_file_says_what_options_say),
		cmocka_unit_test(a_bad_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

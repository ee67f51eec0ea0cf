// SPDX-License-Identifier: BSD-2-Clause
/* test_compare.c - two reports and what is said of them: verdicts and pairs */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare_world.h"

/* ---- verdicts ---- */

static void the_same_program_has_not_regressed(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	run(world);
	vec_foreach(workload, &world->out.workloads)
		vec_foreach(item, &workload->metrics)
			assert_string_not_equal(item->verdict, "regressed");
	assert_verdict(world, "syscalls_count", "unchanged");
	assert_verdict(world, "syscalls_count{name=openat}", "unchanged");
	assert_string_equal(metric(world, "syscalls_count")->decided_by, "constant");
	assert_false(compare_fails(&world->out));
}

static void one_more_call_in_three_starts_is_a_regression(void **state)
{
	struct world *world = *state;

	both(world, 3);
	vec_foreach(sample, &world->new.workloads.items[0].samples)
		sample->syscalls.items[0].count++;
	run(world);
	assert_verdict(world, "syscalls_count{name=openat}", "regressed");
	assert_string_equal(world->out.verdict, "regressed");
	assert_true(compare_fails(&world->out));
}

/* A comment in a source file does this. */
static void a_few_more_calls_for_memory_decide_nothing(void **state)
{
	struct world *world = *state;

	both(world, 3);
	more_calls(&world->new.workloads.items[0], "mmap", 3);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "unchanged");
	assert_verdict(world, "syscalls_count", "unchanged");
}

static void many_more_calls_for_memory_are_a_regression(void **state)
{
	struct world *world = *state;

	both(world, 3);
	more_calls(&world->new.workloads.items[0], "mmap", 200);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "regressed");
}

static void what_calls_for_memory_leave_of_all_calls_decides(void **state)
{
	struct world *world = *state;
	struct result_workload *new;

	both(world, 3);
	new = &world->new.workloads.items[0];
	more_calls(new, "mmap", 3);
	add_to(new, "syscalls_count", 1);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "unchanged");
	assert_verdict(world, "syscalls_count", "regressed");
}

static void a_rule_for_all_calls_takes_them_as_they_are(void **state)
{
	struct world *world = *state;
	const char *why;

	both(world, 3);
	add_to(&world->new.workloads.items[0], "syscalls_count", 5);
	assert_int_equal(compare_policy_add(&world->policy, "syscalls_count", "5", &why), 0);
	run(world);
	assert_verdict(world, "syscalls_count", "unchanged");
}

static void a_call_that_one_side_alone_makes_is_zero_on_the_other(void **state)
{
	struct world *world = *state;

	both(world, 3);
	vec_foreach(sample, &world->new.workloads.items[0].samples)
		made_syscall(sample, "epoll_create1", 1, 0, 0.1);
	run(world);
	assert_verdict(world, "syscalls_count{name=epoll_create1}", "regressed");
	assert_true(metric(world, "syscalls_count{name=epoll_create1}")->base_median == 0);
}

static void a_slower_start_is_found_in_one_session(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 1.05);
	run(world);
	assert_verdict(world, "total_ns", "regressed");
	assert_true(metric(world, "total_ns")->shift_low > 0);
	assert_true(metric(world, "total_ns")->p_regressed <= 0.025);
}

static void a_faster_start_mirrors_it(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 0.95);
	add_to(&world->new.workloads.items[0], "enoent_count", -1);
	run(world);
	assert_verdict(world, "total_ns", "improved");
	assert_verdict(world, "enoent_count", "improved");
	assert_false(compare_fails(&world->out));
}

static void what_is_within_the_threshold_is_unchanged(void **state)
{
	struct world *world = *state;
	const char *why;

	in_one_session(world);
	both(world, 20);
	assert_int_equal(compare_policy_add(&world->policy, "times", "20%", &why), 0);
	scale(&world->new.workloads.items[0], "total_ns", 1.05);
	run(world);
	assert_verdict(world, "total_ns", "unchanged");
}

static void noise_can_not_be_told_and_says_how_many_starts_would(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	run(world);
	assert_verdict(world, "phase_load_ns", "cant_tell");
	assert_true(metric(world, "phase_load_ns")->starts_needed > 10);
	world->out.strict = true;
	assert_true(compare_fails(&world->out));
}

static void a_count_that_varies_joins_the_ranks(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	for (size_t i = 0; i < 10; i++) {
		value_of(&world->base.workloads.items[0].samples.items[i], "faults_minor_count")
			->value += (int64_t)i;
		value_of(&world->new.workloads.items[0].samples.items[i], "faults_minor_count")
			->value += 500 + (int64_t)i;
	}
	run(world);
	assert_verdict(world, "faults_minor_count", "regressed");
	assert_string_equal(metric(world, "faults_minor_count")->decided_by, "rank");
}

static void two_starts_do_not_show_that_a_count_is_constant(void **state)
{
	struct world *world = *state;

	both(world, 2);
	add_to(&world->new.workloads.items[0], "syscalls_count", 100);
	run(world);
	assert_verdict(world, "syscalls_count", "cant_tell");
}

static void three_starts_can_not_decide_what_varies(void **state)
{
	struct world *world = *state;
	bool said = false;

	in_one_session(world);
	both(world, 3);
	scale(&world->new.workloads.items[0], "total_ns", 3);
	run(world);
	assert_verdict(world, "total_ns", "cant_tell");
	assert_true(world->out.fewest_starts > 3);
	vec_foreach(note, &world->out.notes)
		said |= strstr(*note, "need") && strstr(*note, "starts a side");
	assert_true(said);
}

static void a_threshold_also_holds_for_a_constant_count(void **state)
{
	struct world *world = *state;
	const char *why;

	both(world, 3);
	add_to(&world->new.workloads.items[0], "syscalls_count", 5);
	add_to(&world->new.workloads.items[0], "enoent_count", 1);
	assert_int_equal(compare_policy_add(&world->policy, "syscalls_count", "0%,10", &why), 0);
	assert_int_equal(compare_policy_add(&world->policy, "enoent_count", "off", &why), 0);
	run(world);
	assert_verdict(world, "syscalls_count", "unchanged");
	assert_verdict(world, "enoent_count", "not_gated");
	assert_string_equal(metric(world, "enoent_count")->reason, "not gated by the policy");
}

static void waits_are_shown_and_not_gated(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "runqueue_ns", 10);
	run(world);
	assert_verdict(world, "runqueue_ns", "not_gated");
	assert_true(metric(world, "runqueue_ns")->shift > 0);
}

/* ---- pairs ---- */

static void a_program_that_does_not_start_any_more_has_regressed(void **state)
{
	struct world *world = *state;

	add(&world->base, &made_server, 1, 3);
	made_failure(add(&world->new, &made_server, 2, 0), "crashed", "ended by SIGSEGV");
	run(world);
	assert_string_equal(world->out.verdict, "regressed");
	assert_non_null(strstr(world->out.workloads.items[0].reason, "SIGSEGV"));
}

static void a_base_without_starts_tells_nothing(void **state)
{
	struct world *world = *state;

	made_failure(add(&world->base, &made_server, 1, 0), "crashed", "ended by SIGSEGV");
	add(&world->new, &made_server, 2, 3);
	run(world);
	assert_string_equal(world->out.verdict, "cant_tell");
}

static void what_one_side_alone_has_is_named(void **state)
{
	struct world *world = *state;

	both(world, 3);
	add(&world->base, &made_express, 3, 3);
	add(&world->new, &made_fastapi, 4, 3);
	run(world);
	assert_int_equal(world->out.workloads.count, 1);
	assert_string_equal(world->out.only_base.items[0], "node/express");
	assert_string_equal(world->out.only_new.items[0], "python/fastapi");
}

static void reports_without_a_common_workload_are_refused(void **state)
{
	struct world *world = *state;

	add(&world->base, &made_express, 3, 3);
	add(&world->new, &made_fastapi, 4, 3);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), -ENOENT);
}

static void several_of_one_name_are_paired_in_their_order(void **state)
{
	struct world *world = *state;

	both(world, 3);
	both(world, 3);
	add_to(&world->new.workloads.items[1], "syscalls_count", 1);
	run(world);
	assert_int_equal(world->out.workloads.count, 2);
	assert_string_not_equal(world->out.workloads.items[0].verdict, "regressed");
	assert_string_equal(world->out.workloads.items[1].verdict, "regressed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_program_has_not_regressed),
		TEST(one_more_call_in_three_starts_is_a_regression),
		TEST(a_few_more_calls_for_memory_decide_nothing),
		TEST(many_more_calls_for_memory_are_a_regression),
		TEST(what_calls_for_memory_leave_of_all_calls_decides),
		TEST(a_rule_for_all_calls_takes_them_as_they_are),
		TEST(a_call_that_one_side_alone_makes_is_zero_on_the_other),
		TEST(a_slower_start_is_found_in_one_session),
		TEST(a_faster_start_mirrors_it),
		TEST(what_is_within_the_threshold_is_unchanged),
		TEST(noise_can_not_be_told_and_says_how_many_starts_would),
		TEST(a_count_that_varies_joins_the_ranks),
		TEST(two_starts_do_not_show_that_a_count_is_constant),
		TEST(three_starts_can_not_decide_what_varies),
		TEST(a_threshold_also_holds_for_a_constant_count),
		TEST(waits_are_shown_and_not_gated),
		TEST(a_program_that_does_not_start_any_more_has_regressed),
		TEST(a_base_without_starts_tells_nothing),
		TEST(what_one_side_alone_has_is_named),
		TEST(reports_without_a_common_workload_are_refused),
		TEST(several_of_one_name_are_paired_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_noise.c - how far sessions lie apart, and what compare makes of it */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "compare_noise_history.h"
#include "noise_world.h"
#include "stratum.h"

/* ---- what is measured ---- */

static void spreads_are_shares_of_the_median(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	/* medians 90, 100, 110; in each session the deviation is 10 */
	for (int64_t session = 0; session < 3; session++)
		for (int64_t i = -1; i <= 1; i++)
			add_total(&world->calibration, session,
				  (double)(100 + 10 * (session - 1 + i)));
	noise = total_noise(world);
	assert_int_equal(noise->sessions_count, 3);
	assert_true(fabs(noise->median - 100) < 1e-9);
	assert_true(fabs(noise->within_ratio - 0.1) < 1e-9);
	assert_true(fabs(noise->between_ratio - 0.1) < 1e-9);
	/* Student's t of 2.5 % and two degrees of freedom is 4.3027 */
	assert_true(fabs(summary_noise_shift(noise, 0.025) - 0.1 * M_SQRT2 * 4.30265273) < 1e-8);
}

static void starts_that_do_not_count_are_left_out(void **state)
{
	struct world *world = *state;

	for (int64_t session = 0; session < 3; session++)
		add_total(&world->calibration, session, 100);
	add_total(&world->calibration, 1, 900);
	app(&world->calibration)->samples.items[3].counted = false;
	assert_true(total_noise(world)->between_ratio == 0);
}

static void two_sessions_tell_no_bound(void **state)
{
	struct world *world = *state;

	add_total(&world->calibration, 0, 100);
	add_total(&world->calibration, 1, 110);
	assert_true(isnan(summary_noise_shift(total_noise(world), 0.025)));
}

/* Two calibrations can be merged: their sessions then have other numbers. */
static void gaps_between_the_numbers_of_sessions_are_none(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	for (int64_t i = 0; i < 3; i++)
		add_total(&world->calibration, i * (1ll << 40), (double)(90 + 10 * i));
	noise = total_noise(world);
	assert_int_equal(noise->sessions_count, 3);
	assert_int_equal(summary_noise_build(app(&world->calibration)), 0);
	assert_int_equal(app(&world->calibration)->noise.count, 1);
}

static void one_start_a_session_has_no_spread_within(void **state)
{
	struct world *world = *state;

	for (int64_t session = 0; session < 4; session++)
		add_total(&world->calibration, session, 100 + (double)session);
	assert_true(isnan(total_noise(world)->within_ratio));
}

/* ---- what compare makes of it ---- */

/* Sessions 1 % apart; starts of both sides around 200 ms and |slower| more. */
static void fill_all(struct world *world, double slower)
{
	rng_seed(&world->rng, 7);
	for (int64_t session = 0; session < SESSIONS; session++)
		for (size_t i = 0; i < EACH; i++)
			add_total(&world->calibration, session,
				  200e6 * (1 + 0.01 * (double)(session % 3 - 1)));
	for (size_t i = 0; i < STARTS; i++) {
		add_total(&world->base, RESULT_ABSENT, 200e6 + 1e5 * normal(&world->rng));
		add_total(&world->new, RESULT_ABSENT,
			  200e6 * (1 + slower) + 1e5 * normal(&world->rng));
	}
	total_noise(world);
}

static const struct comparison_metric *total(struct world *world)
{
	comparison_release(&world->out);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), 0);
	return world->out.workloads.items[0].metrics.items;
}

static void beyond_what_sessions_shift_a_time_regresses(void **state)
{
	struct world *world = *state;
	const struct comparison_metric *metric;

	fill_all(world, 0.5);
	assert_string_equal(total(world)->verdict, "cant_tell");
	world->policy.noise = &world->calibration;
	metric = total(world);
	assert_string_equal(metric->verdict, "regressed");
	assert_true(metric->drift > 0.02 * 200e6 && metric->drift < 0.2 * 200e6);
	assert_true(fabs(world->out.level - 0.025) < 1e-12);
	assert_non_null(strstr(world->out.notes.items[0], "different times"));
}

static void within_it_nothing_can_be_told(void **state)
{
	struct world *world = *state;
	const struct comparison_metric *metric;

	fill_all(world, 0.03);
	world->policy.noise = &world->calibration;
	metric = total(world);
	assert_string_equal(metric->verdict, "cant_tell");
	assert_string_equal(metric->reason, "too near what the machine shifts by itself");
	assert_true(metric->starts_needed == RESULT_ABSENT);
}

/* A shift of the machine could hide one of the program: only a wide threshold is safe from that. */
static void unchanged_is_what_no_shift_could_have_hidden(void **state)
{
	struct world *world = *state;
	const char *why;

	fill_all(world, 0);
	world->policy.noise = &world->calibration;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_int_equal(compare_policy_add(&world->policy, "times", "30%", &why), 0);
	assert_string_equal(total(world)->verdict, "unchanged");
}

static void a_base_that_is_a_calibration_needs_no_other(void **state)
{
	struct world *world = *state;
	struct result base;

	fill_all(world, 0.5);
	base = world->base;
	world->base = world->calibration;
	assert_string_equal(total(world)->verdict, "regressed");
	world->calibration = world->base;
	world->base = base;
}

static void one_of_another_machine_counts_for_nothing(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->calibration.host.cpu[0] = 'Y';
	world->policy.noise = &world->calibration;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.notes.items[0], "another machine"));
	assert_true(world->out.level == 0.05);
}

static void one_of_another_workload_or_cold_level_neither(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	app(&world->calibration)->cold = text("evicted");
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.workloads.items[0].notes.items[0], "other conditions"));
	app(&world->calibration)->name[0] = 'x';
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.workloads.items[0].notes.items[0], "not calibrated"));
}

static void sides_of_one_run_need_none(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.03);
	world->policy.noise = &world->calibration;
	world->base.plan.session = text("s");
	world->new.plan.session = text("s");
	assert_string_equal(total(world)->verdict, "regressed");
	assert_true(world->out.level == 0.05);
	assert_true(isnan(total(world)->drift));
}

static void a_calibration_shorter_than_the_time_between_says_so(void **state)
{
	struct world *world = *state;

	fill_all(world, 0);
	world->policy.noise = &world->calibration;
	world->calibration.plan.sessions_ns = 10000000000;
	total(world);
	assert_non_null(strstr(world->out.notes.items[0], "are 30 s apart"));
	world->calibration.plan.sessions_ns = 40000000000;
	total(world);
	assert_null(strstr(world->out.notes.items[0], "apart"));
}

static void two_sessions_are_too_few_to_judge_by(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	world->calibration.plan.sessions_count = 2;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.notes.items[0], "too few sessions"));
	assert_true(world->out.level == 0.05);
}

/* What a merged report was measured on stands beside each workload. */
static void a_merged_calibration_is_matched_by_stratum(void **state)
{
	struct world *world = *state;
	struct buf stratum = {0};

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	assert_int_equal(stratum_of(&world->base, app(&world->base), &stratum), 0);
	app(&world->calibration)->stratum = buf_steal(&stratum);
	world->calibration.host.cpu[0] = 'Y';
	assert_string_equal(total(world)->verdict, "regressed");
	app(&world->calibration)->stratum[0] = 'Y';
	assert_string_equal(total(world)->verdict, "cant_tell");
}

/* ---- reports as sessions ---- */

/* A report of that day of the month before. */
static void learn(struct world *world, size_t day, const char *cpu, const char *cold,
		  double total_ns)
{
	struct result report;
	char created[64];

	snprintf(created, sizeof(created), "2026-%02zu-%02zuT10:00:00Z", 10 + day / 28,
		 1 + day % 28);
	make(&report, created);
	report.host.cpu[0] = cpu[0];
	app(&report)->cold = text(cold);
	for (int64_t i = -1; i <= 1; i++)
		add_total(&report, RESULT_ABSENT, total_ns + 5 * (double)i);
	assert_int_equal(compare_noise_history_add(&world->learned, &report, &world->new), 0);
	result_release(&report);
}

static void each_report_before_the_new_one_is_a_session(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	app(&world->new)->cold = text("warm");
	learn(world, 2, "X", "warm", 110);
	learn(world, 0, "X", "warm", 90);
	learn(world, 1, "X", "warm", 100);
	learn(world, 3, "Y", "warm", 500);
	learn(world, 4, "X", "evicted", 500);
	learn(world, 70, "X", "warm", 500); /* after it */
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	noise = summary_noise_find(app(&world->learned), "total_ns");
	assert_int_equal(noise->sessions_count, 3);
	assert_true(fabs(noise->median - 100) < 1e-9 && isnan(noise->within_ratio));
	assert_true(fabs(noise->between_ratio - 0.1) < 1e-9);
	assert_true(world->learned.plan.sessions_ns >= 2 * 86400000000000);
}

static void what_reports_tell_is_judged_by(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	app(&world->base)->cold = text("warm");
	app(&world->new)->cold = text("warm");
	for (size_t day = 0; day < 8; day++)
		learn(world, day, "X", "warm", 200e6 * (1 + 0.01 * (double)(day % 3)));
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	world->policy.noise = &world->learned;
	assert_string_equal(total(world)->verdict, "regressed");
	assert_true(total(world)->drift > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spreads_are_shares_of_the_median),
		TEST(starts_that_do_not_count_are_left_out),
		TEST(two_sessions_tell_no_bound),
		TEST(gaps_between_the_numbers_of_sessions_are_none),
		TEST(one_start_a_session_has_no_spread_within),
		TEST(beyond_what_sessions_shift_a_time_regresses),
		TEST(within_it_nothing_can_be_told),
		TEST(unchanged_is_what_no_shift_could_have_hidden),
		TEST(a_base_that_is_a_calibration_needs_no_other),
		TEST(one_of_another_machine_counts_for_nothing),
		TEST(one_of_another_workload_or_cold_level_neither),
		TEST(sides_of_one_run_need_none),
		TEST(two_sessions_are_too_few_to_judge_by),
		TEST(a_merged_calibration_is_matched_by_stratum),
		TEST(each_report_before_the_new_one_is_a_session),
		TEST(what_reports_tell_is_judged_by),
		TEST(a_calibration_shorter_than_the_time_between_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

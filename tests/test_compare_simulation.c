// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_compare_simulation.c - how often comparisons are wrong, and how often they find what is
 * there
 *
 * COLDPROF_SIMULATIONS sets how many comparisons each claim is tried on (make test-all: 10,000).
 * Every figure is printed with its seed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "simulated_starts.h"
#include "stats_shift.h"

#define NOISE 0.027
#define CALL  "syscalls_count{name=openat}"

static void equal_sides(const struct course *course, uint64_t seed)
{
	static const size_t starts[] = {3, 4, 5, 7, 10, 15, 20, 30, 40};
	size_t alarms[9] = {0}, tried[9] = {0}, regressed = 0, wrong = 0, all = simulations();
	struct compare_policy policy;
	struct stats_rank rank = {0};
	struct trial trial = {0};

	without_thresholds(&policy);
	rng_seed(&trial.rng, seed);
	for (size_t i = 0; i < all; i++) {
		struct comparison out;
		size_t at = i % 9;
		bool alarm;

		fill(&trial, course, (enum form)(i / 9 % FORMS), starts[at]);
		judge(&trial, METRICS, &policy, &rank, &out);
		alarm = count(&out, COMPARISON_REGRESSED) > 0;
		regressed += alarm;
		wrong += alarm || count(&out, COMPARISON_IMPROVED) > 0;
		alarms[at] += alarm;
		tried[at]++;
		comparison_release(&out);
	}
	print_message(
		"figure: %s, %d metrics, seed %llu: of %zu comparisons %.2f %% regressed, %.2f %% "
		"with any false verdict; regressed by starts a side:",
		course->name, METRICS, (unsigned long long)seed, all, percent(regressed, all),
		percent(wrong, all));
	for (size_t i = 0; i < 9; i++)
		print_message(" %zu: %.2f %%", starts[i], percent(alarms[i], tried[i]));
	print_message("\n");
	release(&trial);
	stats_rank_release(&rank);
	compare_policy_release(&policy);
	assert_at_most(wrong, all, 0.05, all >= 10000);
}

static void equal_sides_one_after_the_other_raise_few_alarms(void **state)
{
	static const struct course course = {"exchangeable starts", false, 0, 0};

	(void)state;
	equal_sides(&course, 1);
}

static void equal_sides_by_turns_raise_few_alarms_under_drift(void **state)
{
	static const struct course course = {"by turns, drift of 30 %", true, 0.3, 0};

	(void)state;
	equal_sides(&course, 2);
}

static void equal_sides_by_turns_raise_few_alarms_under_autocorrelation(void **state)
{
	static const struct course course = {"by turns, autocorrelation 0.9, drift of -10 %", true,
					     -0.1, 0.9};

	(void)state;
	equal_sides(&course, 3);
}

/* A start that is slow makes the next one quick: nothing that turns could even out. */
static void equal_sides_by_turns_raise_few_alarms_under_alternation(void **state)
{
	static const struct course course = {"by turns, autocorrelation -0.2", true, 0, -0.2};

	(void)state;
	equal_sides(&course, 4);
}

/* ---- power ---- */

#define SLOWER 0.05

/* |metrics| of which the first |worse| are slower on the new side. */
static size_t find(size_t metrics, size_t worse, uint64_t seed, size_t *any)
{
	static const struct course course = {"exchangeable starts", false, 0, 0};
	size_t found = 0, all = simulations();
	struct compare_policy policy;
	struct stats_rank rank = {0};
	struct trial trial = {0};

	*any = 0;
	compare_policy_init(&policy);
	rng_seed(&trial.rng, seed);
	for (size_t i = 0; i < all; i++) {
		struct comparison out;

		prepare(&trial, metrics);
		order(&trial, &course, 20);
		for (size_t t = 0; t < 40; t++) {
			double common = normal(&trial.rng);

			for (size_t m = 0; m < metrics; m++) {
				struct compare_series *series = &trial.series[m];
				double change = NOISE * (sqrt(RELATED) * common +
							 sqrt(1 - RELATED) * normal(&trial.rng));

				if (trial.after[t] && m < worse)
					change += SLOWER;
				vec_push(trial.after[t] ? &series->new : &series->base,
					 value_of(m, change));
			}
		}
		judge(&trial, metrics, &policy, &rank, &out);
		found += comparison_verdict(out.workloads.items[0].metrics.items[0].verdict) ==
			 COMPARISON_REGRESSED;
		*any += count(&out, COMPARISON_REGRESSED) > 0;
		comparison_release(&out);
	}
	release(&trial);
	stats_rank_release(&rank);
	compare_policy_release(&policy);
	return found;
}

static void a_shift_of_5_percent_is_found_in_20_starts(void **state)
{
	static const struct {
		size_t metrics, worse;
	} cases[] = {{1, 1}, {5, 1}, {20, 1}, {40, 1}, {40, 4}};
	size_t all = simulations(), least = (size_t)(0.95 * (double)all);
	double slack = all >= 10000 ? 0 : Z_99_9 * sqrt((double)all * 0.95 * 0.05);

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		size_t any, found = find(cases[i].metrics, cases[i].worse, 10 + i, &any);

		print_message(
			"figure: %.0f %% slower at %.1f %% noise, 20 starts, threshold 1 %%, seed "
			"%zu: %zu of %zu metrics slower: %.2f %% found, the first %.2f %%\n",
			100 * SLOWER, 100 * NOISE, 10 + i, cases[i].worse, cases[i].metrics,
			percent(any, all), percent(found, all));
		/* one metric among 20 or 40 that share no fate with it is the harder case */
		if (cases[i].metrics <= 5 || cases[i].worse > 1)
			assert_true((double)any + slack >= (double)least);
	}
}

static void one_more_call_in_three_starts_is_always_found(void **state)
{
	static const struct course course = {"exchangeable starts", false, 0, 0};
	size_t found = 0, all = simulations();
	struct compare_policy policy;
	struct stats_rank rank = {0};
	struct trial trial = {0};

	(void)state;
	compare_policy_init(&policy);
	rng_seed(&trial.rng, 20);
	for (size_t i = 0; i < all; i++) {
		struct compare_series *series = &trial.series[METRICS - 1];
		double calls = (double)(1 + rng_below(&trial.rng, 100000));
		struct comparison out;

		fill(&trial, &course, (enum form)(i % FORMS), 3);
		series->name = (char *)CALL;
		series->metric = metrics_find(CALL);
		for (size_t j = 0; j < 3; j++) {
			series->base.items[j] = calls;
			series->new.items[j] = calls + 1;
		}
		judge(&trial, METRICS, &policy, &rank, &out);
		found += comparison_verdict(
				 out.workloads.items[0].metrics.items[METRICS - 1].verdict) ==
			 COMPARISON_REGRESSED;
		comparison_release(&out);
	}
	print_message("figure: one system call more, 3 starts, seed 20: %zu of %zu found\n", found,
		      all);
	release(&trial);
	stats_rank_release(&rank);
	compare_policy_release(&policy);
	assert_int_equal(found, all);
}

/* ---- intervals ---- */

/* 1 less the share of orders that leave the shift out on either side. */
static double enumerated(struct stats_rank *rank, size_t a, size_t b)
{
	size_t cut = stats_rank_cut(rank, a, b, 0.025);

	return 1 - 2 * rank->below[cut - 1];
}

static void intervals_cover_as_often_as_enumeration_says(void **state)
{
	static const size_t sizes[][2] = {{4, 4},   {5, 5}, {7, 7},  {10, 10},
					  {20, 20}, {4, 9}, {40, 40}};
	struct stats_rank rank = {0};
	struct rng rng;
	size_t all = 10 * simulations();

	(void)state;
	rng_seed(&rng, 30);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t a = sizes[i][0], b = sizes[i][1], covered = 0;
		double level, band;

		for (size_t j = 0; j < all; j++) {
			enum form form = (enum form)(j % FORMS);
			double before[MOST], after[MOST];
			struct stats_two two = {before, a, after, b};
			struct stats_shift shift;

			for (size_t k = 0; k < a; k++)
				before[k] = draw(&rng, form);
			for (size_t k = 0; k < b; k++)
				after[k] = 3 + draw(&rng, form);
			stats_sort(before, a);
			stats_sort(after, b);
			shift = stats_shift(&rank, &two, 0.95);
			covered += shift.interval.low <= 3 && 3 <= shift.interval.high;
		}
		level = enumerated(&rank, a, b);
		band = Z_99_9 * sqrt(level * (1 - level) / (double)all);
		print_message(
			"figure: %zu and %zu starts, seed 30: %.3f %% of %zu intervals cover the "
			"shift, by enumeration %.3f %%\n",
			a, b, percent(covered, all), all, 100 * level);
		assert_true(level >= 0.95);
		assert_true(fabs((double)covered / (double)all - level) <= band);
	}
	stats_rank_release(&rank);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sides_one_after_the_other_raise_few_alarms),
		cmocka_unit_test(equal_sides_by_turns_raise_few_alarms_under_drift),
		cmocka_unit_test(equal_sides_by_turns_raise_few_alarms_under_autocorrelation),
		cmocka_unit_test(equal_sides_by_turns_raise_few_alarms_under_alternation),
		cmocka_unit_test(a_shift_of_5_percent_is_found_in_20_starts),
		cmocka_unit_test(one_more_call_in_three_starts_is_always_found),
		cmocka_unit_test(intervals_cover_as_often_as_enumeration_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

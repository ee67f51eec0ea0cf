// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_looks.c - a comparison that goes on until it is sure: its looks, and how often it is wrong
 *
 * COLDPROF_SIMULATIONS as in test_compare_simulation.c, of which a fifth is tried here: a run until
 * sure has five comparisons in it. Every figure is printed with its seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "simulated_starts.h"
#include "stats_looks.h"

#define FEWEST 20

static size_t runs(void)
{
	size_t some = simulations() / STATS_LOOKS;

	return some > FEWEST ? some : FEWEST;
}

/* ---- the looks ---- */

static void looks_are_fixed_by_the_first_and_the_last(void **state)
{
	static const size_t wanted[] = {10, 18, 32, 56, 100};
	struct stats_looks looks;

	(void)state;
	stats_looks_make(10, 100, &looks);
	assert_int_equal(looks.count, 5);
	assert_memory_equal(looks.at, wanted, sizeof(wanted));
}

static void looks_ascend_and_spend_the_whole_level(void **state)
{
	(void)state;
	for (size_t first = 1; first < 40; first++)
		for (size_t most = first; most < 200; most += 7) {
			struct stats_looks looks;
			double spent = 0;

			stats_looks_make(first, most, &looks);
			assert_in_range(looks.count, 1, STATS_LOOKS);
			assert_int_equal(looks.at[looks.count - 1], most);
			for (size_t i = 0; i < looks.count; i++) {
				assert_true(!i || looks.at[i] > looks.at[i - 1]);
				assert_true(stats_looks_share(&looks, i) > 0);
				spent += stats_looks_share(&looks, i);
			}
			assert_true(fabs(spent - 1) < 1e-12);
		}
}

static void one_look_where_there_is_no_more_to_come(void **state)
{
	struct stats_looks looks;

	(void)state;
	stats_looks_make(10, 10, &looks);
	assert_int_equal(looks.count, 1);
	assert_true(stats_looks_share(&looks, 0) == 1);
}

/* ---- how often they are wrong ---- */

/* A run until sure: when it may stop, and for what reason beside its looks. */
struct rule {
	struct stats_looks looks;
	double most_s; /* time is up when all starts together took so long; 0: never */
};

/* What one run said: at the look at which it stopped, and at any that it could have stopped at. */
struct outcome {
	size_t starts;
	bool regressed, wrong; /* any false verdict */
	bool ever_wrong;
};

/* The first |n| starts of each side. */
static void take_first(const struct trial *from, size_t n, struct trial *to)
{
	prepare(to, METRICS);
	for (size_t i = 0; i < METRICS; i++)
		for (size_t j = 0; j < n; j++) {
			vec_push(&to->series[i].base, from->series[i].base.items[j]);
			vec_push(&to->series[i].new, from->series[i].new.items[j]);
		}
}

/* How many rounds fit into the time: by the totals of both sides, as the clock has it. */
static size_t rounds_until(const struct trial *trial, double most_s)
{
	double spent_s = 0;
	size_t round = 0;

	for (; round < MOST && (most_s <= 0 || spent_s < most_s); round++)
		spent_s +=
			(trial->series[0].base.items[round] + trial->series[0].new.items[round]) /
			1e9;
	return round;
}

static bool is_decided(const struct comparison *comparison)
{
	return !count(comparison, COMPARISON_CANT_TELL);
}

static void run(const struct trial *all, const struct rule *rule, struct stats_rank *rank,
		struct trial *seen, struct outcome *out)
{
	size_t end = rounds_until(all, rule->most_s);
	bool over = false, stopped = false;

	*out = (struct outcome){0};
	for (size_t i = 0; i < rule->looks.count && !over; i++) {
		struct compare_policy policy;
		struct comparison said;
		size_t n = rule->looks.at[i];

		/* time was up: the look that is next is held with what there is */
		over = n >= end;
		n = over ? end : n;
		without_thresholds(&policy);
		policy.level *= stats_looks_share(&rule->looks, i);
		take_first(all, n, seen);
		judge(seen, METRICS, &policy, rank, &said);
		if (!stopped) {
			out->starts = n;
			out->regressed = count(&said, COMPARISON_REGRESSED) > 0;
			out->wrong = out->regressed || count(&said, COMPARISON_IMPROVED) > 0;
			stopped = is_decided(&said);
		}
		out->ever_wrong |= count(&said, COMPARISON_REGRESSED) > 0 ||
				   count(&said, COMPARISON_IMPROVED) > 0;
		comparison_release(&said);
		compare_policy_release(&policy);
	}
}

static void equal_sides(const struct course *course, double most_s, uint64_t seed)
{
	size_t regressed = 0, wrong = 0, ever = 0, starts = 0, all = runs();
	struct rule rule = {.most_s = most_s};
	struct trial trial = {0}, seen = {0};
	struct stats_rank rank = {0};

	stats_looks_make(8, MOST, &rule.looks);
	rng_seed(&trial.rng, seed);
	for (size_t i = 0; i < all; i++) {
		struct outcome out;

		fill(&trial, course, (enum form)(i % FORMS), MOST);
		run(&trial, &rule, &rank, &seen, &out);
		regressed += out.regressed;
		wrong += out.wrong;
		ever += out.ever_wrong;
		starts += out.starts;
	}
	print_message("figure: until sure, %zu looks from 8 to %d starts a side, %s, %d metrics, "
		      "seed %llu: of %zu runs %.2f %% regressed, %.2f %% with any false verdict, "
		      "%.2f %% at any look; %.1f starts a side\n",
		      rule.looks.count, MOST, course->name, METRICS, (unsigned long long)seed, all,
		      percent(regressed, all), percent(wrong, all), percent(ever, all),
		      (double)starts / (double)all);
	release(&trial);
	release(&seen);
	stats_rank_release(&rank);
	assert_at_most(ever, all, 0.05, false);
}

static void all_looks_together_raise_few_alarms(void **state)
{
	static const struct course course = {"by turns", true, 0, 0};

	(void)state;
	equal_sides(&course, 0, 41);
}

static void all_looks_together_raise_few_alarms_under_drift(void **state)
{
	static const struct course course = {"by turns, autocorrelation 0.9, drift of 30 %", true,
					     0.3, 0.9};

	(void)state;
	equal_sides(&course, 0, 42);
}

/* The last look then comes when the clock says so, and slow starts make it come sooner. */
static void an_end_by_the_clock_raises_few_alarms(void **state)
{
	static const struct course course = {"by turns, autocorrelation 0.5, up after 10 s", true,
					     0, 0.5};

	(void)state;
	equal_sides(&course, 10, 43);
}

/* ---- what they are good for ---- */

static void an_obvious_change_is_found_at_the_first_look(void **state)
{
	static const struct course course = {"by turns", true, 0, 0};
	struct trial trial = {0}, seen = {0};
	struct stats_rank rank = {0};
	struct rule rule = {0};
	size_t found = 0, all = runs();

	(void)state;
	stats_looks_make(8, MOST, &rule.looks);
	rng_seed(&trial.rng, 44);
	for (size_t i = 0; i < all; i++) {
		struct compare_policy policy;
		struct comparison said;

		fill(&trial, &course, NORMAL, 8);
		for (size_t j = 0; j < 8; j++)
			trial.series[0].new.items[j] *= 1.2;
		compare_policy_init(&policy);
		policy.level *= stats_looks_share(&rule.looks, 0);
		take_first(&trial, 8, &seen);
		judge(&seen, METRICS, &policy, &rank, &said);
		found += comparison_verdict(said.workloads.items[0].metrics.items[0].verdict) ==
			 COMPARISON_REGRESSED;
		comparison_release(&said);
		compare_policy_release(&policy);
	}
	print_message("figure: 20 %% slower at 1 %% noise, first look at 8 starts a side, %d "
		      "metrics, seed 44: %.2f %% of %zu found\n",
		      METRICS, percent(found, all), all);
	release(&trial);
	release(&seen);
	stats_rank_release(&rank);
	assert_true((double)found >= 0.99 * (double)all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_fixed_by_the_first_and_the_last),
		cmocka_unit_test(looks_ascend_and_spend_the_whole_level),
		cmocka_unit_test(one_look_where_there_is_no_more_to_come),
		cmocka_unit_test(all_looks_together_raise_few_alarms),
		cmocka_unit_test(all_looks_together_raise_few_alarms_under_drift),
		cmocka_unit_test(an_end_by_the_clock_raises_few_alarms),
		cmocka_unit_test(an_obvious_change_is_found_at_the_first_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_stats_steps.c - steps in series: which are found, and how often one is found that is none
 *
 * COLDPROF_SIMULATIONS sets how many histories each claim is tried on (make test-all: 10,000).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rng.h"
#include "stats_steps.h"

#define FEW	 100
#define METRICS	 40
#define REPORTS	 61 /* 60 of the history and the new one */
#define MOST	 101
#define LEVEL	 0.025 /* one direction's half */
#define SHUFFLES 399

static size_t simulations(void)
{
	const char *text = getenv("COLDPROF_SIMULATIONS");

	return text && atoi(text) > 0 ? (size_t)atoi(text) : FEW;
}

/* ---- one series ---- */

static struct stats_step step_of(const double *values, size_t count, int direction)
{
	struct stats_steps steps = {values, 1, count, direction, 0, 7};
	struct stats_step step;

	assert_int_equal(stats_steps(&steps, &step), 0);
	return step;
}

static void a_clear_step_is_found_where_it_is(void **state)
{
	const double values[] = {10, 11, 10, 12, 11, 10, 20, 21, 20, 22, 21, 20};
	struct stats_step up = step_of(values, 12, 1), down = step_of(values, 12, -1);

	(void)state;
	assert_int_equal(up.at, 6);
	assert_true(up.p < 0.01);
	assert_true(down.p > 0.2);
}

static void a_step_down_is_one_in_the_other_direction(void **state)
{
	const double values[] = {20, 21, 20, 22, 10, 11, 10, 12};

	(void)state;
	assert_int_equal(step_of(values, 8, -1).at, 4);
	assert_true(step_of(values, 8, 1).p > 0.2);
}

/* All 720 orders of six values: of the first three least ones 36 are such a step or a clearer one.
 */
static void p_is_that_of_all_orders(void **state)
{
	const double values[] = {1, 2, 3, 11, 12, 13};
	struct stats_steps steps = {values, 1, 6, 1, 200000, 3};
	struct stats_step step;

	(void)state;
	assert_int_equal(stats_steps(&steps, &step), 0);
	assert_true(fabs(step.p - 36.0 / 720) < 0.003);
}

static void what_never_varies_has_no_step(void **state)
{
	const double values[] = {5, 5, 5, 5, 5, 5};

	(void)state;
	assert_true(step_of(values, 6, 1).p == 1);
	assert_true(step_of(values, 2, 1).p == 1);
}

static void the_least_p_is_known(void **state)
{
	(void)state;
	assert_true(fabs(stats_steps_least(41, 1) - 1.0 / 41) < 1e-12);
	assert_true(fabs(stats_steps_least(11, 2) - 1.0 / 55) < 1e-12);
	assert_true(stats_steps_least(5, 0) == 1);
}

/* ---- histories ---- */

static double uniform(struct rng *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) * 0x1p-53;
}

static double normal(struct rng *rng)
{
	return sqrt(-2 * log(uniform(rng))) * cos(2 * M_PI * uniform(rng));
}

/* With three degrees of freedom: one in a hundred lies beyond 4.5. */
static double heavy(struct rng *rng)
{
	double squares = 0;

	for (int i = 0; i < 3; i++) {
		double one = normal(rng);

		squares += one * one;
	}
	return normal(rng) / sqrt(squares / 3);
}

static double skewed(struct rng *rng)
{
	return exp(normal(rng));
}

/* What a history is made of. */
struct made {
	double (*noise)(struct rng *rng);
	double together; /* share of the noise that all metrics of a report have in common */
	double memory;	 /* how much of a report's noise the next one has */
	size_t reports;
	double shift; /* of the first metric's last |after| reports, in deviations of the noise */
	size_t after;
};

static void make(const struct made *made, struct rng *rng, double values[METRICS * MOST])
{
	double common[MOST], own = sqrt(1 - made->together), last;

	last = made->noise(rng);
	for (size_t i = 0; i < made->reports; i++)
		last = common[i] = made->memory * last +
				   sqrt(1 - made->memory * made->memory) * made->noise(rng);
	for (size_t row = 0; row < METRICS; row++) {
		last = made->noise(rng);
		for (size_t i = 0; i < made->reports; i++) {
			last = made->memory * last +
			       sqrt(1 - made->memory * made->memory) * made->noise(rng);
			values[row * made->reports + i] =
				own * last + sqrt(made->together) * common[i];
		}
	}
	for (size_t i = 0; i < made->after; i++)
		values[made->reports - 1 - i] += made->shift;
}

/* The share of histories in which any metric has a step (first: the first metric has it). */
static double share_of(const struct made *made, bool first, bool careful)
{
	static double values[METRICS * MOST];
	size_t found = 0, count = simulations();
	struct rng rng;

	rng_seed(&rng, 20261126);
	for (size_t i = 0; i < count; i++) {
		struct stats_steps steps = {values, METRICS, made->reports, 1, SHUFFLES, i};
		struct stats_step out[METRICS];
		bool any = false;

		make(made, &rng, values);
		if (careful && stats_steps_memory(&steps) > STATS_STEPS_MEMORY)
			continue;
		assert_int_equal(stats_steps(&steps, out), 0);
		for (size_t row = 0; row < METRICS; row++)
			any |= out[row].p <= LEVEL;
		found += first ? out[0].p <= LEVEL : any;
	}
	return (double)found / (double)count;
}

static double share(const struct made *made, bool first)
{
	return share_of(made, first, false);
}

/* 99.9 % of the simulations of a true rate of LEVEL lie below. */
static double most_false(void)
{
	return LEVEL + 3.1 * sqrt(LEVEL * (1 - LEVEL) / (double)simulations());
}

static void no_step_is_rarely_found_whatever_the_noise(void **state)
{
	static const struct {
		const char *name;
		double (*noise)(struct rng *rng);
	} noises[] = {{"normal", normal}, {"skewed", skewed}, {"heavy-tailed", heavy}};
	static const size_t reports[] = {6, 11, REPORTS};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n < 3; n++) {
			struct made made = {noises[i].noise, 0.5, 0, reports[n], 0, 0};
			double rate = share(&made, false);

			print_message("%zu x %d metrics, %zu reports, %s noise: %.2f %% of "
				      "histories have a false step up (at most %.1f %%)\n",
				      simulations(), METRICS, reports[n], noises[i].name,
				      100 * rate, 100 * LEVEL);
			assert_true(rate <= most_false());
		}
}

/* Sessions that resemble the one before are not exchangeable: said, not hidden. */
static void drift_from_report_to_report_is_a_change(void **state)
{
	static const double memories[] = {0, 0.1, 0.2, 0.3, 0.5, 0.8};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct made made = {normal, 0.5, memories[i], REPORTS, 0, 0};
		double rate = share(&made, false), careful = share_of(&made, false, true);

		print_message("autocorrelation %.1f: %.1f %% of histories have a false step up, "
			      "%.1f %% where those that drift visibly are left undecided\n",
			      memories[i], 100 * rate, 100 * careful);
		assert_true(careful <= 0.12);
	}
}

static void steps_are_found(void **state)
{
	static const struct {
		size_t reports, after;
		double shift, least;
	} cases[] = {{61, 1, 8, 0.75}, {61, 3, 4, 0.8}, {61, 5, 3, 0.7}, {21, 3, 6, 0.9}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct made made = {normal,	    0.5,	   0, cases[i].reports,
				    cases[i].shift, cases[i].after};
		double rate = share(&made, true);

		print_message("a step of %.0f deviations, %zu of %zu reports after it: found in "
			      "%.1f %%\n",
			      cases[i].shift, cases[i].after, cases[i].reports, 100 * rate);
		assert_true(rate >= cases[i].least);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clear_step_is_found_where_it_is),
		cmocka_unit_test(a_step_down_is_one_in_the_other_direction),
		cmocka_unit_test(p_is_that_of_all_orders),
		cmocka_unit_test(what_never_varies_has_no_step),
		cmocka_unit_test(the_least_p_is_known),
		cmocka_unit_test(no_step_is_rarely_found_whatever_the_noise),
		cmocka_unit_test(drift_from_report_to_report_is_a_change),
		cmocka_unit_test(steps_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

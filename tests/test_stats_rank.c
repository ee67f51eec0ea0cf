// SPDX-License-Identifier: BSD-2-Clause
/* test_stats_rank.c - rank tests, shifts and families of p against SciPy, R and enumeration */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rng.h"
#include "stats_family.h"
#include "stats_shift.h"
#include "rank_oracle.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_close(double got, double wanted)
{
	if (isnan(wanted) && isnan(got))
		return;
	if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
		fail_msg("%.17g is not %.17g", got, wanted);
}

static void p_is_that_of_scipy(void **state)
{
	struct stats_rank rank = {0};

	(void)state;
	for (const struct oracle *o = oracles; o < oracles + COUNT(oracles); o++) {
		struct stats_rank_p got = stats_rank_test(&rank, &o->two, 0);

		print_message("%s\n", o->name);
		assert_int_equal(got.exact, o->exact);
		assert_close(got.greater, o->greater);
		assert_close(got.less, o->less);
	}
	stats_rank_release(&rank);
}

static void shifts_are_those_of_r(void **state)
{
	struct stats_rank rank = {0};

	(void)state;
	for (const struct oracle *o = oracles; o < oracles + COUNT(oracles); o++) {
		struct stats_shift got = stats_shift(&rank, &o->two, 0.95);

		print_message("%s\n", o->name);
		assert_close(got.estimate, o->shift);
		if (!o->exact)
			continue;
		assert_close(got.interval.low, o->low);
		assert_close(got.interval.high, o->high);
	}
	stats_rank_release(&rank);
}

/* ---- enumeration ---- */

#define MOST 7

static double pairs_greater(const double *pooled, size_t count, unsigned after)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			if ((after >> i & 1) && !(after >> j & 1))
				sum += pooled[i] > pooled[j] ? 1 : pooled[i] == pooled[j] ? 0.5 : 0;
	return sum;
}

/* p by trying each way to deal the pooled values. */
static void enumerate(const struct stats_two *two, double *greater, double *less)
{
	size_t count = two->before_count + two->after_count;
	double pooled[2 * MOST], seen, all = 0, above = 0, below = 0;

	memcpy(pooled, two->after, two->after_count * sizeof(double));
	memcpy(pooled + two->after_count, two->before, two->before_count * sizeof(double));
	seen = pairs_greater(pooled, count, (1u << two->after_count) - 1);
	for (unsigned after = 0; after < 1u << count; after++) {
		double one;

		if ((size_t)__builtin_popcount(after) != two->after_count)
			continue;
		one = pairs_greater(pooled, count, after);
		all++;
		above += one >= seen;
		below += one <= seen;
	}
	*greater = above / all;
	*less = below / all;
}

static void draw(struct rng *rng, double *values, size_t count, uint64_t kinds)
{
	for (size_t i = 0; i < count; i++)
		values[i] = (double)rng_below(rng, kinds);
	stats_sort(values, count);
}

static void p_with_ties_is_that_of_enumeration(void **state)
{
	struct stats_rank rank = {0};
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	for (size_t i = 0; i < 300; i++) {
		double before[MOST], after[MOST], greater, less;
		struct stats_two two = {before, 1 + rng_below(&rng, i < 290 ? 5 : MOST), after,
					1 + rng_below(&rng, i < 290 ? 5 : MOST)};
		struct stats_rank_p got;

		if (i >= 296)
			two.before_count = two.after_count = MOST;
		draw(&rng, before, two.before_count, 1 + i % 6);
		draw(&rng, after, two.after_count, 1 + i % 6);
		got = stats_rank_test(&rank, &two, 0);
		enumerate(&two, &greater, &less);
		assert_close(got.greater, greater);
		assert_close(got.less, less);
	}
	stats_rank_release(&rank);
}

static void a_shift_moves_what_was_before(void **state)
{
	static const double before[] = {1, 2, 3, 4}, after[] = {11, 12, 13, 14};
	static const double moved[] = {11, 12, 13, 14};
	struct stats_two apart = {before, 4, after, 4}, same = {moved, 4, after, 4};
	struct stats_rank rank = {0};

	(void)state;
	assert_close(stats_rank_test(&rank, &apart, 0).greater, 1.0 / 70);
	assert_close(stats_rank_test(&rank, &apart, 10).greater,
		     stats_rank_test(&rank, &same, 0).greater);
	assert_close(stats_rank_test(&rank, &apart, 20).less, 1.0 / 70);
	stats_rank_release(&rank);
}

static void equal_values_say_nothing(void **state)
{
	static const double nines[] = {9, 9, 9, 9, 9};
	double many[100];
	struct stats_two two = {nines, 5, nines, 3}, more = {many, 100, many, 100};
	struct stats_rank rank = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = 9;
	assert_close(stats_rank_test(&rank, &two, 0).greater, 1);
	assert_close(stats_rank_test(&rank, &two, 0).less, 1);
	assert_close(stats_rank_test(&rank, &more, 0).greater, 1);
	assert_close(stats_shift(&rank, &more, 0.95).interval.high, 0);
	stats_rank_release(&rank);
}

static void no_values_have_no_p(void **state)
{
	static const double one[] = {1};
	struct stats_two two = {one, 1, NULL, 0};
	struct stats_rank rank = {0};

	(void)state;
	assert_true(isnan(stats_rank_test(&rank, &two, 0).greater));
	assert_true(isnan(stats_shift(&rank, &two, 0.95).estimate));
	stats_rank_release(&rank);
}

static void four_a_side_are_the_fewest_with_an_interval(void **state)
{
	static const double values[] = {1, 2.5, 4, 8};
	struct stats_two three = {values, 3, values, 3}, four = {values, 4, values, 4};
	struct stats_rank rank = {0};

	(void)state;
	assert_true(isnan(stats_shift(&rank, &three, 0.95).interval.low));
	assert_close(stats_shift(&rank, &four, 0.95).interval.low, -7);
	assert_close(stats_shift(&rank, &four, 0.95).interval.high, 7);
	stats_rank_release(&rank);
}

/* ---- families ---- */

static void holm_is_that_of_r(void **state)
{
	double p[COUNT(family)];

	(void)state;
	memcpy(p, family, sizeof(p));
	assert_int_equal(stats_family_holm(p, COUNT(p)), 0);
	for (size_t i = 0; i < COUNT(p); i++)
		assert_close(p[i], family_adjusted[i]);
}

static void a_test_without_p_counts_in_its_family(void **state)
{
	double p[] = {0.01, NAN, 0.02};

	(void)state;
	assert_int_equal(stats_family_holm(p, 3), 0);
	assert_close(p[0], 0.03);
	assert_true(isnan(p[1]));
	assert_close(p[2], 0.04);
	assert_int_equal(stats_family_holm(NULL, 0), 0);
}

static void forty_metrics_need_seven_starts_a_side(void **state)
{
	(void)state;
	assert_close(stats_rank_least(3, 3), 1.0 / 20);
	assert_close(stats_rank_least(7, 7), 1.0 / 3432);
	assert_int_equal(stats_shift_fewest(0.025 / 40), 7);
	assert_int_equal(stats_shift_fewest(0.5), 1);
}

static void equivalence_is_the_worse_of_both_sides(void **state)
{
	static const double before[] = {100, 101, 102, 103, 104},
			    after[] = {101, 102, 103, 104, 105};
	struct stats_two two = {before, 5, after, 5};
	struct stats_rank rank = {0};

	(void)state;
	assert_close(stats_shift_equivalent(&rank, &two, 10), 1.0 / 252);
	assert_close(stats_shift_equivalent(&rank, &two, 5.5),
		     stats_rank_test(&rank, &two, 5.5).less);
	assert_true(stats_shift_equivalent(&rank, &two, 1) > 0.4);
	stats_rank_release(&rank);
}

static void tails_are_those_of_the_normal_distribution(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tails); i++) {
		assert_true(fabs(stats_normal_cut(tails[i][0]) - tails[i][1]) < 1e-9);
		assert_close(stats_normal_above(tails[i][1]), tails[i][0]);
	}
}

/* 2 pi / 3 (sd (1.96 + 0.84) / gap)^2, and never fewer than can decide at all */
static void starts_needed_grow_with_the_square_of_the_spread(void **state)
{
	(void)state;
	assert_close(stats_shift_needed(1, 1, 0.025), 17);
	assert_close(stats_shift_needed(1, 10, 0.025), 1644);
	assert_close(stats_shift_needed(1, 0, 0.025 / 40), 7);
	assert_true(isnan(stats_shift_needed(0, 1, 0.025)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_is_that_of_scipy),
		cmocka_unit_test(shifts_are_those_of_r),
		cmocka_unit_test(p_with_ties_is_that_of_enumeration),
		cmocka_unit_test(a_shift_moves_what_was_before),
		cmocka_unit_test(equal_values_say_nothing),
		cmocka_unit_test(no_values_have_no_p),
		cmocka_unit_test(four_a_side_are_the_fewest_with_an_interval),
		cmocka_unit_test(holm_is_that_of_r),
		cmocka_unit_test(a_test_without_p_counts_in_its_family),
		cmocka_unit_test(forty_metrics_need_seven_starts_a_side),
		cmocka_unit_test(equivalence_is_the_worse_of_both_sides),
		cmocka_unit_test(tails_are_those_of_the_normal_distribution),
		cmocka_unit_test(starts_needed_grow_with_the_square_of_the_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

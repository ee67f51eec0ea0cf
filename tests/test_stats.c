// SPDX-License-Identifier: BSD-2-Clause
/* test_stats.c - statistics and random numbers against NumPy, SciPy and the published generators */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rng.h"
#include "stats.h"
#include "stats_oracle.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_close(double got, double wanted)
{
	if (isnan(wanted) && isnan(got))
		return;
	if (!(fabs(got - wanted) <= 1e-12 * fabs(wanted)))
		fail_msg("%.17g is not %.17g", got, wanted);
}

static struct stats describe(const double *values, size_t count, uint64_t seed)
{
	double copy[128];

	assert_true(count <= COUNT(copy));
	memcpy(copy, values, count * sizeof(*values));
	return stats_describe(copy, count, seed);
}

static void descriptions_equal_those_of_numpy(void **state)
{
	(void)state;
	for (const struct oracle *o = oracles; o < oracles + COUNT(oracles); o++) {
		struct stats got = describe(o->values, o->count, SEED);

		print_message("%s\n", o->name);
		assert_int_equal(got.count, o->count);
		assert_close(got.median, o->median);
		assert_close(got.mean, o->mean);
		assert_close(got.sd, o->sd);
		assert_close(got.min, o->min);
		assert_close(got.max, o->max);
		assert_close(got.p95, o->p95);
	}
}

static void intervals_equal_those_of_the_same_resamples_in_numpy(void **state)
{
	(void)state;
	for (const struct oracle *o = oracles; o < oracles + COUNT(oracles); o++) {
		struct stats got = describe(o->values, o->count, SEED);

		print_message("%s\n", o->name);
		assert_close(got.ci95.low, o->low);
		assert_close(got.ci95.high, o->high);
	}
}

static size_t pick_given(void *context, size_t count)
{
	size_t *next = context;

	assert_int_equal(count, COUNT(values_skewed_7));
	assert_true(*next < COUNT(picks));
	return picks[(*next)++];
}

static void the_interval_is_scipys_when_given_its_indices(void **state)
{
	double sorted[COUNT(values_skewed_7)];
	size_t next = 0, count = COUNT(values_skewed_7);
	struct stats_bootstrap bootstrap = {pick_given, &next, COUNT(picks) / count};
	struct stats_interval interval;

	(void)state;
	memcpy(sorted, values_skewed_7, sizeof(sorted));
	stats_sort(sorted, count);
	interval = stats_median_interval(sorted, count, &bootstrap);
	assert_close(interval.low, picks_low);
	assert_close(interval.high, picks_high);
	assert_int_equal(next, COUNT(picks));
}

static void five_values_have_no_interval(void **state)
{
	struct stats got = describe(values_five, COUNT(values_five), SEED);

	(void)state;
	assert_true(isnan(got.ci95.low) && isnan(got.ci95.high));
}

static void nothing_is_known_of_no_values(void **state)
{
	struct stats got = stats_describe(NULL, 0, SEED);

	(void)state;
	assert_int_equal(got.count, 0);
	assert_true(isnan(got.median) && isnan(got.mean) && isnan(got.sd) && isnan(got.min) &&
		    isnan(got.max) && isnan(got.p95) && isnan(got.ci95.low));
}

static void the_same_seed_gives_the_same_interval_in_any_order(void **state)
{
	double backwards[COUNT(values_skewed_20)];
	struct stats a = describe(values_skewed_20, COUNT(values_skewed_20), 5), b;

	(void)state;
	for (size_t i = 0; i < COUNT(backwards); i++)
		backwards[i] = values_skewed_20[COUNT(backwards) - 1 - i];
	b = describe(backwards, COUNT(backwards), 5);
	assert_true(a.ci95.low == b.ci95.low && a.ci95.high == b.ci95.high);
}

/* The authors' C code started with state {1, 2, 3, 4}, as other implementations test themselves. */
static void the_generator_is_the_published_one(void **state)
{
	static const uint64_t wanted[] = {11520ull,
					  0ull,
					  1509978240ull,
					  1215971899390074240ull,
					  1216172134540287360ull,
					  607988272756665600ull,
					  16172922978634559625ull,
					  8476171486693032832ull,
					  10595114339597558777ull,
					  2904607092377533576ull};
	struct rng rng = {{1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_true(rng_next(&rng) == wanted[i]);
}

static void a_seed_gives_the_stream_of_an_independent_implementation(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, SEED);
	for (size_t i = 0; i < COUNT(raw); i++)
		assert_true(rng_next(&rng) == raw[i]);
	rng_seed(&rng, SEED);
	for (size_t i = 0; i < COUNT(below_10); i++)
		assert_true(rng_below(&rng, 10) == below_10[i]);
	rng_seed(&rng, SEED);
	for (size_t i = 0; i < COUNT(below_big); i++)
		assert_true(rng_below(&rng, 3ull << 62) == below_big[i]);
}

static void below_one_is_zero(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 0);
	assert_true(rng_below(&rng, 1) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions_equal_those_of_numpy),
		cmocka_unit_test(intervals_equal_those_of_the_same_resamples_in_numpy),
		cmocka_unit_test(the_interval_is_scipys_when_given_its_indices),
		cmocka_unit_test(five_values_have_no_interval),
		cmocka_unit_test(nothing_is_known_of_no_values),
		cmocka_unit_test(the_same_seed_gives_the_same_interval_in_any_order),
		cmocka_unit_test(the_generator_is_the_published_one),
		cmocka_unit_test(a_seed_gives_the_stream_of_an_independent_implementation),
		cmocka_unit_test(below_one_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

#include "compare_decide.h"
#include "rng.h"
#include "stats.h"
#include "stats_shift.h"

#define METRICS 40
#define MOST	40 /* starts a side */
#define FEW	50
#define Z_99_9	3.2905267314919255 /* two-sided */
#define RELATED 0.6		   /* of the variance, what all metrics of a start have in common */
#define NOISE	0.027
#define CALL	"syscalls_count{name=openat}"

static size_t simulations(void)
{
	const char *text = getenv("COLDPROF_SIMULATIONS");

	return text && atoi(text) > 0 ? (size_t)atoi(text) : FEW;
}

/* ---- random starts ---- */

static double uniform(struct rng *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) * 0x1p-53;
}

static double normal(struct rng *rng)
{
	return sqrt(-2 * log(uniform(rng))) * cos(2 * M_PI * uniform(rng));
}

enum form { NORMAL, SKEWED, HEAVY, FORMS };

/* Of a standard deviation near 1. */
static double draw(struct rng *rng, enum form form)
{
	double squares = 0;

	if (form == NORMAL)
		return normal(rng);
	if (form == SKEWED) /* log-normal */
		return (exp(0.6 * normal(rng)) - exp(0.18)) / 0.7865;
	for (size_t i = 0; i < 3; i++) {
		double one = normal(rng);

		squares += one * one;
	}
	return normal(rng) / sqrt(squares / 3) / sqrt(3); /* Student's t, 3 degrees */
}

/* How both sides' starts follow one another. */
struct course {
	const char *name;
	bool by_turns; /* pairs, each in random order, as `run` has it; else one side first */
	double drift;  /* of the mean, from the first start to the last */
	double memory; /* autocorrelation of what the metrics have in common */
};

struct trial {
	struct compare_series series[METRICS];
	struct rng rng;
	bool after[2 * MOST]; /* whose each start is, in order of time */
};

static void order(struct trial *trial, const struct course *course, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++)
		trial->after[i] = i >= n;
	for (size_t i = 0; course->by_turns && i < 2 * n; i += 2) {
		trial->after[i] = rng_below(&trial->rng, 2);
		trial->after[i + 1] = !trial->after[i];
	}
}

/* 24 times, 8 sizes, 8 counts with many ties; noise from 1 to 10 %. */
static double noise_of(size_t metric)
{
	return 0.01 + 0.09 * (double)(metric % 10) / 9;
}

static double value_of(size_t metric, double change)
{
	if (metric < 24)
		return nearbyint(200e6 * (1 + change));
	if (metric < 32)
		return 4096 * nearbyint(60e6 * (1 + change) / 4096);
	return nearbyint(100 * (1 + change));
}

static const char *name_of(size_t metric)
{
	return metric < 24 ? "total_ns" : metric < 32 ? "uss_ready_bytes" : "faults_minor_count";
}

static void prepare(struct trial *trial, size_t metrics)
{
	for (size_t i = 0; i < metrics; i++) {
		struct compare_series *series = &trial->series[i];

		series->name = (char *)name_of(i);
		series->metric = metrics_find(series->name);
		series->base.count = series->new.count = 0;
	}
}

static void fill(struct trial *trial, const struct course *course, enum form form, size_t n)
{
	double common = draw(&trial->rng, form);

	prepare(trial, METRICS);
	order(trial, course, n);
	for (size_t t = 0; t < 2 * n; t++) {
		double place = (double)t / (double)(2 * n - 1);

		common = course->memory * common +
			 sqrt(1 - course->memory * course->memory) * draw(&trial->rng, form);
		for (size_t i = 0; i < METRICS; i++) {
			struct compare_series *series = &trial->series[i];
			double own = draw(&trial->rng, form);
			double change =
				noise_of(i) * (sqrt(RELATED) * common + sqrt(1 - RELATED) * own);

			change += i < 24 ? course->drift * place : 0;
			vec_push(trial->after[t] ? &series->new : &series->base,
				 value_of(i, change));
		}
	}
}

static void release(struct trial *trial)
{
	for (size_t i = 0; i < METRICS; i++) {
		vec_release(&trial->series[i].base);
		vec_release(&trial->series[i].new);
	}
}

/* ---- verdicts of a trial ---- */

static void judge(struct trial *trial, size_t metrics, const struct compare_policy *policy,
		  struct stats_rank *rank, struct comparison *out)
{
	struct compare_terms terms = {.policy = policy, .rank = rank};
	struct comparison_workload *workload;

	comparison_init(out);
	workload = comparison_add(&out->workloads, workload);
	for (size_t i = 0; i < metrics; i++) {
		struct compare_series *series = &trial->series[i];
		struct comparison_metric *metric = comparison_add(&workload->metrics, metric);

		stats_sort(series->base.items, series->base.count);
		stats_sort(series->new.items, series->new.count);
		assert_int_equal(compare_measure(&terms, series, metric), 0);
	}
	assert_int_equal(compare_decide(policy, out), 0);
}

static size_t count(const struct comparison *comparison, enum comparison_verdict verdict)
{
	size_t found = 0;

	vec_foreach(metric, &comparison->workloads.items[0].metrics)
		found += comparison_verdict(metric->verdict) == verdict;
	return found;
}

/* The threshold of 0 is where errors are most frequent: with one, equal sides are far from it. */
static void without_thresholds(struct compare_policy *policy)
{
	static const char *const kinds[] = {"times", "sizes", "counts"};
	const char *why;

	compare_policy_init(policy);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(compare_policy_add(policy, kinds[i], "0%,0", &why), 0);
}

static double percent(size_t part, size_t whole)
{
	return 100 * (double)part / (double)whole;
}

/* A rate that is |most| is seen as more than that by chance alone: the upper 99.9 % limit. */
static void assert_at_most(size_t seen, size_t all, double most, bool exact)
{
	double limit = most * (double)all;

	if (!exact)
		limit += Z_99_9 * sqrt((double)all * most * (1 - most));
	if ((double)seen > limit)
		fail_msg("%zu of %zu are more than %.3g %%", seen, all, 100 * most);
}

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

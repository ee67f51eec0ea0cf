/* SPDX-License-Identifier: BSD-2-Clause */
/* simulated_starts.h - starts of two sides as they might have been, and what is said of them */
#ifndef COLDPROF_TESTS_SIMULATED_STARTS_H
#define COLDPROF_TESTS_SIMULATED_STARTS_H

#include <math.h>
#include <stdlib.h>

#include "compare_decide.h"
#include "rng.h"
#include "stats.h"

#define METRICS 40
#define MOST	40 /* starts a side */
#define FEW	50
#define Z_99_9	3.2905267314919255 /* two-sided */
#define RELATED 0.6		   /* of the variance, what all metrics of a start have in common */

static inline size_t simulations(void)
{
	const char *text = getenv("COLDPROF_SIMULATIONS");

	return text && atoi(text) > 0 ? (size_t)atoi(text) : FEW;
}

/* ---- random starts ---- */

static inline double uniform(struct rng *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(struct rng *rng)
{
	return sqrt(-2 * log(uniform(rng))) * cos(2 * M_PI * uniform(rng));
}

enum form { NORMAL, SKEWED, HEAVY, FORMS };

/* Of a standard deviation near 1. */
static inline double draw(struct rng *rng, enum form form)
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

static inline void order(struct trial *trial, const struct course *course, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++)
		trial->after[i] = i >= n;
	for (size_t i = 0; course->by_turns && i < 2 * n; i += 2) {
		trial->after[i] = rng_below(&trial->rng, 2);
		trial->after[i + 1] = !trial->after[i];
	}
}

/* 24 times, 8 sizes, 8 counts with many ties; noise from 1 to 10 %. */
static inline double noise_of(size_t metric)
{
	return 0.01 + 0.09 * (double)(metric % 10) / 9;
}

static inline double value_of(size_t metric, double change)
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

static inline void prepare(struct trial *trial, size_t metrics)
{
	for (size_t i = 0; i < metrics; i++) {
		struct compare_series *series = &trial->series[i];

		series->name = (char *)name_of(i);
		series->metric = metrics_find(series->name);
		series->base.count = series->new.count = 0;
	}
}

static inline void fill(struct trial *trial, const struct course *course, enum form form, size_t n)
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

static inline void release(struct trial *trial)
{
	for (size_t i = 0; i < METRICS; i++) {
		vec_release(&trial->series[i].base);
		vec_release(&trial->series[i].new);
	}
}

/* ---- verdicts of a trial ---- */

static inline void judge(struct trial *trial, size_t metrics, const struct compare_policy *policy,
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

static inline size_t count(const struct comparison *comparison, enum comparison_verdict verdict)
{
	size_t found = 0;

	vec_foreach(metric, &comparison->workloads.items[0].metrics)
		found += comparison_verdict(metric->verdict) == verdict;
	return found;
}

/* The threshold of 0 is where errors are most frequent: with one, equal sides are far from it. */
static inline void without_thresholds(struct compare_policy *policy)
{
	static const char *const kinds[] = {"times", "sizes", "counts"};
	const char *why;

	compare_policy_init(policy);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(compare_policy_add(policy, kinds[i], "0%,0", &why), 0);
}

static inline double percent(size_t part, size_t whole)
{
	return 100 * (double)part / (double)whole;
}

/* A rate that is |most| is seen as more than that by chance alone: the upper 99.9 % limit. */
static inline void assert_at_most(size_t seen, size_t all, double most, bool exact)
{
	double limit = most * (double)all;

	if (!exact)
		limit += Z_99_9 * sqrt((double)all * most * (1 - most));
	if ((double)seen > limit)
		fail_msg("%zu of %zu are more than %.3g %%", seen, all, 100 * most);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - numbers in, a description of them out */
#ifndef COLDPROF_STATS_H
#define COLDPROF_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "rng.h"

/*
 * Of values in ascending order. The definition is that of R's type 7, NumPy and SciPy (linear
 * interpolation between the closest ranks): R. J. Hyndman and Y. Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50(4), 1996. |share| is in [0, 1]; NAN where
 * |count| is 0.
 */
double stats_quantile(const double *sorted, size_t count, double share);

/* Sorts |values| in place, ascending. */
void stats_sort(double *values, size_t count);

struct stats_interval {
	double low, high; /* both NAN: none */
};

/* Gives a random index below |count|; called |count| times for each resample. */
typedef size_t (*stats_pick)(void *context, size_t count);

struct stats_bootstrap {
	stats_pick pick;
	void *context;
	size_t resamples;
};

#define STATS_RESAMPLES 10000
/* Below it no interval is given: with five values not even their whole range covers the median at
 * 95 % (1 - 2 / 2^5 = 0.94). */
#define STATS_INTERVAL_COUNT 6

/*
 * The 95 % interval of the median by the percentile bootstrap: B. Efron and R. J. Tibshirani, "An
 * Introduction to the Bootstrap", 1993, chapter 13. Its ends are quantiles (as above) of the
 * resamples' medians. For the median the bias-corrected interval (BCa) has the same coverage; both
 * have a little less than they say where values are few (simulated, normal and log-normal: 0.93 for
 * 6 values, 0.86 for 7, 0.94 for 10, 0.94 for 20). |sorted| is ascending. No interval below
 * STATS_INTERVAL_COUNT values or when out of memory.
 */
struct stats_interval stats_median_interval(const double *sorted, size_t count,
					    const struct stats_bootstrap *bootstrap);

struct stats {
	size_t count;
	double median, mean, min, max, p95;
	double sd; /* of the population, estimated: divided by count - 1; NAN for one value */
	struct stats_interval ci95; /* of the median */
};

/* Describes |values|, which are sorted by it; the same seed gives the same interval. */
struct stats stats_describe(double *values, size_t count, uint64_t seed);

#endif

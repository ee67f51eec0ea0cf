// SPDX-License-Identifier: BSD-2-Clause
/* stats.c - numbers in, a description of them out */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double stats_quantile(const double *sorted, size_t count, double share)
{
	double rank, below;
	size_t index;

	if (!count)
		return NAN;
	rank = share * (double)(count - 1);
	below = floor(rank);
	index = (size_t)below;
	if (index + 1 >= count)
		return sorted[count - 1];
	return sorted[index] + (rank - below) * (sorted[index + 1] - sorted[index]);
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

void stats_sort(double *values, size_t count)
{
	if (count)
		qsort(values, count, sizeof(*values), ascending);
}

/* The median of a resample, given how often it has each of the sorted values. */
static double counted_median(const double *sorted, const uint32_t *times, size_t count)
{
	size_t low_rank = (count - 1) / 2, high_rank = count / 2, seen = 0, i = 0;
	double low;

	while (seen + times[i] <= low_rank)
		seen += times[i++];
	low = sorted[i];
	while (seen + times[i] <= high_rank)
		seen += times[i++];
	return low + (sorted[i] - low) / 2;
}

struct stats_interval stats_median_interval(const double *sorted, size_t count,
					    const struct stats_bootstrap *bootstrap)
{
	struct stats_interval interval = {NAN, NAN};
	double *medians = NULL;
	uint32_t *times = NULL;

	if (count < STATS_INTERVAL_COUNT || !bootstrap->resamples)
		return interval;
	if (sorted[0] == sorted[count - 1])
		return (struct stats_interval){sorted[0], sorted[0]};
	medians = calloc(bootstrap->resamples, sizeof(*medians));
	times = calloc(count, sizeof(*times));
	if (!medians || !times)
		goto out;
	for (size_t i = 0; i < bootstrap->resamples; i++) {
		memset(times, 0, count * sizeof(*times));
		for (size_t j = 0; j < count; j++)
			times[bootstrap->pick(bootstrap->context, count)]++;
		medians[i] = counted_median(sorted, times, count);
	}
	stats_sort(medians, bootstrap->resamples);
	interval.low = stats_quantile(medians, bootstrap->resamples, 0.025);
	interval.high = stats_quantile(medians, bootstrap->resamples, 0.975);
out:
	free(medians);
	free(times);
	return interval;
}

static size_t pick_random(void *context, size_t count)
{
	return (size_t)rng_below(context, count);
}

/* Two passes, as the textbook has it: no cancellation in the squares. */
static void moments(const double *values, size_t count, struct stats *out)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	out->mean = sum / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (values[i] - out->mean) * (values[i] - out->mean);
	out->sd = count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
}

struct stats stats_describe(double *values, size_t count, uint64_t seed)
{
	struct stats out = {.count = count,
			    .median = NAN,
			    .mean = NAN,
			    .sd = NAN,
			    .min = NAN,
			    .max = NAN,
			    .p95 = NAN,
			    .ci95 = {NAN, NAN}};
	struct rng rng;
	struct stats_bootstrap bootstrap = {pick_random, &rng, STATS_RESAMPLES};

	if (!count)
		return out;
	rng_seed(&rng, seed);
	stats_sort(values, count);
	moments(values, count, &out);
	out.median = stats_quantile(values, count, 0.5);
	out.p95 = stats_quantile(values, count, 0.95);
	out.min = values[0];
	out.max = values[count - 1];
	out.ci95 = stats_median_interval(values, count, &bootstrap);
	return out;
}

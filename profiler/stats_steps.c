// SPDX-License-Identifier: BSD-2-Clause
/* stats_steps.c - whether and when several series of the same instants have changed their level */
#include "stats_steps.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "stats_rank.h"

#define PERMUTATIONS 9999
#define ROUNDING     1e-9 /* sums in another order are the same number */

struct tester {
	const struct stats_steps *steps;
	double *scaled;	  /* as the values: mean 0, variance 1, up in the direction */
	double *weights;  /* [k]: of a step at k */
	size_t *order;	  /* of the instants */
	size_t *ranking;  /* rows, the greatest statistic first */
	size_t *exceeded; /* by rank */
};

static void scale_row(const struct stats_steps *steps, size_t row, double *out)
{
	const double *values = steps->values + row * steps->count;
	double mean = 0, squares = 0;

	for (size_t i = 0; i < steps->count; i++)
		mean += values[i] / (double)steps->count;
	for (size_t i = 0; i < steps->count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	for (size_t i = 0; i < steps->count; i++)
		out[i] = squares > 0 ? steps->direction * (values[i] - mean) /
					       sqrt(squares / (double)steps->count)
				     : 0;
}

/* The likeliest step of a row whose instants come in |order|. */
static struct stats_step step_of(const struct tester *tester, size_t row)
{
	const double *scaled = tester->scaled + row * tester->steps->count;
	struct stats_step best = {tester->steps->count - 1, 0, 1};
	double after = 0;

	for (size_t k = tester->steps->count - 1; k >= 1; k--) {
		double statistic;

		after += scaled[tester->order[k]];
		statistic = after * tester->weights[k];
		if (statistic > best.statistic + ROUNDING) {
			best.statistic = statistic;
			best.at = k;
		}
	}
	return best;
}

static void shuffle(struct rng *rng, size_t *order, size_t count)
{
	for (size_t i = count - 1; i > 0; i--) {
		size_t other = rng_below(rng, i + 1), kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
}

struct ranked {
	double statistic;
	size_t row;
};

static int greatest_first(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->statistic != right->statistic)
		return left->statistic > right->statistic ? -1 : 1;
	return (left->row > right->row) - (left->row < right->row);
}

static int rank_rows(struct tester *tester, const struct stats_step *found)
{
	size_t rows = tester->steps->rows;
	struct ranked *ranked = calloc(rows, sizeof(*ranked));

	if (!ranked)
		return -ENOMEM;
	for (size_t i = 0; i < rows; i++)
		ranked[i] = (struct ranked){found[i].statistic, i};
	qsort(ranked, rows, sizeof(*ranked), greatest_first);
	for (size_t i = 0; i < rows; i++)
		tester->ranking[i] = ranked[i].row;
	free(ranked);
	return 0;
}

/* From the least statistic up: each is held against the greatest of those that are no greater. */
static void count_exceeded(struct tester *tester, const struct stats_step *found)
{
	double greatest = 0;

	for (size_t rank = tester->steps->rows; rank-- > 0;) {
		size_t row = tester->ranking[rank];

		greatest = fmax(greatest, step_of(tester, row).statistic);
		tester->exceeded[rank] += greatest >= found[row].statistic - ROUNDING;
	}
}

static int permute(struct tester *tester, struct stats_step *out)
{
	const struct stats_steps *steps = tester->steps;
	size_t permutations = steps->permutations ? steps->permutations : PERMUTATIONS;
	double least = 0;
	struct rng rng;
	int rc = rank_rows(tester, out);

	rng_seed(&rng, steps->seed);
	for (size_t i = 0; i < permutations && !rc; i++) {
		shuffle(&rng, tester->order, steps->count);
		count_exceeded(tester, out);
	}
	for (size_t rank = 0; rank < steps->rows && !rc; rank++) {
		double p = (double)(tester->exceeded[rank] + 1) / (double)(permutations + 1);

		least = fmax(least, p);
		out[tester->ranking[rank]].p = least;
	}
	return rc;
}

static int test(struct tester *tester, struct stats_step *out)
{
	const struct stats_steps *steps = tester->steps;
	double count = (double)steps->count;

	for (size_t k = 1; k < steps->count; k++)
		tester->weights[k] = sqrt(count / ((double)k * (count - (double)k)));
	for (size_t i = 0; i < steps->count; i++)
		tester->order[i] = i;
	for (size_t row = 0; row < steps->rows; row++) {
		scale_row(steps, row, tester->scaled + row * steps->count);
		out[row] = step_of(tester, row);
	}
	return permute(tester, out);
}

int stats_steps(const struct stats_steps *steps, struct stats_step *out)
{
	struct tester tester = {.steps = steps};
	int rc = -ENOMEM;

	if (!steps->rows || steps->count < 2)
		return 0;
	tester.scaled = calloc(steps->rows * steps->count, sizeof(*tester.scaled));
	tester.weights = calloc(steps->count, sizeof(*tester.weights));
	tester.order = calloc(steps->count, sizeof(*tester.order));
	tester.ranking = calloc(steps->rows, sizeof(*tester.ranking));
	tester.exceeded = calloc(steps->rows, sizeof(*tester.exceeded));
	if (tester.scaled && tester.weights && tester.order && tester.ranking && tester.exceeded)
		rc = test(&tester, out);
	free(tester.scaled);
	free(tester.weights);
	free(tester.order);
	free(tester.ranking);
	free(tester.exceeded);
	return rc;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum / (double)count;
}

/* The place that leaves least variance around both sides' means. */
static size_t likeliest(const double *values, size_t count)
{
	double whole = mean_of(values, count), most = 0, after = 0;
	size_t at = count;

	for (size_t k = count - 1; k >= 1; k--) {
		double gain;

		after += values[k] - whole;
		gain = after * after * (double)count / ((double)k * (double)(count - k));
		if (gain > most) {
			most = gain;
			at = k;
		}
	}
	return at;
}

double stats_steps_memory(const struct stats_steps *steps)
{
	double sum = 0;
	size_t known = 0;

	for (size_t row = 0; row < steps->rows; row++) {
		const double *values = steps->values + row * steps->count;
		size_t at = likeliest(values, steps->count);
		double before = at < steps->count ? mean_of(values, at) : 0, last = 0;
		double after =
			mean_of(values + at % steps->count, steps->count - at % steps->count);
		double products = 0, squares = 0;

		for (size_t i = 0; i < steps->count; i++) {
			double rest = values[i] - (i < at && at < steps->count ? before : after);

			products += i ? rest * last : 0;
			squares += rest * rest;
			last = rest;
		}
		if (squares > 0) {
			sum += products / squares;
			known++;
		}
	}
	return known ? sum / (double)known : NAN;
}

double stats_steps_least(size_t count, size_t after)
{
	return after && after < count ? stats_rank_least(count - after, after) : 1;
}

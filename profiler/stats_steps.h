/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_steps.h - whether and when several series of the same instants have changed their level */
#ifndef COLDPROF_STATS_STEPS_H
#define COLDPROF_STATS_STEPS_H

#include <stddef.h>
#include <stdint.h>

struct stats_step {
	size_t at;	  /* the first instant of the new level, from 1 */
	double statistic; /* 0: no value of the series lies above another */
	double p;	  /* corrected for all series and all places of a step */
};

/* |values| is |rows| series of |count| instants each, row by row. */
struct stats_steps {
	const double *values;
	size_t rows, count;
	int direction;	     /* 1: up, -1: down */
	size_t permutations; /* 0: 9,999 */
	uint64_t seed;	     /* of these */
};

/*
 * For each series the place at which a step in the direction is most likely, by the likelihood
 * ratio of one change of the mean (A. Sen and M. S. Srivastava, "On Tests for Detecting Change in
 * Mean", Annals of Statistics 3(1), 1975), and its p by permuting the instants, of all series
 * alike: the greatest statistic of all series and places under a permutation is what a true one is
 * held against, step by step downwards (P. H. Westfall and S. S. Young, "Resampling-Based Multiple
 * Testing", 1993, section 4.1; the change is tested by permutation as in D. S. Matteson and N. A.
 * James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", JASA
 * 109(505), 2014). Where the instants could have come in any order, rejecting at p <= a rejects
 * wrongly anywhere with at most a, whatever the values' distribution and however the series hang
 * together; a drift from instant to instant is a change. p is at least 1 / count for a step at the
 * last instant. 0 or -ENOMEM; |out| has a step for each row.
 */
int stats_steps(const struct stats_steps *steps, struct stats_step *out);

/*
 * How much an instant resembles the one before it: the mean over the series of their first
 * autocorrelation, each without its likeliest step. Above STATS_STEPS_MEMORY the instants are no
 * such as could have come in any order. NAN where no series varies.
 */
#define STATS_STEPS_MEMORY 0.15
double stats_steps_memory(const struct stats_steps *steps);

/* The least p of a step that |after| of |count| instants lie behind: 1 / C(count, after). */
double stats_steps_least(size_t count, size_t after);

#endif

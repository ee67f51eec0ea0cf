/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_rank.h - whether one set of values lies above another, by ranks: the Mann-Whitney test */
#ifndef COLDPROF_STATS_RANK_H
#define COLDPROF_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

/* Two sets of values, each in ascending order. |after| is asked about, |before| is what it was. */
struct stats_two {
	const double *before;
	size_t before_count;
	const double *after;
	size_t after_count;
};

/* Up to so many pairs (before_count times after_count) p is exact, beyond it is approximated. */
#define STATS_RANK_EXACT 1600

/*
 * Keeps the distribution of the statistic for the two counts that it was last asked about, since
 * most questions of one comparison are of the same counts. Zeroed memory is an empty one.
 */
struct stats_rank {
	size_t low, high; /* the counts, the smaller one first */
	double *below;	  /* [u]: the probability of a statistic of at most u */
};

void stats_rank_release(struct stats_rank *rank);

struct stats_rank_p {
	double greater, less; /* one-sided p; NAN: no values, or out of memory */
	bool exact;
};

/*
 * Of the hypotheses that |after| is not greater (not less) than |before| plus |shift|: H. B. Mann
 * and D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger
 * than the Other", Annals of Mathematical Statistics 18(1), 1947. Without ties p is that of their
 * recurrence; with ties it is that of all ways to deal the pooled midranks to two sets of these
 * sizes (E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks", 1975, section 1.4),
 * counted without listing them. Beyond STATS_RANK_EXACT pairs it is the normal approximation with
 * the corrections for continuity and ties, as SciPy's mannwhitneyu and R's wilcox.test have it.
 */
struct stats_rank_p stats_rank_test(struct stats_rank *rank, const struct stats_two *two,
				    double shift);

/* The least p that a one-sided test of such counts can have: 1 / C(a + b, a). 1 where one is 0. */
double stats_rank_least(size_t a, size_t b);

/*
 * The largest k with P(statistic <= k - 1) <= |tail| without ties: the k-th smallest and the k-th
 * largest difference are then the ends of an interval. 0 where there is none.
 */
size_t stats_rank_cut(struct stats_rank *rank, size_t a, size_t b, double tail);

/* P(standard normal > z), and the z of an upper tail. */
double stats_normal_above(double z);
double stats_normal_cut(double tail);

#endif

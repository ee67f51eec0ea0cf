/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_shift.h - by how much one set of values lies above another */
#ifndef COLDPROF_STATS_SHIFT_H
#define COLDPROF_STATS_SHIFT_H

#include "stats.h"
#include "stats_rank.h"

struct stats_shift {
	double estimate; /* NAN where a set is empty */
	struct stats_interval interval;
};

/*
 * The median of all differences of a value after and a value before, and the interval that the
 * Mann-Whitney test at |level| leaves: J. L. Hodges and E. L. Lehmann, "Estimates of Location
 * Based on Rank Tests", Annals of Mathematical Statistics 34(2), 1963; M. Hollander, D. A. Wolfe
 * and E. Chicken, "Nonparametric Statistical Methods", 3rd edition, 2014, section 4.3. The coverage
 * is exact without ties and at least |level| with them, where both sets differ by a shift. No
 * interval where there are too few values for one: at 0.95, three against three; four against four
 * have one.
 */
struct stats_shift stats_shift(struct stats_rank *rank, const struct stats_two *two, double level);

/*
 * p of the hypothesis that |after| differs from |before| by |most| or more, in either direction:
 * the larger p of two one-sided tests (D. J. Schuirmann, "A comparison of the Two One-Sided Tests
 * Procedure and the Power Approach for assessing the equivalence of average bioavailability",
 * Journal of Pharmacokinetics and Biopharmaceutics 15(6), 1987), here by ranks (S. Wellek, "Testing
 * Statistical Hypotheses of Equivalence and Noninferiority", 2nd edition, 2010, section 6.2).
 */
double stats_shift_equivalent(struct stats_rank *rank, const struct stats_two *two, double most);

/*
 * How many values a side would show, in four of five comparisons, that a shift is |gap| beyond what
 * it is tested against, at the one-sided |level|, where both sets have the standard deviation
 * |sd|. By the normal approximation and the efficiency of the rank test for normal values (3 / pi):
 * G. E. Noether, "Sample Size Determination for Some Common Nonparametric Tests", Journal of the
 * American Statistical Association 82(398), 1987. At least what stats_rank_least needs; NAN where
 * |gap| is not above 0.
 */
double stats_shift_needed(double gap, double sd, double level);

/* The fewest values a side with which a one-sided test can have a p of at most |level|. */
size_t stats_shift_fewest(double level);

/*
 * The spread of values around their middle, outliers aside: the range between the quartiles over
 * that of the standard normal distribution. |sorted| is ascending; NAN where |count| is 0.
 */
double stats_shift_spread(const double *sorted, size_t count);

#endif

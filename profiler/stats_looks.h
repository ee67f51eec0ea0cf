/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_looks.h - when a comparison that goes on may stop, and what each look at it may cost */
#ifndef COLDPROF_STATS_LOOKS_H
#define COLDPROF_STATS_LOOKS_H

#include <stddef.h>

#define STATS_LOOKS 5

/* How many values a side has at each look, ascending: fixed before the first value is known. */
struct stats_looks {
	size_t count;
	size_t at[STATS_LOOKS];
};

/*
 * At most STATS_LOOKS looks from |first| to |most| (at least 1), each as many times the one before.
 * One look, at |most|, where |first| is not below it.
 */
void stats_looks_make(size_t first, size_t most, struct stats_looks *out);

/*
 * The share of the level that look |index| may spend: that of all values which are new at it. The
 * shares add up to 1, so by Bonferroni's inequality tests that each hold their share of a level
 * are wrong at any look with at most that level, whatever the looks have to do with each other and
 * with when one stops. The spending function is the linear one of K. K. G. Lan and D. L. DeMets,
 * "Discrete Sequential Boundaries for Clinical Trials", Biometrika 70(3), 1983; their boundaries,
 * which use what the looks have in common, would need normal values and one metric.
 */
double stats_looks_share(const struct stats_looks *looks, size_t index);

#endif

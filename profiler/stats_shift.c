// SPDX-License-Identifier: BSD-2-Clause
/* stats_shift.c - by how much one set of values lies above another */
#include "stats_shift.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define NORMAL_QUARTILES 1.3489795003921634 /* between them */
#define POWER_LEFT	 0.2

/* ---- the k-th smallest difference, without all differences in memory ---- */

/* Doubles in ascending order are these numbers in ascending order. */
static int64_t order_of(double value)
{
	int64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static double value_of(int64_t order)
{
	int64_t bits = order < 0 ? INT64_MIN - order : order;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* How many differences are at most |limit|: the further |after|, the more of |before| are out. */
static size_t count_at_most(const struct stats_two *two, double limit)
{
	size_t count = 0, b = 0;

	for (size_t a = 0; a < two->after_count; a++) {
		while (b < two->before_count && two->after[a] - two->before[b] > limit)
			b++;
		count += two->before_count - b;
	}
	return count;
}

/* |k| from 1. */
static double smallest_difference(const struct stats_two *two, size_t k)
{
	int64_t low = order_of(two->after[0] - two->before[two->before_count - 1]);
	int64_t high = order_of(two->after[two->after_count - 1] - two->before[0]);

	while (low < high) {
		/* of both signs, so that their difference may not be one */
		int64_t middle = (low & high) + ((low ^ high) >> 1);

		if (count_at_most(two, value_of(middle)) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return value_of(low);
}

struct stats_shift stats_shift(struct stats_rank *rank, const struct stats_two *two, double level)
{
	struct stats_shift out = {NAN, {NAN, NAN}};
	size_t pairs = two->before_count * two->after_count, cut;
	double low;

	if (!pairs)
		return out;
	low = smallest_difference(two, (pairs + 1) / 2);
	out.estimate = low + (smallest_difference(two, pairs / 2 + 1) - low) / 2;
	cut = stats_rank_cut(rank, two->before_count, two->after_count, (1 - level) / 2);
	if (cut) {
		out.interval.low = smallest_difference(two, cut);
		out.interval.high = smallest_difference(two, pairs + 1 - cut);
	}
	return out;
}

double stats_shift_equivalent(struct stats_rank *rank, const struct stats_two *two, double most)
{
	double above = stats_rank_test(rank, two, -most).greater;
	double below = stats_rank_test(rank, two, most).less;

	return above > below ? above : below;
}

size_t stats_shift_fewest(double level)
{
	size_t count = 1;

	if (!(level > 0))
		return SIZE_MAX;
	while (stats_rank_least(count, count) > level)
		count++;
	return count;
}

double stats_shift_needed(double gap, double sd, double level)
{
	double z = stats_normal_cut(level) + stats_normal_cut(POWER_LEFT), count, fewest;

	if (!(gap > 0))
		return NAN;
	count = ceil(2 * M_PI / 3 * (sd * z / gap) * (sd * z / gap));
	fewest = (double)stats_shift_fewest(level);
	return count > fewest ? count : fewest;
}

double stats_shift_spread(const double *sorted, size_t count)
{
	return (stats_quantile(sorted, count, 0.75) - stats_quantile(sorted, count, 0.25)) /
	       NORMAL_QUARTILES;
}

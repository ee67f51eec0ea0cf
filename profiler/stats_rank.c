// SPDX-License-Identifier: BSD-2-Clause
/* stats_rank.c - whether one set of values lies above another, by ranks: the Mann-Whitney test */
#include "stats_rank.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vec.h"

void stats_rank_release(struct stats_rank *rank)
{
	if (!rank)
		return;
	free(rank->below);
	memset(rank, 0, sizeof(*rank));
}

double stats_rank_least(size_t a, size_t b)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;
	double least = 1;

	for (size_t i = 1; i <= low && least > 0; i++)
		least *= (double)i / (double)(high + i);
	return least;
}

double stats_normal_above(double z)
{
	return erfc(z / M_SQRT2) / 2;
}

double stats_normal_cut(double tail)
{
	double low = -40, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (stats_normal_above(middle) > tail)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static bool is_exact(size_t a, size_t b)
{
	return a && b && a <= STATS_RANK_EXACT && b <= STATS_RANK_EXACT &&
	       a * b <= STATS_RANK_EXACT;
}

/* Turns ways into shares of all ways that are at most so many. */
static void accumulate(double *ways, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		ways[i] = sum += ways[i];
	for (size_t i = 0; i < count; i++)
		ways[i] /= sum;
}

/*
 * The ways in which |low| of the ranks 0, 1, ... low + high - 1 add up to each sum, less the least
 * sum: what the statistic is. One rank after another is offered to the sets of fewer ranks.
 */
static double *count_ways(size_t low, size_t high)
{
	size_t width = low * high + 1;
	double *ways = calloc((low + 1) * width, sizeof(*ways));

	if (!ways)
		return NULL;
	ways[0] = 1;
	for (size_t rank = 0; rank < low + high; rank++) {
		size_t most = rank + 1 < low ? rank + 1 : low;

		for (size_t k = most; k >= 1; k--) {
			/* as the k-th of its set, the rank is this much above its least place */
			size_t more = rank - (k - 1);
			double *to = ways + k * width, *from = ways + (k - 1) * width;

			if (more > high)
				break;
			for (size_t sum = more; sum < width; sum++)
				to[sum] += from[sum - more];
		}
	}
	memmove(ways, ways + low * width, width * sizeof(*ways));
	return ways;
}

static bool prepare(struct stats_rank *rank, size_t a, size_t b)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;

	if (rank->below && rank->low == low && rank->high == high)
		return true;
	stats_rank_release(rank);
	rank->below = count_ways(low, high);
	if (!rank->below)
		return false;
	accumulate(rank->below, low * high + 1);
	rank->low = low;
	rank->high = high;
	return true;
}

static double at_most(const double *below, double statistic)
{
	return below[(size_t)statistic];
}

/* ---- ties ---- */

/* Equal values of both sets. */
struct group {
	size_t size, after;
	size_t rank; /* twice their midrank, from 0 */
};

struct ranking {
	VEC(struct group) groups;
	double statistic; /* pairs in which |after| is greater, half of those that are equal */
	bool tied;
};

static double before_at(const struct stats_two *two, size_t i, double shift)
{
	return two->before[i] + shift;
}

static bool merge(const struct stats_two *two, double shift, struct ranking *out)
{
	size_t b = 0, a = 0;

	while (b < two->before_count || a < two->after_count) {
		double value = b == two->before_count  ? two->after[a]
			       : a == two->after_count ? before_at(two, b, shift)
			       : two->after[a] < before_at(two, b, shift)
				       ? two->after[a]
				       : before_at(two, b, shift);
		size_t first_b = b, first_a = a;
		struct group group;

		while (b < two->before_count && before_at(two, b, shift) == value)
			b++;
		while (a < two->after_count && two->after[a] == value)
			a++;
		group.after = a - first_a;
		group.size = group.after + b - first_b;
		if (!group.size)
			return false; /* not a number */
		group.rank = 2 * (first_a + first_b) + group.size - 1;
		out->tied |= group.size > 1;
		out->statistic +=
			(double)group.after * ((double)first_b + (double)(b - first_b) / 2);
		if (vec_push(&out->groups, group))
			return false;
	}
	return true;
}

/* Counting sums of some of the ranks that were offered so far. */
struct deal {
	size_t all, offered, taken;
	size_t width;
	double *ways; /* [k * width + sum]: of k ranks */
};

static void add_shifted(double *restrict to, const double *restrict from, size_t width,
			size_t shift, double factor)
{
	for (size_t sum = shift; sum < width; sum++)
		to[sum] += factor * from[sum - shift];
}

/* Adds the ways that take some of |group|'s equal ranks, |more| each. */
static void offer(struct deal *deal, const struct group *group, size_t more)
{
	size_t least, most;

	deal->offered += group->size;
	most = deal->offered < deal->taken ? deal->offered : deal->taken;
	/* fewer could not become enough any more */
	least = deal->taken + deal->offered > deal->all ? deal->taken + deal->offered - deal->all
							: 1;
	for (size_t k = most; k >= least; k--) {
		double choices = 1;

		for (size_t j = 1; j <= group->size && j <= k; j++) {
			choices *= (double)(group->size - j + 1) / (double)j;
			add_shifted(deal->ways + k * deal->width,
				    deal->ways + (k - j) * deal->width, deal->width, j * more,
				    choices);
		}
	}
}

/* The same as count_ways for twice the midranks of groups, less the lowest of them each. */
static double *count_tied(const struct ranking *ranking, size_t count, size_t taken, size_t *width)
{
	size_t lowest = ranking->groups.items[0].rank, left = taken;
	struct deal deal = {.all = count, .taken = taken, .width = 1};

	for (size_t i = ranking->groups.count; i-- && left;) {
		const struct group *group = &ranking->groups.items[i];
		size_t some = group->size < left ? group->size : left;

		deal.width += some * (group->rank - lowest);
		left -= some;
	}
	deal.ways = calloc((taken + 1) * deal.width, sizeof(*deal.ways));
	if (!deal.ways)
		return NULL;
	deal.ways[0] = 1;
	vec_foreach(group, &ranking->groups)
		offer(&deal, group, group->rank - lowest);
	memmove(deal.ways, deal.ways + taken * deal.width, deal.width * sizeof(*deal.ways));
	*width = deal.width;
	return deal.ways;
}

static bool test_tied(const struct ranking *ranking, const struct stats_two *two,
		      struct stats_rank_p *out)
{
	bool of_after = two->after_count <= two->before_count;
	size_t taken = of_after ? two->after_count : two->before_count, width, sum = 0;
	double *ways = count_tied(ranking, two->before_count + two->after_count, taken, &width),
	       below = 0, above = 0;

	if (!ways)
		return false;
	vec_foreach(group, &ranking->groups)
		sum += (of_after ? group->after : group->size - group->after) *
		       (group->rank - ranking->groups.items[0].rank);
	for (size_t i = 0; i < sum; i++)
		below += ways[i];
	for (size_t i = width; --i > sum;)
		above += ways[i];
	out->greater = (ways[sum] + (of_after ? above : below)) / (below + ways[sum] + above);
	out->less = (ways[sum] + (of_after ? below : above)) / (below + ways[sum] + above);
	free(ways);
	return true;
}

/* ---- many values ---- */

static void approximate(const struct ranking *ranking, const struct stats_two *two,
			struct stats_rank_p *out)
{
	double a = (double)two->after_count, b = (double)two->before_count, all = a + b;
	double ties = 0, sd;

	vec_foreach(group, &ranking->groups) {
		double size = (double)group->size;

		ties += size * size * size - size;
	}
	sd = sqrt(a * b / 12 * (all + 1 - ties / (all * (all - 1))));
	if (!(sd > 0)) {
		out->greater = out->less = 1;
		return;
	}
	out->greater = stats_normal_above((ranking->statistic - a * b / 2 - 0.5) / sd);
	out->less = stats_normal_above((a * b / 2 - ranking->statistic - 0.5) / sd);
}

struct stats_rank_p stats_rank_test(struct stats_rank *rank, const struct stats_two *two,
				    double shift)
{
	struct stats_rank_p out = {.greater = NAN, .less = NAN};
	size_t a = two->after_count, b = two->before_count;
	struct ranking ranking = {0};

	out.exact = is_exact(a, b);
	if (!a || !b || !merge(two, shift, &ranking))
		goto out;
	if (!out.exact) {
		approximate(&ranking, two, &out);
	} else if (ranking.tied) {
		test_tied(&ranking, two, &out);
	} else if (prepare(rank, a, b)) {
		out.greater = at_most(rank->below, (double)(a * b) - ranking.statistic);
		out.less = at_most(rank->below, ranking.statistic);
	}
out:
	vec_release(&ranking.groups);
	return out;
}

size_t stats_rank_cut(struct stats_rank *rank, size_t a, size_t b, double tail)
{
	double pairs = (double)a * (double)b, cut;
	size_t k = 0;

	if (!is_exact(a, b)) {
		cut = pairs / 2 + 0.5 -
		      stats_normal_cut(tail) * sqrt(pairs / 12 * ((double)(a + b) + 1));
		return cut > 0 ? (size_t)cut : 0;
	}
	if (!prepare(rank, a, b))
		return 0;
	while (k < a * b && rank->below[k] <= tail)
		k++;
	return k;
}

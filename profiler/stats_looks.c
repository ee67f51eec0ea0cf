// SPDX-License-Identifier: BSD-2-Clause
/* stats_looks.c - when a comparison that goes on may stop, and what each look at it may cost */
#include "stats_looks.h"

#include <math.h>

void stats_looks_make(size_t first, size_t most, struct stats_looks *out)
{
	double ratio = (double)most / (double)first;

	out->count = 0;
	for (size_t i = 0; first < most && i + 1 < STATS_LOOKS; i++) {
		double at = (double)first * pow(ratio, (double)i / (STATS_LOOKS - 1));
		size_t whole = (size_t)lround(at);

		if (whole < most && (!out->count || whole > out->at[out->count - 1]))
			out->at[out->count++] = whole;
	}
	out->at[out->count++] = most;
}

double stats_looks_share(const struct stats_looks *looks, size_t index)
{
	size_t before = index ? looks->at[index - 1] : 0;

	return (double)(looks->at[index] - before) / (double)looks->at[looks->count - 1];
}

// SPDX-License-Identifier: BSD-2-Clause
/* stats_family.c - p values of several tests, corrected for their number */
#include "stats_family.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct test {
	double p;
	size_t index;
};

static int smallest_first(const void *a, const void *b)
{
	const struct test *left = a, *right = b;

	if (left->p != right->p)
		return left->p < right->p ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

int stats_family_holm(double *p, size_t count)
{
	struct test *tests = calloc(count ? count : 1, sizeof(*tests));
	double adjusted = 0;

	if (!tests)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct test){isnan(p[i]) ? INFINITY : p[i], i};
	qsort(tests, count, sizeof(*tests), smallest_first);
	for (size_t i = 0; i < count; i++) {
		double one = tests[i].p * (double)(count - i);

		if (isinf(one))
			break;
		if (one > adjusted)
			adjusted = one < 1 ? one : 1;
		p[tests[i].index] = adjusted;
	}
	free(tests);
	return 0;
}

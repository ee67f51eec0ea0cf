/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_series.h - each metric's values over all starts of both sides */
#ifndef COLDPROF_COMPARE_SERIES_H
#define COLDPROF_COMPARE_SERIES_H

#include "metrics.h"
#include "result.h"
#include "stats_rank.h"

typedef VEC(double) compare_values; /* ascending, once the series are built */

struct compare_series {
	char *name;
	const struct metric *metric; /* NULL: this version does not know it */
	compare_values base, new;
};
typedef VEC(struct compare_series) compare_series_list;

/*
 * The metrics of all starts that count, and "syscalls_count{name=openat}" for each system call (0
 * in a start that has others alone). 0 or -ENOMEM; released by the caller either way.
 */
int compare_series_build(const struct result_workload *base, const struct result_workload *new,
			 compare_series_list *out);
void compare_series_release(compare_series_list *list);

static inline struct stats_two compare_series_two(const struct compare_series *series)
{
	return (struct stats_two){series->base.items, series->base.count, series->new.items,
				  series->new.count};
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare_list.c - the part of `coldprof compare` that lists the metrics */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "compare_policy.h"
#include "metrics.h"
#include "units.h"

/* Of a count without one, any difference decides where it never varies. */
static void put_threshold(const struct compare_threshold *threshold, const char *unit)
{
	bool any = strcmp(unit, "count") == 0 && !threshold->stated;
	char amount[UNITS_TEXT], text[2 * UNITS_TEXT];

	if (strcmp(unit, "ns") == 0)
		units_ms(threshold->absolute, amount);
	else if (strcmp(unit, "bytes") == 0)
		units_bytes(threshold->absolute, amount);
	else
		units_count(threshold->absolute, amount);
	snprintf(text, sizeof(text), "%s%.4g %%, %s", any ? "any/" : "", 100 * threshold->relative,
		 amount);
	printf("  %-14s  %-5s", text, threshold->gated ? "yes" : "no");
}

static void put_metric(const struct compare_policy *policy, const char *name,
		       const char *description)
{
	const struct metric *metric = metrics_find(name);
	struct compare_threshold threshold = compare_policy_threshold(policy, name, metric);

	printf("%-29s  %-6s", name, metrics_kinds[metric->kind].name);
	put_threshold(&threshold, metrics_unit(metric));
	printf("  %s\n", description);
}

void cmd_compare_list(const struct compare_policy *policy)
{
	puts("metric                         kind    threshold       gated  what it is");
	for (size_t i = 0; i < metrics_count; i++)
		put_metric(policy, metrics_table[i].name, metrics_table[i].description);
	for (size_t i = 0; i < metrics_memory_counts_count; i++)
		if (metrics_memory_counts[i].description)
			put_metric(policy, metrics_memory_counts[i].name,
				   metrics_memory_counts[i].description);
	puts("\nThe threshold is the larger of a share of what was and an amount. \"any/\": any "
	     "difference decides\nwhere the count never varies over three starts or more, unless a "
	     "threshold is given. Other system\ncalls are syscalls_count{name=openat} and the "
	     "like: "
	     "any/1 %, 1. What memory a package's own\nmodules bring is a metric where a threshold "
	     "asks for it: rss_ready_bytes{package=NAME}.");
}

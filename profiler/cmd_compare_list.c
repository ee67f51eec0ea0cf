// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare_list.c - the part of `coldprof compare` that lists the metrics */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "compare_policy.h"
#include "metrics.h"
#include "units.h"

static void put_threshold(const struct compare_threshold *threshold, const char *unit)
{
	char amount[UNITS_TEXT], text[2 * UNITS_TEXT];

	if (strcmp(unit, "ns") == 0)
		units_ms(threshold->absolute, amount);
	else if (strcmp(unit, "bytes") == 0)
		units_bytes(threshold->absolute, amount);
	else
		units_count(threshold->absolute, amount);
	snprintf(text, sizeof(text), "%.4g %%, %s", 100 * threshold->relative, amount);
	printf("  %-14s  %-5s", text, threshold->gated ? "yes" : "no");
}

void cmd_compare_list(const struct compare_policy *policy)
{
	puts("metric                kind    threshold       gated  what it is");
	for (size_t i = 0; i < metrics_count; i++) {
		const struct metric *metric = &metrics_table[i];
		const struct metric_kind_info *kind = &metrics_kinds[metric->kind];
		struct compare_threshold threshold =
			compare_policy_threshold(policy, metric->name, metric);

		printf("%-20s  %-6s", metric->name, kind->name);
		put_threshold(&threshold, kind->unit);
		printf("  %s\n", metric->description);
	}
	puts("\nThe threshold is the larger of a share of what was and an amount. Of a count that "
	     "never varies\nover three starts or more any difference decides, unless a threshold "
	     "is given. System calls\nby name are syscalls_count{name=openat}.");
}

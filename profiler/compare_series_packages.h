/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_series_packages.h - the memory of packages as metrics, where a policy asks for it */
#ifndef COLDPROF_COMPARE_SERIES_PACKAGES_H
#define COLDPROF_COMPARE_SERIES_PACKAGES_H

#include "compare_policy.h"
#include "compare_series.h"

/*
 * Adds "rss_ready_bytes{package=boto3}" for each package whose name a rule has: by how much
 * resident memory grew in the start while its own modules were loaded, 0 where it was not loaded.
 * Nobody asks for all of them by accident: each metric more is one more that must be told from
 * noise. 0 or -ENOMEM.
 */
int compare_series_packages(const struct result_workload *base, const struct result_workload *new,
			    const struct compare_policy *policy, compare_series_list *out);

#endif

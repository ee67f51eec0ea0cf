/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_packages.h - the packages that starts loaded, together with those that locks name */
#ifndef COLDPROF_SUMMARY_PACKAGES_H
#define COLDPROF_SUMMARY_PACKAGES_H

#include "result.h"

/*
 * Completes the workload's packages by those that |workload->median_sample| loaded, costliest
 * first, with medians over all counted starts that loaded the same name and version, and 95 %
 * intervals of their self times (stats.h) by |seed|. What was not loaded follows. The samples' own
 * lists are freed. 0 or -ENOMEM.
 */
int summary_packages(struct result_workload *workload, uint64_t seed);

#endif

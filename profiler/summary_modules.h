/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_modules.h - the modules of all starts together */
#ifndef COLDPROF_SUMMARY_MODULES_H
#define COLDPROF_SUMMARY_MODULES_H

#include "map.h"
#include "result.h"

/*
 * Fills the workload's modules: the tree of |workload->median_sample|, with medians over all
 * counted starts that have the module, and each start's own numbers. A module of one start is that
 * of another if the process (by its place in the tree), its name and, where a process loads the
 * same name again, the turn are the same: the order of loads may differ. The samples' own lists are
 * freed. 0 or -ENOMEM.
 */
int summary_modules(struct result_workload *workload);

/*
 * Fills |out| with the index of each module by that sameness; |processes| is the start that the
 * instances are of. 0 or -ENOMEM.
 */
int summary_modules_index(const struct result_module *modules, size_t count,
			  const struct result_sample *processes, struct map *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* stratum.h - what starts were measured on: starts of different strata are never pooled */
#ifndef COLDPROF_STRATUM_H
#define COLDPROF_STRATUM_H

#include "buf.h"
#include "result.h"

/*
 * Adds the kind of machine that a report is of: all of it that makes times incomparable
 * (compare_machine.h), and nothing that changes from day to day. 0 or -ENOMEM.
 */
int stratum_machine(const struct result *report, struct buf *out);

/* Adds what a workload of it was measured on: its own stratum, else machine and runtime. */
int stratum_of(const struct result *report, const struct result_workload *workload,
	       struct buf *out);

/* Whether a report was merged, so that its workloads have strata. */
bool stratum_has_any(const struct result *report);

#endif

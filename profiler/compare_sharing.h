/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_sharing.h - how much of a program's memory are pages of files that others map, too */
#ifndef COLDPROF_COMPARE_SHARING_H
#define COLDPROF_COMPARE_SHARING_H

#include "result.h"

/*
 * Whether another program has the same libraries mapped decides whether their pages are private,
 * and what share of them PSS counts: the machine's doing, not the program's. The median over the
 * starts that count, of all processes at ready; NAN: not measured. 0 or -ENOMEM.
 */
int compare_sharing(const struct result_workload *workload, double *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_family.h - p values of several tests, corrected for their number */
#ifndef COLDPROF_STATS_FAMILY_H
#define COLDPROF_STATS_FAMILY_H

#include <stddef.h>

/*
 * Replaces each p by its adjusted one: rejecting where that is at most a level rejects a true
 * hypothesis with at most this probability, whatever the tests have to do with each other. S. Holm,
 * "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics
 * 6(2), 1979. A NAN stays one and counts as a test. 0 or -ENOMEM.
 */
int stats_family_holm(double *p, size_t count);

#endif

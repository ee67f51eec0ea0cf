/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog_text.h - the catalog for people to read: a line for each workload, or all of one */
#ifndef COLDPROF_CATALOG_TEXT_H
#define COLDPROF_CATALOG_TEXT_H

#include <stdio.h>

#include "catalog.h"
#include "prepare_set.h"

struct user;

/*
 * A line each: name, whether it is prepared, for which version of its runtime, size on disk,
 * number of packages, summary; with no |set| the names alone. Prepared folders are read as |user|.
 */
void catalog_text_list(const catalog_selection *selection, const struct prepare_set *set,
		       const struct user *user, FILE *out);

/* What it runs, when it is ready, its requests, where it is prepared and with which packages. */
void catalog_text_show(const struct workload *workload, const struct prepare_set *set,
		       const struct user *user, FILE *out);

#endif

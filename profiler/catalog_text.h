/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog_text.h - the catalog for people to read: a line for each workload, or all of one */
#ifndef COLDPROF_CATALOG_TEXT_H
#define COLDPROF_CATALOG_TEXT_H

#include <stdio.h>

#include "catalog.h"
#include "prepare_set.h"

/* Name, what is prepared, summary; with no |set| the names alone. */
void catalog_text_list(const catalog_selection *selection, const struct prepare_set *set,
		       FILE *out);

/* What it runs, when it is ready, its requests, where it lies and is prepared. */
void catalog_text_show(const struct workload *workload, const struct prepare_set *set, FILE *out);

#endif

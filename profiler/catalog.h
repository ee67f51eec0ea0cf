/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog.h - the workloads that there are, by name, pattern and tag */
#ifndef COLDPROF_CATALOG_H
#define COLDPROF_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "vec.h"
#include "workload.h"

#define CATALOG_DEFAULT_TAG "quick" /* what `coldprof run` takes when nothing is named */
#define CATALOG_ALL_TAG	    "all"   /* all workloads have it, without saying so */

/* Open data. Zeroed memory is an empty catalog. */
struct catalog {
	VEC(struct workload) workloads; /* in the order of their folders and names */
	workload_texts broken; /* names of those that could not be read; each was reported */
};

/* Pointers into a catalog, good while it is. */
typedef VEC(const struct workload *) catalog_selection;

/*
 * The catalog that belongs to this program: runtimes/ of the checkout that it was built in, or
 * share/coldprof/runtimes beside the bin/ that it was installed in. To be freed. 0 or -errno,
 * printed.
 */
int catalog_own_folder(char **out);

/*
 * Adds the workloads FOLDER/RUNTIME/NAME. A broken one, or one whose name is taken, is reported
 * and skipped. 0, or -errno (printed) where the folder itself can't be read.
 */
int catalog_add_folder(struct catalog *catalog, const char *folder);

/* The program's own catalog and then |folders|, which are the values of --catalog. */
int catalog_load(struct catalog *catalog, const char *const *folders, size_t count);
void catalog_release(struct catalog *catalog);

const struct workload *catalog_find(const struct catalog *catalog, const char *name);

/*
 * Adds what |wanted| names, each workload once: a name, a pattern ("python/" and a star) or
 * @TAG. 0, also where only broken ones are named; -ENOENT after a line that says what is unknown
 * and what it may have meant (EXIT_USAGE).
 */
int catalog_select(const struct catalog *catalog, const char *wanted, catalog_selection *out);

/* Whether |wanted| names one of |broken|; by its tags nobody can know. */
bool catalog_wants_broken(const char *name, const char *const *wanted, size_t count);

/* As catalog_select for each of |wanted|; for none of them, what CATALOG_DEFAULT_TAG tags. */
int catalog_select_all(const struct catalog *catalog, const char *const *wanted, size_t count,
		       catalog_selection *out);

#endif

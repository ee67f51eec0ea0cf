/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - one line on standard error that says how far long work has come */
#ifndef COLDPROF_PROGRESS_H
#define COLDPROF_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* There is one at most at a time: lines that err.h prints make room for it. */
struct progress;

/* |shown| false: nothing is ever printed. NULL when out of memory. */
struct progress *progress_new(bool shown);
void progress_free(struct progress *progress); /* clears the line; NULL is fine */

/* |done| of |total| steps are done, |what| comes next. */
void progress_step(struct progress *progress, size_t done, size_t total, const char *what);

/* Clears the line; a further step shows it again. */
void progress_end(struct progress *progress);

#endif

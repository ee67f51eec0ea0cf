/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - the line on standard error that says how far long work has come */
#ifndef COLDPROF_PROGRESS_H
#define COLDPROF_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * On a terminal one line that is drawn again and again, and that makes room for each line that
 * err.h prints; elsewhere (--progress always in a log) one line a step. At most one at a time.
 */
struct progress;

/* |shown| false: all calls do nothing. NULL when out of memory. */
struct progress *progress_new(bool shown);
void progress_free(struct progress *progress); /* ends it too; takes NULL */

/* |done| of |total| things are done, and the next one, |what|, begins. */
void progress_step(struct progress *progress, size_t done, size_t total, const char *what);

/* Takes the line off the screen; a later step draws it again. */
void progress_end(struct progress *progress);

/* One line, at most |columns| wide: "[bar] 31/40  python/pytorch  about 12 s left". Pure. */
struct progress_state {
	size_t done, total;
	const char *what;
	uint64_t elapsed_ns; /* since the first step */
	size_t columns;
};
int progress_text(const struct progress_state *state, struct buf *out);

#endif

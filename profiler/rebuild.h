/* SPDX-License-Identifier: BSD-2-Clause */
/* rebuild.h - a report from the recordings of starts: without root, the programs or the machine */
#ifndef COLDPROF_REBUILD_H
#define COLDPROF_REBUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "result.h"

/* Whether a file begins as a recording does. -errno where it can't be read; nothing is printed. */
int rebuild_is_recording(const char *path, bool *out);

/*
 * The recordings in a folder, in the order of their names, warm-ups left out; added to |out|. 0 or
 * -errno, printed; -ENOENT where there is none.
 */
int rebuild_list(const char *folder, result_texts *out);

/*
 * Each recording becomes a sample; those that were started by the same plan belong to one workload.
 * A recording that is cut is read up to the cut, which is said. |out| is written only on success,
 * to be released by result_release(). 0 or -errno, printed.
 */
int rebuild(const result_texts *paths, struct result *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest.h - which known names somebody who mistyped one may have meant */
#ifndef COLDPROF_NEAREST_H
#define COLDPROF_NEAREST_H

#include <stddef.h>

#include "buf.h"

/*
 * The least number of inserted, removed, changed and swapped neighbouring characters that make
 * |a| of |b| (optimal string alignment, a restricted Damerau-Levenshtein distance).
 */
size_t nearest_distance(const char *a, const char *b);

/*
 * Adds the up to three names that are nearest to |wanted|, "node/http, node/hello", to |out|;
 * nothing where none is near. A name with a slash is also tried without what is before it.
 * 0 or -ENOMEM.
 */
int nearest_names(const char *wanted, const char *const *names, size_t count, struct buf *out);

#endif

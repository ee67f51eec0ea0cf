/* SPDX-License-Identifier: BSD-2-Clause */
/* display.h - text as a terminal shows it: columns, escapes, cuts */
#ifndef COLDPROF_DISPLAY_H
#define COLDPROF_DISPLAY_H

#include <stddef.h>

#include "buf.h"

/*
 * Columns that |text| takes: 0 for combining marks, 2 for East Asian wide characters and emoji
 * (Unicode 15, UAX 11), 1 for others. |text| is UTF-8 without control characters.
 */
size_t display_width(const char *text);

/*
 * Adds |text| so that it can't move the cursor or reorder a line: "\n", "\t", "\x1b" for control
 * characters and for bytes that are not UTF-8, "\u202e" for line separators and for characters that
 * change the direction of what follows. 0 or -ENOMEM, as all below.
 */
int display_escape(const char *text, struct buf *out);

/* Adds |text| cut in its middle ("/srv/ap...dex.js", with one ellipsis character) to |columns|. */
int display_cut(const char *text, size_t columns, struct buf *out);

/* As display_cut, but a cut takes the end. */
int display_cut_end(const char *text, size_t columns, struct buf *out);

/* Adds |text|, filled with spaces to |columns|: after it, or before it. */
int display_left(const char *text, size_t columns, struct buf *out);
int display_right(const char *text, size_t columns, struct buf *out);

/* Adds a bar of |share| (0 to 1) of |columns| in eighths of a column; something above 0 shows. */
int display_bar(double share, size_t columns, struct buf *out);

#endif

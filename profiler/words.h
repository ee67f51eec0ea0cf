/* SPDX-License-Identifier: BSD-2-Clause */
/* words.h - a command line in one text, split into its words */
#ifndef COLDPROF_WORDS_H
#define COLDPROF_WORDS_H

#include "vec.h"

typedef VEC(char *) words; /* a NULL follows the last one, which is not counted */

/*
 * Splits as a POSIX shell does (Shell Command Language, 2.2 Quoting): at blanks, which 'a b',
 * "a b" and a\ b keep together. Nothing is expanded, and | & ; < > $ * are characters like others:
 * wordexp(3) would expand, even with WRDE_NOCMD. |out| is overwritten, the caller's to release.
 * 0, -EINVAL where a quote does not end or a text ends in a backslash, or -ENOMEM; nothing is
 * printed.
 */
int words_split(const char *text, words *out);

/* Takes zeroed memory. */
void words_release(words *list);

#endif

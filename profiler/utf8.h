/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8.h - bytes that may or may not be UTF-8 */
#ifndef COLDPROF_UTF8_H
#define COLDPROF_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define UTF8_ELLIPSIS	 "\xe2\x80\xa6"

/*
 * Bytes of the well-formed sequence (Unicode 15, table 3-7) that |text| begins with, its code point
 * in |*point| (may be NULL); 0 where there is none. |size| is what is left of the text, at least 1.
 */
size_t utf8_decode(const char *text, size_t size, uint32_t *point);

/* Adds |text| with U+FFFD in place of each byte that is not UTF-8; 0 or -ENOMEM. */
int utf8_clean(const char *text, struct buf *out);

#endif

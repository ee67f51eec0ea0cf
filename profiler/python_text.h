/* SPDX-License-Identifier: BSD-2-Clause */
/* python_text.h - Python's strings as UTF-8, module names, and the files that belong to them */
#ifndef COLDPROF_PYTHON_TEXT_H
#define COLDPROF_PYTHON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* |out| becomes the characters of a str, |width| bytes each, as UTF-8. 0 or -ENOMEM. */
int python_text_decode(const char *bytes, size_t size, size_t width, struct buf *out);

/* "c" of "a.b.c" */
const char *python_text_last_part(const char *name);

/* "<frozen os>" */
bool python_text_is_frozen(const char *file);

/* Whether a module of that name has its code in |file|. */
bool python_text_is_file_of(const char *file, const char *name);

bool python_text_ends_with(const char *text, const char *end);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.h - a growing run of bytes, always NUL-terminated */
#ifndef COLDPROF_BUF_H
#define COLDPROF_BUF_H

#include <stdarg.h>
#include <stddef.h>

/* Zeroed memory is an empty buffer. |data| is NULL while nothing was added. */
struct buf {
	char *data;
	size_t size; /* bytes in use, without the closing NUL */
	size_t capacity;
};

void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */

/* All return 0 or -ENOMEM; a failed call leaves the buffer as it was. */
int buf_reserve(struct buf *buf, size_t more);
int buf_add(struct buf *buf, const void *data, size_t size);
int buf_puts(struct buf *buf, const char *text);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text, never NULL. */
const char *buf_text(const struct buf *buf);

/* Hands the memory to the caller, to be freed by free(); the buffer is empty after it. */
char *buf_steal(struct buf *buf);

#endif

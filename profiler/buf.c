// SPDX-License-Identifier: BSD-2-Clause
/* buf.c - a growing run of bytes, always NUL-terminated */
#include "buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_release(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

void buf_clear(struct buf *buf)
{
	buf->size = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

int buf_reserve(struct buf *buf, size_t more)
{
	size_t need, capacity;
	char *data;

	if (__builtin_add_overflow(buf->size, more, &need) ||
	    __builtin_add_overflow(need, (size_t)1, &need))
		return -ENOMEM;
	if (need <= buf->capacity)
		return 0;
	capacity = buf->capacity ? buf->capacity : 64;
	while (capacity < need)
		if (__builtin_mul_overflow(capacity, (size_t)2, &capacity))
			return -ENOMEM;
	data = realloc(buf->data, capacity);
	if (!data)
		return -ENOMEM;
	data[buf->size] = '\0';
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

int buf_add(struct buf *buf, const void *data, size_t size)
{
	int rc = buf_reserve(buf, size);

	if (rc)
		return rc;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
	return 0;
}

int buf_puts(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int need, rc;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		return -EINVAL;
	rc = buf_reserve(buf, (size_t)need);
	if (rc)
		return rc;
	va_start(args, format);
	vsnprintf(buf->data + buf->size, (size_t)need + 1, format, args);
	va_end(args);
	buf->size += (size_t)need;
	return 0;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_steal(struct buf *buf)
{
	char *data = buf->data ? buf->data : calloc(1, 1);

	memset(buf, 0, sizeof(*buf));
	return data;
}

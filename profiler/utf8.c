// SPDX-License-Identifier: BSD-2-Clause
/* utf8.c - bytes that may or may not be UTF-8 */
#include "utf8.h"

#include <string.h>

/* The second byte's range is narrower after four of the first ones. */
static void second_range(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
}

size_t utf8_decode(const char *text, size_t size, uint32_t *point)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned char low, high;
	size_t length = 1;
	uint32_t value;

	if (bytes[0] >= 0x80) {
		if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
			return 0;
		length = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
		second_range(bytes[0], &low, &high);
		if (size < length || bytes[1] < low || bytes[1] > high)
			return 0;
	}
	value = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (point)
		*point = value;
	return length;
}

int utf8_clean(const char *text, struct buf *out)
{
	size_t size = strlen(text), good = 0;
	int rc = 0;

	for (size_t i = 0, length; i < size && !rc; i += length ? length : 1) {
		length = utf8_decode(text + i, size - i, NULL);
		if (length)
			continue;
		rc = buf_add(out, text + good, i - good);
		if (!rc)
			rc = buf_puts(out, UTF8_REPLACEMENT);
		good = i + 1;
	}
	return rc ? rc : buf_add(out, text + good, size - good);
}

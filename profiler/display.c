// SPDX-License-Identifier: BSD-2-Clause
/* display.c - text as a terminal shows it: columns, escapes, cuts */
#include "display.h"

#include <stdbool.h>
#include <string.h>

#include "utf8.h"

struct range {
	uint32_t first, last;
};

/* The blocks of combining marks and invisible characters. */
static const struct range zero_width[] = {
	{0x0300, 0x036f},   {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
	{0x064b, 0x065f},   {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x093c, 0x093c},
	{0x0941, 0x0948},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
	{0x1160, 0x11ff},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},
	{0x2060, 0x2064},   {0x20d0, 0x20ff}, {0x302a, 0x302d}, {0x3099, 0x309a},
	{0xfe00, 0xfe0f},   {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff},
	{0xe0100, 0xe01ef},
};

/* The blocks that UAX 11 calls wide or fullwidth. */
static const struct range double_width[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},	{0x2329, 0x232a},   {0x23e9, 0x23ec},
	{0x25fd, 0x25fe},   {0x2614, 0x2615},	{0x2648, 0x2653},   {0x26a1, 0x26a1},
	{0x2705, 0x2705},   {0x270a, 0x270b},	{0x2728, 0x2728},   {0x274c, 0x274c},
	{0x2753, 0x2755},   {0x2757, 0x2757},	{0x2795, 0x2797},   {0x2b1b, 0x2b1c},
	{0x2b50, 0x2b50},   {0x2b55, 0x2b55},	{0x2e80, 0x303e},   {0x3041, 0x33ff},
	{0x3400, 0x4dbf},   {0x4e00, 0xa4cf},	{0xa960, 0xa97f},   {0xac00, 0xd7a3},
	{0xf900, 0xfaff},   {0xfe10, 0xfe19},	{0xfe30, 0xfe6f},   {0xff00, 0xff60},
	{0xffe0, 0xffe6},   {0x16fe0, 0x18aff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004},
	{0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320},
	{0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca},
	{0x1f3e0, 0x1f3f0}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc},
	{0x1f4ff, 0x1f53d}, {0x1f550, 0x1f567}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5},
	{0x1f6d0, 0x1f6d2}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb},
	{0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

static bool in_ranges(uint32_t point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && point >= ranges[i].first; i++)
		if (point <= ranges[i].last)
			return true;
	return false;
}

static size_t point_width(uint32_t point)
{
	if (point < 0x300)
		return 1;
	if (in_ranges(point, zero_width, sizeof(zero_width) / sizeof(zero_width[0])))
		return 0;
	return in_ranges(point, double_width, sizeof(double_width) / sizeof(double_width[0])) ? 2
											      : 1;
}

/* Bytes of the character at |text|, which is not its end; |*width| its columns. */
static size_t step(const char *text, size_t *width)
{
	uint32_t point;
	size_t length = utf8_decode(text, strnlen(text, 4), &point);

	*width = length ? point_width(point) : 1;
	return length ? length : 1;
}

size_t display_width(const char *text)
{
	size_t total = 0, width;

	while (*text) {
		text += step(text, &width);
		total += width;
	}
	return total;
}

/* Line separators and the controls of the bidirectional algorithm (UAX 9). */
static bool is_unruly(uint32_t point)
{
	return point == 0x061c || point == 0x200e || point == 0x200f ||
	       (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
	       point == 0xfeff;
}

static int escape_byte(unsigned char byte, struct buf *out)
{
	switch (byte) {
	case '\n':
		return buf_puts(out, "\\n");
	case '\t':
		return buf_puts(out, "\\t");
	case '\r':
		return buf_puts(out, "\\r");
	default:
		return buf_printf(out, "\\x%02x", byte);
	}
}

int display_escape(const char *text, struct buf *out)
{
	int rc = 0;

	while (*text && !rc) {
		uint32_t point;
		size_t length = utf8_decode(text, strnlen(text, 4), &point);

		if (!length || point < 0x20 || point == 0x7f)
			rc = escape_byte((unsigned char)*text, out);
		else if ((point >= 0x80 && point < 0xa0) || is_unruly(point))
			rc = buf_printf(out, "\\u%04x", point);
		else
			rc = buf_add(out, text, length);
		text += length ? length : 1;
	}
	return rc;
}

/* Bytes of the longest beginning of |text| that takes at most |columns|. */
static size_t head_bytes(const char *text, size_t columns)
{
	size_t bytes = 0, used = 0, width;

	while (text[bytes]) {
		size_t length = step(text + bytes, &width);

		if (used + width > columns)
			break;
		used += width;
		bytes += length;
	}
	return bytes;
}

/* The longest end of |text| that takes at most |columns|. */
static const char *tail(const char *text, size_t columns)
{
	size_t total = display_width(text), width;

	while (*text && total > columns) {
		text += step(text, &width);
		total -= width;
	}
	return text;
}

int display_cut(const char *text, size_t columns, struct buf *out)
{
	size_t head, rest;
	int rc;

	if (display_width(text) <= columns)
		return buf_puts(out, text);
	if (columns < 2)
		return columns ? buf_puts(out, UTF8_ELLIPSIS) : 0;
	/* a path's end says more than its beginning */
	head = (columns - 1) / 3;
	rest = columns - 1 - head;
	rc = buf_add(out, text, head_bytes(text, head));
	if (!rc)
		rc = buf_puts(out, UTF8_ELLIPSIS);
	return rc ? rc : buf_puts(out, tail(text, rest));
}

int display_cut_end(const char *text, size_t columns, struct buf *out)
{
	int rc;

	if (display_width(text) <= columns)
		return buf_puts(out, text);
	if (!columns)
		return 0;
	rc = buf_add(out, text, head_bytes(text, columns - 1));
	return rc ? rc : buf_puts(out, UTF8_ELLIPSIS);
}

static int spaces(size_t count, struct buf *out)
{
	return buf_printf(out, "%*s", (int)count, "");
}

int display_left(const char *text, size_t columns, struct buf *out)
{
	size_t width = display_width(text);
	int rc = buf_puts(out, text);

	return rc || width >= columns ? rc : spaces(columns - width, out);
}

int display_right(const char *text, size_t columns, struct buf *out)
{
	size_t width = display_width(text);
	int rc = width >= columns ? 0 : spaces(columns - width, out);

	return rc ? rc : buf_puts(out, text);
}

int display_bar(double share, size_t columns, struct buf *out)
{
	/* U+2588 is a full block, U+2589 seven eighths, U+258F one eighth */
	size_t eighths, full = columns * 8;
	int rc = 0;

	if (!(share > 0))
		return 0;
	eighths = share >= 1 ? full : (size_t)(share * (double)full + 0.5);
	if (!eighths)
		eighths = 1;
	for (size_t i = 0; i < eighths / 8 && !rc; i++)
		rc = buf_puts(out, "\xe2\x96\x88");
	if (!rc && eighths % 8)
		rc = buf_printf(out, "\xe2\x96%c", (char)(0x90 - eighths % 8));
	return rc;
}

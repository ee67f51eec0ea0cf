// SPDX-License-Identifier: BSD-2-Clause
/* python_text.c - Python's strings as UTF-8, module names, and the files that belong to them */
#include "python_text.h"

#include <string.h>

#include "fs.h"
#include "utf8.h"

static int add_point(struct buf *out, uint32_t point)
{
	char bytes[4];
	size_t size;

	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return buf_puts(out, UTF8_REPLACEMENT);
	if (point < 0x80) {
		bytes[0] = (char)point;
		return buf_add(out, bytes, 1);
	}
	size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = size; i-- > 1; point >>= 6)
		bytes[i] = (char)(0x80 | (point & 0x3f));
	bytes[0] = (char)((0xf00 >> size & 0xff) | point);
	return buf_add(out, bytes, size);
}

/* The characters of a str, |width| bytes each, as UTF-8. */
int python_text_decode(const char *bytes, size_t size, size_t width, struct buf *out)
{
	int rc = buf_reserve(out, size);

	buf_clear(out);
	for (size_t at = 0; !rc && width && at + width <= size; at += width) {
		uint32_t wide = 0;
		uint16_t half;

		if (width == 1) {
			wide = (unsigned char)bytes[at];
		} else if (width == 2) {
			memcpy(&half, bytes + at, sizeof(half));
			wide = half;
		} else {
			memcpy(&wide, bytes + at, sizeof(wide));
		}
		rc = add_point(out, wide);
	}
	return rc;
}

/* "c" of "a.b.c" */
const char *python_text_last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

bool python_text_is_frozen(const char *file)
{
	return strncmp(file, "<frozen ", 8) == 0;
}

/* Whether a module of that name has its code in |file|. */
bool python_text_is_file_of(const char *file, const char *name)
{
	const char *part = python_text_last_part(name), *base = fs_basename(file);
	size_t length = strlen(part), before;

	if (python_text_is_frozen(file)) {
		file += strlen("<frozen ");
		return strncmp(file, name, strlen(name)) == 0 &&
		       strcmp(file + strlen(name), ">") == 0;
	}
	if (strncmp(base, part, length) == 0 && base[length] == '.')
		return true;
	/* the folder's name */
	if (strncmp(base, "__init__.", 9) || base == file)
		return false;
	before = (size_t)(base - file) - 1;
	return before >= length && strncmp(file + before - length, part, length) == 0 &&
	       (before == length || file[before - length - 1] == '/');
}

bool python_text_ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length >= size && strcmp(text + length - size, end) == 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* scripts_name.c - what a script is called by V8, and what by people */
#include "scripts_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define PACKAGES "/node_modules/"

static int add_point(struct buf *out, uint32_t point)
{
	char bytes[4];

	if (point < 0x80) {
		bytes[0] = (char)point;
		return buf_add(out, bytes, 1);
	}
	if (point < 0x800) {
		bytes[0] = (char)(0xc0 | point >> 6);
		bytes[1] = (char)(0x80 | (point & 63));
		return buf_add(out, bytes, 2);
	}
	if (point < 0x10000) {
		bytes[0] = (char)(0xe0 | point >> 12);
		bytes[1] = (char)(0x80 | (point >> 6 & 63));
		bytes[2] = (char)(0x80 | (point & 63));
		return buf_add(out, bytes, 3);
	}
	bytes[0] = (char)(0xf0 | point >> 18);
	bytes[1] = (char)(0x80 | (point >> 12 & 63));
	bytes[2] = (char)(0x80 | (point >> 6 & 63));
	bytes[3] = (char)(0x80 | (point & 63));
	return buf_add(out, bytes, 4);
}

static uint32_t unit_at(const char *text, size_t at)
{
	return (uint32_t)(unsigned char)text[at] | (uint32_t)(unsigned char)text[at + 1] << 8;
}

static int add_utf16(const char *text, size_t size, struct buf *out)
{
	int rc = 0;

	for (size_t i = 0; i + 1 < size && !rc; i += 2) {
		uint32_t point = unit_at(text, i);

		if (point >= 0xd800 && point < 0xdc00 && i + 3 < size) {
			uint32_t low = unit_at(text, i + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		if (point >= 0xd800 && point < 0xe000)
			rc = buf_puts(out, UTF8_REPLACEMENT);
		else
			rc = add_point(out, point);
	}
	return rc;
}

static int add_latin1(const char *text, size_t size, struct buf *out)
{
	int rc = 0;

	for (size_t i = 0; i < size && !rc; i++)
		rc = add_point(out, (unsigned char)text[i]);
	return rc;
}

static int hex_value(char digit)
{
	if (!isxdigit((unsigned char)digit))
		return -1;
	return isdigit((unsigned char)digit) ? digit - '0'
					     : tolower((unsigned char)digit) - 'a' + 10;
}

/* A file: URL's path, in place: %XX are bytes, what follows ? or # is not of the path. */
static void decode_url(struct buf *name)
{
	const char *from = name->data + strlen("file://");
	char *to = name->data;

	for (; *from && *from != '?' && *from != '#'; from++) {
		int high = *from == '%' ? hex_value(from[1]) : -1;
		int low = high >= 0 ? hex_value(from[2]) : -1;

		if (low >= 0 && (high || low)) {
			*to++ = (char)(high << 4 | low);
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	name->size = (size_t)(to - name->data);
}

int scripts_name_read(const char *text, size_t size, bool utf16, struct buf *out)
{
	int rc = utf16 ? add_utf16(text, size, out) : add_latin1(text, size, out);

	if (rc)
		return rc;
	if (strncmp(buf_text(out), "file:///", 8) == 0)
		decode_url(out);
	return buf_text(out)[0] == '/' || scripts_name_is_own(buf_text(out)) ? 0 : -EINVAL;
}

bool scripts_name_is_own(const char *name)
{
	return strncmp(name, "node:", 5) == 0;
}

bool scripts_name_is_main(const char *name)
{
	return strncmp(name, "node:internal/main/", 19) == 0;
}

bool scripts_name_is_embedder(const char *name)
{
	return strcmp(name, "node:internal/main/embedding") == 0;
}

/* What comes after the last node_modules/, or NULL. */
static const char *in_package(const char *file)
{
	const char *found = NULL;

	for (const char *at = file; (at = strstr(at, PACKAGES)); at++)
		found = at + strlen(PACKAGES);
	return found;
}

const char *scripts_name_short(const char *file, const char *folder)
{
	const char *package = in_package(file);
	size_t length = folder ? strlen(folder) : 0;

	if (package && *package)
		return package;
	while (length && folder[length - 1] == '/')
		length--;
	if (length && strncmp(file, folder, length) == 0 && file[length] == '/' && file[length + 1])
		return file + length + 1;
	return file;
}

/* The length of "NAME" or "@SCOPE/NAME". */
static size_t package_length(const char *package)
{
	size_t length = strcspn(package, "/");

	if (package[0] == '@' && package[length])
		length += 1 + strcspn(package + length + 1, "/");
	return length;
}

/* Without an ending that Node.js tries: "a/b.js" is also looked for as "a/b". */
static size_t stem_length(const char *path)
{
	size_t length = strlen(path);
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');

	return dot && (!slash || dot > slash + 1) ? (size_t)(dot - path) : length;
}

enum scripts_relation scripts_name_relation(const char *path, const char *file)
{
	const char *package = in_package(file), *end = strrchr(path, '/');
	size_t stem = stem_length(path);

	if (strncmp(path, file, stem) == 0 && (!file[stem] || strchr("/.", file[stem])))
		return SCRIPTS_SEARCH;
	if (end && strcmp(end, "/package.json") == 0 &&
	    strncmp(path, file, (size_t)(end - path) + 1) == 0)
		return SCRIPTS_SCOPE;
	/* what else lies in its package is not looked for by a search for it */
	if (!package ||
	    strncmp(path, file, (size_t)(package - file) + package_length(package)) == 0)
		return SCRIPTS_UNRELATED;
	for (const char *at = path; (at = strstr(at, PACKAGES)); at++) {
		const char *name = at + strlen(PACKAGES);
		size_t length = package_length(package);

		if (strncmp(name, package, length) == 0 &&
		    (!name[length] || name[length] == '/' || name[length] == '.'))
			return SCRIPTS_SEARCH;
	}
	return SCRIPTS_UNRELATED;
}

// SPDX-License-Identifier: BSD-2-Clause
/* shape_print.c - structs with a shape as JSON text that is written while they are walked */
#include "shape_print.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "buf.h"
#include "utf8.h"

#define NUMBER_BYTES 40

/* An error stays: the caller looks at the end. */
struct printer {
	FILE *out;
	size_t depth;
	struct buf clean; /* of a text that is not UTF-8 */
	int rc;
};

/* The streams are of one thread each. */
static void put(struct printer *printer, char c)
{
	putc_unlocked(c, printer->out);
}

static void put_bytes(struct printer *printer, const char *text, size_t size)
{
	fwrite_unlocked(text, 1, size, printer->out);
}

/* ---- numbers, with cJSON's digits ---- */

static void put_integer(struct printer *printer, int64_t value)
{
	char text[NUMBER_BYTES], *at = text + sizeof(text);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	if (value == SHAPE_ABSENT) {
		put_bytes(printer, "null", 4);
		return;
	}
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	put_bytes(printer, at, (size_t)(text + sizeof(text) - at));
}

static bool is_near(double a, double b)
{
	return fabs(a - b) <= fmax(fabs(a), fabs(b)) * DBL_EPSILON;
}

/* 15 digits where they are enough. */
static void put_number(struct printer *printer, double value)
{
	char text[NUMBER_BYTES];

	if (!isfinite(value)) {
		put_bytes(printer, "null", 4);
		return;
	}
	if (fabs(value) <= INT32_MAX && value == floor(value)) {
		put_integer(printer, (int64_t)value);
		return;
	}
	snprintf(text, sizeof(text), "%1.15g", value);
	if (!is_near(strtod(text, NULL), value))
		snprintf(text, sizeof(text), "%1.17g", value);
	put_bytes(printer, text, strlen(text));
}

/* ---- texts ---- */

static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void put_character(struct printer *printer, char c)
{
	static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
				       ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

	put(printer, '\\');
	if ((size_t)c < sizeof(letters) && letters[(size_t)c])
		put(printer, letters[(size_t)c]);
	else
		fprintf(printer->out, "u%04x", (unsigned)c);
}

/* What is UTF-8. */
static void put_clean(struct printer *printer, const char *text)
{
	put(printer, '"');
	while (*text) {
		size_t plain = 0;

		while (text[plain] && is_plain(text[plain]))
			plain++;
		put_bytes(printer, text, plain);
		text += plain;
		if (*text)
			put_character(printer, *text++);
	}
	put(printer, '"');
}

static bool is_ascii(const char *text)
{
	while (*text > 0)
		text++;
	return !*text;
}

static void put_text(struct printer *printer, const char *text)
{
	if (is_ascii(text)) {
		put_clean(printer, text);
		return;
	}
	buf_clear(&printer->clean);
	if (utf8_clean(text, &printer->clean))
		printer->rc = -ENOMEM;
	put_clean(printer, buf_text(&printer->clean));
}

/* ---- what has parts ---- */

static void put_field(struct printer *printer, const struct shape_field *field, const void *at);

static void begin_object(struct printer *printer)
{
	put_bytes(printer, "{\n", 2);
	printer->depth++;
}

static void put_tabs(struct printer *printer)
{
	for (size_t i = 0; i < printer->depth; i++)
		put(printer, '\t');
}

static void begin_member(struct printer *printer, bool first, const char *key)
{
	if (!first)
		put_bytes(printer, ",\n", 2);
	put_tabs(printer);
	put_text(printer, key);
	put_bytes(printer, ":\t", 2);
}

static void end_object(struct printer *printer, bool empty)
{
	printer->depth--;
	if (!empty)
		put(printer, '\n');
	put_tabs(printer);
	put(printer, '}');
}

/* Fields from |first| on. */
static void put_struct(struct printer *printer, const struct shape *shape, const void *object,
		       size_t first)
{
	begin_object(printer);
	for (size_t i = first; i < shape->count; i++) {
		const struct shape_field *field = &shape->fields[i];

		begin_member(printer, i == first, field->key);
		put_field(printer, field, (const char *)object + field->offset);
	}
	end_object(printer, first >= shape->count);
}

static void put_item(struct printer *printer, const struct shape_field *field,
		     const struct shape_list *list, size_t i)
{
	const char *text;

	if (field->kind == SHAPE_INTEGERS) {
		put_integer(printer, ((int64_t *)list->items)[i]);
	} else if (field->kind == SHAPE_LIST) {
		put_struct(printer, field->shape, shape_item(list, field->shape, i), 0);
	} else {
		text = ((char **)list->items)[i];
		put_text(printer, text ? text : "");
	}
}

static void put_list(struct printer *printer, const struct shape_field *field, const void *at)
{
	struct shape_list list = shape_list_get(at);

	put(printer, '[');
	printer->depth++;
	for (size_t i = 0; i < list.count; i++) {
		if (i)
			put_bytes(printer, ", ", 2);
		put_item(printer, field, &list, i);
	}
	printer->depth--;
	put(printer, ']');
}

static void put_keyed(struct printer *printer, const struct shape_field *field, const void *at)
{
	struct shape_list list = shape_list_get(at);
	const struct shape *shape = field->shape;
	const struct shape_field *only = &shape->fields[1];

	begin_object(printer);
	for (size_t i = 0; i < list.count; i++) {
		const char *object = shape_item(&list, shape, i);
		const char *name = *(char *const *)(object + shape->fields[0].offset);

		begin_member(printer, !i, name ? name : "");
		if (shape->count == 2)
			put_field(printer, only, object + only->offset);
		else
			put_struct(printer, shape, object, 1);
	}
	end_object(printer, !list.count);
}

static void put_field(struct printer *printer, const struct shape_field *field, const void *at)
{
	const char *text;

	switch (field->kind) {
	case SHAPE_INTEGER:
		put_integer(printer, *(const int64_t *)at);
		break;
	case SHAPE_NUMBER:
		put_number(printer, *(const double *)at);
		break;
	case SHAPE_BOOL:
		text = *(const bool *)at ? "true" : "false";
		put_bytes(printer, text, strlen(text));
		break;
	case SHAPE_TEXT:
		text = *(char *const *)at;
		if (text)
			put_text(printer, text);
		else
			put_bytes(printer, "null", 4);
		break;
	case SHAPE_STRUCT:
		put_struct(printer, field->shape, at, 0);
		break;
	case SHAPE_KEYED:
		put_keyed(printer, field, at);
		break;
	default:
		put_list(printer, field, at);
	}
}

int shape_print(const struct shape *shape, const void *object, FILE *out)
{
	struct printer printer = {.out = out};

	put_struct(&printer, shape, object, 0);
	put(&printer, '\n');
	buf_release(&printer.clean);
	if (!printer.rc && ferror(out))
		printer.rc = -EIO;
	return printer.rc;
}

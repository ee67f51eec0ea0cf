// SPDX-License-Identifier: BSD-2-Clause
/* jsonx.c - JSON files read strictly: typed getters whose errors name file, place and reason */
#include "jsonx.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "map.h"
#include "utf8.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53: doubles hold every whole number up to it */
#define FEW_MEMBERS 16

struct jsonx jsonx_root(const char *file, const cJSON *document)
{
	return (struct jsonx){.file = file, .item = document};
}

static void place_print(const struct jsonx *place, struct buf *out)
{
	if (place->parent)
		place_print(place->parent, out);
	if (place->key)
		buf_printf(out, "%s%s", out->size ? "." : "", place->key);
	else if (place->parent)
		buf_printf(out, "[%zu]", place->index);
}

int jsonx_error(const struct jsonx *place, const char *format, ...)
{
	struct buf where = {0};
	char reason[256];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	place_print(place, &where);
	err_print("%s: %s%s%s", place->file, buf_text(&where), where.size ? ": " : "", reason);
	buf_release(&where);
	return -EINVAL;
}

/* A place in the text, as editors count it. */
static int text_error(const char *file, const char *text, size_t offset, const char *reason)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	err_print("%s: line %zu, column %zu: %s", file, line, column, reason);
	return -EINVAL;
}

/* What cJSON lets through: bad UTF-8, control bytes, and NUL escapes, which cut its strings. */
static int check_text(const char *file, const char *text, size_t size)
{
	bool in_string = false;

	for (size_t i = 0, length; i < size; i += length) {
		unsigned char byte = (unsigned char)text[i];

		length = utf8_decode(text + i, size - i, NULL);
		if (!length)
			return text_error(file, text, i, "not UTF-8");
		if (byte == 0 || (in_string && byte < 0x20))
			return text_error(file, text, i, "a bare control character");
		if (byte == '"') {
			in_string = !in_string;
		} else if (in_string && byte == '\\') {
			if (size - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
				return text_error(file, text, i, "a NUL character in a string");
			if (i + 1 < size && (unsigned char)text[i + 1] < 0x80)
				length = 2;
		}
	}
	return 0;
}

static int duplicate_error(const struct jsonx *object, const char *key)
{
	return jsonx_error(object, "key '%s' is there twice", key);
}

static int check_members_few(const struct jsonx *object)
{
	for (const cJSON *a = object->item->child; a; a = a->next)
		for (const cJSON *b = object->item->child; b != a; b = b->next)
			if (strcmp(a->string, b->string) == 0)
				return duplicate_error(object, a->string);
	return 0;
}

static int check_members_many(const struct jsonx *object)
{
	struct map seen = {0};
	int err = 0;

	for (const cJSON *item = object->item->child; item && !err; item = item->next) {
		if (map_get(&seen, item->string, strlen(item->string), NULL))
			err = duplicate_error(object, item->string);
		else
			err = map_set(&seen, item->string, strlen(item->string), 0);
	}
	map_release(&seen);
	return err;
}

/* cJSON's own limit on nesting (1,000) bounds the recursion. */
static int check_duplicates(const struct jsonx *place)
{
	struct jsonx child = {0};
	int err = 0;

	if (cJSON_IsObject(place->item))
		err = cJSON_GetArraySize(place->item) <= FEW_MEMBERS ? check_members_few(place)
								     : check_members_many(place);
	while (!err && jsonx_next(place, &child))
		if (child.item->child)
			err = check_duplicates(&child);
	return err;
}

int jsonx_parse(const char *file, const char *text, size_t size, cJSON **out)
{
	const char *end = NULL;
	struct jsonx root;
	cJSON *document;
	int err;

	err = check_text(file, text, size);
	if (err)
		return err;
	document = cJSON_ParseWithLengthOpts(text, size, &end, 0);
	if (!document)
		return text_error(file, text, end ? (size_t)(end - text) : 0, "not JSON");
	while (end < text + size && strchr(" \t\r\n", *end))
		end++;
	root = jsonx_root(file, document);
	err = end < text + size
		      ? text_error(file, text, (size_t)(end - text), "text after the value")
		      : check_duplicates(&root);
	if (err)
		cJSON_Delete(document);
	else
		*out = document;
	return err;
}

int jsonx_load(const char *path, size_t limit, cJSON **out)
{
	struct buf text = {0};
	int err;

	err = fs_read(path, limit, &text);
	if (err)
		err_code(err, "cannot read '%s'", path);
	else
		err = jsonx_parse(path, buf_text(&text), text.size, out);
	buf_release(&text);
	return err;
}

int jsonx_check_keys(const struct jsonx *object, const char *const *keys)
{
	struct jsonx member = {0};

	if (!cJSON_IsObject(object->item))
		return jsonx_error(object, "must be an object");
	while (jsonx_next(object, &member)) {
		const char *const *key = keys;

		while (*key && strcmp(*key, member.key))
			key++;
		if (!*key)
			return jsonx_error(object, "unknown key '%s'", member.key);
	}
	return 0;
}

bool jsonx_next(const struct jsonx *container, struct jsonx *place)
{
	const cJSON *next;

	if (place->item) {
		next = place->item->next;
		place->index++;
	} else {
		next = container->item ? container->item->child : NULL;
		place->index = 0;
	}
	place->file = container->file;
	place->parent = container;
	place->item = next;
	place->key = next ? next->string : NULL;
	return next != NULL;
}

/* 1: |out| is the value of |key|; 0: it is absent and may be; or -EINVAL. */
static int find(const struct jsonx *object, const char *key, enum jsonx_need need,
		struct jsonx *out)
{
	const cJSON *item;

	if (!cJSON_IsObject(object->item))
		return jsonx_error(object, "must be an object");
	item = cJSON_GetObjectItemCaseSensitive(object->item, key);
	*out = (struct jsonx){.file = object->file, .parent = object, .key = key, .item = item};
	if (item && (need == JSONX_REQUIRED || !cJSON_IsNull(item)))
		return 1;
	return need == JSONX_REQUIRED ? jsonx_error(out, "is missing") : 0;
}

int jsonx_to_string(const struct jsonx *place, const char **out)
{
	if (!cJSON_IsString(place->item))
		return jsonx_error(place, "must be a string");
	*out = place->item->valuestring;
	return 0;
}

int jsonx_to_number(const struct jsonx *place, double *out)
{
	if (!cJSON_IsNumber(place->item) || !isfinite(place->item->valuedouble))
		return jsonx_error(place, "must be a number");
	*out = place->item->valuedouble;
	return 0;
}

int jsonx_to_u64(const struct jsonx *place, uint64_t *out)
{
	double value;

	if (!cJSON_IsNumber(place->item))
		return jsonx_error(place, "must be a whole number");
	value = place->item->valuedouble;
	if (!(value >= 0 && value <= INTEGER_MAX) || value != floor(value))
		return jsonx_error(place, "must be a whole number of 0 or more");
	*out = (uint64_t)value;
	return 0;
}

int jsonx_get_string(const struct jsonx *object, const char *key, enum jsonx_need need,
		     const char **out)
{
	struct jsonx place;
	int found = find(object, key, need, &place);

	return found > 0 ? jsonx_to_string(&place, out) : found;
}

int jsonx_get_number(const struct jsonx *object, const char *key, enum jsonx_need need, double *out)
{
	struct jsonx place;
	int found = find(object, key, need, &place);

	return found > 0 ? jsonx_to_number(&place, out) : found;
}

int jsonx_get_u64(const struct jsonx *object, const char *key, enum jsonx_need need, uint64_t *out)
{
	struct jsonx place;
	int found = find(object, key, need, &place);

	return found > 0 ? jsonx_to_u64(&place, out) : found;
}

int jsonx_get_bool(const struct jsonx *object, const char *key, enum jsonx_need need, bool *out)
{
	struct jsonx place;
	int found = find(object, key, need, &place);

	if (found <= 0)
		return found;
	if (!cJSON_IsBool(place.item))
		return jsonx_error(&place, "must be true or false");
	*out = cJSON_IsTrue(place.item);
	return 0;
}

int jsonx_get_object(const struct jsonx *object, const char *key, enum jsonx_need need,
		     struct jsonx *out)
{
	struct jsonx place;
	int found = find(object, key, need, &place);

	if (found <= 0)
		return found;
	if (!cJSON_IsObject(place.item))
		return jsonx_error(&place, "must be an object");
	*out = place;
	return 0;
}

int jsonx_to_array(const struct jsonx *place)
{
	return cJSON_IsArray(place->item) ? 0 : jsonx_error(place, "must be an array");
}

int jsonx_get_array(const struct jsonx *object, const char *key, enum jsonx_need need,
		    struct jsonx *out)
{
	struct jsonx place;
	int found = find(object, key, need, &place), rc;

	if (found <= 0)
		return found;
	rc = jsonx_to_array(&place);
	if (!rc)
		*out = place;
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* shape_json.c - structs with a shape to and from JSON */
#include "shape.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "utf8.h"

/* cJSON writes a whole number above it with an exponent. */
#define PLAIN_MAX 1000000000000000ll

/* ---- writing: each returns NULL when out of memory ---- */

static cJSON *write_integer(int64_t value)
{
	char text[32];

	if (value == SHAPE_ABSENT)
		return cJSON_CreateNull();
	if (value > -PLAIN_MAX && value < PLAIN_MAX)
		return cJSON_CreateNumber((double)value);
	snprintf(text, sizeof(text), "%" PRId64, value);
	return cJSON_CreateRaw(text);
}

static cJSON *write_text(const char *text)
{
	struct buf clean = {0};
	cJSON *item = NULL;

	if (!text)
		return cJSON_CreateNull();
	if (utf8_clean(text, &clean) == 0)
		item = cJSON_CreateString(buf_text(&clean));
	buf_release(&clean);
	return item;
}

static cJSON *write_field(const struct shape_field *field, const void *at);

/* Fields from |first| on. */
static cJSON *write_struct(const struct shape *shape, const void *object, size_t first)
{
	cJSON *out = cJSON_CreateObject();

	for (size_t i = first; out && i < shape->count; i++) {
		const struct shape_field *field = &shape->fields[i];
		cJSON *item = write_field(field, (const char *)object + field->offset);

		if (!item || !cJSON_AddItemToObjectCS(out, field->key, item)) {
			cJSON_Delete(item);
			cJSON_Delete(out);
			return NULL;
		}
	}
	return out;
}

static cJSON *write_item(const struct shape_field *field, const struct shape_list *list, size_t i)
{
	const char *text;

	if (field->kind == SHAPE_INTEGERS)
		return write_integer(((int64_t *)list->items)[i]);
	if (field->kind == SHAPE_LIST)
		return write_struct(field->shape, shape_item(list, field->shape, i), 0);
	text = ((char **)list->items)[i];
	return write_text(text ? text : "");
}

static cJSON *write_list(const struct shape_field *field, const void *at)
{
	struct shape_list list = shape_list_get(at);
	cJSON *out = cJSON_CreateArray();

	for (size_t i = 0; out && i < list.count; i++) {
		cJSON *item = write_item(field, &list, i);

		if (!item || !cJSON_AddItemToArray(out, item)) {
			cJSON_Delete(item);
			cJSON_Delete(out);
			return NULL;
		}
	}
	return out;
}

static cJSON *write_member(const struct shape *shape, const void *object)
{
	const struct shape_field *only = &shape->fields[1];

	return shape->count == 2 ? write_field(only, (const char *)object + only->offset)
				 : write_struct(shape, object, 1);
}

static cJSON *write_keyed(const struct shape_field *field, const void *at)
{
	struct shape_list list = shape_list_get(at);
	cJSON *out = cJSON_CreateObject();
	struct buf key = {0};

	for (size_t i = 0; out && i < list.count; i++) {
		const char *object = shape_item(&list, field->shape, i);
		const char *name = *(char *const *)(object + field->shape->fields[0].offset);
		cJSON *item = write_member(field->shape, object);

		buf_clear(&key);
		if (!item || utf8_clean(name ? name : "", &key) ||
		    !cJSON_AddItemToObject(out, buf_text(&key), item)) {
			cJSON_Delete(item);
			cJSON_Delete(out);
			out = NULL;
		}
	}
	buf_release(&key);
	return out;
}

static cJSON *write_field(const struct shape_field *field, const void *at)
{
	double number;

	switch (field->kind) {
	case SHAPE_INTEGER:
		return write_integer(*(const int64_t *)at);
	case SHAPE_NUMBER:
		number = *(const double *)at;
		return isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull();
	case SHAPE_BOOL:
		return cJSON_CreateBool(*(const bool *)at);
	case SHAPE_TEXT:
		return write_text(*(char *const *)at);
	case SHAPE_STRUCT:
		return write_struct(field->shape, at, 0);
	case SHAPE_KEYED:
		return write_keyed(field, at);
	default:
		return write_list(field, at);
	}
}

int shape_write(const struct shape *shape, const void *object, cJSON **out)
{
	cJSON *made = write_struct(shape, object, 0);

	if (!made)
		return -ENOMEM;
	*out = made;
	return 0;
}

/* ---- reading: each prints its error ---- */

static int read_integer(const struct jsonx *place, int64_t *out)
{
	double value = place->item->valuedouble;

	if (!cJSON_IsNumber(place->item) || value != floor(value) || fabs(value) > 0x1p63)
		return jsonx_error(place, "must be an integer or null");
	/* the largest are written, and 2^63 is the double nearest to them */
	if (fabs(value) < 0x1p63)
		*out = (int64_t)value;
	else
		*out = value > 0 ? INT64_MAX : -INT64_MAX;
	return 0;
}

static int read_text(const char *text, char **out)
{
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

static int read_struct(const struct shape *shape, const struct jsonx *place, void *object,
		       size_t first);
static int read_field(const struct shape_field *field, const struct jsonx *place, void *at);

static int read_item(const struct shape_field *field, const struct jsonx *place,
		     struct shape_list *list)
{
	if (field->kind == SHAPE_LIST)
		return read_struct(field->shape, place,
				   shape_item(list, field->shape, place->index), 0);
	if (field->kind == SHAPE_INTEGERS && cJSON_IsNull(place->item)) {
		((int64_t *)list->items)[place->index] = SHAPE_ABSENT;
		return 0;
	}
	if (field->kind == SHAPE_INTEGERS)
		return read_integer(place, &((int64_t *)list->items)[place->index]);
	if (!cJSON_IsString(place->item))
		return jsonx_error(place, "must be a string");
	return read_text(place->item->valuestring, &((char **)list->items)[place->index]);
}

static int read_list(const struct shape_field *field, const struct jsonx *place, void *at)
{
	struct jsonx child = {0};
	struct shape_list list;
	int rc;

	if (!cJSON_IsArray(place->item))
		return jsonx_error(place, "must be an array");
	rc = shape_list_make(field, (size_t)cJSON_GetArraySize(place->item), at);
	list = shape_list_get(at);
	while (!rc && jsonx_next(place, &child))
		rc = read_item(field, &child, &list);
	return rc;
}

static int read_member(const struct shape *shape, const struct jsonx *place, char *object)
{
	const struct shape_field *only = &shape->fields[1];
	int rc;

	shape_init(shape, object);
	rc = read_text(place->key, (char **)(object + shape->fields[0].offset));
	if (rc)
		return rc;
	return shape->count == 2 ? read_field(only, place, object + only->offset)
				 : read_struct(shape, place, object, 1);
}

static int read_keyed(const struct shape_field *field, const struct jsonx *place, void *at)
{
	struct jsonx child = {0};
	struct shape_list list;
	int rc;

	if (!cJSON_IsObject(place->item))
		return jsonx_error(place, "must be an object");
	rc = shape_list_make(field, (size_t)cJSON_GetArraySize(place->item), at);
	list = shape_list_get(at);
	while (!rc && jsonx_next(place, &child))
		rc = read_member(field->shape, &child,
				 shape_item(&list, field->shape, child.index));
	return rc;
}

static int read_field(const struct shape_field *field, const struct jsonx *place, void *at)
{
	bool null = cJSON_IsNull(place->item);

	switch (field->kind) {
	case SHAPE_INTEGER:
		return null ? 0 : read_integer(place, at);
	case SHAPE_NUMBER:
		if (null)
			return 0;
		if (!cJSON_IsNumber(place->item) || !isfinite(place->item->valuedouble))
			return jsonx_error(place, "must be a number or null");
		*(double *)at = place->item->valuedouble;
		return 0;
	case SHAPE_BOOL:
		if (!cJSON_IsBool(place->item))
			return jsonx_error(place, "must be true or false");
		*(bool *)at = cJSON_IsTrue(place->item);
		return 0;
	case SHAPE_TEXT:
		if (!null && !cJSON_IsString(place->item))
			return jsonx_error(place, "must be a string or null");
		return null ? 0 : read_text(place->item->valuestring, at);
	case SHAPE_STRUCT:
		return read_struct(field->shape, place, at, 0);
	case SHAPE_KEYED:
		return read_keyed(field, place, at);
	default:
		return read_list(field, place, at);
	}
}

static const struct shape_field *find_field(const struct shape *shape, const char *key,
					    size_t first)
{
	for (size_t i = first; i < shape->count; i++)
		if (strcmp(shape->fields[i].key, key) == 0)
			return &shape->fields[i];
	return NULL;
}

/* Fields from |first| on; the others are the caller's. */
static int read_struct(const struct shape *shape, const struct jsonx *place, void *object,
		       size_t first)
{
	struct jsonx child = {0};
	int rc = 0;

	if (!cJSON_IsObject(place->item))
		return jsonx_error(place, "must be an object");
	if (!first)
		shape_init(shape, object);
	while (!rc && jsonx_next(place, &child)) {
		const struct shape_field *field = find_field(shape, child.key, first);

		if (field)
			rc = read_field(field, &child, (char *)object + field->offset);
	}
	return rc;
}

int shape_read(const struct shape *shape, const struct jsonx *place, void *object)
{
	int rc;

	memset(object, 0, shape->size);
	rc = read_struct(shape, place, object, 0);
	if (rc)
		shape_release(shape, object);
	return rc;
}

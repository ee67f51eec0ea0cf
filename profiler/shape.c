// SPDX-License-Identifier: BSD-2-Clause
/* shape.c - tables that describe C structs, and the walkers that these tables make possible */
#include "shape.h"

#include <math.h>

size_t shape_item_size(const struct shape_field *list)
{
	return list->kind == SHAPE_TEXTS      ? sizeof(char *)
	       : list->kind == SHAPE_INTEGERS ? sizeof(int64_t)
					      : list->shape->size;
}

int shape_list_make(const struct shape_field *field, size_t count, void *at)
{
	struct shape_list list = {.count = count, .capacity = count};

	if (count) {
		list.items = calloc(count, shape_item_size(field));
		if (!list.items)
			return -ENOMEM;
	}
	memcpy(at, &list, sizeof(list));
	return 0;
}

void shape_init(const struct shape *shape, void *object)
{
	memset(object, 0, shape->size);
	for (const struct shape_field *field = shape->fields; field < shape->fields + shape->count;
	     field++) {
		char *at = (char *)object + field->offset;

		if (field->kind == SHAPE_INTEGER)
			*(int64_t *)at = SHAPE_ABSENT;
		else if (field->kind == SHAPE_NUMBER)
			*(double *)at = NAN;
		else if (field->kind == SHAPE_STRUCT)
			shape_init(field->shape, at);
	}
}

static void release_field(const struct shape_field *field, void *at)
{
	struct shape_list list;

	switch (field->kind) {
	case SHAPE_INTEGER:
	case SHAPE_NUMBER:
	case SHAPE_BOOL:
		return;
	case SHAPE_TEXT:
		free(*(char **)at);
		return;
	case SHAPE_STRUCT:
		shape_release(field->shape, at);
		return;
	case SHAPE_TEXTS:
	case SHAPE_INTEGERS:
	case SHAPE_LIST:
	case SHAPE_KEYED:
		list = shape_list_get(at);
		for (size_t i = 0; i < list.count; i++) {
			if (field->kind == SHAPE_TEXTS)
				free(((char **)list.items)[i]);
			else if (field->kind != SHAPE_INTEGERS)
				shape_release(field->shape, shape_item(&list, field->shape, i));
		}
		free(list.items);
	}
}

void shape_release(const struct shape *shape, void *object)
{
	if (!object)
		return;
	for (size_t i = 0; i < shape->count; i++)
		release_field(&shape->fields[i], (char *)object + shape->fields[i].offset);
	memset(object, 0, shape->size);
}

/* ---- copying ---- */

static int copy_text(const char *from, char **to)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int copy_list(const struct shape_field *field, const void *from, void *to)
{
	struct shape_list old = shape_list_get(from), new;
	int rc = shape_list_make(field, old.count, to);

	if (rc || !old.count)
		return rc;
	new = shape_list_get(to);
	if (field->kind == SHAPE_INTEGERS) {
		memcpy(new.items, old.items, old.count * sizeof(int64_t));
		return 0;
	}
	for (size_t i = 0; i < old.count && !rc; i++)
		rc = field->kind == SHAPE_TEXTS
			     ? copy_text(((char **)old.items)[i], &((char **)new.items)[i])
			     : shape_copy(field->shape, shape_item(&old, field->shape, i),
					  shape_item(&new, field->shape, i));
	return rc;
}

static int copy_field(const struct shape_field *field, const void *from, void *to)
{
	switch (field->kind) {
	case SHAPE_INTEGER:
		*(int64_t *)to = *(const int64_t *)from;
		return 0;
	case SHAPE_NUMBER:
		*(double *)to = *(const double *)from;
		return 0;
	case SHAPE_BOOL:
		*(bool *)to = *(const bool *)from;
		return 0;
	case SHAPE_TEXT:
		return copy_text(*(char *const *)from, to);
	case SHAPE_STRUCT:
		return shape_copy(field->shape, from, to);
	default:
		return copy_list(field, from, to);
	}
}

int shape_copy(const struct shape *shape, const void *from, void *to)
{
	int rc = 0;

	memset(to, 0, shape->size);
	for (size_t i = 0; i < shape->count && !rc; i++)
		rc = copy_field(&shape->fields[i], (const char *)from + shape->fields[i].offset,
				(char *)to + shape->fields[i].offset);
	if (rc)
		shape_release(shape, to);
	return rc;
}

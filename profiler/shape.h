/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.h - tables that describe C structs, and the walkers that these tables make possible
 *
 * A struct's shape lists each field's JSON key, kind and place. From it shape_write makes JSON,
 * shape_read reads it, shape_init sets all to "absent" and shape_release frees what it owns: no
 * struct needs code of its own, and no field can be written but not read or freed.
 *
 * Absent is SHAPE_ABSENT for integers, NAN for numbers, NULL for texts; it is null in JSON. Lists
 * are VECs (vec.h).
 */
#ifndef COLDPROF_SHAPE_H
#define COLDPROF_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "jsonx.h"
#include "vec.h"

#define SHAPE_ABSENT INT64_MIN

enum shape_kind {
	SHAPE_INTEGER,	/* int64_t: an integer or null */
	SHAPE_NUMBER,	/* double: a number or null */
	SHAPE_BOOL,	/* bool: true or false */
	SHAPE_TEXT,	/* char *, owned: a string or null */
	SHAPE_STRUCT,	/* a struct in place: an object */
	SHAPE_LIST,	/* VEC(struct): an array of objects */
	SHAPE_TEXTS,	/* VEC(char *): an array of strings */
	SHAPE_INTEGERS, /* VEC(int64_t): an array of integers */
	/*
	 * VEC(struct) whose first field is a text: an object keyed by it, with the other fields in
	 * an object; where there is only one other, with that field's bare value. Keys are unique.
	 */
	SHAPE_KEYED,
};

struct shape;
struct shape_field {
	const char *key;
	enum shape_kind kind;
	size_t offset;
	const struct shape *shape; /* of the struct or of the list's items */
};

struct shape {
	const char *name; /* of the struct */
	size_t size;
	const struct shape_field *fields;
	size_t count;
};

/* Sets every integer and number of |object| to absent, the rest to zero. */
void shape_init(const struct shape *shape, void *object);

/* Frees what |object| owns and sets it to zero. Takes zeroed memory. */
void shape_release(const struct shape *shape, void *object);

/* A deep copy; |to| is overwritten. 0, or -ENOMEM with |to| zeroed. */
int shape_copy(const struct shape *shape, const void *from, void *to);

/* All keys, in the table's order; bytes that are not UTF-8 become U+FFFD. 0 or -ENOMEM. */
int shape_write(const struct shape *shape, const void *object, cJSON **out);

/*
 * Fills |object|, which is overwritten, from a document. Strict about types; a key that is missing
 * stays absent, one that is unknown is ignored, so that older and newer documents can be read. An
 * integer beyond 2^53 is the nearest one that a double holds, 2^63 is INT64_MAX. 0, or -EINVAL
 * (printed with file and place) or -ENOMEM with |object| zeroed.
 */
int shape_read(const struct shape *shape, const struct jsonx *place, void *object);

/* A new last item of a VEC of structs, its fields absent; NULL when out of memory. */
#define shape_add(shape, vec)                                                                      \
	({                                                                                         \
		__typeof__((vec)->items) shape_item_ = vec_add(vec);                               \
		if (shape_item_)                                                                   \
			shape_init(shape, shape_item_);                                            \
		shape_item_;                                                                       \
	})

/* ---- for walkers of one's own ---- */

/* What every VEC looks like; copied in and out, as its real type is another. */
struct shape_list {
	void *items;
	size_t count, capacity;
};

static inline struct shape_list shape_list_get(const void *at)
{
	struct shape_list list;

	memcpy(&list, at, sizeof(list));
	return list;
}

/* Bytes of one item of a list. */
size_t shape_item_size(const struct shape_field *list);

/* Sets the list at |at| to |count| zeroed items; 0 or -ENOMEM. */
int shape_list_make(const struct shape_field *field, size_t count, void *at);

static inline void *shape_item(const struct shape_list *list, const struct shape *shape, size_t i)
{
	return (char *)list->items + i * shape->size;
}

#endif

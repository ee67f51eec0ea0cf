/* SPDX-License-Identifier: BSD-2-Clause */
/* shape_table.h - the words that a struct's shape is written in, for the files that have tables */
#ifndef COLDPROF_SHAPE_TABLE_H
#define COLDPROF_SHAPE_TABLE_H

#include "shape.h"

/* T is the struct that a table is of. A field of another type than its entry says won't compile. */
#define SAME(a, b)   __builtin_types_compatible_p(a, b)
#define IS(f, type)  SAME(__typeof__(((T *)0)->f), type)
#define HAS(f, type) SAME(__typeof__(*((T *)0)->f.items), type)
#define CHECKED(ok)  (0 * sizeof(char[(ok) ? 1 : -1]))

/* clang-format off */
#define ENTRY(f, kind, ok, shape) {#f, kind, offsetof(T, f) + CHECKED(ok), shape}
/* clang-format on */
#define INTEGER(f)	ENTRY(f, SHAPE_INTEGER, IS(f, int64_t), NULL)
#define NUMBER(f)	ENTRY(f, SHAPE_NUMBER, IS(f, double), NULL)
#define BOOL(f)		ENTRY(f, SHAPE_BOOL, IS(f, bool), NULL)
#define TEXT(f)		ENTRY(f, SHAPE_TEXT, IS(f, char *), NULL)
#define TEXTS(f)	ENTRY(f, SHAPE_TEXTS, HAS(f, char *), NULL)
#define INTEGERS(f)	ENTRY(f, SHAPE_INTEGERS, HAS(f, int64_t), NULL)
#define STRUCT(f, type) ENTRY(f, SHAPE_STRUCT, IS(f, struct type), &type##_shape)
#define LIST(f, type)	ENTRY(f, SHAPE_LIST, HAS(f, struct type), &type##_shape)
#define KEYED(f, type)	ENTRY(f, SHAPE_KEYED, HAS(f, struct type), &type##_shape)

#define SHAPE(type, ...)                                                                           \
	static const struct shape_field type##_fields[] = {__VA_ARGS__};                           \
	const struct shape type##_shape = {#type, sizeof(struct type), type##_fields,              \
					   sizeof(type##_fields) / sizeof(type##_fields[0])}

#endif

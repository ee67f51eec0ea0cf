/* SPDX-License-Identifier: BSD-2-Clause */
/* vec.h - a growing array of one type */
#ifndef COLDPROF_VEC_H
#define COLDPROF_VEC_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * VEC(struct x) names an anonymous struct type {struct x *items; size_t count, capacity;};
 * zeroed memory is an empty one. Growing moves the items: keep indices, not pointers.
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count, capacity;                                                            \
	}

/* A zeroed new last item, or NULL when out of memory. */
#define vec_add(vec)                                                                               \
	((vec_grow_((void **)&(vec)->items, &(vec)->capacity, (vec)->count + 1,                    \
		    sizeof(*(vec)->items)) == 0)                                                   \
		 ? (__typeof__((vec)->items))memset(&(vec)->items[(vec)->count++], 0,              \
						    sizeof(*(vec)->items))                         \
		 : NULL)

/* Copies |item| to the end; 0 or -ENOMEM. */
#define vec_push(vec, item)                                                                        \
	({                                                                                         \
		__typeof__((vec)->items) vec_slot_ = vec_add(vec);                                 \
		if (vec_slot_)                                                                     \
			*vec_slot_ = (item);                                                       \
		vec_slot_ ? 0 : -ENOMEM;                                                           \
	})

/* "+ 0" takes off the const of a const vec's pointer, not of what it points to */
/* NOLINTBEGIN(bugprone-macro-parentheses): |item| is a name that is declared */
#define vec_foreach(item, vec)                                                                     \
	for (__typeof__((vec)->items + 0) item = (vec)->items;                                     \
	     item && item < (vec)->items + (vec)->count; item++)
/* NOLINTEND(bugprone-macro-parentheses) */

#define vec_release(vec)                                                                           \
	do {                                                                                       \
		free((vec)->items);                                                                \
		(vec)->items = NULL;                                                               \
		(vec)->count = (vec)->capacity = 0;                                                \
	} while (0)

static inline int vec_grow_(void **items, size_t *capacity, size_t need, size_t item_size)
{
	size_t more = *capacity ? *capacity : 8;
	void *grown;

	if (need <= *capacity)
		return 0;
	while (more < need)
		more *= 2;
	grown = reallocarray(*items, more, item_size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*capacity = more;
	return 0;
}

#endif

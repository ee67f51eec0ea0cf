/* SPDX-License-Identifier: BSD-2-Clause */
/* jsonx.h - JSON files read strictly: typed getters whose errors name file, place and reason */
#ifndef COLDPROF_JSONX_H
#define COLDPROF_JSONX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

/*
 * A place in a document: the root, or a value below another place. It lives on the caller's
 * stack, points to its parent, and is only good while that and the document are.
 */
struct jsonx {
	const char *file;	    /* what errors call the document */
	const struct jsonx *parent; /* NULL at the root */
	const char *key;	    /* its key in an object, or NULL */
	size_t index;		    /* its index in an array */
	const cJSON *item;
};

enum jsonx_need { JSONX_REQUIRED, JSONX_OPTIONAL };

/*
 * Read a document of at most |limit| bytes, to be freed by cJSON_Delete. Not taken, although
 * cJSON would: text after the value, invalid UTF-8, escaped NUL characters, duplicate keys.
 * 0, -EINVAL (bad text) or another -errno; errors are printed.
 */
int jsonx_load(const char *path, size_t limit, cJSON **out);
int jsonx_parse(const char *file, const char *text, size_t size, cJSON **out);

struct jsonx jsonx_root(const char *file, const cJSON *document);

/* Prints "FILE: requests[2].status: REASON"; returns -EINVAL. */
int jsonx_error(const struct jsonx *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* |object| is an object and has no keys but |keys| (closed by NULL); 0 or -EINVAL, printed. */
int jsonx_check_keys(const struct jsonx *object, const char *const *keys);

/*
 * The value of |key| in |object|, which must be an object. An optional one that is absent or
 * null leaves |*out| as it was. 0 or -EINVAL, printed. Strings belong to the document.
 */
int jsonx_get_string(const struct jsonx *object, const char *key, enum jsonx_need need,
		     const char **out);
int jsonx_get_number(const struct jsonx *object, const char *key, enum jsonx_need need,
		     double *out);
/* Whole numbers from 0 to 2^53. */
int jsonx_get_u64(const struct jsonx *object, const char *key, enum jsonx_need need, uint64_t *out);
int jsonx_get_bool(const struct jsonx *object, const char *key, enum jsonx_need need, bool *out);
int jsonx_get_object(const struct jsonx *object, const char *key, enum jsonx_need need,
		     struct jsonx *out);
int jsonx_get_array(const struct jsonx *object, const char *key, enum jsonx_need need,
		    struct jsonx *out);

/*
 * Walks an array's elements or an object's members: zero |place->item| first; false at the end.
 * A container whose item is NULL (an absent optional one) has none.
 */
bool jsonx_next(const struct jsonx *container, struct jsonx *place);

/* The value at |place| itself. */
int jsonx_to_string(const struct jsonx *place, const char **out);
int jsonx_to_number(const struct jsonx *place, double *out);
int jsonx_to_u64(const struct jsonx *place, uint64_t *out);
int jsonx_to_array(const struct jsonx *place); /* to be walked by jsonx_next() */

#endif

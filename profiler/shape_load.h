/* SPDX-License-Identifier: BSD-2-Clause */
/* shape_load.h - a JSON file straight into a struct with a shape, however big the file is */
#ifndef COLDPROF_SHAPE_LOAD_H
#define COLDPROF_SHAPE_LOAD_H

#include "shape.h"

/* A list of a struct, which nobody asks for. */
struct shape_part {
	const struct shape *shape;
	const char *key;
};

struct shape_source {
	const char *path; /* "-" is standard input */
	size_t limit;	  /* bytes */
	/*
	 * Asked after each number and text of the document's root, or NULL: what is known by then
	 * may tell that the rest can't be understood. 0, or -EINVAL after printing why.
	 */
	int (*check)(const void *object, const char *name);
	/* Lists that are read as strictly as the rest, but are left empty: closed by a NULL shape.
	 */
	const struct shape_part *unkept;
};

/* What errors call the file. */
static inline const char *shape_source_name(const struct shape_source *source)
{
	return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

/*
 * As shape_read, and as strict as jsonx_load, but no document is made: the file is read in pieces,
 * so that memory is that of the struct. Integers are exact up to 64 bits. Refused too: nesting
 * beyond a thousand, and files that hold far more items than their bytes can say anything of. 0 or
 * -errno, printed with file and place; |object| is zeroed on failure.
 */
int shape_load(const struct shape *shape, const struct shape_source *source, void *object);

#endif

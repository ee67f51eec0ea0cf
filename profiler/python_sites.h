/* SPDX-License-Identifier: BSD-2-Clause */
/* python_sites.h - the instructions of a CPython build that imports pass, and its objects' layout
 */
#ifndef COLDPROF_PYTHON_SITES_H
#define COLDPROF_PYTHON_SITES_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "cookie.h"

/* Places that are probed, all in the file that holds the interpreter's code. */
struct python_site {
	uint64_t offset; /* in the file, at the first byte of an instruction */
	uint64_t cookie; /* as COOKIE_IMPORT_*, without the index of the layout */
};
#define PYTHON_SITES_MAX 24

/* Open data; zeroed memory is empty. */
struct python_sites {
	struct import_layout layout;
	struct python_site items[PYTHON_SITES_MAX];
	size_t count;
};

/* Adds one that is not there yet; -ENOSPC. */
int python_sites_add(struct python_sites *sites, uint64_t offset, uint64_t cookie);

/* What the report says of imports that are seen there. */
const char *python_sites_technique(const struct python_sites *sites);

/* As JSON, and back: -EINVAL for what is not such a text. */
int python_sites_text(const struct python_sites *sites, struct buf *out);
int python_sites_parse(const char *text, struct python_sites *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* paths.h - the path names of a recording, each kept once and known by a number */
#ifndef COLDPROF_PATHS_H
#define COLDPROF_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "map.h"
#include "vec.h"

#define PATHS_NONE UINT32_MAX

/* Open data; zeroed memory is empty. */
struct paths {
	struct map ids;
	VEC(char *) texts;	   /* by number */
	struct buf joined, normal; /* work space */
};

void paths_release(struct paths *paths);

/* The number of |text|, which is added where it is new. 0 or -ENOMEM. */
int paths_add(struct paths *paths, const char *text, uint32_t *out);

/* The text of a number; "" for PATHS_NONE. Stays valid until paths_release. */
const char *paths_text(const struct paths *paths, uint32_t path);

/*
 * |text| as an absolute path without "." and "..", by text work alone (no link is followed), if it
 * is absolute or |folder| (a number or PATHS_NONE) is known; else |text| itself. |*out| is valid
 * until the next call. 0 or -ENOMEM.
 */
int paths_resolve(struct paths *paths, uint32_t folder, const char *text, const char **out);

#endif

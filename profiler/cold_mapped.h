/* SPDX-License-Identifier: BSD-2-Clause */
/* cold_mapped.h - which files some process maps: these stay in the page cache */
#ifndef COLDPROF_COLD_MAPPED_H
#define COLDPROF_COLD_MAPPED_H

#include <stdbool.h>
#include <sys/stat.h>

#include "map.h"

/* Zeroed memory has not looked yet. */
struct cold_mapped {
	struct map
		files; /* device and inode, and the path: overlays give a mapping other numbers */
	bool looked;
};
void cold_mapped_release(struct cold_mapped *mapped);

/* Whether any process maps the file; looks at all of /proc the first time. */
bool cold_mapped_has(struct cold_mapped *mapped, const char *path, const struct stat *st);

#endif

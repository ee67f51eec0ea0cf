// SPDX-License-Identifier: BSD-2-Clause
/* paths.c - the path names of a recording, each kept once and known by a number */
#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"

void paths_release(struct paths *paths)
{
	if (!paths)
		return;
	vec_foreach(text, &paths->texts)
		free(*text);
	vec_release(&paths->texts);
	map_release(&paths->ids);
	buf_release(&paths->joined);
	buf_release(&paths->normal);
}

int paths_add(struct paths *paths, const char *text, uint32_t *out)
{
	uint64_t known;
	char *copy;
	int rc;

	if (map_get(&paths->ids, text, strlen(text), &known)) {
		*out = (uint32_t)known;
		return 0;
	}
	copy = strdup(text);
	rc = copy ? vec_push(&paths->texts, copy) : -ENOMEM;
	if (rc) {
		free(copy);
		return rc;
	}
	*out = (uint32_t)(paths->texts.count - 1);
	return map_set(&paths->ids, text, strlen(text), *out);
}

const char *paths_text(const struct paths *paths, uint32_t path)
{
	return path < paths->texts.count ? paths->texts.items[path] : "";
}

int paths_resolve(struct paths *paths, uint32_t folder, const char *text, const char **out)
{
	const char *base = paths_text(paths, folder);
	int rc = 0;

	if (*text != '/' && *base != '/') {
		*out = text;
		return 0;
	}
	buf_clear(&paths->joined);
	buf_clear(&paths->normal);
	if (*text != '/')
		rc = buf_printf(&paths->joined, "%s/", base);
	if (!rc)
		rc = buf_puts(&paths->joined, text);
	if (!rc)
		rc = fs_normalize(buf_text(&paths->joined), &paths->normal);
	if (!rc)
		*out = buf_text(&paths->normal);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* scripts_name.h - what a script is called by V8, and what by people */
#ifndef COLDPROF_SCRIPTS_NAME_H
#define COLDPROF_SCRIPTS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Adds a script's text (UTF-16 or Latin 1) as UTF-8; the path of a file: URL. -ENOMEM; -EINVAL: it
 * names neither a file nor one of Node.js's own scripts.
 */
int scripts_name_read(const char *text, size_t size, bool utf16, struct buf *out);

/* One of Node.js's own. */
bool scripts_name_is_own(const char *name);

/* The script that runs the program: no module. */
bool scripts_name_is_main(const char *name);

/* The one of these that runs a script which lies in the executable itself. */
bool scripts_name_is_embedder(const char *name);

/*
 * The name to show, a part of |file|: from the package on where it lies in a node_modules folder,
 * else what is below |folder| (may be NULL).
 */
const char *scripts_name_short(const char *file, const char *folder);

enum scripts_relation {
	SCRIPTS_UNRELATED = 0,
	SCRIPTS_SEARCH, /* the file without or with another ending, its package in any node_modules
			 */
	SCRIPTS_SCOPE,	/* package.json in a folder above it: of other files in that as well */
};

/* What looking at |path| may have to do with the search for the module |file|. */
enum scripts_relation scripts_name_relation(const char *path, const char *file);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* package_facts_parts.h - what the readers of Python's and Node's packages share */
#ifndef COLDPROF_PACKAGE_FACTS_PARTS_H
#define COLDPROF_PACKAGE_FACTS_PARTS_H

#include <stddef.h>

#include "buf.h"
#include "packages.h"
#include "vec.h"

#define PACKAGE_TEXT_MAX 256 /* bytes of a name or a version; longer ones are not believed */

typedef VEC(char *) package_texts;

static inline void package_texts_release(package_texts *texts)
{
	vec_foreach(text, texts)
		free(*text);
	vec_release(texts);
}

/* Copies |size| bytes. 0 or -ENOMEM. */
int package_texts_add(package_texts *texts, const char *text, size_t size);

/* Whether it can be the name or version of a package: not empty, not long, no control characters.
 */
bool package_text_good(const char *text);

/* Writes a fact's records, unless the answer is as long as it may get. 0 or -ENOMEM. */
int package_facts_write(const struct packages_fact *fact, struct buf *lines);

/* The files of one start. In the child; 0 or -ENOMEM, what can't be read is left out. */
struct package_files {
	const char *const *paths;
	size_t count;
};
int package_facts_node(const struct package_files *files, struct buf *lines);
int package_facts_python(const struct package_files *files, struct buf *lines);

/* ---- one Python distribution ---- */

struct python_dist {
	char *info;	      /* path of its metadata: of a folder, or of an egg-info file */
	char *name, *version; /* of the file name; then of the metadata; the version may be NULL */
	char *project;	      /* the folder of an editable one, else NULL */
	struct buf record;    /* RECORD or installed-files.txt */
	bool has_record;
	package_texts paths, requires;
};

void python_dist_release(struct python_dist *dist);

/* The name in lower case, its separators as "_"; to compare it with modules'. 0 or -ENOMEM. */
int python_module_name(const char *name, struct buf *out);

/*
 * Takes an entry of the folder |site| that may be metadata: name, version and info are set where it
 * is, else the name stays NULL. 0 or -ENOMEM.
 */
int python_dist_begin(struct python_dist *dist, const char *site, const char *entry);

/* Reads which files it has, or sets |project|. 0 or -ENOMEM. */
int python_dist_read_files(struct python_dist *dist);

/*
 * The next file of |record|, relative to the folder that holds the metadata, into |path|; false at
 * the end. |*at| begins as 0.
 */
bool python_dist_next_file(const struct python_dist *dist, size_t *at, struct buf *path);

/* The modules that top_level.txt names, a line each; empty where there is none. 0 or -ENOMEM. */
int python_dist_top_level(const struct python_dist *dist, struct buf *out);

/* Reads name, version and requires from METADATA, PKG-INFO and requires.txt. 0 or -ENOMEM. */
int python_dist_read_metadata(struct python_dist *dist);

#endif

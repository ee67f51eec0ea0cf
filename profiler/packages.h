/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packages.h - from a file to the distribution package that it belongs to
 *
 * A package is one installed copy: a Python distribution in a site-packages folder, a Node.js
 * package in a node_modules folder. Two versions, or the same one installed twice, are two
 * packages. What is known of them comes in EVENT_PACKAGE records, which package_facts.c writes; a
 * file of a package without a record is told by its path alone, which gives a name and no version.
 */
#ifndef COLDPROF_PACKAGES_H
#define COLDPROF_PACKAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"
#include "map.h"
#include "recording.h"
#include "vec.h"

#define PACKAGES_NONE UINT32_MAX

/* What belongs to no distribution; the numbers of real packages begin after these. */
enum packages_group {
	PACKAGES_APPLICATION = 0,
	PACKAGES_PYTHON = 1, /* the standard library, built-in and frozen modules */
	PACKAGES_NODE = 2,   /* Node's own scripts */
	PACKAGES_GROUPS = 3,
};

struct packages_package {
	char *name;
	char *version; /* NULL: not known */
	/* tells it apart: the folder of a Node.js package, the metadata of a Python distribution */
	char *home;
	enum event_runtime_kind runtime;
	bool by_path; /* no record: named by the path of a file of it */
};

/* A package declares that it needs another one. */
struct packages_need {
	uint32_t package, needed;
};
struct packages_needs {
	VEC(struct packages_need) items;
};

struct packages_wish {
	uint32_t package;
	char *needed; /* the home of a package if absolute, else a name */
};

/* Zeroed memory is empty. */
struct packages {
	VEC(struct packages_package) items; /* by number, the groups included; may be empty */
	struct map homes;		    /* home -> number */
	struct map paths;		    /* path of a file or folder -> number */
	VEC(struct packages_wish) wishes;
};
void packages_release(struct packages *packages);

/* ---- what a record says ---- */

/* All strings are the caller's. */
struct packages_fact {
	enum event_runtime_kind runtime;
	const char *name, *version, *home; /* version NULL: not known */
	const char *const *paths;	   /* absolute: files and folders that belong to it */
	size_t paths_count;
	/* what it declares, without extras: absolute homes, or names */
	const char *const *requires;
	size_t requires_count;
};

/*
 * Adds the texts of EVENT_PACKAGE records to |lines|, a line each; none is longer than
 * EVENT_TEXT_MAX. A path that would not fit by itself is left out. 0 or -ENOMEM.
 */
int packages_write(const struct packages_fact *fact, struct buf *lines);

/* Adds what a fact says; one with a known home completes it. 0 or -ENOMEM. */
int packages_add(struct packages *packages, const struct packages_fact *fact);

/* Takes an EVENT_PACKAGE record in; one that makes no sense is left out. 0 or -ENOMEM. */
int packages_event(struct packages *packages, const struct recording *recording,
		   const struct event *event);

/* ---- look-ups ---- */

/*
 * The package of the longest path, recorded, that is |path| or a folder above it; or
 * PACKAGES_NONE. A file below a __pycache__ folder belongs where its source does.
 */
uint32_t packages_find(const struct packages *packages, const char *path);

/*
 * The package or group of a module. |file|: the path of its file as the runtime has it; NULL for a
 * module that the runtime has in itself (a Python namespace package, which has none either, is of
 * no distribution: not to be asked for). A package that only the path shows is added. 0 or -ENOMEM.
 */
int packages_of(struct packages *packages, enum event_runtime_kind runtime, const char *file,
		uint32_t *out);

/* The name of a package or group, never NULL; the version or NULL; the home, of a group "". */
const char *packages_name(const struct packages *packages, uint32_t package);
const char *packages_version(const struct packages *packages, uint32_t package);
const char *packages_home(const struct packages *packages, uint32_t package);

/*
 * Which of the packages known by now declare which other one, without repetitions. A name means the
 * copy that the runtime would find from the one that declares it. 0 or -ENOMEM.
 */
int packages_find_needs(const struct packages *packages, struct packages_needs *out);

/*
 * A name as PEP 503 compares them: lower case, runs of "-", "_" and "." as one "-". 0 or -ENOMEM;
 * |out| is emptied first.
 */
int packages_normal_name(const char *name, struct buf *out);

/*
 * The source of a cached file: "/s/six.py" of "/s/__pycache__/six.cpython-311.pyc". An empty |out|
 * for any other file. 0 or -ENOMEM.
 */
int packages_source(const char *path, struct buf *out);

/*
 * Where the package that a path lies in by its folders' names ends: "/a/node_modules/@b/c" of
 * "/a/node_modules/@b/c/d.js", "/s/site-packages/six.py" of itself. Only the last such folder
 * counts. 0: in none. |*folder|, where not NULL, is the length of the path up to and with
 * node_modules, or site-packages and the like.
 */
size_t packages_path_end(const char *path, enum event_runtime_kind *runtime, size_t *folder);

/* Whether a path is of a file of Python's own library, in no folder of packages. */
bool packages_is_library(const char *path);

#endif

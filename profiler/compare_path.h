/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_path.h - which file of one checkout is which of another, and whose it is */
#ifndef COLDPROF_COMPARE_PATH_H
#define COLDPROF_COMPARE_PATH_H

#include <stddef.h>

#include "buf.h"

/*
 * What a path has in common in two places: from its first node_modules/, site-packages/ or
 * dist-packages/ on, "/proc/PID/..." for any process, ".../coldprof-RUN/start-N/..." for the
 * control group of any start, the path itself for all others. 0 or -ENOMEM.
 */
int compare_path_key(const char *path, struct buf *out);

/*
 * What follows |folder| in the path of something in it, from its slash on ("" for the folder
 * itself); NULL where the path is not of it or of an installed package, and for no folder or "/".
 */
const char *compare_path_inside(const char *path, const char *folder);

/* What follows the name of a module of CPython's own library, which no package list has. */
#define COMPARE_PATH_OWN " (Python's own)"

/*
 * The package that a path belongs to: "axios", "@nestjs/core", "json (Python's own)"; nothing where
 * it is of none. 0 or -ENOMEM.
 */
int compare_path_package(const char *path, struct buf *out);

#endif

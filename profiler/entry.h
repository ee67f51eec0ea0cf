/* SPDX-License-Identifier: BSD-2-Clause */
/* entry.h - the application's entry: which file the runtime was told to run, and what is its code
 */
#ifndef COLDPROF_ENTRY_H
#define COLDPROF_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

/* A file that a runtime loads as code: .py .pyc .so .so.N .js .mjs .cjs .json .node. */
bool entry_is_module_file(const char *path);

/* Whether opening |path| is loading the Python module |name| (dotted), or a package around it. */
bool entry_is_python_module(const char *path, const char *name);

/*
 * What a runtime's own arguments (|size| bytes, each ended by NUL, the first is its name) tell it
 * to run: a file (as given) or a module's dotted name. NULL in both: neither (-c, -e, standard
 * input, no arguments). The texts point into |words|.
 */
void entry_of_command(enum event_runtime_kind runtime, const char *words, size_t size,
		      const char **file, const char **module);

#endif

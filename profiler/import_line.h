/* SPDX-License-Identifier: BSD-2-Clause */
/* import_line.h - the line of a source file on which it imports a module */
#ifndef COLDPROF_IMPORT_LINE_H
#define COLDPROF_IMPORT_LINE_H

#include <stddef.h>

/* Who imports what. */
struct import_line {
	const char *importer;	 /* its path, as the report has it; its ending tells the language */
	const char *module;	 /* as the runtime calls it: "app.storage", "node:http" */
	const char *module_file; /* where it lies, or NULL */
};

/*
 * The first line (from 1) of the importer's |text| that imports the module, by import, from,
 * import_module() or require(); else the first that imports something that may be it: a module
 * below it, or a file of its name. Comments and texts over several lines are not understood. 0
 * where there is none.
 */
size_t import_line_find(const char *text, const struct import_line *import);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* python_program.h - what calibration has an interpreter run, and what that tells about itself */
#ifndef COLDPROF_PYTHON_PROGRAM_H
#define COLDPROF_PYTHON_PROGRAM_H

#include <stdint.h>

#include "cookie.h"
#include "python_tracee.h"

#define PYTHON_PROGRAM_NAME  "coldprof_" /* all modules that the program makes up begin so */
#define PYTHON_PROGRAM_INNER PYTHON_PROGRAM_NAME "inner" /* imported by the code of others */

/*
 * It prints facts as "name number", then sends itself SIGUSR2, then imports: by the statement and
 * by the function, with absolute and relative names, what is there and what is not. After another
 * signal it imports what it has loaded.
 */
extern const char python_program[];

/* What it prints: sizes, and the addresses of objects. */
struct python_told {
	uint64_t version, cpython, object, ascii, wide, text[4], code, file, exec, find, create,
		run;
};

/*
 * Reads that after the first signal, and finds the layout by objects whose content is known. 0 or
 * -ENOTSUP, with the reason in |*why|, a text that lasts.
 */
int python_program_told(struct tracee *tracee, struct python_told *told,
			struct import_layout *layout, const char **why);

#endif

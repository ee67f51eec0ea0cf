/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_calibrate.h - finds the instructions that imports pass, by a throw-away start of a CPython
 *
 * Symbols don't show them: the function that calls importlib is inlined into another one, and the
 * C functions of the modules _imp and builtins are static. So the interpreter itself is started,
 * with a program of ours and none of the user's code (-I -S), under breakpoints: it tells where its
 * functions and objects are, imports modules that don't exist and ones that are made up, and each
 * instruction and register that the probes will rely on is seen at work several times. What is not
 * seen as it should be is not used. No table of versions is needed.
 */
#ifndef COLDPROF_PYTHON_CALIBRATE_H
#define COLDPROF_PYTHON_CALIBRATE_H

#include "buf.h"
#include "python_sites.h"
#include "symbols.h"

struct user;

struct python_calibration {
	const struct user *user;    /* who runs it */
	char *const *environment;   /* of the program; NULL: the user's own */
	const char *path;	    /* of the interpreter */
	const struct symbols *code; /* of the file with the interpreter's code */
	const struct symbols *libc; /* path NULL: not known */
};

/*
 * 0, or -errno with the reason added to |why|. Nothing is printed.
 */
int python_calibrate(const struct python_calibration *calibration, struct python_sites *out,
		     struct buf *why);

#endif

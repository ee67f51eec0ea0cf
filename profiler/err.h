/* SPDX-License-Identifier: BSD-2-Clause */
/* err.h - how failures are said and carried */
#ifndef COLDPROF_ERR_H
#define COLDPROF_ERR_H

#include <stdarg.h>

/* Exit statuses of every command (a contract). */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_NO = 1,	   /* the answer is no: a regression, a start that failed */
	EXIT_USAGE = 2,	   /* unknown command, option or workload */
	EXIT_MACHINE = 3,  /* this machine can't: no BTF, no privilege */
	EXIT_INPUT = 4,	   /* an input file is missing or bad */
	EXIT_SIGINT = 130, /* interrupted, after cleaning up */
	EXIT_SIGTERM = 143,
};

/*
 * Whoever first sees a failure prints it, once, with the object: lower case, no full stop.
 * Each prints one line on standard error, "coldprof: ..." (warning: and note: said so), after
 * clearing a progress line if there is one.
 */
void err_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warn_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As err_print, with ": " and the text of |code| after it. Returns -abs(code), for `return`. */
int err_code(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints |title| and each line of |text| after it, both indented; nothing where |text| is empty. */
void err_quote(const char *title, const char *text);

/* The lower-case text of an errno value, without sign or full stop; a constant string. */
const char *err_text(int code);

/* Called before each line is printed, so that a progress line can make room; NULL for none. */
void err_set_before(void (*before)(void));

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* quiet.c - in place of err.c: a fuzzer's inputs are wrong a million times, and each is said */
#include "err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes the line all the same: what it names must be there. */
static void drop(const char *format, va_list args)
{
	char line[4096];

	vsnprintf(line, sizeof(line), format, args);
}

void err_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	drop(format, args);
	va_end(args);
}

void warn_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	drop(format, args);
	va_end(args);
}

void note_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	drop(format, args);
	va_end(args);
}

int err_code(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	drop(format, args);
	va_end(args);
	return -abs(code);
}

const char *err_text(int code)
{
	return strerrordesc_np(abs(code));
}

void err_set_before(void (*before)(void))
{
	(void)before;
}

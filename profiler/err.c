// SPDX-License-Identifier: BSD-2-Clause
/* err.c - how failures are said and carried */
#include "err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*before_line)(void);

static void print_line(const char *kind, const char *format, va_list args, const char *tail)
{
	char line[4096];
	size_t used;

	used = (size_t)snprintf(line, sizeof(line), "coldprof: %s", kind);
	vsnprintf(line + used, sizeof(line) - used, format, args);
	if (before_line)
		before_line();
	/* a hostile name must not move the cursor or start a second line */
	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c) && *c != '\t')
			*c = '?';
	fprintf(stderr, "%s%s%s\n", line, tail ? ": " : "", tail ? tail : "");
}

void err_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("", format, args, NULL);
	va_end(args);
}

void warn_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("warning: ", format, args, NULL);
	va_end(args);
}

void note_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("note: ", format, args, NULL);
	va_end(args);
}

int err_code(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("", format, args, err_text(code));
	va_end(args);
	return code < 0 ? code : -code;
}

void err_quote(const char *title, const char *text)
{
	if (*text)
		fprintf(stderr, "  %s\n", title);
	while (*text) {
		int length = (int)strcspn(text, "\n");

		fprintf(stderr, "  | %.*s\n", length, text);
		text += length + (text[length] == '\n');
	}
}

const char *err_text(int code)
{
	static _Thread_local char text[128];
	const char *message = strerrordesc_np(abs(code));

	if (!message) {
		snprintf(text, sizeof(text), "error %d", abs(code));
		return text;
	}
	snprintf(text, sizeof(text), "%s", message);
	/* "No such file" becomes "no such file"; "RPC timed out" keeps its capitals */
	if (text[0] && islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

void err_set_before(void (*before)(void))
{
	before_line = before;
}

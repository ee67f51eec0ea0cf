/* SPDX-License-Identifier: BSD-2-Clause */
/* screen.h - lines of styled text of a given width */
#ifndef COLDPROF_SCREEN_H
#define COLDPROF_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"
#include "vec.h"

/* All a style does is emphasis: everything reads as well without. */
enum screen_style {
	SCREEN_PLAIN,
	SCREEN_STRONG,
	SCREEN_DIM,
	SCREEN_BAR,
	SCREEN_BAD,
	SCREEN_WARN,
};

struct screen {
	FILE *out;
	bool color;
	size_t width;
};

/* Texts put here hold no control characters: names go through display_escape first. */
void screen_put(const struct screen *screen, enum screen_style style, const char *text);
void screen_printf(const struct screen *screen, enum screen_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void screen_line_end(const struct screen *screen);

/* |text| in |columns|, before or behind spaces; longer ones are cut. */
void screen_left(const struct screen *screen, enum screen_style style, const char *text,
		 size_t columns);
void screen_right(const struct screen *screen, enum screen_style style, const char *text,
		  size_t columns);

/* At most |columns| of |text|, cut in its middle: for paths. */
void screen_cut(const struct screen *screen, enum screen_style style, const char *text,
		size_t columns);

/* Pieces of a line that is broken between them where the screen ends. Zeroed memory is empty. */
struct screen_flow {
	VEC(char *) items;
};
void screen_flow_add(struct screen_flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Prints |title| (strong), then the items with |between| them; lines after the first begin at
 * column |indent|. Empties |flow|.
 */
void screen_flow_print(const struct screen *screen, struct screen_flow *flow, const char *title,
		       const char *between, size_t indent);

/* A sentence, broken at spaces, after |lead|; later lines are indented as far as |lead| reaches. */
void screen_sentence(const struct screen *screen, enum screen_style style, const char *lead,
		     const char *text);

#endif

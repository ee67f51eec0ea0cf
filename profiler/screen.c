// SPDX-License-Identifier: BSD-2-Clause
/* screen.c - lines of styled text of a given width */
#include "screen.h"

#include <stdarg.h>

#include "display.h"

static const char *const codes[] = {
	[SCREEN_PLAIN] = "",	   [SCREEN_STRONG] = "\x1b[1m", [SCREEN_DIM] = "\x1b[2m",
	[SCREEN_BAR] = "\x1b[36m", [SCREEN_BAD] = "\x1b[31m",	[SCREEN_WARN] = "\x1b[33m",
};

void screen_put(const struct screen *screen, enum screen_style style, const char *text)
{
	bool styled = screen->color && style != SCREEN_PLAIN && *text;

	fprintf(screen->out, "%s%s%s", styled ? codes[style] : "", text, styled ? "\x1b[0m" : "");
}

void screen_printf(const struct screen *screen, enum screen_style style, const char *format, ...)
{
	char *text;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size < 0)
		return;
	screen_put(screen, style, text);
	free(text);
}

void screen_line_end(const struct screen *screen)
{
	fputc('\n', screen->out);
}

static void put_spaces(const struct screen *screen, size_t count)
{
	fprintf(screen->out, "%*s", (int)count, "");
}

static void put_field(const struct screen *screen, enum screen_style style, const char *text,
		      size_t columns, bool right)
{
	struct buf cut = {0};
	size_t width;

	display_cut_end(text, columns, &cut);
	width = display_width(buf_text(&cut));
	if (right)
		put_spaces(screen, columns - width);
	screen_put(screen, style, buf_text(&cut));
	if (!right)
		put_spaces(screen, columns - width);
	buf_release(&cut);
}

void screen_left(const struct screen *screen, enum screen_style style, const char *text,
		 size_t columns)
{
	put_field(screen, style, text, columns, false);
}

void screen_right(const struct screen *screen, enum screen_style style, const char *text,
		  size_t columns)
{
	put_field(screen, style, text, columns, true);
}

void screen_cut(const struct screen *screen, enum screen_style style, const char *text,
		size_t columns)
{
	struct buf cut = {0};

	display_cut(text, columns, &cut);
	screen_put(screen, style, buf_text(&cut));
	buf_release(&cut);
}

void screen_flow_add(struct screen_flow *flow, const char *format, ...)
{
	char *text;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size >= 0 && vec_push(&flow->items, text))
		free(text);
}

/* Bytes of |text| without spaces at its end. */
static size_t trimmed(const char *text)
{
	size_t size = strlen(text);

	while (size && text[size - 1] == ' ')
		size--;
	return size;
}

void screen_flow_print(const struct screen *screen, struct screen_flow *flow, const char *title,
		       const char *between, size_t indent)
{
	size_t room = screen->width > indent + 8 ? screen->width - indent : 8, column;
	const char *gap = title + trimmed(title); /* before the first item */

	screen_printf(screen, SCREEN_STRONG, "%.*s", (int)(gap - title), title);
	column = display_width(title) - strlen(gap);
	vec_foreach(item, &flow->items) {
		size_t width = display_width(*item);

		if (width > room)
			width = room;
		if (column > indent && column + display_width(gap) + width > screen->width) {
			screen_line_end(screen);
			put_spaces(screen, indent);
			column = indent;
		} else {
			screen_put(screen, SCREEN_DIM, gap);
			column += display_width(gap);
		}
		screen_cut(screen, SCREEN_PLAIN, *item, width);
		column += width;
		gap = between;
		free(*item);
	}
	screen_line_end(screen);
	vec_release(&flow->items);
}

void screen_sentence(const struct screen *screen, enum screen_style style, const char *lead,
		     const char *text)
{
	struct screen_flow words = {0};
	size_t indent = display_width(lead);
	struct screen plain = *screen;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (length)
			screen_flow_add(&words, "%.*s", (int)length, text);
		text += length;
		text += *text == ' ';
	}
	/* one style for the whole: the words themselves are plain */
	if (screen->color && style != SCREEN_PLAIN)
		fputs(codes[style], screen->out);
	plain.color = false;
	screen_flow_print(&plain, &words, lead, " ", indent);
	if (screen->color && style != SCREEN_PLAIN)
		fputs("\x1b[0m", screen->out);
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_markdown_section.c - lines of Markdown, as many as there is room for */
#include "report_compare_markdown.h"

#include <stdlib.h>
#include <string.h>

#include "display.h"

#define NAME_BYTES 200

void markdown_put(const char *text, struct buf *out)
{
	struct buf clean = {0};
	size_t size;

	display_escape(text ? text : "", &clean);
	size = clean.size;
	for (const char *c = buf_text(&clean); *c && size; c++) {
		if (strchr("|\\`*_<>[]#&@~", *c))
			buf_puts(out, *c == '<' ? "&lt;" : *c == '&' ? "&amp;" : "\\");
		if (!strchr("<&", *c))
			buf_add(out, c, 1);
		/* no half of a character, wherever the name is cut */
		if (out->size >= NAME_BYTES && ((unsigned char)c[1] & 0xc0) != 0x80) {
			if (c[1])
				buf_puts(out, "\xe2\x80\xa6");
			break;
		}
	}
	buf_release(&clean);
}

/* To be freed. */
char *markdown_text(const char *text)
{
	struct buf out = {0};

	markdown_put(text, &out);
	return out.size ? buf_steal(&out) : strdup("");
}

void section_add(struct section *section, struct buf *line)
{
	if (section->left_out || section->text.size + line->size > section->limit)
		section->left_out++;
	else
		buf_add(&section->text, buf_text(line), line->size);
	buf_clear(line);
}

void section_flush(struct section *section, const char *what, FILE *out)
{
	fwrite(buf_text(&section->text), 1, section->text.size, out);
	if (section->left_out)
		fprintf(out, "\n\xe2\x80\xa6 and %zu more %s, which the JSON has.\n",
			section->left_out, what);
	buf_release(&section->text);
	section->left_out = 0;
}

const char *markdown_sign(enum comparison_verdict verdict)
{
	static const char *const signs[] = {
		[COMPARISON_REGRESSED] = "\xf0\x9f\x94\xb4",
		[COMPARISON_CANT_TELL] = "\xe2\x9a\xaa",
		[COMPARISON_IMPROVED] = "\xf0\x9f\x9f\xa2",
		[COMPARISON_UNCHANGED] = "\xe2\x9c\x85",
		[COMPARISON_NOT_GATED] = "\xe2\x9e\x96",
	};

	return signs[verdict];
}

void section_differences(const struct comparison_difference *items, size_t count,
			 struct section *section)
{
	struct buf line = {0};

	for (size_t i = 0; i < count; i++) {
		char *words = compare_words_difference(&items[i]);

		buf_puts(&line, i ? "- differs: " : "\n- differs: ");
		markdown_put(words, &line);
		buf_puts(&line, "\n");
		section_add(section, &line);
		free(words);
	}
	buf_release(&line);
}

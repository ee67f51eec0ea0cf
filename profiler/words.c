// SPDX-License-Identifier: BSD-2-Clause
/* words.c - a command line in one text, split into its words */
#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define BLANKS " \t\n"

/* "..." up to its end: there a backslash is one but before what it could quote. */
static int take_double(const char **at, struct buf *word)
{
	const char *c = *at;
	int rc = 0;

	for (; *c && *c != '"' && !rc; c++) {
		if (c[0] == '\\' && c[1] && strchr("$`\"\\\n", c[1]))
			c++;
		rc = buf_add(word, c, 1);
	}
	*at = *c ? c + 1 : c;
	return rc ? rc : *c ? 0 : -EINVAL;
}

static int take_single(const char **at, struct buf *word)
{
	size_t size = strcspn(*at, "'");
	bool ends = (*at)[size] == '\'';
	int rc = buf_add(word, *at, size);

	*at += size + ends;
	return rc ? rc : ends ? 0 : -EINVAL;
}

static int take_escaped(const char **at, struct buf *word)
{
	return **at ? buf_add(word, (*at)++, 1) : -EINVAL;
}

/* One word, up to a blank that is not quoted or to the end. */
static int take_word(const char **at, struct buf *word)
{
	int rc = buf_puts(word, ""); /* '' is a word, too */

	while (!rc && **at && !strchr(BLANKS, **at)) {
		char c = *(*at)++;

		if (c == '\'')
			rc = take_single(at, word);
		else if (c == '"')
			rc = take_double(at, word);
		else if (c == '\\')
			rc = take_escaped(at, word);
		else
			rc = buf_add(word, &c, 1);
	}
	return rc;
}

static int push(words *out, struct buf *word)
{
	char *text = buf_steal(word);

	if (!text)
		text = strdup("");
	if (text && vec_push(out, text) == 0)
		return 0;
	free(text);
	return -ENOMEM;
}

int words_split(const char *text, words *out)
{
	struct buf word = {};
	int rc = 0;

	*out = (words){};
	while (!rc && *(text += strspn(text, BLANKS))) {
		rc = take_word(&text, &word);
		if (!rc)
			rc = push(out, &word);
	}
	buf_release(&word);
	if (!rc)
		rc = vec_push(out, NULL);
	if (rc)
		words_release(out);
	else
		out->count--;
	return rc;
}

void words_release(words *list)
{
	vec_foreach(word, list)
		free(*word);
	vec_release(list);
}

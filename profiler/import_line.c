// SPDX-License-Identifier: BSD-2-Clause
/* import_line.c - the line of a source file on which it imports a module */
#include "import_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "fs.h"

/* How sure a line is to be the one. */
enum match { NO, MAYBE, YES };

/* A part of the source. */
struct word {
	const char *at;
	size_t size;
};

static bool word_is(const struct word *word, const char *text, size_t size)
{
	return word->size == size && strncmp(word->at, text, size) == 0;
}

static bool word_is_text(const struct word *word, const char *text)
{
	return word_is(word, text, strlen(text));
}

static enum match better(enum match a, enum match b)
{
	return a > b ? a : b;
}

/* ---- Python ---- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

/* The next name of a line, or a single other character; size 0 at its end. */
static struct word next_word(const char **line)
{
	struct word word;

	*line += strspn(*line, " \t\r");
	word.at = *line;
	if (!*word.at || *word.at == '\n' || *word.at == '#')
		return (struct word){word.at, 0};
	for (word.size = 0; in_name(word.at[word.size]);)
		word.size++;
	if (!word.size)
		word.size = 1;
	*line += word.size;
	return word;
}

/* Whether |module| is what |word| names, or lies above it. */
static enum match match_dotted(const struct word *word, const char *module)
{
	size_t size = strlen(module);

	if (word_is(word, module, size))
		return YES;
	return word->size > size && strncmp(word->at, module, size) == 0 && word->at[size] == '.'
		       ? MAYBE
		       : NO;
}

/* "." and ".x" are relative: the module then ends with x, or with x.NAME. */
static enum match match_from(const struct word *package, const struct word *name,
			     const char *module)
{
	size_t dots = strspn(package->at, "."), size = strlen(module), tail;
	struct word rest;

	if (dots > package->size)
		dots = package->size;
	rest = (struct word){package->at + dots, package->size - dots};
	tail = rest.size + (rest.size && name->size ? 1 : 0) + name->size;
	if (!tail || size < tail || (!dots && size != tail))
		return NO;
	module += size - tail;
	if (size > tail && module[-1] != '.')
		return NO;
	if (strncmp(module, rest.at, rest.size) != 0)
		return NO;
	module += rest.size;
	if (!name->size)
		return YES;
	if (rest.size && *module++ != '.')
		return NO;
	return word_is_text(name, module) ? YES : NO;
}

/* The state between lines: names may follow "from x import (" on lines of their own. */
struct python {
	struct word package;
	bool open;
};

static enum match match_names(struct python *state, const char *line, const char *module)
{
	enum match match = NO;
	bool renamed = false;

	for (struct word word = next_word(&line); word.size; word = next_word(&line)) {
		if (*word.at == '(')
			state->open = true;
		else if (*word.at == ')')
			state->open = false;
		else if (word_is_text(&word, "as"))
			renamed = true;
		else if (renamed)
			renamed = false;
		else if (in_name(*word.at))
			match = better(match, match_from(&state->package, &word, module));
	}
	return match;
}

static enum match match_import(const char *line, const char *module)
{
	enum match match = NO;
	bool renamed = false;

	for (struct word word = next_word(&line); word.size; word = next_word(&line)) {
		if (word_is_text(&word, "as"))
			renamed = true;
		else if (renamed)
			renamed = false;
		else
			match = better(match, match_dotted(&word, module));
	}
	return match;
}

/* import_module("a.b"), __import__("a.b") */
static enum match match_call(const char *line, const char *module)
{
	const char *call = memmem(line, strcspn(line, "\n"), "import_module(", 14);
	struct word name;

	if (!call)
		call = memmem(line, strcspn(line, "\n"), "__import__(", 11);
	if (!call)
		return NO;
	call = strchr(call, '(') + 1;
	if (*call != '"' && *call != '\'')
		return NO;
	name = (struct word){call + 1, strcspn(call + 1, "\"'\n")};
	return match_dotted(&name, module);
}

static enum match match_python(struct python *state, const char *line,
			       const struct import_line *import)
{
	const char *at = line;
	struct word first;

	if (state->open)
		return match_names(state, line, import->module);
	first = next_word(&at);
	if (word_is_text(&first, "import"))
		return match_import(at, import->module);
	if (!word_is_text(&first, "from"))
		return match_call(line, import->module);
	state->package = next_word(&at);
	first = next_word(&at);
	if (!word_is_text(&first, "import"))
		return NO;
	return better(match_from(&state->package, &(struct word){"", 0}, import->module),
		      match_names(state, at, import->module));
}

/* ---- JavaScript and its relatives ---- */

/* The size of |path| without what resolving adds: an ending, "/index" before that. */
static size_t resolved_size(const char *path, bool index)
{
	size_t size = strlen(path) - strlen(fs_extension(path));

	if (index && size >= 6 && strncmp(path + size - 6, "/index", 6) == 0)
		size -= 6;
	return size;
}

static bool names_file(const struct word *spec, const char *path)
{
	return word_is_text(spec, path) || word_is(spec, path, resolved_size(path, false)) ||
	       word_is(spec, path, resolved_size(path, true));
}

static bool is_relative(const struct word *spec, const struct import_line *import)
{
	struct buf joined = {0}, path = {0};
	const char *base = fs_basename(import->importer);
	bool is = false;

	if (*import->importer == '/' &&
	    buf_add(&joined, import->importer, (size_t)(base - import->importer)) == 0 &&
	    buf_add(&joined, spec->at, spec->size) == 0 &&
	    fs_normalize(buf_text(&joined), &path) == 0)
		is = names_file(&(struct word){buf_text(&path), path.size}, import->module_file);
	buf_release(&joined);
	buf_release(&path);
	return is;
}

static const char *below_modules(const char *path)
{
	const char *found = NULL;

	for (const char *at = path; (at = strstr(at, "/node_modules/")); at++)
		found = at + strlen("/node_modules/");
	return found;
}

/* "axios" and "@nestjs/core" of what lies below node_modules/. */
static size_t package_size(const char *path)
{
	size_t size = strcspn(path, "/");

	if (*path == '@' && path[size])
		size += 1 + strcspn(path + size + 1, "/");
	return size;
}

/* An alias for a folder: "@/lib/b" of "/srv/app/src/lib/b.js". */
static bool ends_like(const struct word *spec, const char *path)
{
	const char *base = fs_basename(path), *last = memrchr(spec->at, '/', spec->size);
	struct word name;

	if (!last)
		return false;
	name = (struct word){last + 1, (size_t)(spec->at + spec->size - last - 1)};
	return names_file(&name, base);
}

static enum match match_spec(const struct word *spec, const struct import_line *import)
{
	const char *module = import->module, *inside;

	if (word_is_text(spec, module) ||
	    (strncmp(module, "node:", 5) == 0 && word_is_text(spec, module + 5)))
		return YES;
	if (!import->module_file)
		return NO;
	if (spec->size && (*spec->at == '.' || *spec->at == '/') && is_relative(spec, import))
		return YES;
	inside = below_modules(import->module_file);
	if (inside && (word_is(spec, inside, package_size(inside)) || names_file(spec, inside)))
		return YES;
	return ends_like(spec, import->module_file) ? MAYBE : NO;
}

/* Whether what stands before a quote makes its text a module's name. */
static bool asks_for_module(const char *line, const char *quote)
{
	static const char *const before[] = {"require(", "require.resolve(", "import(", "import",
					     "from"};
	size_t size;

	while (quote > line && isspace((unsigned char)quote[-1]))
		quote--;
	size = (size_t)(quote - line);
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		size_t length = strlen(before[i]);

		if (size >= length && strncmp(quote - length, before[i], length) == 0)
			return true;
	}
	return false;
}

static enum match match_script(const char *line, const struct import_line *import)
{
	const char *at = line + strspn(line, " \t"), *end = line + strcspn(line, "\n");
	enum match match = NO;

	if (strncmp(at, "//", 2) == 0 || *at == '*')
		return NO;
	for (; at < end; at++) {
		struct word spec = {at + 1, 0};
		char stop[] = {*at, '\n', '\0'};

		if (!strchr("\"'`", *at))
			continue;
		spec.size = strcspn(spec.at, stop);
		if (asks_for_module(line, at))
			match = better(match, match_spec(&spec, import));
		at = spec.at + spec.size;
	}
	return match;
}

/* ---- both ---- */

size_t import_line_find(const char *text, const struct import_line *import)
{
	bool is_python = strcmp(fs_extension(import->importer), ".py") == 0;
	struct python state = {0};
	size_t maybe = 0, number = 1;

	for (const char *line = text; *line; number++) {
		enum match match =
			is_python ? match_python(&state, line, import) : match_script(line, import);

		if (match == YES)
			return number;
		if (match == MAYBE && !maybe)
			maybe = number;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return maybe;
}

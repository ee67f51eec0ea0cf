// SPDX-License-Identifier: BSD-2-Clause
/* runtime_entry.c - the application's entry, from the argument vector that its runtime gets */
#include "runtime.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "fs.h"
#include "node_options.h"
#include "user_job.h"

/* CPython's options, 3.6 to 3.14, whose value is the rest of the word or the next argument */
static const char python_value_options[] = "WX";

/* What one word of Python's command line says. */
struct python_word {
	const char *script, *module;
	size_t used; /* further arguments that belong to it */
	bool none;   /* there is no entry file */
};

static struct python_word python_long(const char *argument)
{
	if (strcmp(argument, "--check-hash-based-pycs") == 0)
		return (struct python_word){.used = 1};
	/* --help and its kin, --version; unknown ones end Python */
	return (struct python_word){.none = true};
}

static struct python_word python_short(const char *argument, const char *next)
{
	for (const char *letter = argument + 1; *letter; letter++) {
		const char *rest = letter[1] ? letter + 1 : NULL;

		if (*letter == 'm')
			return (struct python_word){.module = rest ? rest : next};
		if (strchr("chV?", *letter))
			return (struct python_word){.none = true};
		if (strchr(python_value_options, *letter))
			return (struct python_word){.used = rest ? 0 : 1};
	}
	return (struct python_word){0};
}

static struct python_word python_program(char *const argv[])
{
	for (size_t i = 1; argv[0] && argv[i]; i++) {
		struct python_word word;

		if (strcmp(argv[i], "--") == 0)
			return (struct python_word){.script = argv[i + 1]};
		if (strcmp(argv[i], "-") == 0)
			break;
		if (argv[i][0] != '-')
			return (struct python_word){.script = argv[i]};
		word = argv[i][1] == '-' ? python_long(argv[i])
					 : python_short(argv[i], argv[i + 1]);
		if (word.none || word.module)
			return word;
		if (word.used && !argv[i + 1])
			break;
		i += word.used;
	}
	return (struct python_word){.none = true};
}

enum is { IS_NOTHING, IS_FILE, IS_FOLDER };

static enum is kind_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return IS_NOTHING;
	return S_ISDIR(st.st_mode) ? IS_FOLDER : IS_FILE;
}

/* |path| with |tail| behind it, if that is a file. */
static bool is_file(const char *path, const char *tail, struct buf *out)
{
	struct buf candidate = {0};
	bool found = false;

	if (!buf_printf(&candidate, "%s%s", path, tail) && kind_of(candidate.data) == IS_FILE)
		found = !buf_puts(out, candidate.data);
	buf_release(&candidate);
	return found;
}

/* As Module._extensions of a Node without and with type stripping; .mjs and .cjs do no harm. */
static bool node_extended(const char *path, struct buf *out)
{
	static const char *const tails[] = {".js",  ".json", ".node", ".ts",
					    ".cts", ".mts",  ".mjs",  ".cjs"};

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (is_file(path, tails[i], out))
			return true;
	return false;
}

static bool node_index(const char *folder, struct buf *out)
{
	struct buf index = {0};
	bool found;

	found = !buf_printf(&index, "%s/index", folder) && node_extended(index.data, out);
	buf_release(&index);
	return found;
}

/* package.json's "main", or NULL; to be freed */
static char *package_main(const char *folder)
{
	struct buf path = {0}, text = {0};
	char *name = NULL;
	cJSON *package;
	const char *value;

	if (buf_printf(&path, "%s/package.json", folder) || fs_read(path.data, 4 << 20, &text)) {
		buf_release(&path);
		buf_release(&text);
		return NULL;
	}
	package = cJSON_ParseWithLength(text.data, text.size);
	value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(package, "main"));
	if (value)
		name = strdup(value);
	cJSON_Delete(package);
	buf_release(&path);
	buf_release(&text);
	return name;
}

static bool node_folder(const char *folder, struct buf *out)
{
	char *name = package_main(folder);
	struct buf path = {0};
	bool found = false;

	if (name && !buf_printf(&path, "%s/%s", folder, name))
		found = is_file(path.data, "", out) || node_extended(path.data, out) ||
			node_index(path.data, out);
	buf_release(&path);
	free(name);
	return found || node_index(folder, out);
}

static bool node_file(const char *path, struct buf *out)
{
	return is_file(path, "", out) || node_extended(path, out) ||
	       (kind_of(path) == IS_FOLDER && node_folder(path, out));
}

static bool python_file(const char *path, struct buf *out)
{
	struct buf inside = {0};
	bool found;

	if (kind_of(path) != IS_FOLDER)
		return is_file(path, "", out);
	found = !buf_printf(&inside, "%s/__main__.py", path) && is_file(inside.data, "", out);
	buf_release(&inside);
	return found;
}

static bool node_keeps_links(char *const argv[])
{
	for (size_t i = 1; argv[0] && argv[i] && argv[i][0] == '-'; i++)
		if (node_option_is(argv[i], "--preserve-symlinks-main"))
			return true;
	return false;
}

struct search {
	enum event_runtime_kind kind;
	char *const *argv;
	const char *cwd;
	const char *script;
};

/* In the user's process: folders and links may be closed to all others. */
static int search(void *context, struct buf *answer)
{
	const struct search *search = context;
	bool node = search->kind == EVENT_RUNTIME_NODE;
	struct buf path = {0}, found = {0};
	char real[PATH_MAX];
	int rc;

	if (search->script[0] == '/')
		rc = buf_puts(&path, search->script);
	else
		rc = buf_printf(&path, "%s/%s", search->cwd, search->script);
	if (!rc && !(node ? node_file(path.data, &found) : python_file(path.data, &found)))
		rc = -ENOENT;
	/* Node opens its script by the real path, Python by the one that it was given */
	if (!rc && node && !node_keeps_links(search->argv) && realpath(found.data, real))
		rc = buf_puts(answer, real);
	else if (!rc)
		rc = fs_normalize(found.data, answer);
	buf_release(&path);
	buf_release(&found);
	return rc;
}

enum runtime_entry runtime_entry(const struct user *user, enum event_runtime_kind kind,
				 char *const argv[], const char *cwd, struct buf *out)
{
	struct search what = {.kind = kind, .argv = argv, .cwd = cwd};
	struct python_word word = {0};

	if (kind == EVENT_RUNTIME_PYTHON) {
		word = python_program(argv);
		what.script = word.script;
	} else if (kind == EVENT_RUNTIME_NODE) {
		what.script = node_options_script(argv);
	}
	if (word.module && *word.module)
		return buf_puts(out, word.module) ? RUNTIME_ENTRY_NONE : RUNTIME_ENTRY_MODULE;
	if (!what.script || !*what.script || user_job(user, search, &what, out))
		return RUNTIME_ENTRY_NONE;
	return RUNTIME_ENTRY_FILE;
}

// SPDX-License-Identifier: BSD-2-Clause
/* runtime.c - which runtime a binary is */
#include "runtime.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "fs.h"
#include "user.h"

#define VERSION_TIMEOUT_MS 10000
#define LIST_TIMEOUT_MS	   5000
#define OUTPUT_MAX	   (64 << 10)

/* Known by name alone: what they do before their script is not marked. */
static const char *const other_runtimes[] = {"bun", "deno", "pypy", NULL};

/* Sonames, without what follows the prefix. */
static const char *const libc_names[] = {"libc.so", "libc.musl-", NULL};

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The standard output of a command that ended well. */
static int output_of(const struct runtime_finder *finder, char *const argv[], unsigned timeout_ms,
		     struct buf *out)
{
	struct user_command command = {
		.argv = argv,
		.environment = finder->environment,
		.timeout_ms = timeout_ms,
		.output_limit = OUTPUT_MAX,
	};
	int status = 0, rc;

	rc = user_run(finder->user, &command, out, &status);
	if (!rc && (!WIFEXITED(status) || WEXITSTATUS(status)))
		rc = -EIO;
	return rc;
}

/*
 * "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f...)", by glibc's and musl's linker
 * alike; what is needed by its path has no arrow: "\t/opt/bin/../lib/libpython3.12.so.1.0 (0x...)".
 * The path in the line, or NULL; |line| is cut.
 */
static char *library_path(char *line, const char *prefix)
{
	char *end = strstr(line, " (0x"), *arrow, *path;

	line += strspn(line, " \t");
	if (end)
		*end = '\0';
	arrow = strstr(line, " => ");
	path = arrow ? arrow + strlen(" => ") : line;
	if (arrow)
		*arrow = '\0';
	return *path == '/' && has_prefix(fs_basename(line), prefix) ? path : NULL;
}

static int find_library(struct buf *list, const char *const *prefixes, struct buf *path)
{
	struct buf copy = {0};
	int rc = buf_puts(&copy, buf_text(list));
	char *rest = copy.data;

	for (char *line; !rc && !path->size && (line = strsep(&rest, "\n"));)
		for (size_t i = 0; !path->size && prefixes[i]; i++) {
			char *found = library_path(line, prefixes[i]);

			if (found)
				rc = buf_puts(path, found);
		}
	buf_release(&copy);
	return rc;
}

static bool needs(const struct symbols *binary, const char *prefix)
{
	vec_foreach(name, &binary->needed)
		if (has_prefix(fs_basename(*name), prefix))
			return true;
	return false;
}

/* A library that the binary loads: an unreadable one is as good as none. */
static int read_library(const struct runtime_finder *finder, struct buf *list,
			const char *const *prefixes, struct symbols *out)
{
	struct buf path = {0};
	int rc = find_library(list, prefixes, &path);

	if (!rc && path.size && symbols_read(finder->cache, path.data, out) == -ENOMEM)
		rc = -ENOMEM;
	buf_release(&path);
	return rc;
}

static bool has(const struct symbols *symbols, enum symbol symbol)
{
	return symbols->offsets[symbol] != 0;
}

static bool imports(const struct symbols *symbols, enum symbol symbol)
{
	return symbols->imports & 1u << symbol;
}

/* The library that holds the runtime's code, where the binary is but its main; else NULL. */
static const char *code_library(const struct symbols *binary)
{
	if (imports(binary, SYMBOL_PYTHON_BYTES_MAIN) || imports(binary, SYMBOL_PYTHON_UNIX_MAIN) ||
	    imports(binary, SYMBOL_PYTHON_MAIN))
		return "libpython";
	if (imports(binary, SYMBOL_NODE_START))
		return "libnode";
	return NULL;
}

static enum event_runtime_kind kind_of(const struct symbols *code)
{
	if (has(code, SYMBOL_NODE_START))
		return EVENT_RUNTIME_NODE;
	if (has(code, SYMBOL_PYTHON_MAIN) && has(code, SYMBOL_PYTHON_FINALIZE))
		return EVENT_RUNTIME_PYTHON;
	return EVENT_RUNTIME_NONE;
}

/* "pypy" of ".../pypy3.10"; NULL */
static const char *other_name(const char *path)
{
	const char *base = fs_basename(path);

	for (size_t i = 0; other_runtimes[i]; i++) {
		size_t length = strlen(other_runtimes[i]);

		if (strncmp(base, other_runtimes[i], length) == 0 &&
		    strspn(base + length, "0123456789.") == strlen(base + length))
			return other_runtimes[i];
	}
	return NULL;
}

const struct symbols *runtime_code(const struct runtime *runtime)
{
	return runtime->library.path ? &runtime->library : &runtime->binary;
}

static int read_libraries(const struct runtime_finder *finder, struct runtime *runtime)
{
	const char *library = code_library(&runtime->binary);
	const char *const prefixes[] = {library, NULL};
	char *argv[] = {runtime->binary.interpreter, (char *)"--list", runtime->binary.path, NULL};
	struct buf list = {0};
	int rc = 0;

	if (!runtime->binary.interpreter ||
	    (!library && kind_of(&runtime->binary) == EVENT_RUNTIME_NONE))
		return 0;
	/* a linker that cannot say leaves both libraries unknown */
	if (!output_of(finder, argv, LIST_TIMEOUT_MS, &list)) {
		if (library && needs(&runtime->binary, library))
			rc = read_library(finder, &list, prefixes, &runtime->library);
		if (!rc)
			rc = read_library(finder, &list, libc_names, &runtime->libc);
	}
	buf_release(&list);
	return rc;
}

/* The version in what `--version` says: "Python 3.11.2", "v24.21.0", "1.2.3", "deno 2.1.4 (...". */
static char *parse_version(enum event_runtime_kind kind, const char *text)
{
	static const char python[] = "Python ";
	size_t length;

	if (kind == EVENT_RUNTIME_PYTHON) {
		if (strncmp(text, python, strlen(python)))
			return NULL;
		text += strlen(python);
	}
	if (kind == EVENT_RUNTIME_NODE && *text++ != 'v')
		return NULL;
	while (kind == EVENT_RUNTIME_OTHER && *text && !isdigit((unsigned char)*text))
		text++;
	length = strcspn(text, " \t\r\n");
	return isdigit((unsigned char)*text) ? strndup(text, length) : NULL;
}

static int ask_version(const struct runtime_finder *finder, struct runtime *runtime)
{
	char *argv[] = {runtime->path, (char *)"--version", NULL};
	struct symbols *code = (struct symbols *)runtime_code(runtime);
	struct buf text = {0};
	int rc = 0;

	if (!code->version && !output_of(finder, argv, VERSION_TIMEOUT_MS, &text)) {
		char *version = parse_version(runtime->kind, buf_text(&text));

		/* an answer that is no version is kept too: it is not asked for again */
		rc = symbols_set_version(finder->cache, code, version ? version : "");
		free(version);
	}
	buf_release(&text);
	if (!rc && code->version && *code->version) {
		runtime->version = strdup(code->version);
		rc = runtime->version ? 0 : -ENOMEM;
	}
	return rc;
}

static int identify(const struct runtime_finder *finder, struct runtime *runtime)
{
	const char *name = other_name(runtime->path);
	int rc;

	runtime->kind = kind_of(runtime_code(runtime));
	if (runtime->kind == EVENT_RUNTIME_NONE && name)
		runtime->kind = EVENT_RUNTIME_OTHER;
	if (runtime->kind == EVENT_RUNTIME_NONE)
		return 0;
	rc = ask_version(finder, runtime);
	/* a program with a Python in it is none */
	if (!rc && runtime->kind == EVENT_RUNTIME_PYTHON && !runtime->version)
		runtime->kind = EVENT_RUNTIME_NONE;
	return rc;
}

static int set_names(struct runtime *runtime)
{
	const char *name = fs_basename(runtime->path);

	if (runtime->kind == EVENT_RUNTIME_OTHER)
		name = other_name(runtime->path);
	else if (runtime->kind != EVENT_RUNTIME_NONE)
		name = runtime_kind_name(runtime->kind);
	runtime->name = strdup(name);
	return runtime->name ? 0 : -ENOMEM;
}

int runtime_of_binary(const struct runtime_finder *finder, const char *path, struct runtime *out)
{
	struct runtime runtime = {0};
	int rc;

	rc = symbols_read(finder->cache, path, &runtime.binary);
	if (rc)
		return rc;
	runtime.path = strdup(runtime.binary.path);
	runtime.build_id = strdup(runtime.binary.build_id);
	runtime.device = runtime.binary.device;
	runtime.inode = runtime.binary.inode;
	rc = runtime.path && runtime.build_id ? 0 : -ENOMEM;
	if (!rc)
		rc = read_libraries(finder, &runtime);
	if (!rc)
		rc = identify(finder, &runtime);
	if (!rc)
		rc = set_names(&runtime);
	if (rc)
		runtime_release(&runtime);
	else
		*out = runtime;
	return rc;
}

void runtime_release(struct runtime *runtime)
{
	if (!runtime)
		return;
	free(runtime->name);
	free(runtime->version);
	free(runtime->path);
	free(runtime->build_id);
	free(runtime->imports_missing);
	symbols_release(&runtime->binary);
	symbols_release(&runtime->library);
	symbols_release(&runtime->libc);
	memset(runtime, 0, sizeof(*runtime));
}

const char *runtime_kind_name(enum event_runtime_kind kind)
{
	switch (kind) {
	case EVENT_RUNTIME_NODE:
		return "node";
	case EVENT_RUNTIME_PYTHON:
		return "python";
	case EVENT_RUNTIME_OTHER:
		return "other";
	default:
		return "none";
	}
}

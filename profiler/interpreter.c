// SPDX-License-Identifier: BSD-2-Clause
/* interpreter.c - which node or python a workload runs on */
#include "interpreter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "buf.h"
#include "err.h"
#include "runtime.h"
#include "user.h"

#define PROBE_TIMEOUT_MS 30000 /* a version manager's shim may install first */

/* What is special about a runtime here. */
struct kind {
	const char *runtime;
	enum event_runtime_kind kind;
	const char *names[3]; /* what it is called on the PATH, the usual name first */
	const char *option;
	const char *probe[3]; /* arguments that make it print its own path as the last line */
	const char *package;
};

static const struct kind kinds[] = {
	{"node",
	 EVENT_RUNTIME_NODE,
	 {"node", "nodejs"},
	 "--node",
	 {"-p", "process.execPath"},
	 "Debian and Ubuntu: nodejs"},
	{"python",
	 EVENT_RUNTIME_PYTHON,
	 {"python3", "python"},
	 "--python",
	 {"-c", "import sys; print(sys.executable)"},
	 "Debian and Ubuntu: python3"},
};

static const struct kind *find_kind(const char *runtime)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].runtime, runtime) == 0)
			return &kinds[i];
	return NULL;
}

/* |name| followed to the binary at its end, if that is a runtime of this kind. */
static int try_binary(const struct runtime_finder *finder, const struct kind *kind,
		      const char *name, struct interpreter *out)
{
	struct runtime_command command = {0};
	struct runtime runtime = {0};
	char *argv[] = {(char *)name, NULL};
	int err;

	err = runtime_resolve(finder, NULL, argv, &command);
	if (!err && !command.binary)
		err = -ENOEXEC;
	if (!err)
		err = runtime_of_binary(finder, command.binary, &runtime);
	if (!err && (runtime.kind != kind->kind || !runtime.version))
		err = -ENOEXEC;
	if (!err) {
		out->path = strdup(runtime.path);
		out->version = strdup(runtime.version);
		if (!out->path || !out->version)
			err = -ENOMEM;
	}
	runtime_release(&runtime);
	runtime_command_release(&command);
	return err;
}

/* The last line of a text, which loses its end. */
static char *last_line(char *text)
{
	char *end = text + strlen(text), *line;

	while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
		*--end = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

/* A shim is a program of any kind that starts a runtime: that one says where it is. */
static int try_shim(const struct runtime_finder *finder, const struct kind *kind, const char *path,
		    struct interpreter *out)
{
	char *argv[] = {(char *)path, (char *)kind->probe[0], (char *)kind->probe[1], NULL};
	const struct user_command command = {
		.argv = argv,
		.environment = finder->environment,
		.timeout_ms = PROBE_TIMEOUT_MS,
	};
	struct buf said = {0};
	int err, status = 0;
	const char *line;

	err = user_run(finder->user, &command, &said, &status);
	if (!err && status)
		err = -ENOEXEC;
	if (!err) {
		line = said.data ? last_line(said.data) : "";
		err = line[0] == '/' ? try_binary(finder, kind, line, out) : -ENOEXEC;
	}
	buf_release(&said);
	return err;
}

static const char *search_path(const struct runtime_finder *finder)
{
	const char *path = finder->environment ? user_getenv(finder->environment, "PATH") : NULL;

	return path ? path : finder->user->path;
}

/* Where |asked|, or the first usual name, is. */
static int which(const struct runtime_finder *finder, const struct kind *kind, const char *asked,
		 struct buf *out)
{
	const char *path = search_path(finder);
	int err;

	if (asked) {
		err = user_which(finder->user, path, NULL, asked, out);
		return err ? err_code(err, "cannot run '%s' (%s)", asked, kind->option) : 0;
	}
	err = -ENOENT;
	for (size_t i = 0; kind->names[i] && err == -ENOENT; i++)
		err = user_which(finder->user, path, NULL, kind->names[i], out);
	if (err == -ENOENT)
		err_print("no '%s' on the PATH of user '%s': install it (%s) or name one with %s "
			  "PATH",
			  kind->names[0], finder->user->name, kind->package, kind->option);
	else if (err)
		err_code(err, "cannot run '%s'", kind->names[0]);
	return err;
}

int interpreter_find(const struct runtime_finder *finder, const char *runtime, const char *asked,
		     struct interpreter *out)
{
	const struct kind *kind = find_kind(runtime);
	struct interpreter found = {0};
	struct buf path = {0};
	int err;

	if (!kind)
		return err_code(-EINVAL, "unknown runtime '%s'", runtime);
	err = which(finder, kind, asked, &path);
	if (err)
		goto out;
	err = try_binary(finder, kind, buf_text(&path), &found);
	if (err && err != -ENOMEM)
		err = try_shim(finder, kind, buf_text(&path), &found);
	if (err) {
		err_print("'%s' is no %s that runs here", buf_text(&path), runtime);
		goto out;
	}
	found.runtime = strdup(runtime);
	if (!found.runtime)
		err = err_code(-ENOMEM, "cannot use '%s'", buf_text(&path));
out:
	buf_release(&path);
	if (err)
		interpreter_release(&found);
	else
		*out = found;
	return err;
}

void interpreter_release(struct interpreter *interpreter)
{
	if (!interpreter)
		return;
	free(interpreter->runtime);
	free(interpreter->path);
	free(interpreter->version);
	*interpreter = (struct interpreter){0};
}

int interpreter_compare_versions(const char *version, const char *wanted)
{
	for (;;) {
		unsigned long a = strtoul(version, (char **)&version, 10);
		unsigned long b = strtoul(wanted, (char **)&wanted, 10);

		if (a != b)
			return a < b ? -1 : 1;
		if (*wanted != '.')
			return 0;
		wanted++;
		version += *version == '.';
	}
}

// SPDX-License-Identifier: BSD-2-Clause
/* doctor_runtimes.c - the runtimes on the user's PATH, and what of their start can be seen */
#include "doctor_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "interpreter.h"
#include "probes.h"
#include "runtime.h"
#include "user.h"
#include "user_job.h"

struct wanted {
	const char *name;    /* as a command */
	const char *package; /* what to install; NULL: nobody needs it */
	bool asks;	     /* interpreter_find() knows it: its shims can be asked */
};

static const struct wanted wanted[] = {
	{"node", "install Node.js (Debian, Ubuntu: nodejs) or use --node PATH", true},
	{"python", "install Python (Debian, Ubuntu: python3) or use --python PATH", true},
	{"bun", NULL, false},
	{"deno", NULL, false},
};

/* |called|: what the name stands for on the PATH; |path|: the binary at its end. */
struct place {
	struct buf called, path;
	bool shim;
};

static int which(const struct runtime_finder *finder, const char *name, struct buf *out)
{
	/* python is python3 wherever both are */
	bool python = strcmp(name, "python") == 0;
	int rc = user_which(finder->user, finder->user->path, NULL, python ? "python3" : name, out);

	if (rc == -ENOENT && python)
		rc = user_which(finder->user, finder->user->path, NULL, name, out);
	return rc;
}

struct asking {
	const struct runtime_finder *finder;
	const struct wanted *wanted;
	const char *called;
};

/* In a process of its own, whose complaints nobody hears. */
static int ask_shim(void *context, struct buf *answer)
{
	const struct asking *asking = context;
	struct interpreter interpreter = {0};
	int silent = open("/dev/null", O_WRONLY | O_CLOEXEC), rc;

	if (silent < 0 || dup2(silent, STDERR_FILENO) < 0)
		return -errno;
	rc = interpreter_find(asking->finder, asking->wanted->name, asking->called, &interpreter);
	if (!rc)
		rc = buf_puts(answer, interpreter.path);
	interpreter_release(&interpreter);
	return rc;
}

static bool is_runtime(const struct runtime_finder *finder, const char *path)
{
	struct runtime runtime = {0};
	bool is = runtime_of_binary(finder, path, &runtime) == 0 &&
		  runtime.kind != EVENT_RUNTIME_NONE;

	runtime_release(&runtime);
	return is;
}

/* Where the name leads: a binary, or a shim that is asked what it would run. */
static int find_place(const struct runtime_finder *finder, const struct wanted *one,
		      struct place *place)
{
	struct runtime_command command = {0};
	struct asking asking = {.finder = finder, .wanted = one};
	char *argv[] = {NULL, NULL};
	int rc;

	rc = which(finder, one->name, &place->called);
	if (rc)
		return rc;
	argv[0] = place->called.data;
	rc = runtime_resolve(finder, "/", argv, &command);
	if (!rc && is_runtime(finder, command.binary)) {
		rc = buf_puts(&place->path, command.binary);
	} else if (!rc && one->asks) {
		place->shim = true;
		asking.called = place->called.data;
		/* it changes ids itself where it runs something */
		rc = user_job(NULL, ask_shim, &asking, &place->path);
	} else if (!rc) {
		rc = -ENOEXEC;
	}
	runtime_command_release(&command);
	return rc;
}

/* What is lost with a set of marks; |out| stays empty where nothing is. */
static int lost_by(uint32_t missing, struct buf *out)
{
	static const struct {
		enum event_mark_id mark;
		const char *lost;
	} losses[] = {
		{EVENT_MARK_MAIN, "the end of phase exec"},
		{EVENT_MARK_VM, "the end of phase runtime"},
		{EVENT_MARK_FINALIZE, "the begin of the exit"},
		{EVENT_MARK_EXIT, "the begin of the exit"},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(losses) / sizeof(losses[0]); i++)
		if (missing & 1u << losses[i].mark)
			rc = buf_printf(out, "%s%s", out->size ? ", " : "", losses[i].lost);
	return rc;
}

static void describe(struct doctor *doctor, const struct wanted *one, const struct place *place,
		     const struct runtime *runtime, uint32_t marks)
{
	uint32_t missing = probes_marks_expected(runtime->kind) & ~marks;
	struct buf text = {0}, shown = {0}, lost = {0};
	const char *technique, *reason;

	buf_printf(&text, "%s %s", runtime->version ? runtime->version : "of unknown version,",
		   runtime->path);
	if (place->shim)
		buf_printf(&text, ", behind the shim %s (--%s PATH goes round it)",
			   place->called.data, one->name);
	probes_marks_text(marks, &shown);
	buf_printf(&text, "; marks: %s", shown.size ? shown.data : "none");
	lost_by(missing, &lost);
	if (runtime->kind == EVENT_RUNTIME_OTHER)
		buf_puts(&text, "; its own phases are not told apart");
	else if (lost.size)
		buf_printf(&text, "; not seen: %s", lost.data);
	probes_modules(runtime, &technique, &reason);
	if (technique)
		buf_puts(&text, "; modules are seen");
	else if (reason)
		buf_printf(&text, "; modules are not seen: %s", reason);
	doctor_add(doctor, one->name, lost.size ? DOCTOR_LIMITED : DOCTOR_OK,
		   lost.size ? "use a build that exports its symbols" : NULL, "%s",
		   buf_text(&text));
	buf_release(&text);
	buf_release(&shown);
	buf_release(&lost);
}

static void check_one(const struct runtime_finder *finder, const struct wanted *one,
		      struct doctor *doctor)
{
	struct runtime runtime = {0};
	struct probes probes = {0};
	struct place place = {0};
	uint32_t marks = 0;
	int rc;

	rc = find_place(finder, one, &place);
	if (!rc)
		rc = runtime_of_binary(finder, place.path.data, &runtime);
	if (!rc)
		rc = runtime_find_imports(finder, &runtime);
	if (!rc)
		rc = probes_of(&runtime, &probes, &marks);
	if (!rc)
		describe(doctor, one, &place, &runtime, marks);
	else if (rc == -ENOENT && !place.called.size && one->package)
		doctor_add(doctor, one->name, DOCTOR_LIMITED, one->package,
			   "not on the PATH of user '%s'", finder->user->name);
	else if (place.called.size)
		doctor_add(doctor, one->name, DOCTOR_LIMITED, one->package,
			   "%s does not lead to a %s that runs here", place.called.data, one->name);
	probes_release(&probes);
	runtime_release(&runtime);
	buf_release(&place.called);
	buf_release(&place.path);
}

void doctor_runtimes(const struct doctor_options *options, struct doctor *doctor)
{
	struct runtime_finder finder = {.user = options->user};
	struct symbols_cache *cache = NULL;
	struct buf folder = {0};

	if (options->cache)
		buf_printf(&folder, "%s/symbols", options->cache);
	if (symbols_cache_new(options->user, folder.data, &cache)) {
		doctor->out_of_memory = true;
	} else {
		finder.cache = cache;
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			check_one(&finder, &wanted[i], doctor);
	}
	symbols_cache_free(cache);
	buf_release(&folder);
}

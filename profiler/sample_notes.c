// SPDX-License-Identifier: BSD-2-Clause
/* sample_notes.c - what tracing could not see of a start, in words */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample_parts.h"

static __attribute__((format(printf, 2, 3))) int add(struct result_sample *out, const char *format,
						     ...)
{
	va_list arguments;
	char *line;
	int rc;

	va_start(arguments, format);
	rc = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (rc < 0)
		return -ENOMEM;
	rc = vec_push(&out->notes, line);
	if (rc)
		free(line);
	return rc;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static int add_unseen(const struct models *models, struct result_sample *out)
{
	unsigned long long uring = models->uring.count, compat = models->syscalls.compat,
			   denied = models->syscalls.denied;
	int rc = 0;

	if (uring)
		rc = add(out,
			 "%llu io_uring request%s: no system call shows them, and what they read "
			 "is missing in the files",
			 uring, plural(uring));
	if (!rc && compat)
		rc = add(out,
			 "%llu system call%s of another table than the machine's own: the paths "
			 "in them are not known",
			 compat, plural(compat));
	if (!rc && denied)
		rc = add(out, "seccomp denied %llu system call%s: their arguments are not known",
			 denied, plural(denied));
	return rc;
}

#define ALIVE_SHOWN 3

/* A server lives on; what outlives a program that ends by itself is worth a line. */
static int add_alive(const struct models *models, struct result_sample *out)
{
	const struct facts *facts = &models->facts;
	size_t count = 0;
	int rc = 0;

	if (models->chain.end != CHAIN_BY_EXIT || !models->chain.links.count)
		return 0;
	vec_foreach(alive, &facts->alive) {
		if (alive->pid == facts->root_pid || rc || count++ >= ALIVE_SHOWN)
			continue;
		rc = add(out, "process %u (%s) outlived the program", alive->pid,
			 *alive->command ? alive->command : "unknown");
	}
	if (!rc && count > ALIVE_SHOWN)
		rc = add(out, "%zu more process%s outlived the program", count - ALIVE_SHOWN,
			 count - ALIVE_SHOWN == 1 ? "" : "es");
	return rc;
}

/* A preloaded hook is in the program: that, and what it can't see, is said. */
static int add_hooked(const struct models *models, const char *name, const char *reason,
		      struct result_sample *out)
{
	unsigned long long cut = models->hook_calls.cut;
	int rc;

	if (!models->hook_calls.heard)
		return add(out, "the module hook told nothing of %s: it was not preloaded there",
			   name);
	rc = add(out,
		 "the modules of %s are told by a hook that was preloaded into it (--module-hook): "
		 "%s; ES modules are not among them",
		 name, reason);
	if (!rc && cut)
		rc = add(out, "%llu module name%s too long to be told whole: cut", cut,
			 cut == 1 ? " was" : "s were");
	return rc;
}

/* Runtimes whose modules could be seen, but are not. */
static int add_modules_unseen(const struct models *models, struct result_sample *out)
{
	int rc = 0;

	vec_foreach(runtime, &models->facts.runtimes) {
		const char *name = runtime->path ? runtime->path : runtime->name;

		if (!runtime->modules_reason || rc)
			continue;
		if (!runtime->modules_technique)
			rc = add(out, "the modules of %s are not seen: %s", name,
				 runtime->modules_reason);
		else
			rc = add_hooked(models, name, runtime->modules_reason, out);
	}
	return rc;
}

/* Interpreters that nobody knew for one before they ran. */
static int add_python_unseen(const struct models *models, struct result_sample *out)
{
	int rc = 0;

	vec_foreach(binary, &models->python_unseen.binaries) {
		const char *exe = models->processes.processes.items[binary->process].exe;

		if (!rc && binary->starts)
			rc = add(out, "the Python modules of %s are not seen: %s",
				 exe ? exe : "a program", python_unseen_reason(binary));
	}
	return rc;
}

static int add_parents_unsure(const struct models *models, struct result_sample *out)
{
	unsigned long long count = models->python_imports.unsure_count;

	return count ? add(out,
			   "who loaded %llu Python module%s is not known: the program switched "
			   "greenlets in the middle of imports",
			   count, plural(count))
		     : 0;
}

int sample_notes(const struct models *models, struct result_sample *out)
{
	uint32_t unread = memory_tree(&models->memory).unread;
	int rc = add_unseen(models, out);

	if (!rc)
		rc = add_alive(models, out);
	if (!rc)
		rc = add_modules_unseen(models, out);
	if (!rc)
		rc = add_python_unseen(models, out);
	if (!rc)
		rc = add_parents_unsure(models, out);
	if (!rc && unread)
		rc = add(out, "smaps of %u process%s could not be read: PSS is without them",
			 unread, unread == 1 ? "" : "es");
	if (!rc && models->chain.seen_by_client_only)
		rc = add(out, "the write of the response was not seen: the client's time is used");
	if (!rc && models->facts.cut)
		rc = add(out, "the recording is cut: what came after is not in these numbers");
	return rc;
}

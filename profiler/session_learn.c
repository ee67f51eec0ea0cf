// SPDX-License-Identifier: BSD-2-Clause
/* session_learn.c - what a start teaches for the next: its runtimes, their probes, its files */
#include "session_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "err.h"

/* Attaches the probes of a runtime that are not attached yet. */
static int probe(struct session *session, const struct runtime *runtime)
{
	struct probes *probes = &session->probes;
	const char *reason;
	uint32_t marks = 0;
	int rc = probes_of(runtime, probes, &marks);

	if (!rc && trace_walks_scripts(session->trace))
		rc = probes_of_modules(runtime, probes, &reason);
	if (rc || session->options->null_control)
		return rc;
	for (; session->layouts_set < probes->layouts.count && !rc; session->layouts_set++)
		rc = trace_set_layout(session->trace, (uint32_t)session->layouts_set,
				      &probes->layouts.items[session->layouts_set]);
	if (rc)
		return rc;
	for (; session->probes_attached < session->probes.items.count; session->probes_attached++) {
		rc = trace_attach_probe(session->trace,
					&session->probes.items.items[session->probes_attached]);
		if (rc)
			return rc;
	}
	return 0;
}

const struct probes *session_probes(const struct session *session)
{
	return &session->probes;
}

/* What the probes of a runtime show once they are attached. */
static uint32_t marks_of(struct session *session, const struct runtime *runtime)
{
	uint32_t marks = 0;

	return session->options->null_control || probes_of(runtime, &session->probes, &marks)
		       ? 0
		       : marks;
}

/* The target's runtime is the first one that the start ran. */
static int learn_target(const struct user *user, struct target *target,
			const struct start_binary *seen, const struct runtime *runtime)
{
	struct buf path = {};
	int rc;

	if (target->runtime.kind != EVENT_RUNTIME_NONE || !seen->argv)
		return 0;
	rc = known_copy(runtime, &target->runtime);
	if (rc || target->entry)
		return rc;
	if (runtime_entry(user, runtime->kind, seen->argv, target->cwd, &path) !=
	    RUNTIME_ENTRY_NONE)
		target->entry = buf_steal(&path);
	buf_release(&path);
	return 0;
}

int session_know(struct session *session, struct target *target)
{
	struct runtime_command command = {};
	struct known_binary *known;
	struct start_binary seen = {};
	struct stat st;
	int rc;

	/* what can't be found out now shows when it runs */
	if (runtime_resolve(session->options->finder, target->cwd, target->argv.items, &command))
		return 0;
	rc = 0;
	if (!command.binary || stat(command.binary, &st))
		goto out;
	seen.device = major(st.st_dev) << 20 | minor(st.st_dev);
	seen.inode = st.st_ino;
	seen.argv = command.argv.items;
	known = known_find(&session->known, seen.device, seen.inode);
	if (!known)
		known = known_add(&session->known, session->options->finder, command.binary,
				  seen.device, seen.inode);
	rc = known ? 0 : -ENOMEM;
	if (!rc && known->runtime.kind != EVENT_RUNTIME_NONE) {
		rc = learn_target(session->options->user, target, &seen, &known->runtime);
		if (!rc)
			rc = probe(session, &known->runtime);
		known->marks = marks_of(session, &known->runtime);
		if (!rc)
			rc = session_hook(session, target, &known->runtime, seen.argv);
	}
out:
	runtime_command_release(&command);
	return rc;
}

static int learn_binary(struct session *session, struct course *course,
			const struct start_binary *seen)
{
	struct known_binary *known = known_find(&session->known, seen->device, seen->inode);
	int rc;

	if (!known) {
		if (!seen->path)
			return 0;
		known = known_add(&session->known, session->options->finder, seen->path,
				  seen->device, seen->inode);
		if (!known)
			return -ENOMEM;
	}
	if (known->runtime.kind == EVENT_RUNTIME_NONE)
		return 0;
	rc = known_record(known, session_hook_of(course, &known->runtime), course->recording);
	if (!rc)
		rc = learn_target(session->options->user, course->target, seen, &known->runtime);
	/* this start ran without them; the next ones will have them */
	if (!rc && !known->marks) {
		rc = probe(session, &known->runtime);
		known->marks = marks_of(session, &known->runtime);
	}
	return rc;
}

int session_learn(struct session *session, struct course *course)
{
	int rc = 0;

	vec_foreach(seen, &course->start.binaries) {
		rc = learn_binary(session, course, seen);
		if (rc)
			break;
	}
	return rc ? rc : session_hook_seen(session, course);
}

static int keep_file(struct target *target, const char *path)
{
	char *copy = strdup(path);

	if (!copy || vec_push(&target->files, copy)) {
		free(copy);
		return -ENOMEM;
	}
	return 0;
}

int session_learn_files(struct session *session, struct course *course,
			const struct result_sample *sample)
{
	struct target *target = course->target;
	int rc = 0;

	if (session->options->cold == COLD_WARM || target->files.count)
		return 0;
	vec_foreach(file, &sample->files)
		if (!rc && file->opened_count > 0 && file->path[0] == '/')
			rc = keep_file(target, file->path);
	vec_foreach(binary, &course->start.binaries)
		if (!rc && binary->path && binary->path[0] == '/')
			rc = keep_file(target, binary->path);
	return rc;
}

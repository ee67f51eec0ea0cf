// SPDX-License-Identifier: BSD-2-Clause
/* session_hook.c - the hook in a program whose modules can't be seen from outside */
#include "session_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "err.h"
#include "module_hook.h"

/* Whether it is a Node.js whose modules can't be seen from outside. */
static bool needs_hook(const struct session *session, const struct runtime *runtime)
{
	const char *technique, *reason;

	if (runtime->kind != EVENT_RUNTIME_NODE)
		return false;
	probes_modules(runtime, &technique, &reason);
	return !technique || !trace_walks_scripts(session->trace);
}

static bool is_barred(struct target *target, char *const argv[])
{
	char *option = module_hook_barred(argv, target->environment);

	target->hook_barred = option != NULL;
	if (option)
		note_print("%s: --module-hook is not used: with %s it could tell nothing",
			   target_label(target), option);
	free(option);
	return target->hook_barred;
}

int session_hook(struct session *session, struct target *target, const struct runtime *runtime,
		 char *const argv[])
{
	const char *file = session->options->module_hook;

	if (!file || target->hooked || target->hook_barred || !needs_hook(session, runtime) ||
	    is_barred(target, argv))
		return 0;
	target->hooked = module_hook_environment(target->environment, file);
	return target->hooked ? 0 : -ENOMEM;
}

const char *session_hook_of(const struct course *course, const struct runtime *runtime)
{
	return course->target->hooked && needs_hook(course->session, runtime)
		       ? course->session->options->module_hook
		       : NULL;
}

/* A Node.js behind a wrapper is known only when it has run. */
int session_hook_seen(struct session *session, struct course *course)
{
	int rc = 0;

	vec_foreach(seen, &course->start.binaries) {
		const struct known_binary *known =
			known_find(&session->known, seen->device, seen->inode);

		if (known && !rc)
			rc = session_hook(session, course->target, &known->runtime, seen->argv);
	}
	return rc;
}

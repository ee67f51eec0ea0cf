// SPDX-License-Identifier: BSD-2-Clause
/* run_hook.c - --module-hook: the hook that a run may preload, and what for */
#include "run_parts.h"

#include "err.h"
#include "module_hook.h"

int run_hook_find(struct course_of_run *run)
{
	int rc;

	if (!run->options->module_hook)
		return 0;
	rc = module_hook_find(&run->user, &run->module_hook);
	run->session_options.module_hook = run->module_hook;
	return rc;
}

void run_hook_say(const struct course_of_run *run)
{
	if (!run->module_hook || !run->options->verbose)
		return;
	vec_foreach(target, &run->targets.targets) {
		if (target->hooked)
			note_print("%s: '%s' is preloaded", target_label(target), run->module_hook);
		else if (target->runtime.kind == EVENT_RUNTIME_NODE && !target->hook_barred)
			note_print("%s: its modules are seen from outside, --module-hook is not "
				   "used",
				   target_label(target));
	}
}

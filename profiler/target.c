// SPDX-License-Identifier: BSD-2-Clause
/* target.c - one thing to be started: a prepared workload or a command, with all that it needs */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "user.h"

void target_release(struct target *target)
{
	if (!target)
		return;
	free(target->name);
	free(target->label);
	free(target->reason);
	vec_foreach(argument, &target->argv)
		free(*argument);
	vec_release(&target->argv);
	user_environment_free(target->environment);
	user_environment_free(target->hooked);
	free(target->cwd);
	free(target->folder);
	free(target->executable);
	free(target->entry);
	ready_release(&target->ready);
	runtime_release(&target->runtime);
	free(target->output_tail);
	vec_foreach(file, &target->files)
		free(*file);
	vec_release(&target->files);
	package_facts_release(&target->packages);
	memset(target, 0, sizeof(*target));
}

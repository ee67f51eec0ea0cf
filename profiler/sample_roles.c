// SPDX-License-Identifier: BSD-2-Clause
/* sample_roles.c - the processes of a start added up by their role */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sample_parts.h"
#include "units.h"

static struct result_role *find(struct result_sample *out, const char *name)
{
	struct result_role *role;

	vec_foreach(known, &out->roles)
		if (strcmp(known->name, name) == 0)
			return known;
	role = result_add(&out->roles, role);
	if (!role || sample_text(&role->name, name))
		return NULL;
	role->processes_count = 0;
	return role;
}

static void add(int64_t *sum, int64_t value)
{
	if (value != RESULT_ABSENT)
		*sum = *sum == RESULT_ABSENT ? value : units_sum(*sum, value);
}

static void add_memory(struct result_role *role, const struct result_process *process)
{
	vec_foreach(memory, &process->memory) {
		if (!memory->mark || strcmp(memory->mark, "ready"))
			continue;
		role->processes_count++;
		add(&role->rss_ready_bytes, memory->rss_bytes);
		add(&role->pss_ready_bytes, memory->pss_bytes);
		add(&role->uss_ready_bytes, memory->private_bytes);
	}
}

static void set_worker_start(const struct result_sample *out, struct result_role *role)
{
	int64_t sum = 0, count = 0;

	vec_foreach(process, &out->processes) {
		if (!process->role || strcmp(process->role, role->name) ||
		    process->first_wait_ns == RESULT_ABSENT || process->start_ns == RESULT_ABSENT)
			continue;
		sum = units_sum(sum, units_difference(process->first_wait_ns, process->start_ns));
		count++;
	}
	if (count)
		role->worker_start_ns = sum / count;
}

int sample_roles(struct result_sample *out)
{
	vec_foreach(process, &out->processes) {
		struct result_role *role = process->role ? find(out, process->role) : NULL;

		if (process->role && !role)
			return -ENOMEM;
		if (role)
			add_memory(role, process);
	}
	vec_foreach(role, &out->roles)
		set_worker_start(out, role);
	return 0;
}

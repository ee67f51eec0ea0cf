// SPDX-License-Identifier: BSD-2-Clause
/* facts.c - what a recording says about its start as a whole: plan, runtimes, readiness, outcome */
#include "facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "err.h"

void facts_release(struct facts *facts)
{
	if (!facts)
		return;
	vec_foreach(runtime, &facts->runtimes) {
		free(runtime->name);
		free(runtime->path);
		free(runtime->modules_technique);
		free(runtime->modules_reason);
		free(runtime->modules_hook);
	}
	vec_foreach(role, &facts->roles) {
		free(role->role);
		free(role->command);
		free(role->parent);
	}
	vec_foreach(answer, &facts->answers)
		free(answer->reason);
	vec_foreach(alive, &facts->alive)
		free(alive->command);
	vec_release(&facts->runtimes);
	vec_release(&facts->roles);
	vec_release(&facts->answers);
	vec_release(&facts->lost);
	vec_release(&facts->alive);
	packages_release(&facts->packages);
	free(facts->cwd);
	free(facts->entry);
	free(facts->ready_text);
	free(facts->reason);
	memset(facts, 0, sizeof(*facts));
}

/* A copy of a record's text; NULL in |*out| for an empty one. */
static int copy_text(const struct recording *recording, struct event_text text, char **out)
{
	size_t size;
	const char *bytes = recording_text(recording, text.id, &size);

	free(*out);
	*out = NULL;
	if (!size)
		return 0;
	*out = strndup(bytes, size);
	return *out ? 0 : -ENOMEM;
}

static int copy_string(const cJSON *object, const char *key, char **out)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	free(*out);
	*out = NULL;
	if (!text || !*text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

static cJSON *parse(const struct recording *recording, struct event_text text)
{
	size_t size;
	const char *bytes = recording_text(recording, text.id, &size);

	return cJSON_ParseWithLength(bytes, size);
}

static int take_roles(struct facts *facts, const cJSON *roles)
{
	const cJSON *item;
	int rc = 0;

	cJSON_ArrayForEach(item, roles) {
		struct facts_role role = {};

		if (rc)
			break;
		rc = copy_string(item, "role", &role.role);
		if (!rc)
			rc = copy_string(item, "command", &role.command);
		if (!rc)
			rc = copy_string(item, "parent", &role.parent);
		if (!rc && role.role)
			rc = vec_push(&facts->roles, role);
		if (rc || !role.role) {
			free(role.role);
			free(role.command);
			free(role.parent);
		}
	}
	return rc;
}

static int take_plan(struct facts *facts, const struct recording *recording,
		     const struct event_plan *plan)
{
	cJSON *text = parse(recording, plan->text);
	int rc;

	facts->planned = true;
	facts->root_pid = plan->event.pid;
	facts->asked = plan->ready;
	if (plan->page_bytes)
		facts->page_bytes = plan->page_bytes;
	rc = copy_string(text, "cwd", &facts->cwd);
	if (!rc)
		rc = copy_string(text, "entry", &facts->entry);
	if (!rc)
		rc = take_roles(facts, cJSON_GetObjectItemCaseSensitive(text, "roles"));
	cJSON_Delete(text);
	return rc;
}

static int take_runtime(struct facts *facts, const struct recording *recording,
			const struct event_runtime *record)
{
	struct facts_runtime *runtime = vec_add(&facts->runtimes);
	const cJSON *modules;
	cJSON *text;
	int rc;

	if (!runtime)
		return -ENOMEM;
	text = parse(recording, record->text);
	runtime->device = record->exe_device;
	runtime->inode = record->exe_inode;
	runtime->kind = record->runtime;
	rc = copy_string(text, "name", &runtime->name);
	if (!rc)
		rc = copy_string(text, "path", &runtime->path);
	modules = cJSON_GetObjectItemCaseSensitive(text, "modules");
	if (!rc)
		rc = copy_string(modules, "technique", &runtime->modules_technique);
	if (!rc)
		rc = copy_string(modules, "reason", &runtime->modules_reason);
	if (!rc)
		rc = copy_string(modules, "hook", &runtime->modules_hook);
	cJSON_Delete(text);
	return rc;
}

static int take_ready(struct facts *facts, const struct recording *recording,
		      const struct event_ready_at *record)
{
	facts->ready_ns = record->event.time_ns;
	facts->ready = record->ready;
	facts->ready_pid = record->event.pid;
	facts->ready_fd = record->fd;
	return copy_text(recording, record->text, &facts->ready_text);
}

static int take_answer(struct facts *facts, const struct recording *recording,
		       const struct event_answer *record)
{
	struct facts_answer *answer = vec_add(&facts->answers);

	if (!answer)
		return -ENOMEM;
	*answer = (struct facts_answer){
		.first_byte_ns = record->event.time_ns,
		.connect_ns = record->connect_ns,
		.pid = record->event.pid,
		.status = record->status,
		.client_port = record->client_port,
		.request = record->request,
	};
	return copy_text(recording, record->text, &answer->reason);
}

static int take_loss(struct facts *facts, const struct event_loss *record)
{
	struct facts_lost lost = {record->lost_kind, record->lost};

	vec_foreach(known, &facts->lost)
		if (known->kind == lost.kind) {
			known->count += lost.count;
			return 0;
		}
	return lost.count ? vec_push(&facts->lost, lost) : 0;
}

/* Words that are apart by NUL bytes, as one line. */
static char *join_words(const char *bytes, size_t size)
{
	char *line;

	while (size && !bytes[size - 1])
		size--;
	line = malloc(size + 1);
	for (size_t i = 0; line && i < size; i++)
		line[i] = bytes[i] ? bytes[i] : ' ';
	if (line)
		line[size] = '\0';
	return line;
}

static int take_alive(struct facts *facts, const struct recording *recording,
		      const struct event_alive *record)
{
	struct facts_alive *alive = vec_add(&facts->alive);
	const char *bytes;
	size_t size;

	if (!alive)
		return -ENOMEM;
	bytes = recording_text(recording, record->text.id, &size);
	alive->pid = record->event.pid;
	alive->command = join_words(bytes, size);
	return alive->command ? 0 : -ENOMEM;
}

static int take_end(struct facts *facts, const struct recording *recording,
		    const struct event_end *record)
{
	facts->end_ns = record->event.time_ns;
	facts->outcome = record->outcome;
	facts->status = record->status;
	return copy_text(recording, record->text, &facts->reason);
}

static void take_exec(struct facts *facts, const struct event_exec *record)
{
	if (facts->t0_ns || record->event.pid != facts->root_pid)
		return;
	facts->t0_ns = record->event.time_ns;
	if (record->enter_ns && record->enter_ns < record->event.time_ns)
		facts->t0_ns = record->enter_ns;
}

static void take_fork(struct facts *facts, const struct event_fork *record)
{
	if (!facts->root_pid && record->event.flags & EVENT_FORK_ROOT)
		facts->root_pid = record->child_pid;
}

static int take(struct facts *facts, const struct recording *recording, const struct event *event)
{
	if (event->time_ns > facts->last_ns)
		facts->last_ns = event->time_ns;
	switch (event->kind) {
	case EVENT_FORK:
		take_fork(facts, (const struct event_fork *)event);
		return 0;
	case EVENT_EXEC:
		take_exec(facts, (const struct event_exec *)event);
		return 0;
	case EVENT_PLAN:
		return take_plan(facts, recording, (const struct event_plan *)event);
	case EVENT_RUNTIME:
		return take_runtime(facts, recording, (const struct event_runtime *)event);
	case EVENT_READY:
		return take_ready(facts, recording, (const struct event_ready_at *)event);
	case EVENT_ANSWER:
		return take_answer(facts, recording, (const struct event_answer *)event);
	case EVENT_LOSS:
		return take_loss(facts, (const struct event_loss *)event);
	case EVENT_ALIVE:
		return take_alive(facts, recording, (const struct event_alive *)event);
	case EVENT_CGROUP:
		facts->cgroup = *(const struct event_cgroup *)event;
		facts->has_cgroup = true;
		return 0;
	case EVENT_RESIDUE:
		facts->residue = *(const struct event_residue *)event;
		facts->has_residue = true;
		return 0;
	case EVENT_PACKAGE:
		return packages_event(&facts->packages, recording, event);
	case EVENT_END:
		return take_end(facts, recording, (const struct event_end *)event);
	}
	return 0;
}

int facts_read(struct recording *recording, struct facts *out)
{
	struct facts facts = {.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE)};
	const struct event *event;
	int rc;

	rc = recording_rewind(recording);
	while (!rc && (event = recording_next(recording)))
		rc = take(&facts, recording, event);
	if (!rc && !facts.planned && !facts.t0_ns && !facts.end_ns)
		rc = -EBADMSG;
	if (rc) {
		if (rc == -EBADMSG)
			err_print("the recording holds no start");
		else
			err_code(rc, "cannot read the recording");
		facts_release(&facts);
		return rc;
	}
	facts.cut = recording_cut(recording);
	*out = facts;
	return 0;
}

const struct facts_runtime *facts_runtime(const struct facts *facts, uint32_t device,
					  uint64_t inode)
{
	vec_foreach(runtime, &facts->runtimes)
		if (runtime->device == device && runtime->inode == inode &&
		    runtime->kind != EVENT_RUNTIME_NONE)
			return runtime;
	return NULL;
}

const struct facts_answer *facts_first_answer(const struct facts *facts)
{
	vec_foreach(answer, &facts->answers)
		if (answer->request == 0 && answer->status > 0)
			return answer;
	return NULL;
}

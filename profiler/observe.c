// SPDX-License-Identifier: BSD-2-Clause
/* observe.c - what user space adds to a start's recording: plan, answers, memory, who lives on */
#include "observe.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "fs.h"
#include "smaps.h"
#include "units.h"
#include "workload.h"

/* ---- at the beginning ---- */

static void add_roles(const struct workload *workload, cJSON *plan)
{
	cJSON *roles = cJSON_AddArrayToObject(plan, "roles");

	vec_foreach(rule, &workload->roles) {
		cJSON *role = cJSON_CreateObject();

		cJSON_AddStringToObject(role, "role", rule->role);
		if (rule->command)
			cJSON_AddStringToObject(role, "command", rule->command);
		if (rule->parent)
			cJSON_AddStringToObject(role, "parent", rule->parent);
		cJSON_AddItemToArray(roles, role);
	}
}

static char *plan_text(const struct target *target)
{
	cJSON *plan = cJSON_CreateObject(), *command = cJSON_AddArrayToObject(plan, "command");
	struct buf ready = {};
	char *text;

	vec_foreach(word, &target->argv)
		if (*word)
			cJSON_AddItemToArray(command, cJSON_CreateString(*word));
	cJSON_AddStringToObject(plan, "cwd", target->cwd);
	if (target->entry)
		cJSON_AddStringToObject(plan, "entry", target->entry);
	else
		cJSON_AddNullToObject(plan, "entry");
	ready_text(&target->ready, &ready);
	cJSON_AddStringToObject(plan, "ready", buf_text(&ready));
	if (target->workload)
		add_roles(target->workload, plan);
	text = cJSON_PrintUnformatted(plan);
	cJSON_Delete(plan);
	buf_release(&ready);
	return text;
}

/* The command line is the only long part: a plan that does not fit goes without it. */
static int add_plan(struct course *course)
{
	struct event_plan plan = {
		.event = {.kind = EVENT_PLAN, .time_ns = clock_ns()},
		.ready = course->target->ready.kind,
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
	};
	char *text = plan_text(course->target);
	int rc = -ENOMEM;

	if (text && strlen(text) > EVENT_TEXT_MAX) {
		struct target brief = *course->target;

		brief.argv.count = 1;
		free(text);
		text = plan_text(&brief);
	}
	if (text)
		rc = recording_add(course->recording, &plan.event, text, strlen(text));
	free(text);
	return rc;
}

int observe_begin(struct course *course)
{
	struct session *session = course->session;
	int rc = add_plan(course);

	course->residue.event.kind = EVENT_RESIDUE;
	course->residue.event.time_ns = clock_ns();
	course->residue.cold = session->options->cold;
	if (!rc)
		rc = recording_add(course->recording, &course->residue.event, NULL, 0);
	return rc;
}

/* ---- answers ---- */

int observe_answer(struct course *course, uint16_t number, const struct http_answer *answer)
{
	struct event_answer event = {
		.event = {.kind = EVENT_ANSWER,
			  .time_ns = answer->first_byte_ns ? answer->first_byte_ns : clock_ns(),
			  .pid = (uint32_t)course->start.ready_pid},
		.status = answer->status,
		.client_port = answer->client_port,
		.request = number,
		.connect_ns = answer->connect_ns,
	};

	return recording_add(course->recording, &event.event, answer->reason,
			     strlen(answer->reason));
}

/* ---- memory ---- */

static const char *const *runtime_paths(const struct course *course, const char *paths[4])
{
	const struct runtime *runtime = &course->target->runtime;
	size_t count = 0;

	if (runtime->path)
		paths[count++] = runtime->path;
	if (runtime->library.path)
		paths[count++] = runtime->library.path;
	paths[count] = NULL;
	return paths;
}

/* A process that has just gone is no failure: its end is in the recording. */
static int read_memory(struct course *course, enum event_memory_mark mark)
{
	const char *paths[4];
	int rc = trace_memory(course->session->trace, mark);

	vec_foreach(pid, &course->start.alive) {
		if (rc)
			break;
		rc = smaps_read(*pid, mark, runtime_paths(course, paths), course->recording);
		if (rc == -ESRCH || rc == -ENOENT)
			rc = 0;
		else if (rc)
			err_code(rc, "cannot read the memory of process %d", *pid);
	}
	return rc;
}

int observe_ready(struct course *course)
{
	struct start *start = &course->start;
	struct event_ready_at event = {
		.event = {.kind = EVENT_READY,
			  .time_ns = start->ready_ns,
			  .pid = (uint32_t)start->ready_pid,
			  .tid = (uint32_t)start->ready_tid},
		.ready = start->ready,
		.fd = start->ready_fd,
	};
	int rc;

	if (!start->ready)
		return 0;
	rc = recording_add(course->recording, &event.event, buf_text(&start->ready_text),
			   start->ready_text.size);
	return rc ? rc : read_memory(course, EVENT_AT_READY);
}

/* ---- the requests after the first ---- */

static int check_answer(struct course *course, const struct http_answer *answer, unsigned wanted,
			const struct http_request *request)
{
	if (answer->failure || (wanted ? answer->status != (int)wanted : answer->status >= 500)) {
		course->outcome = EVENT_BAD_ANSWER;
		course->status = answer->status;
		buf_clear(&course->reason);
		if (answer->failure)
			return buf_printf(&course->reason, "request %s %s: %s", request->method,
					  request->path, answer->reason);
		return buf_printf(&course->reason, "request %s %s: status %d", request->method,
				  request->path, answer->status);
	}
	return 0;
}

/* Sends a request and waits for its answer; -ECANCELED when the answer fails the start. */
static int send_one(struct course *course, const struct http_request *request, unsigned wanted,
		    uint16_t number)
{
	struct http *client = course->ask->clients[course->ask->winner];
	struct http_answer answer;
	int rc = http_send(client, request);

	if (!rc)
		rc = session_await_answer(course, &answer);
	if (rc == -ETIMEDOUT) {
		http_cancel(client);
		memset(&answer, 0, sizeof(answer));
		answer.failure = HTTP_SILENT;
		snprintf(answer.reason, sizeof(answer.reason), "no answer in time");
		rc = 0;
	}
	if (!rc)
		rc = observe_answer(course, number, &answer);
	if (!rc)
		rc = check_answer(course, &answer, wanted, request);
	return rc ? rc : course->outcome == EVENT_GOOD ? 0 : -ECANCELED;
}

static const char **header_lines(const struct workload_request *request)
{
	const char **lines = calloc(request->headers.count + 1, sizeof(*lines));

	for (size_t i = 0; lines && i < request->headers.count; i++) {
		char *line;

		if (asprintf(&line, "%s: %s", request->headers.items[i].name,
			     request->headers.items[i].value) >= 0)
			lines[i] = line;
	}
	return lines;
}

static void free_lines(const char **lines)
{
	for (const char **line = lines; line && *line; line++)
		free((char *)*line);
	free(lines);
}

static int send_wanted(struct course *course, const struct http_request *base,
		       const struct workload_request *wanted, uint16_t number)
{
	struct http_request request = *base;
	const char **lines = header_lines(wanted);
	int rc;

	if (!lines)
		return -ENOMEM;
	request.method = wanted->method ? wanted->method : "GET";
	request.path = wanted->path;
	request.body = wanted->body;
	request.headers = lines;
	rc = send_one(course, &request, wanted->status, number);
	free_lines(lines);
	return rc;
}

/* The workload's requests, each as often as it says, over and over until |count| are sent. */
static int send_workload(struct course *course, const struct http_request *base, long count)
{
	const struct workload *workload = course->target->workload;
	long sent = 0;
	int rc = 0;

	while (sent < count && !rc)
		vec_foreach(wanted, &workload->requests)
			for (unsigned i = 0; i < wanted->repeat && sent < count && !rc; i++)
				rc = send_wanted(course, base, wanted, (uint16_t)++sent);
	return rc;
}

static int send_command(struct course *course, struct http_request *base, long count)
{
	const char *path = course->target->ready.path;
	int rc = 0;

	base->method = "GET";
	base->path = path ? path : "/";
	for (long i = 0; i < count && !rc; i++)
		rc = send_one(course, base, 0, (uint16_t)(i + 1));
	return rc;
}

static long requests_count(const struct target *target)
{
	if (target->requests >= 0 || !target->workload)
		return target->requests;
	return workload_requests_count(target->workload);
}

int observe_requests(struct course *course)
{
	const struct target *target = course->target;
	long count = requests_count(target);
	struct http_request request = {
		.timeout_ms = (unsigned)(course->session->options->timeout_ns / NS_PER_MS)};
	int rc;

	if (count <= 0 || !course->start.listeners.count)
		return 0;
	ask_address(&course->start.listeners.items[course->answered_by], &request);
	rc = target->workload && target->workload->requests.count
		     ? send_workload(course, &request, count)
		     : send_command(course, &request, count);
	if (rc && rc != -ECANCELED)
		return rc;
	return read_memory(course, EVENT_AFTER_REQUESTS);
}

/* ---- at the end ---- */

int observe_alive(struct course *course)
{
	int rc = 0;

	vec_foreach(pid, &course->start.alive) {
		struct event_alive event = {
			.event = {.kind = EVENT_ALIVE,
				  .time_ns = clock_ns(),
				  .pid = (uint32_t)*pid,
				  .tid = (uint32_t)*pid},
		};
		struct buf command = {};
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/cmdline", *pid);
		if (!rc && fs_read(path, MIB, &command) == 0)
			rc = recording_add(course->recording, &event.event, buf_text(&command),
					   command.size);
		buf_release(&command);
	}
	return rc;
}

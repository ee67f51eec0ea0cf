// SPDX-License-Identifier: BSD-2-Clause
/* rebuild.c - a report from the recordings of starts: without root, the programs or the machine */
#include "rebuild.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "event.h"
#include "fs.h"
#include "jsonx.h"
#include "map.h"
#include "recording.h"
#include "sample.h"
#include "summary.h"

#define MAGIC	  "coldprof" /* what a recording begins with */
#define EXTENSION ".coldprof"
#define WARMUP	  "-warmup" EXTENSION

int rebuild_is_recording(const char *path, bool *out)
{
	char begin[sizeof(MAGIC) - 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = pread(fd, begin, sizeof(begin), 0);
	close(fd);
	*out = got == (ssize_t)sizeof(begin) && memcmp(begin, MAGIC, sizeof(begin)) == 0;
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size > tail && strcmp(text + size - tail, end) == 0;
}

static int keep_recording(const struct dirent *entry)
{
	return ends_with(entry->d_name, EXTENSION) && !ends_with(entry->d_name, WARMUP);
}

int rebuild_list(const char *folder, result_texts *out)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, keep_recording, alphasort), rc = 0;

	if (count < 0)
		return err_code(errno, "cannot read the folder '%s'", folder);
	if (!count) {
		err_print("no recordings (*%s) in '%s'", EXTENSION, folder);
		rc = -ENOENT;
	}
	for (int i = 0; i < count; i++) {
		struct buf path = {0};

		if (!rc)
			rc = buf_printf(&path, "%s/%s", folder, entries[i]->d_name);
		if (!rc)
			rc = result_texts_add(out, path.data);
		buf_release(&path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* ---- what a recording says of its workload ---- */

/* All texts are owned. */
struct origin {
	char *plan;    /* its text, by which starts of one workload are known */
	char *runtime; /* of the first known runtime that ran; NULL: none did */
	bool marked;   /* that runtime's marks can be seen */
	int64_t cold;  /* event_residue.cold, or RESULT_ABSENT */
};

static void origin_release(struct origin *origin)
{
	free(origin->plan);
	free(origin->runtime);
}

static int keep_text(const struct recording *recording, const struct event_text *text, char **out)
{
	if (*out)
		return 0;
	*out = strdup(recording_text(recording, text->id, NULL));
	return *out ? 0 : -ENOMEM;
}

static int read_event(struct recording *recording, const struct event *event, struct origin *origin)
{
	const struct event_runtime *runtime;
	const struct event_plan *plan;

	switch (event->kind) {
	case EVENT_PLAN:
		plan = (const struct event_plan *)event;
		return keep_text(recording, &plan->text, &origin->plan);
	case EVENT_RUNTIME:
		runtime = (const struct event_runtime *)event;
		if (runtime->runtime == EVENT_RUNTIME_NONE || origin->runtime)
			return 0;
		origin->marked = runtime->runtime != EVENT_RUNTIME_OTHER;
		return keep_text(recording, &runtime->text, &origin->runtime);
	case EVENT_RESIDUE:
		origin->cold = ((const struct event_residue *)event)->cold;
		return 0;
	default:
		return 0;
	}
}

static int read_origin(struct recording *recording, struct origin *origin)
{
	const struct event *event;
	int rc = recording_rewind(recording);

	while (!rc && (event = recording_next(recording)))
		rc = read_event(recording, event, origin);
	return rc;
}

/* A text of a JSON object that a recording holds; damage in it is not worth a failure. */
static char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? strdup(text) : NULL;
}

static int describe_command(struct result_workload *workload, const cJSON *plan)
{
	const cJSON *word, *command = cJSON_GetObjectItemCaseSensitive(plan, "command");
	struct buf name = {0};
	int rc = 0;

	cJSON_ArrayForEach(word, command) {
		const char *text = cJSON_GetStringValue(word);

		if (!text || rc)
			continue;
		rc = result_texts_add(&workload->command, text);
		if (!rc)
			rc = buf_printf(&name, "%s%s", name.size ? " " : "", text);
	}
	if (name.size)
		workload->name = buf_steal(&name);
	buf_release(&name);
	return rc;
}

static int describe(struct result_workload *workload, const struct origin *origin)
{
	static const char *const colds[] = {"warm", "evicted", "dropped"};
	cJSON *plan = cJSON_Parse(origin->plan ? origin->plan : "");
	cJSON *runtime = cJSON_Parse(origin->runtime ? origin->runtime : "");
	int rc = describe_command(workload, plan);

	workload->ready = text_of(plan, "ready");
	workload->runtime.name = text_of(runtime, "name");
	workload->runtime.version = text_of(runtime, "version");
	workload->runtime.path = text_of(runtime, "path");
	workload->runtime.build_id = text_of(runtime, "build_id");
	if (runtime)
		workload->runtime.technique = strdup(origin->marked ? "uprobe" : "none");
	if (origin->cold >= 0 && origin->cold < (int64_t)(sizeof(colds) / sizeof(colds[0])))
		workload->cold = strdup(colds[origin->cold]);
	cJSON_Delete(plan);
	cJSON_Delete(runtime);
	return rc;
}

/* ---- from recordings to samples ---- */

/* The workload of a plan, made where it is new. */
static int find_workload(struct result *result, struct map *plans, const struct origin *origin,
			 const char *path, uint64_t *out)
{
	const char *plan = origin->plan ? origin->plan : "";
	struct result_workload *workload;
	int rc;

	if (map_get(plans, plan, strlen(plan), out))
		return 0;
	workload = result_add(&result->workloads, workload);
	if (!workload)
		return -ENOMEM;
	*out = result->workloads.count - 1;
	rc = map_set(plans, plan, strlen(plan), *out);
	if (!rc)
		rc = describe(workload, origin);
	if (!rc && !workload->name) /* the plan is lost: one of its recordings names it */
		workload->name = strdup(path);
	return rc;
}

static int add_sample(struct result_workload *workload, struct recording *recording)
{
	struct result_sample sample;
	int rc;

	result_sample_init(&sample);
	rc = sample_build(recording, &sample);
	if (rc) {
		result_sample_release(&sample);
		return rc;
	}
	sample.order = (int64_t)workload->samples.count;
	sample.counted =
		sample.outcome && strcmp(sample.outcome, "good") == 0 && !sample.events_lost.count;
	rc = vec_push(&workload->samples, sample);
	if (rc)
		result_sample_release(&sample);
	return rc;
}

static int add_recording(struct result *result, struct map *plans, const char *path)
{
	struct origin origin = {.cold = RESULT_ABSENT};
	struct recording *recording = NULL;
	uint64_t index = 0;
	int rc = recording_open(path, &recording);

	if (rc)
		return rc;
	rc = read_origin(recording, &origin);
	if (!rc && recording_cut(recording))
		warn_print("'%s' is cut or damaged: read up to there", path);
	if (!rc)
		rc = find_workload(result, plans, &origin, path, &index);
	if (!rc)
		rc = recording_rewind(recording);
	if (!rc)
		rc = add_sample(&result->workloads.items[index], recording);
	origin_release(&origin);
	recording_free(recording);
	return rc;
}

static int set_created(struct result *result)
{
	char created[32];
	time_t now = time(NULL);
	struct tm utc;

	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	result->created = strdup(created);
	result->tool = strdup("coldprof " COLDPROF_VERSION);
	return result->created && result->tool ? 0 : -ENOMEM;
}

int rebuild(const result_texts *paths, struct result *out)
{
	struct map plans = {0};
	struct result result;
	int rc;

	result_init(&result);
	rc = set_created(&result);
	vec_foreach(path, paths)
		if (!rc)
			rc = add_recording(&result, &plans, *path);
	result.plan.seed = 0;
	vec_foreach(workload, &result.workloads)
		if (!rc)
			rc = summary_build(workload, (uint64_t)result.plan.seed);
	map_release(&plans);
	if (rc)
		result_release(&result);
	else
		*out = result;
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* known.c - the binaries that this run has looked into, by the identity that the kernel reports */
#include "known.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hook_calls.h"
#include "probes.h"

void known_release(struct known *known)
{
	vec_foreach(binary, &known->binaries)
		runtime_release(&binary->runtime);
	vec_release(&known->binaries);
}

struct known_binary *known_find(struct known *known, uint32_t device, uint64_t inode)
{
	vec_foreach(binary, &known->binaries)
		if (binary->device == device && binary->inode == inode)
			return binary;
	return NULL;
}

struct known_binary *known_add(struct known *known, const struct runtime_finder *finder,
			       const char *path, uint32_t device, uint64_t inode)
{
	struct known_binary *binary = vec_add(&known->binaries);

	if (!binary)
		return NULL;
	binary->device = device;
	binary->inode = inode;
	if (runtime_of_binary(finder, path, &binary->runtime))
		memset(&binary->runtime, 0, sizeof(binary->runtime));
	return runtime_find_imports(finder, &binary->runtime) ? NULL : binary;
}

static void add_text(cJSON *object, const char *key, const char *text)
{
	if (text)
		cJSON_AddStringToObject(object, key, text);
	else
		cJSON_AddNullToObject(object, key);
}

static void add_modules(const struct runtime *runtime, const char *hook, cJSON *facts)
{
	cJSON *modules = cJSON_AddObjectToObject(facts, "modules");
	const char *technique, *reason;

	probes_modules(runtime, &technique, &reason);
	if (hook) {
		reason = technique ? "this kernel does not let V8's stack be read" : reason;
		technique = HOOK_CALLS_TECHNIQUE;
	}
	add_text(modules, "technique", technique);
	add_text(modules, "reason", reason);
	if (hook)
		cJSON_AddStringToObject(modules, "hook", hook);
}

int known_record(const struct known_binary *binary, const char *hook, struct recording *recording)
{
	struct event_runtime event = {
		.event = {.kind = EVENT_RUNTIME, .time_ns = clock_ns()},
		.exe_inode = binary->inode,
		.exe_device = binary->device,
		.runtime = binary->runtime.kind,
		.marks = binary->marks,
	};
	cJSON *facts;
	char *text = NULL;
	int rc = -ENOMEM;

	if (binary->runtime.kind == EVENT_RUNTIME_NONE)
		return 0;
	facts = cJSON_CreateObject();
	cJSON_AddStringToObject(facts, "name", binary->runtime.name);
	if (binary->runtime.version)
		cJSON_AddStringToObject(facts, "version", binary->runtime.version);
	cJSON_AddStringToObject(facts, "path", binary->runtime.path);
	cJSON_AddStringToObject(facts, "build_id", binary->runtime.build_id);
	add_modules(&binary->runtime, hook, facts);
	text = cJSON_PrintUnformatted(facts);
	if (text)
		rc = recording_add(recording, &event.event, text, strlen(text));
	free(text);
	cJSON_Delete(facts);
	return rc;
}

static int copy_text(const char *from, char **to)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

int known_copy(const struct runtime *from, struct runtime *to)
{
	struct runtime copy = {.kind = from->kind, .device = from->device, .inode = from->inode};

	if (copy_text(from->name, &copy.name) || copy_text(from->version, &copy.version) ||
	    copy_text(from->path, &copy.path) || copy_text(from->build_id, &copy.build_id)) {
		runtime_release(&copy);
		return -ENOMEM;
	}
	*to = copy;
	return 0;
}

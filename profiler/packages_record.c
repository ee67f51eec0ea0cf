// SPDX-License-Identifier: BSD-2-Clause
/* packages_record.c - the text of EVENT_PACKAGE records, written and read */
#include "packages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static const char *const runtimes[] = {
	[EVENT_RUNTIME_NODE] = "node",
	[EVENT_RUNTIME_PYTHON] = "python",
};

/* ---- writing ---- */

static cJSON *new_record(const struct packages_fact *fact)
{
	cJSON *record = cJSON_CreateObject();

	cJSON_AddStringToObject(record, "runtime", runtimes[fact->runtime]);
	cJSON_AddStringToObject(record, "home", fact->home);
	cJSON_AddStringToObject(record, "name", fact->name);
	if (fact->version)
		cJSON_AddStringToObject(record, "version", fact->version);
	else
		cJSON_AddNullToObject(record, "version");
	cJSON_AddArrayToObject(record, "paths");
	cJSON_AddArrayToObject(record, "requires");
	return record;
}

static int add_line(const cJSON *record, struct buf *lines)
{
	char *text = cJSON_PrintUnformatted(record);
	int rc = text ? 0 : -ENOMEM;

	if (!rc && strlen(text) <= EVENT_TEXT_MAX)
		rc = buf_printf(lines, "%s\n", text);
	free(text);
	return rc;
}

/* At most: each byte may become "\u0001". */
static size_t text_room(const char *text)
{
	size_t room = 3;

	for (; *text; text++)
		room += (unsigned char)*text < ' ' ? 6 : *text == '"' || *text == '\\' ? 2 : 1;
	return room;
}

/* A record that is being filled, and begun anew when it is full. */
struct writer {
	const struct packages_fact *fact;
	struct buf *lines;
	cJSON *record;
	size_t base, used; /* bytes of an empty one; of this one */
};

static int add_to(struct writer *writer, const char *key, const char *text)
{
	size_t room = text_room(text);
	int rc = 0;

	if (writer->base + room > EVENT_TEXT_MAX)
		return 0;
	if (writer->used + room > EVENT_TEXT_MAX) {
		rc = add_line(writer->record, writer->lines);
		cJSON_Delete(writer->record);
		writer->record = new_record(writer->fact);
		writer->used = writer->base;
	}
	if (!cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(writer->record, key),
				  cJSON_CreateString(text)))
		rc = -ENOMEM;
	writer->used += room;
	return rc;
}

int packages_write(const struct packages_fact *fact, struct buf *lines)
{
	struct writer writer = {.fact = fact, .lines = lines, .record = new_record(fact)};
	int rc = 0;

	writer.base = writer.used = 100 + text_room(fact->home) + text_room(fact->name) +
				    (fact->version ? text_room(fact->version) : 0);
	for (size_t i = 0; i < fact->paths_count && !rc; i++)
		rc = add_to(&writer, "paths", fact->paths[i]);
	for (size_t i = 0; i < fact->requires_count && !rc; i++)
		rc = add_to(&writer, "requires", fact->requires[i]);
	if (!rc)
		rc = add_line(writer.record, lines);
	cJSON_Delete(writer.record);
	return rc;
}

/* ---- reading ---- */

static const char *string_of(const cJSON *record, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(record, key));

	return text && *text ? text : NULL;
}

/* The strings of an array, their memory the document's; absolute ones alone where asked. */
static int strings_of(const cJSON *record, const char *key, bool absolute, const char ***out,
		      size_t *count)
{
	const cJSON *array = cJSON_GetObjectItemCaseSensitive(record, key), *item;
	int size = cJSON_GetArraySize(array);

	*out = calloc((size_t)size + 1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	cJSON_ArrayForEach(item, array) {
		const char *text = cJSON_GetStringValue(item);

		if (text && *text && (!absolute || *text == '/'))
			(*out)[(*count)++] = text;
	}
	return 0;
}

static int take(struct packages *packages, const cJSON *record)
{
	const char *runtime = string_of(record, "runtime");
	struct packages_fact fact = {.name = string_of(record, "name"),
				     .version = string_of(record, "version"),
				     .home = string_of(record, "home")};
	const char **paths = NULL, **requires = NULL;
	int rc;

	for (enum event_runtime_kind i = EVENT_RUNTIME_NODE; i <= EVENT_RUNTIME_PYTHON; i++)
		if (runtime && strcmp(runtime, runtimes[i]) == 0)
			fact.runtime = i;
	if (!fact.runtime || !fact.name || !fact.home)
		return 0;
	rc = strings_of(record, "paths", true, &paths, &fact.paths_count);
	if (!rc)
		rc = strings_of(record, "requires", false, &requires, &fact.requires_count);
	fact.paths = paths;
	fact.requires = requires;
	if (!rc)
		rc = packages_add(packages, &fact);
	free(paths);
	free(requires);
	return rc;
}

int packages_event(struct packages *packages, const struct recording *recording,
		   const struct event *event)
{
	size_t size;
	const char *bytes =
		recording_text(recording, ((const struct event_package *)event)->text.id, &size);
	cJSON *record = cJSON_ParseWithLength(bytes, size);
	int rc = cJSON_IsObject(record) ? take(packages, record) : 0;

	cJSON_Delete(record);
	return rc;
}

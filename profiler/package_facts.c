// SPDX-License-Identifier: BSD-2-Clause
/* package_facts.c - reads the metadata of the packages of which a start opened files */
#include "package_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "package_facts_parts.h"
#include "units.h"
#include "user_job.h"

#define ANSWER_MAX (960 * KIB) /* what a user_job may answer, and some room */

int package_texts_add(package_texts *texts, const char *text, size_t size)
{
	char *copy = strndup(text, size);
	int rc = copy ? vec_push(texts, copy) : -ENOMEM;

	if (rc)
		free(copy);
	return rc;
}

bool package_text_good(const char *text)
{
	size_t size = text ? strlen(text) : 0;

	for (const char *at = text; at && *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			return false;
	return size > 0 && size <= PACKAGE_TEXT_MAX;
}

int package_facts_write(const struct packages_fact *fact, struct buf *lines)
{
	return lines->size < ANSWER_MAX - 64 * KIB ? packages_write(fact, lines) : 0;
}

static int look(void *context, struct buf *answer)
{
	const struct package_files *files = context;
	int rc = package_facts_python(files, answer);

	return rc ? rc : package_facts_node(files, answer);
}

static int take_lines(const struct buf *lines, struct package_facts *facts)
{
	const char *line = buf_text(lines);
	int rc = 0;

	while (*line && !rc) {
		size_t size = strcspn(line, "\n");

		if (size && size <= EVENT_TEXT_MAX) {
			char *text = strndup(line, size);

			rc = text ? vec_push(&facts->texts, text) : -ENOMEM;
			if (rc)
				free(text);
		}
		line += size + (line[size] == '\n');
	}
	return rc;
}

int package_facts_read(const struct user *user, const char *const *files, size_t count,
		       struct package_facts *out)
{
	struct package_files asked = {files, count};
	struct package_facts facts = {.read = true};
	struct buf lines = {};
	int rc = user_job(user, look, &asked, &lines);

	if (!rc)
		rc = take_lines(&lines, &facts);
	buf_release(&lines);
	if (rc)
		package_facts_release(&facts);
	else
		*out = facts;
	return rc;
}

void package_facts_release(struct package_facts *facts)
{
	if (!facts)
		return;
	vec_foreach(text, &facts->texts)
		free(*text);
	vec_release(&facts->texts);
	facts->read = false;
}

int package_facts_record(const struct package_facts *facts, struct recording *recording)
{
	int rc = 0;

	vec_foreach(text, &facts->texts) {
		struct event_package event = {
			.event = {.kind = EVENT_PACKAGE, .time_ns = clock_ns()}};

		if (rc)
			break;
		rc = recording_add(recording, &event.event, *text, strlen(*text));
	}
	return rc;
}

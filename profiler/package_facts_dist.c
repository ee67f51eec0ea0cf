// SPDX-License-Identifier: BSD-2-Clause
/* package_facts_dist.c - the metadata of one Python distribution, in any of its forms */
#include "package_facts_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "fs.h"
#include "units.h"

#define RECORD_MAX   (32 * MIB)
#define METADATA_MAX (1 * MIB) /* the description, which is not read, comes last */
#define LIST_MAX     (256 * KIB)
#define REQUIRES_MAX 4096

void python_dist_release(struct python_dist *dist)
{
	free(dist->info);
	free(dist->name);
	free(dist->version);
	free(dist->project);
	buf_release(&dist->record);
	package_texts_release(&dist->paths);
	package_texts_release(&dist->requires);
	*dist = (struct python_dist){};
}

int python_module_name(const char *name, struct buf *out)
{
	int rc = packages_normal_name(name, out);

	for (size_t i = 0; i < out->size; i++)
		if (out->data[i] == '-')
			out->data[i] = '_';
	return rc;
}

/* ---- names of files ---- */

static int set_text(char **text, const char *value, size_t size)
{
	char *copy = strndup(value, size);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* "NAME-VERSION" or "NAME-VERSION-py3.8-linux-x86_64"; a dash in NAME is written "_". */
static int set_name(struct python_dist *dist, const char *stem, size_t size)
{
	const char *dash = memchr(stem, '-', size), *version = dash ? dash + 1 : NULL;
	int rc = set_text(&dist->name, stem, dash ? (size_t)(dash - stem) : size);

	if (rc || !version)
		return rc;
	size -= (size_t)(version - stem);
	dash = memmem(version, size, "-py", 3);
	return set_text(&dist->version, version, dash ? (size_t)(dash - version) : size);
}

/* The folder that egg-link names in its first line; its egg-info lies there. */
static int follow_link(struct python_dist *dist)
{
	struct buf text = {}, path = {};
	size_t size;
	int rc = 0;

	if (fs_read_regular(dist->info, LIST_MAX, &text) == 0 && text.size && *text.data == '/') {
		size = strcspn(text.data, "\r\n");
		rc = set_text(&dist->project, text.data, size);
		if (!rc)
			rc = buf_printf(&path, "%s/%s.egg-info", dist->project, dist->name);
		if (!rc) {
			free(dist->info);
			dist->info = buf_steal(&path);
		}
	}
	buf_release(&path);
	buf_release(&text);
	return rc;
}

int python_dist_begin(struct python_dist *dist, const char *site, const char *entry)
{
	static const char *const ends[] = {".dist-info", ".egg-info", ".egg", ".egg-link"};
	const char *end = fs_extension(entry);
	size_t kind = 0, size = (size_t)(end - entry);
	struct buf path = {};
	int rc;

	while (kind < 4 && strcmp(end, ends[kind]) != 0)
		kind++;
	if (kind == 4 || !size || strlen(entry) > PACKAGE_TEXT_MAX || !package_text_good(entry))
		return 0;
	/* an egg is a folder, its metadata inside */
	rc = buf_printf(&path, "%s/%s%s", site, entry, kind == 2 ? "/EGG-INFO" : "");
	if (rc)
		return rc;
	dist->info = buf_steal(&path);
	rc = set_name(dist, entry, size);
	if (!rc && kind == 3)
		rc = follow_link(dist);
	return rc;
}

/* ---- its files ---- */

static int read_part(const struct python_dist *dist, const char *name, size_t limit,
		     struct buf *out)
{
	struct buf path = {};
	int rc = buf_printf(&path, "%s/%s", dist->info, name);

	buf_clear(out);
	if (rc)
		return rc;
	rc = fs_read_regular(path.data, limit, out);
	buf_release(&path);
	if (rc && rc != -EFBIG)
		buf_clear(out);
	return rc == -ENOMEM ? rc : 0;
}

static int from_hex(const char *text)
{
	unsigned value;

	return isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]) &&
			       sscanf(text, "%2x", &value) == 1
		       ? (int)value
		       : -1;
}

/* The path of "file:///some%20where"; NULL for other addresses. */
static char *path_of_url(const char *url)
{
	char *path, *to;

	if (!url || strncmp(url, "file:///", 8) != 0)
		return NULL;
	path = to = strdup(url + 7);
	for (const char *from = path; from && *from; from++) {
		int byte = *from == '%' ? from_hex(from + 1) : -1;

		*to++ = byte > 0 ? (char)byte : *from;
		from += byte > 0 ? 2 : 0;
	}
	while (path && to > path + 1 && to[-1] == '/')
		to--;
	if (path)
		*to = '\0';
	return path;
}

/* PEP 610. */
static int find_project(struct python_dist *dist)
{
	struct buf text = {};
	int rc = read_part(dist, "direct_url.json", LIST_MAX, &text);
	cJSON *url = cJSON_ParseWithLength(buf_text(&text), text.size);
	const cJSON *folder = cJSON_GetObjectItemCaseSensitive(url, "dir_info");

	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(folder, "editable")))
		dist->project = path_of_url(
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(url, "url")));
	cJSON_Delete(url);
	buf_release(&text);
	return rc;
}

int python_dist_read_files(struct python_dist *dist)
{
	int rc = read_part(dist, "RECORD", RECORD_MAX, &dist->record);

	if (!rc && !dist->record.size)
		rc = read_part(dist, "installed-files.txt", RECORD_MAX, &dist->record);
	dist->has_record = dist->record.size > 0;
	if (!rc && !dist->project)
		rc = find_project(dist);
	return rc;
}

/* The first field of a line of comma-separated values. */
static int take_field(const char *line, size_t size, struct buf *out)
{
	const char *comma;
	int rc = 0;

	if (!size || line[0] != '"') {
		comma = memchr(line, ',', size);
		return buf_add(out, line, comma ? (size_t)(comma - line) : size);
	}
	for (size_t i = 1; i < size && !rc; i++) {
		if (line[i] == '"' && (i + 1 >= size || line[++i] != '"'))
			break;
		rc = buf_add(out, line + i, 1);
	}
	return rc;
}

bool python_dist_next_file(const struct python_dist *dist, size_t *at, struct buf *path)
{
	bool egg = strcmp(fs_extension(dist->info), ".egg-info") == 0;

	while (*at < dist->record.size) {
		const char *line = dist->record.data + *at;
		const char *end = memchr(line, '\n', dist->record.size - *at);
		size_t size = end ? (size_t)(end - line) : dist->record.size - *at;

		*at += size + 1;
		while (size && line[size - 1] == '\r')
			size--;
		buf_clear(path);
		if (take_field(line, size, path))
			return false;
		/* installed-files.txt tells from the metadata's own folder */
		if (egg && path->size > 3 && memcmp(path->data, "../", 3) == 0) {
			memmove(path->data, path->data + 3, path->size - 2);
			path->size -= 3;
		}
		if (path->size && path->data[0] != '/' && path->data[0] != '.' &&
		    !memchr(path->data, '\0', path->size))
			return true;
	}
	return false;
}

int python_dist_top_level(const struct python_dist *dist, struct buf *out)
{
	return read_part(dist, "top_level.txt", LIST_MAX, out);
}

/* ---- its metadata ---- */

/* Whether a marker holds for no environment but with an extra: "extra == 'test' and ...". */
static bool needs_extra(const char *marker)
{
	while (marker) {
		const char *other = strstr(marker, " or "), *extra = strstr(marker, "extra");

		if (!extra || (other && extra > other))
			return false;
		marker = other ? other + 4 : NULL;
	}
	return true;
}

/* "name[extras] (>=1.0) ; marker" */
static int add_requirement(struct python_dist *dist, const char *text)
{
	const char *marker = strchr(text, ';');
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || (text[size] && strchr("._-", text[size])))
		size++;
	if (!size || size > PACKAGE_TEXT_MAX || dist->requires.count >= REQUIRES_MAX ||
	    (marker && needs_extra(marker)))
		return 0;
	return package_texts_add(&dist->requires, text, size);
}

static int take_header(struct python_dist *dist, char *line)
{
	char *value = strchr(line, ':');

	if (!value)
		return 0;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Requires-Dist") == 0)
		return add_requirement(dist, value);
	if (!package_text_good(value))
		return 0;
	if (strcasecmp(line, "Name") == 0)
		return set_text(&dist->name, value, strlen(value));
	if (strcasecmp(line, "Version") == 0)
		return set_text(&dist->version, value, strlen(value));
	return 0;
}

/* Headers as of a mail, up to an empty line. */
static int take_headers(struct python_dist *dist, struct buf *text)
{
	char *next = text->data;
	int rc = 0;

	while (next && !rc) {
		char *line = strsep(&next, "\n");
		size_t size = strlen(line);

		if (size && line[size - 1] == '\r')
			line[size - 1] = '\0';
		if (!*line)
			break;
		rc = take_header(dist, line);
	}
	return rc;
}

/* Of eggs: a line each; "[extra]" begins what an extra needs, "[:marker]" what a system does. */
static int take_requires(struct python_dist *dist, struct buf *text)
{
	char *next = text->data;
	bool wanted = true;
	int rc = 0;

	while (next && !rc) {
		char *line = strsep(&next, "\n");

		if (*line == '[')
			wanted = line[1] == ':';
		else if (wanted)
			rc = add_requirement(dist, line);
	}
	return rc;
}

int python_dist_read_metadata(struct python_dist *dist)
{
	struct buf text = {};
	int rc = read_part(dist, "METADATA", METADATA_MAX, &text);

	if (!rc && !text.size)
		rc = read_part(dist, "PKG-INFO", METADATA_MAX, &text);
	/* the oldest form is a file by itself */
	if (!rc && !text.size && fs_read_regular(dist->info, METADATA_MAX, &text) == -ENOMEM)
		rc = -ENOMEM;
	if (!rc)
		rc = take_headers(dist, &text);
	if (!rc && !dist->requires.count)
		rc = read_part(dist, "requires.txt", LIST_MAX, &text);
	if (!rc && !dist->requires.count)
		rc = take_requires(dist, &text);
	buf_release(&text);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* package_facts_node.c - the Node.js packages of which a start opened files */
#include "package_facts_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "fs.h"
#include "map.h"
#include "units.h"

#define JSON_MAX     (8 * MIB)
#define REQUIRES_MAX 4096

struct node_package {
	char *home;	     /* the real path of its folder */
	package_texts paths; /* that, and the links by which it was opened */
};

struct reader {
	VEC(struct node_package) packages;
	struct map homes; /* path of a home or of a link to it -> package */
	struct buf *lines;
};

static void reader_release(struct reader *reader)
{
	vec_foreach(package, &reader->packages) {
		free(package->home);
		package_texts_release(&package->paths);
	}
	vec_release(&reader->packages);
	map_release(&reader->homes);
}

/* ---- which packages ---- */

/* The package of a folder that is known by its real path, added where it is new. */
static int add_home(struct reader *reader, const char *real, uint64_t *number)
{
	struct node_package *package;

	if (map_get(&reader->homes, real, strlen(real), number))
		return 0;
	*number = reader->packages.count;
	package = vec_add(&reader->packages);
	if (!package)
		return -ENOMEM;
	package->home = strdup(real);
	if (!package->home || package_texts_add(&package->paths, real, strlen(real)))
		return -ENOMEM;
	return map_set(&reader->homes, real, strlen(real), *number);
}

static int add_file(struct reader *reader, const char *path)
{
	enum event_runtime_kind kind = EVENT_RUNTIME_NONE;
	size_t end = packages_path_end(path, &kind, NULL);
	uint64_t number;
	char *home, *real;
	int rc;

	if (path[0] != '/' || !end || kind != EVENT_RUNTIME_NODE ||
	    map_get(&reader->homes, path, end, NULL))
		return 0;
	home = strndup(path, end);
	if (!home)
		return -ENOMEM;
	real = realpath(home, NULL);
	rc = real ? add_home(reader, real, &number) : 0;
	if (!rc && real && strcmp(real, home) != 0) {
		rc = map_set(&reader->homes, home, end, number);
		if (!rc)
			rc = package_texts_add(&reader->packages.items[number].paths, home, end);
	}
	free(real);
	free(home);
	return rc;
}

/* ---- what they declare ---- */

/* Whether the folder is there; then, if it is that of a package of the start, its number. */
static bool is_there(const struct reader *reader, const char *path, bool *known, uint64_t *number)
{
	struct stat st;
	char *real;

	*known = map_get(&reader->homes, path, strlen(path), number);
	if (*known)
		return true;
	if (lstat(path, &st) || (!S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)))
		return false;
	if (S_ISDIR(st.st_mode))
		return true;
	real = realpath(path, NULL);
	*known = real && map_get(&reader->homes, real, strlen(real), number);
	free(real);
	return real != NULL;
}

/* Looks for a dependency as Node does. What is found but was not opened is left out. */
static int resolve(const struct reader *reader, const char *home, const char *name,
		   package_texts *out)
{
	struct buf path = {};
	bool known = false, there = false;
	uint64_t number;
	int rc = 0;

	for (size_t size = strlen(home); size > 0 && !there && !rc; size--) {
		static const char modules[] = "/node_modules";
		size_t length = strlen(modules);
		bool inside = size > length && !memcmp(home + size - length, modules, length);

		if (home[size] && home[size] != '/')
			continue;
		buf_clear(&path);
		rc = buf_printf(&path, "%.*s%s/%s", (int)size, home, inside ? "" : modules, name);
		if (!rc)
			there = is_there(reader, path.data, &known, &number);
	}
	buf_clear(&path);
	if (!rc && !there)
		rc = buf_printf(&path, "/usr/share/nodejs/%s", name);
	if (!rc && !there)
		is_there(reader, path.data, &known, &number);
	buf_release(&path);
	if (!rc && known) {
		const char *found = reader->packages.items[number].home;

		rc = package_texts_add(out, found, strlen(found));
	}
	return rc;
}

static bool is_optional(const cJSON *manifest, const char *name)
{
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(manifest, "peerDependenciesMeta");

	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(all, name), "optional"));
}

/* A peer that is optional is not needed: where it is used all the same, the edge shows it. */
static int add_requires(const struct reader *reader, const char *home, const cJSON *manifest,
			package_texts *out)
{
	static const char *const keys[] = {"dependencies", "optionalDependencies",
					   "peerDependencies"};
	int rc = 0, left = REQUIRES_MAX;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const cJSON *list = cJSON_GetObjectItemCaseSensitive(manifest, keys[i]), *item;

		if (!cJSON_IsObject(list))
			continue;
		cJSON_ArrayForEach(item, list) {
			if (rc || left-- <= 0)
				break;
			if (!package_text_good(item->string) || item->string[0] == '.' ||
			    strstr(item->string, "/.") ||
			    (i == 2 && is_optional(manifest, item->string)))
				continue;
			rc = resolve(reader, home, item->string, out);
		}
	}
	return rc;
}

static int write_package(const struct reader *reader, const struct node_package *package,
			 const cJSON *manifest)
{
	const char *version = cJSON_GetStringValue(
			   cJSON_GetObjectItemCaseSensitive(manifest, "version")),
		   *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(manifest, "name"));
	package_texts requires = {};
	int rc = add_requires(reader, package->home, manifest, &requires);
	struct packages_fact fact = {
		.runtime = EVENT_RUNTIME_NODE,
		.name = name,
		.version = package_text_good(version) ? version : NULL,
		.home = package->home,
		.paths = (const char *const *)package->paths.items,
		.paths_count = package->paths.count,
		.requires = (const char *const *) requires.items,
		.requires_count = requires.count,
	};

	if (!rc)
		rc = package_facts_write(&fact, reader->lines);
	package_texts_release(&requires);
	return rc;
}

/* One without a name in its manifest has that of its folder: it is known by its path then. */
static int read_package(const struct reader *reader, const struct node_package *package)
{
	struct buf path = {}, text = {};
	cJSON *manifest = NULL;
	const cJSON *name;
	int rc = buf_printf(&path, "%s/package.json", package->home);

	if (!rc && fs_read_regular(path.data, JSON_MAX, &text) == 0) {
		const char *start = buf_text(&text);
		size_t mark = text.size >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		manifest = cJSON_ParseWithLength(start + mark, text.size - mark);
	}
	name = cJSON_GetObjectItemCaseSensitive(manifest, "name");
	if (!rc && cJSON_IsObject(manifest) && package_text_good(cJSON_GetStringValue(name)))
		rc = write_package(reader, package, manifest);
	cJSON_Delete(manifest);
	buf_release(&text);
	buf_release(&path);
	return rc;
}

int package_facts_node(const struct package_files *files, struct buf *lines)
{
	struct reader reader = {.lines = lines};
	int rc = 0;

	for (size_t i = 0; i < files->count && !rc; i++)
		rc = add_file(&reader, files->paths[i]);
	vec_foreach(package, &reader.packages)
		if (!rc)
			rc = read_package(&reader, package);
	reader_release(&reader);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* package_facts_python.c - the Python distributions of which a start opened files */
#include "package_facts_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "map.h"
#include "units.h"

#define ENTRIES_MAX 100000	/* of a folder that are looked at */
#define DISTS_MAX   10000	/* of a folder */
#define RECORDS_MAX (256 * MIB) /* of one folder, together */
#define FOLDERS_MAX 2000	/* that are looked at for metadata */

#define SHARED (1ull << 32) /* in |owners|: others have files there too; the rest is the first */

/* A folder of packages: what is opened in it is told from there. */
struct site {
	char *folder;
	package_texts opened; /* relative, sources for cached files */
	struct map tops;      /* the first parts of these */
	VEC(struct python_dist) dists;
	struct map owners; /* relative path of a file or folder -> distribution */
	struct map found;  /* paths that are among their distribution's already */
};

struct reader {
	const struct package_files *files;
	VEC(struct site) sites;
	struct map folders; /* path -> its site, or NO_SITE */
	struct buf *lines, space;
};
#define NO_SITE UINT64_MAX

static void reader_release(struct reader *reader)
{
	vec_foreach(site, &reader->sites) {
		free(site->folder);
		package_texts_release(&site->opened);
		map_release(&site->tops);
		map_release(&site->owners);
		map_release(&site->found);
		vec_foreach(dist, &site->dists)
			python_dist_release(dist);
		vec_release(&site->dists);
	}
	vec_release(&reader->sites);
	map_release(&reader->folders);
	buf_release(&reader->space);
}

/* ---- which folders ---- */

static bool is_metadata(const char *name)
{
	const char *end = fs_extension(name);

	return strcmp(end, ".dist-info") == 0 || strcmp(end, ".egg-info") == 0;
}

/* As pip leaves it; a project's own egg-info makes its modules no installed package. */
static bool holds_metadata(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	bool found = false;

	for (int i = 0; folder && !found && i < ENTRIES_MAX && (entry = readdir(folder)); i++)
		found = strcmp(fs_extension(entry->d_name), ".dist-info") == 0;
	if (folder)
		closedir(folder);
	return found;
}

static int add_site(struct reader *reader, const char *folder, size_t size, uint64_t *number)
{
	struct site *site = vec_add(&reader->sites);

	if (!site)
		return -ENOMEM;
	*number = reader->sites.count - 1;
	site->folder = strndup(folder, size);
	return site->folder ? map_set(&reader->folders, folder, size, *number) : -ENOMEM;
}

/* The nearest folder above a file that holds metadata: of `pip install --target`. 0: none. */
static int find_site_above(struct reader *reader, const char *path, size_t *size, uint64_t *number)
{
	for (*size = strlen(path); *size > 0; --*size) {
		char *folder;
		bool found;

		if (path[*size] != '/')
			continue;
		if (map_get(&reader->folders, path, *size, number)) {
			if (*number == NO_SITE)
				continue;
			return 0;
		}
		if (reader->folders.count >= FOLDERS_MAX)
			continue;
		folder = strndup(path, *size);
		found = folder && holds_metadata(folder);
		free(folder);
		if (found)
			return add_site(reader, path, *size, number);
		if (map_set(&reader->folders, path, *size, NO_SITE))
			return -ENOMEM;
	}
	return 0;
}

static bool is_python_file(const char *path)
{
	const char *end = fs_extension(path);

	return strcmp(end, ".py") == 0 || strcmp(end, ".pyc") == 0 || strcmp(end, ".so") == 0;
}

static size_t top_size(const char *relative)
{
	return strcspn(relative, "/");
}

static int add_opened(struct site *site, const char *relative)
{
	size_t top = top_size(relative);
	char *name = strndup(relative, top);
	bool metadata = name && is_metadata(name);
	int rc = name ? 0 : -ENOMEM;

	free(name);
	/* who lists what is installed opens metadata of all */
	if (rc || metadata)
		return rc;
	rc = map_set(&site->tops, relative, top, 0);
	return rc ? rc : package_texts_add(&site->opened, relative, strlen(relative));
}

static int add_file(struct reader *reader, const char *path)
{
	enum event_runtime_kind kind = EVENT_RUNTIME_NONE;
	size_t folder = 0, end = packages_path_end(path, &kind, &folder);
	uint64_t number;
	int rc;

	if (path[0] != '/' || (end && kind != EVENT_RUNTIME_PYTHON))
		return 0;
	buf_clear(&reader->space);
	rc = packages_source(path, &reader->space);
	if (!rc && reader->space.size)
		path = reader->space.data;
	/* what lies in __pycache__ of the folder itself has its name only now */
	end = packages_path_end(path, &kind, &folder);
	if (!rc && !end && is_python_file(path) && !packages_is_library(path))
		rc = find_site_above(reader, path, &folder, &number);
	else if (!rc && end && !map_get(&reader->folders, path, folder, &number))
		rc = add_site(reader, path, folder, &number);
	if (rc || !folder)
		return rc;
	return add_opened(&reader->sites.items[number], path + folder + 1);
}

/* ---- who owns what ---- */

static int claim(struct site *site, size_t dist, const char *path, size_t size)
{
	uint64_t owner = dist;

	if (map_get(&site->owners, path, size, &owner)) {
		if (owner & SHARED || owner == dist)
			return 0;
		owner |= SHARED;
	}
	return map_set(&site->owners, path, size, owner);
}

static bool is_shared(const struct site *site, const char *path, size_t size)
{
	uint64_t owner;

	return map_get(&site->owners, path, size, &owner) && owner & SHARED;
}

/* First who has files in each folder that was opened; then, in shared ones, each path. */
static int claim_record(struct site *site, size_t number, bool deep, struct buf *path)
{
	const struct python_dist *dist = &site->dists.items[number];
	size_t at = 0;
	int rc = 0;

	while (!rc && python_dist_next_file(dist, &at, path)) {
		size_t top = top_size(path->data);

		if (!map_get(&site->tops, path->data, top, NULL))
			continue;
		if (!deep)
			rc = claim(site, number, path->data, top);
		else if (is_shared(site, path->data, top))
			for (size_t size = top + 1; size <= path->size && !rc; size++)
				if (!path->data[size] || path->data[size] == '/')
					rc = claim(site, number, path->data, size);
	}
	return rc;
}

/* Whether a file or folder is the module |name|: "x", "x.py", "x.cpython-311-...so". */
static bool is_module(const char *file, size_t size, const char *name, size_t name_size)
{
	return size >= name_size && memcmp(file, name, name_size) == 0 &&
	       (size == name_size || file[name_size] == '.');
}

static int claim_module(struct site *site, size_t number, const char *name, size_t size)
{
	size_t cursor = 0, top_size;
	const void *top;
	uint64_t unused;
	int rc = 0;

	while (!rc && size && map_next(&site->tops, &cursor, &top, &top_size, &unused))
		if (is_module(top, top_size, name, size))
			rc = claim(site, number, top, top_size);
	return rc;
}

static int claim_top_level(struct site *site, size_t number, struct buf *text)
{
	int rc = python_dist_top_level(&site->dists.items[number], text);

	for (const char *line = buf_text(text); *line && !rc;) {
		size_t size = strcspn(line, "\r\n");

		rc = claim_module(site, number, line, size);
		line += size + strspn(line + size, "\r\n");
	}
	return rc;
}

/* What nobody claims belongs to one that says nothing of its files and is called alike. */
static int claim_by_name(struct site *site, size_t number, struct buf *name)
{
	static const char *const before[] = {"", "python_", "py"};
	int rc = python_module_name(site->dists.items[number].name, name);
	size_t cursor = 0, size;
	const void *top;
	uint64_t unused;

	while (!rc && map_next(&site->tops, &cursor, &top, &size, &unused))
		for (size_t i = 0; i < sizeof(before) / sizeof(*before) && !rc; i++) {
			const char *stem = buf_text(name) + strlen(before[i]);

			if (strncmp(buf_text(name), before[i], strlen(before[i])) == 0 && *stem &&
			    is_module(top, size, stem, strlen(stem)) &&
			    !map_get(&site->owners, top, size, NULL))
				rc = claim(site, number, top, size);
		}
	return rc;
}

static int add_dist(struct site *site, const char *entry)
{
	struct python_dist *dist = vec_add(&site->dists);
	int rc = dist ? python_dist_begin(dist, site->folder, entry) : -ENOMEM;

	if (!rc && !dist->name)
		site->dists.count--;
	return rc;
}

static int read_dists(struct site *site)
{
	DIR *folder = opendir(site->folder);
	const struct dirent *entry;
	size_t bytes = 0;
	int rc = 0;

	for (int i = 0; folder && i < ENTRIES_MAX && site->dists.count < DISTS_MAX && !rc; i++) {
		entry = readdir(folder);
		if (!entry)
			break;
		rc = add_dist(site, entry->d_name);
	}
	if (folder)
		closedir(folder);
	vec_foreach(dist, &site->dists) {
		if (!rc && bytes < RECORDS_MAX)
			rc = python_dist_read_files(dist);
		bytes += dist->record.size;
	}
	return rc;
}

/* An egg owns its own folder. */
static int claim_egg(struct site *site, size_t number)
{
	const char *info = site->dists.items[number].info, *name = info + strlen(site->folder) + 1;
	size_t size = top_size(name);

	if (name[size] != '/' || !map_get(&site->tops, name, size, NULL))
		return 0;
	return claim(site, number, name, size);
}

static bool any_is_shared(const struct site *site)
{
	size_t cursor = 0, size;
	const void *top;
	uint64_t unused;

	while (map_next(&site->tops, &cursor, &top, &size, &unused))
		if (is_shared(site, top, size))
			return true;
	return false;
}

static int claim_all(struct site *site, struct buf *space)
{
	int rc = 0;
	bool shared;

	for (size_t i = 0; i < site->dists.count && !rc; i++) {
		const struct python_dist *dist = &site->dists.items[i];

		if (dist->has_record)
			rc = claim_record(site, i, false, space);
		else if (!dist->project)
			rc = claim_top_level(site, i, space);
		if (!rc && !dist->project)
			rc = claim_egg(site, i);
	}
	shared = any_is_shared(site);
	for (size_t i = 0; i < site->dists.count && !rc && shared; i++)
		if (site->dists.items[i].has_record)
			rc = claim_record(site, i, true, space);
	for (size_t i = 0; i < site->dists.count && !rc; i++)
		if (!site->dists.items[i].has_record && !site->dists.items[i].project)
			rc = claim_by_name(site, i, space);
	return rc;
}

/* ---- what was opened ---- */

static int add_path(struct site *site, size_t dist, const char *relative, size_t size)
{
	struct buf path = {};
	int rc = 0;

	if (map_get(&site->found, relative, size, NULL))
		return 0;
	rc = map_set(&site->found, relative, size, 0);
	if (!rc)
		rc = buf_printf(&path, "%s/%.*s", site->folder, (int)size, relative);
	if (!rc)
		rc = package_texts_add(&site->dists.items[dist].paths, path.data, path.size);
	buf_release(&path);
	return rc;
}

/* The highest path that one distribution has alone; of a file that several list the first has it.
 */
static int find_owner(struct site *site, const char *relative)
{
	uint64_t owner;

	for (size_t size = top_size(relative);; size += 1 + top_size(relative + size + 1)) {
		if (!map_get(&site->owners, relative, size, &owner))
			return 0;
		if (!(owner & SHARED) || !relative[size])
			return add_path(site, (size_t)(owner & ~SHARED), relative, size);
		if (!relative[size + 1])
			return 0;
	}
}

/* An editable one has what was opened in its project but lies in no folder of packages. */
static int find_project_files(const struct reader *reader, struct python_dist *dist)
{
	size_t size = dist->project ? strlen(dist->project) : 0;
	enum event_runtime_kind kind;

	for (size_t i = 0; i < reader->files->count && size > 1; i++) {
		const char *path = reader->files->paths[i];
		size_t folder = 0;

		if (strncmp(path, dist->project, size) != 0 || path[size] != '/')
			continue;
		packages_path_end(path, &kind, &folder);
		if (folder <= size)
			return package_texts_add(&dist->paths, dist->project, size);
	}
	return 0;
}

static int write_dist(const struct reader *reader, struct python_dist *dist)
{
	char *real = realpath(dist->info, NULL);
	int rc = python_dist_read_metadata(dist);
	struct packages_fact fact = {
		.runtime = EVENT_RUNTIME_PYTHON,
		.name = dist->name,
		.version = package_text_good(dist->version) ? dist->version : NULL,
		/* a folder that is reached by two paths holds one copy */
		.home = real ? real : dist->info,
		.paths = (const char *const *)dist->paths.items,
		.paths_count = dist->paths.count,
		.requires = (const char *const *)dist->requires.items,
		.requires_count = dist->requires.count,
	};

	if (!rc && package_text_good(dist->name))
		rc = package_facts_write(&fact, reader->lines);
	free(real);
	return rc;
}

static int read_site(struct reader *reader, struct site *site)
{
	int rc = read_dists(site);

	if (!rc)
		rc = claim_all(site, &reader->space);
	vec_foreach(relative, &site->opened)
		if (!rc)
			rc = find_owner(site, *relative);
	vec_foreach(dist, &site->dists) {
		if (!rc)
			rc = find_project_files(reader, dist);
		if (!rc && dist->paths.count)
			rc = write_dist(reader, dist);
		buf_release(&dist->record);
	}
	return rc;
}

int package_facts_python(const struct package_files *files, struct buf *lines)
{
	struct reader reader = {.files = files, .lines = lines};
	int rc = 0;

	for (size_t i = 0; i < files->count && !rc; i++)
		rc = add_file(&reader, files->paths[i]);
	vec_foreach(site, &reader.sites)
		if (!rc)
			rc = read_site(&reader, site);
	reader_release(&reader);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* compare_blame_files.c - packages, files and searched folders that one side alone has */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_blame.h"
#include "compare_path.h"
#include "map.h"
#include "units.h"

#define SHOWN 40 /* of files and folders each: the rest is one line */

/* All of one package, of one file of no package, or of one folder. */
struct owner {
	char *name;
	bool is_package, is_folder;
	int64_t base_count, new_count;	  /* files that were opened, or look-ups */
	int64_t time_ns;		  /* new less base */
	int64_t alone;			  /* files that one side alone has, or that changed */
	char *base_version, *new_version; /* of all its copies */
};

struct blamer {
	VEC(struct owner) owners;
	struct map owner_index; /* "p", "f" or "d" and the name */
	struct map seen;	/* "kind and key" -> the read bytes of the base's file */
	struct buf key;
	/* what each side has, and what those that are not of both have in common */
	struct map base_paths, new_paths;
	size_t base_prefix, new_prefix;
	const char *base_cwd, *new_cwd; /* NULL: not known, or the same */
};

static void blamer_release(struct blamer *blamer)
{
	vec_foreach(owner, &blamer->owners) {
		free(owner->name);
		free(owner->base_version);
		free(owner->new_version);
	}
	vec_release(&blamer->owners);
	map_release(&blamer->owner_index);
	map_release(&blamer->seen);
	map_release(&blamer->base_paths);
	map_release(&blamer->new_paths);
	buf_release(&blamer->key);
}

static struct owner *find_owner(struct blamer *blamer, char kind, const char *name)
{
	struct buf key = {0};
	struct owner *owner = NULL;
	uint64_t at;

	if (buf_add(&key, &kind, 1) || buf_puts(&key, name))
		goto out;
	if (map_get(&blamer->owner_index, key.data, key.size, &at)) {
		owner = &blamer->owners.items[at];
		goto out;
	}
	at = blamer->owners.count;
	if (map_set(&blamer->owner_index, key.data, key.size, at))
		goto out;
	owner = vec_add(&blamer->owners);
	if (!owner)
		goto out;
	owner->is_package = kind == 'p';
	owner->is_folder = kind == 'd';
	owner->name = strdup(name);
	if (!owner->name)
		owner = NULL;
out:
	buf_release(&key);
	return owner;
}

/* ---- the same place in two checkouts ---- */

static bool is_of_the_system(const char *path)
{
	static const char *const roots[] = {"/usr/", "/lib", "/etc/", "/proc/",
					    "/sys/", "/dev", "/bin/"};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strncmp(path, roots[i], strlen(roots[i])) == 0)
			return true;
	return strstr(path, "/node_modules/") || strstr(path, "-packages/");
}

static bool is_in(const struct map *paths, const char *path)
{
	return map_get(paths, path, strlen(path), NULL);
}

/* Of a checkout, and not at the same place in the other one. */
static bool is_loose(const char *path, const struct map *other)
{
	return path && path[0] == '/' && !is_of_the_system(path) && !is_in(other, path);
}

/* How much all loose paths of a side have in common, up to a slash. */
static size_t common_prefix(const struct result_workload *workload, const struct map *other)
{
	const char *first = NULL;
	size_t common = 0;

	vec_foreach(file, &workload->files) {
		const char *path = file->path;
		size_t same = 0;

		if (!is_loose(path, other))
			continue;
		if (!first) {
			first = path;
			common = strlen(path);
		}
		while (same < common && path[same] == first[same])
			same++;
		common = same;
	}
	while (common && first[common - 1] != '/')
		common--;
	return common;
}

static int list_paths(const struct result_workload *workload, struct map *out)
{
	int rc = 0;

	vec_foreach(file, &workload->files)
		if (file->path && !rc)
			rc = map_set(out, file->path, strlen(file->path), 0);
	vec_foreach(folder, &workload->folders)
		if (folder->path && !rc)
			rc = map_set(out, folder->path, strlen(folder->path), 0);
	return rc;
}

static int find_prefixes(struct blamer *blamer, const struct result_workload *base,
			 const struct result_workload *new)
{
	int rc = list_paths(base, &blamer->base_paths);

	if (!rc)
		rc = list_paths(new, &blamer->new_paths);
	blamer->base_prefix = common_prefix(base, &blamer->new_paths);
	blamer->new_prefix = common_prefix(new, &blamer->base_paths);
	/* one side alone has files of its own: the checkouts are the same */
	if (!blamer->base_prefix || !blamer->new_prefix)
		blamer->base_prefix = blamer->new_prefix = 0;
	if (base->cwd && new->cwd && strcmp(base->cwd, new->cwd) != 0) {
		blamer->base_cwd = base->cwd;
		blamer->new_cwd = new->cwd;
	}
	return rc;
}

/* The path as it is in both; the folder of a checkout is ".". */
static int key_of(struct blamer *blamer, const char *path, bool new)
{
	const struct map *other = new ? &blamer->base_paths : &blamer->new_paths;
	size_t prefix = new ? blamer->new_prefix : blamer->base_prefix;
	const char *rest = compare_path_inside(path, new ? blamer->new_cwd : blamer->base_cwd);

	buf_clear(&blamer->key);
	if (rest)
		return buf_printf(&blamer->key, ".%s", rest);
	if (prefix > 1 && strlen(path) > prefix && is_loose(path, other))
		return buf_printf(&blamer->key, "./%s", path + prefix);
	return compare_path_key(path, &blamer->key) ? -ENOMEM : 0;
}

/* ---- files ---- */

static struct owner *owner_of(struct blamer *blamer, const char *path)
{
	struct buf package = {0};
	struct owner *owner = NULL;

	if (compare_path_package(path, &package) == 0)
		owner = package.size ? find_owner(blamer, 'p', buf_text(&package))
				     : find_owner(blamer, 'f', buf_text(&blamer->key));
	buf_release(&package);
	return owner;
}

static int64_t known(int64_t value)
{
	return value == RESULT_ABSENT ? 0 : value;
}

static bool was_opened(const struct result_file *file)
{
	return file->path && known(file->opened_count) > 0;
}

/* How much of it was read tells of its content; the kernel's own files say more or less each time.
 */
static uint64_t content_of(const struct result_file *file)
{
	bool kernels = !strncmp(file->path, "/proc/", 6) || !strncmp(file->path, "/sys/", 5);

	return kernels ? 0 : (uint64_t)known(file->read_bytes);
}

static int add_base(struct blamer *blamer, const struct result_workload *base)
{
	vec_foreach(file, &base->files) {
		struct owner *owner;

		if (!was_opened(file))
			continue;
		if (key_of(blamer, file->path, false) ||
		    map_set(&blamer->seen, blamer->key.data, blamer->key.size, content_of(file)))
			return -ENOMEM;
		owner = owner_of(blamer, file->path);
		if (!owner)
			return -ENOMEM;
		owner->base_count++;
		owner->alone++; /* until it is found on the other side */
		owner->time_ns = units_difference(owner->time_ns, known(file->time_ns));
	}
	return 0;
}

static int add_new(struct blamer *blamer, const struct result_workload *new)
{
	vec_foreach(file, &new->files) {
		struct owner *owner;
		uint64_t bytes;

		if (!was_opened(file))
			continue;
		if (key_of(blamer, file->path, true))
			return -ENOMEM;
		owner = owner_of(blamer, file->path);
		if (!owner)
			return -ENOMEM;
		owner->new_count++;
		owner->time_ns = units_sum(owner->time_ns, known(file->time_ns));
		if (!map_get(&blamer->seen, blamer->key.data, blamer->key.size, &bytes))
			owner->alone++;
		else if (bytes == content_of(file))
			owner->alone--;
	}
	return 0;
}

/* ---- folders that were searched in vain ---- */

static int add_folders(struct blamer *blamer, const struct result_workload *workload, bool new)
{
	vec_foreach(folder, &workload->folders) {
		struct owner *owner;
		int64_t count = known(folder->enoent_count), time_ns = known(folder->time_ns);

		if (!folder->path)
			continue;
		if (key_of(blamer, folder->path, new))
			return -ENOMEM;
		owner = find_owner(blamer, 'd', buf_text(&blamer->key));
		if (!owner)
			return -ENOMEM;
		owner->alone = 1;
		if (new) {
			owner->new_count = units_sum(owner->new_count, count);
			owner->time_ns = units_sum(owner->time_ns, time_ns);
		} else {
			owner->base_count = units_sum(owner->base_count, count);
			owner->time_ns = units_difference(owner->time_ns, time_ns);
		}
	}
	return 0;
}

/* ---- packages ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All versions of the copies that are loaded, "2.0.0, 2.1.3"; NULL: none is known. */
static int versions_of(const struct result_workload *workload, const char *name, char **out)
{
	VEC(char *) versions = {0};
	struct buf text = {0};
	int rc = 0;

	vec_foreach(package, &workload->packages)
		if (!rc && package->name && package->version && strcmp(package->name, name) == 0)
			rc = vec_push(&versions, package->version);
	if (versions.count)
		qsort(versions.items, versions.count, sizeof(char *), by_text);
	for (size_t i = 0; i < versions.count && !rc; i++)
		if (!i || strcmp(versions.items[i], versions.items[i - 1]) != 0)
			rc = buf_printf(&text, "%s%s", text.size ? ", " : "", versions.items[i]);
	if (!rc && text.size)
		*out = buf_steal(&text);
	vec_release(&versions);
	buf_release(&text);
	return rc ? -ENOMEM : 0;
}

/* A package of other versions is a cause, if any of its files was opened. */
static int set_versions(struct blamer *blamer, const struct result_workload *base,
			const struct result_workload *new)
{
	int rc = 0;

	vec_foreach(owner, &blamer->owners) {
		if (rc || !owner->is_package)
			continue;
		rc = versions_of(base, owner->name, &owner->base_version);
		if (!rc)
			rc = versions_of(new, owner->name, &owner->new_version);
	}
	return rc;
}

static bool has_other_version(const struct owner *owner)
{
	return owner->base_version && owner->new_version &&
	       strcmp(owner->base_version, owner->new_version) != 0;
}

static const char *change_of(const struct owner *owner)
{
	if (!owner->base_count)
		return "added";
	if (!owner->new_count)
		return "removed";
	if (owner->base_count == owner->new_count || has_other_version(owner))
		return "changed";
	return owner->new_count > owner->base_count ? "more" : "less";
}

/* ---- causes ---- */

/*
 * A package's bytes differ for other reasons than a change of it (a compiled file holds the path of
 * its source): its versions or the number of its files do tell.
 */
static bool is_cause(const struct owner *owner)
{
	if (owner->is_folder)
		return owner->base_count != owner->new_count;
	if (owner->is_package)
		return owner->base_count != owner->new_count || has_other_version(owner);
	return owner->alone > 0 || has_other_version(owner);
}

static int add_cause(const struct owner *owner, struct comparison_workload *out)
{
	struct comparison_cause *cause = comparison_add(&out->causes, cause);
	int64_t count = units_difference(owner->new_count, owner->base_count);

	if (!cause)
		return -ENOMEM;
	cause->time_ns = owner->time_ns;
	if (owner->is_folder)
		cause->enoent_count = count;
	else
		cause->files_count = count;
	return comparison_text(&cause->kind, owner->is_package	? "package"
					     : owner->is_folder ? "folder"
								: "file") ||
			       comparison_text(&cause->name, owner->name) ||
			       comparison_text(&cause->change, change_of(owner)) ||
			       comparison_text(&cause->base_version, owner->base_version) ||
			       comparison_text(&cause->new_version, owner->new_version)
		       ? -ENOMEM
		       : 0;
}

static int longest_first(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;
	int64_t x = left->time_ns, y = right->time_ns;

	x = x < 0 ? -(x + 1) : x;
	y = y < 0 ? -(y + 1) : y;
	return (x < y) - (x > y);
}

/* What is beyond SHOWN is one cause, so that nothing is lost of the sum. */
static int add_causes(struct blamer *blamer, struct comparison_workload *out)
{
	struct owner rest = {.name = (char *)"other files and folders"};
	size_t shown = 0;
	int rc = 0;

	if (blamer->owners.count)
		qsort(blamer->owners.items, blamer->owners.count, sizeof(struct owner),
		      longest_first);
	vec_foreach(owner, &blamer->owners) {
		if (rc || !is_cause(owner))
			continue;
		if (shown++ < SHOWN) {
			rc = add_cause(owner, out);
			continue;
		}
		rest.time_ns = units_sum(rest.time_ns, owner->time_ns);
		if (!owner->is_folder) {
			rest.base_count = units_sum(rest.base_count, owner->base_count);
			rest.new_count = units_sum(rest.new_count, owner->new_count);
		}
	}
	return rc || shown <= SHOWN ? rc : add_cause(&rest, out);
}

int compare_blame_files(const struct result_workload *base, const struct result_workload *new,
			struct comparison_workload *out)
{
	struct blamer blamer = {0};
	int rc = find_prefixes(&blamer, base, new);

	if (!rc)
		rc = add_base(&blamer, base);
	if (!rc)
		rc = add_new(&blamer, new);
	if (!rc)
		rc = add_folders(&blamer, base, false);
	if (!rc)
		rc = add_folders(&blamer, new, true);
	if (!rc)
		rc = set_versions(&blamer, base, new);
	if (!rc)
		rc = add_causes(&blamer, out);
	blamer_release(&blamer);
	return rc;
}

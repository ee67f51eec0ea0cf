// SPDX-License-Identifier: BSD-2-Clause
/* catalog.c - the workloads that there are, by name, pattern and tag */
#include "catalog.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "nearest.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Whether |folder| is a checkout or an installed share/coldprof; |real| is then its catalog. */
static bool has_catalog(const char *folder, char real[PATH_MAX])
{
	struct buf path = {0};
	bool found = false;

	/* a folder "runtimes" alone may be anybody's */
	if (buf_printf(&path, "%s/reports/schema/workload.schema.json", folder) == 0 &&
	    fs_exists(buf_text(&path))) {
		buf_clear(&path);
		found = buf_printf(&path, "%s/runtimes", folder) == 0 &&
			is_folder(buf_text(&path)) && realpath(buf_text(&path), real);
	}
	buf_release(&path);
	return found;
}

int catalog_own_folder(char **out)
{
	char exe[PATH_MAX], checkout[PATH_MAX + 16], share[PATH_MAX + 32], real[PATH_MAX];
	ssize_t size;

	size = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (size < 0)
		return err_code(errno, "cannot read '/proc/self/exe'");
	exe[size] = '\0';
	*strrchr(exe, '/') = '\0';
	snprintf(checkout, sizeof(checkout), "%s/..", exe);
	snprintf(share, sizeof(share), "%s/../share/coldprof", exe);
	if (!has_catalog(checkout, real) && !has_catalog(share, real) &&
	    !has_catalog(COLDPROF_PREFIX "/share/coldprof", real))
		return err_code(-ENOENT, "cannot find the catalog of '%s/coldprof'", exe);
	*out = strdup(real);
	return *out ? 0 : err_code(-ENOMEM, "cannot find the catalog");
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The names in |folder|, sorted; |*count| of them, to be freed one by one. */
static int list_folder(const char *folder, struct dirent ***out, int *count)
{
	*count = scandir(folder, out, is_visible, alphasort);
	return *count < 0 ? err_code(errno, "cannot read the folder '%s'", folder) : 0;
}

static int add_broken(struct catalog *catalog, const char *name)
{
	char *copy = strdup(name);

	if (copy && vec_push(&catalog->broken, copy) == 0)
		return 0;
	free(copy);
	return err_code(-ENOMEM, "cannot read the catalog");
}

/* One without a workload.json is none: it may hold what several of them share. */
static bool is_workload(const char *folder)
{
	struct buf path = {0};
	bool is = buf_printf(&path, "%s/workload.json", folder) == 0 && fs_exists(path.data);

	buf_release(&path);
	return is;
}

static int add_workload(struct catalog *catalog, const char *folder, const char *name)
{
	const struct workload *other = catalog_find(catalog, name);
	struct workload loaded = {0}, *slot;

	if (!is_workload(folder))
		return 0;
	if (other) {
		warn_print("'%s' is skipped: workload '%s' is that of '%s'", folder, name,
			   other->folder);
		return 0;
	}
	if (workload_load(folder, name, &loaded))
		return add_broken(catalog, name);
	slot = vec_add(&catalog->workloads);
	if (!slot) {
		workload_release(&loaded);
		return err_code(-ENOMEM, "cannot read the catalog");
	}
	*slot = loaded;
	return 0;
}

/* Each folder in |folder| is the workload RUNTIME/its name. */
static int add_runtime(struct catalog *catalog, const char *folder, const char *runtime)
{
	struct buf path = {0}, name = {0};
	struct dirent **entries = NULL;
	int count = 0, err;

	err = list_folder(folder, &entries, &count);
	for (int i = 0; i < count; i++) {
		buf_clear(&path);
		buf_clear(&name);
		if (!err)
			err = buf_printf(&path, "%s/%s", folder, entries[i]->d_name);
		if (!err)
			err = buf_printf(&name, "%s/%s", runtime, entries[i]->d_name);
		if (!err && is_folder(buf_text(&path)))
			err = add_workload(catalog, buf_text(&path), buf_text(&name));
		free(entries[i]);
	}
	free(entries);
	buf_release(&path);
	buf_release(&name);
	return err;
}

int catalog_add_folder(struct catalog *catalog, const char *folder)
{
	struct dirent **entries = NULL;
	char real[PATH_MAX];
	struct buf path = {0};
	int count = 0, err;

	if (!realpath(folder, real))
		return err_code(errno, "cannot read the catalog '%s'", folder);
	err = list_folder(real, &entries, &count);
	for (int i = 0; i < count; i++) {
		buf_clear(&path);
		if (!err)
			err = buf_printf(&path, "%s/%s", real, entries[i]->d_name);
		if (!err && is_folder(buf_text(&path)))
			err = add_runtime(catalog, buf_text(&path), entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	buf_release(&path);
	return err;
}

int catalog_load(struct catalog *catalog, const char *const *folders, size_t count)
{
	char *own = NULL;
	int err;

	err = catalog_own_folder(&own);
	if (!err)
		err = catalog_add_folder(catalog, own);
	for (size_t i = 0; i < count && !err; i++)
		err = catalog_add_folder(catalog, folders[i]);
	free(own);
	return err;
}

void catalog_release(struct catalog *catalog)
{
	if (!catalog)
		return;
	vec_foreach(workload, &catalog->workloads)
		workload_release(workload);
	vec_release(&catalog->workloads);
	vec_foreach(name, &catalog->broken)
		free(*name);
	vec_release(&catalog->broken);
}

const struct workload *catalog_find(const struct catalog *catalog, const char *name)
{
	vec_foreach(workload, &catalog->workloads)
		if (strcmp(workload->name, name) == 0)
			return workload;
	return NULL;
}

/* By its name alone: what |wanted| says of one whose file could not be read. */
static bool names(const char *wanted, const char *name)
{
	if (wanted[0] == '@')
		return strcmp(wanted + 1, CATALOG_ALL_TAG) == 0;
	if (strpbrk(wanted, "*?["))
		return fnmatch(wanted, name, 0) == 0;
	return strcmp(name, wanted) == 0;
}

static bool is_wanted(const struct workload *workload, const char *wanted)
{
	return names(wanted, workload->name) ||
	       (wanted[0] == '@' && workload_has_tag(workload, wanted + 1));
}

static int add_once(catalog_selection *out, const struct workload *workload)
{
	vec_foreach(other, out)
		if (*other == workload)
			return 0;
	return vec_push(out, workload);
}

/* "unknown workload 'node/expres': did you mean node/express?" */
static int unknown(const struct catalog *catalog, const char *wanted)
{
	const char *kind = wanted[0] == '@'	    ? "tag"
			   : strpbrk(wanted, "*?[") ? "workload pattern"
						    : "workload";
	VEC(const char *) known = {0};
	struct buf near = {0};

	if (wanted[0] == '@')
		vec_push(&known, (const char *)CATALOG_ALL_TAG);
	vec_foreach(workload, &catalog->workloads) {
		if (wanted[0] != '@' && vec_push(&known, workload->name))
			break;
		if (wanted[0] == '@')
			vec_foreach(tag, &workload->tags)
				if (vec_push(&known, *tag))
					break;
	}
	nearest_names(wanted + (wanted[0] == '@'), known.items, known.count, &near);
	if (near.size)
		err_print("unknown %s '%s': did you mean %s?", kind, wanted, buf_text(&near));
	else
		err_print("unknown %s '%s': see 'coldprof workloads'", kind, wanted);
	vec_release(&known);
	buf_release(&near);
	return -ENOENT;
}

int catalog_select(const struct catalog *catalog, const char *wanted, catalog_selection *out)
{
	bool found = false;
	int err = 0;

	vec_foreach(workload, &catalog->workloads)
		if (!err && is_wanted(workload, wanted)) {
			found = true;
			err = add_once(out, workload);
		}
	if (err)
		return err_code(err, "cannot select '%s'", wanted);
	vec_foreach(name, &catalog->broken)
		found = found || names(wanted, *name);
	return found ? 0 : unknown(catalog, wanted);
}

bool catalog_wants_broken(const char *name, const char *const *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names(wanted[i], name))
			return true;
	return false;
}

int catalog_select_all(const struct catalog *catalog, const char *const *wanted, size_t count,
		       catalog_selection *out)
{
	int err = 0;

	if (!count)
		return catalog_select(catalog, "@" CATALOG_DEFAULT_TAG, out);
	for (size_t i = 0; i < count && !err; i++)
		err = catalog_select(catalog, wanted[i], out);
	return err;
}

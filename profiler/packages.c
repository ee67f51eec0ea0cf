// SPDX-License-Identifier: BSD-2-Clause
/* packages.c - from a file to the distribution package that it belongs to */
#include "packages.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "fs.h"

void packages_release(struct packages *packages)
{
	if (!packages)
		return;
	vec_foreach(package, &packages->items) {
		free(package->name);
		free(package->version);
		free(package->home);
	}
	vec_foreach(wish, &packages->wishes)
		free(wish->needed);
	vec_release(&packages->items);
	vec_release(&packages->wishes);
	map_release(&packages->homes);
	map_release(&packages->paths);
	*packages = (struct packages){};
}

/* ---- what a path says by itself ---- */

static bool is_word(const char *part, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(part, word, size) == 0;
}

static bool ends_with(const char *text, size_t size, const char *end)
{
	size_t length = strlen(end);

	return size > length && memcmp(text + size - length, end, length) == 0;
}

/* Debian keeps Node.js packages in /usr/share/nodejs. */
static enum event_runtime_kind site_kind(const char *path, size_t at, size_t size)
{
	static const char share[] = "/usr/share/";
	const char *part = path + at;

	if (is_word(part, size, "site-packages") || is_word(part, size, "dist-packages"))
		return EVENT_RUNTIME_PYTHON;
	if (is_word(part, size, "node_modules") ||
	    (at == strlen(share) && !memcmp(path, share, at) && is_word(part, size, "nodejs")))
		return EVENT_RUNTIME_NODE;
	return EVENT_RUNTIME_NONE;
}

/* A path's components, one after another. */
struct walk {
	const char *path;
	size_t at, size; /* of the component */
};

static bool walk_next(struct walk *walk)
{
	walk->at += walk->size;
	walk->at += strspn(walk->path + walk->at, "/");
	walk->size = strcspn(walk->path + walk->at, "/");
	return walk->size > 0;
}

/* The end of the name that follows a folder of packages: of "@scope/name" both parts. 0: none. */
static size_t name_end(const struct walk *folder, enum event_runtime_kind runtime)
{
	struct walk walk = *folder;

	if (!walk_next(&walk))
		return 0;
	/* .pnpm, .bin, .cache and so on are no packages, nor is what __pycache__ holds */
	if (walk.path[walk.at] == '.' || is_word(walk.path + walk.at, walk.size, "__pycache__"))
		return 0;
	if (runtime == EVENT_RUNTIME_NODE && walk.path[walk.at] == '@' && !walk_next(&walk))
		return 0;
	return walk.at + walk.size;
}

size_t packages_path_end(const char *path, enum event_runtime_kind *runtime, size_t *folder)
{
	struct walk walk = {.path = path};
	size_t end = 0;

	while (walk_next(&walk)) {
		enum event_runtime_kind kind = site_kind(path, walk.at, walk.size);
		size_t name = kind == EVENT_RUNTIME_NONE ? 0 : name_end(&walk, kind);

		if (!name)
			continue;
		end = name;
		*runtime = kind;
		if (folder)
			*folder = walk.at + walk.size;
	}
	return end;
}

/* "python3.11", and "python311.zip". */
static bool is_python_version(const char *part, size_t size)
{
	static const char name[] = "python";
	size_t at = strlen(name), digits;

	if (size <= at || memcmp(part, name, at))
		return false;
	digits = strspn(part + at, "0123456789.");
	if (at + digits == size)
		return memchr(part + at, '.', digits) != NULL;
	return digits > 1 && is_word(part + at + digits - 1, size - at - digits + 1, ".zip");
}

/* Where the path of a file of Python's own library has passed what says so; 0: it is none. */
static size_t library_end(const char *path)
{
	struct walk walk = {.path = path};
	bool below_lib = false;
	size_t end = 0;

	while (walk_next(&walk)) {
		const char *part = path + walk.at;

		if ((below_lib && is_python_version(part, walk.size)) ||
		    is_word(part, walk.size, "base_library.zip"))
			end = walk.at + walk.size;
		below_lib = is_word(part, walk.size, "lib") || is_word(part, walk.size, "lib64");
	}
	return end && path[end] == '/' ? end : 0;
}

bool packages_is_library(const char *path)
{
	enum event_runtime_kind kind;
	size_t folder = 0;

	packages_path_end(path, &kind, &folder);
	return library_end(path) > folder;
}

int packages_source(const char *path, struct buf *out)
{
	static const char cache[] = "/__pycache__/";
	const char *base = fs_basename(path);
	size_t folder = (size_t)(base - path), dot = strcspn(base, ".");
	int rc;

	if (folder < strlen(cache) || memcmp(base - strlen(cache), cache, strlen(cache)) ||
	    !ends_with(base, strlen(base), ".pyc"))
		return 0;
	rc = buf_add(out, path, folder - strlen(cache) + 1);
	if (!rc)
		rc = buf_add(out, base, dot);
	return rc ? rc : buf_puts(out, ".py");
}

/* ---- look-ups ---- */

static uint32_t find(const struct packages *packages, const char *path, size_t *length)
{
	uint64_t number;

	for (size_t size = strlen(path); size > 0; size--) {
		if (path[size] && path[size] != '/')
			continue;
		if (map_get(&packages->paths, path, size, &number)) {
			*length = size;
			return (uint32_t)number;
		}
	}
	return PACKAGES_NONE;
}

uint32_t packages_find(const struct packages *packages, const char *path)
{
	struct buf source = {};
	size_t length;
	uint32_t found = PACKAGES_NONE;

	if (!packages_source(path, &source) && source.size)
		found = find(packages, source.data, &length);
	if (found == PACKAGES_NONE)
		found = find(packages, path, &length);
	buf_release(&source);
	return found;
}

static const char *const groups[] = {
	[PACKAGES_APPLICATION] = "(application)",
	[PACKAGES_PYTHON] = "(python standard library)",
	[PACKAGES_NODE] = "(node)",
};

const char *packages_name(const struct packages *packages, uint32_t package)
{
	if (package < PACKAGES_GROUPS)
		return groups[package];
	return package < packages->items.count ? packages->items.items[package].name : "";
}

const char *packages_version(const struct packages *packages, uint32_t package)
{
	return package < packages->items.count ? packages->items.items[package].version : NULL;
}

const char *packages_home(const struct packages *packages, uint32_t package)
{
	return package < packages->items.count ? packages->items.items[package].home : NULL;
}

/* ---- adding ---- */

static int set_text(char **text, const char *value, size_t size)
{
	char *copy = strndup(value, size);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static int add_item(struct packages *packages, const char *name, size_t size, const char *home,
		    size_t home_size)
{
	struct packages_package *package = vec_add(&packages->items);

	if (!package)
		return -ENOMEM;
	if (set_text(&package->name, name, size) || set_text(&package->home, home, home_size)) {
		free(package->name);
		packages->items.count--;
		return -ENOMEM;
	}
	return 0;
}

static int add_groups(struct packages *packages)
{
	int rc = 0;

	while (packages->items.count < PACKAGES_GROUPS && !rc) {
		const char *name = groups[packages->items.count];

		rc = add_item(packages, name, strlen(name), "", 0);
	}
	return rc;
}

/* The package of a home, added where it is new. */
static int at_home(struct packages *packages, const char *name, size_t size, const char *home,
		   size_t home_size, uint32_t *out)
{
	uint64_t number;
	int rc = add_groups(packages);

	if (rc)
		return rc;
	if (map_get(&packages->homes, home, home_size, &number)) {
		*out = (uint32_t)number;
		return 0;
	}
	number = packages->items.count;
	rc = add_item(packages, name, size, home, home_size);
	if (!rc)
		rc = map_set(&packages->homes, home, home_size, number);
	if (!rc)
		*out = (uint32_t)number;
	return rc;
}

int packages_add(struct packages *packages, const struct packages_fact *fact)
{
	struct packages_package *package;
	uint32_t number;
	int rc = at_home(packages, fact->name, strlen(fact->name), fact->home, strlen(fact->home),
			 &number);

	if (rc)
		return rc;
	package = &packages->items.items[number];
	package->runtime = fact->runtime;
	package->by_path = false;
	rc = set_text(&package->name, fact->name, strlen(fact->name));
	if (!rc && fact->version)
		rc = set_text(&package->version, fact->version, strlen(fact->version));
	for (size_t i = 0; i < fact->paths_count && !rc; i++)
		rc = map_set(&packages->paths, fact->paths[i], strlen(fact->paths[i]), number);
	for (size_t i = 0; i < fact->requires_count && !rc; i++) {
		struct packages_wish wish = {number, strdup(fact->requires[i])};

		rc = wish.needed ? vec_push(&packages->wishes, wish) : -ENOMEM;
		if (rc)
			free(wish.needed);
	}
	return rc;
}

/* What a single-file module is called: "six" of "six.py", "_x" of "_x.cpython-311-x86.so". */
static size_t module_name_size(const char *name, size_t size)
{
	const char *dot = memchr(name, '.', size);

	if (!dot || !(ends_with(name, size, ".py") || ends_with(name, size, ".pyc") ||
		      ends_with(name, size, ".so") || ends_with(name, size, ".pth")))
		return size;
	return (size_t)(dot - name);
}

static int add_by_path(struct packages *packages, const char *path, size_t end, size_t folder,
		       enum event_runtime_kind runtime, uint32_t *out)
{
	const char *name = path + folder + strspn(path + folder, "/");
	size_t size = (size_t)(path + end - name);
	size_t count = packages->items.count;
	int rc;

	if (runtime == EVENT_RUNTIME_PYTHON)
		size = module_name_size(name, size);
	rc = at_home(packages, name, size, path, end, out);
	if (rc || packages->items.count <= count)
		return rc;
	packages->items.items[*out].runtime = runtime;
	packages->items.items[*out].by_path = true;
	return map_set(&packages->paths, path, end, *out);
}

/* A module that has no path: of the runtime itself, but for a script that was given otherwise. */
static uint32_t group_without_path(enum event_runtime_kind runtime, const char *file)
{
	if (file && strncmp(file, "node:", 5) == 0)
		return PACKAGES_NODE;
	if (file && *file && strcmp(file, "built-in") && strcmp(file, "frozen") &&
	    strncmp(file, "<frozen ", 8))
		return PACKAGES_APPLICATION;
	return runtime == EVENT_RUNTIME_PYTHON ? PACKAGES_PYTHON
	       : runtime == EVENT_RUNTIME_NODE ? PACKAGES_NODE
					       : PACKAGES_APPLICATION;
}

static int of_path(struct packages *packages, const char *path, uint32_t *out)
{
	enum event_runtime_kind kind = EVENT_RUNTIME_NONE;
	size_t folder = 0, recorded = 0, end = packages_path_end(path, &kind, &folder);
	size_t library = library_end(path);
	uint32_t found = find(packages, path, &recorded);

	/* a package's folder may hold others' folders: what comes last in the path counts */
	if (found != PACKAGES_NONE && recorded > folder && recorded > library)
		*out = found;
	else if (end && folder > library)
		return add_by_path(packages, path, end, folder, kind, out);
	else
		*out = library ? PACKAGES_PYTHON : PACKAGES_APPLICATION;
	return 0;
}

int packages_of(struct packages *packages, enum event_runtime_kind runtime, const char *file,
		uint32_t *out)
{
	struct buf source = {};
	int rc = 0;

	if (file && strncmp(file, "file:///", 8) == 0)
		file += 7;
	if (!file || file[0] != '/') {
		*out = group_without_path(runtime, file);
		return 0;
	}
	rc = packages_source(file, &source);
	if (!rc)
		rc = of_path(packages, source.size ? source.data : file, out);
	buf_release(&source);
	return rc;
}

/* ---- who declares whom ---- */

int packages_normal_name(const char *name, struct buf *out)
{
	int rc = 0;

	buf_clear(out);
	while (*name && !rc) {
		size_t apart = strspn(name, "-_.");
		char c = apart ? '-' : (char)tolower((unsigned char)*name);

		rc = buf_add(out, &c, 1);
		name += apart ? apart : 1;
	}
	return rc;
}

static size_t folder_size(const char *path)
{
	return (size_t)(fs_basename(path) - path);
}

/* The distribution of that name; of several the one in the same folder. */
static uint32_t find_python(const struct packages *packages, const struct map *names,
			    const struct packages_wish *wish, struct buf *name)
{
	const char *home = packages->items.items[wish->package].home;
	uint64_t number;

	if (packages_normal_name(wish->needed, name))
		return PACKAGES_NONE;
	if (!buf_puts(name, "/") && !buf_add(name, home, folder_size(home)) &&
	    map_get(names, name->data, name->size, &number))
		return (uint32_t)number;
	if (!packages_normal_name(wish->needed, name) &&
	    map_get(names, buf_text(name), name->size, &number))
		return (uint32_t)number;
	return PACKAGES_NONE;
}

/* As Node looks: in the node_modules folders of each folder upwards. */
static uint32_t find_node(const struct packages *packages, const struct packages_wish *wish,
			  struct buf *path)
{
	const char *home = packages->items.items[wish->package].home;
	uint64_t number;

	for (size_t size = strlen(home); size > 0; size--) {
		if (home[size] && home[size] != '/')
			continue;
		buf_clear(path);
		if (buf_add(path, home, size) ||
		    buf_puts(path,
			     ends_with(home, size, "/node_modules") ? "/" : "/node_modules/") ||
		    buf_puts(path, wish->needed))
			return PACKAGES_NONE;
		if (map_get(&packages->homes, path->data, path->size, &number))
			return (uint32_t)number;
	}
	return PACKAGES_NONE;
}

static uint32_t find_needed(const struct packages *packages, const struct map *names,
			    const struct packages_wish *wish, struct buf *space)
{
	uint64_t number;

	if (wish->needed[0] == '/')
		return map_get(&packages->homes, wish->needed, strlen(wish->needed), &number)
			       ? (uint32_t)number
			       : PACKAGES_NONE;
	if (packages->items.items[wish->package].runtime == EVENT_RUNTIME_NODE)
		return find_node(packages, wish, space);
	return find_python(packages, names, wish, space);
}

/* Python's packages by normal name, and by normal name, "/" and folder. */
static int map_names(const struct packages *packages, struct map *names)
{
	struct buf name = {};
	int rc = 0;

	for (uint32_t i = PACKAGES_GROUPS; i < packages->items.count && !rc; i++) {
		const struct packages_package *package = &packages->items.items[i];

		if (package->runtime != EVENT_RUNTIME_PYTHON)
			continue;
		rc = packages_normal_name(package->name, &name);
		if (!rc && !map_get(names, buf_text(&name), name.size, NULL))
			rc = map_set(names, buf_text(&name), name.size, i);
		if (!rc)
			rc = buf_puts(&name, "/");
		if (!rc)
			rc = buf_add(&name, package->home, folder_size(package->home));
		if (!rc)
			rc = map_set(names, name.data, name.size, i);
	}
	buf_release(&name);
	return rc;
}

int packages_find_needs(const struct packages *packages, struct packages_needs *out)
{
	struct packages_needs needs = {};
	struct map names = {}, seen = {};
	struct buf space = {};
	int rc = map_names(packages, &names);

	vec_foreach(wish, &packages->wishes) {
		struct packages_need need = {wish->package, PACKAGES_NONE};

		if (rc)
			break;
		need.needed = find_needed(packages, &names, wish, &space);
		if (need.needed == PACKAGES_NONE || need.needed == need.package ||
		    map_get(&seen, &need, sizeof(need), NULL))
			continue;
		rc = map_set(&seen, &need, sizeof(need), 1);
		if (!rc)
			rc = vec_push(&needs.items, need);
	}
	map_release(&names);
	map_release(&seen);
	buf_release(&space);
	if (rc)
		vec_release(&needs.items);
	else
		*out = needs;
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* probes.c - the places in a runtime's code that show how far its start has come */
#include "probes.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cookie.h"

#define BIT(mark) (1u << (mark))

/* A mark and the symbols that show it, the best first. */
struct point {
	enum event_mark_id mark;
	/*
	 * It counts only when the first argument is the C string "site", but costs each time. Where
	 * imports are seen, timeline.c knows it by that of site.
	 */
	bool site;
	enum symbol symbols[3];
	size_t count;
};

/*
 * Seen to be passed exactly once by CPython 3.6 to 3.13: PyImport_ImportModule("site"), but for
 * -S; Py_RunMain after it (not in 3.6 and 3.7, whose Py_Main does that work itself).
 */
static const struct point python_points[] = {
	{EVENT_MARK_MAIN,
	 false,
	 {SYMBOL_PYTHON_BYTES_MAIN, SYMBOL_PYTHON_UNIX_MAIN, SYMBOL_PYTHON_MAIN},
	 3},
	{EVENT_MARK_VM, true, {SYMBOL_PYTHON_IMPORT}, 1},
	{EVENT_MARK_RUN, false, {SYMBOL_PYTHON_RUN_MAIN}, 1},
	{EVENT_MARK_FINALIZE, false, {SYMBOL_PYTHON_FINALIZE}, 1},
};

/*
 * Node passes LoadEnvironment once for the main thread, then once for each worker thread: by the
 * overload "WithModule" in 24 and 26, by the other one in 20 and 22.
 */
static const struct point node_points[] = {
	{EVENT_MARK_MAIN, false, {SYMBOL_NODE_START}, 1},
	{EVENT_MARK_VM,
	 false,
	 {SYMBOL_NODE_LOAD_WITH_MODULE, SYMBOL_NODE_LOAD, SYMBOL_NODE_LOAD_PLAIN},
	 3},
};

struct adding {
	struct probes *probes;
	uint32_t marks;
};

static bool listed(const struct probes *probes, const struct probe *probe)
{
	vec_foreach(item, &probes->items)
		if (item->program == probe->program && item->cookie == probe->cookie &&
		    item->offset == probe->offset && strcmp(item->path, probe->path) == 0)
			return true;
	return false;
}

static int push(struct probes *probes, struct probe probe)
{
	if (listed(probes, &probe))
		return 0;
	probe.path = strdup(probe.path);
	if (!probe.path)
		return -ENOMEM;
	if (vec_push(&probes->items, probe)) {
		free(probe.path);
		return -ENOMEM;
	}
	return 0;
}

static int add(struct adding *adding, const struct symbols *file, uint64_t offset,
	       enum event_mark_id mark, bool site)
{
	struct probe probe = {.path = file->path,
			      .offset = offset,
			      .program = PROBE_MARK,
			      .cookie = mark | (site ? COOKIE_SITE : 0u),
			      .device = file->device,
			      .inode = file->inode};

	if (!file->path || !offset)
		return 0;
	adding->marks |= BIT(mark);
	return push(adding->probes, probe);
}

static int add_imports(struct probes *probes, const struct runtime *runtime)
{
	const struct symbols *code = runtime_code(runtime);
	int rc = 0;

	for (size_t i = 0; !rc && i < runtime->imports.count; i++) {
		struct probe probe = {.path = code->path,
				      .offset = runtime->imports.items[i].offset,
				      .program = PROBE_IMPORT,
				      .cookie = runtime->imports.items[i].cookie,
				      .layout = runtime->imports.layout,
				      .device = code->device,
				      .inode = code->inode};

		rc = push(probes, probe);
	}
	return rc;
}

/* Whether each import statement's begin is seen, that of site among them. */
static bool sees_imports(const struct runtime *runtime)
{
	for (size_t i = 0; i < runtime->imports.count; i++)
		if (COOKIE_IMPORT_WHAT(runtime->imports.items[i].cookie) == EVENT_IMPORT_BEGIN)
			return true;
	return false;
}

static int add_points(struct adding *adding, const struct symbols *code, const struct point *points,
		      size_t count, bool site_seen)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < count; i++) {
		uint64_t offset = 0;

		if (points[i].site && site_seen) {
			adding->marks |= BIT(points[i].mark);
			continue;
		}
		for (size_t j = 0; !offset && j < points[i].count; j++)
			offset = code->offsets[points[i].symbols[j]];
		rc = add(adding, code, offset, points[i].mark, points[i].site);
	}
	return rc;
}

static int add_runtime(struct adding *adding, const struct runtime *runtime)
{
	const struct symbols *code = runtime_code(runtime);
	const struct symbols *libc = runtime->libc.path ? &runtime->libc : &runtime->binary;
	int rc = 0;

	if (runtime->kind == EVENT_RUNTIME_PYTHON)
		rc = add_points(adding, code, python_points,
				sizeof(python_points) / sizeof(python_points[0]),
				sees_imports(runtime));
	if (runtime->kind == EVENT_RUNTIME_NODE)
		rc = add_points(adding, code, node_points,
				sizeof(node_points) / sizeof(node_points[0]), false);
	if (!rc && runtime->kind == EVENT_RUNTIME_NODE)
		rc = add(adding, libc, libc->offsets[SYMBOL_EXIT], EVENT_MARK_EXIT, false);
	/* a runtime whose own main is not exported may still have main itself */
	if (!rc && !(adding->marks & BIT(EVENT_MARK_MAIN)) &&
	    (runtime->kind == EVENT_RUNTIME_PYTHON || runtime->kind == EVENT_RUNTIME_NODE))
		rc = add(adding, &runtime->binary, runtime->binary.offsets[SYMBOL_MAIN],
			 EVENT_MARK_MAIN, false);
	return rc;
}

int probes_of(const struct runtime *runtime, struct probes *probes, uint32_t *marks)
{
	struct adding adding = {.probes = probes};
	int rc;

	rc = add(&adding, &runtime->binary, runtime->binary.entry, EVENT_MARK_START, false);
	/* arguments are in other places in 32-bit programs */
	if (!rc && runtime->binary.native)
		rc = add_runtime(&adding, runtime);
	if (!rc)
		rc = add_imports(probes, runtime);
	if (!rc && marks)
		*marks = adding.marks;
	return rc;
}

/* ---- modules ---- */

/* The number of a layout, which is added where it is new; V8_LAYOUTS: there is no room. */
static int add_layout(struct probes *probes, const struct v8_layout *layout, uint32_t *out)
{
	for (*out = 0; *out < probes->layouts.count; (*out)++)
		if (memcmp(&probes->layouts.items[*out], layout, sizeof(*layout)) == 0)
			return 0;
	return *out < V8_LAYOUTS ? vec_push(&probes->layouts, *layout) : 0;
}

static int add_script(struct probes *probes, const struct symbols *file, uint64_t offset,
		      uint64_t cookie)
{
	struct probe probe = {.path = file->path,
			      .offset = offset,
			      .program = PROBE_SCRIPT,
			      .cookie = cookie,
			      .device = file->device,
			      .inode = file->inode};

	return offset ? push(probes, probe) : 0;
}

static int add_scripts(struct probes *probes, const struct symbols *code, uint32_t layout)
{
	const struct v8 *v8 = &code->v8;
	const uint64_t number = (uint64_t)layout << COOKIE_SCRIPT_LAYOUT;
	const uint64_t async = EVENT_SCRIPT_ASYNC << COOKIE_SCRIPT_FLAGS;
	int rc;

	rc = add_script(probes, code, v8->initialize, EVENT_SCRIPT_ISOLATE | number);
	if (!rc)
		rc = add_script(probes, code, v8->compile_function, EVENT_SCRIPT_FUNCTION | number);
	if (!rc)
		rc = add_script(probes, code, v8->compile_module, EVENT_SCRIPT_MODULE | number);
	if (!rc)
		rc = add_script(probes, code, v8->rethrown, EVENT_SCRIPT_RETHROWN | number);
	if (!rc)
		rc = add_script(probes, code, v8->execute, EVENT_SCRIPT_EXECUTE | number);
	if (!rc)
		rc = add_script(probes, code, v8->execute_async,
				EVENT_SCRIPT_EXECUTE | async | number);
	for (size_t i = 0; i < V8_RETURNS && !rc; i++) {
		rc = add_script(probes, code, v8->executed[i], EVENT_SCRIPT_EXECUTED | number);
		if (!rc)
			rc = add_script(probes, code, v8->executed_async[i],
					EVENT_SCRIPT_EXECUTED | async | number);
	}
	return rc;
}

int probes_of_modules(const struct runtime *runtime, struct probes *probes, const char **reason)
{
	const struct symbols *code = runtime->library.path ? &runtime->library : &runtime->binary;
	uint32_t layout;
	int rc;

	*reason = "modules of this runtime are not understood";
	if (runtime->kind != EVENT_RUNTIME_NODE || !runtime->binary.native ||
	    !v8_usable(&code->v8, runtime->version, reason))
		return 0;
	rc = add_layout(probes, &code->v8.layout, &layout);
	if (rc)
		return rc;
	*reason = "too many different binaries with V8 in one run";
	if (layout == V8_LAYOUTS)
		return 0;
	*reason = NULL;
	return add_scripts(probes, code, layout);
}

void probes_modules(const struct runtime *runtime, const char **technique, const char **reason)
{
	*technique = *reason = NULL;
	switch (runtime->kind) {
	case EVENT_RUNTIME_PYTHON:
		*reason = runtime->imports_missing;
		if (runtime->imports.count)
			*technique = python_sites_technique(&runtime->imports);
		break;
	case EVENT_RUNTIME_NODE:
		*reason = "it is made for another architecture";
		if (runtime->binary.native &&
		    v8_usable(&runtime_code(runtime)->v8, runtime->version, reason)) {
			*technique = "V8's stack";
			*reason = NULL;
		}
		break;
	case EVENT_RUNTIME_OTHER:
		*reason = "modules of this runtime are not understood";
		break;
	case EVENT_RUNTIME_NONE:
		break;
	}
}

uint32_t probes_marks_expected(enum event_runtime_kind kind)
{
	switch (kind) {
	case EVENT_RUNTIME_PYTHON:
		return BIT(EVENT_MARK_START) | BIT(EVENT_MARK_MAIN) | BIT(EVENT_MARK_VM) |
		       BIT(EVENT_MARK_RUN) | BIT(EVENT_MARK_FINALIZE);
	case EVENT_RUNTIME_NODE:
		return BIT(EVENT_MARK_START) | BIT(EVENT_MARK_MAIN) | BIT(EVENT_MARK_VM) |
		       BIT(EVENT_MARK_EXIT);
	default:
		return BIT(EVENT_MARK_START);
	}
}

int probes_marks_text(uint32_t marks, struct buf *out)
{
	static const char *const names[] = {
		[EVENT_MARK_START] = "start",
		[EVENT_MARK_MAIN] = "main",
		[EVENT_MARK_VM] = "vm",
		[EVENT_MARK_RUN] = "run",
		[EVENT_MARK_FINALIZE] = "finalize",
		[EVENT_MARK_EXIT] = "exit",
	};
	const char *comma = "";
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!names[i] || !(marks & BIT(i)))
			continue;
		rc = buf_printf(out, "%s%s", comma, names[i]);
		comma = ", ";
	}
	return rc;
}

void probes_release(struct probes *probes)
{
	if (!probes)
		return;
	vec_foreach(probe, &probes->items)
		free(probe->path);
	vec_release(&probes->items);
	vec_release(&probes->layouts);
}

/* One probed file while /proc is walked; |seen| is the last process that was counted for it. */
struct counted {
	uint32_t device;
	uint64_t inode;
	long seen;
};
typedef VEC(struct counted) counted_files;

static int list_files(const struct probes *probes, counted_files *files,
		      struct probes_foreigners *out)
{
	vec_foreach(probe, &probes->items) {
		struct counted file = {.device = probe->device, .inode = probe->inode};
		struct probes_foreign foreign = {.path = probe->path};
		bool known = false;

		vec_foreach(other, files)
			known |= other->device == file.device && other->inode == file.inode;
		if (!known && (vec_push(files, file) || vec_push(&out->items, foreign)))
			return -ENOMEM;
	}
	return 0;
}

static void count_process(long pid, const counted_files *files, struct probes_foreigners *out)
{
	char line[512], path[64];
	unsigned int high, low;
	unsigned long inode;
	bool whole = true; /* a long path's rest is not a line */
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		bool begins = whole;

		whole = strchr(line, '\n');
		if (!begins ||
		    sscanf(line, "%*x-%*x %*s %*x %x:%x %lu", &high, &low, &inode) != 3 || !inode)
			continue;
		for (size_t i = 0; i < files->count; i++) {
			struct counted *file = &files->items[i];

			if (file->inode != inode || file->device != (high << 20 | low) ||
			    file->seen == pid)
				continue;
			file->seen = pid;
			out->items.items[i].processes++;
		}
	}
	if (maps)
		fclose(maps);
}

int probes_foreign_count(const struct probes *probes, struct probes_foreigners *out)
{
	struct probes_foreigners counts = {0};
	counted_files files = {0};
	DIR *proc = NULL;
	int rc;

	rc = list_files(probes, &files, &counts);
	if (!rc && !(proc = opendir("/proc")))
		rc = -errno;
	for (struct dirent *entry; !rc && (entry = readdir(proc));) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid > 0 && pid != getpid())
			count_process(pid, &files, &counts);
	}
	if (proc)
		closedir(proc);
	vec_release(&files);
	if (rc)
		probes_foreigners_release(&counts);
	else
		*out = counts;
	return rc;
}

void probes_foreigners_release(struct probes_foreigners *foreigners)
{
	if (foreigners)
		vec_release(&foreigners->items);
}

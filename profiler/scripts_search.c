// SPDX-License-Identifier: BSD-2-Clause
/* scripts_search.c - what a thread has looked for, and when the search for a file began */
#include "scripts_parts.h"

#include <string.h>

#include "fs.h"
#include "scripts_name.h"

/* to the rest of a search, from the package.json that it may begin with */
#define SCOPE_NS   200000
#define LOOKS_MAX  512 /* that many are kept; a search takes some dozens */
#define LINK_LOOKS 3   /* before a link is read, in which it is asked what it is */

int scripts_search_add(struct script_thread *thread, const struct script_look *look)
{
	if (thread->looks.count == LOOKS_MAX) {
		thread->looks.count /= 2;
		memmove(thread->looks.items, thread->looks.items + LOOKS_MAX / 2,
			thread->looks.count * sizeof(*look));
	}
	return vec_push(&thread->looks, *look);
}

/*
 * Whether the link at |i| was met on the way to a file: that asks what the path is before it reads
 * where it leads. Others read links to find out about the process (/proc/self/exe).
 */
static bool is_followed(const struct script_thread *thread, size_t i)
{
	const struct script_look *link = &thread->looks.items[i];

	for (size_t back = 1; back <= LINK_LOOKS && back <= i; back++) {
		const struct script_look *before = &thread->looks.items[i - back];

		if (before->path == link->path && !before->link)
			return true;
	}
	return false;
}

/* Looked for by searches for all sorts of modules. */
static bool is_packages(const char *path)
{
	return strcmp(fs_basename(path), "node_modules") == 0;
}

struct script_search scripts_search_begin(const struct scripts *scripts,
					  struct script_thread *thread, const char *file,
					  uint64_t from_ns, uint64_t now_ns)
{
	struct script_search search = {0};
	const char *link = NULL; /* that has led to the file */
	uint64_t begin_ns = now_ns;
	bool found = false;

	for (size_t i = thread->looks.count; i-- > 0;) {
		const struct script_look *look = &thread->looks.items[i];
		const char *path = paths_text(scripts->paths, look->path);
		enum scripts_relation relation = scripts_name_relation(path, file);

		if (look->link && is_followed(thread, i))
			link = path;
		if (relation == SCRIPTS_UNRELATED && link)
			relation = scripts_name_relation(path, link);
		if (look->time_ns < from_ns)
			break;
		/* once the file was found others may be read: that of its compiled code */
		if (relation == SCRIPTS_UNRELATED && (is_packages(path) || !found))
			continue;
		if (relation == SCRIPTS_UNRELATED) {
			search.other_ns = look->time_ns;
			break;
		}
		found |= relation == SCRIPTS_SEARCH;
		if (relation == SCRIPTS_SEARCH || begin_ns - look->time_ns < SCOPE_NS)
			begin_ns = look->time_ns;
	}
	thread->looks.count = 0;
	search.begin_ns = begin_ns < now_ns ? begin_ns : now_ns;
	return search;
}

bool scripts_search_found(const struct script_thread *thread, uint32_t path, bool package)
{
	for (size_t i = thread->looks.count; i-- > 0;) {
		const struct script_look *look = &thread->looks.items[i];

		if (look->path == path && look->found && !look->opened &&
		    (look->unfollowed || !package))
			return true;
	}
	return false;
}

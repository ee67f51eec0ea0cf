// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_packages.c - what packages say of themselves, from their files to who needs whom */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>

#include "package_facts_parts.h"
#include "packages.h"
#include "recording.h"

#define APART 0xfe /* between the files of an input: no UTF-8 has it */
#define SITE  "/lib/python3.11/site-packages"

/* What an input's parts are written to, in this order. */
static const char *const written[] = {
	SITE "/a-1.dist-info/RECORD",	 SITE "/a-1.dist-info/METADATA",
	SITE "/b-1.dist-info/RECORD",	 SITE "/a-1.dist-info/direct_url.json",
	SITE "/c.egg-info/PKG-INFO",	 SITE "/c.egg-info/top_level.txt",
	SITE "/c.egg-info/requires.txt", SITE "/d.egg-link",
	"/node_modules/p/package.json",	 "/node_modules/p/node_modules/@q/r/package.json",
};
static const char *const opened[] = {
	SITE "/a.py",		SITE "/__pycache__/b.cpython-311.pyc",
	SITE "/a/b/c.py",	SITE "/a/b/d.py",
	SITE "/a/e.py",		SITE "/c/x.py",
	SITE "/d/x.py",		"/x.py",
	"/node_modules/p/i.js", "/node_modules/p/node_modules/@q/r/i.js",
};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static char root[64];
static char paths[COUNT(opened)][128];

static void remove_root(void)
{
	fs_remove_tree(root);
}

static void make_root(void)
{
	char path[256];

	snprintf(root, sizeof(root), "/tmp/coldprof-fuzz-XXXXXX");
	if (!mkdtemp(root))
		abort();
	atexit(remove_root);
	for (size_t i = 0; i < COUNT(written); i++) {
		snprintf(path, sizeof(path), "%s%s", root, written[i]);
		*strrchr(path, '/') = '\0';
		if (fs_make_dirs(path, (uid_t)-1, (gid_t)-1))
			abort();
	}
	for (size_t i = 0; i < COUNT(opened); i++)
		snprintf(paths[i], sizeof(paths[i]), "%s%s", root, opened[i]);
}

/* An absent part is an absent file. */
static void write_part(const char *name, const uint8_t *data, size_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, name);
	if (!size) {
		unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fs_write_all(fd, data, size))
		abort();
	close(fd);
}

static void take_lines(char *lines, struct packages *packages)
{
	struct recording *recording;
	const struct event *event;
	char *rest = NULL;

	if (recording_new(-1, 1 << 20, &recording))
		abort();
	for (char *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct event_package record = {.event = {.kind = EVENT_PACKAGE}};

		if (strlen(line) > EVENT_TEXT_MAX ||
		    recording_add(recording, &record.event, line, strlen(line)))
			abort();
	}
	if (recording_finish(recording))
		abort();
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_PACKAGE && packages_event(packages, recording, event))
			abort();
	recording_free(recording);
}

static void look_up(struct packages *packages)
{
	struct packages_needs needs;
	uint32_t package;

	for (size_t i = 0; i < COUNT(opened); i++)
		if (packages_of(packages, EVENT_RUNTIME_PYTHON, paths[i], &package) ||
		    !*packages_name(packages, package))
			abort();
	if (packages_find_needs(packages, &needs))
		abort();
	vec_foreach(need, &needs.items)
		if (need->package == need->needed || need->needed >= packages->items.count)
			abort();
	vec_release(&needs.items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *files[COUNT(opened)];
	struct package_files asked = {files, COUNT(opened)};
	struct packages packages = {};
	struct buf lines = {};

	if (!root[0])
		make_root();
	for (size_t i = 0; i < COUNT(opened); i++)
		files[i] = paths[i];
	for (size_t i = 0; i < COUNT(written); i++) {
		const uint8_t *end = size ? memchr(data, APART, size) : NULL;
		size_t part = end ? (size_t)(end - data) : size;

		write_part(written[i], data, part);
		data += part + (end != NULL);
		size -= part + (end != NULL);
	}
	if (package_facts_python(&asked, &lines) || package_facts_node(&asked, &lines))
		abort();
	take_lines(lines.data, &packages);
	look_up(&packages);
	packages_release(&packages);
	buf_release(&lines);
	return 0;
}

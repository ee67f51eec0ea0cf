// SPDX-License-Identifier: BSD-2-Clause
/* installed.c - what is in a prepared workload's folder: packages with versions, size on disk */
#include "installed.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "fs.h"
#include "units.h"
#include "user_job.h"

#define MODULES	 "node_modules/"
#define INFO_END ".dist-info"
#define SIZE	 ".coldprof-size" /* its bytes and files, as two numbers */

static int add_line(struct buf *lines, const char *name, size_t name_size, const char *version)
{
	int rc = buf_add(lines, name, name_size);

	return rc ? rc : buf_printf(lines, "\t%s\n", version);
}

/* npm keeps what it installed in node_modules/.package-lock.json, by path. */
static int add_node_packages(const char *folder, struct buf *lines)
{
	struct buf path = {}, text = {};
	const cJSON *packages, *package;
	cJSON *lock = NULL;
	int rc = buf_printf(&path, "%s/" MODULES ".package-lock.json", folder);

	if (!rc && fs_read(path.data, 64 * MIB, &text) == 0)
		lock = cJSON_ParseWithLength(text.data, text.size);
	packages = cJSON_GetObjectItem(lock, "packages");
	cJSON_ArrayForEach(package, packages) {
		const char *version = cJSON_GetStringValue(cJSON_GetObjectItem(package, "version"));
		const char *name = package->string, *next;

		while ((next = strstr(name, MODULES)))
			name = next + strlen(MODULES);
		if (!rc && version)
			rc = add_line(lines, name, strlen(name), version);
	}
	cJSON_Delete(lock);
	buf_release(&text);
	buf_release(&path);
	return rc;
}

/* pip leaves a folder NAME-VERSION.dist-info for each; a dash in NAME is written "_". */
static int add_python_packages(const char *folder, struct buf *lines)
{
	struct buf pattern = {};
	glob_t found = {};
	int rc = buf_printf(&pattern, "%s/.venv/lib/python3*/site-packages/*" INFO_END, folder);

	if (!rc && glob(pattern.data, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && !rc; i++) {
			char *name = (char *)fs_basename(found.gl_pathv[i]), *dash;

			name[strlen(name) - strlen(INFO_END)] = '\0';
			dash = strrchr(name, '-');
			if (dash)
				rc = add_line(lines, name, (size_t)(dash - name), dash + 1);
		}
	globfree(&found);
	buf_release(&pattern);
	return rc;
}

/* The first line is the size, then one a package. */
static int look(void *context, struct buf *answer)
{
	const char *folder = context;
	struct buf path = {}, text = {};
	int rc = buf_printf(&path, "%s/" SIZE, folder);

	if (!rc && fs_read(path.data, 256, &text))
		rc = buf_puts(&text, "-1 -1");
	if (!rc)
		rc = buf_printf(answer, "%.*s\n", (int)strcspn(buf_text(&text), "\n"),
				buf_text(&text));
	buf_release(&text);
	buf_release(&path);
	if (!rc)
		rc = add_node_packages(folder, answer);
	return rc ? rc : add_python_packages(folder, answer);
}

static int add_package(struct installed *out, const char *line)
{
	const char *tab = strchr(line, '\t');
	struct installed_package *package = tab ? vec_add(&out->packages) : NULL;

	if (!tab)
		return -EBADMSG;
	if (!package)
		return -ENOMEM;
	package->name = strndup(line, (size_t)(tab - line));
	package->version = strdup(tab + 1);
	return package->name && package->version ? 0 : -ENOMEM;
}

int installed_read(const struct user *user, const char *folder, struct installed *out)
{
	struct installed installed = {.bytes = -1, .files_count = -1};
	struct buf lines = {};
	char *line, *rest = NULL;
	int rc = user_job(user, look, (void *)folder, &lines);

	line = lines.data ? strtok_r(lines.data, "\n", &rest) : NULL;
	if (line &&
	    sscanf(line, "%" SCNd64 " %" SCNd64, &installed.bytes, &installed.files_count) != 2)
		installed.bytes = installed.files_count = -1;
	while (!rc && (line = strtok_r(NULL, "\n", &rest)))
		rc = add_package(&installed, line);
	buf_release(&lines);
	if (rc)
		installed_release(&installed);
	else
		*out = installed;
	return rc;
}

void installed_release(struct installed *installed)
{
	vec_foreach(package, &installed->packages) {
		free(package->name);
		free(package->version);
	}
	vec_release(&installed->packages);
}

/* ---- measuring ---- */

static int add_up(const char *folder, int64_t *bytes, int64_t *files)
{
	char *const roots[] = {(char *)folder, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;

	if (!walk)
		return -errno;
	while ((entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DP)
			continue; /* seen on the way down */
		*bytes += entry->fts_statp->st_blocks * 512;
		*files += entry->fts_info == FTS_F;
	}
	fts_close(walk);
	return 0;
}

int installed_measure(const char *folder)
{
	int64_t bytes = 0, files = 0;
	struct buf path = {}, text = {};
	int fd = -1, rc = add_up(folder, &bytes, &files);

	if (!rc)
		rc = buf_printf(&path, "%s/" SIZE, folder);
	if (!rc)
		rc = buf_printf(&text, "%" PRId64 " %" PRId64 "\n", bytes, files);
	if (!rc)
		fd = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (!rc)
		rc = fd < 0 ? -errno : fs_write_all(fd, text.data, text.size);
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	buf_release(&text);
	return rc;
}

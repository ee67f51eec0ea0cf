// SPDX-License-Identifier: BSD-2-Clause
/* run_packages.c - the packages that a prepared workload has, by what its installer left */
#include "run.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fs.h"
#include "result.h"
#include "units.h"
#include "user_job.h"

#define MODULES	 "node_modules/"
#define INFO_END ".dist-info"

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
	cJSON_ArrayForEach(package, packages)
	{
		const char *version =
			cJSON_GetStringValue(cJSON_GetObjectItem(package, "version"));
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

static int list_packages(void *context, struct buf *answer)
{
	const char *folder = context;
	int rc = add_node_packages(folder, answer);

	return rc ? rc : add_python_packages(folder, answer);
}

int run_packages(const struct user *user, const char *folder, struct result_workload *out)
{
	struct buf lines = {};
	char *line, *rest = NULL;
	int rc = user_job(user, list_packages, (void *)folder, &lines);

	for (line = lines.data ? strtok_r(lines.data, "\n", &rest) : NULL; line && !rc;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct result_package *package = vec_add(&out->packages);
		char *tab = strchr(line, '\t');

		if (!package || !tab)
			rc = -ENOMEM;
		else {
			package->name = strndup(line, (size_t)(tab - line));
			package->version = strdup(tab + 1);
		}
	}
	buf_release(&lines);
	return rc;
}

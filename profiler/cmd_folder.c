// SPDX-License-Identifier: BSD-2-Clause
/* cmd_folder.c - each report of a folder, one after another */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "buf.h"
#include "cmd.h"
#include "err.h"
#include "fs.h"
#include "report.h"

static int take_file(const char *folder, const char *name, cmd_take_report *take, void *data)
{
	struct buf path = {0};
	struct result report;
	int rc = buf_printf(&path, "%s/%s", folder, name);

	if (rc)
		rc = err_code(rc, "cannot compare");
	else
		rc = report_read_numbers(path.data, &report);
	if (!rc) {
		rc = take(path.data, &report, data);
		result_release(&report);
		if (rc)
			err_code(rc, "cannot compare");
	}
	buf_release(&path);
	return rc;
}

int cmd_each_report(const char *folder, cmd_take_report *take, void *data)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_code(errno, "cannot open '%s'", folder);
	while (!rc && (errno = 0, entry = readdir(dir)))
		if (strcmp(fs_extension(entry->d_name), ".json") == 0)
			rc = take_file(folder, entry->d_name, take, data);
	if (!rc && errno)
		rc = err_code(errno, "cannot read '%s'", folder);
	closedir(dir);
	return rc;
}

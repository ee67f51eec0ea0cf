// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare_history.c - the part of `coldprof compare` that reads a folder of reports */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cmd.h"
#include "compare.h"
#include "compare_history.h"
#include "err.h"
#include "fs.h"
#include "report.h"

static int add_file(const char *folder, const char *name, const struct result *new,
		    struct compare_history *history)
{
	struct buf path = {0};
	struct result report;
	int rc = buf_printf(&path, "%s/%s", folder, name);

	if (rc)
		rc = err_code(rc, "cannot compare");
	else
		rc = report_read(path.data, &report);
	if (!rc) {
		rc = compare_history_add(history, path.data, &report, new);
		result_release(&report);
		if (rc)
			err_code(rc, "cannot compare");
	}
	buf_release(&path);
	return rc;
}

static int read_folder(const char *folder, const struct result *new,
		       struct compare_history *history)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_code(errno, "cannot open '%s'", folder);
	while (!rc && (errno = 0, entry = readdir(dir)))
		if (strcmp(fs_extension(entry->d_name), ".json") == 0)
			rc = add_file(folder, entry->d_name, new, history);
	if (!rc && errno)
		rc = err_code(errno, "cannot read '%s'", folder);
	closedir(dir);
	return rc;
}

static int name_sides(const char *base, const char *new, struct comparison *out)
{
	return comparison_text(&out->base.file, base) || comparison_text(&out->new.file, new)
		       ? -ENOMEM
		       : 0;
}

/* The report that is compared, for its reasons, is read again: all at once would be too much. */
static int compare_with(const struct compare_judge *judge, const char *base_path, const char *path,
			const struct result *new, const struct compare_policy *policy,
			struct comparison *out)
{
	struct compare_policy own = *policy;
	struct result base;
	int rc;

	own.history = true;
	if (report_read(base_path, &base))
		return EXIT_INPUT;
	rc = compare(&base, new, &own, out);
	result_release(&base);
	if (rc)
		return rc == -ENOENT ? EXIT_INPUT : EXIT_NO;
	rc = name_sides(base_path, path, out);
	if (!rc)
		rc = compare_history_apply(judge, out);
	if (!rc)
		return EXIT_DONE;
	err_code(rc, "cannot compare");
	comparison_release(out);
	return EXIT_NO;
}

static int judge(const struct compare_history *history, const char *path, const struct result *new,
		 const struct compare_policy *policy, struct comparison *out)
{
	struct compare_judge *judge;
	const char *base;
	int rc = compare_history_judge(history, new, policy, &judge), status;

	if (rc) {
		err_code(rc, "cannot compare");
		return EXIT_NO;
	}
	base = history->reports.items[compare_history_base(judge)].file;
	status = compare_with(judge, base, path, new, policy, out);
	compare_history_judge_free(judge);
	return status;
}

int cmd_compare_history(const char *folder, unsigned long last, const char *path,
			const struct compare_policy *policy, struct comparison *out, bool *found)
{
	struct compare_history history = {0};
	struct result new;
	int status;

	*found = false;
	if (report_read(path, &new))
		return EXIT_INPUT;
	history.folder = strdup(folder);
	status = read_folder(folder, &new, &history) ? EXIT_INPUT : EXIT_DONE;
	compare_history_sort(&history, last);
	if (!status && history.reports.count) {
		status = judge(&history, path, &new, policy, out);
		*found = status == EXIT_DONE;
	} else if (!status) {
		note_print("nothing to compare with: no report in '%s' is of this kind of machine "
			   "and older (%zu of other machines)",
			   folder, history.other_machines);
	}
	compare_history_release(&history);
	result_release(&new);
	return status;
}

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare_noise.c - the part of `coldprof compare` that reads what --noise names */
#include <errno.h>
#include <sys/stat.h>

#include "cmd.h"
#include "compare_noise_history.h"
#include "err.h"
#include "report.h"

struct reader {
	const struct result *new;
	struct result *noise;
};

static int take(const char *path, struct result *report, void *data)
{
	struct reader *reader = data;

	(void)path;
	return compare_noise_history_add(reader->noise, report, reader->new);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each report of a folder is a session. */
static int read_folder(const char *path, const struct result *new, struct result *out)
{
	struct reader reader = {new, out};
	int rc;

	result_init(out);
	rc = cmd_each_report(path, take, &reader);
	if (!rc && compare_noise_history_end(out))
		rc = err_code(ENOMEM, "cannot compare");
	if (rc)
		result_release(out);
	else if (!out->workloads.count)
		note_print("'%s' tells nothing of how far this machine shifts: no report there is "
			   "of this kind of machine, older and of the same workloads",
			   path);
	return rc;
}

int cmd_compare_noise(const char *path, const struct result *new, struct result *out)
{
	return is_folder(path) ? read_folder(path, new, out) : report_read_numbers(path, out);
}

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare_history.c - the part of `coldprof compare` that reads a folder of reports */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "compare.h"
#include "compare_history.h"
#include "err.h"
#include "report.h"

struct reader {
	const struct result *new;
	struct compare_history *history;
};

static int take(const char *path, struct result *report, void *data)
{
	struct reader *reader = data;

	return compare_history_add(reader->history, path, report, reader->new);
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
	if (report_read_numbers(base_path, &base))
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

/*
 * A history that can't tell of a single report has half the level, and a noise, where one is given,
 * the other half.
 */
static int judge_with_noise(const struct compare_history *history, const char *noise_path,
			    const char *path, const struct result *new,
			    const struct compare_policy *policy, struct comparison *out)
{
	struct compare_policy own = *policy;
	struct result noise;
	int status;

	if (!noise_path || history->reports.count >= compare_history_needed(policy->level))
		return judge(history, path, new, policy, out);
	if (cmd_compare_noise(noise_path, new, &noise))
		return EXIT_INPUT;
	own.noise = &noise;
	own.level /= 2;
	status = judge(history, path, new, &own, out);
	result_release(&noise);
	return status;
}

int cmd_compare_history(const struct cmd_history *from, const char *path,
			const struct compare_policy *policy, struct comparison *out, bool *found)
{
	struct compare_history history = {0};
	struct reader reader = {.history = &history};
	struct result new;
	int status;

	*found = false;
	if (report_read_numbers(path, &new))
		return EXIT_INPUT;
	reader.new = &new;
	history.folder = strdup(from->folder);
	status = cmd_each_report(from->folder, take, &reader) ? EXIT_INPUT : EXIT_DONE;
	compare_history_sort(&history, from->last);
	if (!status && history.reports.count) {
		status = judge_with_noise(&history, from->noise, path, &new, policy, out);
		*found = status == EXIT_DONE;
	} else if (!status) {
		note_print("nothing to compare with: no report in '%s' is of this kind of machine, "
			   "older and of the same workloads (%zu of other machines)",
			   from->folder, history.other_machines);
	}
	compare_history_release(&history);
	result_release(&new);
	return status;
}

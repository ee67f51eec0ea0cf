// SPDX-License-Identifier: BSD-2-Clause
/* run_sides.c - two sides in one run: whose report is whose, and what is said of A -> B */
#include "run_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "compare.h"
#include "err.h"
#include "report.h"
#include "report_compare.h"

#define ID_BYTES 16

/* Not of the seed: a run that is repeated with the same one is another run. */
int run_sides_begin(struct course_of_run *run)
{
	unsigned char bytes[ID_BYTES];
	struct buf id = {};

	if (!run_has_sides(run->options))
		return 0;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_code(errno, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (buf_printf(&id, "%02x", bytes[i]))
			return err_code(ENOMEM, "cannot begin the run");
	run->result.plan.session = buf_steal(&id);
	return 0;
}

struct result run_side(const struct course_of_run *run, size_t side)
{
	static char names[RUN_SIDES][2] = {"a", "b"};
	struct result out = run->result;

	out.plan.side = names[side];
	out.workloads.items = &run->result.workloads.items[side];
	out.workloads.count = out.workloads.capacity = 1;
	return out;
}

static int print(const struct course_of_run *run, const struct comparison *comparison)
{
	struct report_compare_options options = {
		.text = {.color = cmd_when_applies(run->options->color, stdout),
			 .width = report_width(stdout)},
	};
	struct report_target target = {"-", (uid_t)-1, (gid_t)-1};

	if (run->options->quiet)
		return 0;
	return report_compare_write(comparison, report_compare_format_find("text"), &options,
				    &target);
}

/* An interrupt that came too early is no regression. */
static bool is_comparable(const struct course_of_run *run, const struct run_files *files)
{
	if (!run->interrupted)
		return true;
	for (size_t i = 0; i < files->count; i++)
		if (!files->items[i].result.workloads.items[0].samples.count)
			return false;
	return true;
}

int run_sides_compare(const struct course_of_run *run, const struct run_files *files)
{
	const struct run_file *a = &files->items[0], *b = &files->items[1];
	struct comparison comparison;
	int status = EXIT_NO;

	if (!is_comparable(run, files))
		return EXIT_DONE;
	if (compare(&a->result, &b->result, &run->options->sides.policy, &comparison))
		return EXIT_NO;
	if (comparison_text(&comparison.base.file, buf_text(&a->path)) ||
	    comparison_text(&comparison.new.file, buf_text(&b->path)))
		err_code(ENOMEM, "cannot compare");
	else if (print(run, &comparison) == 0)
		status = compare_fails(&comparison) ? EXIT_NO : EXIT_DONE;
	comparison_release(&comparison);
	return status;
}

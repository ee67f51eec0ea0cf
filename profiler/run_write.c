// SPDX-License-Identifier: BSD-2-Clause
/* run_write.c - the files that a run leaves: one report, or one a side */
#include "run_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "report.h"
#include "units.h"

/* "report.json" of side a is "report-a.json"; a name without a dot has it at its end. */
static int side_path(const char *path, const char *side, struct buf *out)
{
	const char *name = strrchr(path, '/'), *dot;

	name = name ? name + 1 : path;
	dot = strrchr(name, '.');
	if (!dot || dot == name)
		dot = name + strlen(name);
	return buf_printf(out, "%.*s-%s%s", (int)(dot - path), path, side, dot);
}

static int name_files(const struct course_of_run *run, struct run_files *files)
{
	const char *output = run->options->output;

	if (!run_has_sides(run->options)) {
		files->count = 1;
		files->items[0].result = run->result;
		return buf_puts(&files->items[0].path, output);
	}
	for (size_t i = 0; i < RUN_SIDES; i++) {
		struct run_file *file = &files->items[files->count++];

		file->result = run_side(run, i);
		if (side_path(output, file->result.plan.side, &file->path))
			return -ENOMEM;
	}
	return 0;
}

static int write_to(const struct course_of_run *run, const struct run_file *file, const char *path)
{
	struct report_target target = {.path = path, .uid = run->user.uid, .gid = run->user.gid};

	return report_write_file(&file->result, report_format_find("json"), NULL, &target);
}

static bool is_standard_output(const struct run_file *file)
{
	return strcmp(buf_text(&file->path), "-") == 0;
}

/* A mistyped command, or an early interrupt, is no reason to lose the report of another run. */
static bool spares_older_report(const struct run_file *file)
{
	struct stat st;

	vec_foreach(workload, &file->result.workloads)
		if (workload->samples.count)
			return false;
	return !is_standard_output(file) && stat(file->path.data, &st) == 0 && S_ISREG(st.st_mode);
}

/* What was measured is not lost when its place is full or read-only: the cache folder takes it. */
static bool write_report(const struct course_of_run *run, const struct run_file *file)
{
	bool written = write_to(run, file, file->path.data) == 0;
	struct buf refuge = {}, name = {};

	if (written)
		return true;
	if (buf_printf(&name, "%s/unsaved-report.json", run->targets.cache) == 0 &&
	    (file->result.plan.side ? side_path(name.data, file->result.plan.side, &refuge)
				    : buf_puts(&refuge, name.data)) == 0 &&
	    write_to(run, file, refuge.data) == 0)
		note_print("the report is kept in '%s'", refuge.data);
	buf_release(&refuge);
	buf_release(&name);
	return false;
}

int run_files_write(const struct course_of_run *run, struct run_files *files)
{
	int rc = name_files(run, files);

	for (size_t i = 0; i < files->count && !rc; i++) {
		struct run_file *file = &files->items[i];

		file->spared = spares_older_report(file);
		if (file->spared)
			note_print("nothing was measured: '%s' is left as it was", file->path.data);
		else
			file->written = write_report(run, file);
	}
	return rc;
}

bool run_files_all_written(const struct run_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (!files->items[i].written && !files->items[i].spared)
			return false;
	return true;
}

static void say_losses(const struct course_of_run *run)
{
	if (run->lost_starts)
		printf(" · %llu starts lost events and are left out\n",
		       (unsigned long long)run->lost_starts);
	else
		printf(" · no events lost\n");
}

void run_files_say(const struct course_of_run *run, const struct run_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct run_file *file = &files->items[i];
		char size[UNITS_TEXT];
		struct stat st;

		if (!file->written || run->options->quiet || is_standard_output(file))
			continue;
		printf("%s written", file->path.data);
		if (stat(file->path.data, &st) == 0 && S_ISREG(st.st_mode))
			printf(" · %s", units_bytes((double)st.st_size, size));
		say_losses(run);
	}
}

void run_files_release(struct run_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		buf_release(&files->items[i].path);
}

// SPDX-License-Identifier: BSD-2-Clause
/* run_result.c - what a run leaves: the report's parts, its file, the text on the terminal */
#include "run_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "installed.h"
#include "probes.h"
#include "report.h"
#include "summary.h"

/* ---- before the starts ---- */

static int describe_installed(const struct user *user, const char *folder,
			      struct result_workload *out)
{
	struct installed installed = {};
	int rc = installed_read(user, folder, &installed);

	if (rc)
		return rc;
	if (installed.bytes >= 0) {
		out->installed_bytes = installed.bytes;
		out->installed_files_count = installed.files_count;
	}
	vec_foreach(package, &installed.packages) {
		struct result_package *to = result_add(&out->packages, package);

		if (!to) {
			rc = -ENOMEM;
			break;
		}
		to->name = package->name;
		to->version = package->version;
		*package = (struct installed_package){};
	}
	installed_release(&installed);
	return rc;
}

static int describe_target(const struct course_of_run *run, const struct target *target,
			   struct result_workload *out)
{
	struct buf ready = {};

	result_workload_init(out);
	out->name = strdup(target->name);
	out->cwd = target->cwd ? strdup(target->cwd) : NULL;
	vec_foreach(word, &target->argv)
		if (vec_push(&out->command, strdup(*word)))
			return -ENOMEM;
	if (target->reason) {
		out->outcome = strdup(run->options->command ? "failed" : "not_prepared");
		out->reason = strdup(target->reason);
	}
	if (run->options->limits.memory_bytes)
		out->limit_memory_bytes = (int64_t)run->options->limits.memory_bytes;
	if (run->options->limits.cpus > 0)
		out->limit_cpus = run->options->limits.cpus;
	ready_text(&target->ready, &ready);
	out->ready = buf_steal(&ready);
	out->cold = strdup(cold_name(run->options->cold));
	if (target->workload && !target->reason)
		return describe_installed(&run->user, target->folder, out);
	return 0;
}

int run_result_begin(struct course_of_run *run)
{
	int rc = run_describe(run->options, &run->user, run->seed, &run->result);

	vec_foreach(target, &run->targets.targets) {
		struct result_workload *workload = vec_add(&run->result.workloads);

		if (!rc)
			rc = workload ? describe_target(run, target, workload) : -ENOMEM;
	}
	return rc;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* What was learned of the runtimes while they ran. */
static void describe_runtimes(struct course_of_run *run)
{
	for (size_t i = 0; i < run->targets.targets.count; i++) {
		const struct runtime *from = &run->targets.targets.items[i].runtime;
		struct result_runtime *to = &run->result.workloads.items[i].runtime;

		if (from->kind == EVENT_RUNTIME_NONE)
			continue;
		to->name = copy(from->name);
		to->version = copy(from->version);
		to->path = copy(from->path);
		to->build_id = copy(from->build_id);
		to->technique = copy(from->kind == EVENT_RUNTIME_OTHER ? "none" : "uprobe");
	}
}

/* ---- after them ---- */

static int summarize(struct course_of_run *run)
{
	int rc = 0;

	describe_runtimes(run);
	vec_foreach(workload, &run->result.workloads)
		if (!rc)
			rc = summary_build(workload, run->seed);
	return rc;
}

/* What the kernel does not report is absent in every sample. */
static int note_missing(struct course_of_run *run)
{
	for (const char *const *what = session_missing(run->session); *what; what++) {
		char *note;

		if (asprintf(&note, "this kernel does not report %s", *what) < 0 ||
		    vec_push(&run->result.notes, note))
			return -ENOMEM;
	}
	return 0;
}

/* Said once for the run: these files are not judged in "as cold as asked for". */
static int note_mapped(struct course_of_run *run)
{
	struct buf note = {};

	vec_foreach(path, &session_cold(run->session)->mapped)
		if (buf_printf(&note, "%s%s",
			       note.size ? ", "
					 : "stayed in the page cache, for other processes "
					   "map them: ",
			       *path))
			return -ENOMEM;
	if (!note.size)
		return 0;
	return vec_push(&run->result.notes, buf_steal(&note));
}

static bool is_runtime(const struct course_of_run *run, const char *path)
{
	vec_foreach(target, &run->targets.targets)
		if (target->runtime.path && strcmp(target->runtime.path, path) == 0)
			return true;
	return false;
}

/* PSS and private memory depend on who else runs: one more node, and its pages are shared. */
static int note_sharers(struct course_of_run *run)
{
	struct probes_foreigners foreigners = {};
	int rc = probes_foreign_count(session_probes(run->session), &foreigners);

	vec_foreach(item, &foreigners.items) {
		char *note;

		if (rc || !item->processes || !is_runtime(run, item->path))
			continue;
		if (asprintf(&note,
			     "%zu other process%s '%s': pages shared with them count less in PSS, "
			     "and not in private memory",
			     item->processes, item->processes == 1 ? " maps" : "es map",
			     item->path) < 0)
			rc = -ENOMEM;
		else
			rc = vec_push(&run->result.notes, note);
	}
	probes_foreigners_release(&foreigners);
	return rc == -ENOMEM ? rc : 0;
}

/* Of two sides the difference is what is asked for; each side's own text is a `report` away. */
static int print_text(const struct course_of_run *run, const struct run_files *files, int *answer)
{
	struct report_options options = {
		.color = cmd_when_applies(run->options->color, stdout),
		.width = report_width(stdout),
	};

	*answer = EXIT_DONE;
	if (run_has_sides(run->options)) {
		*answer = run_sides_compare(run, files);
		return 0;
	}
	if (run->options->quiet || strcmp(run->options->output, "-") == 0)
		return 0;
	if (run->options->sessions)
		return report_noise(&run->result, stdout, &options);
	return report_format_find("text")->write(&run->result, stdout, &options);
}

static bool any_missing(const struct course_of_run *run)
{
	vec_foreach(target, &run->targets.targets)
		if (target->reason)
			return true;
	return false;
}

/* The list at the end: what failed, after all that scrolled by. */
static void say_failed(const struct course_of_run *run)
{
	if (run->targets.targets.count < 2)
		return;
	for (size_t i = 0; i < run->targets.targets.count; i++) {
		const struct target *target = &run->targets.targets.items[i];

		if (target->reason)
			err_print("%s: %s", target_label(target), target->reason);
		else if (run->failed[i])
			err_print("%s: %zu of %zu starts failed", target_label(target),
				  run->failed[i], run->failed[i] + run->good[i]);
	}
}

/* Reports, text and closing lines. |*answer| is what two sides say; 0 or -errno, printed. */
static int give_out(struct course_of_run *run, int *answer)
{
	struct run_files files = {};
	int rc = run_files_write(run, &files);

	if (rc) {
		err_code(rc, "cannot write the report");
	} else if (print_text(run, &files, answer) ||
		   (run_files_say(run, &files), fflush(stdout))) {
		rc = err_code(errno, "cannot write to standard output");
	} else if (!run_files_all_written(&files)) {
		rc = -EIO;
	}
	run_files_release(&files);
	return rc;
}

int run_result_finish(struct course_of_run *run)
{
	int answer;

	if (summarize(run) || run_sessions_end(run) || note_mapped(run) || note_missing(run) ||
	    note_sharers(run))
		return EXIT_NO;
	if (give_out(run, &answer))
		return EXIT_NO;
	if (run->interrupted)
		return run_signal_status(session_signal(run->session));
	say_failed(run);
	if (run->any_failed || any_missing(run) || !session_kept_all(run->session))
		return EXIT_NO;
	return answer;
}

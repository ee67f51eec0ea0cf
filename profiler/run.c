// SPDX-License-Identifier: BSD-2-Clause
/* run.c - `coldprof run`: from what was asked for to the report */
#include "run.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "err.h"
#include "fs.h"
#include "installed.h"
#include "plan.h"
#include "prepare.h"
#include "probes.h"
#include "progress.h"
#include "report.h"
#include "result.h"
#include "runtime.h"
#include "session.h"
#include "summary.h"
#include "symbols.h"
#include "units.h"
#include "user.h"
#include "workload.h"

/* Everything of one `coldprof run`. Zeroed memory is empty but for |signals|. */
struct course_of_run {
	const struct run_options *options;
	int signals;
	struct user user;
	struct symbols_cache *symbols;
	struct runtime_finder finder;
	struct run_targets targets;
	struct session_options session_options;
	struct session *session;
	struct plan plan;
	uint64_t seed;
	struct result result;
	struct progress *progress;
	size_t *good, *failed; /* starts of each target */
	bool interrupted, any_failed;
	uint64_t lost_starts;
};

/* ---- setting up ---- */

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* a reader of our output that goes away is an error of write(2), not our end */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int signal_status(int number)
{
	return 128 + number;
}

static int open_user(struct course_of_run *run)
{
	struct buf reason = {};
	int rc;

	if (!doctor_can_run(run->options->btf, &reason)) {
		err_print("%s", buf_text(&reason));
		buf_release(&reason);
		return EXIT_MACHINE;
	}
	buf_release(&reason);
	rc = user_resolve(run->options->user, &run->user);
	if (rc)
		return rc == -ENOENT ? EXIT_USAGE : EXIT_MACHINE;
	return EXIT_DONE;
}

static int open_targets(struct course_of_run *run)
{
	struct signalfd_siginfo info;
	struct buf folder = {};
	int status;

	run->finder.user = &run->user;
	if (prepare_cache_folder(&run->user, run->options->cache, &run->targets.cache) ||
	    buf_printf(&folder, "%s/symbols", run->targets.cache) ||
	    symbols_cache_new(&run->user, folder.data, &run->symbols)) {
		buf_release(&folder);
		return EXIT_NO;
	}
	buf_release(&folder);
	run->finder.cache = run->symbols;
	status = run_targets_make(run->options, &run->finder, run->signals, &run->targets);
	if (status == EXIT_SIGINT &&
	    read(run->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		status = signal_status((int)info.ssi_signo);
	return status;
}

static int open_record_folder(struct course_of_run *run)
{
	int rc;

	if (!run->options->record)
		return 0;
	rc = fs_make_dirs(run->options->record, run->user.uid, run->user.gid);
	return rc ? err_code(rc, "cannot make the folder '%s'", run->options->record) : 0;
}

static int open_session(struct course_of_run *run)
{
	const struct run_options *options = run->options;

	run->session_options = (struct session_options){
		.user = &run->user,
		.finder = &run->finder,
		.signals = run->signals,
		.cold = options->cold,
		.limits = options->limits,
		.timeout_ns = (uint64_t)(options->timeout_s * 1e9),
		.stdin_path = options->stdin_path,
		.setup = options->setup,
		.record_folder = options->record,
		.btf_path = options->btf,
		.ring_bytes = options->ring_mib * MIB,
		.ignore_failure = options->ignore_failure,
		.null_control = options->null_control,
		.scratch = &run->targets.places.scratch,
		.spared = run->targets.places.pids,
	};
	if (open_record_folder(run))
		return EXIT_NO;
	if (session_open(&run->session_options, &run->session))
		return EXIT_MACHINE;
	vec_foreach(target, &run->targets.targets)
		if (!target->reason && session_know(run->session, target))
			return EXIT_MACHINE;
	return EXIT_DONE;
}

/* A uprobe traps every process that maps the file: say how many that are besides ours. */
static void say_foreigners(struct course_of_run *run)
{
	struct probes_foreigners foreigners = {};

	if (run->options->quiet || !run->options->verbose ||
	    probes_foreign_count(session_probes(run->session), &foreigners))
		return;
	vec_foreach(item, &foreigners.items)
		if (item->processes)
			note_print("%zu other processes map '%s', which is probed meanwhile",
				   item->processes, item->path);
	probes_foreigners_release(&foreigners);
}

/* ---- the result ---- */

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
		struct result_package *to = vec_add(&out->packages);

		if (!to) {
			rc = -ENOMEM;
			break;
		}
		*to = (struct result_package){package->name, package->version};
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

static int begin_result(struct course_of_run *run)
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

/* ---- the starts ---- */

static void say_failure(const struct target *target, const struct result_sample *sample)
{
	const char *line = target->output_tail;

	err_print("%s: start failed: %s", target->name,
		  sample->reason ? sample->reason : "no reason known");
	if (!line)
		return;
	fprintf(stderr, "  the last lines of its output:\n");
	while (*line) {
		int length = (int)strcspn(line, "\n");

		fprintf(stderr, "  | %.*s\n", length, line);
		line += length + (line[length] == '\n');
	}
}

/* A start that lost events, or was not as cold as asked for, is no part of the summary. */
static void judge_sample(struct course_of_run *run, struct result_sample *sample)
{
	sample->counted = sample->outcome && strcmp(sample->outcome, "good") == 0;
	if (sample->events_lost.count) {
		sample->counted = false;
		run->lost_starts++;
	}
}

static int keep_sample(struct course_of_run *run, size_t index, const struct plan_start *start,
		       struct result_sample *sample)
{
	struct result_workload *workload = &run->result.workloads.items[start->target];
	struct target *target = &run->targets.targets.items[start->target];
	bool good = sample->outcome && strcmp(sample->outcome, "good") == 0;

	if (sample->outcome && strcmp(sample->outcome, "interrupted") == 0) {
		result_sample_release(sample);
		return 0;
	}
	sample->order = (int64_t)index;
	judge_sample(run, sample);
	if (!good) {
		if (!run->failed[start->target]++)
			say_failure(target, sample);
		run->any_failed = true;
	} else {
		run->good[start->target]++;
	}
	if (start->warmup && good) {
		result_sample_release(sample);
		return 0;
	}
	sample->counted = sample->counted && !start->warmup;
	return vec_push(&workload->samples, *sample);
}

static int note_order(struct course_of_run *run, const struct plan_start *start)
{
	const char *name = run->targets.targets.items[start->target].name;
	char *text;

	if (asprintf(&text, "%s%s", start->warmup ? "~" : "", name) < 0)
		return -ENOMEM;
	return vec_push(&run->result.plan.order, text);
}

/* One that never had a good start is not tried again: it would fail the same way. */
static bool is_hopeless(const struct course_of_run *run, size_t target)
{
	return run->targets.targets.items[target].reason ||
	       (run->failed[target] && !run->good[target]);
}

static int start_one(struct course_of_run *run, size_t index)
{
	const struct plan_start *start = &run->plan.starts.items[index];
	struct target *target = &run->targets.targets.items[start->target];
	struct result_sample sample;
	char name[32];
	int rc;

	if (is_hopeless(run, start->target))
		return 0;
	progress_step(run->progress, index, run->plan.starts.count, target->name);
	snprintf(name, sizeof(name), "%04zu-%zu%s", index, start->target,
		 start->warmup ? "-warmup" : "");
	result_sample_init(&sample);
	rc = note_order(run, start);
	if (!rc)
		rc = session_start(run->session, target, name, &sample);
	if (!rc || rc == -EINTR) {
		int kept = keep_sample(run, index, start, &sample);

		return kept ? kept : rc;
	}
	result_sample_release(&sample);
	return rc;
}

static int start_all(struct course_of_run *run)
{
	int rc = 0;

	for (size_t i = 0; i < run->plan.starts.count && !rc; i++) {
		rc = session_signal(run->session) ? -EINTR : 0;
		if (!rc)
			rc = start_one(run, i);
	}
	progress_end(run->progress);
	run->interrupted = rc == -EINTR;
	run->result.plan.interrupted = run->interrupted;
	return run->interrupted ? 0 : rc;
}

/* ---- the end ---- */

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
			       note.size ? ", " : "stayed in the page cache, for other processes "
						  "map them: ",
			       *path))
			return -ENOMEM;
	if (!note.size)
		return 0;
	return vec_push(&run->result.notes, buf_steal(&note));
}

static int write_to(const struct course_of_run *run, const char *path)
{
	struct report_target target = {.path = path, .uid = run->user.uid, .gid = run->user.gid};

	return report_write_file(&run->result, report_format_find("json"), NULL, &target);
}

/* What was measured is not lost when its place is full or read-only: the cache folder takes it. */
static int write_report(const struct course_of_run *run)
{
	int rc = write_to(run, run->options->output);
	struct buf refuge = {};

	if (!rc)
		return 0;
	if (buf_printf(&refuge, "%s/unsaved-report.json", run->targets.cache) == 0 &&
	    write_to(run, refuge.data) == 0)
		note_print("the report is kept in '%s'", refuge.data);
	buf_release(&refuge);
	return rc;
}

static void say_closing(const struct course_of_run *run)
{
	char size[UNITS_TEXT];
	struct stat st;

	if (run->options->quiet || strcmp(run->options->output, "-") == 0)
		return;
	printf("%s written", run->options->output);
	if (stat(run->options->output, &st) == 0 && S_ISREG(st.st_mode))
		printf(" · %s", units_bytes((double)st.st_size, size));
	if (run->lost_starts)
		printf(" · %llu starts lost events and are left out\n",
		       (unsigned long long)run->lost_starts);
	else
		printf(" · no events lost\n");
}

static int print_text(const struct course_of_run *run)
{
	struct report_options options = {
		.color = cmd_when_applies(run->options->color, stdout),
		.width = report_width(stdout),
	};

	if (run->options->quiet || strcmp(run->options->output, "-") == 0)
		return 0;
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
			err_print("%s: %s", target->name, target->reason);
		else if (run->failed[i])
			err_print("%s: %zu of %zu starts failed", target->name, run->failed[i],
				  run->failed[i] + run->good[i]);
	}
}

static int finish(struct course_of_run *run)
{
	bool written;

	if (summarize(run) || note_mapped(run) || note_missing(run))
		return EXIT_NO;
	written = write_report(run) == 0;
	if (print_text(run) || (written && (say_closing(run), fflush(stdout)))) {
		err_code(errno, "cannot write to standard output");
		return EXIT_NO;
	}
	if (!written)
		return EXIT_NO;
	if (run->interrupted)
		return signal_status(session_signal(run->session));
	say_failed(run);
	return run->any_failed || any_missing(run) ? EXIT_NO : EXIT_DONE;
}

static void release(struct course_of_run *run)
{
	session_close(run->session);
	plan_release(&run->plan);
	result_release(&run->result);
	run_targets_release(&run->targets);
	symbols_cache_free(run->symbols);
	user_release(&run->user);
	progress_free(run->progress);
	free(run->good);
	free(run->failed);
	if (run->signals >= 0)
		close(run->signals);
}

static int prepare_starts(struct course_of_run *run)
{
	const struct run_options *options = run->options;
	size_t count = run->targets.targets.count;

	run->seed = options->seed;
	if (!options->seed_given && getrandom(&run->seed, 4, 0) != 4)
		return -errno;
	run->good = calloc(count, sizeof(*run->good));
	run->failed = calloc(count, sizeof(*run->failed));
	run->progress = progress_new(cmd_when_applies(options->progress, stderr) &&
				     !(options->quiet && options->progress == CMD_AUTO));
	if (!run->good || !run->failed || !run->progress)
		return -ENOMEM;
	if (plan_make(&run->plan, count, options->warmup, options->repeat, run->seed))
		return -ENOMEM;
	return begin_result(run);
}

int run(const struct run_options *options)
{
	struct course_of_run run = {.options = options, .signals = open_signals()};
	int status;

	result_init(&run.result);
	status = open_user(&run);
	if (!status)
		status = open_targets(&run);
	if (!status)
		status = open_session(&run);
	if (!status && prepare_starts(&run))
		status = EXIT_NO;
	if (!status) {
		say_foreigners(&run);
		status = start_all(&run) ? EXIT_NO : EXIT_DONE;
		/* what was measured before a failure of our own is kept all the same */
		int finished = finish(&run);

		status = status ? status : finished;
	}
	release(&run);
	return status;
}

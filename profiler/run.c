// SPDX-License-Identifier: BSD-2-Clause
/* run.c - `coldprof run`: from what was asked for to the report */
#include "run_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "doctor.h"
#include "err.h"
#include "fs.h"
#include "probes.h"
#include "symbols.h"
#include "units.h"

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
		status = run_signal_status((int)info.ssi_signo);
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
	if (run_hook_find(run))
		return EXIT_MACHINE;
	if (session_open(&run->session_options, &run->session))
		return EXIT_MACHINE;
	vec_foreach(target, &run->targets.targets)
		if (!target->reason && session_know(run->session, target))
			return EXIT_MACHINE;
	run_hook_say(run);
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

/* ---- the starts ---- */

static void say_failure(const struct target *target, const struct result_sample *sample)
{
	err_print("%s: start failed: %s", target_label(target),
		  sample->reason ? sample->reason : "no reason known");
	if (target->output_tail)
		err_quote("the last lines of its output:", target->output_tail);
	if (target->hooked)
		note_print("%s: it ran with --module-hook; does it start without?",
			   target_label(target));
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

	/* one that was not even started has no outcome */
	if (!sample->outcome || strcmp(sample->outcome, "interrupted") == 0) {
		result_sample_release(sample);
		return 0;
	}
	sample->order = (int64_t)index;
	if (run->options->sessions)
		sample->session = (int64_t)start->session;
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
	const char *name = target_label(&run->targets.targets.items[start->target]);
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
	progress_step(run->progress, index, run->plan.starts.count, target_label(target));
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

/* 0: the next start may come; 1: it is enough; -EINTR, or another -errno. */
static int may_start(struct course_of_run *run, size_t index)
{
	int rc = run_sessions_pause(run, index);

	if (rc)
		return rc;
	return session_signal(run->session) ? -EINTR : run_until_enough(run, index);
}

static int start_all(struct course_of_run *run)
{
	int rc = 0;

	for (size_t i = 0; i < run->plan.starts.count && !rc; i++) {
		rc = may_start(run, i);
		if (!rc)
			rc = start_one(run, i);
	}
	progress_end(run->progress);
	run->ended_ns = clock_ns();
	run_until_end(run);
	run->interrupted = rc == -EINTR;
	run->result.plan.interrupted = run->interrupted;
	return rc < 0 && !run->interrupted ? rc : 0;
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
	free(run->module_hook);
	free(run->good);
	free(run->failed);
	if (run->signals >= 0)
		close(run->signals);
}

static int choose_seed(struct course_of_run *run)
{
	run->seed = run->options->seed;
	if (run->options->seed_given || getrandom(&run->seed, 4, 0) == 4)
		return 0;
	return err_code(errno, "cannot get random bytes");
}

static int make_plan(struct course_of_run *run)
{
	const struct run_options *options = run->options;
	size_t count = run->targets.targets.count;
	struct plan_shape shape = {count, options->warmup, run_rounds(options), options->sessions};
	int rc;

	run->good = calloc(count, sizeof(*run->good));
	run->failed = calloc(count, sizeof(*run->failed));
	run->progress = progress_new(cmd_when_applies(options->progress, stderr) &&
				     !(options->quiet && options->progress == CMD_AUTO));
	if (!run->good || !run->failed || !run->progress)
		return -ENOMEM;
	rc = plan_make(&run->plan, &shape, run->seed);
	return rc ? rc : run_until_begin(run);
}

/* 0 or -errno, printed. */
static int prepare_starts(struct course_of_run *run)
{
	int rc = choose_seed(run);

	if (rc)
		return rc;
	rc = make_plan(run);
	if (rc)
		return err_code(rc, "cannot plan the starts");
	rc = run_sides_begin(run);
	if (rc)
		return rc;
	rc = run_result_begin(run);
	return rc ? err_code(rc, "cannot begin the report") : 0;
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
		int finished = run_result_finish(&run);

		status = status ? status : finished;
	}
	release(&run);
	return status;
}

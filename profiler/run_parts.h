/* SPDX-License-Identifier: BSD-2-Clause */
/* run_parts.h - what the parts of `coldprof run` share: all that one run has */
#ifndef COLDPROF_RUN_PARTS_H
#define COLDPROF_RUN_PARTS_H

#include "buf.h"
#include "plan.h"
#include "progress.h"
#include "result.h"
#include "run.h"
#include "runtime.h"
#include "session.h"
#include "stats_looks.h"
#include "user.h"

struct symbols_cache;

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
	char *module_hook; /* its path; NULL: not asked for */
	struct plan plan;
	uint64_t seed;
	struct result result;
	struct progress *progress;
	size_t *good, *failed; /* starts of each target */
	bool interrupted, any_failed;
	uint64_t lost_starts;
	struct stats_looks looks; /* none: the number of starts is fixed */
	bool sure;		  /* at one of them: each gated metric is decided */
	uint64_t began_ns;	  /* of what is timed: until sure, or all sessions; 0: not yet */
	uint64_t ended_ns;	  /* the last start */
};

/* A report of the run: all of it, or one side's. |result| borrows from the run's. */
struct run_file {
	struct result result;
	struct buf path;
	bool spared; /* nothing was measured, and there is an older report */
	bool written;
};

struct run_files {
	struct run_file items[RUN_SIDES];
	size_t count;
};

/* The exit status that a shell shows for a signal. */
static inline int run_signal_status(int number)
{
	return 128 + number;
}

/* Before the first start: machine, plan and all targets, also those that can't be started. */
int run_result_begin(struct course_of_run *run);

/* ---- --module-hook, run_hook.c ---- */

/* Before the session is opened: finds it, if it is asked for. 0 or -errno, printed. */
int run_hook_find(struct course_of_run *run);
/* With --verbose: what it is used for, as far as that is known before the first start. */
void run_hook_say(const struct course_of_run *run);

/* ---- the files, run_write.c ---- */

/* Writes each report, says what can't be written. 0 or -ENOMEM; released by the caller. */
int run_files_write(const struct course_of_run *run, struct run_files *files);
bool run_files_all_written(const struct run_files *files); /* or spared */
/* The lines at the end: what was written, and what events were lost. */
void run_files_say(const struct course_of_run *run, const struct run_files *files);
void run_files_release(struct run_files *files);

/* ---- two sides, run_sides.c ---- */

/* What tells `compare` that the reports belong together. 0 or -errno, printed. */
int run_sides_begin(struct course_of_run *run);

/* The report of one side; borrows from the run's. */
struct result run_side(const struct course_of_run *run, size_t side);

/* Says what A -> B changed. Returns an exit status, as `coldprof compare` has it. */
int run_sides_compare(const struct course_of_run *run, const struct run_files *files);

/* ---- until sure, run_until.c ---- */

/* Measured starts of each target, at most. */
size_t run_rounds(const struct run_options *options);
/* Fixes the looks. 0 or -ENOMEM. */
int run_until_begin(struct course_of_run *run);
/*
 * Asked before start |index|: whether it shall not come any more, since every gated metric is
 * decided or time is up. A look is held where it is due. 0 go on, 1 enough, or -errno (printed).
 */
int run_until_enough(struct course_of_run *run, size_t index);
/* Whatever ended the starts: the look that is next is held with what there is. */
void run_until_end(struct course_of_run *run);

/* ---- several sessions, run_sessions.c ---- */

/* Asked before start |index|: waits between two sessions. 0, -EINTR or another -errno (printed). */
int run_sessions_pause(struct course_of_run *run, size_t index);
/* After all is summed up: the noise that those show which were begun. 0 or -ENOMEM. */
int run_sessions_end(struct course_of_run *run);

/* After the last: sums up, writes, prints. Returns an exit status. */
int run_result_finish(struct course_of_run *run);

#endif

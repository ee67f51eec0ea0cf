/* SPDX-License-Identifier: BSD-2-Clause */
/* run_parts.h - what the parts of `coldprof run` share: all that one run has */
#ifndef COLDPROF_RUN_PARTS_H
#define COLDPROF_RUN_PARTS_H

#include "plan.h"
#include "result.h"
#include "run.h"
#include "runtime.h"
#include "session.h"
#include "user.h"

struct progress;
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
	struct plan plan;
	uint64_t seed;
	struct result result;
	struct progress *progress;
	size_t *good, *failed; /* starts of each target */
	bool interrupted, any_failed;
	uint64_t lost_starts;
};

/* The exit status that a shell shows for a signal. */
static inline int run_signal_status(int number)
{
	return 128 + number;
}

/* Before the first start: machine, plan and all targets, also those that can't be started. */
int run_result_begin(struct course_of_run *run);

/* After the last: sums up, writes, prints. Returns an exit status. */
int run_result_finish(struct course_of_run *run);

#endif

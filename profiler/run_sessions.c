// SPDX-License-Identifier: BSD-2-Clause
/* run_sessions.c - a run of several sessions of the same: pauses, and what they say together */
#include "run_parts.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"
#include "err.h"
#include "summary_noise.h"
#include "units.h"

/* Until time is over, or a signal is there to be read. */
static int wait_for(int signals, double seconds)
{
	struct pollfd poll_signals = {.fd = signals, .events = POLLIN};
	struct timespec time = {.tv_sec = (time_t)seconds,
				.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

	if (ppoll(&poll_signals, 1, &time, NULL) < 0 && errno != EINTR)
		return err_code(errno, "cannot wait");
	return 0;
}

int run_sessions_pause(struct course_of_run *run, size_t index)
{
	const struct plan_start *starts = run->plan.starts.items;
	double pause_s = run->options->pause_s;

	if (!index)
		run->began_ns = clock_ns();
	if (!index || starts[index].session == starts[index - 1].session || pause_s <= 0)
		return 0;
	progress_end(run->progress);
	if (wait_for(run->signals, pause_s))
		return -EIO;
	return session_signal(run->session) ? -EINTR : 0;
}

/* An interrupt leaves some that never began. */
static int64_t sessions_seen(const struct result *result)
{
	int64_t last = -1;

	vec_foreach(workload, &result->workloads)
		vec_foreach(sample, &workload->samples)
			if (sample->session > last)
				last = sample->session;
	return last + 1;
}

int run_sessions_end(struct course_of_run *run)
{
	int64_t seen = sessions_seen(&run->result);
	int rc = 0;

	if (!run->options->sessions || !seen)
		return 0;
	run->result.plan.sessions_count = seen;
	run->result.plan.sessions_ns = (int64_t)(run->ended_ns - run->began_ns);
	vec_foreach(workload, &run->result.workloads)
		if (!rc)
			rc = summary_noise_build(workload);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* session.c - the conductor: one start after the other, from held child to finished sample */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "clock.h"
#include "err.h"
#include "fs.h"
#include "known.h"
#include "launch.h"
#include "observe.h"
#include "probes.h"
#include "sample.h"
#include "scratch.h"
#include "session_parts.h"
#include "start.h"
#include "trace.h"
#include "units.h"
#include "user.h"

#define MEMORY_LIMIT (48 * MIB) /* of a recording, before it goes to a file */
#define ANSWER_MS    5000	/* silence on a listener that was found out */

/* ---- the session ---- */

static int watch(struct session *session, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(session->epoll, EPOLL_CTL_ADD, fd, &event))
		return err_code(errno, "cannot watch a descriptor");
	return 0;
}

static void unwatch(struct session *session, int fd)
{
	epoll_ctl(session->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static int open_descriptors(struct session *session)
{
	int rc;

	session->epoll = epoll_create1(EPOLL_CLOEXEC);
	session->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (session->epoll < 0 || session->timer < 0)
		return err_code(errno, "cannot make the event loop's descriptors");
	rc = watch(session, session->options->signals);
	if (!rc)
		rc = watch(session, session->timer);
	if (!rc)
		rc = watch(session, trace_fd(session->trace));
	for (size_t i = 0; i < ASK_CLIENTS && !rc; i++)
		rc = watch(session, http_fd(session->ask.clients[i]));
	return rc;
}

int session_open(const struct session_options *options, struct session **out)
{
	struct session *session = calloc(1, sizeof(*session));
	struct trace_options trace = {.ring_bytes = options->ring_bytes,
				      .btf_path = options->btf_path,
				      .attach = !options->null_control};
	int rc;

	if (!session)
		return -ENOMEM;
	session->options = options;
	session->epoll = session->timer = -1;
	rc = launch_setup();
	if (!rc)
		rc = limits_setup();
	if (!rc)
		rc = trace_open(&trace, &session->trace);
	if (!rc)
		rc = ask_init(&session->ask);
	if (!rc)
		rc = open_descriptors(session);
	if (rc) {
		session_close(session);
		return rc;
	}
	*out = session;
	return 0;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	ask_release(&session->ask);
	trace_close(session->trace);
	limits_teardown();
	probes_release(&session->probes);
	known_release(&session->known);
	cold_release(&session->cold);
	if (session->epoll >= 0)
		close(session->epoll);
	if (session->timer >= 0)
		close(session->timer);
	free(session);
}

const char *const *session_missing(const struct session *session)
{
	return trace_missing(session->trace);
}

const struct cold *session_cold(const struct session *session)
{
	return &session->cold;
}

int session_signal(struct session *session)
{
	struct signalfd_siginfo info;

	if (!session->signal &&
	    read(session->options->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		session->signal = (int)info.ssi_signo;
	return session->signal;
}

/* ---- waiting ---- */

static int set_timer(struct session *session, uint64_t at_ns)
{
	struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(at_ns / NS_PER_S),
					       .tv_nsec = (long)(at_ns % NS_PER_S)}};

	if (timerfd_settime(session->timer, TFD_TIMER_ABSTIME, &spec, NULL))
		return err_code(errno, "cannot set the timer");
	return 0;
}

/* Waits for anything to happen until |deadline_ns|, and takes in what the kernel has sent. */
static int step(struct session *session, struct start *start, uint64_t deadline_ns)
{
	struct epoll_event events[8];
	uint64_t ticks;
	int count, rc;

	rc = set_timer(session, deadline_ns);
	if (rc)
		return rc;
	count = epoll_wait(session->epoll, events, 8, trace_has_more(session->trace) ? 0 : -1);
	if (count < 0 && errno != EINTR)
		return err_code(errno, "cannot wait for events");
	if (read(session->timer, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
		return err_code(errno, "cannot read the timer");
	session_signal(session);
	return trace_drain(session->trace, start_notice, start);
}

/* ---- until it is ready ---- */

static int await_ready(struct session *session, struct course *course)
{
	int rc = 0;

	course->deadline_ns = clock_ns() + session->options->timeout_ns;
	while (!rc && !course->decided) {
		uint64_t until = course->deadline_ns;
		unsigned silence = course->target->ready.kind == EVENT_READY_AUTO
					   ? ANSWER_MS
					   : (unsigned)(session->options->timeout_ns / NS_PER_MS);

		if (course->all_failed_ns &&
		    course->all_failed_ns + LATE_LISTENER_MS * NS_PER_MS < until)
			until = course->all_failed_ns + LATE_LISTENER_MS * NS_PER_MS;
		rc = step(session, &course->start, until);
		if (!rc)
			rc = ask_new_listeners(course->ask, &course->start, silence);
		if (!rc)
			session_decide(session, course);
	}
	return rc;
}

int session_await_answer(struct course *course, struct http_answer *answer)
{
	struct session *session = course->session;
	struct http *client = course->ask->clients[course->ask->winner];
	uint64_t until = clock_ns() + session->options->timeout_ns;
	int rc;

	while ((rc = http_take(client, answer)) == -EAGAIN) {
		rc = step(session, &course->start, until);
		if (rc)
			return rc;
		if (session->signal)
			return -EINTR;
		if (clock_ns() >= until)
			return -ETIMEDOUT;
	}
	return rc;
}

/* ---- one start ---- */

/* An unnamed file: nothing is left of it by any end. */
static int open_output(struct course *course)
{
	const char *folder = fs_temporary();

	course->output = open(folder, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (course->output < 0)
		return err_code(errno,
				"cannot open a temporary file in '%s' for the program's "
				"output",
				folder);
	return 0;
}

/* A child that can't be held is a failed start, not a failure of ours. */
static int hold(struct session *session, struct course *course)
{
	const struct target *target = course->target;
	struct launch_spec spec = {
		.executable = target->executable,
		.argv = target->argv.items,
		.environment = target->hooked ? target->hooked : target->environment,
		.cwd = target->cwd,
		.stdin_path = session->options->stdin_path,
		.output_fd = course->output,
		.user = session->options->user,
	};
	struct buf reason = {};
	int rc = launch_hold(&spec, &course->launch, &reason);

	if (rc) {
		session_fail(course, EVENT_NOT_STARTED, -rc, "%s", buf_text(&reason));
		buf_release(&reason);
		return 0;
	}
	course->held = true;
	course->launch.spared = session->options->spared;
	course->start.root = course->launch.pid;
	rc = limits_add(course->limits, course->launch.pid);
	return rc ? rc : watch(session, course->launch.pidfd);
}

static int follow(struct session *session, struct course *course)
{
	struct event_fork fork = {
		.event = {.kind = EVENT_FORK, .flags = EVENT_FORK_ROOT, .time_ns = clock_ns()},
		.child_pid = (uint32_t)course->launch.pid,
		.child_tid = (uint32_t)course->launch.pid,
	};
	bool line = course->target->ready.kind == EVENT_READY_LINE;
	int rc = 0;

	course->start.began_realtime_ns = clock_realtime_ns();
	if (line)
		rc = ready_line_new(course->target->ready.regex, course->output,
				    &course->start.line);
	if (!rc)
		rc = recording_add(course->recording, &fork.event, NULL, 0);
	if (!rc)
		rc = vec_push(&course->start.alive, course->launch.pid);
	if (!rc)
		rc = trace_follow(session->trace, course->launch.pidfd, line ? course->output : -1,
				  course->recording);
	course->following = rc == 0;
	return rc ? rc : launch_release(&course->launch);
}

static int prepare_course(struct session *session, struct course *course)
{
	struct target *target = course->target;
	int rc;

	rc = scratch_empty(session->options->scratch);
	if (!rc)
		rc = session_setup(session, target);
	if (!rc)
		rc = cold_apply(&session->cold, session->options->cold, target->files.items,
				target->files.count, &course->residue);
	if (!rc)
		rc = limits_begin(&session->options->limits, &course->limits);
	if (!rc)
		rc = open_output(course);
	if (!rc)
		rc = recording_new(-1, MEMORY_LIMIT, &course->recording);
	if (!rc)
		rc = observe_begin(course);
	return rc;
}

static int measure(struct session *session, struct course *course)
{
	bool failed;
	int rc = await_ready(session, course);

	if (rc)
		return rc;
	failed = course->outcome != EVENT_GOOD;
	rc = observe_ready(course);
	if (!rc && !failed && course->start.ready != EVENT_READY_EXIT)
		rc = observe_requests(course);
	if (rc == -EINTR) {
		course->decided = false;
		session_fail(course, EVENT_INTERRUPTED, session->signal, "interrupted");
		rc = 0;
	}
	return rc;
}

static void take_tail(struct course *course)
{
	struct buf tail = {};

	if (course->outcome == EVENT_GOOD || course->output < 0)
		return;
	if (launch_output_tail(course->output, SESSION_TAIL, &tail) == 0 && tail.size) {
		free(course->target->output_tail);
		course->target->output_tail = buf_steal(&tail);
	}
	buf_release(&tail);
}

/* A kill by the cgroup's memory limit looks like any other: the group's own count tells. */
static void explain_kill(struct course *course, const struct event_cgroup *cgroup)
{
	if (course->outcome != EVENT_CRASHED || course->status != SIGKILL || cgroup->oom_kills <= 0)
		return;
	buf_clear(&course->reason);
	buf_puts(&course->reason, "ended by SIGKILL: out of the memory that its limit allows");
}

/* Stops recording, ends the tree, and completes the recording. */
static int end_course(struct session *session, struct course *course)
{
	struct event_cgroup cgroup = {.event = {.kind = EVENT_CGROUP}};
	int rc = 0, ended = 0, status;

	ask_reset(course->ask);
	if (course->following)
		rc = observe_alive(course);
	if (course->following && trace_stop(session->trace, &course->lost) && !rc)
		rc = -EIO;
	if (course->limits) {
		limits_read(course->limits, &cgroup);
		explain_kill(course, &cgroup);
	}
	if (course->held) {
		unwatch(session, course->launch.pidfd);
		ended = launch_end_tree(&course->launch, course->limits, &status);
	}
	if (course->limits && limits_end(course->limits) && !ended)
		ended = -EBUSY;
	take_tail(course);
	cgroup.event.kind = EVENT_CGROUP;
	cgroup.event.time_ns = clock_ns();
	if (!rc && course->recording)
		rc = recording_add(course->recording, &cgroup.event, NULL, 0);
	return rc ? rc : ended;
}

static int finish_recording(struct course *course)
{
	struct event_end end = {
		.event = {.kind = EVENT_END, .time_ns = clock_ns()},
		.outcome = course->outcome,
		.status = course->status,
	};
	int rc;

	rc = recording_add(course->recording, &end.event, buf_text(&course->reason),
			   course->reason.size);
	if (!rc)
		rc = recording_finish(course->recording);
	return rc;
}

static void release_course(struct course *course)
{
	recording_free(course->recording);
	if (course->output >= 0)
		close(course->output);
	start_release(&course->start);
	buf_release(&course->reason);
}

int session_start(struct session *session, struct target *target, const char *name,
		  struct result_sample *out)
{
	struct course course = {.session = session,
				.target = target,
				.ask = &session->ask,
				.output = -1,
				.start = {.target = target}};
	int rc, ended;

	ask_reset(&session->ask);
	rc = prepare_course(session, &course);
	course.start.recording = course.recording;
	if (!rc)
		rc = hold(session, &course);
	if (!rc && course.held)
		rc = follow(session, &course);
	if (!rc && course.following)
		rc = measure(session, &course);
	ended = end_course(session, &course);
	if (!rc)
		rc = ended;
	if (!rc)
		rc = session_learn(session, &course);
	if (!rc)
		rc = session_learn_packages(session, &course);
	if (!rc)
		rc = finish_recording(&course);
	if (!rc)
		rc = sample_build(course.recording, out);
	if (!rc)
		rc = session_learn_files(session, &course, out);
	if (!rc)
		session_keep(session, &course, name);
	release_course(&course);
	return !rc && session->signal ? -EINTR : rc;
}

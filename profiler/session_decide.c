// SPDX-License-Identifier: BSD-2-Clause
/* session_decide.c - whether a start is ready, has failed, or goes on */
#include "session_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "err.h"
#include "observe.h"
#include "units.h"

void session_fail(struct course *course, enum event_outcome outcome, int status, const char *format,
		  ...)
{
	va_list args;
	char text[512];

	if (course->decided)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	course->decided = true;
	course->outcome = outcome;
	course->status = status;
	buf_clear(&course->reason);
	buf_puts(&course->reason, text);
}

/* The kernel's word may be missing when events were lost: the pidfd knows as well. */
static void check_root(struct course *course)
{
	struct start *start = &course->start;
	siginfo_t info = {};

	if (waitid(P_PID, (id_t)course->launch.pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	    !info.si_pid)
		return;
	course->root_status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	if (start->root_gone)
		return;
	start->root_gone = true;
	start->root_gone_ns = clock_ns();
}

/* What the root's end says of the start: how it ended, or NULL if that is a good end. */
static void judge_exit(struct session *session, struct course *course, bool was_wanted)
{
	int status = course->root_status;

	if (WIFSIGNALED(status))
		session_fail(course, EVENT_CRASHED, WTERMSIG(status), "ended by SIG%s (%s)",
			     sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?",
			     strsignal(WTERMSIG(status)));
	else if (!was_wanted)
		session_fail(course, EVENT_EXITED, WEXITSTATUS(status),
			     "exited with status %d before it was ready", WEXITSTATUS(status));
	else if (WEXITSTATUS(status) && !session->options->ignore_failure)
		session_fail(course, EVENT_EXITED, WEXITSTATUS(status), "exited with status %d",
			     WEXITSTATUS(status));
	else
		course->decided = true;
}

static void judge_answer(struct course *course, const struct http_answer *answer)
{
	if (!course->target->ready_status && answer->status >= 500)
		session_fail(course, EVENT_BAD_ANSWER, answer->status,
			     "the first answer has status %d", answer->status);
	course->decided = true;
}

/* Listeners of the automatic readiness that speak no HTTP: the first listen(2) was it, then. */
static void accept_listen(struct course *course)
{
	struct ask *ask = course->ask;

	start_ready_by_listener(&course->start, course->start.listeners.items, EVENT_READY_LISTEN);
	observe_answer(course, 0, &ask->first_failure);
	course->decided = true;
}

static void decide_by_client(struct course *course)
{
	bool automatic = course->target->ready.kind == EVENT_READY_AUTO;
	struct start_listener *listener;
	struct http_answer answer;
	uint64_t now = clock_ns();

	if (ask_take(course->ask, &course->start, &answer, &listener)) {
		start_ready_by_listener(&course->start, listener, EVENT_READY_HTTP);
		course->answered_by = (size_t)(listener - course->start.listeners.items);
		observe_answer(course, 0, &answer);
		judge_answer(course, &answer);
		return;
	}
	if (!ask_all_failed(course->ask)) {
		course->all_failed_ns = 0;
		return;
	}
	if (!course->all_failed_ns)
		course->all_failed_ns = now;
	if (automatic && now >= course->all_failed_ns + LATE_LISTENER_MS * NS_PER_MS)
		accept_listen(course);
}

static void decide_by_exit(struct session *session, struct course *course)
{
	enum event_ready kind = course->target->ready.kind;
	struct start *start = &course->start;
	bool wanted = kind == EVENT_READY_EXIT || kind == EVENT_READY_AUTO;

	check_root(course);
	if (!start->root_gone)
		return;
	/* it may have answered and gone: the client, a thread of its own, is about to say so */
	if (!start->alive.count && ask_any_busy(course->ask))
		return;
	/* a daemon that the root left behind may still get ready, where that is asked for */
	if (!wanted && start->alive.count)
		return;
	check_root(course);
	if (wanted)
		start_ready_by_exit(start);
	judge_exit(session, course, wanted);
}

/* What a start that has run out of time never did. */
static const char *missing(const struct course *course)
{
	const char *failure = course->ask->first_failure.reason;
	bool listens = course->start.listeners.count;

	switch (course->target->ready.kind) {
	case EVENT_READY_AUTO:
		return listens ? "no listener has answered"
			       : "it neither listened nor ended; see --ready for other ends";
	case EVENT_READY_HTTP:
		if (*failure)
			return failure;
		return listens ? "no HTTP answer" : "it did not listen";
	case EVENT_READY_LISTEN:
		return "it did not listen";
	case EVENT_READY_LINE:
		return "no line of its output matched";
	default:
		return "it did not end";
	}
}

static void give_up(struct session *session, struct course *course)
{
	double seconds = (double)session->options->timeout_ns / 1e9;
	int status = course->ask->first_failure.status;

	if (status)
		session_fail(course, EVENT_BAD_ANSWER, status,
			     "not ready after %.4g s: the first answer has status %d, not %u",
			     seconds, status, course->target->ready_status);
	else
		session_fail(course, EVENT_NEVER_READY, 0, "not ready after %.4g s: %s", seconds,
			     missing(course));
}

void session_decide(struct session *session, struct course *course)
{
	enum event_ready kind = course->target->ready.kind;
	int code = launch_exec_error(&course->launch);

	if (session->signal)
		session_fail(course, EVENT_INTERRUPTED, session->signal, "interrupted");
	else if (code)
		session_fail(course, EVENT_NOT_STARTED, code, "cannot execute '%s': %s",
			     course->target->executable, err_text(code));
	else if (course->start.ready)
		course->decided = true;
	if (!course->decided && (kind == EVENT_READY_AUTO || kind == EVENT_READY_HTTP))
		decide_by_client(course);
	if (!course->decided)
		decide_by_exit(session, course);
	if (!course->decided && clock_ns() >= course->deadline_ns)
		give_up(session, course);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* session_parts.h - what the parts of the session share: itself, and the course of one start */
#ifndef COLDPROF_SESSION_PARTS_H
#define COLDPROF_SESSION_PARTS_H

#include "ask.h"
#include "cold.h"
#include "known.h"
#include "launch.h"
#include "probes.h"
#include "session.h"
#include "start.h"
#include "trace.h"

struct session {
	const struct session_options *options;
	struct trace *trace;
	struct ask ask;
	struct known known;
	struct probes probes; /* attached: the first |probes_attached| */
	size_t probes_attached;
	size_t layouts_set;
	struct cold cold;
	int epoll, timer;
	int signal;  /* SIGINT or SIGTERM came */
	bool unkept; /* a recording could not be kept: no further one is tried */
};

/* One start, from its preparation to its sample. */
struct course {
	struct session *session;
	struct target *target;
	struct ask *ask;
	struct start start;
	struct launch launch;
	struct limits *limits;
	struct recording *recording;
	struct event_residue residue;
	bool held, following;
	int output; /* the program's output file */
	uint64_t deadline_ns;
	uint64_t all_failed_ns; /* since when no listener spoke HTTP; 0: one may yet */
	size_t answered_by;	/* index of the listener whose answer won */
	int root_status;	/* as wait(2) gives it */
	bool decided;
	enum event_outcome outcome;
	int status;
	struct buf reason;
	uint64_t lost;
};

/* How long a listener is still waited for after all known ones spoke no HTTP. */
#define LATE_LISTENER_MS 1000

/* Lines of a failed program's or set-up command's output that are shown. */
#define SESSION_TAIL 10

/* Runs the set-up command, if there is one, as the user. 0, -EINTR, or -errno, printed. */
int session_setup(struct session *session, const struct target *target);

/* Sets |decided| once the start is ready or has failed. */
void session_decide(struct session *session, struct course *course);

/* The start has failed for good; the first reason stays. */
void session_fail(struct course *course, enum event_outcome outcome, int status, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));

/*
 * Writes the finished recording to its file, where recordings are kept. What can't be written is
 * said once: the measurement goes on without.
 */
void session_keep(struct session *session, const struct course *course, const char *name);

/* Waits for the answer of the client that won, recording meanwhile. -EINTR, -ETIMEDOUT. */
int session_await_answer(struct course *course, struct http_answer *answer);

/*
 * Preloads module_hook.js into the target's next starts, where that is asked for, a |runtime| in
 * them needs it, and its arguments (NULL: not known) let it; says so where they don't. 0 or
 * -ENOMEM.
 */
int session_hook(struct session *session, struct target *target, const struct runtime *runtime,
		 char *const argv[]);
/* The file that this start preloads to have the modules of |runtime|, or NULL. */
const char *session_hook_of(const struct course *course, const struct runtime *runtime);
/* session_hook(), once what the target runs was seen. */
int session_hook_seen(struct session *session, struct course *course);

/* Looks into binaries that were seen running for the first time, and records the runtimes. */
int session_learn(struct session *session, struct course *course);
/*
 * Reads the packages of the target's first good start, and records those of the target. For after
 * the start's end: the recording is read for it.
 */
int session_learn_packages(struct session *session, struct course *course);
/* Keeps which files a start read, for `--cold evicted`. */
int session_learn_files(struct session *session, struct course *course,
			const struct result_sample *sample);

#endif

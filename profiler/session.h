/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - the conductor: one start after the other, from the held child to the finished sample
 *
 * The only part that joins the machine (launch, trace, http, ...) and the model (sample_build).
 */
#ifndef COLDPROF_SESSION_H
#define COLDPROF_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cold.h"
#include "limit.h"
#include "result.h"
#include "runtime.h"
#include "target.h"

struct probes;
struct scratch;
struct user;
struct session;

/* The same for all starts of a run. All pointers are the caller's, for the session's whole life. */
struct session_options {
	const struct user *user;
	const struct runtime_finder *finder; /* looks into runtimes that are seen running */
	int signals; /* a signalfd of SIGINT, SIGTERM and SIGHUP, which are blocked; non-blocking */
	enum cold_level cold;
	struct limits_spec limits;
	uint64_t timeout_ns;
	const char *stdin_path; /* NULL: /dev/null */
	const char *setup;	/* run by the user's shell before each start, outside the clock */
	const char *record_folder; /* keep each recording there; NULL: none */
	const char *module_hook;   /* module_hook.js, for modules not seen otherwise; NULL: none */
	const char *btf_path;
	const struct scratch *scratch; /* emptied before each start */
	const pid_t *spared;	       /* children of ours that are of no start, ended by 0 */
	size_t ring_bytes;
	bool ignore_failure; /* a nonzero exit is a good start */
	bool null_control;   /* load the programs, attach nothing (for benchmarks) */
};

/* Loads and attaches the BPF programs, makes the cgroups. 0 or -errno, printed. */
int session_open(const struct session_options *options, struct session **out);
/* Ends what is under way and leaves nothing behind. NULL is fine. */
void session_close(struct session *session);

/*
 * Finds the runtime that a target will run, as far as that can be known before, and attaches its
 * probes. 0 or -errno, printed.
 */
int session_know(struct session *session, struct target *target);

/* The probes that are attached now. */
const struct probes *session_probes(const struct session *session);

/* What this kernel does not report, as short texts; NULL after the last. */
const char *const *session_missing(const struct session *session);

/* Files that --cold could not put out because other processes map them. */
const struct cold *session_cold(const struct session *session);

/*
 * One start, to its end: nothing of it runs afterwards. |out| is initialised and filled, also for a
 * failed start (its outcome says so). |name| names the recording. After a start |target| knows its
 * runtime and the files it read. 0, or -errno (printed) where coldprof itself could not go on;
 * -EINTR when it was interrupted: session_signal().
 */
int session_start(struct session *session, struct target *target, const char *name,
		  struct result_sample *out);

/* Whether each recording that was to be kept is; where not, it has been said. */
bool session_kept_all(const struct session *session);

/* SIGINT, SIGTERM or SIGHUP once one came, else 0. To be asked between starts as well. */
int session_signal(struct session *session);

#endif

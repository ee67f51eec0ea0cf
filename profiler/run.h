/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h - `coldprof run`: from what was asked for to the report */
#ifndef COLDPROF_RUN_H
#define COLDPROF_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "cold.h"
#include "compare_policy.h"
#include "limit.h"
#include "prepare.h"
#include "ready.h"
#include "scratch.h"
#include "service.h"
#include "target.h"
#include "vec.h"
#include "words.h"

struct catalog;
struct prepare_set;
struct result;
struct runtime_finder;
struct session;
struct user;

typedef VEC(const char *) run_words; /* each points into argv */

#define RUN_SIDES 2

/* Two sides that one run measures by turns. */
struct run_sides_options {
	const char *folders[RUN_SIDES]; /* of the command; NULL: the same one */
	words against;			/* side B's command; empty: the same one */
	struct compare_policy policy;	/* by which B is judged: --threshold */
	const char *policy_path;	/* rules that stand before those; NULL: none */
	bool judged;			/* either was given */
	bool until_sure;	/* |repeat| is then the number of starts at the first look */
	unsigned long max_runs; /* of a side; 0: ten times |repeat| */
	double max_time_s;	/* 0: as long as it takes */
};

/* What the command line asks for. Zeroed memory but for the defaults of cmd_run.c. */
struct run_options {
	run_words workloads; /* names, patterns, tags */
	char **command;	     /* after "--", ended by NULL; NULL: workloads */
	struct run_sides_options sides;
	unsigned long sessions; /* of the same, to see how they differ; 0: a usual run */
	double pause_s;		/* between two of them */
	unsigned long repeat, warmup, seed;
	bool seed_given;
	long requests; /* -1: the workload's own number */
	enum cold_level cold;
	struct ready_spec ready;
	bool ready_given;
	struct limits_spec limits;
	double timeout_s;
	bool ignore_failure;
	const char *user, *cwd, *stdin_path, *setup, *name;
	run_words environment;	/* NAME=VALUE */
	run_words node, python; /* paths or names of runtimes */
	run_words catalogs;
	const char *redis, *kafka; /* addresses of those that run already */
	const char *cache, *record, *output, *btf;
	unsigned long ring_mib;
	bool null_control;
	bool module_hook; /* where modules can't be seen from outside */
	bool quiet, verbose;
	enum cmd_when progress, color;
	int argc;
	char **argv; /* the whole command line, for the report */
};

/* Whether two sides are measured. */
static inline bool run_has_sides(const struct run_options *options)
{
	return options->sides.folders[0] || options->sides.against.count;
}

/* Returns an exit status; everything is said. */
int run(const struct run_options *options);

/* ---- its parts ---- */

/* What the workloads of a run share. Zeroed memory is empty. */
struct run_places {
	struct scratch scratch;
	struct service services[SERVICES]; /* without an address: not needed, or not to be had */
	pid_t pids[SERVICES + 1];	   /* of those that we started, ended by 0 */
};

/* All targets of a run and what they lean on. Zeroed memory is empty. */
struct run_targets {
	struct run_places places;
	VEC(struct target) targets;
	struct catalog *catalog;
	struct prepare_set *set;
	char *cache; /* folder; set before run_targets_make() */
};

/*
 * Finds what is to be started, and prepares workloads that are not prepared. A workload that can't
 * be is a target with a reason. |signals|: a signalfd, readable when to stop (not read here).
 * Returns an exit status: EXIT_DONE to go on, EXIT_SIGINT when stopped by either signal.
 */
int run_targets_make(const struct run_options *options, const struct runtime_finder *finder,
		     int signals, struct run_targets *out);
void run_targets_release(struct run_targets *targets);

/*
 * Makes the scratch folder and starts the services that prepared workloads of |targets| need. One
 * that can't be had is printed. 0; -ECANCELED when stopped; another -errno, printed.
 */
int run_places_open(const struct run_options *options, const struct user *user, int signals,
		    const struct run_targets *targets, struct run_places *places);
void run_places_close(struct run_places *places);
struct prepare_places run_places_values(const struct run_places *places);
/* The service that |workload| needs and that could not be had; NULL: none. */
const char *run_places_lacking(const struct run_places *places, const struct workload *workload);

/* What the report says of machine and plan. 0 or -ENOMEM. */
int run_describe(const struct run_options *options, const struct user *user, uint64_t seed,
		 struct result *result);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* models.h - all that the models have found out about one start */
#ifndef COLDPROF_MODELS_H
#define COLDPROF_MODELS_H

#include "callnames.h"
#include "chain.h"
#include "cpu.h"
#include "facts.h"
#include "faults.h"
#include "fdtable.h"
#include "files.h"
#include "hook_calls.h"
#include "memory.h"
#include "modules.h"
#include "paths.h"
#include "patterns.h"
#include "process.h"
#include "python_imports.h"
#include "python_unseen.h"
#include "recording.h"
#include "roles.h"
#include "sched.h"
#include "scripts.h"
#include "syscalls.h"
#include "timeline.h"
#include "uring.h"
#include "usage.h"
#include "workers.h"

/* Open data; zeroed memory is empty. It holds pointers into itself: it can't be moved. */
struct models {
	struct recording *recording;
	/* kept through all passes */
	struct facts facts;
	struct callnames names;
	struct paths paths;
	struct processes processes;
	struct chain chain;
	struct modules modules;
	struct timeline timeline;
	struct roles roles;
	struct hook_calls hook_calls;
	/* of one pass */
	struct fdtable table;
	bool root_begun;
	struct chain_finder chain_finder;
	struct timeline_finder timeline_finder;
	struct scripts scripts;
	struct python_imports python_imports;
	struct python_unseen python_unseen;
	/* of the last pass */
	struct usage_ledger usage;
	struct cpu cpu;
	struct sched sched;
	struct faults faults;
	struct syscalls syscalls;
	struct files files;
	struct memory memory;
	struct uring uring;
	struct workers workers;
	struct patterns patterns;
};

/*
 * Runs all passes over |recording|: what user space said; who ran and what ended the start; where
 * its phases lie; where the time, the calls and the memory belong. 0, -EBADMSG or -ENOMEM; printed.
 */
int models_run(struct models *models, struct recording *recording);
void models_release(struct models *models);

#endif

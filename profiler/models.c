// SPDX-License-Identifier: BSD-2-Clause
/* models.c - the passes over a recording, each model fed in its order */
#include "models.h"

#include <errno.h>

#include "err.h"
#include "fdcalls.h"

/* What one pass asks of each record. */
struct pass {
	int (*event)(struct models *models, const struct event *event);
	int (*call)(struct models *models, const struct call *call);
	int (*hook)(struct models *models, const struct call *call); /* module_hook.js's own */
};

/* The first process has its standard descriptors and the plan's folder from the beginning. */
static int begin_root(struct models *models)
{
	uint32_t root;

	if (models->root_begun)
		return 0;
	root = processes_by_pid(&models->processes, models->facts.root_pid);
	if (root == PROCESS_NONE)
		return 0;
	models->root_begun = true;
	return fdcalls_begin(&models->table, root, models->facts.cwd);
}

/* Models see a system call before its effect on descriptors, and what others did after it. */
static int take(struct models *models, const struct pass *pass, const struct event *event)
{
	struct call call = {.record = (const struct event_syscall *)event};
	int rc = processes_event(&models->processes, models->recording, event);

	if (!rc)
		rc = begin_root(models);
	if (rc)
		return rc;
	if (event->kind != EVENT_SYSCALL) {
		rc = fdcalls_event(&models->table, &models->processes, event);
		return rc ? rc : pass->event(models, event);
	}
	call.process = processes_by_pid(&models->processes, event->pid);
	call.thread = processes_thread(&models->processes, event->tid);
	if (call.process == PROCESS_NONE || call.thread == PROCESS_NONE)
		return 0;
	call.number = callnames_native(&models->names, call.record->abi, call.record->number);
	if (hook_calls_is(&models->hook_calls, models->recording, &call))
		return pass->hook(models, &call);
	rc = pass->call(models, &call);
	return rc ? rc : fdcalls_call(&models->table, models->recording, &call);
}

static int run(struct models *models, const struct pass *pass)
{
	const struct event *event;
	int rc = recording_rewind(models->recording);

	fdtable_release(&models->table);
	models->table = (struct fdtable){.paths = &models->paths};
	models->root_begun = false;
	while (!rc && (event = recording_next(models->recording)))
		rc = take(models, pass, event);
	processes_rewind(&models->processes);
	return rc;
}

/* ---- who ran, and what ended the start ---- */

static int chain_pass_event(struct models *models, const struct event *event)
{
	return chain_event(&models->chain_finder, event);
}

static int chain_pass_call(struct models *models, const struct call *call)
{
	int rc = hook_calls_look(&models->hook_calls, models->recording, call);

	return rc ? rc : chain_call(&models->chain_finder, models->recording, call);
}

static int chain_pass_hook(struct models *models, const struct call *call)
{
	return hook_calls_look(&models->hook_calls, models->recording, call);
}

static int find_chain(struct models *models)
{
	static const struct pass pass = {chain_pass_event, chain_pass_call, chain_pass_hook};
	int rc;

	models->hook_calls = (struct hook_calls){
		.facts = &models->facts,
		.processes = &models->processes,
		.modules = &models->modules,
	};
	models->chain_finder = (struct chain_finder){
		.facts = &models->facts,
		.processes = &models->processes,
		.table = &models->table,
	};
	rc = run(models, &pass);
	return rc ? rc : chain_find(&models->chain_finder, &models->chain);
}

/* ---- where the phases lie ---- */

static int timeline_pass_event(struct models *models, const struct event *event)
{
	int rc = python_imports_event(&models->python_imports, models->recording, event);

	if (!rc)
		rc = scripts_event(&models->scripts, models->recording, event);

	return rc ? rc : timeline_event(&models->timeline_finder, models->recording, event);
}

static int timeline_pass_call(struct models *models, const struct call *call)
{
	int rc = python_imports_call(&models->python_imports, models->recording, call);

	if (!rc)
		rc = python_unseen_call(&models->python_unseen, models->recording, call);
	if (!rc)
		rc = scripts_call(&models->scripts, models->recording, call);

	return rc ? rc : timeline_call(&models->timeline_finder, models->recording, call);
}

static int timeline_pass_hook(struct models *models, const struct call *call)
{
	return hook_calls_take(&models->hook_calls, models->recording, call);
}

static int find_timeline(struct models *models)
{
	static const struct pass pass = {timeline_pass_event, timeline_pass_call,
					 timeline_pass_hook};
	int rc;

	models->timeline_finder = (struct timeline_finder){
		.facts = &models->facts,
		.processes = &models->processes,
		.chain = &models->chain,
		.modules = &models->modules,
		.table = &models->table,
	};
	models->python_imports = (struct python_imports){
		.facts = &models->facts,
		.processes = &models->processes,
		.modules = &models->modules,
	};
	models->python_unseen = (struct python_unseen){
		.facts = &models->facts,
		.processes = &models->processes,
	};
	models->scripts = (struct scripts){
		.facts = &models->facts,
		.processes = &models->processes,
		.table = &models->table,
		.paths = &models->paths,
		.modules = &models->modules,
	};
	timeline_begin(&models->timeline_finder);
	rc = run(models, &pass);
	if (!rc)
		rc = python_imports_finish(&models->python_imports);
	if (!rc)
		rc = scripts_finish(&models->scripts);
	if (!rc)
		rc = hook_calls_finish(&models->hook_calls);
	if (!rc)
		rc = modules_finish(&models->modules, models->facts.last_ns);
	if (!rc)
		timeline_find(&models->timeline_finder, &models->timeline);
	return rc;
}

/* ---- where all belongs ---- */

static int last_pass_event(struct models *models, const struct event *event)
{
	int rc = sched_event(&models->sched, event);

	if (!rc)
		rc = faults_event(&models->faults, event);
	if (!rc)
		rc = cpu_event(&models->cpu, event);
	if (!rc)
		rc = files_event(&models->files, event);
	if (!rc)
		rc = memory_event(&models->memory, event);
	if (!rc)
		rc = patterns_event(&models->patterns, event);
	return rc ? rc : uring_event(&models->uring, event);
}

static int last_pass_call(struct models *models, const struct call *call)
{
	int rc = sched_call(&models->sched, call);

	modules_call(&models->modules, call);
	if (!rc)
		rc = syscalls_call(&models->syscalls, call);
	if (!rc)
		rc = workers_call(&models->workers, call);
	if (!rc)
		rc = patterns_call(&models->patterns, models->recording, call);
	return rc ? rc : files_call(&models->files, models->recording, call);
}

/* What came into the page cache before it is nobody else's to tell. */
static int last_pass_hook(struct models *models, const struct call *call)
{
	return files_cached(&models->files, call);
}

static void begin_last(struct models *models)
{
	models->usage.processes = models->sched.processes = models->faults.processes =
		models->cpu.processes = models->files.processes = models->memory.processes =
			models->uring.processes = &models->processes;
	models->usage.timeline = models->syscalls.timeline = models->files.timeline =
		models->uring.timeline = &models->timeline;
	models->usage.chain = models->memory.chain = models->workers.chain = &models->chain;
	models->sched.facts = models->faults.facts = models->files.facts = models->memory.facts =
		&models->facts;
	models->sched.ledger = models->faults.ledger = &models->usage;
	models->sched.table = models->files.table = models->workers.table = &models->table;
	models->files.paths = &models->paths;
	models->usage.modules = models->files.modules = models->patterns.modules = &models->modules;
	models->patterns.processes = &models->processes;
	models->patterns.timeline = &models->timeline;
	models->patterns.table = &models->table;
	models->patterns.paths = &models->paths;
}

static int attribute(struct models *models)
{
	static const struct pass pass = {last_pass_event, last_pass_call, last_pass_hook};
	int rc;

	begin_last(models);
	rc = usage_begin(&models->usage);
	if (!rc)
		rc = run(models, &pass);
	if (rc)
		return rc;
	sched_finish(&models->sched);
	faults_finish(&models->faults);
	return 0;
}

/* ---- what the modules belong to ---- */

static enum event_runtime_kind runtime_of(const struct models *models, uint32_t process)
{
	const struct process *known = &models->processes.processes.items[process];
	const struct facts_runtime *runtime =
		facts_runtime(&models->facts, known->exe_device, known->exe_inode);

	return runtime ? runtime->kind : EVENT_RUNTIME_NONE;
}

static int find_packages(struct models *models)
{
	int rc = 0;

	vec_foreach(span, &models->modules.spans) {
		/* a failed one that nobody found is of nobody */
		if (span->file || !span->failed)
			rc = packages_of(&models->facts.packages, runtime_of(models, span->process),
					 span->file, &span->package);
		if (rc)
			break;
	}
	return rc;
}

int models_run(struct models *models, struct recording *recording)
{
	int rc = facts_read(recording, &models->facts);

	if (rc)
		return rc;
	models->recording = recording;
	rc = find_chain(models);
	if (!rc)
		rc = find_timeline(models);
	if (!rc)
		rc = roles_find(&models->roles, &models->facts, &models->processes);
	if (!rc)
		rc = attribute(models);
	if (!rc)
		rc = find_packages(models);
	return rc ? err_code(rc, "cannot read the recording") : 0;
}

void models_release(struct models *models)
{
	facts_release(&models->facts);
	paths_release(&models->paths);
	processes_release(&models->processes);
	chain_release(&models->chain);
	fdtable_release(&models->table);
	chain_finder_release(&models->chain_finder);
	python_imports_release(&models->python_imports);
	python_unseen_release(&models->python_unseen);
	timeline_finder_release(&models->timeline_finder);
	scripts_release(&models->scripts);
	hook_calls_release(&models->hook_calls);
	modules_release(&models->modules);
	usage_release(&models->usage);
	cpu_release(&models->cpu);
	sched_release(&models->sched);
	faults_release(&models->faults);
	syscalls_release(&models->syscalls);
	files_release(&models->files);
	memory_release(&models->memory);
	uring_release(&models->uring);
	roles_release(&models->roles);
	workers_release(&models->workers);
	patterns_release(&models->patterns);
}

// SPDX-License-Identifier: BSD-2-Clause
/* sample.c - one start: from the recording of its events to the numbers of a report */
#include "sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "sample_parts.h"
#include "units.h"

#define COLD_TOLERANCE 100 /* of so many pages that were to be cold, one may be left */

char *sample_instance(const struct process *process)
{
	char *text;

	if (asprintf(&text, "%u:%llu", process->pid, (unsigned long long)process->boot_start_ns) <
	    0)
		return NULL;
	return text;
}

int64_t sample_offset(const struct models *models, uint64_t time_ns)
{
	uint64_t t0_ns = models->facts.t0_ns;

	return time_ns > t0_ns ? units_signed(time_ns - t0_ns) : 0;
}

int sample_text(char **out, const char *text)
{
	free(*out);
	*out = text ? strdup(text) : NULL;
	return text && !*out ? -ENOMEM : 0;
}

static int set_outcome(const struct models *models, struct result_sample *out)
{
	static const char *const names[] = {
		[EVENT_GOOD] = "good",
		[EVENT_NOT_STARTED] = "not_started",
		[EVENT_CRASHED] = "crashed",
		[EVENT_EXITED] = "exited",
		[EVENT_NEVER_READY] = "never_ready",
		[EVENT_BAD_ANSWER] = "bad_answer",
		[EVENT_INTERRUPTED] = "interrupted",
		[EVENT_NOT_PREPARED] = "not_prepared",
	};
	const struct facts *facts = &models->facts;
	int rc;

	if (!facts->end_ns) {
		rc = sample_text(&out->outcome, "interrupted");
		return rc ? rc : sample_text(&out->reason, "the recording has no end");
	}
	if (facts->outcome < sizeof(names) / sizeof(names[0]))
		rc = sample_text(&out->outcome, names[facts->outcome]);
	else
		rc = sample_text(&out->outcome, "interrupted");
	return rc || facts->outcome == EVENT_GOOD ? rc : sample_text(&out->reason, facts->reason);
}

static int set_times(const struct models *models, struct result_sample *out)
{
	static const char *const names[] = {
		[EVENT_READY_AUTO] = NULL,	 [EVENT_READY_EXIT] = "exit",
		[EVENT_READY_LISTEN] = "listen", [EVENT_READY_HTTP] = "http",
		[EVENT_READY_LINE] = "line",	 [EVENT_READY_LAMBDA] = "lambda",
	};
	const struct facts *facts = &models->facts;
	const struct chain *chain = &models->chain;
	enum event_ready ready = facts->ready_ns ? facts->ready : EVENT_READY_AUTO;
	int rc;

	if (!chain->links.count)
		return 0;
	out->total_ns = sample_offset(models, chain->end_ns);
	if (facts->ready_ns)
		out->ready_ns = sample_offset(models, facts->ready_ns);
	if (chain->end == CHAIN_BY_RESPONSE)
		out->responded_ns = out->total_ns;
	/* its end is the moment, whoever noticed it */
	if (chain->end == CHAIN_BY_EXIT &&
	    (ready == EVENT_READY_EXIT || facts->outcome == EVENT_GOOD)) {
		ready = EVENT_READY_EXIT;
		out->ready_ns = out->total_ns;
	}
	if (ready < sizeof(names) / sizeof(names[0])) {
		rc = sample_text(&out->ready, names[ready]);
		if (rc)
			return rc;
	}
	if (ready == EVENT_READY_LISTEN || ready == EVENT_READY_HTTP)
		return sample_text(&out->address, facts->ready_text);
	return 0;
}

static int add_answers(const struct models *models, struct result_sample *out)
{
	const struct facts *facts = &models->facts;
	int rc = 0;

	for (size_t i = 0; i < facts->answers.count && !rc; i++) {
		const struct facts_answer *from = &facts->answers.items[i];
		struct result_answer *answer = result_add(&out->answers, answer);

		if (!answer)
			return -ENOMEM;
		answer->request = from->request;
		if (from->status)
			answer->status = from->status;
		if (from->connect_ns)
			answer->connect_ns = sample_offset(models, from->connect_ns);
		if (from->status)
			answer->first_byte_ns = sample_offset(models, from->first_byte_ns);
		rc = sample_text(&answer->reason, from->reason);
	}
	return rc;
}

static int set_cold(const struct facts *facts, struct result_cold *out)
{
	static const char *const names[] = {"warm", "evicted", "dropped"};
	const struct event_residue *residue = &facts->residue;

	out->as_asked = true;
	if (!facts->has_residue)
		return 0;
	out->files_count = residue->files;
	out->wanted_pages = (int64_t)residue->wanted_pages;
	out->resident_pages = (int64_t)residue->resident_pages;
	out->mapped_pages = (int64_t)residue->mapped_pages;
	/* evicting nothing, for no start has told yet which files there are, is not what was asked
	 */
	out->as_asked = !residue->cold ||
			(residue->resident_pages <= residue->wanted_pages / COLD_TOLERANCE &&
			 (residue->files || residue->cold != 1));
	return residue->cold < 3 ? sample_text(&out->asked, names[residue->cold]) : 0;
}

static int64_t or_absent(int64_t value)
{
	return value < 0 ? RESULT_ABSENT : value;
}

static void set_cgroup(const struct facts *facts, struct result_cgroup *out)
{
	const struct event_cgroup *cgroup = &facts->cgroup;

	if (!facts->has_cgroup)
		return;
	out->memory_peak_bytes = or_absent(cgroup->memory_peak_bytes);
	out->memory_current_bytes = or_absent(cgroup->memory_current_bytes);
	out->cpu_usage_ns = or_absent(cgroup->cpu_usage_ns);
	out->throttled_ns = or_absent(cgroup->throttled_ns);
	out->oom_kills_count = or_absent(cgroup->oom_kills);
}

static int add_lost(const struct facts *facts, struct result_sample *out)
{
	static const char *const names[EVENT_KINDS_KERNEL] = {
		[EVENT_FORK] = "fork",		 [EVENT_EXEC] = "exec",
		[EVENT_EXIT] = "exit",		 [EVENT_REAPABLE] = "reapable",
		[EVENT_SYSCALL] = "syscall",	 [EVENT_SWITCH_OUT] = "switch_out",
		[EVENT_SWITCH_IN] = "switch_in", [EVENT_FAULT] = "fault",
		[EVENT_LISTEN] = "listen",	 [EVENT_ACCEPT] = "accept",
		[EVENT_MARK] = "mark",		 [EVENT_IO_URING] = "io_uring",
		[EVENT_OUTPUT] = "output",	 [EVENT_MEMORY] = "memory",
		[EVENT_IMPORT] = "import",	 [EVENT_SCRIPT] = "script",
		[EVENT_STACK] = "stack",
	};
	int rc = 0;

	for (size_t i = 0; i < facts->lost.count && !rc; i++) {
		const struct facts_lost *lost = &facts->lost.items[i];
		const char *name = lost->kind < EVENT_KINDS_KERNEL ? names[lost->kind] : NULL;

		rc = result_values_add(&out->events_lost, name ? name : "other",
				       (int64_t)lost->count);
	}
	return rc;
}

static int add_chain(const struct models *models, struct result_sample *out)
{
	int rc = 0;

	for (size_t i = 0; i < models->chain.links.count && !rc; i++) {
		uint32_t index = models->chain.links.items[i].process;
		char *instance = sample_instance(&models->processes.processes.items[index]);

		rc = instance ? result_texts_add(&out->chain, instance) : -ENOMEM;
		free(instance);
	}
	return rc;
}

static void set_tree(const struct models *models, struct result_sample *out)
{
	struct memory_tree tree = memory_tree(&models->memory);

	out->tree_rss_ready_bytes = tree.rss;
	out->tree_pss_ready_bytes = tree.pss;
	out->tree_uss_ready_bytes = tree.uss;
}

static int fill(const struct models *models, struct result_sample *out)
{
	int rc = set_outcome(models, out);

	if (!rc)
		rc = set_times(models, out);
	if (!rc)
		rc = add_answers(models, out);
	if (!rc)
		rc = set_cold(&models->facts, &out->cold);
	set_cgroup(&models->facts, &out->cgroup);
	if (!rc)
		rc = add_lost(&models->facts, out);
	if (!rc)
		rc = add_chain(models, out);
	if (!rc)
		rc = sample_phases(models, out);
	if (!rc)
		rc = sample_processes(models, out);
	if (!rc)
		rc = sample_roles(out);
	if (!rc)
		rc = syscalls_result(&models->syscalls, out);
	if (!rc)
		rc = files_result(&models->files, out);
	set_tree(models, out);
	if (!rc)
		rc = sample_modules(models, out);
	if (!rc)
		rc = sample_packages(models, out);
	if (!rc)
		rc = patterns_result(&models->patterns, out);
	if (!rc)
		rc = sample_notes(models, out);
	return rc ? rc : sample_metrics(models, out);
}

int sample_build(struct recording *recording, struct result_sample *out)
{
	struct models *models = calloc(1, sizeof(*models));
	int rc;

	if (!models)
		return err_code(ENOMEM, "cannot read the recording");
	rc = models_run(models, recording);
	if (!rc && fill(models, out))
		rc = err_code(ENOMEM, "cannot read the recording");
	models_release(models);
	free(models);
	return rc;
}

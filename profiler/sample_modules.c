// SPDX-License-Identifier: BSD-2-Clause
/* sample_modules.c - the modules of a start, as results */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sample_parts.h"
#include "units.h"

static const char *const kinds[MODULES_KINDS] = {
	[MODULES_SOURCE] = "source",
	[MODULES_BYTECODE] = "bytecode",
	[MODULES_FROZEN] = "frozen",
	[MODULES_BUILTIN] = "builtin",
	[MODULES_EXTENSION] = "extension",
	[MODULES_NAMESPACE] = "namespace",
	[MODULES_ARCHIVE] = "archive",
	[MODULES_COMMONJS] = "commonjs",
	[MODULES_ESM] = "esm",
	[MODULES_JSON] = "json",
	[MODULES_ADDON] = "addon",
};

static int set_texts(const struct models *models, const struct modules_span *span,
		     struct result_module *out)
{
	const struct process *process = &models->processes.processes.items[span->process];
	int rc = sample_text(&out->name, span->name);

	if (!rc)
		rc = sample_text(&out->file, span->file);
	if (!rc && span->kind < MODULES_KINDS)
		rc = sample_text(&out->kind, kinds[span->kind]);
	if (rc)
		return rc;
	out->instance = sample_instance(process);
	return out->instance ? 0 : -ENOMEM;
}

static void set_numbers(const struct models *models, const struct modules_span *span,
			struct result_module *out)
{
	const uint64_t *counts = span->counts;

	out->begin_ns = sample_offset(models, span->begin_ns);
	out->total_ns = units_signed(span->end_ns - span->begin_ns + span->parts_ns);
	out->end_low_ns = sample_offset(models, span->end_low_ns);
	if (!span->open)
		out->end_high_ns = sample_offset(models, span->end_high_ns);
	out->self_ns = units_signed(span->self_ns);
	out->self_cpu_ns = out->total_cpu_ns = units_signed(counts[MODULES_CPU_NS]);
	if (models->modules.points.count)
		out->self_rss_bytes = out->total_rss_bytes = span->self_rss_bytes;
	out->syscalls_count = units_signed(counts[MODULES_SYSCALLS]);
	out->syscalls_ns = units_signed(counts[MODULES_SYSCALLS_NS]);
	out->files_opened_count = units_signed(counts[MODULES_OPENED]);
	out->enoent_count = units_signed(counts[MODULES_ENOENT]);
	out->read_bytes = units_signed(counts[MODULES_READ_BYTES]);
	out->faults_minor_count = units_signed(counts[MODULES_FAULTS_MINOR]);
	out->faults_major_count = units_signed(counts[MODULES_FAULTS_MAJOR]);
	if (span->has_native) {
		out->dlopen_ns = units_signed(span->dlopen_ns);
		out->init_ns = units_signed(span->init_ns);
	}
}

static int add_module(const struct models *models, uint32_t index, struct result_sample *out)
{
	const struct modules_span *span = &models->modules.spans.items[index];
	uint64_t limit_ns = models->timeline.load_limit_ns;
	struct result_module *module = result_add(&out->modules, module);

	if (!module)
		return -ENOMEM;
	module->id = index;
	if (span->parent != MODULES_NONE)
		module->parent = span->parent;
	module->tid = models->processes.threads.items[span->thread].tid;
	module->failed = span->failed;
	module->open = span->open;
	module->in_load = timeline_loads(&models->chain, limit_ns, span);
	module->deferred = !span->open && !module->in_load && span->end_ns > limit_ns &&
			   chain_has(&models->chain, span->process);
	set_numbers(models, span, module);
	return set_texts(models, span, module);
}

/* What a module loads is later in the list, so totals are complete when they are handed on. */
static void sum_up(struct result_sample *out)
{
	for (size_t i = out->modules.count; i-- > 0;) {
		const struct result_module *module = &out->modules.items[i];
		struct result_module *parent;

		if (module->parent == RESULT_ABSENT)
			continue;
		parent = &out->modules.items[module->parent];
		parent->total_cpu_ns = units_sum(parent->total_cpu_ns, module->total_cpu_ns);
		if (module->total_rss_bytes != RESULT_ABSENT)
			parent->total_rss_bytes =
				units_sum(parent->total_rss_bytes, module->total_rss_bytes);
	}
}

int sample_modules(const struct models *models, struct result_sample *out)
{
	int rc = sample_text(&out->modules_technique, models->modules.technique);

	for (uint32_t i = 0; i < models->modules.spans.count && !rc; i++)
		rc = add_module(models, i, out);
	if (!rc)
		sum_up(out);
	return rc;
}

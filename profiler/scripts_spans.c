// SPDX-License-Identifier: BSD-2-Clause
/* scripts_spans.c - the modules that scripts.c has found, in the form that all models share */
#include "scripts_spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scripts.h"
#include "scripts_name.h"

/* Where a script goes in the list: by its begin, a parent before its children. */
struct place {
	uint64_t begin_ns;
	uint32_t depth, index;
};

static int compare(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	if (one->begin_ns != other->begin_ns)
		return one->begin_ns < other->begin_ns ? -1 : 1;
	if (one->depth != other->depth)
		return one->depth < other->depth ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

static uint32_t depth_of(const struct scripts *scripts, uint32_t index)
{
	uint32_t depth = 0;

	while (scripts->scripts.items[index].parent != MODULES_NONE &&
	       depth < scripts->scripts.count) {
		index = scripts->scripts.items[index].parent;
		depth++;
	}
	return depth;
}

/* What began on the stack above another one ends before that; ES modules' ends are exact. */
static void fit(const struct scripts *scripts, struct script *script)
{
	const struct script *parent;

	if (script->within == MODULES_NONE || script->kind == MODULES_ESM)
		return;
	parent = &scripts->scripts.items[script->within];
	if (script->begin_ns < parent->begin_ns)
		script->begin_ns = parent->begin_ns;
	if (parent->open)
		return;
	if (script->open || script->end_ns > parent->end_ns) {
		script->open = false;
		script->end_ns = parent->end_ns;
	}
	if (script->end_ns < script->begin_ns)
		script->end_ns = script->begin_ns;
}

static int add_span(const struct scripts *scripts, const struct script *script, uint32_t parent,
		    uint32_t *out)
{
	const char *file = paths_text(scripts->paths, script->name), *name = file;
	bool own = scripts_name_is_own(file);
	struct modules_span span =
				    {
					    .process = script->process,
					    .thread = script->thread,
					    .parent = parent,
					    .kind = script->kind,
					    .begin_ns = script->begin_ns,
				    },
			    *added;
	int rc;

	if (!own)
		name = scripts_name_short(file, scripts->facts ? scripts->facts->cwd : NULL);
	rc = modules_add(scripts->modules, &span, name, own ? NULL : file, out);
	if (rc)
		return rc;
	added = &scripts->modules->spans.items[*out];
	added->failed = script->failed;
	added->open = script->open;
	added->end_ns = script->open ? script->seen_ns : script->end_ns;
	if (added->end_ns < added->begin_ns)
		added->end_ns = added->begin_ns;
	added->end_low_ns = script->low_ns;
	added->end_high_ns = script->high_ns;
	if (script->open || added->end_low_ns > added->end_ns)
		added->end_low_ns = added->end_ns;
	if (script->open || added->end_high_ns < added->end_ns)
		added->end_high_ns = added->end_ns;
	return 0;
}

/* ES modules that were only compiled, for they belong to a graph that never ran, are left out. */
static bool is_span(const struct script *script)
{
	return script->kind != MODULES_ESM || script->executed;
}

static int by_compilation(const void *a, const void *b, void *context)
{
	const struct script *scripts = context, *left = &scripts[*(const uint32_t *)a],
			    *right = &scripts[*(const uint32_t *)b];

	if (left->thread != right->thread)
		return left->thread < right->thread ? -1 : 1;
	if (left->parsed_ns != right->parsed_ns)
		return left->parsed_ns < right->parsed_ns ? -1 : 1;
	return 0;
}

/*
 * A graph of ES modules is resolved, read and compiled before any of it runs: what passed between
 * two compilations was done for the second one. Which part of it each took of what the loader does
 * for several at once is not seen.
 */
static int add_parts(struct scripts *scripts, const uint32_t *spans)
{
	VEC(uint32_t) compiled = {0};
	int rc = 0;

	for (uint32_t i = 0; i < scripts->scripts.count && !rc; i++)
		if (spans[i] != MODULES_NONE && scripts->scripts.items[i].parsed_ns)
			rc = vec_push(&compiled, i);
	if (compiled.count)
		qsort_r(compiled.items, compiled.count, sizeof(uint32_t), by_compilation,
			scripts->scripts.items);
	for (size_t i = 1; i < compiled.count && !rc; i++) {
		const struct script *script = &scripts->scripts.items[compiled.items[i]];
		const struct script *before = &scripts->scripts.items[compiled.items[i - 1]];
		struct modules_part part = {.span = spans[compiled.items[i]],
					    .begin_ns = before->parsed_ns,
					    .end_ns = script->parsed_ns};

		/* the root of a graph begins with the search for it */
		if (script->kind != MODULES_ESM || !script->imported ||
		    before->thread != script->thread)
			continue;
		/* what another module does in its own code is its own */
		if (before->kind != MODULES_ESM && !before->open && before->end_ns > part.begin_ns)
			part.begin_ns = before->end_ns;
		if (script->begin_ns < part.end_ns)
			part.end_ns = script->begin_ns;
		rc = modules_add_part(scripts->modules, &part);
	}
	vec_release(&compiled);
	return rc;
}

int scripts_spans(struct scripts *scripts)
{
	size_t count = scripts->scripts.count;
	struct place *places = calloc(count ? count : 1, sizeof(*places));
	uint32_t *spans = calloc(count ? count : 1, sizeof(*spans));
	int rc = places && spans ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < count && !rc; i++) {
		places[i] =
			(struct place){scripts->scripts.items[i].begin_ns, depth_of(scripts, i), i};
		spans[i] = MODULES_NONE; /* so that what comes before its parent has none */
	}
	if (!rc)
		qsort(places, count, sizeof(*places), compare);
	for (size_t i = 0; i < count && !rc; i++) {
		struct script *script = &scripts->scripts.items[places[i].index];
		uint32_t parent = script->parent;

		if (!is_span(script))
			continue;
		fit(scripts, script);
		rc = add_span(scripts, script, parent == MODULES_NONE ? parent : spans[parent],
			      &spans[places[i].index]);
	}
	if (!rc)
		rc = add_parts(scripts, spans);
	if (!rc && count)
		scripts->modules->technique = SCRIPTS_TECHNIQUE;
	free(places);
	free(spans);
	return rc;
}

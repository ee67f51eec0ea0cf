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

int scripts_spans(struct scripts *scripts)
{
	size_t count = scripts->scripts.count;
	struct place *places = calloc(count ? count : 1, sizeof(*places));
	uint32_t *spans = calloc(count ? count : 1, sizeof(*spans));
	int rc = places && spans ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < count && !rc; i++)
		places[i] =
			(struct place){scripts->scripts.items[i].begin_ns, depth_of(scripts, i), i};
	if (!rc)
		qsort(places, count, sizeof(*places), compare);
	for (size_t i = 0; i < count && !rc; i++) {
		struct script *script = &scripts->scripts.items[places[i].index];
		uint32_t parent = script->parent;

		spans[places[i].index] = MODULES_NONE;
		if (!is_span(script))
			continue;
		fit(scripts, script);
		rc = add_span(scripts, script, parent == MODULES_NONE ? parent : spans[parent],
			      &spans[places[i].index]);
	}
	if (!rc && count)
		scripts->modules->technique = SCRIPTS_TECHNIQUE;
	free(places);
	free(spans);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* python_imports_finish.c - takes out what was no load, once all steps are known */
#include "python_imports.h"

#include <errno.h>
#include <stdlib.h>

#include "python_loads.h"
#include "python_text.h"

static void tidy(struct python_imports *imports)
{
	vec_foreach(span, &imports->modules->spans) {
		/* built in is what needs no search: if searches are seen */
		if (span->kind == MODULES_BUILTIN &&
		    (span->process >= imports->by_process.count ||
		     !imports->by_process.items[span->process].searches))
			span->kind = MODULES_UNKNOWN;
		if (span->file && python_text_is_frozen(span->file)) {
			free(span->file);
			span->file = NULL;
		}
	}
}

static bool is_dropped(const struct python_imports *imports, uint32_t span)
{
	return span < imports->dropped.count && imports->dropped.items[span];
}

/* What is dropped hands its children to its parent. */
static int compact(struct python_imports *imports)
{
	struct modules *modules = imports->modules;
	uint32_t *places = calloc(modules->spans.count + 1, sizeof(*places)), kept = 0;

	if (!places)
		return -ENOMEM;
	for (uint32_t i = 0; i < modules->spans.count; i++) {
		struct modules_span *span = &modules->spans.items[i];

		if (span->parent != MODULES_NONE)
			span->parent = places[span->parent];
		if (is_dropped(imports, i)) {
			places[i] = span->parent;
			free(span->name);
			free(span->file);
			continue;
		}
		places[i] = kept;
		modules->spans.items[kept++] = *span;
	}
	modules->spans.count = kept;
	free(places);
	return 0;
}

int python_imports_finish(struct python_imports *imports)
{
	int rc = 0;

	vec_foreach(thread, &imports->threads)
		for (size_t i = thread->open.count; i-- > 0;)
			if (!rc && python_loads_is_unsettled(&thread->open.items[i]))
				rc = python_loads_drop(imports, thread, i);
	if (rc)
		return rc;
	tidy(imports);
	return compact(imports);
}

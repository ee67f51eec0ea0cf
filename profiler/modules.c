// SPDX-License-Identifier: BSD-2-Clause
/* modules.c - the modules of a start: who loaded whom, when, and what happened meanwhile */
#include "modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

void modules_release(struct modules *modules)
{
	if (!modules)
		return;
	vec_foreach(span, &modules->spans) {
		free(span->name);
		free(span->file);
	}
	vec_foreach(thread, &modules->threads)
		vec_release(&thread->segments);
	vec_release(&modules->spans);
	vec_release(&modules->points);
	vec_release(&modules->threads);
}

/* ---- producers ---- */

int modules_add(struct modules *modules, const struct modules_span *span, const char *name,
		const char *file, uint32_t *out)
{
	struct modules_span *added = vec_add(&modules->spans);

	if (!added)
		return -ENOMEM;
	*added = *span;
	added->name = strdup(name);
	added->file = file ? strdup(file) : NULL;
	added->open = true;
	*out = (uint32_t)(modules->spans.count - 1);
	return added->name && (!file || added->file) ? 0 : -ENOMEM;
}

int modules_set_file(struct modules *modules, uint32_t span, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(modules->spans.items[span].file);
	modules->spans.items[span].file = copy;
	return 0;
}

void modules_end(struct modules *modules, uint32_t span, uint64_t time_ns)
{
	struct modules_span *ended = &modules->spans.items[span];

	ended->open = false;
	ended->end_ns = ended->end_low_ns = ended->end_high_ns = time_ns;
}

int modules_add_point(struct modules *modules, const struct modules_point *point)
{
	return vec_push(&modules->points, *point);
}

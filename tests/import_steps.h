/* SPDX-License-Identifier: BSD-2-Clause */
/* import_steps.h - made-up steps of imports of a CPython, and what came of them */
#ifndef COLDPROF_IMPORT_STEPS_H
#define COLDPROF_IMPORT_STEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "models.h"

/* A step of thread |tid|; |key| is also its stack pointer. */
struct step {
	uint64_t at;
	uint32_t tid;
	enum event_import_what what;
	uint64_t key;
	const char *text;
	uint16_t flags;
	uint64_t stack;
};

static inline void ev_step(struct stream *s, struct step step)
{
	struct event_import record = {
		.event = ev_header(EVENT_IMPORT, step.at, ev_pid(s, step.tid), step.tid),
		.key = step.key,
		.stack = step.stack,
		.rss_bytes = 1000 * step.at,
		.what = step.what,
		.width = step.text ? 1 : 0,
	};

	record.event.flags = step.flags;
	ev_add(s, &record, step.text, step.text ? strlen(step.text) : 0);
}

static inline void ev_begin(struct stream *s, uint64_t at, uint32_t tid, uint64_t key,
			    const char *name)
{
	ev_step(s, (struct step){at, tid, EVENT_IMPORT_BEGIN, key, name, 0, 0});
}

static inline void ev_done(struct stream *s, uint64_t at, uint32_t tid, uint64_t key)
{
	ev_step(s, (struct step){at, tid, EVENT_IMPORT_END, key, NULL, 0, 0});
}

static inline void ev_find(struct stream *s, uint64_t at, uint32_t tid, const char *name)
{
	ev_step(s, (struct step){at, tid, EVENT_IMPORT_FIND, 1, name, 0, 0});
}

/* The code of |file| runs |from| ... |to|. */
static inline void ev_body(struct stream *s, uint64_t at, uint32_t tid, uint64_t key,
			   const char *file)
{
	ev_step(s, (struct step){at, tid, EVENT_IMPORT_BODY, key, file, 0, 0});
}

static inline void ev_body_end(struct stream *s, uint64_t at, uint32_t tid, uint64_t key)
{
	ev_step(s, (struct step){at, tid, EVENT_IMPORT_BODY_END, key, NULL, 0, 0});
}

/* What came of a stream. */
struct found {
	struct stream stream;
	struct models *models;
	struct modules *modules;
};

static inline void begin(struct found *found)
{
	stream_begin(&found->stream);
	ev_start_inode(&found->stream, 100, NULL, EVENTS_RUNTIME);
	ev_runtime(&found->stream, EVENT_RUNTIME_PYTHON);
}

static inline void finish(struct found *found)
{
	ev_exit(&found->stream, 9000, 100, 100, true);
	ev_end(&found->stream, 9100, EVENT_GOOD);
	assert_int_equal(recording_finish(found->stream.recording), 0);
	found->models = calloc(1, sizeof(*found->models));
	assert_non_null(found->models);
	assert_int_equal(models_run(found->models, found->stream.recording), 0);
	found->modules = &found->models->modules;
}

static inline void release(struct found *found)
{
	models_release(found->models);
	free(found->models);
	stream_end(&found->stream);
}

/* "a(b c(d))": the tree, children in the order of their begin. */
static inline void add_tree(const struct modules *modules, uint32_t parent, char *out)
{
	bool first = true;

	for (uint32_t i = 0; i < modules->spans.count; i++) {
		if (modules->spans.items[i].parent != parent)
			continue;
		strcat(out, first ? parent == MODULES_NONE ? "" : "(" : " ");
		strcat(out, modules->spans.items[i].name);
		add_tree(modules, i, out);
		first = false;
	}
	if (!first && parent != MODULES_NONE)
		strcat(out, ")");
}

static inline const char *tree(const struct found *found)
{
	static char text[8192];

	text[0] = '\0';
	add_tree(found->modules, MODULES_NONE, text);
	return text;
}

static inline const struct modules_span *span(const struct found *found, const char *name)
{
	vec_foreach(span, &found->modules->spans)
		if (strcmp(span->name, name) == 0)
			return span;
	fail_msg("no module '%s' in %s", name, tree(found));
	return NULL;
}

static inline void assert_times(const struct modules_span *span, uint64_t begin_ns, uint64_t end_ns)
{
	assert_int_equal(span->begin_ns - EVENTS_T0, begin_ns);
	assert_int_equal(span->end_ns - EVENTS_T0, end_ns);
}

#endif

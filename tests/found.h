/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * found.h - the modules that the models find in a made-up stream of a runtime
 *
 *	struct found found = {};
 *	found_begin(&found, EVENT_RUNTIME_NODE);   the root, pid 100, runs it from t0 on
 *	ev_...(&found.stream, ...);
 *	found_finish(&found);                      it exits at 9 ms
 *	assert_string_equal(found_tree(&found), "a(b c)");
 *	found_release(&found);
 */
#ifndef COLDPROF_TESTS_FOUND_H
#define COLDPROF_TESTS_FOUND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "events.h"
#include "models.h"

#define FOUND_EXIT 9000000ull

struct found {
	struct stream stream;
	struct models *models;
	struct modules *modules;
};

static inline void found_begin(struct found *found, enum event_runtime_kind runtime)
{
	stream_begin(&found->stream);
	ev_start_inode(&found->stream, 100, NULL, EVENTS_RUNTIME);
	ev_runtime(&found->stream, runtime);
}

static inline void found_finish(struct found *found)
{
	ev_exit(&found->stream, FOUND_EXIT, 100, 100, true);
	ev_end(&found->stream, FOUND_EXIT + 100, EVENT_GOOD);
	assert_int_equal(recording_finish(found->stream.recording), 0);
	found->models = calloc(1, sizeof(*found->models));
	assert_non_null(found->models);
	assert_int_equal(models_run(found->models, found->stream.recording), 0);
	found->modules = &found->models->modules;
}

static inline void found_release(struct found *found)
{
	models_release(found->models);
	free(found->models);
	stream_end(&found->stream);
}

static inline void found_add_tree(const struct modules *modules, uint32_t parent, char *out)
{
	bool first = true;

	for (uint32_t i = 0; i < modules->spans.count; i++) {
		if (modules->spans.items[i].parent != parent)
			continue;
		strcat(out, first ? parent == MODULES_NONE ? "" : "(" : " ");
		strcat(out, modules->spans.items[i].name);
		found_add_tree(modules, i, out);
		first = false;
	}
	if (!first && parent != MODULES_NONE)
		strcat(out, ")");
}

/* "a(b c(d))": the tree, children in the order of their begin. Valid until the next call. */
static inline const char *found_tree(const struct found *found)
{
	static char text[8192];

	text[0] = '\0';
	found_add_tree(found->modules, MODULES_NONE, text);
	return text;
}

/* The first module of that name; the test fails where there is none. */
static inline const struct modules_span *found_span(const struct found *found, const char *name)
{
	vec_foreach(span, &found->modules->spans)
		if (strcmp(span->name, name) == 0)
			return span;
	fail_msg("no module '%s' in %s", name, found_tree(found));
	return NULL;
}

/* Times from t0. */
static inline void assert_times(const struct modules_span *span, uint64_t begin_ns, uint64_t end_ns)
{
	assert_int_equal(span->begin_ns - EVENTS_T0, begin_ns);
	assert_int_equal(span->end_ns - EVENTS_T0, end_ns);
}

/* That the end lies between the two. */
static inline void assert_bounds(const struct modules_span *span, uint64_t low_ns, uint64_t high_ns)
{
	assert_int_equal(span->end_low_ns - EVENTS_T0, low_ns);
	assert_int_equal(span->end_high_ns - EVENTS_T0, high_ns);
}

/* What holds of every list of modules, whatever the events were. */
static inline void assert_sound(const struct found *found)
{
	const struct modules *modules = found->modules;

	for (uint32_t i = 0; i < modules->spans.count; i++) {
		const struct modules_span *span = &modules->spans.items[i];

		assert_true(span->parent == MODULES_NONE || span->parent < i);
		assert_true(span->begin_ns <= span->end_ns);
		assert_true(span->end_low_ns <= span->end_ns);
		assert_true(span->end_ns <= span->end_high_ns);
		assert_true(span->self_ns <= span->end_ns - span->begin_ns + span->parts_ns);
		assert_true(span->name[0] != '\0');
	}
	vec_foreach(part, &modules->parts)
		assert_true(part->begin_ns < part->end_ns);
}

#endif

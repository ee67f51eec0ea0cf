// SPDX-License-Identifier: BSD-2-Clause
/* test_scripts_stray.c - events of V8 that no program sends: they are read from files, too */
#include "rng.h"
#include "scripts_story.h"

#define MAIN "/app/main.js"

static void begin(struct found *found)
{
	found_begin(found, EVENT_RUNTIME_NODE);
	ev_function(&found->stream, 100, MAIN);
	ev_shows(&found->stream, 110, 0x10, MAIN);
}

static void finish(struct found *found)
{
	found_finish(found);
	assert_sound(found);
}

static void ends_without_begins_do_no_harm(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_executed(s, 120, 0xa, 0);
	ev_executed(s, 121, 0, EVENT_SCRIPT_FAILED);
	ev_script(s, (struct ev_script){.at = 122, .what = EVENT_SCRIPT_REQUIRER, .name = "/x"});
	ev_execute(s, 130, "file:///app/a.mjs", 0xa, 0xb);
	ev_executed(s, 140, 0xa, 0);
	ev_executed(s, 141, 0xa, 0);
	ev_execute(s, 150, "", 0xc, 0xb);
	ev_executed(s, 160, 0xc, 0);
	ev_script(s, (struct ev_script){.at = 170, .what = 77, .name = "/app/b.js"});
	finish(&found);
	assert_times(found_span(&found, "a.mjs"), 130, 140);
	assert_int_equal(found.modules->spans.count, 2);
	found_release(&found);
}

/* An evaluation that imports itself, or two that import each other, have no parents in a ring. */
static void evaluations_in_a_ring_end(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_execute(s, 120, "file:///app/a.mjs", 0xa, 0xa);
	ev_executed(s, 130, 0xa, 0);
	ev_execute(s, 140, "file:///app/b.mjs", 0xb, 0xc);
	ev_execute(s, 150, "file:///app/c.mjs", 0xc, 0xb);
	ev_executed(s, 160, 0xc, 0);
	ev_executed(s, 170, 0xb, 0);
	finish(&found);
	assert_int_equal(found.modules->spans.count, 4);
	found_release(&found);
}

/* What is both above and below another one is of nobody. */
static void two_that_are_in_each_other_are_cut_apart(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_script(s, (struct ev_script){.at = 120,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/a.js",
					.importer = 0xb});
	ev_module(s, 130, "file:///app/b.mjs");
	ev_execute(s, 140, "file:///app/b.mjs", 0xb, 0);
	ev_executed(s, 150, 0xb, 0);
	finish(&found);
	assert_string_equal(found_tree(&found), "main.js a.js(b.mjs)");
	found_release(&found);
}

static void threads_that_nobody_has_begun_have_their_own(void **state)
{
	struct found found = {};
	struct event_script script = {
		.event = ev_header(EVENT_SCRIPT, 120, 555, 556),
		.what = EVENT_SCRIPT_FUNCTION,
	};
	struct event_stack stack = {.event = ev_header(EVENT_STACK, 130, 0, 0),
				    .frame = 1}; /* of nobody */

	(void)state;
	begin(&found);
	ev_add(&found.stream, &script, MAIN, strlen(MAIN));
	ev_add(&found.stream, &stack, MAIN, strlen(MAIN));
	ev_out(&found.stream, 140, 556, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&found.stream, 150, 556, 0);
	ev_exit(&found.stream, 160, 555, 556, true);
	finish(&found);
	assert_string_equal(found_tree(&found), "main.js main.js");
	assert_times(&found.modules->spans.items[1], 120, 160);
	found_release(&found);
}

static void walks_at_impossible_times_give_no_impossible_ends(void **state)
{
	static const uint64_t times[] = {0, 1, EVENTS_T0, UINT64_MAX / 2, UINT64_MAX};
	struct found found = {};
	struct stream *s = &found.stream;
	uint64_t at = 200;

	(void)state;
	begin(&found);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++) {
			struct event_stack stack = {
				.event = ev_header(EVENT_STACK, at + 20, STORY_TID, STORY_TID),
				.at_ns = times[i],
				.seen_ns = times[j],
				.frame = 0x10,
			};

			stack.event.flags = (i + j) % 2 ? EVENT_STACK_SAMPLE : 0;
			ev_function(s, at, "/app/a.js");
			ev_shows(s, at + 10, 0x20, "/app/a.js");
			ev_add(s, &stack, MAIN, strlen(MAIN));
			ev_shows(s, at + 30, 0x10, MAIN);
			at += 40;
		}
	finish(&found);
	assert_int_equal(found.modules->spans.count, 26);
	found_release(&found);
}

static void switches_without_their_other_half_do_no_harm(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_in(s, 120, STORY_TID, 0);
	ev_function(s, 130, "/app/a.js");
	ev_sample(s, 200, 0x20, "/app/a.js", 0);
	for (uint64_t i = 0; i < 200; i++)
		ev_out(s, 100000 + i, STORY_TID, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(s, 150000, STORY_TID, 0);
	ev_in(s, 160000, STORY_TID, 0);
	ev_sample(s, 200000, 0x10, MAIN, 0);
	finish(&found);
	assert_bounds(found_span(&found, "a.js"), 200, 200000);
	found_release(&found);
}

static void names_that_are_none_are_passed_over(void **state)
{
	static char huge[EVENT_TEXT_MAX];
	const struct {
		const char *name;
		size_t size;
		uint16_t flags;
	} names[] = {
		{"", 0, 0},
		{"\0", 1, 0},
		{"relative.js", 11, 0},
		{"file:///", 8, 0},
		{"/", 1, EVENT_SCRIPT_UTF16},	      /* half a character */
		{"/\0\0\xd8", 4, EVENT_SCRIPT_UTF16}, /* half a pair */
		{huge, sizeof(huge), 0},
		{huge, sizeof(huge), EVENT_SCRIPT_UTF16},
		{huge, sizeof(huge), EVENT_TEXT_CUT},
	};
	struct found found = {};

	(void)state;
	memset(huge, '/', sizeof(huge));
	begin(&found);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (uint32_t what = 0; what < 8; what++)
			ev_script(&found.stream, (struct ev_script){.at = 200 + 10 * i + what,
								    .what = what,
								    .name = names[i].name,
								    .size = names[i].size,
								    .flags = names[i].flags,
								    .evaluation = what});
	finish(&found);
	found_release(&found);
}

/* ---- at random ---- */

static const char *const names[] = {"/app/main.js",
				    "/app/a.js",
				    "/app/b.js",
				    "file:///app/c.mjs",
				    "file:///app/d.mjs",
				    "node:fs",
				    "/app/e.json",
				    "relative",
				    "",
				    "/app/f.node",
				    "/app/e",
				    "/app/lib/g.js"};
#define NAMES 12

static void add_call(struct stream *s, struct rng *rng, uint64_t at, uint32_t tid)
{
	static const uint32_t numbers[] = {__NR_openat, __NR_statx,	 __NR_read,
					   __NR_close,	__NR_readlinkat, __NR_epoll_pwait};
	uint32_t number = numbers[rng_below(rng, 6)];
	bool reads = number == __NR_read || number == __NR_close;

	ev_call(s,
		(struct ev_call){
			.tid = tid,
			.number = number,
			.from = at - rng_below(rng, 50),
			.to = at,
			.args = {reads ? 3 + rng_below(rng, 3) : EV_CWD, 0, rng_below(rng, 2) << 8},
			.path = reads ? NULL : names[rng_below(rng, NAMES)],
			.flags = rng_below(rng, 40) ? 0 : EVENT_SYSCALL_UNFINISHED,
			.result = rng_below(rng, 4) ? 3 + (int64_t)rng_below(rng, 3) : -ENOENT,
		});
}

static void add_event(struct stream *s, struct rng *rng, uint64_t at)
{
	uint32_t tid = STORY_TID + (uint32_t)rng_below(rng, 3); /* the third is unknown */
	uint64_t back = rng_below(rng, 10) ? rng_below(rng, 20) : rng_below(rng, 2000000);

	switch (rng_below(rng, 8)) {
	case 0:
		ev_out(s, at, tid, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
		break;
	case 1:
		ev_in(s, at, tid, 0);
		break;
	case 2:
	case 3:
		ev_walk(s, (struct ev_walk){.at = at,
					    .since = at - back,
					    .seen = at - rng_below(rng, 100),
					    .frame = rng_below(rng, 6),
					    .name = names[rng_below(rng, NAMES)],
					    .flags = (uint16_t)rng_below(rng, 16),
					    .rss_bytes = rng_below(rng, 3) << 20,
					    .tid = tid});
		break;
	case 4:
	case 5:
		add_call(s, rng, at, tid);
		break;
	default:
		ev_script(s, (struct ev_script){.at = at,
						.what = (uint32_t)rng_below(rng, 8),
						.name = names[rng_below(rng, NAMES)],
						.flags = (uint16_t)rng_below(rng, 8),
						.evaluation = rng_below(rng, 5),
						.importer = rng_below(rng, 5),
						.tid = tid});
	}
}

static void events_at_random_make_a_sound_tree(void **state)
{
	size_t spans = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct found found = {};
		struct rng rng;
		uint64_t at = 3000000;

		rng_seed(&rng, seed);
		found_begin(&found, EVENT_RUNTIME_NODE);
		ev_thread(&found.stream, 50, 100, 101);
		for (size_t i = 0; i < 500; i++)
			add_event(&found.stream, &rng, at += rng_below(&rng, 1000));
		finish(&found);
		spans += found.modules->spans.count;
		found_release(&found);
	}
	assert_true(spans > 200 * 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_without_begins_do_no_harm),
		cmocka_unit_test(evaluations_in_a_ring_end),
		cmocka_unit_test(two_that_are_in_each_other_are_cut_apart),
		cmocka_unit_test(threads_that_nobody_has_begun_have_their_own),
		cmocka_unit_test(walks_at_impossible_times_give_no_impossible_ends),
		cmocka_unit_test(switches_without_their_other_half_do_no_harm),
		cmocka_unit_test(names_that_are_none_are_passed_over),
		cmocka_unit_test(events_at_random_make_a_sound_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

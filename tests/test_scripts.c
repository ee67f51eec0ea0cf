// SPDX-License-Identifier: BSD-2-Clause
/* test_scripts.c - Node.js's CommonJS modules, from made-up compilations and walks over the stack
 */
#include "scripts_story.h"

#define MAIN "/app/main.js"
#define US   1000ull

/* The program's own module is compiled and runs: compilation at 100, seen on the stack at 110. */
static void begin(struct found *found)
{
	found_begin(found, EVENT_RUNTIME_NODE);
	ev_function(&found->stream, 90, "node:internal/main/run_main_module");
	ev_function(&found->stream, 100, MAIN);
	ev_shows(&found->stream, 110, 0x10, MAIN);
}

/* ---- the tree ---- */

static void commonjs_modules_nest(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/a.js");
	ev_file(s, 122, "/app/a.js");
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_look(s, 150, "/app/b.js");
	ev_file(s, 152, "/app/b.js");
	ev_function(s, 160, "/app/b.js");
	ev_shows(s, 170, 0x30, "/app/b.js");
	ev_shows(s, 200, 0x20, "/app/a.js");
	ev_look(s, 200, "/app/c.js");
	ev_function(s, 210, "/app/c.js");
	ev_shows(s, 220, 0x40, "/app/c.js");
	ev_shows(s, 250, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js(b.js c.js))");
	assert_string_equal(found.modules->technique, SCRIPTS_TECHNIQUE);
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	assert_times(found_span(&found, "a.js"), 120, 250);
	assert_times(found_span(&found, "b.js"), 150, 200);
	assert_times(found_span(&found, "c.js"), 200, 250);
	assert_int_equal(found_span(&found, "a.js")->self_ns, 30);
	assert_int_equal(found_span(&found, "b.js")->kind, MODULES_COMMONJS);
	assert_string_equal(found_span(&found, "b.js")->file, "/app/b.js");
	assert_sound(&found);
	found_release(&found);
}

static void the_script_in_an_executable_has_any_name(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	found_begin(&found, EVENT_RUNTIME_NODE);
	ev_function(s, 90, "node:internal/main/embedding");
	ev_function(s, 100, "app.js");
	ev_shows(s, 110, 0x10, "app.js");
	ev_look(s, 120, "/app/a.js");
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_function(s, 150, "evalmachine.<anonymous>");
	ev_shows(s, 200, 0x10, "app.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "app.js(a.js)");
	assert_times(found_span(&found, "app.js"), 100, FOUND_EXIT);
	assert_string_equal(found_span(&found, "app.js")->file, "app.js");
	assert_sound(&found);
	found_release(&found);
}

static void other_names_that_are_no_path_are_no_modules(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_function(&found.stream, 120, "app.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js");
	found_release(&found);
}

static void modules_of_nodejs_itself_have_no_file(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "node:internal/deps/undici/undici");
	ev_shows(s, 140, 0x20, "node:internal/deps/undici/undici");
	ev_shows(s, 150, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(node:internal/deps/undici/undici)");
	assert_int_equal(found_span(&found, "node:internal/deps/undici/undici")->kind,
			 MODULES_BUILTIN);
	assert_null(found_span(&found, "node:internal/deps/undici/undici")->file);
	found_release(&found);
}

static void a_package_is_named_from_its_folder_on(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/node_modules/a/node_modules/@x/b/index.js");
	ev_function(s, 140, "/elsewhere/c.js");
	found_finish(&found);
	assert_non_null(found_span(&found, "@x/b/index.js"));
	assert_non_null(found_span(&found, "/elsewhere/c.js"));
	found_release(&found);
}

static void who_called_require_is_the_parent(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_shows(s, 200, 0x10, MAIN);
	/* a function of a.js, called by main's top level, requires */
	ev_function(s, 210, "/app/b.js");
	ev_script(s, (struct ev_script){
			     .at = 210, .what = EVENT_SCRIPT_REQUIRER, .name = "/app/a.js"});
	ev_shows(s, 220, 0x30, "/app/b.js");
	ev_shows(s, 300, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js(b.js))");
	assert_times(found_span(&found, "a.js"), 130, 200);
	assert_times(found_span(&found, "b.js"), 210, 300);
	assert_sound(&found);
	found_release(&found);
}

static void a_requirer_that_is_no_module_leaves_the_parent(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	/* before any compilation */
	ev_script(s, (struct ev_script){.at = 115, .what = EVENT_SCRIPT_REQUIRER, .name = MAIN});
	ev_function(s, 130, "/app/a.js");
	ev_script(s, (struct ev_script){
			     .at = 130, .what = EVENT_SCRIPT_REQUIRER, .name = "/app/unknown.js"});
	ev_script(s, (struct ev_script){
			     .at = 131, .what = EVENT_SCRIPT_REQUIRER, .name = "/app/a.js"});
	ev_script(s, (struct ev_script){.at = 132, .what = EVENT_SCRIPT_REQUIRER});
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js)");
	found_release(&found);
}

static void a_compilation_on_trial_is_no_load(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/a.js");
	ev_script(s, (struct ev_script){.at = 130,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/a.js",
					.flags = EVENT_SCRIPT_TRIAL});
	/* nobody required what was not loaded */
	ev_script(s, (struct ev_script){
			     .at = 130, .what = EVENT_SCRIPT_REQUIRER, .name = "/app/main.js"});
	ev_function(s, 150, "/app/b.js");
	ev_shows(s, 160, 0x20, "/app/b.js");
	ev_shows(s, 170, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(b.js)");
	found_release(&found);
}

static void two_threads_have_their_own(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_thread(s, 115, 100, 101);
	ev_script(s, (struct ev_script){.at = 120,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/worker.js",
					.tid = 101});
	ev_walk(s,
		(struct ev_walk){.at = 130, .frame = 0x10, .name = "/app/worker.js", .tid = 101});
	ev_function(s, 140, "/app/a.js");
	ev_script(s, (struct ev_script){.at = 150,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/a.js",
					.tid = 101});
	ev_shows(s, 160, 0x20, "/app/a.js");
	ev_walk(s, (struct ev_walk){.at = 170, .frame = 0x20, .name = "/app/a.js", .tid = 101});
	ev_shows(s, 180, 0x10, MAIN);
	ev_walk(s,
		(struct ev_walk){.at = 190, .frame = 0x10, .name = "/app/worker.js", .tid = 101});
	ev_exit(s, 200, 100, 101, false);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js) worker.js(a.js)");
	assert_times(found_span(&found, "worker.js"), 120, 200);
	assert_times(found_span(&found, "a.js"), 140, 180);
	assert_times(&found.modules->spans.items[3], 150, 190);
	assert_sound(&found);
	found_release(&found);
}

/* ---- ends ---- */

static void an_end_that_a_call_shows_is_the_later_bound(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_walk(s, (struct ev_walk){
			   .at = 205, .since = 200, .seen = 180, .frame = 0x10, .name = MAIN});
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 200);
	assert_bounds(found_span(&found, "a.js"), 180, 200);
	found_release(&found);
}

static void the_next_compilation_ends_what_is_gone(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	/* that never was on the stack when somebody looked */
	ev_shows(s, 200, 0x10, MAIN);
	ev_function(s, 200, "/app/b.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js b.js)");
	assert_times(found_span(&found, "a.js"), 130, 200);
	assert_bounds(found_span(&found, "a.js"), 130, 200);
	found_release(&found);
}

static void an_end_that_a_sample_shows_is_the_middle(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_sample(s, 200, 0x20, "/app/a.js", 0);
	ev_sample(s, 300, 0x10, MAIN, 0);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 250);
	assert_bounds(found_span(&found, "a.js"), 200, 300);
	found_release(&found);
}

static void the_middle_is_of_the_time_that_the_thread_ran(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_sample(s, 140 * US, 0x20, "/app/a.js", 0);
	ev_out(s, 200 * US, STORY_TID, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(s, 500 * US, STORY_TID, 0);
	/* it ran 60 us, and 140: the middle is 40 us after it came back */
	ev_sample(s, 640 * US, 0x10, MAIN, 0);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 540 * US);
	assert_bounds(found_span(&found, "a.js"), 140 * US, 640 * US);
	found_release(&found);
}

static void a_stack_is_the_same_when_its_thread_comes_back(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_sample(s, 199 * US, 0x20, "/app/a.js", 0); /* for the switch */
	ev_out(s, 200 * US, STORY_TID, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(s, 500 * US, STORY_TID, 0);
	ev_sample(s, 640 * US, 0x10, MAIN, 0);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 570 * US);
	assert_bounds(found_span(&found, "a.js"), 500 * US, 640 * US);
	found_release(&found);
}

static void what_is_on_the_stack_to_the_end_ends_with_the_thread(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_function(&found.stream, 130, "/app/a.js");
	ev_shows(&found.stream, 140, 0x20, "/app/a.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, FOUND_EXIT);
	assert_bounds(found_span(&found, "a.js"), 140, FOUND_EXIT);
	assert_false(found_span(&found, "a.js")->open);
	found_release(&found);
}

static void what_is_not_seen_to_end_is_open(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_end(&found.stream, 500, EVENT_GOOD);
	assert_int_equal(recording_finish(found.stream.recording), 0);
	found.models = calloc(1, sizeof(*found.models));
	assert_int_equal(models_run(found.models, found.stream.recording), 0);
	found.modules = &found.models->modules;
	assert_true(found_span(&found, "main.js")->open);
	assert_times(found_span(&found, "main.js"), 100, 500);
	assert_bounds(found_span(&found, "main.js"), 110, 500);
	found_release(&found);
}

static void the_event_loop_ends_all(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_loop(s, 300, FOUND_EXIT - 10, EVENT_SYSCALL_UNFINISHED);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 300);
	assert_times(found_span(&found, "main.js"), 100, 300);
	found_release(&found);
}

/* What it was in can't see its end, but that of all: the walk shows the innermost that is left. */
static void a_module_that_throws_ends_with_those_that_it_is_in(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_function(s, 150, "/app/b.js");
	ev_shows(s, 160, 0x30, "/app/b.js");
	ev_shows(s, 200, 0x10, MAIN);
	/* main has caught it, and goes on */
	ev_function(s, 210, "/app/c.js");
	ev_shows(s, 220, 0x20, "/app/c.js");
	ev_shows(s, 230, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js(b.js) c.js)");
	assert_times(found_span(&found, "a.js"), 130, 200);
	assert_times(found_span(&found, "b.js"), 150, 200);
	assert_times(found_span(&found, "c.js"), 210, 230);
	found_release(&found);
}

/* a.js catches what b.js throws, and throws what c.js does */
static void what_an_exception_has_ended_has_failed(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	struct ev_walk thrown = {.at = 200, .frame = 0x20, .name = "/app/a.js"};

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_function(s, 150, "/app/b.js");
	ev_shows(s, 160, 0x30, "/app/b.js");
	thrown.flags = EVENT_STACK_THREW;
	ev_walk(s, thrown);
	ev_function(s, 210, "/app/d.js");
	ev_shows(s, 220, 0x30, "/app/d.js");
	ev_shows(s, 230, 0x20, "/app/a.js");
	ev_function(s, 240, "/app/c.js"); /* can't be compiled */
	thrown.at = 250;
	ev_walk(s, thrown);
	thrown = (struct ev_walk){
		.at = 251, .frame = 0x10, .name = MAIN, .flags = EVENT_STACK_THREW};
	ev_walk(s, thrown);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js(b.js d.js c.js))");
	assert_true(found_span(&found, "b.js")->failed);
	assert_times(found_span(&found, "b.js"), 150, 200);
	assert_false(found_span(&found, "d.js")->failed);
	assert_true(found_span(&found, "c.js")->failed);
	assert_true(found_span(&found, "a.js")->failed);
	assert_times(found_span(&found, "a.js"), 130, 251);
	assert_false(found_span(&found, "main.js")->failed);
	found_release(&found);
}

/* a walk at a call of the loader has come between */
static void what_seemed_to_end_as_it_could_not_be_compiled_has_failed(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	struct ev_walk thrown = {.at = 150, .frame = 0x10, .name = MAIN, .site = 7};

	(void)state;
	begin(&found);
	ev_script(s, (struct ev_script){.at = 130,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/a.js",
					.site = 7});
	ev_shows(s, 140, 0x10, MAIN);
	thrown.flags = EVENT_STACK_THREW;
	ev_walk(s, thrown);
	thrown.at = 160; /* has nothing to end */
	ev_walk(s, thrown);
	found_finish(&found);
	assert_true(found_span(&found, "a.js")->failed);
	assert_times(found_span(&found, "a.js"), 130, 150);
	assert_false(found_span(&found, "main.js")->failed);
	found_release(&found);
}

/* what is thrown came of another call of require(), a.js and b.js were loaded before */
static void an_exception_is_of_its_own_call_of_require(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	struct ev_walk thrown = {.at = 150, .frame = 0x10, .name = MAIN, .site = 8};

	(void)state;
	begin(&found);
	ev_script(s, (struct ev_script){.at = 130,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/a.js",
					.site = 7});
	thrown.flags = EVENT_STACK_THREW;
	ev_walk(s, thrown);
	ev_script(s, (struct ev_script){.at = 160,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/b.js",
					.site = 9});
	ev_shows(s, 170, 0x20, "/app/b.js");
	thrown.at = 180;
	ev_walk(s, thrown);
	found_finish(&found);
	assert_false(found_span(&found, "a.js")->failed);
	assert_false(found_span(&found, "b.js")->failed);
	assert_times(found_span(&found, "b.js"), 160, 180);
	found_release(&found);
}

static void a_module_that_is_loaded_again_is_another_load(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	for (uint64_t i = 0; i < 3; i++) {
		ev_function(s, 130 + 100 * i, "/app/a.js");
		ev_shows(s, 140 + 100 * i, 0x20 + i, "/app/a.js");
		ev_shows(s, 150 + 100 * i, 0x10, MAIN);
	}
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js a.js a.js)");
	for (uint64_t i = 0; i < 3; i++)
		assert_times(&found.modules->spans.items[1 + i], 130 + 100 * i, 150 + 100 * i);
	found_release(&found);
}

static void two_hundred_deep(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	char name[32];

	(void)state;
	begin(&found);
	for (uint64_t i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "/app/m%d.js", (int)i);
		ev_function(s, 200 + 10 * i, name);
		ev_shows(s, 205 + 10 * i, 0x100 + i, name);
	}
	for (uint64_t i = 199; i-- > 0;) {
		snprintf(name, sizeof(name), "/app/m%d.js", (int)i);
		ev_shows(s, 9000 - 10 * i, 0x100 + i, name);
	}
	ev_shows(s, 9500, 0x10, MAIN);
	found_finish(&found);
	assert_int_equal(found.modules->spans.count, 201);
	for (uint32_t i = 1; i < 201; i++)
		assert_int_equal(found.modules->spans.items[i].parent, i - 1);
	assert_times(found_span(&found, "m0.js"), 200, 9500);
	assert_times(found_span(&found, "m1.js"), 210, 9000);
	assert_times(found_span(&found, "m199.js"), 2190, 9000 - 1980);
	assert_sound(&found);
	found_release(&found);
}

/* ---- walks that were led astray ---- */

static void what_is_seen_again_has_not_ended(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_function(s, 140, "/app/b.js");
	ev_shows(s, 150, 0x30, "/app/b.js");
	ev_sample(s, 200, 0, NULL, 0); /* nothing is on the stack? */
	ev_shows(s, 300, 0x30, "/app/b.js");
	ev_shows(s, 400, 0x20, "/app/a.js");
	ev_shows(s, 500, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js(b.js))");
	assert_times(found_span(&found, "b.js"), 140, 400);
	assert_times(found_span(&found, "a.js"), 130, 500);
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	assert_sound(&found);
	found_release(&found);
}

static void what_came_meanwhile_ends_when_the_one_before_is_back(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_shows(s, 200, 0x10, MAIN);
	ev_function(s, 210, "/app/b.js");
	ev_shows(s, 250, 0x20, "/app/a.js");
	ev_shows(s, 300, 0x10, MAIN);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 300);
	assert_false(found_span(&found, "b.js")->open);
	assert_sound(&found);
	found_release(&found);
}

/* Between a module's compilation and its run its loader's own frames are the innermost. */
static void a_walk_at_the_time_of_a_compilation_ends_nothing(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 130, 0x10, MAIN);
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_shows(s, 200, 0x10, MAIN);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 200);
	found_release(&found);
}

static void functions_around_what_is_no_module_are_passed_over(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 130, "evalmachine.<anonymous>");
	ev_shows(s, 140, 0x20, "evalmachine.<anonymous>");
	ev_function(s, 150, "");
	ev_shows(s, 160, 0x30, "/app/never-compiled.js");
	ev_shows(s, 170, 0x10, MAIN);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js");
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	found_release(&found);
}

/* Stacks grow down: what lies below the frame of a function without a name is gone. */
static void a_function_that_is_no_module_tells_what_is_around_it(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	found_begin(&found, EVENT_RUNTIME_NODE);
	ev_function(s, 100, MAIN);
	ev_shows(s, 110, 0x900, MAIN);
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x800, "/app/a.js");
	ev_shows(s, 150, 0x700, NULL); /* called by a.js */
	ev_shows(s, 200, 0x850, NULL); /* by main.js */
	ev_shows(s, 300, 0x900, MAIN);
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 200);
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	found_release(&found);
}

/* ---- memory ---- */

static void memory_grows_in_the_innermost_module(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_walk(s, (struct ev_walk){.at = 120, .frame = 0x10, .name = MAIN, .rss_bytes = 10 << 12});
	ev_function(s, 135, "/app/a.js");
	ev_walk(s, (struct ev_walk){
			   .at = 140, .frame = 0x20, .name = "/app/a.js", .rss_bytes = 11 << 12});
	ev_walk(s, (struct ev_walk){
			   .at = 180, .frame = 0x20, .name = "/app/a.js", .rss_bytes = 15 << 12});
	ev_shows(s, 200, 0x10, MAIN); /* not measured: no zero */
	ev_walk(s, (struct ev_walk){.at = 240, .frame = 0x10, .name = MAIN, .rss_bytes = 13 << 12});
	found_finish(&found);
	assert_int_equal(found.modules->points.count, 4);
	assert_int_equal(found_span(&found, "a.js")->self_rss_bytes, 4 << 12);
	assert_int_equal(found_span(&found, "main.js")->self_rss_bytes, -(1 << 12));
	found_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commonjs_modules_nest),
		cmocka_unit_test(the_script_in_an_executable_has_any_name),
		cmocka_unit_test(other_names_that_are_no_path_are_no_modules),
		cmocka_unit_test(modules_of_nodejs_itself_have_no_file),
		cmocka_unit_test(a_package_is_named_from_its_folder_on),
		cmocka_unit_test(who_called_require_is_the_parent),
		cmocka_unit_test(a_requirer_that_is_no_module_leaves_the_parent),
		cmocka_unit_test(a_compilation_on_trial_is_no_load),
		cmocka_unit_test(two_threads_have_their_own),
		cmocka_unit_test(an_end_that_a_call_shows_is_the_later_bound),
		cmocka_unit_test(the_next_compilation_ends_what_is_gone),
		cmocka_unit_test(an_end_that_a_sample_shows_is_the_middle),
		cmocka_unit_test(the_middle_is_of_the_time_that_the_thread_ran),
		cmocka_unit_test(a_stack_is_the_same_when_its_thread_comes_back),
		cmocka_unit_test(what_is_on_the_stack_to_the_end_ends_with_the_thread),
		cmocka_unit_test(what_is_not_seen_to_end_is_open),
		cmocka_unit_test(the_event_loop_ends_all),
		cmocka_unit_test(a_module_that_throws_ends_with_those_that_it_is_in),
		cmocka_unit_test(what_an_exception_has_ended_has_failed),
		cmocka_unit_test(what_seemed_to_end_as_it_could_not_be_compiled_has_failed),
		cmocka_unit_test(an_exception_is_of_its_own_call_of_require),
		cmocka_unit_test(a_module_that_is_loaded_again_is_another_load),
		cmocka_unit_test(two_hundred_deep),
		cmocka_unit_test(what_is_seen_again_has_not_ended),
		cmocka_unit_test(what_came_meanwhile_ends_when_the_one_before_is_back),
		cmocka_unit_test(a_walk_at_the_time_of_a_compilation_ends_nothing),
		cmocka_unit_test(functions_around_what_is_no_module_are_passed_over),
		cmocka_unit_test(a_function_that_is_no_module_tells_what_is_around_it),
		cmocka_unit_test(memory_grows_in_the_innermost_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_scripts_esm.c - ES modules, from made-up evaluations */
#include "scripts_story.h"

#define ROOT 0xe0 /* the evaluation of main.mjs */
#define A    0xa0
#define B    0xb0

static void begin(struct found *found)
{
	found_begin(found, EVENT_RUNTIME_NODE);
	ev_function(&found->stream, 10, "node:internal/main/run_main_module");
	ev_shows(&found->stream, 20, 0x1, "node:internal/main/run_main_module");
}

/* main.mjs imports a.mjs, b.mjs: all are compiled before any of them runs. */
static void compile_graph(struct found *found)
{
	begin(found);
	ev_module(&found->stream, 100, "file:///app/main.mjs");
	ev_module(&found->stream, 120, "file:///app/a.mjs");
	ev_module(&found->stream, 150, "file:///app/b.mjs");
}

static void imports_run_before_their_importer_and_are_its_children(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_execute(s, 200, "file:///app/a.mjs", A, ROOT);
	ev_executed(s, 250, A, 0);
	ev_execute(s, 260, "file:///app/b.mjs", B, ROOT);
	ev_executed(s, 300, B, 0);
	ev_execute(s, 310, "file:///app/main.mjs", ROOT, 0);
	ev_executed(s, 400, ROOT, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(a.mjs b.mjs)");
	assert_times(found_span(&found, "main.mjs"), 100, 400);
	assert_times(found_span(&found, "a.mjs"), 200, 250);
	assert_bounds(found_span(&found, "a.mjs"), 250, 250);
	assert_times(found_span(&found, "b.mjs"), 260, 300);
	assert_int_equal(found_span(&found, "a.mjs")->kind, MODULES_ESM);
	assert_string_equal(found_span(&found, "a.mjs")->file, "/app/a.mjs");
	assert_sound(&found);
	found_release(&found);
}

static void what_passed_before_a_compilation_is_a_part_of_that_module(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_execute(s, 200, "file:///app/a.mjs", A, ROOT);
	ev_executed(s, 250, A, 0);
	ev_execute(s, 260, "file:///app/b.mjs", B, ROOT);
	ev_executed(s, 300, B, 0);
	ev_execute(s, 310, "file:///app/main.mjs", ROOT, 0);
	ev_executed(s, 400, ROOT, 0);
	found_finish(&found);
	assert_int_equal(found_span(&found, "a.mjs")->parts_ns, 20);
	assert_int_equal(found_span(&found, "b.mjs")->parts_ns, 30);
	/* they lie in it */
	assert_int_equal(found_span(&found, "main.mjs")->parts_ns, 0);
	assert_int_equal(found_span(&found, "a.mjs")->self_ns, 20 + 50);
	assert_int_equal(found_span(&found, "b.mjs")->self_ns, 30 + 40);
	assert_int_equal(found_span(&found, "main.mjs")->self_ns, 300 - 70 - 70);
	found_release(&found);
}

static void the_root_begins_when_its_file_was_opened_by_any_thread(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_thread(s, 25, 100, 101);
	ev_open(s, 50, 101, "/app/main.mjs", 9);
	ev_open(s, 60, 101, "/app/a.mjs", 9);
	ev_module(s, 100, "file:///app/main.mjs");
	ev_module(s, 120, "file:///app/a.mjs");
	ev_execute(s, 200, "file:///app/a.mjs", A, ROOT);
	ev_executed(s, 250, A, 0);
	ev_execute(s, 310, "file:///app/main.mjs", ROOT, 0);
	ev_executed(s, 400, ROOT, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(a.mjs)");
	assert_times(found_span(&found, "main.mjs"), 50, 400);
	assert_times(found_span(&found, "a.mjs"), 200, 250);
	found_release(&found);
}

static void an_importer_begins_with_its_first_import(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	/* main imports a, and that b */
	ev_execute(s, 200, "file:///app/b.mjs", B, A);
	ev_executed(s, 220, B, 0);
	ev_execute(s, 230, "file:///app/a.mjs", A, ROOT);
	ev_executed(s, 250, A, 0);
	ev_execute(s, 310, "file:///app/main.mjs", ROOT, 0);
	ev_executed(s, 400, ROOT, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(a.mjs(b.mjs))");
	assert_times(found_span(&found, "a.mjs"), 200, 250);
	assert_times(found_span(&found, "b.mjs"), 200, 220);
	assert_sound(&found);
	found_release(&found);
}

static void a_graph_that_never_ran_is_left_out(void **state)
{
	struct found found = {};

	(void)state;
	compile_graph(&found);
	ev_execute(&found.stream, 200, "file:///app/a.mjs", A, 0);
	ev_executed(&found.stream, 250, A, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "a.mjs");
	found_release(&found);
}

static void one_that_was_compiled_unseen_runs_all_the_same(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_execute(&found.stream, 200, "file:///app/main.mjs", ROOT, 0);
	ev_executed(&found.stream, 250, ROOT, 0);
	found_finish(&found);
	assert_times(found_span(&found, "main.mjs"), 200, 250);
	found_release(&found);
}

static void one_that_throws_is_failed(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_execute(s, 200, "file:///app/b.mjs", B, A);
	ev_executed(s, 210, B, 0);
	ev_execute(s, 220, "file:///app/a.mjs", A, ROOT);
	ev_executed(s, 250, A, EVENT_SCRIPT_FAILED);
	found_finish(&found);
	/* main.mjs never runs */
	assert_string_equal(found_tree(&found), "a.mjs(b.mjs)");
	assert_true(found_span(&found, "a.mjs")->failed);
	assert_times(found_span(&found, "a.mjs"), 200, 250);
	assert_false(found_span(&found, "b.mjs")->failed);
	found_release(&found);
}

static void walks_do_not_end_what_a_probe_ends(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_execute(s, 200, "file:///app/a.mjs", A, 0);
	ev_walk(s, (struct ev_walk){.at = 210,
				    .frame = 0x30,
				    .name = "file:///app/a.mjs",
				    .flags = EVENT_STACK_ESM});
	ev_sample(s, 220, 0, NULL, 0);
	ev_executed(s, 250, A, 0);
	found_finish(&found);
	assert_times(found_span(&found, "a.mjs"), 120, 250);
	assert_bounds(found_span(&found, "a.mjs"), 250, 250);
	found_release(&found);
}

static void one_that_ends_takes_along_what_it_had_required(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_execute(s, 200, "file:///app/a.mjs", A, 0);
	ev_function(s, 210, "/app/c.js"); /* by createRequire() */
	ev_shows(s, 220, 0x30, "/app/c.js");
	ev_executed(s, 250, A, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "a.mjs(c.js)");
	assert_times(found_span(&found, "c.js"), 210, 250);
	assert_bounds(found_span(&found, "c.js"), 220, 250);
	found_release(&found);
}

/* ---- together with CommonJS ---- */

static void an_es_module_may_be_required(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 100, "/app/main.js");
	ev_shows(s, 110, 0x10, "/app/main.js");
	ev_look(s, 120, "/app/a.mjs");
	ev_file(s, 122, "/app/a.mjs");
	ev_module(s, 130, "file:///app/a.mjs");
	ev_module(s, 140, "file:///app/b.mjs");
	ev_execute(s, 150, "file:///app/b.mjs", B, A);
	ev_executed(s, 160, B, 0);
	ev_execute(s, 170, "file:///app/a.mjs", A, 0);
	ev_executed(s, 200, A, 0);
	ev_shows(s, 300, 0x10, "/app/main.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.mjs(b.mjs))");
	assert_times(found_span(&found, "a.mjs"), 120, 200);
	assert_times(found_span(&found, "b.mjs"), 150, 160);
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	assert_sound(&found);
	found_release(&found);
}

/* Node.js evaluates it where the graph has it: within the importer's evaluation. */
static void a_commonjs_module_may_be_imported(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_module(s, 100, "file:///app/main.mjs");
	ev_script(s, (struct ev_script){.at = 200,
					.what = EVENT_SCRIPT_FUNCTION,
					.name = "/app/c.js",
					.importer = ROOT});
	ev_shows(s, 210, 0x10, "/app/c.js");
	ev_function(s, 220, "/app/d.js");
	ev_shows(s, 230, 0x20, "/app/d.js");
	ev_shows(s, 250, 0, NULL);
	ev_execute(s, 260, "file:///app/main.mjs", ROOT, 0);
	ev_executed(s, 300, ROOT, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(c.js(d.js))");
	assert_times(found_span(&found, "main.mjs"), 100, 300);
	assert_times(found_span(&found, "c.js"), 200, 250);
	assert_times(found_span(&found, "d.js"), 220, 250);
	assert_sound(&found);
	found_release(&found);
}

/* ---- await at the top level ---- */

static void await_at_the_top_level(struct stream *s)
{
	ev_module(s, 100, "file:///app/main.mjs");
	ev_script(s, (struct ev_script){.at = 200,
					.what = EVENT_SCRIPT_EXECUTE,
					.name = "file:///app/main.mjs",
					.flags = EVENT_SCRIPT_ASYNC,
					.evaluation = ROOT});
}

static void one_that_waits_has_run_to_there(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	await_at_the_top_level(&found.stream);
	ev_executed(&found.stream, 210, ROOT, EVENT_SCRIPT_ASYNC);
	ev_loop(&found.stream, 220, 400, 0);
	found_finish(&found);
	assert_times(found_span(&found, "main.mjs"), 100, 210);
	assert_bounds(found_span(&found, "main.mjs"), 210, 210);
	found_release(&found);
}

static void one_that_goes_on_ends_when_it_is_off_the_stack(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	await_at_the_top_level(s);
	ev_executed(s, 210, ROOT, EVENT_SCRIPT_ASYNC);
	ev_loop(s, 220, 400, 0);
	ev_walk(s, (struct ev_walk){.at = 410,
				    .frame = 0x40,
				    .name = "file:///app/main.mjs",
				    .flags = EVENT_STACK_ESM | EVENT_STACK_SAMPLE});
	/* what it imports now is its own */
	ev_function(s, 420, "/app/c.js");
	ev_shows(s, 430, 0x50, "/app/c.js");
	ev_walk(s, (struct ev_walk){.at = 450,
				    .frame = 0x40,
				    .name = "file:///app/main.mjs",
				    .flags = EVENT_STACK_ESM});
	ev_sample(s, 550, 0, NULL, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(c.js)");
	assert_times(found_span(&found, "main.mjs"), 100, 500);
	assert_bounds(found_span(&found, "main.mjs"), 450, 550);
	assert_times(found_span(&found, "c.js"), 420, 450);
	assert_sound(&found);
	found_release(&found);
}

/* a.mjs waits, so main.mjs runs by itself, long after its evaluation: whose imports, is not seen.
 */
static void the_root_that_had_to_wait_for_its_imports_has_them(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	compile_graph(&found);
	ev_script(s, (struct ev_script){.at = 200,
					.what = EVENT_SCRIPT_EXECUTE,
					.name = "file:///app/a.mjs",
					.flags = EVENT_SCRIPT_ASYNC,
					.evaluation = A,
					.importer = ROOT});
	ev_executed(s, 210, A, EVENT_SCRIPT_ASYNC);
	ev_execute(s, 220, "file:///app/b.mjs", B, ROOT);
	ev_executed(s, 230, B, 0);
	ev_loop(s, 240, 400, 0);
	ev_execute(s, 410, "file:///app/main.mjs", 0xf0, 0);
	ev_executed(s, 450, 0xf0, 0);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.mjs(a.mjs b.mjs)");
	assert_times(found_span(&found, "main.mjs"), 100, 450);
	assert_times(found_span(&found, "a.mjs"), 200, 210);
	assert_sound(&found);
	found_release(&found);
}

static void one_that_throws_before_it_waits_is_failed(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	await_at_the_top_level(&found.stream);
	ev_executed(&found.stream, 210, ROOT, EVENT_SCRIPT_ASYNC | EVENT_SCRIPT_FAILED);
	found_finish(&found);
	assert_true(found_span(&found, "main.mjs")->failed);
	found_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports_run_before_their_importer_and_are_its_children),
		cmocka_unit_test(what_passed_before_a_compilation_is_a_part_of_that_module),
		cmocka_unit_test(the_root_begins_when_its_file_was_opened_by_any_thread),
		cmocka_unit_test(an_importer_begins_with_its_first_import),
		cmocka_unit_test(a_graph_that_never_ran_is_left_out),
		cmocka_unit_test(one_that_was_compiled_unseen_runs_all_the_same),
		cmocka_unit_test(one_that_throws_is_failed),
		cmocka_unit_test(walks_do_not_end_what_a_probe_ends),
		cmocka_unit_test(one_that_ends_takes_along_what_it_had_required),
		cmocka_unit_test(an_es_module_may_be_required),
		cmocka_unit_test(a_commonjs_module_may_be_imported),
		cmocka_unit_test(one_that_waits_has_run_to_there),
		cmocka_unit_test(one_that_goes_on_ends_when_it_is_off_the_stack),
		cmocka_unit_test(the_root_that_had_to_wait_for_its_imports_has_them),
		cmocka_unit_test(one_that_throws_before_it_waits_is_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

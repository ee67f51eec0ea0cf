// SPDX-License-Identifier: BSD-2-Clause
/* test_python_imports.c - the imports of CPython, from made-up steps */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import_steps.h"

static void imports_nest(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_begin(&found.stream, 20, 100, 0xb, "b");
	ev_done(&found.stream, 30, 100, 0xb);
	ev_begin(&found.stream, 40, 100, 0xc, "c");
	ev_done(&found.stream, 50, 100, 0xc);
	ev_done(&found.stream, 60, 100, 0xa);
	finish(&found);
	assert_string_equal(tree(&found), "a(b c)");
	assert_times(span(&found, "a"), 10, 60);
	assert_times(span(&found, "b"), 20, 30);
	assert_int_equal(span(&found, "a")->self_ns, 30);
	assert_int_equal(found.modules->points.count, 6);
	release(&found);
}

static void greenlets_end_out_of_order(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_begin(&found.stream, 20, 100, 0xb, "b");
	ev_done(&found.stream, 30, 100, 0xa);
	ev_done(&found.stream, 50, 100, 0xb);
	finish(&found);
	assert_times(span(&found, "a"), 10, 30);
	assert_times(span(&found, "b"), 20, 50);
	assert_false(span(&found, "a")->open || span(&found, "b")->open);
	release(&found);
}

/* A load at a place on the stack. */
static void ev_begin_at(struct stream *s, uint64_t at, uint64_t stack, const char *name)
{
	ev_step(s, (struct step){at, 100, EVENT_IMPORT_BEGIN, at, name, 0, stack});
}

static void greenlets_at_one_depth_are_not_within_each_other(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin_at(&found.stream, 10, 900, "app");
	ev_begin_at(&found.stream, 20, 800, "first");
	ev_begin_at(&found.stream, 30, 800, "second");
	finish(&found);
	assert_string_equal(tree(&found), "app(first second)");
	assert_int_equal(found.models->python_imports.unsure_count, 0);
	release(&found);
}

static void what_may_be_of_either_greenlet_is_of_who_loads_both(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin_at(&found.stream, 10, 900, "app");
	ev_begin_at(&found.stream, 20, 800, "first");
	ev_begin_at(&found.stream, 30, 800, "second");
	ev_begin_at(&found.stream, 40, 700, "of either");
	ev_step(&found.stream, (struct step){50, 100, EVENT_IMPORT_END, 30, NULL, 0, 800});
	ev_begin_at(&found.stream, 60, 600, "nested");
	finish(&found);
	assert_string_equal(tree(&found), "app(first second of either(nested))");
	assert_int_equal(found.models->python_imports.unsure_count, 1);
	release(&found);
}

static void one_name_within_its_own_import_is_told_by_the_stack(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_step(s, (struct step){10, 100, EVENT_IMPORT_BEGIN, 0xa, "a.b", 0, 900});
	ev_step(s, (struct step){20, 100, EVENT_IMPORT_BEGIN, 0xa, "a.b", 0, 700});
	ev_step(s, (struct step){30, 100, EVENT_IMPORT_END, 0xa, NULL, 0, 700});
	/* what has ended may be told twice */
	ev_step(s, (struct step){31, 100, EVENT_IMPORT_END, 0xa, NULL, 0, 700});
	ev_step(s, (struct step){40, 100, EVENT_IMPORT_END, 0xa, NULL, 0, 900});
	finish(&found);
	assert_string_equal(tree(&found), "a.b(a.b)");
	assert_times(&found.modules->spans.items[0], 10, 40);
	assert_times(&found.modules->spans.items[1], 20, 30);
	release(&found);
}

static void threads_have_their_own(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_thread(&found.stream, 5, 100, 101);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_begin(&found.stream, 20, 101, 0xb, "b");
	ev_done(&found.stream, 30, 100, 0xa);
	ev_done(&found.stream, 40, 101, 0xb);
	finish(&found);
	assert_string_equal(tree(&found), "a b");
	assert_int_equal(span(&found, "a")->self_ns + span(&found, "b")->self_ns, 30);
	release(&found);
}

static void a_fork_inherits_no_open_import(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_fork(&found.stream, 20, 100, 200);
	ev_begin(&found.stream, 30, 200, 0xb, "b");
	ev_done(&found.stream, 40, 200, 0xb);
	ev_done(&found.stream, 45, 200, 0xa); /* its parent's, which it has too */
	ev_done(&found.stream, 60, 100, 0xa);
	ev_exit(&found.stream, 70, 200, 200, true);
	finish(&found);
	assert_string_equal(tree(&found), "a b");
	assert_times(span(&found, "a"), 10, 60);
	assert_int_not_equal(span(&found, "a")->process, span(&found, "b")->process);
	release(&found);
}

static void exec_ends_what_is_open(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_exec(&found.stream, 20, 25, 100, EVENTS_RUNTIME);
	ev_begin(&found.stream, 30, 100, 0xb, "b");
	ev_done(&found.stream, 40, 100, 0xb);
	finish(&found);
	assert_string_equal(tree(&found), "a b");
	assert_times(span(&found, "a"), 10, 25);
	release(&found);
}

static void the_end_of_a_thread_ends_its_imports(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	finish(&found);
	assert_times(span(&found, "a"), 10, 9000);
	release(&found);
}

static void a_failed_import_is_marked(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_begin(&found.stream, 20, 100, 0xb, "b");
	ev_step(&found.stream,
		(struct step){30, 100, EVENT_IMPORT_END, 0xb, NULL, EVENT_IMPORT_FAILED, 0});
	ev_done(&found.stream, 40, 100, 0xa);
	finish(&found);
	assert_true(span(&found, "b")->failed);
	assert_false(span(&found, "a")->failed);
	release(&found);
}

static void two_hundred_deep(void **state)
{
	struct found found = {};
	char name[32];

	(void)state;
	begin(&found);
	for (uint64_t i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "m%d", (int)i);
		ev_begin(&found.stream, 10 + i, 100, 1000 + i, name);
	}
	for (uint64_t i = 200; i-- > 0;)
		ev_done(&found.stream, 1000 - i, 100, 1000 + i);
	finish(&found);
	assert_int_equal(found.modules->spans.count, 200);
	for (uint32_t i = 1; i < 200; i++)
		assert_int_equal(found.modules->spans.items[i].parent, i - 1);
	assert_times(span(&found, "m0"), 10, 1000);
	assert_times(span(&found, "m199"), 209, 801);
	release(&found);
}

static void import_module_is_seen_by_its_code(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_find(&found.stream, 11, 100, "a");
	ev_body(&found.stream, 20, 100, 0xaa, "/lib/a.py");
	ev_find(&found.stream, 30, 100, "p.d");
	ev_open(&found.stream, 32, 100, "/lib/p/__pycache__/d.cpython-311.pyc", 3);
	ev_body(&found.stream, 40, 100, 0xdd, "/lib/p/d.py");
	ev_begin(&found.stream, 45, 100, 0xe, "e");
	ev_done(&found.stream, 50, 100, 0xe);
	ev_body_end(&found.stream, 60, 100, 0xdd);
	ev_body_end(&found.stream, 70, 100, 0xaa);
	ev_done(&found.stream, 80, 100, 0xa);
	finish(&found);
	assert_string_equal(tree(&found), "a(p.d(e))");
	assert_times(span(&found, "p.d"), 30, 60);
	assert_int_equal(span(&found, "p.d")->end_low_ns - EVENTS_T0, 60);
	assert_int_equal(span(&found, "p.d")->end_high_ns - EVENTS_T0, 70);
	assert_string_equal(span(&found, "p.d")->file, "/lib/p/d.py");
	assert_int_equal(span(&found, "p.d")->kind, MODULES_BYTECODE);
	assert_times(span(&found, "a"), 10, 80);
	release(&found);
}

static void a_search_without_code_is_no_load(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_begin(&found.stream, 10, 100, 0xa, "a");
	ev_find(&found.stream, 11, 100, "a");
	ev_body(&found.stream, 20, 100, 0xaa, "/lib/a.py");
	ev_find(&found.stream, 30, 100, "x"); /* importlib.util.find_spec */
	ev_begin(&found.stream, 40, 100, 0xb, "b");
	ev_done(&found.stream, 50, 100, 0xb);
	ev_find(&found.stream, 60, 100, "y");
	ev_body_end(&found.stream, 70, 100, 0xaa);
	ev_done(&found.stream, 80, 100, 0xa);
	finish(&found);
	assert_string_equal(tree(&found), "a(b)");
	release(&found);
}

/* Flask looks for the application's own package while gunicorn loads that by import_module. */
static void a_search_is_over_with_the_code_that_made_it(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_find(&found.stream, 10, 100, "app");
	ev_body(&found.stream, 20, 100, 0xaa, "/srv/app.py");
	ev_find(&found.stream, 30, 100, "app"); /* importlib.util.find_spec */
	ev_body_end(&found.stream, 40, 100, 0xaa);
	ev_begin(&found.stream, 50, 100, 0xb, "b");
	ev_done(&found.stream, 60, 100, 0xb);
	finish(&found);
	assert_string_equal(tree(&found), "app b");
	release(&found);
}

static void code_that_runs_long_after_its_search_is_a_late_load(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_find(s, 10, 100, "lazy");
	ev_find(s, 20, 100, "never");
	ev_begin(s, 30, 100, 0xa, "other");
	ev_done(s, 40, 100, 0xa);
	ev_body(s, 50, 100, 0xc, "/lib/lazy.py");
	ev_begin(s, 60, 100, 0xb, "within");
	ev_done(s, 70, 100, 0xb);
	ev_body_end(s, 80, 100, 0xc);
	/* it is loaded once */
	ev_body(s, 90, 100, 0xc, "/lib/lazy.py");
	finish(&found);
	assert_string_equal(tree(&found), "other lazy(within)");
	assert_times(span(&found, "lazy"), 50, 80);
	assert_string_equal(span(&found, "lazy")->file, "/lib/lazy.py");
	release(&found);
}

static void the_program_itself_is_no_import(void **state)
{
	struct found found = {};

	(void)state;
	stream_begin(&found.stream);
	ev_start_inode(&found.stream, 100, NULL, 1);
	ev_exec_words(&found.stream, 3, 4, 100, EVENTS_RUNTIME,
		      EV_WORDS("/usr/bin/python\0python\0-m\0pkg.tool"));
	ev_runtime(&found.stream, EVENT_RUNTIME_PYTHON);
	ev_find(&found.stream, 10, 100, "pkg");
	ev_body(&found.stream, 20, 100, 0xa, "/lib/pkg/__init__.py");
	ev_body_end(&found.stream, 30, 100, 0xa);
	ev_find(&found.stream, 40, 100, "pkg.tool");
	ev_body(&found.stream, 50, 100, 0xb, "/lib/pkg/tool.py");
	ev_begin(&found.stream, 60, 100, 0xc, "c");
	ev_done(&found.stream, 70, 100, 0xc);
	ev_body_end(&found.stream, 80, 100, 0xb);
	finish(&found);
	assert_string_equal(tree(&found), "pkg c");
	release(&found);
}

/* python app.pyz, python folder */
static void the_program_of_an_archive_is_no_import(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_find(s, 10, 100, "__main__");
	ev_open(s, 12, 100, "/srv/app.pyz", 3);
	ev_body(s, 20, 100, 0x1, "/srv/app.pyz/__main__.py");
	ev_begin(s, 30, 100, 0xa, "a");
	ev_done(s, 40, 100, 0xa);
	ev_body_end(s, 900, 100, 0x1);
	finish(&found);
	assert_string_equal(tree(&found), "a");
	release(&found);
}

static void names_of_all_widths_become_utf8(void **state)
{
	static const struct {
		uint8_t width;
		const char *bytes;
		size_t size;
		const char *name;
	} cases[] = {
		{1, "caf\xe9", 4, "caf\xc3\xa9"},
		{2,
		 "\x01\x01"
		 "a\0",
		 4,
		 "\xc4\x81"
		 "a"},
		{4, "\x00\xf6\x01\x00", 4, "\xf0\x9f\x98\x80"},
		{2, "\x00\xd8", 2, "\xef\xbf\xbd"}, /* half a pair */
	};
	struct found found = {};

	(void)state;
	begin(&found);
	for (uint64_t i = 0; i < 4; i++) {
		struct event_import record = {
			.event = ev_header(EVENT_IMPORT, 10 + 10 * i, 100, 100),
			.key = 1,
			.what = EVENT_IMPORT_BEGIN,
			.width = cases[i].width,
		};

		ev_add(&found.stream, &record, cases[i].bytes, cases[i].size);
		ev_done(&found.stream, 15 + 10 * i, 100, 1);
	}
	finish(&found);
	assert_int_equal(found.modules->spans.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(found.modules->spans.items[i].name, cases[i].name);
	release(&found);
}

/* Steps that no program makes: they are read from files, too. */
static void stray_steps_do_no_harm(void **state)
{
	struct found found = {};

	(void)state;
	begin(&found);
	ev_done(&found.stream, 10, 100, 0xa);
	ev_body_end(&found.stream, 11, 100, 0xa);
	ev_body(&found.stream, 12, 100, 0xa, "");
	ev_find(&found.stream, 13, 100, "");
	ev_find(&found.stream, 14, 100, "x.");
	ev_body(&found.stream, 15, 100, 0xb, "/__init__.py");
	ev_step(&found.stream, (struct step){16, 100, 77, 0, "x", 0, 0});
	ev_begin(&found.stream, 17, 100, 0xc, NULL);
	ev_body(&found.stream, 18, 100, 0xc, "<frozen ");
	finish(&found);
	release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports_nest),
		cmocka_unit_test(greenlets_end_out_of_order),
		cmocka_unit_test(greenlets_at_one_depth_are_not_within_each_other),
		cmocka_unit_test(what_may_be_of_either_greenlet_is_of_who_loads_both),
		cmocka_unit_test(one_name_within_its_own_import_is_told_by_the_stack),
		cmocka_unit_test(threads_have_their_own),
		cmocka_unit_test(a_fork_inherits_no_open_import),
		cmocka_unit_test(exec_ends_what_is_open),
		cmocka_unit_test(the_end_of_a_thread_ends_its_imports),
		cmocka_unit_test(a_failed_import_is_marked),
		cmocka_unit_test(two_hundred_deep),
		cmocka_unit_test(import_module_is_seen_by_its_code),
		cmocka_unit_test(a_search_without_code_is_no_load),
		cmocka_unit_test(a_search_is_over_with_the_code_that_made_it),
		cmocka_unit_test(code_that_runs_long_after_its_search_is_a_late_load),
		cmocka_unit_test(the_program_itself_is_no_import),
		cmocka_unit_test(the_program_of_an_archive_is_no_import),
		cmocka_unit_test(names_of_all_widths_become_utf8),
		cmocka_unit_test(stray_steps_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_python_kinds.c - what a module of CPython came from, and extensions, from made-up steps */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "import_steps.h"

static void kinds_are_told_by_what_was_opened(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_begin(s, 10, 100, 0xa, "time");
	ev_done(s, 11, 100, 0xa);
	ev_begin(s, 20, 100, 0xa, "os");
	ev_find(s, 21, 100, "os");
	ev_body(s, 22, 100, 0x1, "<frozen os>");
	ev_body_end(s, 23, 100, 0x1);
	ev_done(s, 24, 100, 0xa);
	ev_begin(s, 30, 100, 0xa, "p.s");
	ev_find(s, 31, 100, "p.s");
	ev_open(s, 32, 100, "/lib/p/__pycache__/s.cpython-311.pyc", 3);
	ev_open(s, 34, 100, "/lib/p/s.py", 3);
	ev_body(s, 36, 100, 0x1, "/lib/p/s.py");
	ev_open(s, 37, 100, "/etc/data.py", 3);
	ev_body_end(s, 39, 100, 0x1);
	ev_done(s, 40, 100, 0xa);
	ev_begin(s, 50, 100, 0xa, "p._x");
	ev_find(s, 51, 100, "p._x");
	ev_open(s, 52, 100, "/lib/p/_x.cpython-311-x86_64-linux-gnu.so", 3);
	ev_open(s, 54, 100, "/lib/libother.so", 3);
	ev_done(s, 56, 100, 0xa);
	ev_begin(s, 60, 100, 0xa, "space");
	ev_find(s, 61, 100, "space");
	ev_open(s, 62, 100, "/lib/space/__init__.py", -ENOENT);
	ev_done(s, 64, 100, 0xa);
	ev_begin(s, 70, 100, 0xa, "packed");
	ev_open(s, 71, 100, "/lib/all.zip", 3);
	ev_body(s, 72, 100, 0x1, "/lib/all.zip/packed.py");
	ev_body_end(s, 73, 100, 0x1);
	ev_done(s, 74, 100, 0xa);
	finish(&found);
	assert_int_equal(span(&found, "time")->kind, MODULES_BUILTIN);
	assert_int_equal(span(&found, "os")->kind, MODULES_FROZEN);
	assert_null(span(&found, "os")->file);
	assert_int_equal(span(&found, "p.s")->kind, MODULES_SOURCE);
	assert_int_equal(span(&found, "p._x")->kind, MODULES_EXTENSION);
	assert_string_equal(span(&found, "p._x")->file,
			    "/lib/p/_x.cpython-311-x86_64-linux-gnu.so");
	assert_int_equal(span(&found, "space")->kind, MODULES_NAMESPACE);
	assert_int_equal(span(&found, "packed")->kind, MODULES_ARCHIVE);
	release(&found);
}

static void ev_native(struct stream *s, uint64_t at, enum event_import_what what, uint16_t flags)
{
	ev_step(s, (struct step){at, 100, what, 0, NULL, flags, 0});
}

static void an_extension_has_times_of_its_own(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_begin(s, 10, 100, 0xa, "p._x");
	ev_find(s, 11, 100, "p._x");
	ev_step(s, (struct step){20, 100, EVENT_IMPORT_LIBRARY, 0, NULL, 0, 0});
	ev_open(s, 22, 100, "/lib/p/_x.so", 3);
	ev_step(s, (struct step){50, 100, EVENT_IMPORT_INIT, 0, NULL, 0, 0});
	ev_begin(s, 60, 100, 0xb, "b");
	ev_done(s, 70, 100, 0xb);
	ev_done(s, 100, 100, 0xa);
	finish(&found);
	assert_true(span(&found, "p._x")->has_native);
	assert_int_equal(span(&found, "p._x")->dlopen_ns, 30);
	assert_int_equal(span(&found, "p._x")->init_ns, 40);
	assert_false(span(&found, "b")->has_native);
	release(&found);
}

/* importlib.import_module() of an extension whose init function imports. */
static void an_extension_ends_with_its_init_function(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_begin(s, 5, 100, 0xa, "a");
	ev_find(s, 10, 100, "p._x");
	ev_native(s, 20, EVENT_IMPORT_LIBRARY, 0);
	ev_open(s, 22, 100, "/lib/p/_x.so", 3);
	ev_native(s, 50, EVENT_IMPORT_INIT, EVENT_IMPORT_ENDS_SEEN);
	ev_begin(s, 60, 100, 0xb, "b");
	ev_native(s, 65, EVENT_IMPORT_INIT_END, 0); /* of what is built in */
	ev_done(s, 70, 100, 0xb);
	ev_native(s, 72, EVENT_IMPORT_LIBRARY_END, 0);
	ev_find(s, 74, 100, "_y");
	ev_native(s, 75, EVENT_IMPORT_LIBRARY, 0);
	ev_open(s, 76, 100, "/lib/_y.so", 3);
	ev_native(s, 77, EVENT_IMPORT_INIT, EVENT_IMPORT_ENDS_SEEN);
	ev_native(s, 78, EVENT_IMPORT_LIBRARY_END, 0);
	ev_native(s, 80, EVENT_IMPORT_INIT_END, 0);
	ev_find(s, 85, 100, "in_vain");
	ev_native(s, 100, EVENT_IMPORT_INIT_END, 0);
	ev_begin(s, 110, 100, 0xc, "c");
	ev_done(s, 120, 100, 0xc);
	ev_done(s, 130, 100, 0xa);
	finish(&found);
	assert_string_equal(tree(&found), "a(p._x(b _y) c)");
	assert_times(span(&found, "p._x"), 10, 100);
	assert_int_equal(span(&found, "p._x")->end_high_ns - EVENTS_T0, 110);
	assert_int_equal(span(&found, "p._x")->kind, MODULES_EXTENSION);
	assert_int_equal(span(&found, "p._x")->init_ns, 50 - 10 - 6);
	assert_times(span(&found, "_y"), 74, 80);
	release(&found);
}

static void an_extension_that_fails_is_over(void **state)
{
	static const struct {
		enum event_import_what end;
		bool has_init;
	} cases[] = {
		{EVENT_IMPORT_LIBRARY_END, false}, /* dlopen(3) does */
		{EVENT_IMPORT_LIBRARY_END, true},  /* an old one's init function does */
		{EVENT_IMPORT_INIT_END, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct found found = {};
		struct stream *s = &found.stream;

		begin(&found);
		ev_find(s, 10, 100, "_x");
		ev_native(s, 20, EVENT_IMPORT_LIBRARY, 0);
		ev_open(s, 22, 100, "/lib/_x.so", 3);
		if (cases[i].has_init)
			ev_native(s, 50, EVENT_IMPORT_INIT, EVENT_IMPORT_ENDS_SEEN);
		ev_native(s, 60, cases[i].end, EVENT_IMPORT_FAILED);
		ev_begin(s, 70, 100, 0xb, "b");
		ev_done(s, 80, 100, 0xb);
		finish(&found);
		assert_string_equal(tree(&found), "_x b");
		assert_true(span(&found, "_x")->failed);
		assert_times(span(&found, "_x"), 10, 60);
		release(&found);
	}
}

/* It searches for nothing, as what is built in, which it is not. */
static void a_thread_that_waits_for_another_ones_import_knows_no_kind(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_thread(s, 5, 100, 101);
	ev_begin(s, 10, 100, 0xa, "a");
	ev_find(s, 11, 100, "a");
	ev_begin(s, 20, 101, 0xb, "a");
	ev_done(s, 30, 100, 0xa);
	ev_done(s, 31, 101, 0xb);
	ev_begin(s, 40, 101, 0xb, "time");
	ev_done(s, 41, 101, 0xb);
	finish(&found);
	vec_foreach(each, &found.modules->spans)
		assert_int_equal(each->kind, strcmp(each->name, "time") == 0 ? MODULES_BUILTIN
									     : MODULES_UNKNOWN);
	release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_told_by_what_was_opened),
		cmocka_unit_test(an_extension_has_times_of_its_own),
		cmocka_unit_test(an_extension_ends_with_its_init_function),
		cmocka_unit_test(an_extension_that_fails_is_over),
		cmocka_unit_test(a_thread_that_waits_for_another_ones_import_knows_no_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

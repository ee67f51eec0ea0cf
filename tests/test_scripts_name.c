// SPDX-License-Identifier: BSD-2-Clause
/* test_scripts_name.c - names of V8's scripts as paths, and what they have to do with each other */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "scripts_name.h"
#include "utf8.h"

static void assert_read(const char *text, size_t size, bool utf16, const char *expected)
{
	struct buf name = {0};
	int rc = scripts_name_read(text, size, utf16, &name);

	assert_int_equal(rc, expected ? 0 : -EINVAL);
	if (expected)
		assert_string_equal(buf_text(&name), expected);
	buf_release(&name);
}

/* The bytes of a literal, without the NUL at its end. */
#define LATIN1(text) text, sizeof(text) - 1, false
#define UTF16(text)  text, sizeof(text) - 1, true

static void latin_1_becomes_utf_8(void **state)
{
	(void)state;
	assert_read(LATIN1("/app/a.js"), "/app/a.js");
	assert_read(LATIN1("/caf\xe9"), "/caf\xc3\xa9");
	assert_read(LATIN1("/\x7f\x80\xff"), "/\x7f\xc2\x80\xc3\xbf");
}

static void utf_16_becomes_utf_8(void **state)
{
	(void)state;
	assert_read(UTF16("/\0a\0"), "/a");
	assert_read(UTF16("/\0\xe9\0"), "/\xc3\xa9");
	assert_read(UTF16("/\0\x25\x6f"), "/\xe6\xbc\xa5");
	assert_read(UTF16("/\0\x3d\xd8\x00\xde"), "/\xf0\x9f\x98\x80");
	/* halves of pairs, the second one at the end or before something else */
	assert_read(UTF16("/\0\x3d\xd8"), "/" UTF8_REPLACEMENT);
	assert_read(UTF16("/\0\x3d\xd8x\0"), "/" UTF8_REPLACEMENT "x");
	assert_read(UTF16("/\0\x00\xde"), "/" UTF8_REPLACEMENT);
	/* half a unit */
	assert_read(UTF16("/\0a\0b"), "/a");
}

static void a_file_url_becomes_its_path(void **state)
{
	(void)state;
	assert_read(LATIN1("file:///app/a.mjs"), "/app/a.mjs");
	assert_read(LATIN1("file:///a%20b/caf%C3%A9.mjs"), "/a b/caf\xc3\xa9.mjs");
	assert_read(LATIN1("file:///app/a.mjs?x=1#y"), "/app/a.mjs");
	assert_read(LATIN1("file:///app/%23a.mjs#y"), "/app/#a.mjs");
	/* what is no escape stays; no byte ends the text */
	assert_read(LATIN1("file:///100%"), "/100%");
	assert_read(LATIN1("file:///100%4"), "/100%4");
	assert_read(LATIN1("file:///100%zz"), "/100%zz");
	assert_read(LATIN1("file:///a%00b"), "/a%00b");
	assert_read(LATIN1("file:///"), "/");
}

static void what_is_neither_a_file_nor_nodejs_is_no_module(void **state)
{
	static const char *const names[] = {"",
					    "a.js",
					    "evalmachine.<anonymous>",
					    "data:,x",
					    "https://example.org/a",
					    "file://host/a.js",
					    "[eval]",
					    "nodejs"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_read(names[i], strlen(names[i]), false, NULL);
	assert_read(LATIN1("node:fs"), "node:fs");
}

static void the_scripts_that_run_a_program_are_told_from_nodejs_others(void **state)
{
	(void)state;
	assert_true(scripts_name_is_own("node:fs"));
	assert_false(scripts_name_is_own("/app/node:fs"));
	assert_true(scripts_name_is_main("node:internal/main/run_main_module"));
	assert_true(scripts_name_is_main("node:internal/main/worker_thread"));
	assert_false(scripts_name_is_main("node:internal/maintenance"));
	assert_true(scripts_name_is_embedder("node:internal/main/embedding"));
	assert_false(scripts_name_is_embedder("node:internal/main/run_main_module"));
	assert_false(scripts_name_is_main("node:fs"));
}

static void a_name_is_shown_from_its_package_or_folder_on(void **state)
{
	static const struct {
		const char *file, *folder, *shown;
	} cases[] = {
		{"/app/node_modules/a/index.js", "/app", "a/index.js"},
		{"/app/node_modules/a/node_modules/@x/b/c.js", "/app", "@x/b/c.js"},
		{"/app/node_modules/", "/app", "node_modules/"},
		{"/app/src/a.js", "/app", "src/a.js"},
		{"/app/src/a.js", "/app//", "src/a.js"},
		{"/application/a.js", "/app", "/application/a.js"},
		{"/app/a.js", NULL, "/app/a.js"},
		{"/app/a.js", "", "/app/a.js"},
		{"/app/", "/app", "/app/"},
		{"/a.js", "/", "/a.js"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(scripts_name_short(cases[i].file, cases[i].folder),
				    cases[i].shown);
}

#define FILE_A "/app/lib/a.js"
#define FILE_B "/app/node_modules/@x/b/lib/index.js"

static void a_search_tries_names_and_folders(void **state)
{
	static const struct {
		const char *path, *file;
		enum scripts_relation relation;
	} cases[] = {
		{"/app/lib/a.js", FILE_A, SCRIPTS_SEARCH},
		{"/app/lib/a", FILE_A, SCRIPTS_SEARCH},
		{"/app/lib/a.json", FILE_A, SCRIPTS_SEARCH},
		{"/app/lib", FILE_A, SCRIPTS_SEARCH}, /* its folder, as a link or a package */
		{"/app/lib/ab.js", FILE_A, SCRIPTS_UNRELATED},
		{"/app/lib/b.js", FILE_A, SCRIPTS_UNRELATED},
		{"/etc/passwd", FILE_A, SCRIPTS_UNRELATED},
		{"/app/lib/package.json", FILE_A, SCRIPTS_SCOPE},
		{"/app/package.json", FILE_A, SCRIPTS_SCOPE},
		{"/package.json", FILE_A, SCRIPTS_SCOPE},
		{"/other/package.json", FILE_A, SCRIPTS_UNRELATED},
		{"/app/src/node_modules/@x/b", FILE_B, SCRIPTS_SEARCH},
		{"/node_modules/@x/b.js", FILE_B, SCRIPTS_SEARCH},
		{"/app/node_modules/@x/b", FILE_B, SCRIPTS_SEARCH},
		{"/app/node_modules/@x/b/package.json", FILE_B, SCRIPTS_SCOPE},
		{"/app/node_modules/@x/b/lib/other.js", FILE_B, SCRIPTS_UNRELATED},
		{"/app/node_modules/@x/bb", FILE_B, SCRIPTS_UNRELATED},
		{"/app/node_modules/@y/b", FILE_B, SCRIPTS_UNRELATED},
		{"/app/node_modules/b", FILE_B, SCRIPTS_UNRELATED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (scripts_name_relation(cases[i].path, cases[i].file) != cases[i].relation)
			fail_msg("'%s' to '%s' is not %d but %d", cases[i].path, cases[i].file,
				 cases[i].relation,
				 scripts_name_relation(cases[i].path, cases[i].file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latin_1_becomes_utf_8),
		cmocka_unit_test(utf_16_becomes_utf_8),
		cmocka_unit_test(a_file_url_becomes_its_path),
		cmocka_unit_test(what_is_neither_a_file_nor_nodejs_is_no_module),
		cmocka_unit_test(the_scripts_that_run_a_program_are_told_from_nodejs_others),
		cmocka_unit_test(a_name_is_shown_from_its_package_or_folder_on),
		cmocka_unit_test(a_search_tries_names_and_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

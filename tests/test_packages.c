// SPDX-License-Identifier: BSD-2-Clause
/* test_packages.c - from a file to the distribution package that it belongs to */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "events.h"
#include "packages.h"

#define SITE	   "/v/lib/python3.11/site-packages"
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_TEXTS   ((const char *const[]){NULL})

static struct packages packages;

static int teardown(void **state)
{
	(void)state;
	packages_release(&packages);
	return 0;
}

static size_t count(const char *const *texts)
{
	size_t count = 0;

	while (texts[count])
		count++;
	return count;
}

static struct packages_fact fact(enum event_runtime_kind runtime, const char *name,
				 const char *version, const char *home, const char *const *paths)
{
	return (struct packages_fact){.runtime = runtime,
				      .name = name,
				      .version = version,
				      .home = home,
				      .paths = paths,
				      .paths_count = count(paths)};
}

/* A distribution in SITE that has these paths. */
static void python(const char *name, const char *version, const char *const *paths,
		   const char *const *requires)
{
	char home[256];
	struct packages_fact added;

	snprintf(home, sizeof(home), SITE "/%s-%s.dist-info", name, version);
	added = fact(EVENT_RUNTIME_PYTHON, name, version, home, paths);
	added.requires = requires;
	added.requires_count = count(requires);
	assert_int_equal(packages_add(&packages, &added), 0);
}

static void node(const char *home, const char *version, const char *const *requires)
{
	struct packages_fact added =
		fact(EVENT_RUNTIME_NODE, strrchr(home, '/') + 1, version, home, TEXTS(home));

	added.requires = requires;
	added.requires_count = count(requires);
	assert_int_equal(packages_add(&packages, &added), 0);
}

/* "name version", without a version "name ?". */
static const char *named(uint32_t package)
{
	static char text[256];
	const char *version = packages_version(&packages, package);

	snprintf(text, sizeof(text), "%s%s%s", packages_name(&packages, package),
		 package < PACKAGES_GROUPS ? "" : " ",
		 package < PACKAGES_GROUPS ? ""
		 : version		   ? version
					   : "?");
	return text;
}

static const char *of(enum event_runtime_kind runtime, const char *file)
{
	uint32_t package;

	assert_int_equal(packages_of(&packages, runtime, file, &package), 0);
	return named(package);
}
#define of_python(file) of(EVENT_RUNTIME_PYTHON, file)
#define of_node(file)	of(EVENT_RUNTIME_NODE, file)

/* ---- look-ups ---- */

static void the_longest_path_on_a_border_wins(void **state)
{
	(void)state;
	python("google-a", "1", TEXTS(SITE "/google/a"), NO_TEXTS);
	python("google-ab", "2", TEXTS(SITE "/google/ab", SITE "/google/a/b/c.py"), NO_TEXTS);
	assert_string_equal(named(packages_find(&packages, SITE "/google/a/x.py")), "google-a 1");
	assert_string_equal(named(packages_find(&packages, SITE "/google/ab/x.py")), "google-ab 2");
	assert_string_equal(named(packages_find(&packages, SITE "/google/a/b/c.py")),
			    "google-ab 2");
	assert_int_equal(packages_find(&packages, SITE "/google/abc/x.py"), PACKAGES_NONE);
	assert_int_equal(packages_find(&packages, SITE "/google"), PACKAGES_NONE);
	assert_int_equal(packages_find(&packages, ""), PACKAGES_NONE);
}

static void a_cached_file_belongs_where_its_source_does(void **state)
{
	(void)state;
	python("six", "1.16", TEXTS(SITE "/six.py"), NO_TEXTS);
	assert_string_equal(of_python(SITE "/__pycache__/six.cpython-311.pyc"), "six 1.16");
	assert_string_equal(of_python(SITE "/__pycache__/six.cpython-311.opt-1.pyc"), "six 1.16");
	assert_string_equal(of_python(SITE "/six.py"), "six 1.16");
	assert_string_equal(of_python("/app/__pycache__/main.cpython-311.pyc"), "(application)");
}

static void groups_are_where_no_distribution_is(void **state)
{
	(void)state;
	assert_string_equal(of_python("/v/lib/python3.11/json/decoder.py"),
			    "(python standard library)");
	assert_string_equal(of_python("/v/lib/python3.11/lib-dynload/_json.cpython-311.so"),
			    "(python standard library)");
	assert_string_equal(of_python("/usr/lib64/python3.14/os.py"), "(python standard library)");
	assert_string_equal(of_python("/usr/lib/python312.zip/os.pyc"),
			    "(python standard library)");
	assert_string_equal(of_python(NULL), "(python standard library)");
	assert_string_equal(of_python("built-in"), "(python standard library)");
	assert_string_equal(of_python("<frozen importlib._bootstrap>"),
			    "(python standard library)");
	assert_string_equal(of_node(NULL), "(node)");
	assert_string_equal(of_node("node:internal/modules/cjs/loader"), "(node)");
	assert_string_equal(of_python("/srv/app/lib/python/main.py"), "(application)");
	assert_string_equal(of_python("/srv/python3.11/main.py"), "(application)");
	assert_string_equal(of_python("/srv/lib/python3.11"), "(application)");
	assert_string_equal(of_python("main.py"), "(application)");
	assert_string_equal(of_node("/srv/app/server.js"), "(application)");
	assert_string_equal(of_node("file:///srv/app/server.mjs"), "(application)");
}

static void without_a_record_the_path_names_the_package(void **state)
{
	(void)state;
	assert_string_equal(of_python(SITE "/yaml/loader.py"), "yaml ?");
	assert_string_equal(of_python(SITE "/_cffi_backend.cpython-311-x86_64-linux-gnu.so"),
			    "_cffi_backend ?");
	assert_string_equal(of_python("/usr/lib/python3/dist-packages/six.py"), "six ?");
	assert_string_equal(of_node("/a/node_modules/express/lib/express.js"), "express ?");
	assert_string_equal(of_node("/a/node_modules/@nestjs/core/index.js"), "@nestjs/core ?");
	assert_string_equal(of_node("file:///a/node_modules/ky/index.mjs"), "ky ?");
	assert_string_equal(of_node("/a/node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js"),
			    "ms ?");
	assert_string_equal(
		of_node("/a/.yarn/cache/ms-npm-2.1.3-81ff3cfac1-8.zip/node_modules/ms/index.js"),
		"ms ?");
	assert_string_equal(of_node("/a/node_modules/.cache/x.js"), "(application)");
	assert_string_equal(of_node("/a/node_modules/@scope"), "(application)");
}

static void two_copies_are_two_packages(void **state)
{
	uint32_t outer, inner, again;

	(void)state;
	node("/a/node_modules/debug", "4.3.4", NO_TEXTS);
	node("/a/node_modules/send/node_modules/debug", "2.6.9", NO_TEXTS);
	assert_string_equal(of_node("/a/node_modules/debug/src/index.js"), "debug 4.3.4");
	assert_string_equal(of_node("/a/node_modules/send/node_modules/debug/src/index.js"),
			    "debug 2.6.9");
	/* of a package that was not read, below one that was */
	assert_int_equal(packages_of(&packages, EVENT_RUNTIME_NODE,
				     "/a/node_modules/debug/node_modules/ms/i.js", &inner),
			 0);
	assert_string_equal(named(inner), "ms ?");
	assert_int_equal(
		packages_of(&packages, EVENT_RUNTIME_NODE, "/a/node_modules/ms/i.js", &outer), 0);
	assert_int_not_equal(inner, outer);
	assert_int_equal(
		packages_of(&packages, EVENT_RUNTIME_NODE, "/a/node_modules/ms/j.js", &again), 0);
	assert_int_equal(outer, again);
}

static void an_editable_project_does_not_own_what_is_installed_below_it(void **state)
{
	(void)state;
	python("mine", "0.1", TEXTS("/v"), NO_TEXTS);
	assert_string_equal(of_python("/v/src/mine/app.py"), "mine 0.1");
	assert_string_equal(of_python("/v/lib/python3.11/site-packages/yaml/x.py"), "yaml ?");
	assert_string_equal(of_python("/v/lib/python3.11/json/__init__.py"),
			    "(python standard library)");
}

static void a_record_completes_what_the_path_had_named(void **state)
{
	(void)state;
	assert_string_equal(of_node("/a/node_modules/ms/index.js"), "ms ?");
	node("/a/node_modules/ms", "2.1.3", NO_TEXTS);
	assert_string_equal(of_node("/a/node_modules/ms/index.js"), "ms 2.1.3");
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 1);
}

/* ---- who declares whom ---- */

static const char *needs_text(void)
{
	static char text[512];
	struct packages_needs needs;
	char *end = text;

	text[0] = '\0';
	assert_int_equal(packages_find_needs(&packages, &needs), 0);
	vec_foreach(need, &needs.items) {
		end += sprintf(end, "%s -> ", named(need->package));
		end += sprintf(end, "%s; ", named(need->needed));
	}
	vec_release(&needs.items);
	return text;
}

static void python_names_are_compared_in_their_normal_form(void **state)
{
	(void)state;
	python("Foo_Bar", "1", TEXTS(SITE "/foo"), TEXTS("zope.interface", "Unloaded", "foo-bar"));
	python("Zope--Interface", "2", TEXTS(SITE "/zope/interface"), TEXTS("FOO.bar", "foo_bar"));
	assert_string_equal(needs_text(),
			    "Foo_Bar 1 -> Zope--Interface 2; Zope--Interface 2 -> Foo_Bar 1; ");
}

static void of_several_copies_that_of_the_same_folder_is_meant(void **state)
{
	struct packages_fact other = fact(EVENT_RUNTIME_PYTHON, "six", "1",
					  "/usr/lib/python3/dist-packages/six-1.dist-info",
					  TEXTS("/usr/lib/python3/dist-packages/six.py"));

	(void)state;
	assert_int_equal(packages_add(&packages, &other), 0);
	python("a", "1", TEXTS(SITE "/a"), TEXTS("six"));
	python("six", "2", TEXTS(SITE "/six.py"), NO_TEXTS);
	assert_string_equal(needs_text(), "a 1 -> six 2; ");
}

static void node_finds_a_dependency_from_its_folder_upwards(void **state)
{
	(void)state;
	node("/a/node_modules/debug", "4", TEXTS("ms"));
	node("/a/node_modules/send", "1", TEXTS("debug", "ms", "absent"));
	node("/a/node_modules/send/node_modules/debug", "2", TEXTS("ms"));
	node("/a/node_modules/send/node_modules/debug/node_modules/ms", "2.0", NO_TEXTS);
	node("/a/node_modules/ms", "2.1", NO_TEXTS);
	node("/p/.pnpm/x@1/node_modules/x", "1", TEXTS("/p/.pnpm/y@1/node_modules/y", "/p/none"));
	node("/p/.pnpm/y@1/node_modules/y", "1", TEXTS("x"));
	assert_string_equal(needs_text(), "debug 4 -> ms 2.1; send 1 -> debug 2; send 1 -> ms 2.1; "
					  "debug 2 -> ms 2.0; x 1 -> y 1; ");
}

/* ---- records ---- */

/* Writes a fact, and reads its records from a recording. */
static void record(const struct packages_fact *written, size_t lines_expected)
{
	struct buf lines = {};
	struct recording *recording;
	const struct event *event;
	char *rest = NULL;
	size_t count = 0;

	assert_int_equal(packages_write(written, &lines), 0);
	assert_int_equal(recording_new(-1, 1 << 20, &recording), 0);
	for (char *line = strtok_r(lines.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest), count++) {
		struct event_package package = {.event = {.kind = EVENT_PACKAGE}};

		assert_true(strlen(line) <= EVENT_TEXT_MAX);
		assert_int_equal(recording_add(recording, &package.event, line, strlen(line)), 0);
	}
	assert_int_equal(count, lines_expected);
	recording_finish(recording);
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_PACKAGE)
			assert_int_equal(packages_event(&packages, recording, event), 0);
	recording_free(recording);
	buf_release(&lines);
}

static void a_fact_survives_its_record(void **state)
{
	struct packages_fact written =
		fact(EVENT_RUNTIME_PYTHON, "n\"\xff\xc3\xa9", NULL, "/s/n\n.dist-info",
		     TEXTS("/s/a b", "/s/\xff\xfe", "/s/\xc3\xa9\t"));

	(void)state;
	written.requires = TEXTS("six");
	written.requires_count = 1;
	record(&written, 1);
	assert_string_equal(named(packages_find(&packages, "/s/a b/c")), "n\"\xff\xc3\xa9 ?");
	assert_string_equal(named(packages_find(&packages, "/s/\xff\xfe")), "n\"\xff\xc3\xa9 ?");
	assert_string_equal(named(packages_find(&packages, "/s/\xc3\xa9\t")), "n\"\xff\xc3\xa9 ?");
	assert_int_equal(packages.wishes.count, 1);
}

static void what_does_not_fit_in_one_record_comes_in_several(void **state)
{
	char texts[200][64], longest[EVENT_TEXT_MAX + 2];
	const char *paths[202] = {};
	struct packages_fact written;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		snprintf(texts[i], sizeof(texts[i]), "/site/google/cloud/part%zu", i);
		paths[i] = texts[i];
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	paths[200] = longest;
	written = fact(EVENT_RUNTIME_PYTHON, "google", "1", "/site/google.dist-info", paths);
	record(&written, 2);
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 1);
	for (size_t i = 0; i < 200; i++)
		assert_string_equal(named(packages_find(&packages, texts[i])), "google 1");
	assert_int_equal(packages_find(&packages, longest), PACKAGES_NONE);
}

static void a_record_that_makes_no_sense_is_left_out(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{",
		"{\"runtime\":\"node\",\"home\":\"/a\"}",
		"{\"runtime\":\"perl\",\"home\":\"/a\",\"name\":\"a\"}",
		"{\"runtime\":\"node\",\"home\":1,\"name\":[],\"paths\":{}}",
		"{\"runtime\":\"node\",\"home\":\"\",\"name\":\"a\"}",
	};
	struct recording *recording;
	const struct event *event;

	(void)state;
	assert_int_equal(recording_new(-1, 1 << 20, &recording), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct event_package package = {.event = {.kind = EVENT_PACKAGE}};

		recording_add(recording, &package.event, texts[i], strlen(texts[i]));
	}
	recording_finish(recording);
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_PACKAGE)
			assert_int_equal(packages_event(&packages, recording, event), 0);
	recording_free(recording);
	assert_int_equal(packages.items.count, 0);
	assert_int_equal(packages_find(&packages, "/a"), PACKAGES_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_longest_path_on_a_border_wins),
		TEST(a_cached_file_belongs_where_its_source_does),
		TEST(groups_are_where_no_distribution_is),
		TEST(without_a_record_the_path_names_the_package),
		TEST(two_copies_are_two_packages),
		TEST(an_editable_project_does_not_own_what_is_installed_below_it),
		TEST(a_record_completes_what_the_path_had_named),
		TEST(python_names_are_compared_in_their_normal_form),
		TEST(of_several_copies_that_of_the_same_folder_is_meant),
		TEST(node_finds_a_dependency_from_its_folder_upwards),
		TEST(a_fact_survives_its_record),
		TEST(what_does_not_fit_in_one_record_comes_in_several),
		TEST(a_record_that_makes_no_sense_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_catalog.c - workloads are read strictly and found by name, pattern and tag */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "buf.h"
#include "capture.h"
#include "catalog.h"
#include "fs.h"
#include "nearest.h"

#define GOOD "\"runtime\": \"node\", \"summary\": \"s\", \"command\": [\"{node}\", \"x.js\"]"

static struct capture capture;
static char folder[64];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/coldprof-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove_tree(folder);
}

/* Writes |json| as the workload.json of |name|. */
static void put(const char *name, const char *json)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(fs_make_dirs(path, -1, -1), 0);
	strcat(path, "/workload.json");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(json, file);
	fclose(file);
}

static void put_good(const char *name, const char *tags)
{
	char json[512];

	snprintf(json, sizeof(json),
		 "{\"name\": \"%s\", \"runtime\": \"%.*s\", \"summary\": \"s\","
		 " \"command\": [\"{node}\"], \"tags\": [%s]}",
		 name, (int)strcspn(name, "/"), name, tags);
	put(name, json);
}

/* Reads a workload with |more| members; what was said after the file's path is returned. */
static const char *load_said(const char *more)
{
	struct workload workload;
	char text[1024], path[256], *at;
	int err;

	snprintf(text, sizeof(text), "{\"name\": \"node/x\", %s}", more);
	put("node/x", text);
	snprintf(path, sizeof(path), "%s/node/x", folder);
	capture_start(&capture);
	err = workload_load(path, "node/x", &workload);
	capture_stop(&capture);
	if (!err)
		workload_release(&workload);
	assert_int_equal(err, err ? -EINVAL : 0);
	capture.text[strcspn(capture.text, "\n")] = '\0';
	at = strstr(capture.text, "workload.json: ");
	return at ? at + strlen("workload.json: ") : capture.text;
}

static void every_key_is_read(void **state)
{
	struct workload w;
	char path[256];

	(void)state;
	put("node/x",
	    "{\"name\": \"node/x\", " GOOD ", \"runtime_min_version\": \"18.0\","
	    " \"entry\": \"lib/x.js\", \"ready\": \"http:80/up\", \"ready_status\": 204,"
	    " \"requests\": [{\"path\": \"/a\"}, {\"method\": \"POST\", \"path\": \"/b\","
	    "  \"headers\": {\"accept\": \"*\"}, \"body\": \"{}\", \"status\": 201,"
	    "  \"repeat\": 3}],"
	    " \"workers\": 2, \"runtimes\": [\"node\", \"python\"],"
	    " \"build\": [[\"npm\", \"run\", \"build\"]],"
	    " \"services\": [\"redis\"], \"tags\": [\"a\", \"b\"], \"contract\": \"api\","
	    " \"roles\": [{\"role\": \"worker\", \"command\": \"x$\", \"parent\": \"m\"}],"
	    " \"env\": {\"PORT\": \"0\"}}");
	snprintf(path, sizeof(path), "%s/node/x", folder);
	assert_int_equal(workload_load(path, "node/x", &w), 0);
	assert_string_equal(w.runtime, "node");
	assert_string_equal(w.min_version, "18.0");
	assert_string_equal(w.folder, path);
	assert_int_equal(w.runtimes.count, 2);
	assert_string_equal(w.runtimes.items[1].name, "python");
	assert_null(workload_lock(&w, "node"));
	assert_int_equal(w.workers, 2);
	assert_string_equal(w.build.items[0].items[1], "run");
	assert_int_equal(w.command.count, 2);
	assert_string_equal(w.command.items[1], "x.js");
	assert_string_equal(w.entry, "lib/x.js");
	assert_string_equal(w.ready, "http:80/up");
	assert_int_equal(w.ready_status, 204);
	assert_string_equal(w.requests.items[0].method, "GET");
	assert_int_equal(w.requests.items[0].repeat, 1);
	assert_string_equal(w.requests.items[1].headers.items[0].name, "accept");
	assert_string_equal(w.requests.items[1].body, "{}");
	assert_int_equal(w.requests.items[1].status, 201);
	assert_int_equal(workload_requests_count(&w), 4);
	assert_string_equal(w.roles.items[0].parent, "m");
	assert_string_equal(w.services.items[0], "redis");
	assert_true(workload_has_tag(&w, "b"));
	assert_false(workload_has_tag(&w, "c"));
	assert_string_equal(w.env.items[0].value, "0");
	workload_release(&w);
}

static void a_bad_value_is_named_with_its_reason(void **state)
{
	static const struct {
		const char *more, *said;
	} cases[] = {
		{"\"runtime\": \"node\", \"summary\": \"s\"", "command: is missing"},
		{"\"runtime\": \"bash\", \"summary\": \"s\"", "runtime: must be node or python"},
		{GOOD ", \"ready\": 5", "ready: must be a string"},
		{GOOD ", \"ready\": \"htp\"",
		 "ready: must be exit, listen, http[:PORT][/PATH], line:REGEX or lambda"},
		{GOOD ", \"colour\": 1", "unknown key 'colour'"},
		{GOOD ", \"summary\": \"t\"", "key 'summary' is there twice"},
		{GOOD ", \"entry\": \"/etc/x.js\"", "entry: must be a path relative to the folder"},
		{GOOD ", \"entry\": \"a/../../x\"", "entry: must be a path relative to the folder"},
		{GOOD ", \"requests\": [{\"path\": \"/\"}, {\"path\": \"x\"}]",
		 "requests[1].path: must begin with / and have no spaces"},
		{GOOD ", \"requests\": [{\"path\": \"/\", \"status\": 99}]",
		 "requests[0].status: must be from 100 to 599"},
		{GOOD ", \"requests\": [{\"path\": \"/\", \"repeat\": 0}]",
		 "requests[0].repeat: must be from 1 to 100000"},
		{GOOD ", \"requests\": [{\"path\": \"/\", \"headers\": {\"a\": \"b\\r\\nc: d\"}}]",
		 "requests[0].headers.a: must be one line"},
		{GOOD ", \"roles\": [{\"role\": \"w\", \"command\": \"(\"}]",
		 "roles[0].command: not a regular expression: Unmatched ( or \\("},
		{GOOD ", \"roles\": [{\"role\": \"w\"}]",
		 "roles[0]: must have 'command' or 'parent'"},
		{GOOD ", \"workers\": 0", "workers: must be from 1 to 1000"},
		{GOOD ", \"build\": [\"make\"]", "build[0]: must be an array"},
		{GOOD ", \"build\": [[]]", "build[0]: must name a program"},
		{GOOD ", \"runtimes\": [\"python\", \"node\"]",
		 "runtimes: must begin with 'node', the runtime"},
		{GOOD ", \"runtimes\": [\"node\", \"ruby\"]",
		 "runtimes[1]: must be node or python"},
		{GOOD ", \"tags\": [\"Q\"]",
		 "tags[0]: must be of lower-case letters, digits and -"},
		{GOOD ", \"tags\": [\"a\", \"a\"]", "tags[1]: 'a' is there twice"},
		{GOOD ", \"services\": [\"mysql\"]", "services[0]: must be redis or kafka"},
		{GOOD ", \"env\": {\"A=B\": \"\"}", "env: 'A=B' is no good name here"},
		{GOOD ", \"runtime_min_version\": \"new\"",
		 "runtime_min_version: must be a version such as 18.0 or 3.11"},
	};

	(void)state;
	assert_string_equal(load_said(GOOD), "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(load_said(cases[i].more), cases[i].said);
}

static void a_name_must_be_that_of_the_folder(void **state)
{
	struct workload workload;
	char path[256];

	(void)state;
	put("node/y", "{\"name\": \"node/x\", " GOOD "}");
	snprintf(path, sizeof(path), "%s/node/y", folder);
	capture_start(&capture);
	assert_int_equal(workload_load(path, "node/y", &workload), -EINVAL);
	capture_stop(&capture);
	assert_non_null(strstr(capture.text, "name: must be 'node/y', as its folder\n"));
}

static void a_fifo_for_a_file_does_not_block(void **state)
{
	struct workload workload;
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/node/x/workload.json", folder);
	put("node/x", "");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	*strrchr(path, '/') = '\0';
	capture_start(&capture);
	assert_int_equal(workload_load(path, "node/x", &workload), -EINVAL);
	capture_stop(&capture);
	assert_non_null(strstr(capture.text, "not a regular file\n"));
}

static void a_broken_workload_is_reported_and_skipped(void **state)
{
	struct catalog catalog = {0};
	catalog_selection selection = {0};

	(void)state;
	put_good("node/a", "");
	put("node/b", "{");
	put_good("python/c", "");
	capture_start(&capture);
	assert_int_equal(catalog_add_folder(&catalog, folder), 0);
	capture_stop(&capture);
	assert_non_null(strstr(capture.text, "node/b/workload.json: line 1, column"));
	assert_int_equal(catalog.broken.count, 1);
	assert_int_equal(catalog.workloads.count, 2);
	assert_non_null(catalog_find(&catalog, "node/a"));
	assert_null(catalog_find(&catalog, "node/b"));
	/* asked for by name, it is not said again */
	capture_start(&capture);
	assert_int_equal(catalog_select(&catalog, "node/b", &selection), 0);
	assert_int_equal(selection.count, 0);
	assert_true(catalog_wants_broken("node/b", (const char *[]){"x", "node/*"}, 2));
	assert_true(catalog_wants_broken("node/b", (const char *[]){"@all"}, 1));
	assert_false(catalog_wants_broken("node/b", (const char *[]){"@b", "node/bb"}, 2));
	capture_stop(&capture);
	assert_string_equal(capture.text, "");
	vec_release(&selection);
	catalog_release(&catalog);
}

static void a_taken_name_is_reported_and_skipped(void **state)
{
	struct catalog catalog = {0};

	(void)state;
	put_good("node/a", "");
	assert_int_equal(catalog_add_folder(&catalog, folder), 0);
	capture_start(&capture);
	assert_int_equal(catalog_add_folder(&catalog, folder), 0);
	capture_stop(&capture);
	assert_non_null(strstr(capture.text, "workload 'node/a' is that of "));
	assert_int_equal(catalog.workloads.count, 1);
	catalog_release(&catalog);
}

/* The selected names, joined by spaces; what was said is in capture.text. */
static const char *selected(const struct catalog *catalog, const char *a, const char *b)
{
	const char *wanted[] = {a, b};
	catalog_selection selection = {0};
	static char names[256];

	names[0] = '\0';
	capture_start(&capture);
	catalog_select_all(catalog, wanted, !!a + !!b, &selection);
	capture_stop(&capture);
	vec_foreach(workload, &selection)
		strcat(strcat(names, names[0] ? " " : ""), (*workload)->name);
	vec_release(&selection);
	return names;
}

static void names_patterns_and_tags_select(void **state)
{
	struct catalog catalog = {0};

	(void)state;
	put_good("node/a", "\"quick\"");
	put_good("node/b", "\"big\"");
	put_good("python/a", "\"quick\", \"big\"");
	assert_int_equal(catalog_add_folder(&catalog, folder), 0);
	assert_string_equal(selected(&catalog, NULL, NULL), "node/a python/a");
	assert_string_equal(selected(&catalog, "node/b", NULL), "node/b");
	assert_string_equal(selected(&catalog, "node/*", NULL), "node/a node/b");
	assert_string_equal(selected(&catalog, "*", NULL), "node/a node/b python/a");
	assert_string_equal(selected(&catalog, "@big", NULL), "node/b python/a");
	/* in the order asked for, each once */
	assert_string_equal(selected(&catalog, "python/a", "*/a"), "python/a node/a");
	catalog_release(&catalog);
}

static void an_unknown_name_gets_the_nearest(void **state)
{
	struct catalog catalog = {0};

	(void)state;
	put_good("node/express", "\"quick\"");
	put_good("node/http", "\"quick\"");
	put_good("python/fastapi", "\"framework\"");
	assert_int_equal(catalog_add_folder(&catalog, folder), 0);
	assert_string_equal(selected(&catalog, "node/expres", NULL), "");
	assert_string_equal(capture.text, "coldprof: unknown workload 'node/expres': "
					  "did you mean node/express?\n");
	selected(&catalog, "fastpai", NULL);
	assert_string_equal(capture.text, "coldprof: unknown workload 'fastpai': "
					  "did you mean python/fastapi?\n");
	selected(&catalog, "zzzzzzzz", NULL);
	assert_string_equal(capture.text, "coldprof: unknown workload 'zzzzzzzz': "
					  "see 'coldprof workloads'\n");
	selected(&catalog, "@quikc", NULL);
	assert_string_equal(capture.text, "coldprof: unknown tag '@quikc': did you mean quick?\n");
	selected(&catalog, "ruby/*", NULL);
	assert_non_null(strstr(capture.text, "unknown workload pattern 'ruby/*'"));
	catalog_release(&catalog);
}

static void distances_are_those_of_optimal_string_alignment(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("", "abc"), 3);
	assert_int_equal(nearest_distance("abc", "abc"), 0);
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
	assert_int_equal(nearest_distance("ab", "ba"), 1);
	assert_int_equal(nearest_distance("ca", "abc"), 3); /* 2 in the unrestricted distance */
}

static void this_checkout_has_a_catalog_without_faults(void **state)
{
	struct catalog catalog = {0};
	struct stat st;

	(void)state;
	if (stat("runtimes", &st)) {
		print_message("not run in a checkout: no folder 'runtimes' here\n");
		skip();
	}
	assert_int_equal(catalog_add_folder(&catalog, "runtimes"), 0);
	assert_int_equal(catalog.broken.count, 0);
	assert_non_null(catalog_find(&catalog, "python/fastapi"));
	assert_string_equal(workload_lock(catalog_find(&catalog, "python/fastapi"), "python"),
			    "requirements.lock");
	assert_string_equal(workload_lock(catalog_find(&catalog, "node/express"), "node"),
			    "package-lock.json");
	assert_null(workload_lock(catalog_find(&catalog, "node/http"), "node"));
	catalog_release(&catalog);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_key_is_read),
		IN_FOLDER(a_bad_value_is_named_with_its_reason),
		IN_FOLDER(a_name_must_be_that_of_the_folder),
		IN_FOLDER(a_fifo_for_a_file_does_not_block),
		IN_FOLDER(a_broken_workload_is_reported_and_skipped),
		IN_FOLDER(a_taken_name_is_reported_and_skipped),
		IN_FOLDER(names_patterns_and_tags_select),
		IN_FOLDER(an_unknown_name_gets_the_nearest),
		cmocka_unit_test(distances_are_those_of_optimal_string_alignment),
		cmocka_unit_test(this_checkout_has_a_catalog_without_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

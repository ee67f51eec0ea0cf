// SPDX-License-Identifier: BSD-2-Clause
/* test_report_compare.c - a comparison in each format, whatever it holds */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "compare.h"
#include "made_report.h"
#include "report_compare.h"

#define SCHEMA "reports/schema/compare.schema.json"
/* below the build folder: see tests/checkers */
#define SARIF	      "checkers/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
#define JUNIT	      "tests/fixtures/schemas/junit-10.xsd"
#define COMMENT_BYTES 65536

/* A comparison of reports that are made by hand. */
struct world {
	struct result base, new;
	struct compare_policy policy;
	struct comparison out;
	bool compared;
	char *text;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	made_result(&world->base);
	made_result(&world->new);
	world->base.plan.session = made_text("s1");
	world->new.plan.session = made_text("s1");
	compare_policy_init(&world->policy);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->compared)
		comparison_release(&world->out);
	result_release(&world->base);
	result_release(&world->new);
	compare_policy_release(&world->policy);
	free(world->text);
	free(world);
	return 0;
}

static void add_both(struct world *world, const struct made *made, const char *name, size_t starts)
{
	struct made base = *made, new = *made;

	base.name = new.name = name;
	new.seed += 100;
	made_workload(&world->base, &base, starts);
	made_workload(&world->new, &new, starts);
}

/* An import more: 10 % slower, and files of a package. */
static void make_worse(struct world *world, size_t workload)
{
	vec_foreach(sample, &world->new.workloads.items[workload].samples) {
		vec_foreach(value, &sample->metrics)
			if (!strcmp(value->name, "total_ns") ||
			    !strcmp(value->name, "phase_load_ns"))
				value->value += 40000000;
		sample->syscalls.items[0].count += 132;
		made_file(sample, "/srv/app/node_modules/axios/index.js", 9, 3.5);
	}
}

/* And a module that one loads: |file| of it, imported by |importer|. */
static void load_more(struct world *world, const char *importer, const char *file)
{
	vec_foreach(sample, &world->new.workloads.items[0].samples) {
		for (int64_t id = 0; id < 2; id++) {
			struct result_module *module = result_add(&sample->modules, module);

			module->id = id;
			module->parent = id ? 0 : RESULT_ABSENT;
			module->name = made_text(id ? "axios" : "entry");
			module->file = made_text(id ? file : importer);
			module->in_load = true;
			module->self_ns = 30000000;
		}
	}
	vec_foreach(sample, &world->base.workloads.items[0].samples) {
		struct result_module *module = result_add(&sample->modules, module);

		module->id = 0;
		module->name = made_text("entry");
		module->file = made_text(importer);
		module->in_load = true;
		module->self_ns = 30000000;
	}
}

static char *render(struct world *world, const char *format, bool all)
{
	struct report_compare_options options = {.text = {.width = 80}, .all = all};
	size_t size;
	FILE *stream;

	if (!world->compared) {
		made_sum_up(&world->base);
		made_sum_up(&world->new);
		assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out),
				 0);
		world->compared = true;
	}
	free(world->text);
	world->text = NULL;
	stream = open_memstream(&world->text, &size);
	assert_int_equal(report_compare_format_find(format)->write(&world->out, stream, &options),
			 0);
	fclose(stream);
	return world->text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in:\n%s", part, text);
}

/* ---- text ---- */

static void the_answer_comes_first_then_the_reason(void **state)
{
	struct world *world = *state;
	const char *text;

	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	text = render(world, "text", false);
	print_message("%s", text);
	assert_true(strncmp(text, "node server.js: REGRESSED ", 26) == 0);
	assert_has(text, "base 20 starts \xc2\xb7 new 20 starts\n");
	assert_has(text, "  total ");
	assert_has(text, "regressed\n");
	assert_has(text, "+132");
	assert_has(text, "other metrics: ");
	assert_has(text, "because\n");
	assert_has(text, "new package axios");
	assert_has(text, "not explained");
}

static void what_did_not_change_is_one_line(void **state)
{
	struct world *world = *state;
	const char *text;

	add_both(world, &made_server, "node server.js", 20);
	text = render(world, "text", false);
	assert_has(text, "node server.js: ");
	assert_has_not(text, "REGRESSED");
	assert_has_not(text, "because");
	assert_has_not(text, "PSS");
	assert_has(render(world, "text", true), "PSS");
}

static void several_workloads_have_a_line_of_totals(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, "a", 20);
	add_both(world, &made_express, "b", 20);
	make_worse(world, 1);
	assert_has(render(world, "text", false), "2 workloads: 1 regressed, 1 can't tell\n");
}

static void lines_fit_their_width(void **state)
{
	struct world *world = *state;
	const char *text;

	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	text = render(world, "text", false);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 96); /* bytes: arrows have three */
}

/* ---- names from elsewhere ---- */

#define HOSTILE "<b>&\"x\" | `a` \x1b[31m \xff \xef\xbf\xbf"

static void nothing_of_a_name_gets_through(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, HOSTILE, 5);
	make_worse(world, 0);
	assert_has_not(render(world, "text", true), "\x1b");
	assert_has_not(render(world, "markdown", true), "<b>");
	assert_has_not(render(world, "markdown", true), " | `a`");
	assert_has_not(render(world, "junit", true), "<b>");
	assert_has_not(render(world, "junit", true), "\x1b");
	assert_has_not(render(world, "junit", true), "\xff");
	assert_has_not(render(world, "junit", true), "\xef\xbf\xbf");
	assert_has(render(world, "junit", true), "&lt;b&gt;&amp;&quot;x&quot;");
	assert_has_not(render(world, "sarif", true), "\xff");
}

/* ---- Markdown ---- */

static void a_comment_says_what_to_do(void **state)
{
	struct world *world = *state;
	const char *text;

	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	text = render(world, "markdown", false);
	assert_has(text, "cold start: regressed");
	assert_has(text, "| total | ");
	assert_has(text, "new package axios");
	assert_has(text, "--threshold");
}

static void a_comment_fits_whatever_there_is(void **state)
{
	struct world *world = *state;
	const char *text;

	for (size_t i = 0; i < 150; i++) {
		char name[600];

		snprintf(name, sizeof(name), "%zu-%0590d", i, 7);
		add_both(world, &made_server, name, 3);
		make_worse(world, i);
	}
	text = render(world, "markdown", true);
	assert_true(strlen(text) < COMMENT_BYTES);
	assert_has(text, "more workloads, which the JSON has");
	assert_has(text, "more lines of the table");
	assert_has(text, "--threshold");
}

static void regressions_come_first(void **state)
{
	struct world *world = *state;
	const char *text;

	add_both(world, &made_server, "fine", 20);
	add_both(world, &made_express, "slow", 20);
	make_worse(world, 1);
	text = render(world, "markdown", false);
	assert_true(strstr(text, "slow: regressed") < strstr(text, "fine: "));
}

/* ---- JUnit ---- */

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text += strlen(part);
	}
	return count;
}

static void each_metric_is_a_case(void **state)
{
	struct world *world = *state;
	const char *text;
	char counts[64];
	size_t failures;

	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	text = render(world, "junit", false);
	assert_int_equal(occurrences(text, "<testcase "),
			 world->out.workloads.items[0].metrics.count);
	failures = occurrences(text, "<failure ");
	assert_true(failures >= 2);
	snprintf(counts, sizeof(counts), "failures=\"%zu\"", failures);
	assert_int_equal(occurrences(text, counts), 2);
}

/* What |program| (with room for a path) says of the text that was rendered: its exit status. */
static int check_by(const struct world *world, const char *program)
{
	char path[] = "/tmp/coldprof-compare-XXXXXX", command[1024];
	int fd = mkstemp(path), status;

	assert_int_equal(write(fd, world->text, strlen(world->text)), strlen(world->text));
	close(fd);
	snprintf(command, sizeof(command), program, path);
	status = system(command);
	unlink(path);
	return WEXITSTATUS(status);
}

static void check_by_schema(const struct world *world, const char *schema)
{
	char program[512];
	int status;

	snprintf(program, sizeof(program), "python3 tests/validate.py %s %%s", schema);
	status = check_by(world, program);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void check_by_sarif(const struct world *world)
{
	const char *build = getenv("BUILD");
	char schema[256];

	snprintf(schema, sizeof(schema), "%s/" SARIF, build ? build : "build");
	if (access(schema, R_OK)) {
		printf("# '%s' is not there: make checkers\n", schema);
		skip();
	}
	check_by_schema(world, schema);
}

static void junit_is_valid_by_its_schema(void **state)
{
	struct world *world = *state;

	if (system("xmllint --version >/dev/null 2>&1"))
		skip();
	add_both(world, &made_server, HOSTILE, 5);
	made_workload(&world->base, &made_hello, 3);
	made_failure(made_workload(&world->new, &made_hello, 0), "crashed", "ended by SIGSEGV");
	make_worse(world, 0);
	render(world, "junit", false);
	assert_int_equal(check_by(world, "xmllint --noout --schema " JUNIT " %s 2>/dev/null"), 0);
}

/* ---- SARIF ---- */

static void sarif_is_valid_by_its_schema(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, HOSTILE, 20);
	make_worse(world, 0);
	load_more(world, HOSTILE, "/srv/app/node_modules/\xff/%20.js");
	render(world, "sarif", false);
	check_by_sarif(world);
}

static void sarif_of_equal_reports_is_empty_and_valid(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, "node server.js", 20);
	assert_has(render(world, "sarif", false), "\"results\":\t[]");
	check_by_sarif(world);
}

/* Line 7 of a program of ours. */
static void an_import_is_found_in_the_source(void **state)
{
	struct world *world = *state;
	char *here = getcwd(NULL, 0);
	char importer[4096], file[4096];
	const char *text, *result;

	snprintf(importer, sizeof(importer), "%s/tests/programs/node/listen_first.js", here);
	snprintf(file, sizeof(file), "%s/tests/programs/node/lib/greet.js", here);
	free(here);
	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	load_more(world, importer, file);
	text = render(world, "sarif", false);
	assert_has(text, "node server.js: regressed: ");
	result = strstr(text, "new module axios, pulled in by entry");
	assert_non_null(result);
	assert_has(result, "\"uri\":\t\"tests/programs/node/listen_first.js\"");
	assert_has(result, "\"startLine\":\t7\n");
}

/* A report names files of other machines too: none of them is opened. */
static void a_place_elsewhere_is_the_modules_own(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, "node server.js", 20);
	make_worse(world, 0);
	load_more(world, "/srv/app/a b.js", "/srv/app/node_modules/axios/index.js");
	assert_has(render(world, "sarif", false),
		   "\"uri\":\t\"file:///srv/app/node_modules/axios/index.js\"");
}

static void strict_fails_what_can_not_be_told(void **state)
{
	struct world *world = *state;

	world->policy.strict = true;
	add_both(world, &made_server, "node server.js", 5);
	assert_has(render(world, "junit", false), "<failure message=\"can't tell");
}

static void a_program_that_does_not_start_is_a_case(void **state)
{
	struct world *world = *state;

	made_workload(&world->base, &made_server, 3);
	made_failure(made_workload(&world->new, &made_server, 0), "crashed", "ended by SIGSEGV");
	assert_has(render(world, "junit", false), "name=\"starts\"><failure message=");
	assert_has(render(world, "text", false), "SIGSEGV");
	assert_has(render(world, "markdown", false), "SIGSEGV");
}

/* ---- JSON ---- */

static void json_is_valid_by_its_schema(void **state)
{
	struct world *world = *state;

	add_both(world, &made_server, HOSTILE, 20);
	add_both(world, &made_hello, "b", 2);
	make_worse(world, 0);
	load_more(world, "/srv/app/server.js", "/srv/app/node_modules/axios/index.js");
	render(world, "json", false);
	check_by_schema(world, SCHEMA);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answer_comes_first_then_the_reason),
		TEST(what_did_not_change_is_one_line),
		TEST(several_workloads_have_a_line_of_totals),
		TEST(lines_fit_their_width),
		TEST(nothing_of_a_name_gets_through),
		TEST(a_comment_says_what_to_do),
		TEST(a_comment_fits_whatever_there_is),
		TEST(regressions_come_first),
		TEST(each_metric_is_a_case),
		TEST(strict_fails_what_can_not_be_told),
		TEST(a_program_that_does_not_start_is_a_case),
		TEST(junit_is_valid_by_its_schema),
		TEST(sarif_is_valid_by_its_schema),
		TEST(sarif_of_equal_reports_is_empty_and_valid),
		TEST(an_import_is_found_in_the_source),
		TEST(a_place_elsewhere_is_the_modules_own),
		TEST(json_is_valid_by_its_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

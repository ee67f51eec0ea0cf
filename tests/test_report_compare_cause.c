// SPDX-License-Identifier: BSD-2-Clause
/* test_report_compare_cause.c - which causes of a change are shown, in what words, with what to do
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "made_report.h"
#include "report_compare.h"

/* One workload whose total is worse by 40 ms. */
struct world {
	struct comparison out;
	char *text;
};

/* One more cause, of which a reader is told; what it has not is absent. */
static struct comparison_cause *add_cause(struct world *world, const char *kind, const char *name,
					  const char *change)
{
	struct comparison_workload *workload = &world->out.workloads.items[0];
	struct comparison_cause *cause = comparison_add(&workload->causes, cause);

	cause->kind = made_text(kind);
	cause->name = made_text(name);
	cause->change = made_text(change);
	return cause;
}

static void add_metric(struct comparison_workload *workload, const char *name, const char *unit,
		       const char *kind)
{
	struct comparison_metric *metric = comparison_add(&workload->metrics, metric);

	metric->name = made_text(name);
	metric->unit = made_text(unit);
	metric->kind = made_text(kind);
	metric->verdict = made_text("unchanged");
	metric->base_median = metric->new_median = 412e6;
	metric->shift = metric->shift_low = metric->shift_high = 0;
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct comparison_workload *workload;
	struct comparison_metric *total;

	comparison_init(&world->out);
	world->out.verdict = made_text("regressed");
	workload = comparison_add(&world->out.workloads, workload);
	workload->name = made_text("app");
	workload->verdict = made_text("regressed");
	workload->base_starts = workload->new_starts = 20;
	add_metric(workload, "total_ns", "ns", "times");
	add_metric(workload, "phase_load_ns", "ns", "times");
	add_metric(workload, "rss_ready_bytes", "bytes", "sizes");
	add_metric(workload, "uss_ready_bytes", "bytes", "sizes");
	add_metric(workload, "syscalls_count", "count", "counts");
	total = &workload->metrics.items[0];
	total->new_median = 452e6;
	total->shift = 40e6;
	total->shift_low = 35e6;
	total->shift_high = 45e6;
	comparison_text(&total->verdict, "regressed");
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	comparison_release(&world->out);
	free(world->text);
	free(world);
	return 0;
}

static void set_runtime(struct world *world, const char *runtime)
{
	assert_int_equal(comparison_text(&world->out.workloads.items[0].runtime, runtime), 0);
}

static char *render(struct world *world, const char *format, bool all)
{
	struct report_compare_options options = {.text = {.width = 80}, .all = all};
	size_t size;
	FILE *stream;

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

static void a_reader_sees_few_causes_and_how_many_others(void **state)
{
	struct world *world = *state;
	const char *text, *details;

	set_runtime(world, "node");
	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d.js", i);
		add_cause(world, "module", name, "more")->time_ns = (100 - i) * 100000;
	}
	text = render(world, "markdown", false);
	details = strstr(text, "<details>");
	assert_non_null(details);
	assert_non_null(strstr(text, "m4.js"));
	assert_true(strstr(text, "m4.js") < details);
	assert_true(strstr(text, "m5.js") > details);
	assert_has(text, "; 95 smaller causes</summary>");
	assert_has(text, "\n65 smaller causes, which the JSON has.\n");
	text = render(world, "text", false);
	assert_has(text, "m11.js");
	assert_has_not(text, "m12.js");
	assert_has(text, "    and 88 smaller ones: --all\n");
	assert_has(render(world, "text", true), "m99.js");
}

static void another_version_comes_first(void **state)
{
	struct world *world = *state;
	struct comparison_cause *cause;
	const char *text;

	set_runtime(world, "python");
	add_cause(world, "module", "large", "added")->time_ns = 30000000;
	cause = add_cause(world, "package", "fastapi", "changed");
	cause->base_version = made_text("0.110.0");
	cause->new_version = made_text("0.163.2");
	text = render(world, "markdown", false);
	assert_true(strstr(text, "fastapi 0.110.0 \xe2\x86\x92 0.163.2") < strstr(text, "large"));
	assert_has(text, "**pin fastapi==0.110.0 if the other version is not meant**");
	set_runtime(world, "node");
	assert_has(render(world, "text", false), "pin fastapi@0.110.0 if");
}

static void what_explains_nothing_of_it_is_not_shown(void **state)
{
	struct world *world = *state;

	set_runtime(world, "python");
	add_cause(world, "module", "slow", "more")->time_ns = 30000000;
	add_cause(world, "module", "quick", "less")->time_ns = -30000000;
	add_cause(world, "module", "tiny", "more")->time_ns = 10000;
	add_cause(world, "package", "equal-one", "changed");
	assert_has(render(world, "markdown", false), "longer: slow");
	assert_has_not(world->text, "quick");
	assert_has_not(world->text, "tiny");
	assert_has_not(world->text, "equal-one");
	assert_has(world->text, "3 smaller causes");
	assert_has(render(world, "text", true), "shorter: quick");
}

static void one_of_something_is_no_plural(void **state)
{
	struct world *world = *state;
	struct comparison_cause *cause;

	set_runtime(world, "python");
	cause = add_cause(world, "module", "a", "more");
	cause->syscalls_count = 1;
	cause->files_count = -1;
	cause = add_cause(world, "module", "b", "more");
	cause->syscalls_count = 2;
	cause->files_count = -2;
	render(world, "text", true);
	assert_has(world->text, "does more: a (-1 file, +1 call)");
	assert_has(world->text, "does more: b (-2 files, +2 calls)");
	assert_has_not(world->text, "longer");
}

/* What to do about |cause|, which is of a workload in |runtime|; "" for nothing. */
static void assert_advice(struct world *world, const struct comparison_cause *cause,
			  const char *wanted)
{
	char *advice = compare_words_advice(&world->out.workloads.items[0], cause);

	assert_string_equal(advice ? advice : "", wanted);
	free(advice);
}

static void an_author_is_told_what_to_do(void **state)
{
	struct world *world = *state;
	struct comparison_import *import;
	struct comparison_cause *cause;

	set_runtime(world, "node");
	cause = add_cause(world, "module", "orders.js", "more");
	cause->time_ns = 1000000;
	import = comparison_add(&cause->imports, import);
	import->module_file = made_text("/srv/app/orders.js");
	assert_advice(world, cause, "do that work at its first use or after listen(), or cache it");
	cause->time_ns = 0;
	cause->size_bytes = 8 << 20;
	assert_advice(world, cause, "load what it keeps at its first use");
	assert_int_equal(comparison_text(&import->module_file, "/srv/node_modules/a/a.js"), 0);
	assert_advice(world, cause, "");
	assert_int_equal(comparison_text(&cause->change, "less"), 0);
	assert_advice(world, cause, "");
	cause = add_cause(world, "package", "axios", "added");
	assert_advice(world, cause, "require() it where it is used, or take a smaller one");
	assert_advice(world, add_cause(world, "file", "./prices.json", "added"),
		      "read it at its first use");
	assert_advice(world, add_cause(world, "file", "./prices.js", "added"), "");
	assert_advice(world, add_cause(world, "module", "gone", "removed"), "");
}

static void a_headline_has_each_kind(void **state)
{
	const struct comparison_metric *first[COMPARE_HEADLINE];
	struct world *world = *state;

	set_runtime(world, "node");
	vec_foreach(metric, &world->out.workloads.items[0].metrics)
		assert_int_equal(comparison_text(&metric->verdict, "regressed"), 0);
	assert_int_equal(compare_headline(&world->out.workloads.items[0], first), 3);
	assert_string_equal(first[0]->name, "total_ns");
	assert_string_equal(first[1]->name, "uss_ready_bytes");
	assert_string_equal(first[2]->name, "syscalls_count");
	vec_foreach(metric, &world->out.workloads.items[0].metrics)
		assert_int_equal(comparison_text(&metric->verdict, "unchanged"), 0);
	assert_int_equal(compare_headline(&world->out.workloads.items[0], first), 1);
	assert_string_equal(first[0]->name, "total_ns");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_reader_sees_few_causes_and_how_many_others),
		TEST(another_version_comes_first),
		TEST(what_explains_nothing_of_it_is_not_shown),
		TEST(one_of_something_is_no_plural),
		TEST(an_author_is_told_what_to_do),
		TEST(a_headline_has_each_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

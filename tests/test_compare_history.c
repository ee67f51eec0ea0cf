// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_history.c - a new report held against those before it */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare.h"
#include "compare_history.h"
#include "compare_noise_history.h"
#include "made_report.h"
#include "report_compare.h"

#define MOST 70

/* A history of one workload's reports, the last of which is the new one. */
struct world {
	struct result reports[MOST];
	size_t count, starts; /* reports, and starts of each */
	struct compare_history history;
	struct compare_policy policy;
	struct comparison out;
	bool compared;
	char *text;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->starts = 5;
	compare_policy_init(&world->policy);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < world->count; i++)
		result_release(&world->reports[i]);
	compare_history_release(&world->history);
	compare_policy_release(&world->policy);
	if (world->compared)
		comparison_release(&world->out);
	free(world->text);
	free(world);
	return 0;
}

/* One report a day, all starts |factor| times as long and with |more| calls. */
static struct result *add(struct world *world, double factor, int64_t more)
{
	struct result *report = &world->reports[world->count];
	struct made made = made_server;
	char text[64];

	made_result(report);
	made.seed = 100 + world->count;
	made_workload(report, &made, world->starts);
	snprintf(text, sizeof(text), "2026-%02zu-%02zuT00:00:00Z", 1 + world->count / 28,
		 1 + world->count % 28);
	free(report->created);
	report->created = made_text(text);
	snprintf(text, sizeof(text), "%040zu", world->count);
	report->commit = made_text(text);
	vec_foreach(sample, &report->workloads.items[0].samples) {
		sample->syscalls.items[0].count += more;
		vec_foreach(value, &sample->metrics) {
			if (strstr(value->name, "_ns"))
				value->value = (int64_t)((double)value->value * factor);
			if (strcmp(value->name, "syscalls_count") == 0)
				value->value += more;
		}
	}
	made_sum_up(report);
	world->count++;
	return report;
}

/* Sessions differ by a percent, over and over. */
static double session(size_t i)
{
	static const double drift[] = {1.0, 1.01, 0.99, 1.005, 0.995, 1.008, 0.992};

	return drift[(i * 5 + i / 7) % 7];
}

static void judge(struct world *world)
{
	const struct result *new = &world->reports[world->count - 1];
	struct compare_judge *judge;
	struct compare_policy policy = world->policy;
	char name[32];

	/* in no order, and with itself */
	for (size_t i = world->count; i-- > 0;) {
		snprintf(name, sizeof(name), "r%02zu.json", i);
		assert_int_equal(
			compare_history_add(&world->history, name, &world->reports[i], new), 0);
	}
	compare_history_sort(&world->history, COMPARE_HISTORY_LAST);
	assert_int_equal(compare_history_judge(&world->history, new, &policy, &judge), 0);
	policy.history = true;
	assert_int_equal(
		compare(&world->reports[compare_history_base(judge)], new, &policy, &world->out),
		0);
	world->compared = true;
	assert_int_equal(compare_history_apply(judge, &world->out), 0);
	compare_history_judge_free(judge);
}

/* The noise of all before the last. */
static void learn(struct world *world, struct result *out)
{
	result_init(out);
	for (size_t i = 0; i < world->count; i++) {
		struct result copy;

		assert_int_equal(shape_copy(&result_shape, &world->reports[i], &copy), 0);
		assert_int_equal(
			compare_noise_history_add(out, &copy, &world->reports[world->count - 1]),
			0);
		result_release(&copy);
	}
	assert_int_equal(compare_noise_history_end(out), 0);
}

static const struct comparison_metric *metric(const struct world *world, const char *name)
{
	vec_foreach(item, &world->out.workloads.items[0].metrics)
		if (strcmp(item->name, name) == 0)
			return item;
	fail_msg("there is no metric '%s'", name);
	return NULL;
}

static const struct comparison_step *first_step(const struct world *world)
{
	assert_true(world->out.workloads.items[0].steps.count > 0);
	return &world->out.workloads.items[0].steps.items[0];
}

/* ---- which reports ---- */

static void only_earlier_ones_of_this_machine_count(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 10; i++)
		add(world, 1, 0);
	free(world->reports[3].host.cpu);
	world->reports[3].host.cpu = made_text("EPYC");
	free(world->reports[9].created);
	world->reports[9].created = made_text("2026-01-08T12:00:00Z"); /* before the ninth */
	judge(world);
	assert_int_equal(world->history.reports.count, 7);
	assert_int_equal(world->history.other_machines, 1);
	assert_string_equal(world->history.reports.items[0].file, "r00.json");
	assert_int_equal(world->out.history_count, 7);
}

static void only_the_last_ones_count(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 64; i++)
		add(world, session(i), 0);
	judge(world);
	assert_int_equal(world->history.reports.count, COMPARE_HISTORY_LAST);
	assert_string_equal(world->history.reports.items[0].file, "r03.json");
}

/* ---- counts ---- */

static void one_call_more_is_told_at_once(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 4; i++)
		add(world, session(i), 0);
	add(world, 1, 1);
	judge(world);
	assert_string_equal(world->out.verdict, "regressed");
	assert_string_equal(metric(world, "syscalls_count{name=openat}")->verdict, "regressed");
	assert_string_equal(metric(world, "syscalls_count{name=openat}")->decided_by, "constant");
	assert_int_equal(first_step(world)->reports_count, 1);
	assert_string_equal(first_step(world)->commit, world->reports[4].commit);
	assert_true(compare_fails(&world->out));
}

static void a_step_is_named_by_the_report_that_it_came_with(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 9; i++)
		add(world, session(i), i >= 6 ? 7 : 0);
	judge(world);
	assert_string_equal(first_step(world)->report, "r06.json");
	assert_string_equal(first_step(world)->commit, world->reports[6].commit);
	assert_int_equal(first_step(world)->reports_count, 3);
	assert_true(compare_fails(&world->out));
}

static void what_many_reports_have_is_the_level(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 12; i++)
		add(world, session(i), i >= 6 ? 7 : 0);
	judge(world);
	assert_false(compare_fails(&world->out));
	assert_true(first_step(world)->earlier);
	assert_string_equal(first_step(world)->report, "r06.json");
}

static void a_count_that_changes_back_and_forth_is_noise(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 10; i++)
		add(world, session(i), i % 3 == 0);
	judge(world);
	assert_false(compare_fails(&world->out));
}

/* ---- times ---- */

static void a_slower_report_is_told_with_a_long_history(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 60; i++)
		add(world, session(i), 0);
	add(world, 1.3, 0);
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "regressed");
	assert_string_equal(metric(world, "total_ns")->decided_by, "history");
	assert_true(metric(world, "total_ns")->shift >
		    0.2 * metric(world, "total_ns")->base_median);
	assert_true(compare_fails(&world->out));
}

static void a_slower_one_with_a_short_history_is_not(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 8; i++)
		add(world, session(i), 0);
	add(world, 1.3, 0);
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "cant_tell");
	assert_non_null(strstr(world->out.notes.items[world->out.notes.count - 1],
			       "a single new report can be told with"));
	assert_false(compare_fails(&world->out));
}

/* The shorter half of the level is each way's. */
static void a_short_history_and_its_noise_tell_it(void **state)
{
	struct world *world = *state;
	const struct comparison_metric *total;
	struct result noise;

	world->starts = 10;
	for (size_t i = 0; i < 8; i++)
		add(world, session(i), 0);
	add(world, 1.6, 0);
	learn(world, &noise);
	world->policy.noise = &noise;
	judge(world);
	total = metric(world, "total_ns");
	assert_string_equal(total->verdict, "regressed");
	assert_string_equal(total->decided_by, "rank");
	assert_true(total->drift > 0.01 * total->base_median);
	assert_int_equal(total->base_n, 10);
	assert_true(isnan(metric(world, "rss_ready_bytes")->drift));
	assert_true(compare_fails(&world->out));
	result_release(&noise);
}

static void what_lies_within_the_noise_of_a_short_history_is_not(void **state)
{
	struct world *world = *state;
	struct result noise;

	world->starts = 10;
	for (size_t i = 0; i < 8; i++)
		add(world, session(i), 0);
	add(world, 1.03, 0);
	learn(world, &noise);
	world->policy.noise = &noise;
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "cant_tell");
	assert_false(compare_fails(&world->out));
	result_release(&noise);
}

static void several_slower_ones_are(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 20; i++)
		add(world, session(i) * (i >= 17 ? 1.2 : 1), 0);
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "regressed");
	assert_string_equal(first_step(world)->report, "r17.json");
}

static void an_earlier_step_hides_no_new_one(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 40; i++)
		add(world, session(i) * (i >= 37 ? 1.6 : i >= 15 ? 1.3 : 1), 0);
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "regressed");
	assert_string_equal(first_step(world)->report, "r37.json");
	assert_true(metric(world, "total_ns")->shift <
		    0.4 * metric(world, "total_ns")->base_median);
	assert_true(world->out.workloads.items[0]
			    .steps.items[world->out.workloads.items[0].steps.count - 1]
			    .earlier);
}

static void what_stays_within_the_threshold_is_unchanged(void **state)
{
	struct world *world = *state;
	const char *why;

	compare_policy_add(&world->policy, "times", "20%", &why);
	for (size_t i = 0; i < 12; i++)
		add(world, session(i), 0);
	judge(world);
	assert_string_equal(metric(world, "total_ns")->verdict, "unchanged");
	assert_false(compare_fails(&world->out));
}

static void a_machine_that_drifts_is_said_to(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < 40; i++)
		add(world, 1 + 0.2 * sin((double)i / 4), 0);
	judge(world);
	assert_false(compare_fails(&world->out));
	assert_string_equal(metric(world, "total_ns")->reason, "the history drifts");
}

/* ---- output ---- */

static void the_text_names_the_commit(void **state)
{
	static const struct report_compare_options options = {.text = {.width = 80}};
	struct world *world = *state;
	size_t size;
	FILE *stream;

	for (size_t i = 0; i < 6; i++)
		add(world, session(i), i >= 4);
	judge(world);
	for (size_t i = 0; i < report_compare_formats_count; i++) {
		free(world->text);
		stream = open_memstream(&world->text, &size);
		assert_int_equal(report_compare_formats[i].write(&world->out, stream, &options), 0);
		fclose(stream);
		if (i < 2) /* text, markdown */
			assert_non_null(strstr(world->text, "(commit 000000000000), 2 reports"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_earlier_ones_of_this_machine_count),
		TEST(only_the_last_ones_count),
		TEST(one_call_more_is_told_at_once),
		TEST(a_step_is_named_by_the_report_that_it_came_with),
		TEST(what_many_reports_have_is_the_level),
		TEST(a_count_that_changes_back_and_forth_is_noise),
		TEST(a_slower_report_is_told_with_a_long_history),
		TEST(a_slower_one_with_a_short_history_is_not),
		TEST(a_short_history_and_its_noise_tell_it),
		TEST(what_lies_within_the_noise_of_a_short_history_is_not),
		TEST(several_slower_ones_are),
		TEST(an_earlier_step_hides_no_new_one),
		TEST(what_stays_within_the_threshold_is_unchanged),
		TEST(a_machine_that_drifts_is_said_to),
		TEST(the_text_names_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

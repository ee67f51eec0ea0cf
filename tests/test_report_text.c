// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_report_text.c - what people see of a report
 *
 * The screens are held against tests/fixtures/text/NAME.txt; COLDPROF_GOLDEN=1 writes these anew,
 * to be looked at before they are committed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buf.h"
#include "display.h"
#include "fs.h"
#include "made_report.h"
#include "progress.h"
#include "report.h"
#include "report_text.h"

static struct result result;

static int setup(void **state)
{
	(void)state;
	made_result(&result);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	result_release(&result);
	return 0;
}

/* To be freed. */
static char *render(size_t width, bool color)
{
	struct report_options options = {color, width};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(report_text(&result, stream, &options), 0);
	fclose(stream);
	return text;
}

static void assert_golden(const char *name, size_t width)
{
	char path[128], *text = render(width, false);
	struct buf wanted = {0};

	snprintf(path, sizeof(path), "tests/fixtures/text/%s.txt", name);
	if (getenv("COLDPROF_GOLDEN")) {
		FILE *file = fopen(path, "w");

		fputs(text, file);
		fclose(file);
	}
	assert_int_equal(fs_read(path, 1 << 20, &wanted), 0);
	assert_string_equal(text, buf_text(&wanted));
	buf_release(&wanted);
	free(text);
}

/* No line is wider than asked for, or ends in spaces. */
static void assert_fits(size_t width)
{
	char *text = render(width, false);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (display_width(line) > width)
			fail_msg("%zu columns in %zu: %s", display_width(line), width, line);
		if (line[strlen(line) - 1] == ' ')
			fail_msg("a space at the end: '%s'", line);
	}
	free(text);
}

static void assert_says(const char *words)
{
	char *text = render(80, false);

	if (!strstr(text, words))
		fail_msg("no '%s' in:\n%s", words, text);
	free(text);
}

static void assert_does_not_say(const char *words)
{
	char *text = render(80, false);

	if (strstr(text, words))
		fail_msg("'%s' is in:\n%s", words, text);
	free(text);
}

/* ---- screens ---- */

static void make_many(void)
{
	static const struct made broken = {.name = "python/broken",
					   .runtime = "python",
					   .version = "3.11.2",
					   .command = {"python3", "x.py"}};

	made_workload(&result, &made_express, 10);
	made_workload(&result, &made_fastapi, 10);
	made_workload(&result, &made_pytorch, 10);
	made_failure(made_workload(&result, &made_hello, 9), "crashed",
		     "ended by signal 11 (segmentation fault) after 12 ms");
	made_failure(made_workload(&result, &broken, 0), "exited",
		     "exit status 1 before it listened: ModuleNotFoundError: No module named "
		     "'flask'");
	made_sum_up(&result);
}

/* A master with workers, and memory after the requests. */
static void make_workers(void)
{
	struct result_workload *workload = made_workload(&result, &made_fastapi, 6);

	vec_foreach(sample, &workload->samples) {
		made_memory(&sample->processes.items[0], "requests", 49 * (int64_t)MIB);
		for (int i = 0; i < 6; i++) {
			made_process(sample, &made_fastapi, (30 - i) * (int64_t)MIB);
			sample->processes.items[i + 1].pid = 4300 + i;
			sample->processes.items[i + 1].role = made_text("worker");
			made_memory(&sample->processes.items[i + 1], "requests",
				    (34 - i) * (int64_t)MIB);
		}
	}
	made_sum_up(&result);
}

/* The next module, loaded by |parent| (-1: by nobody) in |total| ms, |self| of them its own. */
static struct result_module *add_module(struct result_sample *sample, const char *name,
					int64_t parent, double self, double total)
{
	struct result_module *module = result_add(&sample->modules, module);

	module->id = (int64_t)sample->modules.count - 1;
	module->parent = parent < 0 ? RESULT_ABSENT : parent;
	module->name = made_text(name);
	module->kind = made_text("commonjs");
	module->in_load = true;
	module->self_ns = (int64_t)(self * 1e6) + sample->order * 1000;
	module->total_ns = (int64_t)(total * 1e6) + sample->order * 1000;
	module->self_rss_bytes = (int64_t)(self * 100e3);
	module->total_rss_bytes = (int64_t)(total * 100e3);
	module->syscalls_count = (int64_t)(self * 40);
	module->enoent_count = (int64_t)self;
	return module;
}

static struct result_package *add_package(struct result_sample *sample, const char *name,
					  const char *version, double own, double total)
{
	struct result_package *package = result_add(&sample->packages, package);

	package->name = made_text(name);
	package->version = version ? made_text(version) : NULL;
	package->modules_count = 12;
	package->self_ns = (int64_t)(own * 1e6);
	package->total_ns = (int64_t)(total * 1e6);
	package->self_rss_bytes = (int64_t)(own * 200e3);
	package->syscalls_count = (int64_t)(own * 90);
	package->files_opened_count = (int64_t)(own * 4);
	if (version) {
		package->saved_ns = package->total_ns;
		package->saved_rss_bytes = package->self_rss_bytes;
	}
	return package;
}

static void make_modules(void)
{
	struct result_workload *workload = made_workload(&result, &made_server, 6);

	vec_foreach(sample, &workload->samples) {
		struct result_package *lodash;

		add_module(sample, "server.js", -1, 20, 330);
		add_module(sample, "typeorm/index.js", 0, 31, 142);
		add_module(sample, "typeorm/driver/DriverFactory.js", 1, 88.2, 111);
		add_module(sample, "aws-sdk/clients/all.js", 0, 80, 88);
		add_module(sample, "\x1b[31mhostile\nname", 0, 4, 4);
		add_module(sample, "pg-native", 2, 3, 3)->failed = true;
		add_module(sample, "late.js", -1, 16, 16)->deferred = true;
		add_package(sample, "typeorm", "0.3.20", 31, 142);
		add_package(sample, "aws-sdk", "2.1692.0", 80, 88);
		add_package(sample, "(application)", NULL, 20, 330);
		lodash = add_package(sample, "lodash", "4.17.21", 9, 9);
		lodash->saved_ns = lodash->saved_rss_bytes = 0;
		result_texts_add(&lodash->needed_by, "typeorm 0.3.20");
		result_texts_add(&sample->packages.items[0].pulled, "pg 8.11.3");
	}
	made_sum_up(&result);
}

static void modules_and_packages_are_ranked(void **state)
{
	(void)state;
	make_modules();
	assert_golden("modules", 80);
	assert_golden("modules-wide", 120);
}

static void copies_of_a_package_are_told_apart(void **state)
{
	static const char *const homes[] = {"/app/node_modules/lodash",
					    "/app/node_modules/a/node_modules/lodash",
					    "/app/node_modules/b/node_modules/lodash"};
	struct result_sample *sample;

	(void)state;
	sample = &made_workload(&result, &made_server, 1)->samples.items[0];
	for (size_t i = 0; i < 3; i++)
		add_package(sample, "lodash", "4.17.21", 9, 9)->home = made_text(homes[i]);
	add_package(sample, "pg", "8.11.3", 9, 9)->home = made_text("/app/node_modules/pg");
	made_sum_up(&result);
	assert_golden("copies", 80);
}

/* jupyter_server imports jupyter_events.logger, which imports its parent first. */
static struct result_workload *make_chain(void)
{
	struct result_workload *workload = made_workload(&result, &made_server, 1);
	struct result_sample *sample = &workload->samples.items[0];

	add_module(sample, "server.app", -1, 20, 330)->package = made_text("server 2.1");
	add_module(sample, "events.logger", 0, 0, 300);
	add_module(sample, "events", 1, 0, 300)->package = made_text("events 0.12");
	add_module(sample, "events.logger", 2, 60, 300)->package = made_text("events 0.12");
	add_module(sample, "slow.tables", 3, 240, 240)->package = made_text("slow 1.0");
	result_values_add(&sample->metrics, "load_busy_ns", 330000000);
	made_sum_up(&result);
	return workload;
}

static void links_between_modules_of_a_package_are_left_out(void **state)
{
	(void)state;
	make_chain();
	assert_golden("chain", 80);
}

static void a_module_with_much_of_the_load_is_worth_a_word(void **state)
{
	(void)state;
	make_chain();
	assert_says("slow.tables itself takes 240 ms, 7");
}

static void one_workload_is_one_screen(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 10);
	made_sum_up(&result);
	assert_golden("server", 80);
}

static void a_program_that_ends_is_described_by_its_end(void **state)
{
	(void)state;
	made_workload(&result, &made_hello, 10);
	made_sum_up(&result);
	assert_golden("hello", 80);
}

static void workers_are_listed_with_their_memory(void **state)
{
	(void)state;
	make_workers();
	assert_golden("workers", 80);
}

static void several_workloads_are_one_table(void **state)
{
	(void)state;
	make_many();
	assert_golden("many", 80);
	assert_golden("many-wide", 160);
}

static void a_workload_without_a_good_start_says_why(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_server, 0);

	(void)state;
	for (int i = 0; i < 10; i++)
		made_failure(workload, "never_ready", "no listening socket within 60 s");
	made_sum_up(&result);
	assert_golden("failed", 80);
}

static void every_width_is_kept(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 10);
	made_sum_up(&result);
	for (size_t width = 60; width < 200; width += 7)
		assert_fits(width);
	result_release(&result);
	made_result(&result);
	make_workers();
	for (size_t width = 60; width < 200; width += 7)
		assert_fits(width);
	result_release(&result);
	made_result(&result);
	make_many();
	for (size_t width = 60; width < 200; width += 7)
		assert_fits(width);
}

static void colour_changes_no_character(void **state)
{
	char *plain, *colored;
	size_t used = 0;

	(void)state;
	make_many();
	plain = render(80, false);
	colored = render(80, true);
	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(colored, '\x1b'));
	for (const char *c = colored; *c; c++) {
		if (*c == '\x1b')
			c = strchr(c, 'm');
		else
			colored[used++] = *c;
	}
	colored[used] = '\0';
	assert_string_equal(plain, colored);
	free(plain);
	free(colored);
}

/* ---- what may be missing ---- */

static void few_starts_show_their_range(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 3);
	made_sum_up(&result);
	assert_says(" in 3 starts)");
	assert_does_not_say("[");
}

static void one_start_is_shown(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 1);
	made_sum_up(&result);
	assert_says("1 start ");
	assert_says(" ms   exec ");
	assert_says("total ");
	assert_does_not_say(" starts)");
}

static void a_start_that_lost_events_is_said(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_server, 10);

	(void)state;
	workload->samples.items[3].counted = false;
	result_values_add(&workload->samples.items[3].events_lost, "syscall", 12);
	made_sum_up(&result);
	assert_says("9 of 10 starts");
	assert_says("1 of 10 starts does not count: events were lost");
}

static void an_interrupted_run_says_so(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 2);
	made_sum_up(&result);
	result.plan.interrupted = true;
	assert_says("interrupted");
}

static void memory_that_could_not_be_read_has_its_reason(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_hello, 1);
	struct result_sample *sample = &workload->samples.items[0];
	struct result_memory *memory = &sample->processes.items[0].memory.items[0];

	(void)state;
	vec_foreach(value, &sample->metrics)
		if (strstr(value->name, "ss_ready"))
			value->value = RESULT_ABSENT;
	shape_release(&result_memory_shape, memory);
	shape_init(&result_memory_shape, memory);
	memory->mark = made_text("exit");
	memory->reason = made_text("the process had ended");
	made_sum_up(&result);
	assert_says("memory at exit");
	assert_says("PSS and private memory are not known: the process had ended");
	assert_says("peak 10.");
}

static void nothing_measured_is_no_crash(void **state)
{
	(void)state;
	result_release(&result);
	result_init(&result);
	assert_says("no workload was measured");
	result_add(&result.workloads, workload);
	assert_says("(no name)");
	result_add(&result.workloads.items[0].samples, sample);
	made_sum_up(&result);
	assert_says("the start failed");
	result_add(&result.workloads, workload);
	assert_fits(80);
}

/* All lists have an item, and nothing in it is known. */
static void fill(const struct shape *shape, void *object)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct shape_field *field = &shape->fields[i];
		char *at = (char *)object + field->offset;
		struct shape_list list;

		if (field->kind == SHAPE_STRUCT)
			fill(field->shape, at);
		if (field->kind != SHAPE_LIST && field->kind != SHAPE_KEYED)
			continue;
		assert_int_equal(shape_list_make(field, 2, at), 0);
		list = shape_list_get(at);
		for (size_t j = 0; j < 2; j++) {
			shape_init(field->shape, shape_item(&list, field->shape, j));
			fill(field->shape, shape_item(&list, field->shape, j));
		}
	}
}

static void absent_numbers_and_texts_are_no_crash(void **state)
{
	(void)state;
	result_release(&result);
	result_init(&result);
	fill(&result_shape, &result);
	vec_foreach(workload, &result.workloads)
		workload->median_sample = 0;
	assert_fits(80);
	assert_fits(200);
	result_workload_release(&result.workloads.items[--result.workloads.count]);
	assert_fits(80);
	assert_does_not_say("nan");
	assert_does_not_say("9223372036854775808");
}

static void names_cannot_move_the_cursor(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_server, 6);
	struct result_sample *sample = &workload->samples.items[0];
	char *text;

	(void)state;
	free(workload->name);
	workload->name = made_text("\x1b[31mred\nline");
	vec_foreach(each, &workload->samples)
		each->total_ns += each == sample ? -50000000 : 0;
	made_sum_up(&result);
	vec_foreach(file, &workload->files) {
		free(file->path);
		file->path = made_text("/tmp/\x1b]0;title\x07\r\xff\xe2\x80\xae");
	}
	vec_foreach(folder, &workload->folders) {
		free(folder->path);
		folder->path = made_text("/tmp/a\nb");
	}
	result_texts_add(&workload->notes, "note\x1b[2J");
	result_texts_add(&result.notes, "other\x1b[2J");
	text = render(80, false);
	for (const char *c = text; *c; c++)
		assert_true((unsigned char)*c >= 0x20 || *c == '\n');
	assert_non_null(strstr(text, "\\x1b[31mred\\nline"));
	assert_non_null(strstr(text, "\\xff\\u202e"));
	free(text);
}

static void phases_without_a_mark_are_named(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_hello, 1);

	(void)state;
	result_texts_add(&workload->samples.items[0].phases_missing, "bootstrap");
	made_sum_up(&result);
	assert_says("no mark of the runtime shows the end of bootstrap: its time");
}

static void a_table_has_no_numbers_of_starts_that_do_not_count(void **state)
{
	struct result_workload *workload;

	(void)state;
	made_workload(&result, &made_hello, 6);
	workload = made_workload(&result, &made_express, 1);
	workload->samples.items[0].counted = false;
	result_values_add(&workload->samples.items[0].events_lost, "syscall", 1);
	made_sum_up(&result);
	assert_says("node/express  the start does not count: events were lost");
}

/* ---- remarks: only what the numbers show ---- */

static struct result_sample *calm_sample(struct result_workload **workload)
{
	struct result_sample *sample;

	*workload = made_workload(&result, &made_express, 1);
	sample = &(*workload)->samples.items[0];
	vec_foreach(phase, &sample->phases) {
		shape_init(&result_time_shape, &phase->chain);
		phase->chain.on_cpu_ns = phase->duration_ns;
	}
	return sample;
}

static void a_calm_start_is_not_worth_a_word(void **state)
{
	struct result_workload *workload;

	(void)state;
	calm_sample(&workload);
	made_sum_up(&result);
	assert_does_not_say("worth a look");
}

static void a_sleep_is_worth_a_word(void **state)
{
	struct result_workload *workload;
	struct result_sample *sample = calm_sample(&workload);
	struct result_time *load = &sample->phases.items[3].chain;

	(void)state;
	load->blocked_timer_ns = load->on_cpu_ns / 2;
	load->on_cpu_ns -= load->blocked_timer_ns;
	made_sum_up(&result);
	assert_says("until a timer ended the wait");
}

static void a_child_process_is_named(void **state)
{
	struct result_workload *workload;
	struct result_sample *sample = calm_sample(&workload);
	struct result_time *load = &sample->phases.items[3].chain;
	struct result_process *child = result_add(&sample->processes, process);

	(void)state;
	load->blocked_child_ns = load->on_cpu_ns / 2;
	load->on_cpu_ns -= load->blocked_child_ns;
	child->parent = made_text("4242:118000000000");
	child->start_ns = 30000000;
	child->ended_ns = 50000000;
	made_texts(&child->command, (const char *[]){"ldconfig", "-p", NULL});
	made_sum_up(&result);
	assert_says("longest for 'ldconfig -p'");
}

static void a_start_that_was_not_cold_is_said(void **state)
{
	struct result_workload *workload;
	struct result_sample *sample = calm_sample(&workload);

	(void)state;
	free(sample->cold.asked);
	sample->cold.asked = made_text("evicted");
	sample->cold.as_asked = false;
	made_sum_up(&result);
	assert_says("1 of 1 starts were not as cold as asked");
}

static void the_folder_that_most_look_ups_fail_in_is_named(void **state)
{
	(void)state;
	made_workload(&result, &made_server, 6);
	made_sum_up(&result);
	assert_says("71 % of them under /srv/app/node_modules/.pnpm");
}

static void a_slow_first_start_is_said(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_express, 8);

	(void)state;
	workload->samples.items[0].total_ns *= 2;
	vec_foreach(value, &workload->samples.items[0].metrics)
		if (strcmp(value->name, "total_ns") == 0)
			value->value *= 2;
	made_sum_up(&result);
	assert_says("the first start took");
}

/* ---- progress ---- */

static void assert_progress(size_t done, uint64_t seconds, size_t columns, const char *wanted)
{
	struct progress_state state = {done, 40, "python/pytorch", seconds * NS_PER_S, columns};
	struct buf line = {0};

	assert_int_equal(progress_text(&state, &line), 0);
	assert_string_equal(buf_text(&line), wanted);
	buf_release(&line);
}

static void progress_tells_what_runs_and_how_long_it_will_take(void **state)
{
	(void)state;
	assert_progress(0, 0, 80, "──────────────────── 1/40  python/pytorch");
	assert_progress(30, 36, 80, "━━━━━━━━━━━━━━━───── 31/40  python/pytorch  about 12 s left");
	assert_progress(10, 600, 80,
			"━━━━━─────────────── 11/40  python/pytorch  about 30 min left");
	assert_progress(30, 36, 50, "━━━━━━━━━━━━━━━───── 31/40  p…rch  about 12 s left");
	assert_progress(30, 36, 10, "━━━━━━━━━…");
	assert_progress(40, 36, 80, "━━━━━━━━━━━━━━━━━━━━ 40/40  python/pytorch");
}

/* ---- display ---- */

static void assert_cut(const char *text, size_t columns, const char *wanted)
{
	struct buf out = {0};

	assert_int_equal(display_cut(text, columns, &out), 0);
	assert_string_equal(buf_text(&out), wanted);
	assert_true(display_width(buf_text(&out)) <= columns);
	buf_release(&out);
}

static void width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(display_width("abc"), 3);
	assert_int_equal(display_width("\xe6\x97\xa5\xe6\x9c\xac"), 4); /* two kanji */
	assert_int_equal(display_width("e\xcc\x81"), 1);		/* e, combining acute */
	assert_int_equal(display_width("\xf0\x9f\x9a\x80"), 2);		/* rocket */
	assert_int_equal(display_width("\xe2\x96\x88\xe2\x80\xa6\xc3\xa9"), 3); /* block, ... */
}

static void paths_are_cut_in_their_middle(void **state)
{
	(void)state;
	assert_cut("/a/b", 4, "/a/b");
	assert_cut("/srv/app/node_modules/x/index.js", 16, "/srv/…x/index.js");
	assert_cut("/\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac", 6,
		   "/…\xe6\x97\xa5\xe6\x9c\xac");
	assert_cut("abc", 1, "…");
	assert_cut("abc", 0, "");
}

static void bars_have_eighths(void **state)
{
	static const struct {
		double share;
		const char *bar;
	} cases[] = {{0, ""},	     {-1, ""},	      {0.0001, "▏"},  {0.125, "█"},
		     {0.1875, "█▌"}, {1, "████████"}, {7, "████████"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		assert_int_equal(display_bar(cases[i].share, 8, &out), 0);
		assert_string_equal(buf_text(&out), cases[i].bar);
		buf_release(&out);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(modules_and_packages_are_ranked),
		TEST(copies_of_a_package_are_told_apart),
		TEST(links_between_modules_of_a_package_are_left_out),
		TEST(a_module_with_much_of_the_load_is_worth_a_word),
		TEST(one_workload_is_one_screen),
		TEST(a_program_that_ends_is_described_by_its_end),
		TEST(workers_are_listed_with_their_memory),
		TEST(several_workloads_are_one_table),
		TEST(a_workload_without_a_good_start_says_why),
		TEST(every_width_is_kept),
		TEST(colour_changes_no_character),
		TEST(few_starts_show_their_range),
		TEST(one_start_is_shown),
		TEST(a_start_that_lost_events_is_said),
		TEST(an_interrupted_run_says_so),
		TEST(memory_that_could_not_be_read_has_its_reason),
		TEST(phases_without_a_mark_are_named),
		TEST(a_table_has_no_numbers_of_starts_that_do_not_count),
		TEST(nothing_measured_is_no_crash),
		TEST(absent_numbers_and_texts_are_no_crash),
		TEST(names_cannot_move_the_cursor),
		TEST(a_calm_start_is_not_worth_a_word),
		TEST(a_sleep_is_worth_a_word),
		TEST(a_child_process_is_named),
		TEST(a_start_that_was_not_cold_is_said),
		TEST(the_folder_that_most_look_ups_fail_in_is_named),
		TEST(a_slow_first_start_is_said),
		TEST(progress_tells_what_runs_and_how_long_it_will_take),
		TEST(width_counts_columns),
		TEST(paths_are_cut_in_their_middle),
		TEST(bars_have_eighths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

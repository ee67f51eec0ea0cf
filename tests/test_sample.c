// SPDX-License-Identifier: BSD-2-Clause
/* test_sample.c - one whole start, and what a recording can't do to the models */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <malloc.h>

#include "events.h"
#include "metrics.h"
#include "models.h"

static struct stream s;
static struct result_sample sample;

static int begin(void **state)
{
	(void)state;
	stream_begin(&s);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stream_end(&s);
	result_sample_release(&sample);
	return 0;
}

static void every_metric_is_in_the_table(void **state)
{
	(void)state;
	ev_start_inode(&s, 100, "/app/main.py", EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 10, 100, EVENT_MARK_MAIN);
	ev_open(&s, 40, 100, "/app/main.py", 3);
	ev_listen(&s, 60, 100, 3);
	ev_ready(&s, 60, 100, EVENT_READY_HTTP);
	ev_answer(&s, 90, 100, 5555);
	ev_end(&s, 100, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_true(sample.metrics.count > 15);
	vec_foreach(metric, &sample.metrics)
		assert_non_null(metrics_find(metric->name));
	assert_int_equal(result_values_get(&sample.metrics, "phase_exec_ns"), 10);
}

static void a_sample_can_be_built_again_from_the_same_recording(void **state)
{
	struct result_sample again;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_open(&s, 40, 200, "/app/main.py", 3);
	ev_exit(&s, 300, 200, 200, true);
	ev_exit(&s, 400, 100, 100, true);
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	result_sample_init(&again);
	assert_int_equal(sample_build(s.recording, &again), 0);
	assert_int_equal(again.total_ns, sample.total_ns);
	assert_int_equal(again.processes.count, sample.processes.count);
	assert_int_equal(again.metrics.count, sample.metrics.count);
	for (size_t i = 0; i < again.metrics.count; i++)
		assert_int_equal(again.metrics.items[i].value, sample.metrics.items[i].value);
	result_sample_release(&again);
}

static void residue_is_judged(void **state)
{
	struct event_residue residue = {.event = ev_header(EVENT_RESIDUE, 1, 0, 0),
					.wanted_pages = 1000,
					.resident_pages = 11,
					.mapped_pages = 400,
					.cold = 1,
					.files = 3};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_add(&s, &residue, NULL, 0);
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_string_equal(sample.cold.asked, "evicted");
	assert_int_equal(sample.cold.mapped_pages, 400);
	assert_false(sample.cold.as_asked);
}

static void the_cgroup_s_numbers_are_passed_on(void **state)
{
	struct event_cgroup cgroup = {.event = ev_header(EVENT_CGROUP, 400, 0, 0),
				      .memory_peak_bytes = 77,
				      .memory_current_bytes = -1,
				      .cpu_usage_ns = 5};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_add(&s, &cgroup, NULL, 0);
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.cgroup.memory_peak_bytes, 77);
	assert_int_equal(sample.cgroup.memory_current_bytes, RESULT_ABSENT);
	assert_int_equal(sample.cgroup.oom_kills_count, 0);
}

static void alive(uint32_t pid, const char *words, size_t size)
{
	struct event_alive record = {.event = ev_header(EVENT_ALIVE, 450, pid, 0)};

	ev_add(&s, &record, words, size);
}

static void what_outlives_a_program_is_said(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_exit(&s, 400, 100, 100, true);
	alive(200, EV_WORDS("sleep\0001000"));
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.notes.count, 1);
	assert_string_equal(sample.notes.items[0], "process 200 (sleep 1000) outlived the program");
}

static void many_that_outlive_it_are_said_in_short(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exit(&s, 400, 100, 100, true);
	for (uint32_t pid = 200; pid < 300; pid++)
		alive(pid, EV_WORDS("x"));
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.notes.count, 4);
	assert_string_equal(sample.notes.items[3], "97 more processes outlived the program");
}

static void a_server_that_lives_on_is_nothing_to_say(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	alive(100, EV_WORDS("server"));
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.notes.count, 0);
}

/* A plan whose text was cut, or is no JSON, is a plan without its folder. */
static void a_broken_plan_is_no_error(void **state)
{
	struct event_plan plan = {.event = ev_header(EVENT_PLAN, 0, 100, 0)};

	(void)state;
	ev_add(&s, &plan, "{\"cwd\":\"/a", 10);
	ev_exec(&s, 0, 2, 100, 1);
	ev_open(&s, 40, 100, "x", 3);
	ev_exit(&s, 400, 100, 100, true);
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.total_ns, 400);
	assert_string_equal(sample.files.items[0].path, "x");
}

static size_t in_use(void)
{
	return mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* A storm of calls, switches and faults in two processes. */
static void storm(uint64_t rounds)
{
	for (uint64_t i = 0, at = 100; i < rounds; i++, at += 60) {
		ev_read(&s, at, 100, 0, 1);
		ev_out(&s, at + 10, 100, __NR_futex, EVENT_STATE_SLEEPING);
		ev_in(&s, at + 20, 100, at + 15);
		ev_call(&s,
			(struct ev_call){
				.tid = 100, .number = __NR_futex, .from = at + 5, .to = at + 25});
		ev_fault(&s, at + 30, 100, 6, i, 0);
		ev_out(&s, at + 40, 200, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
		ev_in(&s, at + 45, 200, 0);
		ev_open(&s, at + 50, 200, "/x.json", 9);
		ev_close(&s, at + 55, 200, 9);
	}
}

/* What the models of a storm hold when they have seen all of it. */
static size_t held_after(uint64_t rounds)
{
	struct models *models = calloc(1, sizeof(*models));
	size_t before, held;

	assert_non_null(models);
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	storm(rounds);
	ev_end(&s, 1000000000, EVENT_GOOD);
	assert_int_equal(recording_finish(s.recording), 0);
	before = in_use();
	assert_int_equal(models_run(models, s.recording), 0);
	held = in_use() - before;
	assert_int_equal(models->syscalls.count, 4 * rounds);
	models_release(models);
	free(models);
	stream_end(&s);
	stream_begin(&s);
	return held;
}

static void memory_does_not_grow_with_events(void **state)
{
	size_t few;

	(void)state;
	if (!in_use()) {
		print_message("the sanitizer's allocator does not tell what is in use\n");
		skip();
	}
	few = held_after(50);
	assert_true(few > 1000);
	assert_true(held_after(50000) < few + 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_metric_is_in_the_table),
		TEST(a_sample_can_be_built_again_from_the_same_recording),
		TEST(residue_is_judged),
		TEST(the_cgroup_s_numbers_are_passed_on),
		TEST(what_outlives_a_program_is_said),
		TEST(many_that_outlive_it_are_said_in_short),
		TEST(a_server_that_lives_on_is_nothing_to_say),
		TEST(a_broken_plan_is_no_error),
		TEST(memory_does_not_grow_with_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

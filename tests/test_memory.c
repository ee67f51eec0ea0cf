// SPDX-License-Identifier: BSD-2-Clause
/* test_memory.c - memory at the marks, peaks, and page faults by kind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "events.h"

static struct stream s;
static struct result_sample sample;

static int begin(void **state)
{
	(void)state;
	stream_begin(&s);
	ev_start(&s, 100, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stream_end(&s);
	result_sample_release(&sample);
	return 0;
}

static void build(void)
{
	assert_int_equal(stream_sample(&s, &sample), 0);
}

static void exact(uint64_t at, uint32_t pid, enum event_memory_mark mark, uint64_t anon,
		  uint64_t peak)
{
	struct event_memory record = {.event = ev_header(EVENT_MEMORY, at, pid, pid),
				      .rss_anon_bytes = anon,
				      .rss_file_bytes = 10,
				      .rss_shmem_bytes = 1,
				      .rss_peak_bytes = peak,
				      .mark = mark};

	record.event.flags = EVENT_MEMORY_PROCESS;
	ev_add(&s, &record, NULL, 0);
}

static void smaps(uint64_t at, uint32_t pid, enum event_memory_mark mark,
		  enum event_mapping mapping, uint64_t pss)
{
	struct event_smaps record = {.event = ev_header(EVENT_SMAPS, at, pid, 0),
				     .mark = mark,
				     .mapping = mapping,
				     .rss_bytes = 100,
				     .pss_bytes = pss,
				     .shared_clean_bytes = 30,
				     .shared_dirty_bytes = 3,
				     .private_clean_bytes = 20,
				     .private_dirty_bytes = 47,
				     .anonymous_bytes = 40,
				     .swap_bytes = 7,
				     .took_ns = 55};

	ev_add(&s, &record, NULL, 0);
}

static void exits(uint64_t at, uint32_t pid, uint64_t anon, uint64_t peak)
{
	struct event_exit record = {.event = ev_header(EVENT_EXIT, at, pid, pid),
				    .rss_anon_bytes = anon,
				    .rss_peak_bytes = peak};

	record.event.flags = EVENT_EXIT_LAST | EVENT_EXIT_MEMORY;
	ev_add(&s, &record, NULL, 0);
}

static void a_mark_has_exact_rss_and_the_rest_from_smaps(void **state)
{
	const struct result_memory *memory;

	(void)state;
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, 200, 250);
	smaps(350, 100, EVENT_AT_READY, EVENT_MAP_HEAP, 60);
	smaps(350, 100, EVENT_AT_READY, EVENT_MAP_LIBRARY, 40);
	ev_end(&s, 400, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->memory.count, 1);
	memory = &process_of(&sample, 100)->memory.items[0];
	assert_string_equal(memory->mark, "ready");
	assert_null(memory->reason);
	assert_int_equal(memory->rss_bytes, 211);
	assert_int_equal(memory->rss_anonymous_bytes, 200);
	assert_int_equal(memory->rss_file_bytes, 10);
	assert_int_equal(memory->rss_shmem_bytes, 1);
	assert_int_equal(memory->delay_ns, 50);
	assert_int_equal(memory->took_ns, 55);
	assert_int_equal(memory->pss_bytes, 100);
	assert_int_equal(memory->private_bytes, 134);
	assert_int_equal(memory->shared_bytes, 66);
	assert_int_equal(memory->anonymous_bytes, 80);
	assert_int_equal(memory->file_bytes, 120);
	assert_int_equal(memory->swap_bytes, 14);
	assert_int_equal(memory->kinds.count, 2);
	assert_string_equal(memory->kinds.items[0].kind, "library");
	assert_string_equal(memory->kinds.items[1].kind, "heap");
	assert_int_equal(memory->kinds.items[1].pss_bytes, 60);
	assert_int_equal(process_of(&sample, 100)->rss_peak_bytes, 250);
}

static void the_tree_s_totals_are_sums_at_ready(void **state)
{
	(void)state;
	ev_fork(&s, 100, 100, 200);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, 200, 250);
	exact(310, 200, EVENT_AT_READY, 300, 300);
	smaps(350, 100, EVENT_AT_READY, EVENT_MAP_HEAP, 60);
	smaps(360, 200, EVENT_AT_READY, EVENT_MAP_HEAP, 40);
	exact(500, 100, EVENT_AFTER_REQUESTS, 900, 950);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(sample.tree_rss_ready_bytes, 522);
	assert_int_equal(sample.tree_pss_ready_bytes, 100);
	assert_int_equal(sample.tree_uss_ready_bytes, 134);
	assert_int_equal(result_values_get(&sample.metrics, "rss_ready_bytes"), 522);
	assert_int_equal(result_values_get(&sample.metrics, "pss_ready_bytes"), 100);
	assert_int_equal(result_values_get(&sample.metrics, "uss_ready_bytes"), 134);
	/* the kernel's own peak lags: 300 + 11 are there; requests come after the start */
	assert_int_equal(result_values_get(&sample.metrics, "rss_peak_bytes"), 250 + 311);
	assert_int_equal(process_of(&sample, 100)->rss_peak_bytes, 950);
}

static void the_mark_after_the_requests_is_late_by_the_last_answer(void **state)
{
	struct event_answer last = {
		.event = ev_header(EVENT_ANSWER, 480, 100, 0), .status = 200, .request = 5};

	(void)state;
	ev_ready(&s, 300, 100, EVENT_READY_HTTP);
	ev_answer(&s, 350, 100, 5555);
	ev_add(&s, &last, NULL, 0);
	exact(490, 100, EVENT_AFTER_REQUESTS, 900, 950);
	smaps(500, 100, EVENT_AFTER_REQUESTS, EVENT_MAP_HEAP, 60);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_string_equal(process_of(&sample, 100)->memory.items[0].mark, "requests");
	assert_int_equal(process_of(&sample, 100)->memory.items[0].delay_ns, 20);
}

static void a_process_that_ended_has_rss_and_peak_only(void **state)
{
	const struct result_memory *memory;

	(void)state;
	exits(300, 100, 500, 800);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	memory = &process_of(&sample, 100)->memory.items[0];
	assert_string_equal(memory->mark, "exit");
	assert_string_equal(memory->reason, "the process had ended");
	assert_int_equal(memory->rss_bytes, 500);
	assert_int_equal(memory->pss_bytes, RESULT_ABSENT);
	assert_int_equal(memory->swap_bytes, RESULT_ABSENT);
	assert_int_equal(memory->delay_ns, RESULT_ABSENT);
	assert_int_equal(process_of(&sample, 100)->rss_peak_bytes, 800);
	assert_int_equal(sample.tree_rss_ready_bytes, 500);
	assert_int_equal(sample.tree_pss_ready_bytes, RESULT_ABSENT);
	assert_int_equal(result_values_get(&sample.metrics, "rss_peak_bytes"), 800);
	assert_int_equal(result_values_get(&sample.metrics, "pss_ready_bytes"), RESULT_ABSENT);
}

/* It is killed after the start: that says nothing about it. */
static void the_end_of_a_server_is_no_mark(void **state)
{
	(void)state;
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, 200, 250);
	smaps(350, 100, EVENT_AT_READY, EVENT_MAP_HEAP, 60);
	exits(500, 100, 900, 900);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->memory.count, 1);
	assert_int_equal(result_values_get(&sample.metrics, "rss_peak_bytes"), 250);
}

static void a_child_that_ended_early_can_be_the_peak(void **state)
{
	(void)state;
	ev_fork(&s, 100, 100, 200);
	exits(200, 200, 5000, 9000);
	exits(300, 100, 500, 800);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(sample.tree_rss_ready_bytes, 500);
	assert_int_equal(result_values_get(&sample.metrics, "rss_peak_bytes"), 9000);
}

static void unreadable_smaps_are_said(void **state)
{
	const struct result_memory *memory;

	(void)state;
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, 200, 250);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	memory = &process_of(&sample, 100)->memory.items[0];
	assert_string_equal(memory->reason, "its smaps could not be read");
	assert_int_equal(memory->rss_bytes, 211);
	assert_int_equal(memory->pss_bytes, RESULT_ABSENT);
	assert_int_equal(sample.notes.count, 1);
}

/* A record of each thread, but only one with the process's memory. */
static void threads_without_memory_do_not_count(void **state)
{
	struct event_memory thread = {.event = ev_header(EVENT_MEMORY, 311, 100, 101),
				      .mark = EVENT_AT_READY};

	(void)state;
	ev_thread(&s, 50, 100, 101);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, 200, 250);
	ev_add(&s, &thread, NULL, 0);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->memory.items[0].rss_bytes, 211);
}

/* A damaged recording can say anything: it must not overflow. */
static void impossible_numbers_do_no_harm(void **state)
{
	(void)state;
	ev_fork(&s, 100, 100, 200);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	exact(310, 100, EVENT_AT_READY, INT64_MAX - 100, 0);
	exact(310, 200, EVENT_AT_READY, INT64_MAX - 100, 0);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(sample.tree_rss_ready_bytes, INT64_MAX);
}

/* ---- page faults ---- */

static void exit_with_faults(uint64_t at, uint32_t pid, uint64_t minor, uint64_t major)
{
	struct event_exit record = {.event = ev_header(EVENT_EXIT, at, pid, pid),
				    .minor_faults = minor,
				    .major_faults = major};

	record.event.flags = EVENT_EXIT_LAST;
	ev_add(&s, &record, NULL, 0);
}

static void what_a_fault_was_shows_in_the_next_counts(void **state)
{
	const struct result_process *process;

	(void)state;
	ev_fault(&s, 100, 100, 4, 50, 2); /* 50 and 2 are from before the start */
	ev_fault(&s, 110, 100, 6, 51, 2);
	ev_fault(&s, 120, 100, 7, 51, 3); /* the one before was major; this copies */
	exit_with_faults(300, 100, 52, 3);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	process = process_of(&sample, 100);
	assert_int_equal(process->faults_minor_count, 2);
	assert_int_equal(process->faults_major_count, 1);
	assert_int_equal(process->faults_cow_count, 1);
}

/* A write to a present page can turn out to need no copy, or to be an error. */
static void a_fault_that_the_kernel_does_not_count_is_none(void **state)
{
	(void)state;
	ev_fault(&s, 100, 100, 7, 50, 2);
	ev_fault(&s, 110, 100, 7, 50, 2);
	exit_with_faults(300, 100, 51, 2);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->faults_minor_count, 1);
	assert_int_equal(process_of(&sample, 100)->faults_cow_count, 1);
}

static void faults_without_a_record_are_counted_still(void **state)
{
	(void)state;
	ev_fork(&s, 50, 100, 200);
	ev_fault(&s, 110, 200, 6, 5, 0); /* five before, for which no trap was taken */
	exit_with_faults(290, 200, 9, 0);
	exit_with_faults(300, 100, 1000, 0);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 200)->faults_minor_count, 9);
	/* of the root nothing tells how many were before the start */
	assert_int_equal(process_of(&sample, 100)->faults_minor_count, 0);
}

static void faults_belong_to_the_phase_in_which_they_began(void **state)
{
	(void)state;
	ev_fault(&s, 100, 100, 6, 50, 0);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 200,
				     .to = 300});
	exit_with_faults(300, 100, 51, 0);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(phase_of(&sample, "main")->faults_minor_count, 1);
	assert_int_equal(phase_of(&sample, "exit")->faults_minor_count, 0);
	assert_int_equal(result_values_get(&sample.metrics, "faults_minor_count"), 1);
}

static void an_open_fault_at_the_end_is_minor(void **state)
{
	(void)state;
	ev_fault(&s, 100, 100, 6, 50, 0);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	ev_end(&s, 600, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->faults_minor_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mark_has_exact_rss_and_the_rest_from_smaps),
		TEST(the_tree_s_totals_are_sums_at_ready),
		TEST(the_mark_after_the_requests_is_late_by_the_last_answer),
		TEST(a_process_that_ended_has_rss_and_peak_only),
		TEST(the_end_of_a_server_is_no_mark),
		TEST(a_child_that_ended_early_can_be_the_peak),
		TEST(unreadable_smaps_are_said),
		TEST(threads_without_memory_do_not_count),
		TEST(impossible_numbers_do_no_harm),
		TEST(what_a_fault_was_shows_in_the_next_counts),
		TEST(a_fault_that_the_kernel_does_not_count_is_none),
		TEST(faults_without_a_record_are_counted_still),
		TEST(faults_belong_to_the_phase_in_which_they_began),
		TEST(an_open_fault_at_the_end_is_minor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

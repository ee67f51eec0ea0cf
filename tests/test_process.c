// SPDX-License-Identifier: BSD-2-Clause
/* test_process.c - who ran: processes, threads, and what ended the start */
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

static void a_reused_pid_is_another_process(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_exit(&s, 20, 200, 200, true);
	ev_fork(&s, 30, 100, 200);
	ev_exit(&s, 40, 200, 200, true);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(sample.processes.count, 3);
	assert_string_not_equal(sample.processes.items[1].instance,
				sample.processes.items[2].instance);
	assert_int_equal(sample.processes.items[1].ended_ns, 20);
	assert_int_equal(sample.processes.items[2].ended_ns, 40);
	assert_int_equal(result_values_get(&sample.metrics, "processes_count"), 3);
}

/* No kernel sends such: a damaged file has them. */
static void a_record_of_no_thread_is_passed_over(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exit(&s, 20, 100, 0, true);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(sample.processes.count, 1);
	assert_int_equal(sample.processes.items[0].ended_ns, 50);
}

static void a_parent_is_named_by_instance(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_null(process_of(&sample, 100)->parent);
	assert_string_equal(process_of(&sample, 200)->parent, "100:77");
	assert_string_equal(process_of(&sample, 200)->instance, "200:11");
}

static void a_child_is_its_parent_s_program_until_it_execs(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_fork(&s, 12, 100, 201);
	ev_exec_words(&s, 15, 16, 201, 9, EV_WORDS("/bin/sleep\0sleep\0001"));
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_string_equal(process_of(&sample, 200)->exe, "/bin/x");
	assert_int_equal(process_of(&sample, 200)->exec_ns, RESULT_ABSENT);
	assert_string_equal(process_of(&sample, 201)->exe, "/bin/sleep");
	assert_int_equal(process_of(&sample, 201)->command.count, 2);
	assert_string_equal(process_of(&sample, 201)->command.items[1], "1");
	assert_int_equal(process_of(&sample, 201)->exec_ns, 16);
}

static void last_exec_wins(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exec_words(&s, 10, 11, 100, EVENTS_RUNTIME, EV_WORDS("/usr/bin/python3\0python3"));
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_string_equal(process_of(&sample, 100)->runtime, "python");
	assert_string_equal(process_of(&sample, 100)->exe, "/usr/bin/python");
}

static void threads_are_counted_with_the_first_one(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 10, 100, 101);
	ev_thread(&s, 11, 100, 102);
	ev_exit(&s, 20, 100, 101, false);
	ev_exit(&s, 50, 100, 102, false);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->threads_count, 3);
	assert_int_equal(sample.threads.count, 3);
	assert_int_equal(sample.threads.items[1].ended_ns, 20);
	assert_int_equal(sample.processes.count, 1);
}

static void a_process_lives_until_its_last_thread_ends(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 10, 100, 101);
	ev_exit(&s, 20, 100, 100, false);
	ev_exit(&s, 50, 100, 101, true);
	ev_reapable(&s, 52, 100);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->ended_ns, 52);
	assert_int_equal(sample.total_ns, 52);
}

static void a_thread_that_execs_becomes_the_first_thread(void **state)
{
	struct event_exec exec = {.event = ev_header(EVENT_EXEC, 30, 100, 100),
				  .enter_ns = EVENTS_T0 + 20,
				  .exe_inode = 5,
				  .exe_device = EVENTS_DEVICE,
				  .old_tid = 101};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 10, 100, 101);
	ev_in(&s, 11, 101, 0);
	ev_exit(&s, 25, 100, 100, false);
	ev_add(&s, &exec, "/bin/y\0y", 9);
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_execve, .from = 20, .to = 31});
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(sample.processes.count, 1);
	assert_int_equal(sample.threads.count, 2);
	assert_int_equal(sample.threads.items[1].tid, 100);
	/* 11 to 20 outside of the call, 20 to 31 in it, then on until its exit */
	assert_int_equal(sample.threads.items[1].time.on_cpu_ns, 39);
	assert_string_equal(process_of(&sample, 100)->exe, "/bin/y");
}

static void exit_status_is_what_a_shell_shows(void **state)
{
	struct event_reapable killed = {.event = ev_header(EVENT_REAPABLE, 51, 200, 200),
					.exit_code = 9};
	struct event_reapable failed = {.event = ev_header(EVENT_REAPABLE, 52, 100, 100),
					.exit_code = 3 << 8};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_exit(&s, 50, 200, 200, true);
	ev_add(&s, &killed, NULL, 0);
	ev_exit(&s, 50, 100, 100, true);
	ev_add(&s, &failed, NULL, 0);
	ev_end(&s, 60, EVENT_EXITED);
	build();
	assert_int_equal(process_of(&sample, 200)->exit_status, 137);
	assert_int_equal(process_of(&sample, 100)->exit_status, 3);
	assert_string_equal(sample.outcome, "exited");
	assert_string_equal(sample.reason, "it failed");
}

static void a_process_that_lives_on_has_no_end(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_ready(&s, 30, 100, EVENT_READY_LISTEN);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 100)->ended_ns, RESULT_ABSENT);
	assert_int_equal(process_of(&sample, 100)->exit_status, RESULT_ABSENT);
}

/* Its fork was lost: it begins with its first record. */
static void a_stranger_s_records_are_kept(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_open(&s, 20, 300, "/etc/passwd", 3);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(process_of(&sample, 300)->files_opened_count, 1);
}

static void an_exit_ends_when_a_waiter_can_see_it(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exit(&s, 50, 100, 100, true);
	ev_reapable(&s, 90, 100);
	ev_end(&s, 100, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 90);
	assert_int_equal(sample.ready_ns, 90);
	assert_string_equal(sample.ready, "exit");
	assert_int_equal(sample.responded_ns, RESULT_ABSENT);
}

static void what_never_started_has_no_numbers(void **state)
{
	(void)state;
	ev_plan(&s, 100, NULL);
	ev_end(&s, 100, EVENT_NOT_STARTED);
	build();
	assert_string_equal(sample.outcome, "not_started");
	assert_int_equal(sample.total_ns, RESULT_ABSENT);
	assert_int_equal(sample.phases.count, 0);
	assert_int_equal(sample.metrics.count, 0);
}

static void a_recording_without_an_end_was_interrupted(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_open(&s, 20, 100, "/etc/passwd", 3);
	build();
	assert_string_equal(sample.outcome, "interrupted");
	assert_int_equal(sample.total_ns, 21);
}

static void losses_are_said_by_kind(void **state)
{
	struct event_loss loss = {
		.event = ev_header(EVENT_LOSS, 50, 0, 0), .lost_kind = EVENT_SYSCALL, .lost = 12};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_exit(&s, 50, 100, 100, true);
	ev_add(&s, &loss, NULL, 0);
	loss.lost = 3;
	ev_add(&s, &loss, NULL, 0);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(sample.events_lost.count, 1);
	assert_int_equal(result_values_get(&sample.events_lost, "syscall"), 15);
}

static void the_chain_goes_by_fork_to_the_one_that_listens(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_fork(&s, 10, 100, 200);
	ev_fork(&s, 11, 100, 300);
	ev_fork(&s, 20, 200, 201);
	ev_listen(&s, 40, 201, 3);
	ev_ready(&s, 40, 201, EVENT_READY_LISTEN);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(sample.chain.count, 3);
	assert_string_equal(sample.chain.items[0], "100:77");
	assert_string_equal(sample.chain.items[1], "200:11");
	assert_string_equal(sample.chain.items[2], "201:21");
	assert_true(process_of(&sample, 200)->on_chain);
	assert_false(process_of(&sample, 300)->on_chain);
	assert_int_equal(sample.total_ns, 40);
}

static void a_response_ends_with_the_first_write_on_the_client_s_connection(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_HTTP);
	ev_accept(&s, 50, 100, 3, 5, 4444); /* somebody else's */
	ev_accept(&s, 52, 100, 3, 6, 5555);
	ev_write(&s, 55, 100, 5);
	ev_write(&s, 60, 100, 6);
	ev_write(&s, 70, 100, 6);
	ev_answer(&s, 62, 100, 5555);
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.responded_ns, 61);
	assert_int_equal(sample.total_ns, 61);
	assert_int_equal(sample.ready_ns, 40);
	assert_string_equal(sample.ready, "http");
	assert_string_equal(sample.address, "127.0.0.1:3000");
	assert_int_equal(sample.answers.items[0].status, 200);
	assert_int_equal(sample.answers.items[0].first_byte_ns, 62);
}

static void the_one_that_inherits_the_connection_can_answer(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_HTTP);
	ev_accept(&s, 50, 100, 3, 6, 5555);
	ev_fork(&s, 52, 100, 200);
	ev_close(&s, 53, 100, 6);
	ev_call(&s, (struct ev_call){.tid = 200,
				     .number = __NR_dup3,
				     .from = 54,
				     .to = 55,
				     .args = {6, 1},
				     .result = 1});
	ev_write(&s, 60, 200, 1);
	ev_answer(&s, 62, 100, 5555);
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 61);
	assert_string_equal(sample.chain.items[1], "200:53");
}

/* Node's cluster: the primary accepts and hands the connection on in a message. */
static void a_connection_can_be_passed_over_a_socket(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_socketpair,
				     .from = 5,
				     .to = 6,
				     .args = {1},
				     .extra = 10 | 11ull << 32});
	ev_fork(&s, 10, 100, 200);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_HTTP);
	ev_accept(&s, 50, 100, 3, 6, 5555);
	ev_call(&s, (struct ev_call){.tid = 200,
				     .number = __NR_recvmsg,
				     .from = 30,
				     .to = 53,
				     .args = {11},
				     .result = 40});
	ev_close(&s, 54, 100, 6);
	ev_write(&s, 55, 200, 11); /* "I have it" */
	ev_write(&s, 60, 200, 20);
	ev_answer(&s, 61, 100, 5555);
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 61);
	assert_int_equal(sample.chain.count, 2);
	assert_string_equal(sample.chain.items[1], "200:11");
	assert_int_equal(sample.notes.count, 0);
}

static void over_a_unix_socket_it_is_the_accept_after_the_connect(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_HTTP);
	ev_accept(&s, 50, 100, 3, 5, 0);
	ev_accept(&s, 58, 100, 3, 6, 0);
	ev_write(&s, 59, 100, 5);
	ev_write(&s, 60, 100, 6);
	ev_answer(&s, 62, 100, 0); /* connected at 57 */
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 61);
}

static void where_no_write_was_seen_the_client_s_time_counts(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_HTTP);
	ev_answer(&s, 62, 100, 5555);
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 62);
	assert_int_equal(sample.notes.count, 1);
}

static void an_answer_to_a_listen_start_does_not_move_its_end(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 40, 100, 3);
	ev_ready(&s, 40, 100, EVENT_READY_LISTEN);
	ev_accept(&s, 50, 100, 3, 6, 5555);
	ev_write(&s, 60, 100, 6);
	ev_answer(&s, 62, 100, 5555);
	ev_end(&s, 80, EVENT_GOOD);
	build();
	assert_int_equal(sample.total_ns, 40);
	assert_int_equal(sample.responded_ns, RESULT_ABSENT);
}

static void an_empty_recording_holds_no_start(void **state)
{
	(void)state;
	assert_int_equal(stream_sample(&s, &sample), -EBADMSG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reused_pid_is_another_process),
		TEST(a_record_of_no_thread_is_passed_over),
		TEST(a_parent_is_named_by_instance),
		TEST(a_child_is_its_parent_s_program_until_it_execs),
		TEST(last_exec_wins),
		TEST(threads_are_counted_with_the_first_one),
		TEST(a_process_lives_until_its_last_thread_ends),
		TEST(a_thread_that_execs_becomes_the_first_thread),
		TEST(exit_status_is_what_a_shell_shows),
		TEST(a_process_that_lives_on_has_no_end),
		TEST(a_stranger_s_records_are_kept),
		TEST(an_exit_ends_when_a_waiter_can_see_it),
		TEST(what_never_started_has_no_numbers),
		TEST(a_recording_without_an_end_was_interrupted),
		TEST(losses_are_said_by_kind),
		TEST(the_chain_goes_by_fork_to_the_one_that_listens),
		TEST(a_response_ends_with_the_first_write_on_the_client_s_connection),
		TEST(the_one_that_inherits_the_connection_can_answer),
		TEST(a_connection_can_be_passed_over_a_socket),
		TEST(over_a_unix_socket_it_is_the_accept_after_the_connect),
		TEST(where_no_write_was_seen_the_client_s_time_counts),
		TEST(an_answer_to_a_listen_start_does_not_move_its_end),
		TEST(an_empty_recording_holds_no_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_sched.c - what threads did at each instant, and how that is split into phases */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

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

/* A program that ends at 1000 without a phase but the last two. */
static const struct result_time *build(void)
{
	ev_exit(&s, 1000, 100, 100, true);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.total_ns, 1000);
	return &process_of(&sample, 100)->time;
}

/* From |from| to |to| the thread sleeps, in a call that is open from |from| - 10 to |to| + 10. */
static void sleep_in_call(uint64_t from, uint64_t to, struct ev_call call)
{
	ev_out(&s, from, 100, call.number, EVENT_STATE_SLEEPING);
	ev_in(&s, to, 100, to);
	call.tid = 100;
	call.from = from - 10;
	call.to = to + 10;
	ev_call(&s, call);
}

static void a_thread_that_never_switches_is_on_its_cpu(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	time = build();
	assert_int_equal(time->on_cpu_ns, 1000);
	assert_int_equal(time->cpu_user_ns, 1000);
}

/* Of a damaged file: more than a result can hold, in each and together. */
static void times_beyond_all_clocks_are_the_longest_there_are(void **state)
{
	const uint64_t long_ns = 9000000000000000000u;
	const struct result_phase *phase;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, long_ns, 100, EVENT_NO_CALL, EVENT_STATE_SLEEPING);
	ev_in(&s, 2 * long_ns, 100, long_ns + 1000);
	ev_exit(&s, 2 * long_ns + 10, 100, 100, true);
	ev_end(&s, 2 * long_ns + 20, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.total_ns, INT64_MAX);
	phase = phase_of(&sample, "main");
	assert_true(phase->duration_ns > 0);
	assert_true(phase->chain.on_cpu_ns >= 0 && phase->chain.runqueue_ns >= 0);
	assert_true(result_values_get(&sample.metrics, "blocked_ns") >= 0);
}

static void time_inside_calls_is_the_kernel_s(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_getpid, .from = 100, .to = 150});
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_getpid, .from = 200, .to = 220});
	time = build();
	assert_int_equal(time->cpu_system_ns, 70);
	assert_int_equal(time->cpu_user_ns, 930);
}

static void a_preempted_thread_waits_for_a_cpu(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 100, 100, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&s, 400, 100, 0);
	time = build();
	assert_int_equal(time->runqueue_ns, 300);
	assert_int_equal(time->on_cpu_ns, 700);
}

static void a_woken_thread_waits_for_a_cpu_from_its_waking_on(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 100, 100, __NR_nanosleep, EVENT_STATE_SLEEPING);
	ev_in(&s, 400, 100, 350);
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_nanosleep, .from = 90, .to = 410});
	time = build();
	assert_int_equal(time->blocked_timer_ns, 250);
	assert_int_equal(time->runqueue_ns, 50);
	assert_int_equal(time->cpu_system_ns, 20); /* 90 to 100, 400 to 410 */
	assert_int_equal(time->on_cpu_ns, 700);
}

static void the_call_begins_within_the_time_before_its_first_switch(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	sleep_in_call(300, 400, (struct ev_call){.number = __NR_nanosleep});
	time = build();
	assert_int_equal(time->cpu_user_ns, 290 + 590);
	assert_int_equal(time->cpu_system_ns, 20);
}

static void several_sleeps_in_one_call_have_its_reason(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	for (uint64_t at = 100; at < 500; at += 100) {
		ev_out(&s, at, 100, __NR_futex, EVENT_STATE_SLEEPING);
		ev_in(&s, at + 50, 100, at + 50);
	}
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_futex,
				     .from = 90,
				     .to = 500,
				     .result = -ETIMEDOUT});
	time = build();
	assert_int_equal(time->blocked_timer_ns, 200);
	assert_int_equal(time->cpu_system_ns, 210);
}

static void disk_and_its_call_s_reason_are_told_apart(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out_iowait(&s, 100, 100, __NR_sendto);
	ev_in(&s, 150, 100, 150);
	ev_out(&s, 160, 100, __NR_sendto, EVENT_STATE_SLEEPING);
	ev_in(&s, 200, 100, 200);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_sendto,
				     .from = 90,
				     .to = 210,
				     .fd_kind = EVENT_FD_NETWORK,
				     .result = 5});
	time = build();
	assert_int_equal(time->blocked_disk_ns, 50);
	assert_int_equal(time->blocked_network_ns, 40);
}

static void blocked_outside_a_call_is_a_page_fault(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out_iowait(&s, 100, 100, EVENT_NO_CALL);
	ev_in(&s, 400, 100, 390);
	time = build();
	assert_int_equal(time->blocked_fault_ns, 290);
	assert_int_equal(time->runqueue_ns, 10);
}

static void a_stop_is_other(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 100, 100, EVENT_NO_CALL, EVENT_STATE_STOPPED);
	ev_in(&s, 400, 100, 400);
	time = build();
	assert_int_equal(time->blocked_other_ns, 300);
}

/* The table of descriptors tells what the kernel side did not. */
static void a_read_waits_for_what_its_descriptor_is(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_pipe2,
				     .from = 20,
				     .to = 21,
				     .extra = 3 | 4ull << 32});
	sleep_in_call(100, 150, (struct ev_call){.number = __NR_read, .args = {3}, .result = 1});
	ev_call(&s,
		(struct ev_call){
			.tid = 100, .number = __NR_eventfd2, .from = 170, .to = 171, .result = 5});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_fcntl,
				     .from = 172,
				     .to = 173,
				     .args = {5, 1030 /* F_DUPFD_CLOEXEC */},
				     .result = 9});
	sleep_in_call(200, 230, (struct ev_call){.number = __NR_read, .args = {9}, .result = 8});
	time = build();
	assert_int_equal(time->blocked_pipe_ns, 50);
	assert_int_equal(time->blocked_thread_ns, 30);
}

static void an_epoll_waits_for_what_its_data_stands_for(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_timerfd_create,
				     .from = 20,
				     .to = 21,
				     .result = 7});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_epoll_create1,
				     .from = 22,
				     .to = 23,
				     .result = 8});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_epoll_ctl,
				     .from = 24,
				     .to = 25,
				     .args = {8, 1, 7},
				     .extra = 0xdeadbeef});
	sleep_in_call(
		100, 150,
		(struct ev_call){
			.number = __NR_epoll_pwait, .args = {8}, .result = 1, .extra = 0xdeadbeef});
	/* the descriptor is used again for something else: the old entry is gone */
	ev_close(&s, 170, 100, 7);
	ev_call(&s,
		(struct ev_call){
			.tid = 100, .number = __NR_eventfd2, .from = 172, .to = 173, .result = 7});
	sleep_in_call(
		200, 230,
		(struct ev_call){
			.number = __NR_epoll_pwait, .args = {8}, .result = 1, .extra = 0xdeadbeef});
	time = build();
	assert_int_equal(time->blocked_timer_ns, 50);
	assert_int_equal(time->blocked_other_ns, 30);
}

static void a_poll_waits_for_its_first_ready_descriptor(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_socket,
				     .from = 20,
				     .to = 21,
				     .args = {2},
				     .result = 7});
	sleep_in_call(100, 150, (struct ev_call){.number = __NR_ppoll, .result = 1, .extra = 7});
	sleep_in_call(200, 230,
		      (struct ev_call){.number = __NR_ppoll, .result = 0, .extra = (uint64_t)-1});
	time = build();
	assert_int_equal(time->blocked_network_ns, 50);
	assert_int_equal(time->blocked_timer_ns, 30);
}

static void a_new_thread_waits_for_a_cpu_from_its_fork_on(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 100, 100, 101);
	ev_in(&s, 140, 101, 110);
	ev_exit(&s, 200, 100, 101, false);
	build();
	assert_int_equal(sample.threads.items[1].time.runqueue_ns, 40);
	assert_int_equal(sample.threads.items[1].time.on_cpu_ns, 60);
}

static void a_process_s_time_is_that_of_all_its_threads(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 100, 100, 101);
	ev_in(&s, 100, 101, 0);
	ev_exit(&s, 300, 100, 101, false);
	time = build();
	assert_int_equal(time->on_cpu_ns, 1200);
	/* the chain is of main threads alone */
	assert_int_equal(phase_of(&sample, "main")->chain.on_cpu_ns, 1000);
}

static void a_call_that_never_returns_is_counted_until_the_end(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 100, 100, 101);
	ev_in(&s, 100, 101, 0);
	ev_out(&s, 150, 101, __NR_futex, EVENT_STATE_SLEEPING);
	ev_call(&s, (struct ev_call){.tid = 101,
				     .number = __NR_futex,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 120,
				     .to = 990});
	ev_exit(&s, 990, 100, 101, false);
	build();
	assert_int_equal(sample.threads.items[1].time.cpu_user_ns, 20);
	assert_int_equal(sample.threads.items[1].time.cpu_system_ns, 30);
	assert_int_equal(sample.threads.items[1].time.blocked_lock_ns, 840);
}

/* What a thread was doing when the recording stops goes on until then. */
static void without_a_record_an_open_wait_lasts_to_the_end(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 100, 100, 101);
	ev_in(&s, 100, 101, 0);
	ev_out(&s, 150, 101, __NR_wait4, EVENT_STATE_SLEEPING);
	build();
	assert_int_equal(sample.threads.items[1].time.blocked_child_ns, 850);
}

static void a_lost_record_does_not_spoil_the_next_call(void **state)
{
	const struct result_time *time;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 100, 100, __NR_futex, EVENT_STATE_SLEEPING);
	ev_in(&s, 150, 100, 150);
	/* futex's record is lost */
	sleep_in_call(300, 330, (struct ev_call){.number = __NR_nanosleep});
	time = build();
	assert_int_equal(time->blocked_lock_ns, 50);
	assert_int_equal(time->blocked_timer_ns, 30);
}

static void taking_a_process_down_is_the_kernel_s_time(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 400,
				     .to = 410});
	ev_exit(&s, 410, 100, 100, true);
	ev_out(&s, 500, 100, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&s, 600, 100, 0);
	ev_reapable(&s, 900, 100);
	ev_out(&s, 910, 100, EVENT_NO_CALL, EVENT_STATE_ENDED);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(sample.total_ns, 900);
	assert_int_equal(phase_ns(&sample, "exit"), 500);
	assert_int_equal(phase_of(&sample, "exit")->chain.cpu_system_ns, 400);
	assert_int_equal(phase_of(&sample, "exit")->chain.runqueue_ns, 100);
}

static void a_wait_across_a_boundary_is_split(void **state)
{
	const struct result_process *process;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 10, 100, 101);
	ev_in(&s, 10, 101, 0);
	ev_out(&s, 100, 101, __NR_nanosleep, EVENT_STATE_SLEEPING);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 600,
				     .to = 1000});
	ev_in(&s, 700, 101, 690);
	ev_call(&s, (struct ev_call){.tid = 101, .number = __NR_nanosleep, .from = 90, .to = 705});
	ev_exit(&s, 720, 100, 101, false);
	build();
	process = process_of(&sample, 100);
	assert_string_equal(process->phases.items[0].name, "main");
	assert_int_equal(process->phases.items[0].time.blocked_timer_ns, 500);
	assert_int_equal(process->phases.items[1].time.blocked_timer_ns, 90);
	assert_int_equal(process->phases.items[1].time.runqueue_ns, 10);
}

/* The chain passes to the child at the fork, in the middle of the parent's wait. */
static void the_chain_follows_the_main_threads(void **state)
{
	const struct result_time *chain;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 50, 100, __NR_read, EVENT_STATE_SLEEPING);
	ev_in(&s, 90, 100, 90);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_read,
				     .from = 40,
				     .to = 95,
				     .fd_kind = EVENT_FD_PIPE});
	ev_fork(&s, 100, 100, 200);
	ev_out(&s, 110, 100, __NR_wait4, EVENT_STATE_SLEEPING);
	ev_in(&s, 130, 200, 0);
	ev_listen(&s, 300, 200, 3);
	ev_ready(&s, 300, 200, EVENT_READY_LISTEN);
	ev_end(&s, 400, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	chain = &phase_of(&sample, "setup")->chain;
	assert_int_equal(chain->blocked_pipe_ns, 40);
	assert_int_equal(chain->runqueue_ns, 30);
	assert_int_equal(chain->blocked_child_ns, 0);
	assert_int_equal(chain->on_cpu_ns, 60 + 170);
	assert_int_equal(result_values_get(&sample.metrics, "runqueue_ns"), 30);
	assert_int_equal(result_values_get(&sample.metrics, "blocked_ns"), 40);
}

/* Its first thread ended long before the process: what the chain did then is not known. */
static void a_chain_without_its_main_thread_is_other(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_thread(&s, 10, 100, 101);
	ev_in(&s, 10, 101, 0);
	ev_exit(&s, 200, 100, 100, false);
	ev_out(&s, 210, 100, EVENT_NO_CALL, EVENT_STATE_ENDED);
	ev_exit(&s, 1000, 100, 101, true);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(phase_of(&sample, "main")->chain.on_cpu_ns, 210);
	assert_int_equal(phase_of(&sample, "main")->chain.blocked_other_ns, 790);
}

static void what_comes_after_the_start_is_not_in_it(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_listen(&s, 300, 100, 3);
	ev_ready(&s, 300, 100, EVENT_READY_LISTEN);
	ev_out(&s, 350, 100, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&s, 400, 100, 0);
	ev_end(&s, 500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(process_of(&sample, 100)->time.on_cpu_ns, 300);
	assert_int_equal(process_of(&sample, 100)->time.runqueue_ns, 0);
	assert_int_equal(process_of(&sample, 100)->switches_involuntary_count, 0);
}

static void switches_are_counted_as_the_kernel_does(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_out(&s, 100, 100, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&s, 120, 100, 0);
	ev_out(&s, 130, 100, EVENT_NO_CALL, EVENT_STATE_RUNNABLE);
	ev_in(&s, 140, 100, 0);
	sleep_in_call(300, 330, (struct ev_call){.number = __NR_nanosleep});
	build();
	assert_int_equal(process_of(&sample, 100)->switches_voluntary_count, 1);
	assert_int_equal(process_of(&sample, 100)->switches_involuntary_count, 2);
}

/* Half of the kernel's count is system time; calls show 100 of 500: faults have the other 400. */
static void what_the_kernel_counts_beyond_calls_is_its_faults(void **state)
{
	struct event_exit exit = {.event = ev_header(EVENT_EXIT, 1000, 100, 100),
				  .user_ns = 4000000,
				  .system_ns = 4000000,
				  .minor_faults = 14};
	const struct result_process *process;

	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_getpid, .from = 100, .to = 200});
	for (uint64_t i = 0; i < 3; i++)
		ev_fault(&s, 300 + i, 100, 6, 10 + i, 0);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 600,
				     .to = 600});
	ev_fault(&s, 700, 100, 6, 13, 0);
	exit.event.flags = EVENT_EXIT_LAST;
	ev_add(&s, &exit, NULL, 0);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	process = process_of(&sample, 100);
	assert_int_equal(process->time.cpu_system_ns, 500);
	assert_int_equal(process->time.cpu_user_ns, 500);
	assert_int_equal(process->phases.items[0].time.cpu_system_ns, 400);
	assert_int_equal(process->phases.items[1].time.cpu_system_ns, 100);
}

static void the_kernel_s_count_at_ready_is_that_of_the_start(void **state)
{
	struct event_memory ready = {.event = ev_header(EVENT_MEMORY, 1010, 100, 100),
				     .mark = EVENT_AT_READY,
				     .user_ns = 6000000,
				     .system_ns = 2000000};
	struct event_exit later = {.event = ev_header(EVENT_EXIT, 9000, 100, 100),
				   .user_ns = 6000000,
				   .system_ns = 90000000};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_fault(&s, 300, 100, 6, 10, 0);
	ev_fault(&s, 310, 100, 6, 11, 0);
	ev_listen(&s, 1000, 100, 3);
	ev_ready(&s, 1000, 100, EVENT_READY_LISTEN);
	ev_add(&s, &ready, NULL, 0);
	later.event.flags = EVENT_EXIT_LAST;
	ev_add(&s, &later, NULL, 0);
	ev_end(&s, 9500, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(process_of(&sample, 100)->time.cpu_system_ns, 250);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thread_that_never_switches_is_on_its_cpu),
		TEST(time_inside_calls_is_the_kernel_s),
		TEST(a_preempted_thread_waits_for_a_cpu),
		TEST(a_woken_thread_waits_for_a_cpu_from_its_waking_on),
		TEST(the_call_begins_within_the_time_before_its_first_switch),
		TEST(several_sleeps_in_one_call_have_its_reason),
		TEST(disk_and_its_call_s_reason_are_told_apart),
		TEST(blocked_outside_a_call_is_a_page_fault),
		TEST(a_stop_is_other),
		TEST(a_read_waits_for_what_its_descriptor_is),
		TEST(an_epoll_waits_for_what_its_data_stands_for),
		TEST(a_poll_waits_for_its_first_ready_descriptor),
		TEST(a_new_thread_waits_for_a_cpu_from_its_fork_on),
		TEST(a_process_s_time_is_that_of_all_its_threads),
		TEST(a_call_that_never_returns_is_counted_until_the_end),
		TEST(without_a_record_an_open_wait_lasts_to_the_end),
		TEST(a_lost_record_does_not_spoil_the_next_call),
		TEST(taking_a_process_down_is_the_kernel_s_time),
		TEST(a_wait_across_a_boundary_is_split),
		TEST(the_chain_follows_the_main_threads),
		TEST(a_chain_without_its_main_thread_is_other),
		TEST(what_comes_after_the_start_is_not_in_it),
		TEST(times_beyond_all_clocks_are_the_longest_there_are),
		TEST(switches_are_counted_as_the_kernel_does),
		TEST(what_the_kernel_counts_beyond_calls_is_its_faults),
		TEST(the_kernel_s_count_at_ready_is_that_of_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_roles.c - the roles of processes, and when workers waited for work and got some */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "events.h"

static struct stream stream;
static struct result_sample sample;

/* A root, pid 100, of the plan with these rules (JSON). */
static void start_with(const char *roles)
{
	struct event_plan record = {.event = ev_header(EVENT_PLAN, 0, 100, 0), .page_bytes = 4096};
	struct event_fork fork = {.event = ev_header(EVENT_FORK, 0, 100, 100),
				  .child_pid = 100,
				  .child_tid = 100,
				  .child_start_ns = 77};
	char text[1024];

	stream_begin(&stream);
	snprintf(text, sizeof(text), "{\"command\":[\"x\"],\"cwd\":\"/\",\"entry\":null%s%s}",
		 roles ? ",\"roles\":" : "", roles ? roles : "");
	ev_add(&stream, &record, text, strlen(text));
	fork.event.flags = EVENT_FORK_ROOT;
	ev_add(&stream, &fork, NULL, 0);
	ev_exec_words(&stream, 0, 2, 100, 1, EV_WORDS("/bin/gunicorn\0gunicorn\0app:app"));
}

static void finish(void)
{
	ev_end(&stream, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&stream, &sample), 0);
}

static int teardown(void **state)
{
	(void)state;
	result_sample_release(&sample);
	stream_end(&stream);
	return 0;
}

static const char *role_of(int64_t pid)
{
	return process_of(&sample, pid)->role;
}

static void without_rules_the_root_is_main_and_others_are_children(void **state)
{
	(void)state;
	start_with(NULL);
	ev_fork(&stream, 10, 100, 101);
	finish();
	assert_string_equal(role_of(100), "main");
	assert_string_equal(role_of(101), "child");
}

static void the_first_rule_that_fits_wins(void **state)
{
	(void)state;
	start_with("[{\"role\":\"worker\",\"parent\":\"^master$\"},"
		   " {\"role\":\"master\",\"command\":\"^gunicorn app:app$\"},"
		   " {\"role\":\"other\",\"command\":\"gunicorn\"}]");
	ev_fork(&stream, 10, 100, 101); /* has the same command line */
	ev_fork(&stream, 20, 101, 102); /* its parent is a worker, its command another */
	ev_exec_words(&stream, 22, 24, 102, 1, EV_WORDS("/bin/gunicorn\0gunicorn\0--help"));
	finish();
	assert_string_equal(role_of(100), "master");
	assert_string_equal(role_of(101), "worker");
	assert_string_equal(role_of(102), "other");
}

static void the_last_exec_has_the_command_line(void **state)
{
	(void)state;
	start_with("[{\"role\":\"scorer\",\"command\":\"python3 score\"}]");
	ev_fork(&stream, 10, 100, 101);
	ev_exec_words(&stream, 20, 22, 101, 2, EV_WORDS("/usr/bin/python3\0python3\0score.py"));
	finish();
	assert_string_equal(role_of(101), "scorer");
}

static void a_title_that_it_gave_itself_counts_too(void **state)
{
	struct event_alive alive = {.event = ev_header(EVENT_ALIVE, 900, 101, 101)};

	(void)state;
	start_with("[{\"role\":\"worker\",\"command\":\"^app: worker\"}]");
	ev_fork(&stream, 10, 100, 101);
	ev_add(&stream, &alive, "app: worker 1", 13);
	finish();
	assert_string_equal(role_of(100), "main");
	assert_string_equal(role_of(101), "worker");
}

static void a_damaged_rule_fits_nobody(void **state)
{
	(void)state;
	start_with("[{\"role\":\"bad\",\"command\":\"(\"},{\"command\":\"g\"},"
		   " {\"role\":\"good\",\"command\":\"g\"}, 5]");
	finish();
	assert_string_equal(role_of(100), "good");
}

/* ---- the workers' own starts ---- */

static void read_from(uint32_t tid, uint64_t from, uint64_t to, uint16_t flags)
{
	ev_call(&stream, (struct ev_call){.tid = tid,
					  .number = __NR_read,
					  .from = from,
					  .to = to,
					  .args = {5},
					  .result = 8,
					  .fd_kind = EVENT_FD_PIPE,
					  .flags = flags});
}

static void a_worker_waits_for_its_first_job_after_its_last_module(void **state)
{
	(void)state;
	start_with(NULL);
	ev_fork(&stream, 10, 100, 101);
	read_from(101, 20, 30, EVENT_SYSCALL_BLOCKED); /* what its parent tells it first */
	ev_open(&stream, 40, 101, "/app/tasks.py", 7);
	ev_read(&stream, 50, 101, 7, 100);
	read_from(101, 60, 62, 0); /* it did not sleep */
	read_from(101, 70, 90, EVENT_SYSCALL_BLOCKED);
	read_from(101, 95, 99, EVENT_SYSCALL_BLOCKED);
	finish();
	assert_int_equal(process_of(&sample, 101)->first_wait_ns, 70);
	assert_int_equal(process_of(&sample, 101)->first_work_ns, 90);
	assert_int_equal(process_of(&sample, 100)->first_wait_ns, RESULT_ABSENT);
}

static void one_that_still_waits_has_no_work(void **state)
{
	(void)state;
	start_with(NULL);
	ev_fork(&stream, 10, 100, 101);
	read_from(101, 70, 900, EVENT_SYSCALL_BLOCKED | EVENT_SYSCALL_UNFINISHED);
	finish();
	assert_int_equal(process_of(&sample, 101)->first_wait_ns, 70);
	assert_int_equal(process_of(&sample, 101)->first_work_ns, RESULT_ABSENT);
}

static void roles_add_up_their_processes(void **state)
{
	(void)state;
	start_with("[{\"role\":\"worker\",\"parent\":\"main\"}]");
	for (uint32_t pid = 101; pid < 103; pid++) {
		ev_fork(&stream, pid - 91, 100, pid); /* at 10, 11 */
		read_from(pid, pid, 900, EVENT_SYSCALL_BLOCKED | EVENT_SYSCALL_UNFINISHED);
	}
	finish();
	assert_int_equal(sample.roles.count, 2);
	assert_string_equal(sample.roles.items[0].name, "main");
	assert_string_equal(sample.roles.items[1].name, "worker");
	assert_int_equal(sample.roles.items[1].worker_start_ns, 91); /* 101 - 10, 102 - 11 */
	assert_int_equal(sample.roles.items[1].pss_ready_bytes, RESULT_ABSENT);
	assert_int_equal(result_values_get(&sample.metrics, "worker_start_ns{role=worker}"), 91);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(without_rules_the_root_is_main_and_others_are_children),
		TEST(the_first_rule_that_fits_wins),
		TEST(the_last_exec_has_the_command_line),
		TEST(a_title_that_it_gave_itself_counts_too),
		TEST(a_damaged_rule_fits_nobody),
		TEST(a_worker_waits_for_its_first_job_after_its_last_module),
		TEST(one_that_still_waits_has_no_work),
		TEST(roles_add_up_their_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_syscalls.c - system calls by name, result, time and phase */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "callnames.h"
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

/* A program that ends at 1000; its phases are main until 600 and exit. */
static void build(void)
{
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 600,
				     .to = 1000});
	ev_exit(&s, 1000, 100, 100, true);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
}

static const struct result_syscall *call_of(const char *name)
{
	vec_foreach(call, &sample.syscalls)
		if (strcmp(call->name, name) == 0)
			return call;
	return NULL;
}

static void getpid_at(uint64_t from, uint64_t to, int64_t result)
{
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_getpid,
				     .from = from,
				     .to = to,
				     .result = result});
}

static void calls_are_counted_by_name_and_result(void **state)
{
	const struct result_syscall *call;

	(void)state;
	ev_start(&s, 100, NULL);
	getpid_at(100, 110, 5);
	getpid_at(120, 130, 0);
	getpid_at(140, 150, -ENOENT);
	getpid_at(160, 170, -ENOENT);
	getpid_at(180, 190, -EACCES);
	build();
	call = call_of("getpid");
	assert_int_equal(call->count, 5);
	assert_int_equal(call->errors_count, 3);
	assert_int_equal(call->time_ns, 50);
	assert_int_equal(result_values_get(&call->errors, "ENOENT"), 2);
	assert_int_equal(result_values_get(&call->errors, "EACCES"), 1);
	assert_int_equal(result_values_get(&call->results, "positive"), 1);
	assert_int_equal(result_values_get(&call->results, "zero"), 1);
	assert_int_equal(result_values_get(&call->results, "failed"), 3);
	assert_int_equal(result_values_get(&sample.metrics, "syscalls_count"), 5);
	assert_int_equal(result_values_get(&sample.metrics, "syscall_errors_count"), 3);
	assert_int_equal(process_of(&sample, 100)->syscall_errors_count, 3);
}

/* An address or a big number is no error, though its highest bit may be set. */
static void only_the_last_4095_values_are_errors(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	getpid_at(100, 110, -4096);
	getpid_at(120, 130, INT64_MIN);
	getpid_at(140, 150, -4095);
	build();
	assert_int_equal(call_of("getpid")->errors_count, 1);
	assert_int_equal(result_values_get(&call_of("getpid")->errors, "errno_4095"), 1);
}

static void an_interrupted_call_that_starts_again_has_its_own_name(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	getpid_at(100, 110, -512);
	getpid_at(120, 130, -516);
	build();
	assert_int_equal(result_values_get(&call_of("getpid")->errors, "ERESTARTSYS"), 1);
	assert_int_equal(result_values_get(&call_of("getpid")->errors, "ERESTART_RESTARTBLOCK"), 1);
}

static void a_call_that_never_returns_is_unfinished(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	build();
	assert_int_equal(call_of("exit_group")->count, 0);
	assert_int_equal(call_of("exit_group")->unfinished_count, 1);
	assert_int_equal(process_of(&sample, 100)->syscalls_count, 0);
	assert_int_equal(process_of(&sample, 100)->syscalls_unfinished_count, 1);
}

static void a_denied_call_has_returned(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_getpid,
				     .flags = EVENT_SYSCALL_DENIED,
				     .to = 150,
				     .result = -EPERM});
	build();
	assert_int_equal(call_of("getpid")->count, 1);
	assert_int_equal(call_of("getpid")->denied_count, 1);
	assert_int_equal(call_of("getpid")->time_ns, 0);
	assert_int_equal(sample.notes.count, 1);
}

static void a_call_counts_where_it_returned_and_lasts_where_it_passed(void **state)
{
	const struct result_syscall *call;

	(void)state;
	ev_start(&s, 100, NULL);
	getpid_at(100, 150, 0);
	ev_thread(&s, 500, 100, 101);
	ev_call(&s, (struct ev_call){.tid = 101, .number = __NR_getpid, .from = 550, .to = 640});
	build();
	call = call_of("getpid");
	assert_int_equal(call->phases.count, 2);
	assert_string_equal(call->phases.items[0].name, "main");
	assert_int_equal(call->phases.items[0].count, 1);
	assert_int_equal(call->phases.items[0].time_ns, 100);
	assert_string_equal(call->phases.items[1].name, "exit");
	assert_int_equal(call->phases.items[1].count, 1);
	assert_int_equal(call->phases.items[1].time_ns, 40);
	assert_int_equal(phase_of(&sample, "main")->syscalls_count, 1);
	assert_int_equal(phase_of(&sample, "main")->syscalls_ns, 100);
}

static void what_returns_after_the_start_is_not_finished_in_it(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_ready(&s, 300, 100, EVENT_READY_LINE);
	getpid_at(250, 350, 0);
	getpid_at(360, 370, 0);
	ev_end(&s, 400, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(call_of("getpid")->count, 0);
	assert_int_equal(call_of("getpid")->unfinished_count, 1);
	assert_int_equal(call_of("getpid")->time_ns, 50);
}

static void durations_fall_into_powers_of_two(void **state)
{
	const struct result_syscall *call;

	(void)state;
	ev_start(&s, 100, NULL);
	getpid_at(100, 100, 0);
	getpid_at(101, 102, 0);
	getpid_at(103, 106, 0); /* 3 */
	getpid_at(110, 114, 0); /* 4 */
	build();
	call = call_of("getpid");
	assert_int_equal(call->histogram.count, 3);
	assert_int_equal(call->histogram.items[0], 2);
	assert_int_equal(call->histogram.items[1], 1);
	assert_int_equal(call->histogram.items[2], 1);
}

static void other_tables_are_kept_apart(void **state)
{
	(void)state;
#ifndef __x86_64__
	print_message("x86-64's other tables are not on this machine\n");
	skip();
#endif
	ev_start(&s, 100, NULL);
	getpid_at(100, 110, 1);
	ev_call(&s, (struct ev_call){
			    .tid = 100, .number = 20, .abi = EVENT_ABI_32, .from = 120, .to = 121});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = 0x40000000 | __NR_getpid,
				     .abi = EVENT_ABI_X32,
				     .from = 130,
				     .to = 131});
	build();
	assert_int_equal(sample.syscalls.count, 4);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(sample.syscalls.items[i].name, "getpid");
	assert_int_equal(sample.notes.count, 1);
}

static void an_unknown_number_is_named_by_it(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_call(&s, (struct ev_call){
			    .tid = 100, .number = 9999, .from = 120, .to = 121, .result = -ENOSYS});
	build();
	assert_int_equal(call_of("syscall_9999")->count, 1);
}

static void the_most_frequent_come_first(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_read(&s, 90, 100, 0, 1);
	getpid_at(100, 110, 5);
	getpid_at(120, 130, 0);
	build();
	assert_string_equal(sample.syscalls.items[0].name, "getpid");
	assert_string_equal(sample.syscalls.items[1].name, "read");
	assert_string_equal(sample.syscalls.items[2].name, "exit_group");
}

static void requests_by_io_uring_are_counted_by_opcode(void **state)
{
	struct event_io_uring request = {.event = ev_header(EVENT_IO_URING, 150, 100, 100),
					 .opcode = 22};

	(void)state;
	ev_start(&s, 100, NULL);
	ev_open(&s, 110, 100, "/data", 3);
	ev_add(&s, &request, NULL, 0);
	request.opcode = 18;
	ev_add(&s, &request, NULL, 0);
	ev_add(&s, &request, NULL, 0);
	request.opcode = 200;
	ev_add(&s, &request, NULL, 0);
	ev_open(&s, 160, 100, "/later", 4);
	build();
	assert_int_equal(result_values_get(&process_of(&sample, 100)->io_uring, "read"), 1);
	assert_int_equal(result_values_get(&process_of(&sample, 100)->io_uring, "openat"), 2);
	assert_int_equal(result_values_get(&process_of(&sample, 100)->io_uring, "opcode_200"), 1);
	assert_true(sample.files.items[0].incomplete);
	assert_true(sample.files.items[1].incomplete);
	assert_int_equal(sample.notes.count, 1);
}

static void older_tables_have_the_same_calls(void **state)
{
	struct callnames names = {};

	(void)state;
#ifndef __x86_64__
	print_message("x86-64's other tables are not on this machine\n");
	skip();
#endif
	assert_int_equal(callnames_native(&names, EVENT_ABI_NATIVE, 999), 999);
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 3), __NR_read);
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 192), __NR_mmap);  /* mmap2 */
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 221), __NR_fcntl); /* fcntl64 */
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 422), __NR_futex); /* _time64 */
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 102),
			 EVENT_NO_CALL); /* socketcall */
	assert_int_equal(callnames_native(&names, EVENT_ABI_32, 5000), EVENT_NO_CALL);
	assert_int_equal(callnames_native(&names, EVENT_ABI_X32, 0x40000000), __NR_read);
	assert_int_equal(callnames_native(&names, EVENT_ABI_X32, 0x40000000 | 515), __NR_readv);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_are_counted_by_name_and_result),
		TEST(only_the_last_4095_values_are_errors),
		TEST(an_interrupted_call_that_starts_again_has_its_own_name),
		TEST(a_call_that_never_returns_is_unfinished),
		TEST(a_denied_call_has_returned),
		TEST(a_call_counts_where_it_returned_and_lasts_where_it_passed),
		TEST(what_returns_after_the_start_is_not_finished_in_it),
		TEST(durations_fall_into_powers_of_two),
		TEST(other_tables_are_kept_apart),
		TEST(an_unknown_number_is_named_by_it),
		TEST(the_most_frequent_come_first),
		TEST(requests_by_io_uring_are_counted_by_opcode),
		cmocka_unit_test(older_tables_have_the_same_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_classify.c - what each kind of wait is called */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "classify.h"

/* A sleep inside a system call, without the kernel's own iowait flag. */
static enum classify_blocked asleep(__u32 number, __s64 result, __u8 fd_kind)
{
	return classify_blocked(number, EVENT_STATE_SLEEPING, 0, result, fd_kind);
}

static enum classify_blocked uninterruptible(__u32 number, __u8 fd_kind)
{
	return classify_blocked(number, EVENT_STATE_UNINTERRUPTIBLE, 0, 0, fd_kind);
}

static void outside_a_call_only_a_fault_blocks(void **state)
{
	(void)state;
	assert_int_equal(classify_blocked(EVENT_NO_CALL, EVENT_STATE_UNINTERRUPTIBLE,
					  EVENT_SWITCH_IOWAIT, 0, 0),
			 BLOCKED_FAULT);
	assert_int_equal(classify_blocked(EVENT_NO_CALL, EVENT_STATE_UNINTERRUPTIBLE, 0, 0, 0),
			 BLOCKED_FAULT);
}

static void a_stopped_thread_waits_for_nothing_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(classify_blocked(EVENT_NO_CALL, EVENT_STATE_STOPPED, 0, 0, 0),
			 BLOCKED_OTHER);
	assert_int_equal(classify_blocked(__NR_read, EVENT_STATE_STOPPED, 0, 1, EVENT_FD_PIPE),
			 BLOCKED_OTHER);
}

static void iowait_inside_any_call_is_disk(void **state)
{
	(void)state;
	for (__u32 number = 0; number < 512; number++)
		assert_int_equal(classify_blocked(number, EVENT_STATE_UNINTERRUPTIBLE,
						  EVENT_SWITCH_IOWAIT, 0, 0),
				 BLOCKED_DISK);
}

static void a_poll_that_returns_nothing_waited_for_its_timer(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_ppoll, 0, EVENT_FD_NETWORK), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_epoll_pwait, 0, EVENT_FD_UNKNOWN), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_pselect6, 0, EVENT_FD_UNKNOWN), BLOCKED_TIMER);
}

static void a_poll_that_returns_waited_for_its_first_descriptor(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_ppoll, 1, EVENT_FD_NETWORK), BLOCKED_NETWORK);
	assert_int_equal(asleep(__NR_ppoll, 2, EVENT_FD_PIPE), BLOCKED_PIPE);
	assert_int_equal(asleep(__NR_epoll_pwait, 1, EVENT_FD_EVENT), BLOCKED_THREAD);
	assert_int_equal(asleep(__NR_epoll_pwait, 1, EVENT_FD_TIMER), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_pselect6, 1, EVENT_FD_PROCESS), BLOCKED_CHILD);
}

static void an_interrupted_poll_waited_for_nobody_knows_what(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_ppoll, -EINTR, EVENT_FD_NETWORK), BLOCKED_OTHER);
}

static void a_futex_that_times_out_waited_for_its_timer(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_futex, -ETIMEDOUT, 0), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_futex, 0, 0), BLOCKED_LOCK);
	assert_int_equal(asleep(__NR_futex, CLASSIFY_NO_RESULT, 0), BLOCKED_LOCK);
}

static void sleeps_are_timers(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_nanosleep, 0, 0), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_clock_nanosleep, -EINTR, 0), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_rt_sigtimedwait, -EAGAIN, 0), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_rt_sigtimedwait, 10, 0), BLOCKED_OTHER);
}

static void waits_for_a_child(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_wait4, 1, 0), BLOCKED_CHILD);
	assert_int_equal(asleep(__NR_waitid, 0, 0), BLOCKED_CHILD);
	/* vfork and posix_spawn: the parent waits for the child's exec */
	assert_int_equal(uninterruptible(__NR_clone, 0), BLOCKED_CHILD);
}

static void file_locks_are_locks(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_flock, 0, EVENT_FD_FILE), BLOCKED_LOCK);
	assert_int_equal(asleep(__NR_fcntl, 0, EVENT_FD_FILE), BLOCKED_LOCK);
}

static void reads_and_writes_go_by_descriptor(void **state)
{
	(void)state;
	assert_int_equal(asleep(__NR_read, 1, EVENT_FD_PIPE), BLOCKED_PIPE);
	assert_int_equal(asleep(__NR_read, 1, EVENT_FD_TTY), BLOCKED_PIPE);
	assert_int_equal(asleep(__NR_read, 8, EVENT_FD_EVENT), BLOCKED_THREAD);
	assert_int_equal(asleep(__NR_read, 8, EVENT_FD_TIMER), BLOCKED_TIMER);
	assert_int_equal(asleep(__NR_write, 1, EVENT_FD_NETWORK), BLOCKED_NETWORK);
	assert_int_equal(asleep(__NR_recvmsg, 1, EVENT_FD_UNIX), BLOCKED_PIPE);
	assert_int_equal(asleep(__NR_accept4, 5, EVENT_FD_UNKNOWN), BLOCKED_NETWORK);
	assert_int_equal(asleep(__NR_recvfrom, -EAGAIN, EVENT_FD_NETWORK), BLOCKED_TIMER);
}

static void file_work_without_iowait_is_disk_too(void **state)
{
	(void)state;
	assert_int_equal(uninterruptible(__NR_read, EVENT_FD_FILE), BLOCKED_DISK);
	assert_int_equal(uninterruptible(__NR_openat, EVENT_FD_UNKNOWN), BLOCKED_DISK);
	assert_int_equal(uninterruptible(__NR_fsync, EVENT_FD_FILE), BLOCKED_DISK);
	assert_int_equal(uninterruptible(__NR_mmap, EVENT_FD_FILE), BLOCKED_DISK);
}

static void the_address_space_s_own_lock_is_a_lock(void **state)
{
	(void)state;
	assert_int_equal(uninterruptible(__NR_munmap, EVENT_FD_UNKNOWN), BLOCKED_LOCK);
}

static void a_write_to_a_present_page_is_copy_on_write(void **state)
{
	(void)state;
	assert_true(classify_is_cow(7));
	assert_true(classify_is_cow(3));
	assert_false(classify_is_cow(6)); /* not present */
	assert_false(classify_is_cow(5)); /* a read */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outside_a_call_only_a_fault_blocks),
		cmocka_unit_test(a_stopped_thread_waits_for_nothing_of_its_own),
		cmocka_unit_test(iowait_inside_any_call_is_disk),
		cmocka_unit_test(a_poll_that_returns_nothing_waited_for_its_timer),
		cmocka_unit_test(a_poll_that_returns_waited_for_its_first_descriptor),
		cmocka_unit_test(an_interrupted_poll_waited_for_nobody_knows_what),
		cmocka_unit_test(a_futex_that_times_out_waited_for_its_timer),
		cmocka_unit_test(sleeps_are_timers),
		cmocka_unit_test(waits_for_a_child),
		cmocka_unit_test(file_locks_are_locks),
		cmocka_unit_test(reads_and_writes_go_by_descriptor),
		cmocka_unit_test(file_work_without_iowait_is_disk_too),
		cmocka_unit_test(the_address_space_s_own_lock_is_a_lock),
		cmocka_unit_test(a_write_to_a_present_page_is_copy_on_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

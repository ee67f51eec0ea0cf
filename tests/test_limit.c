// SPDX-License-Identifier: BSD-2-Clause
/* test_limit.c - a cgroup for each start, on this machine's own cgroups */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "fs.h"
#include "limit.h"
#include "limit_name.h"
#include "units.h"

/* Skips where cgroups can't be made: not root, or a machine without. */
static void need_cgroups(void)
{
	assert_int_equal(limits_setup(), 0);
	if (!limits_available()) {
		print_message("no cgroup can be made here\n");
		skip();
	}
}

static struct limits *begin(uint64_t memory_bytes, double cpus)
{
	struct limits_spec spec = {memory_bytes, cpus};
	struct limits *limits;
	struct capture capture;
	const char *said;
	int rc;

	need_cgroups();
	capture_start(&capture);
	rc = limits_begin(&spec, &limits);
	said = capture_stop(&capture);
	if (rc == -ENOTSUP) {
		assert_non_null(strstr(said, "controller"));
		limits_teardown();
		print_message("no controller for this limit here\n");
		skip();
	}
	assert_string_equal(said, "");
	assert_int_equal(rc, 0);
	return limits;
}

/* A child in the group, held until a byte is written to |*release|. */
static pid_t hold(struct limits *limits, int *release)
{
	int gate[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) != 1);
	}
	close(gate[0]);
	*release = gate[1];
	assert_int_equal(limits_add(limits, pid), 0);
	return pid;
}

static void end(struct limits *limits)
{
	assert_int_equal(limits_end(limits), 0);
	limits_teardown();
}

/* All groups of this process that exist now. */
static size_t groups_of_ours(void)
{
	struct buf command = {};
	FILE *found;
	size_t lines = 0;
	int c;

	buf_puts(&command, "find /sys/fs/cgroup -type d -name '");
	limit_name(&command);
	buf_puts(&command, "'");
	found = popen(command.data, "r");
	assert_non_null(found);
	while ((c = fgetc(found)) != EOF)
		lines += c == '\n';
	pclose(found);
	buf_release(&command);
	return lines;
}

static void nothing_is_left_after_teardown(void **state)
{
	struct limits *limits;

	(void)state;
	limits = begin(0, 0);
	assert_true(groups_of_ours() > 0);
	end(limits);
	assert_int_equal(groups_of_ours(), 0);
}

static void a_process_is_in_the_group_until_it_ends(void **state)
{
	struct limits *limits = begin(0, 0);
	limits_pids pids = {};
	int release, status;
	pid_t pid = hold(limits, &release);

	(void)state;
	assert_int_equal(limits_processes(limits, &pids), 0);
	assert_int_equal(pids.count, 1);
	assert_int_equal(pids.items[0], pid);
	assert_int_equal(write(release, "x", 1), 1);
	close(release);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pids.count = 0;
	assert_int_equal(limits_processes(limits, &pids), 0);
	assert_int_equal(pids.count, 0);
	vec_release(&pids);
	end(limits);
}

static void all_in_the_group_are_killed(void **state)
{
	struct limits *limits = begin(0, 0);
	int release, status;
	pid_t pid = hold(limits, &release);

	(void)state;
	assert_int_equal(limits_kill(limits), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(release);
	end(limits);
}

static void groups_that_a_program_made_below_are_removed(void **state)
{
	struct limits *limits = begin(0, 0);
	int release, status;
	pid_t pid = hold(limits, &release);
	struct buf command = {};

	(void)state;
	/* a group below each of the process's */
	buf_puts(&command, "find /sys/fs/cgroup -type d -path '*/");
	limit_name(&command);
	buf_puts(&command, "/start-*' -prune -exec mkdir -p '{}/below/it' ';'");
	assert_int_equal(system(command.data), 0);
	buf_release(&command);
	limits_kill(limits);
	waitpid(pid, &status, 0);
	close(release);
	end(limits);
	assert_int_equal(groups_of_ours(), 0);
}

/* A child in the group that runs |work| and ends by itself. */
static int run_in(struct limits *limits, void (*work)(void))
{
	int gate[2], status;
	pid_t pid;
	char byte;

	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		if (read(gate[0], &byte, 1) == 1)
			work();
		_exit(0);
	}
	assert_int_equal(limits_add(limits, pid), 0);
	assert_int_equal(write(gate[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(gate[0]);
	close(gate[1]);
	return status;
}

#define TOUCHED (64 * MIB)

static void touch_memory(void)
{
	char *memory = malloc(TOUCHED);

	memset(memory, 1, TOUCHED);
	__asm__ volatile("" : : "r"(memory) : "memory");
}

/* 300 ms of CPU time */
static void spin(void)
{
	while (clock() < CLOCKS_PER_SEC * 3 / 10)
		;
}

static void the_groups_peak_and_cpu_time_are_read(void **state)
{
	struct limits *limits = begin(0, 0);
	struct event_cgroup numbers = {};

	(void)state;
	assert_int_equal(run_in(limits, touch_memory), 0);
	assert_int_equal(run_in(limits, spin), 0);
	limits_read(limits, &numbers);
	if (numbers.memory_peak_bytes >= 0)
		assert_in_range(numbers.memory_peak_bytes, TOUCHED, 2 * TOUCHED);
	if (numbers.cpu_usage_ns >= 0)
		assert_true(numbers.cpu_usage_ns >= (int64_t)(300 * NS_PER_MS));
	assert_true(numbers.oom_kills <= 0);
	end(limits);
}

static void memory_beyond_the_limit_kills(void **state)
{
	struct limits *limits = begin(TOUCHED / 2, 0);
	struct event_cgroup numbers = {};
	int status = run_in(limits, touch_memory);

	(void)state;
	limits_read(limits, &numbers);
	end(limits);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(numbers.oom_kills, 1);
	assert_true(numbers.memory_peak_bytes <= (int64_t)TOUCHED / 2);
}

static void memory_below_the_limit_is_free(void **state)
{
	struct limits *limits = begin(TOUCHED * 2, 0);
	int status = run_in(limits, touch_memory);

	(void)state;
	end(limits);
	assert_int_equal(status, 0);
}

static void a_spinner_beyond_its_cpus_is_throttled(void **state)
{
	struct limits *limits = begin(0, 0.25);
	struct event_cgroup numbers = {};
	int status = run_in(limits, spin);

	(void)state;
	limits_read(limits, &numbers);
	end(limits);
	assert_int_equal(status, 0);
	/* 300 ms of a quarter CPU wait for two periods at least */
	assert_true(numbers.throttled_ns >= (int64_t)(100 * NS_PER_MS));
}

static void a_live_coldprofs_groups_are_no_leftovers(void **state)
{
	struct limits *limits = begin(0, 0);
	limits_paths paths = {};
	struct buf name = {};
	size_t found = 0;

	(void)state;
	limit_name(&name);
	assert_int_equal(limits_leftovers(&paths), 0);
	vec_foreach(path, &paths) {
		found += strstr(*path, name.data) != NULL;
		free(*path);
	}
	vec_release(&paths);
	buf_release(&name);
	end(limits);
	assert_int_equal(found, 0);
}

/* A coldprof that is killed while a program runs: the groups and the program stay. */
static pid_t kill_a_coldprof(void)
{
	int report[2], release, status;
	pid_t owner, pid = 0;

	assert_int_equal(pipe(report), 0);
	owner = fork();
	if (!owner) {
		struct limits_spec spec = {};
		struct limits *limits;

		close(report[0]);
		signal(SIGTERM, SIG_DFL);
		if (limits_setup() || limits_begin(&spec, &limits))
			_exit(1);
		pid = hold(limits, &release);
		(void)release;
		if (write(report[1], &pid, sizeof(pid)) == sizeof(pid))
			pause();
		_exit(1);
	}
	close(report[1]);
	assert_int_equal(read(report[0], &pid, sizeof(pid)), sizeof(pid));
	close(report[0]);
	kill(pid, SIGSTOP); /* or it would end with its pipe */
	kill(owner, SIGKILL);
	assert_int_equal(waitpid(owner, &status, 0), owner);
	return owner;
}

static void a_killed_coldprofs_groups_are_found_and_removed(void **state)
{
	limits_paths paths = {};
	size_t found = 0, again = 0;
	char mark[32];
	pid_t owner;

	(void)state;
	need_cgroups();
	limits_teardown();
	owner = kill_a_coldprof();
	snprintf(mark, sizeof(mark), "/coldprof-%d-", owner);
	assert_int_equal(limits_leftovers(&paths), 0);
	vec_foreach(path, &paths) {
		if (strstr(*path, mark)) {
			found++;
			assert_int_equal(limits_remove_leftover(*path), 0);
			assert_false(fs_exists(*path));
		}
		free(*path);
	}
	paths.count = 0;
	assert_int_equal(limits_leftovers(&paths), 0);
	vec_foreach(path, &paths) {
		again += strstr(*path, mark) != NULL;
		free(*path);
	}
	vec_release(&paths);
	assert_true(found > 0);
	assert_int_equal(again, 0);
}

static void what_is_no_leftover_is_not_removed(void **state)
{
	(void)state;
	assert_int_equal(limits_remove_leftover("/sys/fs/cgroup"), -EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_after_teardown),
		cmocka_unit_test(a_process_is_in_the_group_until_it_ends),
		cmocka_unit_test(all_in_the_group_are_killed),
		cmocka_unit_test(groups_that_a_program_made_below_are_removed),
		cmocka_unit_test(the_groups_peak_and_cpu_time_are_read),
		cmocka_unit_test(memory_beyond_the_limit_kills),
		cmocka_unit_test(memory_below_the_limit_is_free),
		cmocka_unit_test(a_spinner_beyond_its_cpus_is_throttled),
		cmocka_unit_test(a_live_coldprofs_groups_are_no_leftovers),
		cmocka_unit_test(a_killed_coldprofs_groups_are_found_and_removed),
		cmocka_unit_test(what_is_no_leftover_is_not_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_recording.c - what is written is read again: whole, cut, damaged, and on a full disk */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "recording.h"

static void add_call(struct recording *recording, uint32_t number, const char *path)
{
	struct event_syscall call = {.event = {.kind = EVENT_SYSCALL, .time_ns = number},
				     .number = number};

	assert_int_equal(recording_add(recording, &call.event, path, strlen(path)), 0);
}

/* Reads all; checks that the calls come in order with their texts. Returns how many. */
static uint32_t read_calls(struct recording *recording)
{
	const struct event *event;
	uint32_t count = 0;
	char path[64];

	while ((event = recording_next(recording))) {
		const struct event_syscall *call = (const struct event_syscall *)event;

		if (event->kind != EVENT_SYSCALL)
			continue;
		snprintf(path, sizeof(path), "/some/path/%u", call->number % 1000);
		assert_int_equal(call->number, count);
		assert_string_equal(recording_text(recording, call->text.id, NULL), path);
		count++;
	}
	return count;
}

static struct recording *filled(int fd, size_t limit, uint32_t calls)
{
	struct recording *recording;
	char path[64];

	assert_int_equal(recording_new(fd, limit, &recording), 0);
	for (uint32_t i = 0; i < calls; i++) {
		snprintf(path, sizeof(path), "/some/path/%u", i % 1000);
		add_call(recording, i, path);
	}
	assert_int_equal(recording_finish(recording), 0);
	return recording;
}

static void memory_and_spilled_file_read_the_same_twice(void **state)
{
	size_t limits[] = {64 << 20, 4096};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct recording *recording = filled(-1, limits[i], 20000);

		assert_int_equal(read_calls(recording), 20000);
		assert_int_equal(recording_rewind(recording), 0);
		assert_int_equal(read_calls(recording), 20000);
		assert_false(recording_cut(recording));
		recording_free(recording);
	}
}

static void texts_beyond_the_table_are_still_right(void **state)
{
	struct recording *recording;
	const struct event *event;
	uint32_t count = 0;
	char path[64];

	(void)state;
	assert_int_equal(recording_new(-1, 256 << 20, &recording), 0);
	for (uint32_t i = 0; i < 150000; i++) {
		snprintf(path, sizeof(path), "/unique/%u", i);
		add_call(recording, i, path);
	}
	assert_int_equal(recording_finish(recording), 0);
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_SYSCALL) {
			const struct event_syscall *call = (const struct event_syscall *)event;

			snprintf(path, sizeof(path), "/unique/%u", count++);
			assert_string_equal(recording_text(recording, call->text.id, NULL), path);
		}
	assert_int_equal(count, 150000);
	recording_free(recording);
}

static char *file_of(uint32_t calls, long *size)
{
	char *path = strdup("/tmp/test_recording.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	recording_free(filled(fd, 0, calls));
	*size = lseek(fd, 0, SEEK_END);
	close(fd);
	return path;
}

static void a_file_cut_anywhere_is_read_up_to_the_cut(void **state)
{
	long size;
	char *path = file_of(9000, &size);

	(void)state;
	for (long cut = size; cut >= 64; cut -= (size - 64) / 7) {
		struct recording *recording;
		uint32_t count;

		assert_int_equal(truncate(path, cut), 0);
		assert_int_equal(recording_open(path, &recording), 0);
		count = read_calls(recording);
		assert_true(cut == size ? count == 9000 : count < 9000);
		assert_true(cut == size || cut == 64 || recording_cut(recording));
		recording_free(recording);
	}
	unlink(path);
	free(path);
}

static void a_damaged_block_ends_the_reading(void **state)
{
	long size;
	char *path = file_of(9000, &size);
	struct recording *recording;
	int fd = open(path, O_RDWR);

	(void)state;
	assert_int_equal(pwrite(fd, "!", 1, size / 2), 1);
	close(fd);
	assert_int_equal(recording_open(path, &recording), 0);
	assert_true(read_calls(recording) < 9000);
	assert_true(recording_cut(recording));
	recording_free(recording);
	unlink(path);
	free(path);
}

static void a_finished_recording_can_be_gone_on_with(void **state)
{
	(void)state;
	for (size_t limit = 1000; limit < 64 << 20; limit += 32 << 20) {
		struct recording *recording = filled(-1, limit, 3000);
		char path[64];

		assert_int_equal(read_calls(recording), 3000);
		assert_int_equal(recording_resume(recording), 0);
		for (uint32_t i = 3000; i < 6000; i++) {
			snprintf(path, sizeof(path), "/some/path/%u", i % 1000);
			add_call(recording, i, path);
		}
		assert_int_equal(recording_finish(recording), 0);
		assert_int_equal(read_calls(recording), 6000);
		assert_false(recording_cut(recording));
		recording_free(recording);
	}
}

static void what_a_full_disk_drops_is_counted_and_user_space_is_kept(void **state)
{
	struct event_end end = {.event = {.kind = EVENT_END}, .outcome = EVENT_CRASHED};
	struct rlimit small = {200 << 10, RLIM_INFINITY}, old;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	struct recording *recording;
	const struct event *event;
	uint32_t calls = 0, ends = 0;

	(void)state;
	if (fd < 0)
		skip();
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(recording_new(fd, 0, &recording), 0);
	for (uint32_t i = 0; i < 20000; i++)
		add_call(recording, i, "/some/path");
	assert_int_equal(recording_add(recording, &end.event, "why", 3), 0);
	assert_int_equal(recording_finish(recording), 0);
	setrlimit(RLIMIT_FSIZE, &old);
	while ((event = recording_next(recording))) {
		calls += event->kind == EVENT_SYSCALL;
		if (event->kind == EVENT_END) {
			const struct event_end *read = (const struct event_end *)event;

			assert_string_equal(recording_text(recording, read->text.id, NULL), "why");
			ends++;
		}
	}
	assert_int_equal(ends, 1);
	assert_int_equal(calls + recording_dropped(recording, EVENT_SYSCALL), 20000);
	recording_free(recording);
	close(fd);
}

static void what_the_last_block_loses_is_in_the_stream(void **state)
{
	struct rlimit old, small = {.rlim_cur = 100};
	struct recording *recording;
	const struct event *event;
	uint64_t lost = 0;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	(void)state;
	if (fd < 0)
		skip();
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(recording_new(fd, 0, &recording), 0);
	for (uint32_t i = 0; i < 5; i++)
		add_call(recording, i, "/some/path");
	assert_int_equal(recording_finish(recording), 0);
	setrlimit(RLIMIT_FSIZE, &old);
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_LOSS)
			lost += ((const struct event_loss *)event)->lost;
	assert_int_equal(lost, 5);
	recording_free(recording);
	close(fd);
}

/* |limit| bytes stay in memory; more are in a temporary file. */
static void save_and_count(size_t limit)
{
	char path[] = "/tmp/test_recording.XXXXXX";
	struct recording *recording, *saved;
	int fd = mkstemp(path), calls = 0;

	assert_true(fd >= 0);
	assert_int_equal(recording_new(-1, limit, &recording), 0);
	for (uint32_t i = 0; i < 20000; i++)
		add_call(recording, i, "/some/path");
	assert_int_equal(recording_finish(recording), 0);
	assert_int_equal(recording_save(recording, fd), 0);
	close(fd);
	assert_int_equal(recording_open(path, &saved), 0);
	for (const struct event *event; (event = recording_next(saved));)
		calls += event->kind == EVENT_SYSCALL;
	assert_int_equal(calls, 20000);
	assert_false(recording_cut(saved));
	recording_free(saved);
	recording_free(recording);
	unlink(path);
}

static void a_saved_recording_is_whole(void **state)
{
	(void)state;
	save_and_count(64 << 20);
	save_and_count(1000);
}

static void malformed_records_of_the_kernel_are_refused(void **state)
{
	struct event_syscall call = {.event = {.kind = EVENT_SYSCALL},
				     .text = {.size = 4000}}; /* longer than what follows */
	struct recording *recording;

	(void)state;
	assert_int_equal(recording_new(-1, 1 << 20, &recording), 0);
	assert_int_equal(recording_add_raw(recording, &call, sizeof(call)), -EBADMSG);
	assert_int_equal(recording_add_raw(recording, &call, 20), -EBADMSG);
	call.event.kind = 999;
	assert_int_equal(recording_add_raw(recording, &call, sizeof(call)), -EBADMSG);
	recording_free(recording);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_spilled_file_read_the_same_twice),
		cmocka_unit_test(texts_beyond_the_table_are_still_right),
		cmocka_unit_test(a_file_cut_anywhere_is_read_up_to_the_cut),
		cmocka_unit_test(a_damaged_block_ends_the_reading),
		cmocka_unit_test(a_finished_recording_can_be_gone_on_with),
		cmocka_unit_test(what_a_full_disk_drops_is_counted_and_user_space_is_kept),
		cmocka_unit_test(what_the_last_block_loses_is_in_the_stream),
		cmocka_unit_test(a_saved_recording_is_whole),
		cmocka_unit_test(malformed_records_of_the_kernel_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

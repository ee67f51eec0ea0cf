// SPDX-License-Identifier: BSD-2-Clause
/* test_cold.c - files out of the page cache, as mincore(2) sees them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cold.h"

#define PAGES 64

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static bool is_in_memory(const char *folder)
{
	struct statfs fs;

	return statfs(folder, &fs) || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

/* A file of PAGES pages, just written (dirty), in |folder|; the caller unlinks it. */
static void make_file(const char *folder, char path[64])
{
	char *data = malloc(PAGES * page_size());
	int fd;

	snprintf(path, 64, "%s/coldprof-test-cold-XXXXXX", folder);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	memset(data, 'x', PAGES * page_size());
	assert_int_equal(write(fd, data, PAGES * page_size()), PAGES * page_size());
	close(fd);
	free(data);
}

static void need_disk(void)
{
	if (is_in_memory("/var/tmp")) {
		print_message("/var/tmp lives in memory: nothing can be evicted\n");
		skip();
	}
}

static size_t resident_pages(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char *map = mmap(NULL, PAGES * page_size(), PROT_READ, MAP_SHARED, fd, 0);
	unsigned char states[PAGES];
	size_t count = 0;

	assert_true(map != MAP_FAILED);
	assert_int_equal(mincore(map, PAGES * page_size(), states), 0);
	for (size_t i = 0; i < PAGES; i++)
		count += states[i] & 1;
	munmap(map, PAGES * page_size());
	close(fd);
	return count;
}

static struct event_residue apply(struct cold *cold, enum cold_level level, char *path)
{
	struct event_residue residue;

	memset(&residue, 0xff, sizeof(residue));
	assert_int_equal(cold_apply(cold, level, &path, 1, &residue), 0);
	assert_int_equal(residue.cold, level);
	return residue;
}

static void a_file_just_written_is_evicted(void **state)
{
	struct event_residue residue;
	struct cold cold = {};
	size_t before, after;
	char path[64];

	(void)state;
	need_disk();
	make_file("/var/tmp", path);
	before = resident_pages(path);
	residue = apply(&cold, COLD_EVICTED, path);
	after = resident_pages(path);
	unlink(path);
	assert_int_equal(before, PAGES);
	assert_int_equal(after, 0);
	assert_int_equal(residue.files, 1);
	assert_int_equal(residue.wanted_pages, PAGES);
	assert_int_equal(residue.resident_pages, 0);
	assert_int_equal(residue.mapped_pages, 0);
	assert_int_equal(cold.mapped.count, 0);
	assert_true(cold_as_asked(&residue));
	cold_release(&cold);
}

static void warm_leaves_all_as_it_is(void **state)
{
	struct event_residue residue;
	struct cold cold = {};
	char path[64];
	size_t after;

	(void)state;
	make_file("/var/tmp", path);
	residue = apply(&cold, COLD_WARM, path);
	after = resident_pages(path);
	unlink(path);
	assert_int_equal(after, PAGES);
	assert_int_equal(residue.files, 0);
	assert_int_equal(residue.wanted_pages, 0);
	assert_int_equal(residue.resident_pages, 0);
	assert_true(cold_as_asked(&residue));
	cold_release(&cold);
}

/* A process that maps the file and has read all of it. */
static pid_t map_elsewhere(const char *path)
{
	int report[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid) {
		int fd = open(path, O_RDONLY);
		char *map = mmap(NULL, PAGES * page_size(), PROT_READ, MAP_SHARED | MAP_POPULATE,
				 fd, 0);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (map != MAP_FAILED && write(report[1], map, 1) == 1)
			pause();
		_exit(1);
	}
	close(report[1]);
	assert_int_equal(read(report[0], &byte, 1), 1);
	close(report[0]);
	return pid;
}

static void a_file_that_another_process_maps_is_listed_once_and_not_judged(void **state)
{
	struct event_residue first, second;
	struct cold cold = {};
	char path[64];
	pid_t pid;

	(void)state;
	need_disk();
	make_file("/var/tmp", path);
	pid = map_elsewhere(path);
	first = apply(&cold, COLD_EVICTED, path);
	second = apply(&cold, COLD_EVICTED, path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(cold.mapped.count, 1);
	assert_string_equal(cold.mapped.items[0], path);
	unlink(path);
	assert_int_equal(first.mapped_pages, PAGES);
	assert_int_equal(first.wanted_pages, 0);
	assert_int_equal(first.resident_pages, 0);
	assert_true(cold_as_asked(&first));
	assert_int_equal(second.mapped_pages, PAGES);
	cold_release(&cold);
}

static void what_stays_for_no_known_reason_is_judged(void **state)
{
	struct event_residue residue;
	struct cold cold = {};
	char path[64];

	(void)state;
	if (!is_in_memory("/dev/shm")) {
		print_message("/dev/shm is no folder in memory here\n");
		skip();
	}
	make_file("/dev/shm", path);
	residue = apply(&cold, COLD_EVICTED, path);
	unlink(path);
	assert_int_equal(residue.wanted_pages, PAGES);
	assert_int_equal(residue.resident_pages, PAGES);
	assert_int_equal(cold.mapped.count, 0);
	assert_false(cold_as_asked(&residue));
	cold_release(&cold);
}

static void what_is_gone_or_no_file_is_passed_over(void **state)
{
	char *paths[] = {"/no/such/file", "/dev/null", "/tmp"};
	struct event_residue residue = {};
	struct cold cold = {};

	(void)state;
	assert_int_equal(cold_apply(&cold, COLD_EVICTED, paths, 3, &residue), 0);
	assert_int_equal(residue.files, 0);
	assert_int_equal(residue.wanted_pages, 0);
	cold_release(&cold);
}

static void one_page_in_a_hundred_may_stay(void **state)
{
	const struct event_residue one = {.wanted_pages = 100, .resident_pages = 1};
	const struct event_residue two = {.wanted_pages = 199, .resident_pages = 2};

	(void)state;
	assert_true(cold_as_asked(&one));
	assert_false(cold_as_asked(&two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_just_written_is_evicted),
		cmocka_unit_test(warm_leaves_all_as_it_is),
		cmocka_unit_test(a_file_that_another_process_maps_is_listed_once_and_not_judged),
		cmocka_unit_test(what_stays_for_no_known_reason_is_judged),
		cmocka_unit_test(what_is_gone_or_no_file_is_passed_over),
		cmocka_unit_test(one_page_in_a_hundred_may_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_files.c - paths, descriptors, what was read and what was searched in vain */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "events.h"
#include "mappings.h"

static struct stream s;
static struct result_sample sample;
static uint64_t now;

static int begin(void **state)
{
	(void)state;
	stream_begin(&s);
	ev_start(&s, 100, NULL); /* in /app */
	now = 10;
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
	ev_exit(&s, 1000, 100, 100, true);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
}

/* The next call of a thread: 2 ns long. */
static void call(struct ev_call call)
{
	call.tid = call.tid ? call.tid : 100;
	call.from = now;
	call.to = now + 2;
	now += 10;
	ev_call(&s, call);
}

static void open_at(uint64_t folder, const char *path, int64_t result)
{
	call((struct ev_call){
		.number = __NR_openat, .args = {folder, 0, 0}, .path = path, .result = result});
}

static void open_folder(const char *path, int64_t result)
{
	call((struct ev_call){.number = __NR_openat,
			      .args = {EV_CWD, 0, O_DIRECTORY},
			      .path = path,
			      .result = result});
}

static void read_fd(uint32_t tid, uint64_t fd, int64_t bytes)
{
	call((struct ev_call){.tid = tid, .number = __NR_read, .args = {fd}, .result = bytes});
}

static const struct result_file *file_of(const char *path)
{
	vec_foreach(file, &sample.files)
		if (strcmp(file->path, path) == 0)
			return file;
	return NULL;
}

static int64_t enoent_of(const char *path)
{
	vec_foreach(folder, &sample.folders)
		if (strcmp(folder->path, path) == 0)
			return folder->enoent_count;
	return -1;
}

static void relative_paths_start_at_the_current_folder(void **state)
{
	(void)state;
	open_at(EV_CWD, "x.py", 3);
	open_at(EV_CWD, "./a//b/../y.py", 4);
	call((struct ev_call){.number = __NR_chdir, .path = "sub"});
	open_at(EV_CWD, "../z.py", 5);
	open_at(EV_CWD, "w.py", 6);
	build();
	assert_non_null(file_of("/app/x.py"));
	assert_non_null(file_of("/app/a/y.py"));
	assert_non_null(file_of("/app/z.py"));
	assert_non_null(file_of("/app/sub/w.py"));
	assert_int_equal(result_values_get(&sample.metrics, "files_opened_count"), 4);
}

static void a_failed_chdir_changes_nothing(void **state)
{
	(void)state;
	call((struct ev_call){.number = __NR_chdir, .path = "/tmp", .result = -ENOENT});
	open_at(EV_CWD, "x", 3);
	build();
	assert_non_null(file_of("/app/x"));
}

static void paths_can_start_at_a_folder_s_descriptor(void **state)
{
	(void)state;
	open_folder("/srv", 3);
	open_at(3, "data.json", 4);
	call((struct ev_call){.number = __NR_fchdir, .args = {3}});
	open_at(EV_CWD, "more.json", 5);
	open_at(99, "who.json", 6); /* nobody knows what 99 is */
	build();
	assert_non_null(file_of("/srv/data.json"));
	assert_non_null(file_of("/srv/more.json"));
	assert_non_null(file_of("who.json"));
	assert_int_equal(result_values_get(&sample.metrics, "files_opened_count"), 3);
}

static void folders_are_not_files(void **state)
{
	(void)state;
	open_folder("/srv", 3);
	open_folder("/none", -ENOENT);
	build();
	assert_int_equal(sample.files.count, 0);
	assert_int_equal(result_values_get(&sample.metrics, "files_opened_count"), 0);
	assert_int_equal(enoent_of("/"), 1);
}

static void an_unnamed_temporary_file_is_a_file(void **state)
{
	(void)state;
	call((struct ev_call){.number = __NR_openat,
			      .args = {EV_CWD, 0, O_TMPFILE | O_RDWR},
			      .path = "/tmp",
			      .result = 3});
	build();
	assert_int_equal(process_of(&sample, 100)->files_opened_count, 1);
}

static void opens_that_fail_are_counted_apart(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", -EACCES);
	open_at(EV_CWD, "x", -ENOENT);
	open_at(EV_CWD, "x", 3);
	build();
	assert_int_equal(file_of("/app/x")->opened_count, 1);
	assert_int_equal(file_of("/app/x")->failed_count, 2);
	assert_int_equal(file_of("/app/x")->first_ns, 10);
	assert_int_equal(file_of("/app/x")->time_ns, 6);
	assert_string_equal(file_of("/app/x")->phase, "main");
}

static void failed_look_ups_belong_to_the_folder_searched(void **state)
{
	(void)state;
	open_at(EV_CWD, "/lib/a/x.so", -ENOENT);
	call((struct ev_call){.number = __NR_newfstatat,
			      .args = {EV_CWD},
			      .path = "/lib/a/y.so",
			      .result = -ENOENT});
	call((struct ev_call){
		.number = __NR_faccessat, .args = {EV_CWD}, .path = "local", .result = -ENOENT});
	call((struct ev_call){.number = __NR_execve, .path = "/bin/none", .result = -ENOENT});
	call((struct ev_call){
		.number = __NR_readlinkat, .args = {EV_CWD}, .path = "/top", .result = -ENOENT});
	call((struct ev_call){.number = __NR_newfstatat,
			      .args = {EV_CWD},
			      .path = "/lib/a/z.so",
			      .result = -EACCES});
	build();
	assert_int_equal(enoent_of("/lib/a"), 2);
	assert_int_equal(enoent_of("/app"), 1);
	assert_int_equal(enoent_of("/bin"), 1);
	assert_int_equal(enoent_of("/"), 1);
	assert_int_equal(result_values_get(&sample.metrics, "enoent_count"), 5);
	assert_string_equal(sample.folders.items[0].path, "/lib/a");
	assert_int_equal(sample.folders.items[0].time_ns, 4);
}

/* poll(2) has a text too, and ENOENT is no look-up there. */
static void other_calls_that_end_in_enoent_are_no_look_ups(void **state)
{
	(void)state;
	call((struct ev_call){.number = __NR_epoll_ctl, .result = -ENOENT});
	build();
	assert_int_equal(result_values_get(&sample.metrics, "enoent_count"), 0);
}

static void bytes_read_are_counted_by_file_and_phase(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	read_fd(100, 3, 100);
	call((struct ev_call){.number = __NR_pread64, .args = {3}, .result = 30});
	read_fd(100, 3, 0);
	read_fd(100, 3, -EIO);
	open_at(EV_CWD, "y", 4);
	call((struct ev_call){.number = __NR_sendfile, .args = {1, 4}, .result = 7});
	build();
	assert_int_equal(file_of("/app/x")->read_bytes, 130);
	assert_int_equal(file_of("/app/y")->read_bytes, 7);
	assert_int_equal(process_of(&sample, 100)->read_bytes, 137);
	assert_int_equal(phase_of(&sample, "main")->read_bytes, 137);
}

static void what_is_read_from_no_file_is_not_counted(void **state)
{
	(void)state;
	read_fd(100, 0, 50); /* standard input, whatever that is */
	call((struct ev_call){.number = __NR_pipe2, .extra = 3 | 4ull << 32});
	read_fd(100, 3, 60);
	build();
	assert_int_equal(process_of(&sample, 100)->read_bytes, 0);
	assert_int_equal(sample.files.count, 0);
}

static void duplicates_are_the_same_file(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	call((struct ev_call){.number = __NR_dup, .args = {3}, .result = 4});
	call((struct ev_call){.number = __NR_dup3, .args = {4, 9}, .result = 9});
	call((struct ev_call){.number = __NR_fcntl, .args = {9, F_DUPFD, 20}, .result = 20});
	call((struct ev_call){.number = __NR_close, .args = {3}});
	read_fd(100, 3, 1); /* closed */
	read_fd(100, 4, 2);
	read_fd(100, 9, 4);
	read_fd(100, 20, 8);
	build();
	assert_int_equal(file_of("/app/x")->read_bytes, 14);
}

static void closing_a_range_closes_it(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	open_at(EV_CWD, "y", 4);
	open_at(EV_CWD, "z", 5);
	call((struct ev_call){.number = __NR_close_range, .args = {4, ~0ull}});
	read_fd(100, 3, 1);
	read_fd(100, 4, 2);
	read_fd(100, 5, 4);
	build();
	assert_int_equal(process_of(&sample, 100)->read_bytes, 1);
}

static void a_child_has_its_parent_s_descriptors_and_folder(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	call((struct ev_call){.number = __NR_chdir, .path = "/srv"});
	ev_fork(&s, now, 100, 200);
	call((struct ev_call){.number = __NR_close, .args = {3}});
	call((struct ev_call){.number = __NR_chdir, .path = "/"});
	read_fd(200, 3, 5);
	call((struct ev_call){
		.tid = 200, .number = __NR_openat, .args = {EV_CWD}, .path = "y", .result = 4});
	read_fd(100, 4, 9); /* only the child opened it */
	build();
	assert_int_equal(file_of("/app/x")->read_bytes, 5);
	assert_non_null(file_of("/srv/y"));
	assert_int_equal(process_of(&sample, 200)->read_bytes, 5);
	assert_int_equal(process_of(&sample, 100)->read_bytes, 0);
}

static void threads_share_descriptors(void **state)
{
	(void)state;
	ev_thread(&s, 5, 100, 101);
	open_at(EV_CWD, "x", 3);
	read_fd(101, 3, 5);
	build();
	assert_int_equal(file_of("/app/x")->read_bytes, 5);
}

static void exec_closes_what_is_marked_for_it(void **state)
{
	(void)state;
	call((struct ev_call){
		.number = __NR_openat, .args = {EV_CWD, 0, O_CLOEXEC}, .path = "x", .result = 3});
	open_at(EV_CWD, "y", 4);
	call((struct ev_call){.number = __NR_fcntl, .args = {4, F_SETFD, FD_CLOEXEC}});
	open_at(EV_CWD, "z", 5);
	call((struct ev_call){.number = __NR_ioctl, .args = {5, FIOCLEX}});
	open_at(EV_CWD, "kept", 6);
	call((struct ev_call){.number = __NR_fcntl, .args = {6, F_SETFD, FD_CLOEXEC}});
	call((struct ev_call){.number = __NR_fcntl, .args = {6, F_SETFD, 0}});
	ev_exec(&s, now, now + 1, 100, 5);
	for (uint64_t fd = 3; fd <= 6; fd++)
		read_fd(100, fd, 1);
	build();
	assert_int_equal(process_of(&sample, 100)->read_bytes, 1);
	assert_int_equal(file_of("/app/kept")->read_bytes, 1);
}

static void a_descriptor_out_of_all_bounds_does_no_harm(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", INT64_MAX);
	open_at(EV_CWD, "y", 0x7fffffff);
	call((struct ev_call){.number = __NR_dup3, .args = {0, 0xffffffff}, .result = 1u << 30});
	read_fd(100, ~0ull, 5);
	build();
	assert_int_equal(process_of(&sample, 100)->files_opened_count, 2);
}

static void what_comes_after_the_start_is_not_counted(void **state)
{
	(void)state;
	ev_ready(&s, 50, 100, EVENT_READY_LINE);
	open_at(EV_CWD, "x", 3);
	now = 100;
	open_at(EV_CWD, "y", 4);
	read_fd(100, 3, 5);
	build();
	assert_int_equal(result_values_get(&sample.metrics, "files_opened_count"), 1);
	assert_null(file_of("/app/y"));
	assert_int_equal(file_of("/app/x")->read_bytes, 0);
}

/* ---- the page cache ---- */

static void fault(uint64_t address, uint32_t pages)
{
	struct event_fault record = {.event = ev_header(EVENT_FAULT, now++, 100, 100),
				     .address = address,
				     .cached_pages = pages};

	ev_add(&s, &record, NULL, 0);
}

static void map_file(uint64_t fd, uint64_t address, uint64_t bytes)
{
	call((struct ev_call){
		.number = __NR_mmap, .args = {0, bytes, 1, fd}, .result = (int64_t)address});
}

static void cached_pages_belong_to_the_call_that_read(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	call((struct ev_call){.number = __NR_read, .args = {3}, .result = 10, .cached_pages = 4});
	build();
	assert_int_equal(file_of("/app/x")->page_cache_bytes, 4 * 4096);
	assert_int_equal(process_of(&sample, 100)->page_cache_bytes, 4 * 4096);
	assert_int_equal(phase_of(&sample, "main")->page_cache_bytes, 4 * 4096);
}

/* A fault's record comes when it begins: its pages are in the next record. */
static void cached_pages_of_a_fault_belong_to_the_mapped_file(void **state)
{
	(void)state;
	open_at(EV_CWD, "x.so", 3);
	map_file(3, 0x10000, 0x3000);
	fault(0x11000, 0);
	fault(0x12fff, 16);
	call((struct ev_call){.number = __NR_getpid, .cached_pages = 2});
	build();
	assert_int_equal(file_of("/app/x.so")->page_cache_bytes, 18 * 4096);
}

static void a_fault_inside_a_read_keeps_the_read_s_pages(void **state)
{
	(void)state;
	open_at(EV_CWD, "x", 3);
	fault(0x900000, 8); /* the buffer, in the middle of the read */
	call((struct ev_call){.number = __NR_read, .args = {3}, .result = 10, .cached_pages = 4});
	build();
	assert_int_equal(file_of("/app/x")->page_cache_bytes, 12 * 4096);
}

static void pages_that_belong_to_no_file_are_counted_still(void **state)
{
	struct event_exit last = {.event = ev_header(EVENT_EXIT, 1000, 100, 100),
				  .cached_pages = 2};

	(void)state;
	call((struct ev_call){.number = __NR_getpid, .cached_pages = 3});
	last.event.flags = EVENT_EXIT_LAST;
	ev_add(&s, &last, NULL, 0);
	ev_end(&s, 1000, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_int_equal(process_of(&sample, 100)->page_cache_bytes, 5 * 4096);
	assert_int_equal(sample.files.count, 0);
}

/* ---- mappings ---- */

static struct mappings mappings;
static struct fdtable table;
static struct paths paths;

static int begin_mappings(void **state)
{
	struct fd_object *object;

	(void)state;
	mappings = (struct mappings){};
	paths = (struct paths){};
	table = (struct fdtable){.paths = &paths};
	for (uint32_t fd = 3; fd < 6; fd++) {
		assert_int_equal(fdtable_open(&table, 0, fd, 0, &object), 0);
		object->path = fd;
	}
	return 0;
}

static int end_mappings(void **state)
{
	(void)state;
	mappings_release(&mappings);
	fdtable_release(&table);
	paths_release(&paths);
	return 0;
}

static void change_maps(struct event_syscall record)
{
	struct call call = {.record = &record, .number = record.number};

	assert_int_equal(mappings_call(&mappings, &table, &call), 0);
}

static void map(uint64_t start, uint64_t bytes, int64_t fd)
{
	change_maps((struct event_syscall){.number = __NR_mmap,
					   .args = {0, bytes, 1, (uint64_t)fd},
					   .result = (int64_t)start});
}

static void unmap(uint64_t start, uint64_t bytes)
{
	change_maps((struct event_syscall){.number = __NR_munmap, .args = {start, bytes}});
}

static void assert_mapped(const uint32_t expected[6])
{
	for (uint64_t page = 0; page < 6; page++)
		assert_int_equal(mappings_path(&mappings, 0, 0x10000 + page * 4096),
				 expected[page]);
}

#define NONE PATHS_NONE

static void a_later_mapping_covers_an_earlier_one(void **state)
{
	(void)state;
	map(0x10000, 0x6000, 3);
	map(0x12000, 0x1000, 4);
	assert_mapped((uint32_t[]){3, 3, 4, 3, 3, 3});
	map(0x11000, 0x3001, 5); /* to the end of its last page */
	assert_mapped((uint32_t[]){3, 5, 5, 5, 5, 3});
	map(0x12000, 0x1000, -1); /* anonymous */
	assert_mapped((uint32_t[]){3, 5, NONE, 5, 5, 3});
}

static void unmapping_takes_out_what_it_covers(void **state)
{
	(void)state;
	map(0x10000, 0x2000, 3);
	map(0x12000, 0x2000, 4);
	map(0x14000, 0x2000, 5);
	unmap(0x11000, 0x4000);
	assert_mapped((uint32_t[]){3, NONE, NONE, NONE, NONE, 5});
	unmap(0, 0x100000);
	assert_mapped((uint32_t[]){NONE, NONE, NONE, NONE, NONE, NONE});
	unmap(0x10000, ~0ull);
}

static void a_moved_mapping_keeps_its_file(void **state)
{
	(void)state;
	map(0x10000, 0x1000, 3);
	change_maps((struct event_syscall){
		.number = __NR_mremap, .args = {0x10000, 0x1000, 0x2000}, .result = 0x13000});
	assert_mapped((uint32_t[]){NONE, NONE, NONE, 3, 3, NONE});
}

static void a_child_maps_what_its_parent_did(void **state)
{
	(void)state;
	map(0x10000, 0x1000, 3);
	assert_int_equal(mappings_fork(&mappings, 0, 7), 0);
	unmap(0x10000, 0x1000);
	assert_int_equal(mappings_path(&mappings, 7, 0x10000), 3);
	mappings_clear(&mappings, 7);
	assert_int_equal(mappings_path(&mappings, 7, 0x10000), NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define MAPS(name) cmocka_unit_test_setup_teardown(name, begin_mappings, end_mappings)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(relative_paths_start_at_the_current_folder),
		TEST(a_failed_chdir_changes_nothing),
		TEST(paths_can_start_at_a_folder_s_descriptor),
		TEST(folders_are_not_files),
		TEST(an_unnamed_temporary_file_is_a_file),
		TEST(opens_that_fail_are_counted_apart),
		TEST(failed_look_ups_belong_to_the_folder_searched),
		TEST(other_calls_that_end_in_enoent_are_no_look_ups),
		TEST(bytes_read_are_counted_by_file_and_phase),
		TEST(what_is_read_from_no_file_is_not_counted),
		TEST(duplicates_are_the_same_file),
		TEST(closing_a_range_closes_it),
		TEST(a_child_has_its_parent_s_descriptors_and_folder),
		TEST(threads_share_descriptors),
		TEST(exec_closes_what_is_marked_for_it),
		TEST(a_descriptor_out_of_all_bounds_does_no_harm),
		TEST(what_comes_after_the_start_is_not_counted),
		TEST(cached_pages_belong_to_the_call_that_read),
		TEST(cached_pages_of_a_fault_belong_to_the_mapped_file),
		TEST(a_fault_inside_a_read_keeps_the_read_s_pages),
		TEST(pages_that_belong_to_no_file_are_counted_still),
		MAPS(a_later_mapping_covers_an_earlier_one),
		MAPS(unmapping_takes_out_what_it_covers),
		MAPS(a_moved_mapping_keeps_its_file),
		MAPS(a_child_maps_what_its_parent_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_rebuild.c - recordings in files become workloads and their samples again */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture.h"
#include "events.h"
#include "fs.h"
#include "rebuild.h"

struct fixture {
	char folder[64];
	result_texts paths;
	struct result result;
	struct capture capture;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/coldprof-test-XXXXXX");
	*state = fixture;
	return mkdtemp(fixture->folder) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	vec_foreach(path, &fixture->paths)
		free(*path);
	vec_release(&fixture->paths);
	result_release(&fixture->result);
	fs_remove_tree(fixture->folder);
	free(fixture);
	return 0;
}

/* A start of |entry| that takes |total_ns| to its exit, in a file; to be freed. */
static char *record(struct fixture *fixture, const char *name, const char *entry, uint64_t total_ns)
{
	struct stream stream = {0};
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", fixture->folder, name) < 0)
		abort();
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	assert_int_equal(recording_new(fd, 0, &stream.recording), 0);
	ev_start_inode(&stream, 100, entry, EVENTS_RUNTIME);
	ev_runtime(&stream, EVENT_RUNTIME_PYTHON);
	ev_exit(&stream, total_ns - 10, 100, 100, true);
	ev_reapable(&stream, total_ns, 100);
	ev_ready(&stream, total_ns, 100, EVENT_READY_EXIT);
	ev_end(&stream, total_ns, EVENT_GOOD);
	assert_int_equal(recording_finish(stream.recording), 0);
	stream_end(&stream);
	close(fd);
	return path;
}

static void keep(struct fixture *fixture, char *path)
{
	assert_int_equal(vec_push(&fixture->paths, path), 0);
}

static int run(struct fixture *fixture)
{
	int rc;

	capture_start(&fixture->capture);
	rc = rebuild(&fixture->paths, &fixture->result);
	capture_stop(&fixture->capture);
	return rc;
}

static void starts_of_one_plan_are_one_workload(void **state)
{
	struct fixture *fixture = *state;
	const struct result_workload *workload;

	keep(fixture, record(fixture, "1.coldprof", "/app/a.py", 900));
	keep(fixture, record(fixture, "2.coldprof", "/app/a.py", 500));
	keep(fixture, record(fixture, "3.coldprof", "/app/a.py", 700));
	assert_int_equal(run(fixture), 0);
	assert_int_equal(fixture->result.workloads.count, 1);
	workload = &fixture->result.workloads.items[0];
	assert_string_equal(workload->name, "x");
	assert_string_equal(workload->outcome, "measured");
	assert_int_equal(workload->samples.count, 3);
	assert_int_equal(workload->samples.items[0].total_ns, 900);
	assert_int_equal(workload->median_sample, 2);
	assert_string_equal(workload->runtime.name, "python");
	assert_string_equal(workload->runtime.path, "/usr/bin/python");
	assert_string_equal(fixture->capture.text, "");
}

static void starts_of_two_plans_are_two_workloads(void **state)
{
	struct fixture *fixture = *state;

	keep(fixture, record(fixture, "1.coldprof", "/app/a.py", 900));
	keep(fixture, record(fixture, "2.coldprof", "/app/b.py", 500));
	assert_int_equal(run(fixture), 0);
	assert_int_equal(fixture->result.workloads.count, 2);
	assert_int_equal(fixture->result.workloads.items[1].samples.items[0].total_ns, 500);
}

static void a_cut_recording_is_said(void **state)
{
	struct fixture *fixture = *state;
	char *path = record(fixture, "1.coldprof", "/app/a.py", 900);
	struct stat st;

	keep(fixture, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	run(fixture);
	assert_non_null(strstr(fixture->capture.text, "is cut"));
	assert_non_null(strstr(fixture->capture.text, path));
}

static void another_file_is_no_recording(void **state)
{
	struct fixture *fixture = *state;
	char *path = record(fixture, "1.coldprof", "/app/a.py", 900);
	bool recording = false;

	assert_int_equal(rebuild_is_recording(path, &recording), 0);
	assert_true(recording);
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(rebuild_is_recording(path, &recording), 0);
	assert_false(recording);
	assert_int_equal(rebuild_is_recording("/no/such", &recording), -ENOENT);
	free(path);
}

static void a_folder_gives_its_recordings_in_order_without_warmups(void **state)
{
	static const char *const names[] = {"0002-0.coldprof", "0000-0-warmup.coldprof",
					    "0001-0.coldprof", "notes.txt"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		free(record(fixture, names[i], "/app/a.py", 900));
	assert_int_equal(rebuild_list(fixture->folder, &fixture->paths), 0);
	assert_int_equal(fixture->paths.count, 2);
	assert_string_equal(fs_basename(fixture->paths.items[0]), "0001-0.coldprof");
	assert_string_equal(fs_basename(fixture->paths.items[1]), "0002-0.coldprof");
}

static void a_folder_without_recordings_is_said(void **state)
{
	struct fixture *fixture = *state;
	int rc;

	capture_start(&fixture->capture);
	rc = rebuild_list(fixture->folder, &fixture->paths);
	capture_stop(&fixture->capture);
	assert_int_equal(rc, -ENOENT);
	assert_non_null(strstr(fixture->capture.text, "no recordings"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(starts_of_one_plan_are_one_workload),
		TEST(starts_of_two_plans_are_two_workloads),
		TEST(a_cut_recording_is_said),
		TEST(another_file_is_no_recording),
		TEST(a_folder_gives_its_recordings_in_order_without_warmups),
		TEST(a_folder_without_recordings_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_report_json.c - reports as JSON: written whole or not at all, and read strictly */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "capture.h"
#include "fs.h"
#include "made_report.h"
#include "report.h"

#define SCHEMA "reports/schema/report.schema.json"

struct fixture {
	char folder[64], path[96];
	struct result result;
	struct capture capture;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/coldprof-test-XXXXXX");
	if (!mkdtemp(fixture->folder))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/r.json", fixture->folder);
	made_result(&fixture->result);
	made_workload(&fixture->result, &made_server, 3);
	made_failure(made_workload(&fixture->result, &made_hello, 2), "crashed", "signal 11");
	made_sum_up(&fixture->result);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	result_release(&fixture->result);
	fs_remove_tree(fixture->folder);
	free(fixture);
	return 0;
}

static int write_to(struct fixture *fixture, const char *path)
{
	struct report_target target = {path, (uid_t)-1, (gid_t)-1};
	int rc;

	capture_start(&fixture->capture);
	rc = report_write_file(&fixture->result, report_format_find("json"), NULL, &target);
	capture_stop(&fixture->capture);
	return rc;
}

static int read_from(struct fixture *fixture, const char *path, struct result *out)
{
	int rc;

	capture_start(&fixture->capture);
	rc = report_read(path, out);
	capture_stop(&fixture->capture);
	return rc;
}

/* What reading |text| says. */
static void assert_refused(struct fixture *fixture, const char *text, const char *reason)
{
	struct result result;
	char wanted[512];
	int fd = open(fixture->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
	close(fd);
	assert_int_equal(read_from(fixture, fixture->path, &result), -EINVAL);
	snprintf(wanted, sizeof(wanted), "coldprof: %s: %s\n", fixture->path, reason);
	assert_string_equal(fixture->capture.text, wanted);
}

/* To be freed. */
static char *file_text(const char *path)
{
	struct buf text = {0};

	assert_int_equal(fs_read(path, 64 << 20, &text), 0);
	return buf_steal(&text);
}

static size_t files_in(const char *folder)
{
	char command[128];
	size_t count = 0;
	FILE *list;

	snprintf(command, sizeof(command), "ls -A %s", folder);
	list = popen(command, "r");
	for (int c = fgetc(list); c != EOF; c = fgetc(list))
		count += c == '\n';
	pclose(list);
	return count;
}

/* ---- writing ---- */

static void a_report_is_valid_by_its_schema(void **state)
{
	struct fixture *fixture = *state;
	char command[256];
	int status;

	assert_int_equal(write_to(fixture, fixture->path), 0);
	snprintf(command, sizeof(command), "python3 tests/validate.py %s %s", SCHEMA,
		 fixture->path);
	status = system(command);
	if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127) {
		print_message("no JSON Schema validator here (Debian: python3-jsonschema)\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void an_empty_report_is_valid_by_its_schema(void **state)
{
	struct fixture *fixture = *state;

	result_release(&fixture->result);
	result_init(&fixture->result);
	result_add(&fixture->result.workloads, workload);
	result_add(&fixture->result.workloads.items[0].samples, sample);
	a_report_is_valid_by_its_schema(state);
}

static void what_is_read_is_written_again(void **state)
{
	struct fixture *fixture = *state;
	struct result again;
	char *first, *second;

	assert_int_equal(write_to(fixture, fixture->path), 0);
	first = file_text(fixture->path);
	assert_int_equal(read_from(fixture, fixture->path, &again), 0);
	result_release(&fixture->result);
	fixture->result = again;
	assert_int_equal(write_to(fixture, fixture->path), 0);
	second = file_text(fixture->path);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void absent_is_null_and_never_a_number(void **state)
{
	struct fixture *fixture = *state;
	char *text;

	result_release(&fixture->result);
	result_init(&fixture->result);
	result_add(&fixture->result.workloads, workload);
	assert_int_equal(write_to(fixture, fixture->path), 0);
	text = file_text(fixture->path);
	assert_null(strstr(text, "9223372036854775808"));
	assert_null(strstr(text, "nan"));
	assert_non_null(strstr(text, "\"limit_cpus\":\tnull"));
	free(text);
}

static void an_older_report_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct result again;

	assert_int_equal(close(open(fixture->path, O_WRONLY | O_CREAT, 0644)), 0);
	assert_int_equal(write_to(fixture, fixture->path), 0);
	assert_int_equal(read_from(fixture, fixture->path, &again), 0);
	result_release(&again);
	assert_int_equal(files_in(fixture->folder), 1);
}

static void a_folder_that_is_missing_is_one_line(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(write_to(fixture, "/no/such/r.json"), -ENOENT);
	assert_string_equal(fixture->capture.text,
			    "coldprof: cannot write the report '/no/such/r.json': "
			    "no such file or directory\n");
}

static void a_folder_is_not_written_over(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(fixture->path, 0755), 0);
	assert_int_equal(write_to(fixture, fixture->path), -EISDIR);
	assert_int_equal(files_in(fixture->folder), 1);
}

static void a_full_disk_is_said(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(write_to(fixture, "/dev/full"), -ENOSPC);
	assert_string_equal(fixture->capture.text, "coldprof: cannot write the report '/dev/full': "
						   "no space left on device\n");
}

static void a_device_is_written_to_and_stays(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	assert_int_equal(write_to(fixture, "/dev/null"), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

/* A file-size limit stops the writing in its middle, as a full disk does. */
static void a_failed_write_leaves_the_old_report_and_no_other_file(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old, small;
	char *before, *after;
	int rc;

	assert_int_equal(write_to(fixture, fixture->path), 0);
	before = file_text(fixture->path);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = write_to(fixture, fixture->path);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(rc, -EFBIG);
	after = file_text(fixture->path);
	assert_string_equal(before, after);
	assert_int_equal(files_in(fixture->folder), 1);
	free(before);
	free(after);
}

/* ---- reading ---- */

static void bad_reports_are_refused_with_place_and_reason(void **state)
{
	assert_refused(*state, "[]", "must be an object");
	assert_refused(*state, "{}", "schema: is missing");
	assert_refused(*state, "{\"schema\": 0}", "schema: must be 1 or more");
	assert_refused(*state,
		       "{\"schema\": 1, \"workloads\": [{\"samples\": [{}, {},"
		       " {\"total_ns\": \"fast\"}]}]}",
		       "workloads[0].samples[2].total_ns: must be an integer or null");
	assert_refused(*state, "{\"schema\": 1, \"workloads\": [{\"median_sample\": 0}]}",
		       "workloads[0].median_sample: there is no such sample");
	assert_refused(*state, "{\"schema\": 1,",
		       "line 1, column 14: not JSON: it ends in the middle");
	assert_refused(*state, "{\"schema\": 1,\n \"a\": x}", "line 2, column 7: not JSON");
	assert_refused(*state, "{\"schema\": 1} x", "line 1, column 15: text after the value");
	assert_refused(*state, "{\"schema\": 1, \"tool\": \"\xff\"}",
		       "line 1, column 24: not UTF-8");
	assert_refused(*state, "{\"schema\": 1, \"tool\": \"a\tb\"}",
		       "line 1, column 25: a bare control character");
	assert_refused(*state, "{\"schema\": 1, \"tool\": \"a\\u0000b\"}",
		       "tool: a NUL character in a string");
	assert_refused(*state, "{\"schema\": 1, \"schema\": 1}", "key 'schema' is there twice");
	assert_refused(*state,
		       "{\"schema\": 1, \"workloads\": [{\"samples\": [{\"metrics\":"
		       " {\"a\": 1, \"b\": 1, \"a\": 2}}]}]}",
		       "workloads[0].samples[0].metrics.a: key 'a' is there twice");
}

static void a_newer_report_is_one_line(void **state)
{
	assert_refused(*state, "{\"schema\": 2, \"workloads\": \"of another form\"}",
		       "schema: version 2 is newer than this coldprof, which reads up to 1");
}

static void a_report_of_a_newer_minor_is_read(void **state)
{
	struct fixture *fixture = *state;
	const char *text = "{\"schema\": 1, \"new\": [], \"workloads\": [{\"newer\": 1}]}";
	struct result result;
	int fd = open(fixture->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
	close(fd);
	assert_int_equal(read_from(fixture, fixture->path, &result), 0);
	assert_int_equal(result.workloads.count, 1);
	result_release(&result);
}

/* A start that had not the module: null in the column of the starts. */
static void a_number_of_a_list_may_be_absent(void **state)
{
	struct fixture *fixture = *state;
	const char *text = "{\"schema\": 1, \"workloads\": [{\"modules\": [{\"starts_self_ns\": "
			   "[null, 7, null]}]}]}";
	const struct result_module *module;
	struct result result;
	int fd = open(fixture->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
	close(fd);
	assert_int_equal(read_from(fixture, fixture->path, &result), 0);
	module = &result.workloads.items[0].modules.items[0];
	assert_int_equal(module->starts_self_ns.count, 3);
	assert_true(module->starts_self_ns.items[0] == RESULT_ABSENT);
	assert_true(module->starts_self_ns.items[1] == 7);
	assert_true(module->starts_self_ns.items[2] == RESULT_ABSENT);
	result_release(&result);
}

/* All that a comparison takes, and nothing of what is long. */
static void a_comparison_reads_no_threads_and_no_histograms(void **state)
{
	struct fixture *fixture = *state;
	struct result_sample *sample = &fixture->result.workloads.items[0].samples.items[0];
	size_t calls = sample->syscalls.count;
	struct result again;

	for (size_t i = 0; i < 3; i++) {
		result_add(&sample->threads, thread)->name = made_text("worker");
		assert_int_equal(vec_push(&sample->syscalls.items[0].histogram, (int64_t)i), 0);
		result_add(&sample->syscalls.items[0].phases, syscall_phase);
	}
	assert_true(calls > 1);
	assert_int_equal(write_to(fixture, fixture->path), 0);
	assert_int_equal(report_read_numbers(fixture->path, &again), 0);
	sample = &again.workloads.items[0].samples.items[0];
	assert_int_equal(sample->threads.count, 0);
	assert_int_equal(sample->syscalls.count, calls);
	assert_int_equal(sample->syscalls.items[0].histogram.count, 0);
	assert_int_equal(sample->syscalls.items[0].phases.count, 0);
	assert_true(sample->metrics.count > 1);
	result_release(&again);
}

static void what_a_comparison_leaves_is_read_as_strictly(void **state)
{
	static const char *const cases[][2] = {
		{"\"threads\": [{}, {}, {\"tid\": \"x\"}]",
		 "workloads[0].samples[0].threads[2].tid: must be an integer or null"},
		{"\"threads\": [{\"name\": \"a\"}, {\"name\": \"b\"}, 1]",
		 "workloads[0].samples[0].threads[2]: must be an object"},
		{"\"syscalls\": [{\"histogram\": [1, 2, []]}]",
		 "workloads[0].samples[0].syscalls[0].histogram[2]: must be an integer or null"},
		{"\"threads\": [{}], \"threads\": []",
		 "workloads[0].samples[0]: key 'threads' is there twice"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char wanted[512];
		struct result result;
		FILE *file = fopen(fixture->path, "w");

		fprintf(file, "{\"schema\": 1, \"workloads\": [{\"samples\": [{%s}]}]}",
			cases[i][0]);
		fclose(file);
		capture_start(&fixture->capture);
		assert_int_equal(report_read_numbers(fixture->path, &result), -EINVAL);
		capture_stop(&fixture->capture);
		snprintf(wanted, sizeof(wanted), "coldprof: %s: %s\n", fixture->path, cases[i][1]);
		assert_string_equal(fixture->capture.text, wanted);
	}
}

static void a_missing_report_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct result result;

	assert_int_equal(read_from(fixture, "/no-such.json", &result), -ENOENT);
	assert_string_equal(fixture->capture.text, "coldprof: cannot read '/no-such.json': "
						   "no such file or directory\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_valid_by_its_schema),
		TEST(an_empty_report_is_valid_by_its_schema),
		TEST(what_is_read_is_written_again),
		TEST(absent_is_null_and_never_a_number),
		TEST(an_older_report_is_replaced),
		TEST(a_folder_that_is_missing_is_one_line),
		TEST(a_folder_is_not_written_over),
		TEST(a_full_disk_is_said),
		TEST(a_device_is_written_to_and_stays),
		TEST(a_failed_write_leaves_the_old_report_and_no_other_file),
		TEST(bad_reports_are_refused_with_place_and_reason),
		TEST(a_newer_report_is_one_line),
		TEST(a_report_of_a_newer_minor_is_read),
		TEST(a_number_of_a_list_may_be_absent),
		TEST(a_comparison_reads_no_threads_and_no_histograms),
		TEST(what_a_comparison_leaves_is_read_as_strictly),
		TEST(a_missing_report_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

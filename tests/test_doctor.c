// SPDX-License-Identifier: BSD-2-Clause
/* test_doctor.c - the doctor knows what the recorder hooks, and says it so that people can read */
#include <dirent.h>
#include <errno.h>
#include <linux/limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "capture.h"
#include "cgroup.h"
#include "display.h"
#include "doctor.h"
#include "doctor_parts.h"
#include "fs.h"
#include "user.h"
#include "user_job.h"

static char folder[PATH_MAX] = "/tmp/coldprof-test-doctor-XXXXXX";
static struct user self;
static struct capture capture;

static const struct doctor_check *find(const struct doctor *doctor, const char *name)
{
	vec_foreach(check, &doctor->checks)
		if (strcmp(check->name, name) == 0)
			return check;
	fail_msg("no check '%s'", name);
	return NULL;
}

/* ---- what it knows ---- */

static bool knows(const char *name, size_t length)
{
	for (const struct doctor_tracepoint *point = doctor_tracepoints; point->name; point++)
		if (strlen(point->name) == length && strncmp(point->name, name, length) == 0)
			return true;
	return false;
}

static size_t check_sections(const char *path)
{
	struct buf text = {0};
	size_t count = 0;

	assert_int_equal(fs_read(path, 1 << 20, &text), 0);
	for (const char *at = text.data; (at = strstr(at, "tp_btf/"));) {
		at += strlen("tp_btf/");
		if (!knows(at, strcspn(at, "\"")))
			fail_msg("%s: %.*s", path, (int)strcspn(at, "\""), at);
		count++;
	}
	buf_release(&text);
	return count;
}

static void every_tracepoint_of_the_bpf_programs_is_checked(void **state)
{
	size_t expected = 0, hooked = 0;
	DIR *dir = opendir("bpf");

	(void)state;
	if (!dir) {
		print_message("not in the source folder\n");
		skip();
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[300];

		if (!strstr(entry->d_name, ".bpf.c"))
			continue;
		snprintf(path, sizeof(path), "bpf/%s", entry->d_name);
		hooked += check_sections(path);
	}
	closedir(dir);
	for (const struct doctor_tracepoint *point = doctor_tracepoints; point->name; point++)
		expected++;
	assert_int_equal(hooked, expected);
}

static void releases_are_compared_by_their_numbers(void **state)
{
	(void)state;
	assert_true(doctor_kernel_is("6.18.44-fc", 6, 18));
	assert_true(doctor_kernel_is("6.2.0", 5, 15));
	assert_true(doctor_kernel_is("10.0", 6, 18));
	assert_false(doctor_kernel_is("6.1.0-44-cloud", 6, 2));
	assert_false(doctor_kernel_is("5.4.0", 5, 15));
	assert_false(doctor_kernel_is("6", 6, 2));
}

/* ---- whether run can go on ---- */

static void root_with_btf_can_run(void **state)
{
	struct buf reason = {0};
	bool can;

	(void)state;
	if (!doctor_may_trace(doctor_capabilities()) || !doctor_has_btf(NULL)) {
		print_message("needs privilege and BTF\n");
		skip();
	}
	can = doctor_can_run(NULL, &reason);
	if (!can)
		fail_msg("%s", reason.data);
	assert_int_equal(reason.size, 0);
	assert_false(doctor_can_run("/no/such/types", &reason));
	assert_non_null(strstr(reason.data, "'/no/such/types'"));
	buf_release(&reason);
}

static int ask(void *context, struct buf *answer)
{
	(void)context;
	return doctor_can_run(NULL, answer) ? -EEXIST : 0;
}

static void without_privilege_the_reason_is_one_line_with_its_cure(void **state)
{
	gid_t group = 65534;
	struct user nobody = {.uid = 65534,
			      .gid = 65534,
			      .groups = &group,
			      .groups_count = 1,
			      .switch_needed = geteuid() == 0};
	struct buf reason = {0};

	(void)state;
	assert_int_equal(user_job(&nobody, ask, NULL, &reason), 0);
	assert_non_null(strstr(reason.data, "root"));
	assert_non_null(strstr(reason.data, "sudo"));
	assert_null(strchr(reason.data, '\n'));
	buf_release(&reason);
}

/* ---- how it says it ---- */

static void make_up(struct doctor *doctor)
{
	doctor_add(doctor, "BTF", DOCTOR_OK, NULL, "fine");
	doctor_add(doctor, "page cache", DOCTOR_LIMITED, "mend it by doing this and that and more",
		   "%0120d or two words that are long enough to be broken somewhere in between", 7);
	doctor_add(doctor, "lockdown", DOCTOR_MISSING, NULL, "a \x1b[31mname that is hostile\n");
}

static char *print(const struct doctor *doctor)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	doctor_print(doctor, 80, out);
	fclose(out);
	return text;
}

static void lines_have_state_name_and_cure_and_no_control_characters(void **state)
{
	struct doctor doctor = {0};
	char *text;

	(void)state;
	make_up(&doctor);
	assert_int_equal(doctor_worst(&doctor), DOCTOR_MISSING);
	assert_int_equal(doctor_count(&doctor, DOCTOR_LIMITED), 1);
	text = print(&doctor);
	assert_non_null(strstr(text, "✓ ok       BTF            fine\n"));
	assert_non_null(strstr(text, "! limited  page cache"));
	assert_non_null(strstr(text, "→ mend it by"));
	assert_non_null(strstr(text, "✗ missing  lockdown"));
	assert_non_null(strstr(text, "cannot work here: 1 missing, 1 limited\n"));
	assert_null(strchr(text, '\x1b'));
	free(text);
	doctor_release(&doctor);
}

static void json_has_every_check_with_all_keys(void **state)
{
	struct doctor doctor = {0};
	char *text = NULL;
	cJSON *document, *checks, *item;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	make_up(&doctor);
	assert_int_equal(doctor_print_json(&doctor, out), 0);
	fclose(out);
	document = cJSON_Parse(text);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(document, "can_run")));
	checks = cJSON_GetObjectItem(document, "checks");
	assert_int_equal(cJSON_GetArraySize(checks), 3);
	cJSON_ArrayForEach(item, checks) {
		assert_true(cJSON_IsString(cJSON_GetObjectItem(item, "name")));
		assert_true(cJSON_IsString(cJSON_GetObjectItem(item, "state")));
		assert_true(cJSON_IsString(cJSON_GetObjectItem(item, "finding")));
		assert_non_null(cJSON_GetObjectItem(item, "cure"));
	}
	cJSON_Delete(document);
	free(text);
	doctor_release(&doctor);
}

static void a_whole_examination_fits_80_columns_and_prints_nothing(void **state)
{
	const struct doctor_options options = {.user = &self, .cache = folder};
	struct doctor doctor = {0};
	char *text, *rest;
	const char *said;
	int rc;

	(void)state;
	capture_start(&capture);
	rc = doctor_examine(&options, &doctor);
	said = capture_stop(&capture);
	assert_int_equal(rc, 0);
	assert_string_equal(said, "");
	text = rest = print(&doctor);
	/* a path that is longer than its column is not broken */
	for (char *line; (line = strsep(&rest, "\n"));)
		if (!strchr(line, '/'))
			assert_true(display_width(line) <= 80);
	free(text);
	doctor_release(&doctor);
}

/* ---- runtimes ---- */

static void put_program(const char *name, const char *format, const char *argument)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/bin/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, format, argument);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
}

static void a_shim_is_told_from_what_it_runs(void **state)
{
	struct doctor_options options = {.user = &self};
	struct doctor doctor = {0};
	char bin[PATH_MAX + 8], *path = self.path;
	const struct doctor_check *check;

	(void)state;
	if (access("/usr/bin/python3", X_OK)) {
		print_message("no /usr/bin/python3 here\n");
		skip();
	}
	snprintf(bin, sizeof(bin), "%s/bin", folder);
	assert_int_equal(mkdir(bin, 0755), 0);
	put_program("python3", "#!/bin/sh\nexec %s \"$@\"\n", "/usr/bin/python3");
	self.path = bin;
	doctor_runtimes(&options, &doctor);
	self.path = path;
	check = find(&doctor, "python");
	assert_non_null(strstr(check->finding, "behind the shim"));
	assert_non_null(strstr(check->finding, "/bin/python3"));
	assert_non_null(strstr(check->finding, "marks: start"));
	/* and what is not on that PATH is said to be missing there */
	check = find(&doctor, "node");
	assert_int_equal(check->state, DOCTOR_LIMITED);
	assert_non_null(strstr(check->cure, "--node PATH"));
	doctor_release(&doctor);
}

/* ---- leftovers ---- */

/* The id of a process that has ended. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void put_file(const char *format, pid_t pid, char path[PATH_MAX])
{
	char name[128];
	FILE *file;

	snprintf(name, sizeof(name), format, (int)pid);
	assert_true((size_t)snprintf(path, PATH_MAX, "%.3000s/%s", folder, name) < PATH_MAX);
	file = fopen(path, "we");
	assert_non_null(file);
	fclose(file);
}

static void half_written_files_of_dead_processes_go(void **state)
{
	struct doctor_options options = {.user = &self, .cache = folder};
	char dead[PATH_MAX], living[PATH_MAX], other[PATH_MAX], symbols[PATH_MAX];
	struct doctor doctor = {0}, again = {0};
	pid_t pid = dead_pid();

	(void)state;
	assert_int_equal(chdir(folder), 0);
	assert_true((size_t)snprintf(symbols, PATH_MAX, "%.3000s/symbols", folder) < PATH_MAX);
	assert_int_equal(fs_make_dirs(symbols, (uid_t)-1, (gid_t)-1), 0);
	put_file("coldprof-report.json.%d.tmp", pid, dead);
	put_file("coldprof-report.json.%d.tmp", getpid(), living);
	put_file("other.json.%d.tmp", pid, other);
	put_file("symbols/abc.json.%d.tmp", pid, symbols);
	options.keep_leftovers = true;
	doctor_leftovers(&options, &doctor);
	assert_int_equal(find(&doctor, "leftovers")->state, DOCTOR_LIMITED);
	assert_true(fs_exists(dead));
	options.keep_leftovers = false;
	doctor_leftovers(&options, &again);
	assert_int_equal(find(&again, "leftovers")->state, DOCTOR_OK);
	assert_non_null(strstr(find(&again, "leftovers")->finding, "2 half-written files"));
	assert_false(fs_exists(dead));
	assert_false(fs_exists(symbols));
	assert_true(fs_exists(living));
	assert_true(fs_exists(other));
	doctor_release(&doctor);
	doctor_release(&again);
}

/* A group as a coldprof that is gone would have left it, with a process in it; -1: cannot be made
 */
static pid_t leave_group(char path[PATH_MAX])
{
	char procs[PATH_MAX + 16], text[16];
	cgroups all = {0};
	pid_t pid = -1, dead = dead_pid();

	if (cgroup_find(&all) == 0 && all.count) {
		snprintf(path, PATH_MAX, "%.3000s/coldprof-%d-1", all.items[0].mount, dead);
		if (mkdir(path, 0755) == 0) {
			pid = fork();
			if (pid == 0) {
				pause();
				_exit(0);
			}
			snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
			snprintf(text, sizeof(text), "%d", pid);
			assert_int_equal(fs_control(procs, text), 0);
		}
	}
	cgroup_release(&all);
	return pid;
}

static void a_group_of_a_dead_coldprof_goes_with_its_processes(void **state)
{
	struct doctor_options options = {.user = &self};
	struct doctor doctor = {0};
	char path[PATH_MAX];
	pid_t pid = leave_group(path);
	int status;

	(void)state;
	if (pid < 0) {
		print_message("no cgroup can be made here\n");
		skip();
	}
	doctor_leftovers(&options, &doctor);
	assert_non_null(strstr(find(&doctor, "leftovers")->finding, "removed now"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_false(fs_exists(path));
	doctor_release(&doctor);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || user_resolve(NULL, &self))
		return -1;
	self.switch_needed = false;
	self.uid = getuid();
	self.gid = getgid();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	user_release(&self);
	return chdir("/") || fs_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tracepoint_of_the_bpf_programs_is_checked),
		cmocka_unit_test(releases_are_compared_by_their_numbers),
		cmocka_unit_test(root_with_btf_can_run),
		cmocka_unit_test(without_privilege_the_reason_is_one_line_with_its_cure),
		cmocka_unit_test(lines_have_state_name_and_cure_and_no_control_characters),
		cmocka_unit_test(json_has_every_check_with_all_keys),
		cmocka_unit_test(a_whole_examination_fits_80_columns_and_prints_nothing),
		cmocka_unit_test(a_shim_is_told_from_what_it_runs),
		cmocka_unit_test(half_written_files_of_dead_processes_go),
		cmocka_unit_test(a_group_of_a_dead_coldprof_goes_with_its_processes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

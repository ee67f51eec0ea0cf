// SPDX-License-Identifier: BSD-2-Clause
/* test_probes.c - probes lie where a runtime passes exactly once, and absent marks are absent */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "fs.h"
#include "cookie.h"
#include "probes.h"
#include "user.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(mark)    (1u << (mark))

static struct user self;
static struct runtime_finder finder;
static char folder[PATH_MAX] = "/tmp/coldprof-test-probes-XXXXXX";

/* ---- made-up runtimes ---- */

static struct runtime made_up(enum event_runtime_kind kind)
{
	struct runtime runtime = {.kind = kind, .path = (char *)"/x/exe"};

	runtime.binary =
		(struct symbols){.path = (char *)"/x/exe", .inode = 1, .native = true, .entry = 64};
	return runtime;
}

static const struct probe *probe_of(const struct probes *probes, enum event_mark_id mark)
{
	vec_foreach(probe, &probes->items)
		if ((probe->cookie & COOKIE_MARK) == mark)
			return probe;
	return NULL;
}

static void any_program_has_its_entry_point_alone(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_NONE);
	struct probes probes = {0};
	uint32_t marks = 0;

	(void)state;
	runtime.binary.offsets[SYMBOL_MAIN] = 100;
	runtime.binary.offsets[SYMBOL_EXIT] = 200;
	assert_int_equal(probes_of(&runtime, &probes, &marks), 0);
	assert_int_equal(marks, BIT(EVENT_MARK_START));
	assert_int_equal(probes.items.count, 1);
	assert_int_equal(probes.items.items[0].offset, 64);
	probes_release(&probes);
}

static void a_stripped_static_runtime_keeps_what_is_left(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_NODE);
	struct probes probes = {0};
	struct buf missing = {0};
	uint32_t marks = 0;

	(void)state;
	assert_int_equal(probes_of(&runtime, &probes, &marks), 0);
	assert_int_equal(marks, BIT(EVENT_MARK_START));
	assert_int_equal(probes_marks_text(probes_marks_expected(runtime.kind) & ~marks, &missing),
			 0);
	assert_string_equal(missing.data, "main, vm, exit");
	buf_release(&missing);
	probes_release(&probes);
}

static void main_itself_serves_where_the_runtimes_own_is_not_exported(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_PYTHON);
	struct probes probes = {0};

	(void)state;
	runtime.library = (struct symbols){.path = (char *)"/x/libpython.so", .inode = 2};
	runtime.library.offsets[SYMBOL_PYTHON_RUN_MAIN] = 300;
	runtime.binary.offsets[SYMBOL_MAIN] = 100;
	assert_int_equal(probes_of(&runtime, &probes, NULL), 0);
	assert_string_equal(probe_of(&probes, EVENT_MARK_MAIN)->path, "/x/exe");
	assert_int_equal(probe_of(&probes, EVENT_MARK_MAIN)->offset, 100);
	assert_string_equal(probe_of(&probes, EVENT_MARK_RUN)->path, "/x/libpython.so");
	probes_release(&probes);
}

static void the_newest_overload_of_node_is_taken(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_NODE);
	struct probes probes = {0};

	(void)state;
	runtime.binary.offsets[SYMBOL_NODE_LOAD] = 100;
	runtime.binary.offsets[SYMBOL_NODE_LOAD_WITH_MODULE] = 200;
	assert_int_equal(probes_of(&runtime, &probes, NULL), 0);
	assert_int_equal(probe_of(&probes, EVENT_MARK_VM)->offset, 200);
	probes_release(&probes);
}

static void what_imports_show_needs_no_probe(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_PYTHON);
	struct probes probes = {0};
	uint32_t marks = 0;

	(void)state;
	runtime.binary.offsets[SYMBOL_PYTHON_IMPORT] = 100;
	assert_int_equal(python_sites_add(&runtime.imports, 700, EVENT_IMPORT_FIND), 0);
	assert_int_equal(probes_of(&runtime, &probes, &marks), 0);
	assert_int_equal(probe_of(&probes, EVENT_MARK_VM)->offset, 100);
	probes_release(&probes);

	probes = (struct probes){0};
	assert_int_equal(python_sites_add(&runtime.imports, 800, EVENT_IMPORT_BEGIN), 0);
	assert_int_equal(probes_of(&runtime, &probes, &marks), 0);
	assert_true(marks & BIT(EVENT_MARK_VM));
	vec_foreach(probe, &probes.items)
		assert_int_not_equal(probe->offset, 100);
	probes_release(&probes);
}

static void two_runtimes_share_the_probe_in_their_libc(void **state)
{
	struct runtime one = made_up(EVENT_RUNTIME_NODE), two = made_up(EVENT_RUNTIME_NODE);
	struct probes probes = {0};
	uint32_t marks = 0;

	(void)state;
	two.binary.path = two.path = (char *)"/y/exe";
	two.binary.inode = 7;
	one.libc = two.libc = (struct symbols){.path = (char *)"/x/libc.so", .inode = 3};
	one.libc.offsets[SYMBOL_EXIT] = two.libc.offsets[SYMBOL_EXIT] = 500;
	assert_int_equal(probes_of(&one, &probes, NULL), 0);
	assert_int_equal(probes_of(&two, &probes, &marks), 0);
	assert_int_equal(probes.items.count, 3); /* two entries, one exit */
	assert_true(marks & BIT(EVENT_MARK_EXIT));
	probes_release(&probes);
}

static void a_program_of_another_word_size_has_its_entry_alone(void **state)
{
	struct runtime runtime = made_up(EVENT_RUNTIME_PYTHON);
	struct probes probes = {0};

	(void)state;
	runtime.binary.native = false;
	runtime.binary.offsets[SYMBOL_PYTHON_IMPORT] = 100;
	assert_int_equal(probes_of(&runtime, &probes, NULL), 0);
	assert_int_equal(probes.items.count, 1);
	probes_release(&probes);
}

/* ---- real ones: the kernel counts how often each place is passed ---- */

static int uprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int type = -1;

	if (file && fscanf(file, "%d", &type) != 1)
		type = -1;
	if (file)
		fclose(file);
	return type;
}

/*
 * Of the main thread: an inherited uprobe event is opened again by its path's address, which is
 * another program's by then, and the thread cannot be made.
 */
static int open_counter(int type, const struct probe *probe, pid_t pid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = (uint32_t)type,
		.disabled = 1,
		.enable_on_exec = 1,
		.config1 = (uintptr_t)probe->path,
		.config2 = probe->offset,
	};

	return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A child that waits for a byte, then becomes |argv|. */
static pid_t held_child(char *const argv[], int *release)
{
	int ends[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) == 1)
			execv(argv[0], argv);
		_exit(127);
	}
	close(ends[0]);
	*release = ends[1];
	return pid;
}

/* How often each probe is passed by one run; false where this machine cannot count. */
static bool count_passes(const struct probes *probes, char *const argv[], uint64_t passes[16])
{
	int type = uprobe_type(), counters[16], release, status;
	bool counted = type >= 0 && probes->items.count <= 16;
	pid_t pid = held_child(argv, &release);

	for (size_t i = 0; counted && i < probes->items.count; i++) {
		counters[i] = open_counter(type, &probes->items.items[i], pid);
		if (counters[i] < 0) {
			print_message("perf_event_open: %s\n", strerror(errno));
			counted = false;
		}
	}
	if (counted)
		assert_int_equal(write(release, "x", 1), 1);
	close(release);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!counted)
		return false;
	assert_int_equal(status, 0);
	for (size_t i = 0; i < probes->items.count; i++) {
		assert_int_equal(read(counters[i], &passes[i], 8), 8);
		close(counters[i]);
	}
	return true;
}

/* Each real binary of |names| on the PATH whose kind is |kind| gets |words| and is counted. */
static size_t try_runtimes(const char *name, enum event_runtime_kind kind, char *const words[2])
{
	const char *path_list = getenv("PATH");
	char *copy = strdup(path_list ? path_list : ""), *rest = copy, path[PATH_MAX];
	size_t tried = 0;

	for (char *part; (part = strsep(&rest, ":"));) {
		struct runtime runtime = {0};
		struct probes probes = {0};
		uint64_t passes[16] = {0};
		uint32_t marks;

		snprintf(path, sizeof(path), "%s/%s", part, name);
		if (access(path, X_OK) || runtime_of_binary(&finder, path, &runtime))
			continue;
		if (runtime.kind == kind && !probes_of(&runtime, &probes, &marks)) {
			char *argv[] = {runtime.path, words[0], words[1], NULL};

			/* 3.6 and 3.7 have no Py_RunMain */
			assert_int_equal(marks | BIT(EVENT_MARK_RUN),
					 probes_marks_expected(kind) | BIT(EVENT_MARK_RUN));
			if (count_passes(&probes, argv, passes)) {
				tried++;
				for (size_t i = 0; i < probes.items.count; i++) {
					/* filtered by its argument only in BPF */
					if (probes.items.items[i].cookie & COOKIE_SITE)
						assert_true(passes[i] >= 1);
					else
						assert_int_equal(passes[i], 1);
				}
			}
		}
		probes_release(&probes);
		runtime_release(&runtime);
	}
	free(copy);
	return tried;
}

static void python_passes_each_place_once(void **state)
{
	(void)state;
	if (!try_runtimes("python3", EVENT_RUNTIME_PYTHON, (char *[]){(char *)"-c", (char *)"0"})) {
		print_message("needs root, uprobes and a python3\n");
		skip();
	}
}

static void node_passes_each_place_once(void **state)
{
	(void)state;
	if (!try_runtimes("node", EVENT_RUNTIME_NODE, (char *[]){(char *)"-e", (char *)"0"})) {
		print_message("needs root, uprobes and a node\n");
		skip();
	}
}

/* ---- foreign processes ---- */

/* A process that runs |path|, returned when it has mapped it. */
static pid_t start_mapped(char *path)
{
	char proc[64], *argv[] = {path, (char *)"100", NULL};
	struct buf maps = {0};
	pid_t pid = fork();

	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	snprintf(proc, sizeof(proc), "/proc/%d/maps", pid);
	do {
		buf_clear(&maps);
		assert_int_equal(fs_read(proc, 1 << 20, &maps), 0);
	} while (!strstr(buf_text(&maps), path));
	buf_release(&maps);
	return pid;
}

static void processes_that_map_a_probed_file_are_counted(void **state)
{
	struct probes probes = {0};
	struct probes_foreigners foreigners = {0};
	struct runtime runtime = {0};
	char path[PATH_MAX + 16], command[2 * PATH_MAX];
	pid_t pids[2];

	(void)state;
	/* a binary that nobody else runs */
	snprintf(path, sizeof(path), "%s/sleep", folder);
	snprintf(command, sizeof(command), "cp \"$(env which sleep)\" %s", path);
	assert_int_equal(system(command), 0);
	assert_int_equal(runtime_of_binary(&finder, path, &runtime), 0);
	assert_int_equal(probes_of(&runtime, &probes, NULL), 0);
	assert_int_equal(probes_foreign_count(&probes, &foreigners), 0);
	assert_int_equal(foreigners.items.count, 1);
	assert_int_equal(foreigners.items.items[0].processes, 0);
	probes_foreigners_release(&foreigners);
	for (int i = 0; i < 2; i++)
		pids[i] = start_mapped(path);
	assert_int_equal(probes_foreign_count(&probes, &foreigners), 0);
	assert_int_equal(foreigners.items.items[0].processes, 2);
	assert_string_equal(foreigners.items.items[0].path, path);
	for (int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	probes_foreigners_release(&foreigners);
	probes_release(&probes);
	runtime_release(&runtime);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || user_resolve(NULL, &self))
		return -1;
	self.switch_needed = false;
	self.uid = getuid();
	self.gid = getgid();
	finder.user = &self;
	return symbols_cache_new(&self, NULL, &finder.cache);
}

static int tear_down(void **state)
{
	(void)state;
	symbols_cache_free(finder.cache);
	user_release(&self);
	return fs_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_program_has_its_entry_point_alone),
		cmocka_unit_test(a_stripped_static_runtime_keeps_what_is_left),
		cmocka_unit_test(main_itself_serves_where_the_runtimes_own_is_not_exported),
		cmocka_unit_test(what_imports_show_needs_no_probe),
		cmocka_unit_test(the_newest_overload_of_node_is_taken),
		cmocka_unit_test(two_runtimes_share_the_probe_in_their_libc),
		cmocka_unit_test(a_program_of_another_word_size_has_its_entry_alone),
		cmocka_unit_test(python_passes_each_place_once),
		cmocka_unit_test(node_passes_each_place_once),
		cmocka_unit_test(processes_that_map_a_probed_file_are_counted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_smaps.c - memory by kind of mapping, against smaps_rollup and the test's own mappings */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"
#include "smaps.h"
#include "units.h"

/* What was read, by kind; size 0 where there was no event. */
struct found {
	struct event_smaps kinds[EVENT_MAP_KINDS];
	size_t count;
};

static int read_smaps(pid_t pid, const char *runtime, struct found *found)
{
	const char *const paths[] = {runtime, NULL};
	struct recording *recording;
	const struct event *event;
	int rc;

	memset(found, 0, sizeof(*found));
	assert_int_equal(recording_new(-1, 1 << 20, &recording), 0);
	rc = smaps_read(pid, EVENT_AFTER_REQUESTS, paths, recording);
	assert_int_equal(recording_finish(recording), 0);
	while ((event = recording_next(recording))) {
		const struct event_smaps *smaps = (const struct event_smaps *)event;

		assert_int_equal(event->kind, EVENT_SMAPS);
		assert_int_equal(event->pid, pid);
		assert_int_equal(smaps->mark, EVENT_AFTER_REQUESTS);
		assert_true(smaps->mapping < EVENT_MAP_KINDS);
		assert_int_equal(found->kinds[smaps->mapping].size_bytes, 0);
		found->kinds[smaps->mapping] = *smaps;
		found->count++;
	}
	recording_free(recording);
	return rc;
}

/* A child that does |work|, then is idle; its pid. */
static pid_t idle_child(void (*work)(void))
{
	int report[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (work)
			work();
		if (write(report[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	close(report[1]);
	assert_int_equal(read(report[0], &byte, 1), 1);
	close(report[0]);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint64_t rollup(pid_t pid, const char *key)
{
	struct buf text = {};
	unsigned long kib = 0;
	const char *line;
	char name[64], start[64];

	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", pid);
	snprintf(start, sizeof(start), "\n%s:", key);
	assert_int_equal(fs_read(name, 1 << 20, &text), 0);
	line = strstr(text.data, start);
	assert_non_null(line);
	assert_int_equal(sscanf(line + strlen(start), "%lu", &kib), 1);
	buf_release(&text);
	return kib * 1024;
}

#define SUM(found, field)                                                                          \
	({                                                                                         \
		uint64_t sum_ = 0;                                                                 \
		for (size_t i_ = 0; i_ < EVENT_MAP_KINDS; i_++)                                    \
			sum_ += (found)->kinds[i_].field;                                          \
		sum_;                                                                              \
	})

/* A cat that waits for more: it shares no pages with us that we could change meanwhile. */
static pid_t idle_cat(int *to)
{
	int in[2], out[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("cat", "cat", NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	/* what it has done twice needs no new memory */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(write(in[1], "x", 1), 1);
		assert_int_equal(read(out[0], &byte, 1), 1);
	}
	close(out[0]);
	*to = in[1];
	return pid;
}

static void sums_are_those_of_smaps_rollup(void **state)
{
	int to;
	pid_t pid = idle_cat(&to);
	struct found found;

	(void)state;
	assert_int_equal(read_smaps(pid, "/", &found), 0);
	assert_int_equal(SUM(&found, rss_bytes), rollup(pid, "Rss"));
	assert_int_equal(SUM(&found, pss_bytes), rollup(pid, "Pss"));
	assert_int_equal(SUM(&found, shared_clean_bytes), rollup(pid, "Shared_Clean"));
	assert_int_equal(SUM(&found, shared_dirty_bytes), rollup(pid, "Shared_Dirty"));
	assert_int_equal(SUM(&found, private_clean_bytes), rollup(pid, "Private_Clean"));
	assert_int_equal(SUM(&found, private_dirty_bytes), rollup(pid, "Private_Dirty"));
	assert_int_equal(SUM(&found, anonymous_bytes), rollup(pid, "Anonymous"));
	assert_int_equal(SUM(&found, swap_bytes), rollup(pid, "Swap"));
	close(to);
	end_child(pid);
}

#define PART (3 * MIB)

static void map_all_kinds(void)
{
	char *anonymous =
		mmap(NULL, PART, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *code = mmap(NULL, 2 * PART, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared =
		mmap(NULL, 4 * PART, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *heap = sbrk(5 * PART);

	memset(anonymous, 1, PART);
	memset(code, 1, 2 * PART);
	memset(shared, 1, 4 * PART);
	memset(heap, 1, 5 * PART);
}

static void each_mapping_counts_for_its_kind(void **state)
{
	char self[4096] = "";
	struct found found;
	pid_t pid;

	(void)state;
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	pid = idle_child(map_all_kinds);
	assert_int_equal(read_smaps(pid, self, &found), 0);
	end_child(pid);
	assert_true(found.kinds[EVENT_MAP_RUNTIME].rss_bytes > 0);
	assert_true(found.kinds[EVENT_MAP_LIBRARY].rss_bytes > 0); /* libc */
	assert_true(found.kinds[EVENT_MAP_STACK].rss_bytes > 0);
	assert_true(found.kinds[EVENT_MAP_ANONYMOUS].private_dirty_bytes >= PART);
	assert_true(found.kinds[EVENT_MAP_JIT].private_dirty_bytes >= 2 * PART);
	assert_true(found.kinds[EVENT_MAP_OTHER].rss_bytes >= 4 * PART);
	assert_true(found.kinds[EVENT_MAP_HEAP].private_dirty_bytes >= 5 * PART);
	assert_int_equal(found.kinds[EVENT_MAP_EXTENSION].size_bytes, 0);
}

/* A folder that makes a library in it a native extension. */
static char copied[4096];

static void map_copied_library(void)
{
	int fd = open(copied, O_RDONLY);
	char *map = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (map == MAP_FAILED || !map[0])
		_exit(1);
}

static void is_kind(const char *file, enum event_mapping kind)
{
	char root[] = "/tmp/coldprof-test-smaps-XXXXXX", folder[256], command[8192];
	struct found without, found;
	pid_t pid;
	int copy;

	assert_non_null(mkdtemp(root));
	pid = idle_child(NULL);
	assert_int_equal(read_smaps(pid, "/", &without), 0);
	end_child(pid);
	snprintf(copied, sizeof(copied), "%s/%s", root, file);
	snprintf(folder, sizeof(folder), "%.*s", (int)(fs_basename(copied) - copied), copied);
	assert_int_equal(fs_make_dirs(folder, (uid_t)-1, (gid_t)-1), 0);
	copy = open(copied, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	assert_int_equal(write(copy, "x", 1), 1);
	assert_int_equal(ftruncate(copy, 8192), 0);
	close(copy);
	pid = idle_child(map_copied_library);
	assert_int_equal(read_smaps(pid, "/", &found), 0);
	end_child(pid);
	snprintf(command, sizeof(command), "rm -r '%s'", root);
	assert_int_equal(system(command), 0);
	for (size_t i = 0; i < EVENT_MAP_KINDS; i++)
		if (i != EVENT_MAP_ANONYMOUS && i != EVENT_MAP_HEAP && i != EVENT_MAP_STACK)
			assert_int_equal(found.kinds[i].size_bytes - without.kinds[i].size_bytes,
					 i == kind ? 8192 : 0);
}

static void files_count_for_their_kind(void **state)
{
	(void)state;
	is_kind("lib/libx.so", EVENT_MAP_LIBRARY);
	is_kind("lib/libx.so.1.2", EVENT_MAP_LIBRARY);
	is_kind("site-packages/numpy/core/_multiarray.cpython-311-x86_64-linux-gnu.so",
		EVENT_MAP_EXTENSION);
	is_kind("lib-dynload/_json.cpython-311.so", EVENT_MAP_EXTENSION);
	is_kind("dist-packages/x.libs/libx.so.3", EVENT_MAP_EXTENSION);
	is_kind("node_modules/sharp/build/sharp.node", EVENT_MAP_EXTENSION);
	is_kind("node_modules/@img/lib/libvips.so.42", EVENT_MAP_EXTENSION);
	is_kind("addon.node", EVENT_MAP_EXTENSION);
	is_kind("with a space/libx.so", EVENT_MAP_LIBRARY);
	is_kind("data/words.bin", EVENT_MAP_OTHER);
	is_kind("a.something", EVENT_MAP_OTHER);
}

static void a_process_that_ended_is_gone(void **state)
{
	struct found found;
	siginfo_t info;
	pid_t pid = idle_child(NULL);

	(void)state;
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(read_smaps(pid, "/", &found), -ESRCH);
	assert_int_equal(found.count, 0);
	waitpid(pid, NULL, 0);
	assert_int_equal(read_smaps(pid, "/", &found), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_those_of_smaps_rollup),
		cmocka_unit_test(each_mapping_counts_for_its_kind),
		cmocka_unit_test(files_count_for_their_kind),
		cmocka_unit_test(a_process_that_ended_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

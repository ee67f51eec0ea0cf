// SPDX-License-Identifier: BSD-2-Clause
/* test_patterns.c - named patterns of system calls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "events.h"

static struct stream s;
static struct result_sample sample;

static int begin(void **state)
{
	(void)state;
	stream_begin(&s);
	ev_start(&s, 100, NULL); /* in /app */
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

static const struct result_pattern *find(const char *name, const char *detail)
{
	vec_foreach(pattern, &sample.patterns)
		if (strcmp(pattern->name, name) == 0 &&
		    (!detail || (pattern->detail && strcmp(pattern->detail, detail) == 0)))
			return pattern;
	return NULL;
}

static void a_search_is_known_by_its_place(void **state)
{
	(void)state;
	ev_open(&s, 10, 100, "/app/node_modules/a/node_modules/b/x.js", -ENOENT);
	ev_open(&s, 20, 100, "node_modules/a/node_modules/c/y/z.js", -ENOENT);
	ev_open(&s, 30, 100, "/usr/lib/python3/x.py", -ENOENT);
	ev_open(&s, 40, 100, "/usr/lib/python3/x.so", -ENOENT);
	ev_open(&s, 50, 100, "/usr/lib/python3/x.so", -EACCES);
	build();
	assert_int_equal(find("search", "/app/node_modules/a/node_modules")->count, 2);
	assert_int_equal(find("search", "/app/node_modules/a/node_modules")->time_ns, 2);
	assert_int_equal(find("search", "/usr/lib/python3")->count, 2);
	assert_null(find("reopen", NULL));
}

static void opens_after_the_first_are_reopens(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		ev_open(&s, 10 + 10 * i, 100, "/etc/config", 3);
		ev_close(&s, 15 + 10 * i, 100, 3);
	}
	ev_open(&s, 50, 100, "/etc/once", 3);
	build();
	assert_int_equal(find("reopen", "/etc/config")->count, 2);
	assert_null(find("reopen", "/etc/once"));
}

static void eight_small_reads_of_a_file_are_a_pattern(void **state)
{
	(void)state;
	ev_open(&s, 10, 100, "/data/small", 3);
	ev_open(&s, 12, 100, "/data/large", 4);
	for (uint64_t i = 0; i < 8; i++)
		ev_read(&s, 20 + 2 * i, 100, 3, 511);
	for (uint64_t i = 0; i < 8; i++)
		ev_read(&s, 60 + 2 * i, 100, 4, 512);
	build();
	assert_int_equal(find("tiny", "/data/small")->count, 8);
	assert_int_equal(find("tiny", "/data/small")->bytes, 8 * 511);
	assert_null(find("tiny", "/data/large"));
}

static void threads_and_children_are_counted(void **state)
{
	(void)state;
	ev_thread(&s, 10, 100, 101);
	ev_thread(&s, 20, 100, 102);
	ev_fork(&s, 30, 100, 200);
	ev_exec_words(&s, 31, 33, 200, 9, EV_WORDS("/sbin/ldconfig\0ldconfig\0-p"));
	ev_exit(&s, 90, 200, 200, true);
	ev_reapable(&s, 95, 200);
	ev_fork(&s, 100, 100, 201); /* lives on */
	build();
	assert_int_equal(find("threads", NULL)->count, 2);
	assert_int_equal(find("child", "ldconfig -p")->count, 1);
	assert_int_equal(find("child", "ldconfig -p")->time_ns, 65);
	assert_null(find("child", "(a fork)"));
}

static void syncs_and_large_unmaps_are_named(void **state)
{
	(void)state;
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_fsync, .from = 10, .to = 30});
	for (uint64_t i = 0; i < 2; i++)
		ev_call(&s, (struct ev_call){.tid = 100,
					     .number = __NR_munmap,
					     .from = 40 + 10 * i,
					     .to = 42 + 10 * i,
					     .args = {4096, 2u << 20}});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_munmap,
				     .from = 70,
				     .to = 71,
				     .args = {4096, 4096}});
	build();
	assert_int_equal(find("sync", NULL)->time_ns, 20);
	assert_int_equal(find("unmap", NULL)->count, 2);
	assert_int_equal(find("unmap", NULL)->bytes, 4u << 20);
}

static void what_comes_after_the_end_does_not_count(void **state)
{
	(void)state;
	ev_exit(&s, 1000, 100, 100, true);
	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_fsync, .from = 1100, .to = 1200});
	ev_end(&s, 1300, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
	assert_null(find("sync", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_search_is_known_by_its_place, begin, end),
		cmocka_unit_test_setup_teardown(opens_after_the_first_are_reopens, begin, end),
		cmocka_unit_test_setup_teardown(eight_small_reads_of_a_file_are_a_pattern, begin,
						end),
		cmocka_unit_test_setup_teardown(threads_and_children_are_counted, begin, end),
		cmocka_unit_test_setup_teardown(syncs_and_large_unmaps_are_named, begin, end),
		cmocka_unit_test_setup_teardown(what_comes_after_the_end_does_not_count, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

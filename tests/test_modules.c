// SPDX-License-Identifier: BSD-2-Clause
/* test_modules.c - who has the time, the memory and the calls of an import */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "modules.h"

#define LAST 1000

/* A module that thread |thread| of process 0 loads from |begin| to |end|; 0: it never ends. */
static uint32_t load(struct modules *modules, uint32_t thread, uint32_t parent, uint64_t begin,
		     uint64_t end)
{
	struct modules_span span = {.thread = thread, .parent = parent, .begin_ns = begin};
	uint32_t index;

	assert_int_equal(modules_add(modules, &span, "module", NULL, &index), 0);
	if (end)
		modules_end(modules, index, end);
	return index;
}

static void assert_self(const struct modules *modules, uint32_t span, uint64_t self_ns)
{
	assert_int_equal(modules->spans.items[span].self_ns, self_ns);
}

static void point(struct modules *modules, uint32_t thread, uint64_t time, uint64_t rss)
{
	struct modules_point at = {.thread = thread, .time_ns = time, .rss_bytes = rss};

	assert_int_equal(modules_add_point(modules, &at), 0);
}

static void what_is_loaded_has_its_own_time(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 500);
	uint32_t b = load(&modules, 0, a, 200, 300);
	uint32_t c = load(&modules, 0, a, 300, 350);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 400 - 100 - 50);
	assert_self(&modules, b, 100);
	assert_self(&modules, c, 50);
	assert_int_equal(modules_at(&modules, 0, 99), MODULES_NONE);
	assert_int_equal(modules_at(&modules, 0, 250), b);
	assert_int_equal(modules_at(&modules, 0, 300), c);
	assert_int_equal(modules_at(&modules, 0, 500), MODULES_NONE);
	assert_int_equal(modules_at(&modules, 7, 250), MODULES_NONE);
	modules_release(&modules);
}

static void a_load_without_length_takes_no_time_from_others(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 200);
	uint32_t b = load(&modules, 0, a, 150, 150), c = load(&modules, 0, a, 200, 200);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 100);
	assert_self(&modules, b, 0);
	assert_self(&modules, c, 0);
	modules_release(&modules);
}

/* b is read within the root a before it runs, c within b: their parts are their own time. */
static void parts_before_a_span_are_its_time(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 900);
	uint32_t b = load(&modules, 0, a, 600, 800), c = load(&modules, 0, b, 650, 700);
	const struct modules_part parts[] = {{b, 200, 300}, {c, 300, 450}, {c, 500, 500}};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(modules_add_part(&modules, &parts[i]), 0);
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 800 - 200 - 100 - 150);
	assert_self(&modules, b, 150 + 100);
	assert_self(&modules, c, 50 + 150);
	assert_int_equal(modules.spans.items[a].parts_ns, 0);
	assert_int_equal(modules.spans.items[b].parts_ns, 100 + 150);
	assert_int_equal(modules.spans.items[c].parts_ns, 150);
	assert_int_equal(modules_at(&modules, 0, 250), b);
	assert_int_equal(modules_at(&modules, 0, 470), a);
	modules_release(&modules);
}

/* A greenlet begins b inside a, and a ends first. */
static void loads_need_not_end_in_order(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 300);
	uint32_t b = load(&modules, 0, a, 200, 400);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 100);
	assert_self(&modules, b, 200);
	modules_release(&modules);
}

static void threads_that_load_at_once_share_the_time(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 300);
	uint32_t b = load(&modules, 1, MODULES_NONE, 200, 401);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 100 + 50);
	assert_self(&modules, b, 50 + 101);
	modules_release(&modules);
}

/* A server that runs in its own import has the time that no other load has. */
static void what_never_ends_shares_with_nobody(void **state)
{
	struct modules modules = {};
	uint32_t server = load(&modules, 0, MODULES_NONE, 100, 0);
	uint32_t a = load(&modules, 0, server, 110, 120),
		 b = load(&modules, 1, MODULES_NONE, 500, 600);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_self(&modules, a, 10);
	assert_self(&modules, b, 100);
	assert_self(&modules, server, 900 - 10 - 100);
	assert_true(modules.spans.items[server].open);
	modules_release(&modules);
}

static void memory_grows_for_who_loads(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 500);
	uint32_t b = load(&modules, 0, a, 200, 300);

	(void)state;
	point(&modules, 0, 300, 7000);
	point(&modules, 0, 100, 1000);
	point(&modules, 0, 500, 6500);
	point(&modules, 0, 200, 1500);
	point(&modules, 0, 700, 9000);
	assert_int_equal(modules_finish(&modules, LAST), 0);
	assert_int_equal(modules.spans.items[a].self_rss_bytes, 500 - 500);
	assert_int_equal(modules.spans.items[b].self_rss_bytes, 5500);
	modules_release(&modules);
}

static void time_is_cut_where_the_innermost_changes(void **state)
{
	struct modules modules = {};
	uint32_t a = load(&modules, 0, MODULES_NONE, 100, 500);
	uint32_t b = load(&modules, 0, a, 200, 300);

	(void)state;
	assert_int_equal(modules_finish(&modules, LAST), 0);
	modules_count_time(&modules, 0, 50, 250, MODULES_CPU_NS);
	modules_count_time(&modules, 0, 290, 900, MODULES_CPU_NS);
	modules_count_time(&modules, 5, 50, 250, MODULES_CPU_NS);
	modules_count(&modules, 0, 250, MODULES_ENOENT, 3);
	modules_count(&modules, 0, 50, MODULES_ENOENT, 1);
	assert_int_equal(modules.spans.items[a].counts[MODULES_CPU_NS], 100 + 200);
	assert_int_equal(modules.spans.items[b].counts[MODULES_CPU_NS], 50 + 10);
	assert_int_equal(modules.spans.items[b].counts[MODULES_ENOENT], 3);
	assert_int_equal(modules.spans.items[a].counts[MODULES_ENOENT], 0);
	modules_release(&modules);
}

/* Random spans of three threads: self times add up to the union, none is more than its total. */
static void self_times_add_up_to_the_union(void **state)
{
	(void)state;
	srand(4242);
	for (int round = 0; round < 200; round++) {
		struct modules modules = {};
		bool busy[LAST + 1] = {};
		uint64_t sum = 0, length = 0;

		for (int i = 0; i < 40; i++) {
			uint64_t begin = 1 + (uint64_t)rand() % 900,
				 end = begin + (uint64_t)rand() % 99;

			load(&modules, (uint32_t)rand() % 3, MODULES_NONE, begin, end);
			for (uint64_t t = begin; t < end; t++)
				busy[t] = true;
		}
		assert_int_equal(modules_finish(&modules, LAST), 0);
		for (size_t t = 0; t < LAST; t++)
			length += busy[t];
		vec_foreach(span, &modules.spans) {
			assert_true(span->self_ns <= span->end_ns - span->begin_ns);
			sum += span->self_ns;
		}
		assert_int_equal(sum, length);
		modules_release(&modules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_loaded_has_its_own_time),
		cmocka_unit_test(a_load_without_length_takes_no_time_from_others),
		cmocka_unit_test(parts_before_a_span_are_its_time),
		cmocka_unit_test(loads_need_not_end_in_order),
		cmocka_unit_test(threads_that_load_at_once_share_the_time),
		cmocka_unit_test(what_never_ends_shares_with_nobody),
		cmocka_unit_test(memory_grows_for_who_loads),
		cmocka_unit_test(time_is_cut_where_the_innermost_changes),
		cmocka_unit_test(self_times_add_up_to_the_union),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

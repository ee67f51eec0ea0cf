// SPDX-License-Identifier: BSD-2-Clause
/* test_plan.c - the order of starts */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plan.h"

static void each_round_starts_each_target_once(void **state)
{
	struct plan plan = {};

	(void)state;
	assert_int_equal(plan_make(&plan, 5, 2, 7, 42), 0);
	assert_int_equal(plan.starts.count, 45);
	for (size_t round = 0; round < 9; round++) {
		unsigned seen = 0;

		for (size_t i = 0; i < 5; i++) {
			seen |= 1u << plan.starts.items[round * 5 + i].target;
			assert_int_equal(plan.starts.items[round * 5 + i].warmup, round < 2);
		}
		assert_int_equal(seen, 31);
	}
	plan_release(&plan);
}

static void the_seed_repeats_the_order(void **state)
{
	struct plan a = {}, b = {}, c = {};
	size_t same = 0;

	(void)state;
	assert_int_equal(plan_make(&a, 8, 0, 20, 1), 0);
	assert_int_equal(plan_make(&b, 8, 0, 20, 1), 0);
	assert_int_equal(plan_make(&c, 8, 0, 20, 2), 0);
	for (size_t i = 0; i < 160; i++) {
		assert_int_equal(a.starts.items[i].target, b.starts.items[i].target);
		same += a.starts.items[i].target == c.starts.items[i].target;
	}
	assert_true(same < 80);
	plan_release(&a);
	plan_release(&b);
	plan_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_round_starts_each_target_once),
		cmocka_unit_test(the_seed_repeats_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	assert_int_equal(plan_make(&plan, &(struct plan_shape){5, 2, 7, 0}, 42), 0);
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
	assert_int_equal(plan_make(&a, &(struct plan_shape){8, 0, 20, 0}, 1), 0);
	assert_int_equal(plan_make(&b, &(struct plan_shape){8, 0, 20, 0}, 1), 0);
	assert_int_equal(plan_make(&c, &(struct plan_shape){8, 0, 20, 0}, 2), 0);
	for (size_t i = 0; i < 160; i++) {
		assert_int_equal(a.starts.items[i].target, b.starts.items[i].target);
		same += a.starts.items[i].target == c.starts.items[i].target;
	}
	assert_true(same < 80);
	plan_release(&a);
	plan_release(&b);
	plan_release(&c);
}

static void each_session_has_its_warm_ups(void **state)
{
	struct plan plan = {};

	(void)state;
	assert_int_equal(plan_make(&plan, &(struct plan_shape){2, 1, 3, 4}, 42), 0);
	assert_int_equal(plan.starts.count, 32);
	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(plan.starts.items[i].session, i / 8);
		assert_int_equal(plan.starts.items[i].warmup, i % 8 < 2);
	}
	plan_release(&plan);
}

/* Two sides are a plan of two targets: which one begins a round is a coin's. */
static void either_of_two_begins_a_round(void **state)
{
	struct plan plan = {};
	size_t first = 0;

	(void)state;
	assert_int_equal(plan_make(&plan, &(struct plan_shape){2, 0, 400, 0}, 42), 0);
	for (size_t i = 0; i < 800; i += 2) {
		assert_int_not_equal(plan.starts.items[i].target, plan.starts.items[i + 1].target);
		first += plan.starts.items[i].target == 0;
	}
	assert_in_range(first, 150, 250);
	plan_release(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_round_starts_each_target_once),
		cmocka_unit_test(the_seed_repeats_the_order),
		cmocka_unit_test(each_session_has_its_warm_ups),
		cmocka_unit_test(either_of_two_begins_a_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

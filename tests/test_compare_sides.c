// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_sides.c - two sides of one run: who is whose pair, and what a look may spend */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare.h"
#include "compare_path.h"
#include "made_report.h"

struct world {
	struct result base, new;
	struct compare_policy policy;
	struct comparison out;
	bool compared;
};

static void add_side(struct result *result, const char *side, const char *name, uint64_t seed)
{
	struct made made = made_server;

	made_result(result);
	made.name = name;
	made.seed = seed;
	made_workload(result, &made, 20);
	result->plan.session = made_text("s1");
	result->plan.side = made_text(side);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	add_side(&world->base, "a", "node a.js", 1);
	add_side(&world->new, "b", "node b.js", 2);
	compare_policy_init(&world->policy);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->compared)
		comparison_release(&world->out);
	result_release(&world->base);
	result_release(&world->new);
	compare_policy_release(&world->policy);
	free(world);
	return 0;
}

static int run(struct world *world)
{
	int rc;

	made_sum_up(&world->base);
	made_sum_up(&world->new);
	rc = compare(&world->base, &world->new, &world->policy, &world->out);
	world->compared = rc == 0;
	return rc;
}

/* The third of three looks. */
static void give_looks(struct result *result, double share)
{
	struct result_looks *looks = &result->plan.looks;

	for (int64_t starts = 5; starts <= 20; starts *= 2)
		assert_int_equal(vec_push(&looks->starts, starts), 0);
	looks->made_count = 3;
	looks->level_ratio = share;
}

static void commands_of_other_names_are_a_pair(void **state)
{
	struct world *world = *state;

	assert_int_equal(run(world), 0);
	assert_int_equal(world->out.workloads.count, 1);
	assert_string_equal(world->out.workloads.items[0].name, "node b.js");
	assert_true(world->out.interleaved);
}

static void of_two_runs_they_are_none(void **state)
{
	struct world *world = *state;

	world->new.plan.session[0] = 'x';
	assert_int_equal(run(world), -ENOENT);
}

static void a_look_has_its_share_of_the_level(void **state)
{
	struct world *world = *state;

	give_looks(&world->base, 0.5);
	give_looks(&world->new, 0.5);
	assert_int_equal(run(world), 0);
	assert_true(fabs(world->out.level - 0.025) < 1e-12);
	assert_int_equal(world->out.look_count, 3);
	assert_int_equal(world->out.looks_count, 3);
	assert_non_null(strstr(world->out.notes.items[0], "look 3 of at most 3"));
	assert_true(world->policy.level == 0.05);
}

/* Whoever compares a side with another run has one look at it. */
static void looks_are_those_of_their_own_run(void **state)
{
	struct world *world = *state;

	give_looks(&world->new, 0.5);
	world->new.plan.session[0] = 'x';
	free(world->new.workloads.items[0].name);
	world->new.workloads.items[0].name = made_text("node a.js");
	assert_int_equal(run(world), 0);
	assert_true(world->out.level == 0.05);
	assert_int_equal(world->out.looks_count, RESULT_ABSENT);
}

static void what_no_run_can_have_written_counts_for_nothing(void **state)
{
	static const double shares[] = {0, -1, 2, NAN, 1e-300};

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct world *world;

		if (i) {
			teardown(state);
			setup(state);
		}
		world = *state;
		give_looks(&world->new, shares[i]);
		assert_int_equal(run(world), 0);
		assert_true(world->out.level == 0.05);
	}
}

static void until_all_is_decided_it_is_not_sure(void **state)
{
	struct world *world = *state;

	assert_int_equal(run(world), 0);
	vec_foreach(metric, &world->out.workloads.items[0].metrics)
		comparison_text(&metric->verdict, "unchanged");
	assert_int_equal(compare_undecided(&world->out), 0);
	comparison_text(&world->out.workloads.items[0].metrics.items[0].verdict, "cant_tell");
	assert_true(compare_undecided(&world->out) > 0);
}

static void what_is_in_a_folder_is_known_by_the_rest(void **state)
{
	(void)state;
	assert_string_equal(compare_path_inside("/srv/a/src/x.js", "/srv/a"), "/src/x.js");
	assert_string_equal(compare_path_inside("/srv/a", "/srv/a"), "");
	assert_null(compare_path_inside("/srv/abc/x.js", "/srv/a"));
	assert_null(compare_path_inside("/srv/a/node_modules/y/x.js", "/srv/a"));
	assert_null(compare_path_inside("/srv/a", "/"));
	assert_null(compare_path_inside("/srv/a", NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_of_other_names_are_a_pair),
		TEST(of_two_runs_they_are_none),
		TEST(a_look_has_its_share_of_the_level),
		TEST(looks_are_those_of_their_own_run),
		TEST(what_no_run_can_have_written_counts_for_nothing),
		TEST(until_all_is_decided_it_is_not_sure),
		cmocka_unit_test(what_is_in_a_folder_is_known_by_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_merge.c - reports of a plan's parts as one: what is pooled, what stays apart, what is not
 * taken */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare.h"
#include "made_report.h"
#include "merge.h"
#include "stats.h"
#include "summary_noise.h"

#define PARTS 3

struct world {
	struct merge_part parts[PARTS];
	struct result out;
	bool merged;
};

static int setup(void **state)
{
	static const char *const names[PARTS] = {"a.json", "b.json", "c.json"};
	struct world *world = calloc(1, sizeof(*world));

	for (size_t i = 0; i < PARTS; i++) {
		world->parts[i].name = names[i];
		made_result(&world->parts[i].report);
		world->parts[i].report.plan.seed = (int64_t)i;
	}
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < PARTS; i++)
		result_release(&world->parts[i].report);
	if (world->merged)
		result_release(&world->out);
	free(world);
	return 0;
}

static void add(struct world *world, size_t part, const struct made *like, size_t starts)
{
	struct made made = *like;

	made.seed = part + 1;
	made_workload(&world->parts[part].report, &made, starts);
}

static int run(struct world *world, size_t parts)
{
	int rc;

	for (size_t i = 0; i < parts; i++)
		made_sum_up(&world->parts[i].report);
	rc = merge(world->parts, parts, &world->out);
	world->merged = !rc;
	return rc;
}

static void set(char **text, const char *value)
{
	free(*text);
	*text = made_text(value);
}

static const struct result_workload *only(const struct world *world)
{
	assert_int_equal(world->out.workloads.count, 1);
	return &world->out.workloads.items[0];
}

/* ---- pooled ---- */

static void starts_of_one_machine_are_pooled(void **state)
{
	struct world *world = *state;
	const struct result_workload *pooled;
	double all[12];

	for (size_t part = 0; part < PARTS; part++)
		add(world, part, &made_server, 3 + part);
	for (size_t part = 0, n = 0; part < PARTS; part++)
		vec_foreach(sample, &world->parts[part].report.workloads.items[0].samples)
			all[n++] = (double)sample->total_ns;
	assert_int_equal(run(world, PARTS), 0);
	pooled = only(world);
	assert_int_equal(pooled->samples.count, 12);
	stats_sort(all, 12);
	assert_int_equal(summary_find(pooled, "total_ns")->n, 12);
	assert_true(summary_find(pooled, "total_ns")->median == stats_quantile(all, 12, 0.5));
	assert_string_equal(pooled->outcome, "measured");
	assert_int_equal(world->out.strata.count, 1);
}

static void the_order_is_that_of_all(void **state)
{
	struct world *world = *state;

	for (size_t part = 0; part < 2; part++) {
		struct result *report = &world->parts[part].report;

		add(world, part, &made_server, 2);
		for (size_t i = 0; i < 2; i++) {
			report->workloads.items[0].samples.items[i].order = (int64_t)i;
			result_texts_add(&report->plan.order, "x");
		}
	}
	assert_int_equal(run(world, 2), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(only(world)->samples.items[i].order, i);
	assert_true(world->out.plan.order.count >= 4);
}

static void the_median_start_is_one_of_its_part(void **state)
{
	struct world *world = *state;
	const struct result_workload *pooled;
	int64_t total_ns;

	for (size_t part = 0; part < PARTS; part++) {
		add(world, part, &made_server, 4);
		vec_foreach(sample, &world->parts[part].report.workloads.items[0].samples)
			sample->total_ns += (int64_t)(3 - part) * 1000000000;
	}
	for (size_t part = 0; part < PARTS; part++)
		made_sum_up(&world->parts[part].report);
	pooled = &world->parts[1].report.workloads.items[0];
	total_ns = pooled->samples.items[pooled->median_sample].total_ns;
	world->merged = merge(world->parts, PARTS, &world->out) == 0;
	assert_true(world->merged);
	pooled = only(world);
	assert_int_equal(pooled->samples.items[pooled->median_sample].total_ns, total_ns);
	assert_true(pooled->files.count > 0);
}

static struct result_module *load(struct result_sample *sample, const char *name, double ms)
{
	struct result_module *module = result_add(&sample->modules, module);

	module->id = (int64_t)sample->modules.count - 1;
	module->parent = module->id ? 0 : RESULT_ABSENT;
	module->name = made_text(name);
	module->in_load = true;
	module->self_ns = module->total_ns = (int64_t)(ms * 1e6);
	return module;
}

/* Part 0 loads a (1, 2, 3 ms) and b; part 1 a (4, 5, 6 ms) and no b. */
static void modules_have_the_numbers_of_all_starts(void **state)
{
	struct world *world = *state;
	const struct result_module *a = NULL;

	for (size_t part = 0; part < 2; part++) {
		double ms = part ? 4 : 1;

		add(world, part, &made_hello, 3);
		vec_foreach(sample, &world->parts[part].report.workloads.items[0].samples) {
			load(sample, "a", ms++);
			if (!part)
				load(sample, "b", 7);
		}
	}
	assert_int_equal(run(world, 2), 0);
	vec_foreach(module, &only(world)->modules) {
		if (strcmp(module->name, "a") == 0)
			a = module;
		if (strcmp(module->name, "b") == 0)
			assert_int_equal(module->starts_count, 3);
		assert_int_equal(module->starts_self_ns.count, 6);
	}
	assert_non_null(a);
	assert_int_equal(a->starts_count, 6);
	assert_int_equal(a->self_ns, 3500000);
	assert_int_equal(a->starts_self_ns.items[0], 1000000);
	assert_int_equal(a->starts_self_ns.items[5], 6000000);
}

/* ---- apart ---- */

/* Sessions 0 and 1 of each part, the second part an hour later. */
static void sessions_of_calibrations_are_those_of_one(void **state)
{
	struct world *world = *state;
	const struct result_workload *pooled;

	for (size_t part = 0; part < 2; part++) {
		struct result *report = &world->parts[part].report;
		size_t i = 0;

		add(world, part, &made_server, 4);
		vec_foreach(sample, &report->workloads.items[0].samples)
			sample->session = (int64_t)(i++ / 2);
		report->plan.sessions_count = 2;
		report->plan.sessions_ns = 7000000000;
		set(&report->created, part ? "2026-11-23T10:00:00Z" : "2026-11-23T09:00:00Z");
	}
	assert_int_equal(run(world, 2), 0);
	pooled = only(world);
	assert_int_equal(world->out.plan.sessions_count, 4);
	assert_int_equal(world->out.plan.sessions_ns, 3607000000000);
	assert_int_equal(pooled->samples.items[0].session, 0);
	assert_int_equal(pooled->samples.items[7].session, 3);
	assert_int_equal(summary_noise_find(pooled, "total_ns")->sessions_count, 4);
}

static void another_machine_stays_apart(void **state)
{
	struct world *world = *state;

	for (size_t part = 0; part < PARTS; part++)
		add(world, part, &made_server, 3);
	set(&world->parts[1].report.host.cpu, "EPYC");
	assert_int_equal(run(world, PARTS), 0);
	assert_int_equal(world->out.workloads.count, 2);
	assert_int_equal(world->out.workloads.items[0].samples.count, 6);
	assert_int_equal(world->out.workloads.items[1].samples.count, 3);
	assert_non_null(strstr(world->out.workloads.items[1].stratum, "EPYC"));
	assert_int_equal(world->out.strata.count, 2);
	assert_null(world->out.host.cpu);
	assert_non_null(world->out.host.kernel);
	assert_string_equal(world->out.strata.items[1].host.cpu, "EPYC");
}

static void another_runtime_stays_apart(void **state)
{
	struct world *world = *state;

	add(world, 0, &made_server, 3);
	add(world, 1, &made_server, 3);
	set(&world->parts[1].report.workloads.items[0].runtime.version, "99.0.0");
	assert_int_equal(run(world, 2), 0);
	assert_int_equal(world->out.workloads.count, 2);
	assert_int_equal(world->out.strata.count, 1);
}

static void shards_of_other_workloads_stand_side_by_side(void **state)
{
	struct world *world = *state;

	add(world, 0, &made_express, 3);
	add(world, 1, &made_fastapi, 3);
	assert_int_equal(run(world, 2), 0);
	assert_int_equal(world->out.workloads.count, 2);
	assert_string_equal(world->out.workloads.items[1].name, "python/fastapi");
}

static void what_was_merged_can_be_merged_again(void **state)
{
	struct world *world = *state;
	struct merge_part again[2];

	for (size_t part = 0; part < PARTS; part++)
		add(world, part, &made_server, 3);
	set(&world->parts[1].report.host.cpu, "EPYC");
	made_sum_up(&world->parts[2].report);
	assert_int_equal(run(world, 2), 0);
	again[0] = (struct merge_part){"m.json", world->out};
	again[1] = world->parts[2];
	assert_int_equal(merge(again, 2, &world->out), 0);
	result_release(&again[0].report);
	world->parts[2] = again[1];
	assert_int_equal(world->out.workloads.count, 2);
	assert_int_equal(world->out.workloads.items[0].samples.count, 6);
	assert_int_equal(world->out.strata.count, 2);
}

/* ---- compared ---- */

static void each_stratum_is_compared_with_its_own(void **state)
{
	struct world *world = *state;
	struct comparison comparison;
	struct compare_policy policy;
	struct result base;

	made_result(&base);
	add(world, 0, &made_server, 5);
	add(world, 1, &made_server, 5);
	set(&world->parts[1].report.host.cpu, "EPYC");
	vec_foreach(sample, &world->parts[1].report.workloads.items[0].samples)
		sample->syscalls.items[0].count++;
	made_workload(&base, &made_server, 5);
	made_sum_up(&base);
	assert_int_equal(run(world, 2), 0);
	compare_policy_init(&policy);
	assert_int_equal(compare(&base, &world->out, &policy, &comparison), 0);
	assert_int_equal(comparison.workloads.count, 1);
	assert_string_not_equal(comparison.verdict, "regressed");
	assert_int_equal(comparison.only_new.count, 1);
	assert_non_null(strstr(comparison.only_new.items[0], "EPYC"));
	assert_int_equal(comparison.differences.count, 0);
	comparison_release(&comparison);
	assert_int_equal(compare(&world->out, &world->out, &policy, &comparison), 0);
	assert_int_equal(comparison.workloads.count, 2);
	comparison_release(&comparison);
	compare_policy_release(&policy);
	result_release(&base);
}

/* ---- not taken ---- */

static void parts_of_other_plans_are_refused(void **state)
{
	struct world *world = *state;
	struct result *second = &world->parts[1].report;

	add(world, 0, &made_server, 3);
	add(world, 1, &made_server, 3);
	made_sum_up(&world->parts[0].report);
	made_sum_up(second);
	set(&second->plan.cold, "evicted");
	assert_int_equal(merge(world->parts, 2, &world->out), -EINVAL);
	set(&second->plan.cold, world->parts[0].report.plan.cold);
	second->plan.requests = 77;
	assert_int_equal(merge(world->parts, 2, &world->out), -EINVAL);
	second->plan.requests = world->parts[0].report.plan.requests;
	second->workloads.items[0].limit_memory_bytes = 1 << 20;
	assert_int_equal(merge(world->parts, 2, &world->out), -EINVAL);
	second->workloads.items[0].limit_memory_bytes = RESULT_ABSENT;
	set(&second->workloads.items[0].command.items[1], "other.js");
	assert_int_equal(merge(world->parts, 2, &world->out), -EINVAL);
	set(&second->workloads.items[0].command.items[1], "server.js");
	world->merged = merge(world->parts, 2, &world->out) == 0;
	assert_true(world->merged);
}

static void the_same_starts_twice_are_refused(void **state)
{
	struct world *world = *state;

	add(world, 0, &made_server, 3);
	add(world, 1, &made_server, 3);
	world->parts[1].report.plan.seed = world->parts[0].report.plan.seed;
	assert_int_equal(run(world, 2), -EINVAL);
}

static void two_sides_of_one_run_are_refused(void **state)
{
	struct world *world = *state;

	add(world, 0, &made_server, 3);
	add(world, 1, &made_server, 3);
	world->parts[0].report.plan.session = made_text("s");
	world->parts[1].report.plan.session = made_text("s");
	assert_int_equal(run(world, 2), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_of_one_machine_are_pooled),
		TEST(the_order_is_that_of_all),
		TEST(the_median_start_is_one_of_its_part),
		TEST(modules_have_the_numbers_of_all_starts),
		TEST(sessions_of_calibrations_are_those_of_one),
		TEST(another_machine_stays_apart),
		TEST(another_runtime_stays_apart),
		TEST(shards_of_other_workloads_stand_side_by_side),
		TEST(what_was_merged_can_be_merged_again),
		TEST(each_stratum_is_compared_with_its_own),
		TEST(parts_of_other_plans_are_refused),
		TEST(the_same_starts_twice_are_refused),
		TEST(two_sides_of_one_run_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

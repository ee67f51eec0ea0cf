/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_world.h - two made reports and what is said of them */
#ifndef COLDPROF_TESTS_COMPARE_WORLD_H
#define COLDPROF_TESTS_COMPARE_WORLD_H

#include "compare.h"
#include "made_report.h"

/* Both sides of a comparison and what it says. */
struct world {
	struct result base, new;
	struct compare_policy policy;
	struct comparison out;
	bool compared;
};

static inline int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	made_result(&world->base);
	made_result(&world->new);
	compare_policy_init(&world->policy);
	*state = world;
	return 0;
}

static inline int teardown(void **state)
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

static inline void in_one_session(struct world *world)
{
	world->base.plan.session = made_text("s1");
	world->new.plan.session = made_text("s1");
}

/* The same program on both sides, other random numbers. */
static inline struct result_workload *add(struct result *result, const struct made *like,
					  uint64_t seed, size_t starts)
{
	struct made made = *like;

	made.seed = seed;
	return made_workload(result, &made, starts);
}

static inline void run(struct world *world)
{
	made_sum_up(&world->base);
	made_sum_up(&world->new);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), 0);
	world->compared = true;
}

static inline void both(struct world *world, size_t starts)
{
	add(&world->base, &made_server, 1, starts);
	add(&world->new, &made_server, 2, starts);
}

static inline const struct comparison_metric *metric(const struct world *world, const char *name)
{
	vec_foreach(workload, &world->out.workloads)
		vec_foreach(item, &workload->metrics)
			if (strcmp(item->name, name) == 0)
				return item;
	fail_msg("there is no metric '%s'", name);
	return NULL;
}

static inline void assert_verdict(const struct world *world, const char *name, const char *verdict)
{
	assert_string_equal(metric(world, name)->verdict, verdict);
}

static inline struct result_value *value_of(struct result_sample *sample, const char *name)
{
	vec_foreach(value, &sample->metrics)
		if (strcmp(value->name, name) == 0)
			return value;
	return NULL;
}

static inline void scale(struct result_workload *workload, const char *name, double factor)
{
	vec_foreach(sample, &workload->samples) {
		struct result_value *value = value_of(sample, name);

		value->value = (int64_t)((double)value->value * factor);
	}
}

static inline void add_to(struct result_workload *workload, const char *name, int64_t more)
{
	vec_foreach(sample, &workload->samples)
		value_of(sample, name)->value += more;
}

static inline void more_calls(struct result_workload *workload, const char *name, int64_t more)
{
	vec_foreach(sample, &workload->samples) {
		vec_foreach(call, &sample->syscalls)
			if (strcmp(call->name, name) == 0)
				call->count += more;
		value_of(sample, "syscalls_count")->value += more;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

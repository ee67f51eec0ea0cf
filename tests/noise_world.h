/* SPDX-License-Identifier: BSD-2-Clause */
/* noise_world.h - a calibration, two reports of one workload, and what is said of them */
#ifndef COLDPROF_TESTS_NOISE_WORLD_H
#define COLDPROF_TESTS_NOISE_WORLD_H

#include <string.h>

#include "compare.h"
#include "simulated_starts.h"
#include "summary.h"
#include "summary_noise.h"

#define STARTS	 12
#define SESSIONS 8
#define EACH	 5

struct world {
	struct result calibration, base, new;
	struct result learned; /* from reports */
	struct compare_policy policy;
	struct comparison out;
	struct rng rng;
};

static inline char *text(const char *from)
{
	char *copy = strdup(from);

	assert_non_null(copy);
	return copy;
}

static inline void make(struct result *result, const char *created)
{
	struct result_workload *workload;

	result_init(result);
	result->created = text(created);
	result->host.cpu = text("Xeon");
	workload = result_add(&result->workloads, workload);
	workload->name = text("app");
}

static inline struct result_workload *app(struct result *result)
{
	return result->workloads.items;
}

static inline struct result_sample *add_sample(struct result *result, int64_t session)
{
	struct result_sample *sample = result_add(&app(result)->samples, sample);

	sample->outcome = text("good");
	sample->counted = sample->cold.as_asked = true;
	sample->session = session;
	return sample;
}

/* A start whose total is so long, and nothing else. */
static inline void add_total(struct result *result, int64_t session, double total_ns)
{
	struct result_sample *sample = add_sample(result, session);

	sample->total_ns = (int64_t)total_ns;
	assert_int_equal(result_values_add(&sample->metrics, "total_ns", sample->total_ns), 0);
}

static inline int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	make(&world->calibration, "2026-11-25T10:00:00Z");
	make(&world->base, "2026-11-26T10:00:00Z");
	make(&world->new, "2026-11-26T10:00:30Z");
	result_init(&world->learned);
	compare_policy_init(&world->policy);
	comparison_init(&world->out);
	*state = world;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *world = *state;

	result_release(&world->calibration);
	result_release(&world->base);
	result_release(&world->new);
	result_release(&world->learned);
	compare_policy_release(&world->policy);
	comparison_release(&world->out);
	free(world);
	return 0;
}

static inline const struct result_noise *total_noise(struct world *world)
{
	assert_int_equal(summary_build(app(&world->calibration), 1), 0);
	assert_int_equal(summary_noise_build(app(&world->calibration)), 0);
	return summary_noise_find(app(&world->calibration), "total_ns");
}

#endif

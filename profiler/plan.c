// SPDX-License-Identifier: BSD-2-Clause
/* plan.c - which start comes when: interleaved, in a random order that a seed repeats */
#include "plan.h"

#include "rng.h"

static int add_round(struct plan *plan, size_t targets, struct plan_start like, struct rng *rng)
{
	size_t first = plan->starts.count;
	struct plan_start *starts;

	for (size_t i = 0; i < targets; i++) {
		like.target = i;
		if (vec_push(&plan->starts, like))
			return -ENOMEM;
	}
	starts = plan->starts.items + first;
	for (size_t i = targets; i > 1; i--) {
		size_t other = rng_below(rng, i);
		struct plan_start last = starts[i - 1];

		starts[i - 1] = starts[other];
		starts[other] = last;
	}
	return 0;
}

static int add_session(struct plan *plan, const struct plan_shape *shape, size_t session,
		       struct rng *rng)
{
	int rc = 0;

	for (size_t round = 0; round < shape->warmup + shape->repeat && !rc; round++) {
		struct plan_start start = {.warmup = round < shape->warmup, .session = session};

		rc = add_round(plan, shape->targets, start, rng);
	}
	return rc;
}

int plan_make(struct plan *plan, const struct plan_shape *shape, uint64_t seed)
{
	size_t sessions = shape->sessions ? shape->sessions : 1;
	struct rng rng;
	int rc = 0;

	rng_seed(&rng, seed);
	for (size_t session = 0; session < sessions && !rc; session++)
		rc = add_session(plan, shape, session, &rng);
	if (rc)
		plan_release(plan);
	return rc;
}

void plan_release(struct plan *plan)
{
	vec_release(&plan->starts);
}

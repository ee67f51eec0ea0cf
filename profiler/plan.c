// SPDX-License-Identifier: BSD-2-Clause
/* plan.c - which start comes when: interleaved, in a random order that a seed repeats */
#include "plan.h"

#include "rng.h"

static int add_round(struct plan *plan, size_t targets, bool warmup, struct rng *rng)
{
	size_t first = plan->starts.count;
	struct plan_start *starts;

	for (size_t i = 0; i < targets; i++)
		if (vec_push(&plan->starts, ((struct plan_start){.target = i, .warmup = warmup})))
			return -ENOMEM;
	starts = plan->starts.items + first;
	for (size_t i = targets; i > 1; i--) {
		size_t other = rng_below(rng, i);
		struct plan_start last = starts[i - 1];

		starts[i - 1] = starts[other];
		starts[other] = last;
	}
	return 0;
}

int plan_make(struct plan *plan, size_t targets, size_t warmup, size_t repeat, uint64_t seed)
{
	struct rng rng;
	int rc = 0;

	rng_seed(&rng, seed);
	for (size_t round = 0; round < warmup + repeat && !rc; round++)
		rc = add_round(plan, targets, round < warmup, &rng);
	if (rc)
		plan_release(plan);
	return rc;
}

void plan_release(struct plan *plan)
{
	vec_release(&plan->starts);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* rng.h - random numbers that a seed repeats exactly, on any machine */
#ifndef COLDPROF_RNG_H
#define COLDPROF_RNG_H

#include <stdint.h>

/*
 * xoshiro256** by D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM
 * TOMS 47(4), 2021; its state is filled from the seed by splitmix64, as they advise. Not for
 * secrets.
 */
struct rng {
	uint64_t state[4];
};

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);

/*
 * Uniform in [0, below), |below| at least 1, without bias: D. Lemire, "Fast Random Integer
 * Generation in an Interval", ACM TOMACS 29(1), 2019.
 */
uint64_t rng_below(struct rng *rng, uint64_t below);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - the one clock: CLOCK_MONOTONIC, as the kernel stamps events */
#ifndef COLDPROF_CLOCK_H
#define COLDPROF_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* As files are dated, nanoseconds since 1970. */
static inline uint64_t clock_realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

#endif

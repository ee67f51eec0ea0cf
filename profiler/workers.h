/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workers.h - when each process of a tree first waited for work, and when it first got some
 *
 * A process that accepts connections waits for work in accept(2) or in a poll with the listening
 * socket; its first work is the first connection. Any other waits for a pipe or a socket (a queue,
 * a pool's pipe): taken is the first such wait in which it slept, after the last module file that
 * it read within the start; its first work is what ended that wait.
 */
#ifndef COLDPROF_WORKERS_H
#define COLDPROF_WORKERS_H

#include <stdint.h>

#include "call.h"
#include "chain.h"
#include "fdtable.h"
#include "vec.h"

struct worker_start {
	uint64_t wait_ns, work_ns; /* of the stream's clock; 0: not seen */
};

/* Zeroed memory but for the pointers is ready for use. */
struct workers {
	const struct chain *chain;
	struct fdtable *table;
	VEC(struct worker_start) by_process; /* of those that wait for pipes and sockets */
};

/* For every system call of the last pass, before fdcalls_call. 0 or -ENOMEM. */
int workers_call(struct workers *workers, const struct call *call);
void workers_release(struct workers *workers);

/* |seen|: what the chain's finder saw of the same process. */
struct worker_start workers_of(const struct workers *workers, uint32_t process,
			       const struct chain_finder *seen);

#endif

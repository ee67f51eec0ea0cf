/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - what memory each process had, at the marks at which it was read
 *
 * RSS is the kernel's exact count at the mark. PSS and what else comes from smaps is read just
 * after it, with its delay. A process that has ended has its RSS at the end and its peak only.
 */
#ifndef COLDPROF_MEMORY_H
#define COLDPROF_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "chain.h"
#include "event.h"
#include "facts.h"
#include "process.h"
#include "result.h"
#include "vec.h"

struct memory_mapping {
	uint64_t rss, pss, shared, private_, anonymous, swap;
};

/* One process at one mark. */
struct memory_mark {
	bool exact, mapped; /* which of the two was read */
	uint64_t rss_anon, rss_file, rss_shmem;
	uint64_t peak;		     /* of RSS, so far; 0: unknown */
	uint64_t mapped_ns, took_ns; /* when reading of smaps began, and how long it took */
	struct memory_mapping kinds[EVENT_MAP_KINDS];
	bool has_kind[EVENT_MAP_KINDS];
};

#define MEMORY_MARKS (EVENT_AT_EXIT + 1) /* indexed by enum event_memory_mark */

struct memory_process {
	struct memory_mark *marks[MEMORY_MARKS]; /* NULL: not read */
	uint64_t peak;				 /* of RSS, until the end of the recording */
};

/* Open data; zeroed memory but for the pointers is ready for use. */
struct memory {
	const struct facts *facts;
	const struct processes *processes;
	const struct chain *chain;
	VEC(struct memory_process) by_process;
};

void memory_release(struct memory *memory);
/* For every record. 0 or -ENOMEM. */
int memory_event(struct memory *memory, const struct event *event);

/* The marks and the peak of one process. 0 or -ENOMEM. */
int memory_result(const struct memory *memory, uint32_t process, struct result_process *out);

/*
 * The tree's totals when the start was ready: of the processes that lived then and, if the start
 * ended with the exit of its root, of that. And its peak: the sum of these processes' peaks, at
 * least that of the largest process of all. RESULT_ABSENT where not measured.
 */
struct memory_tree {
	int64_t rss, pss, uss, peak;
	uint32_t unread; /* living processes whose smaps could not be read: not in pss and uss */
};
struct memory_tree memory_tree(const struct memory *memory);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* mappings.h - which file is mapped where in each process, so that a page fault has a file */
#ifndef COLDPROF_MAPPINGS_H
#define COLDPROF_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "fdtable.h"
#include "vec.h"

struct mapping {
	uint64_t start, end;
	uint32_t path;
};

/* Of one process: sorted by address, without overlaps. What is not here maps no known file. */
struct mappings_process {
	VEC(struct mapping) items;
};

/* Open data; zeroed memory is empty. */
struct mappings {
	VEC(struct mappings_process) by_process;
};

void mappings_release(struct mappings *mappings);

/* mmap, munmap, mremap; other calls do nothing. 0 or -ENOMEM. */
int mappings_call(struct mappings *mappings, const struct fdtable *table, const struct call *call);
/* A child starts with its parent's. 0 or -ENOMEM. */
int mappings_fork(struct mappings *mappings, uint32_t parent, uint32_t child);
/* exec, or the end of the process. */
void mappings_clear(struct mappings *mappings, uint32_t process);

/* The path of the file that is mapped at |address|, or PATHS_NONE. */
uint32_t mappings_path(const struct mappings *mappings, uint32_t process, uint64_t address);

#endif

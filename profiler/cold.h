/* SPDX-License-Identifier: BSD-2-Clause */
/* cold.h - what makes a start cold: files put out of the page cache, and the proof of it */
#ifndef COLDPROF_COLD_H
#define COLDPROF_COLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"
#include "vec.h"

enum cold_level { COLD_WARM = 0, COLD_EVICTED = 1, COLD_DROPPED = 2 };

/* "warm", "evicted", "dropped". */
const char *cold_name(enum cold_level level);

/* Files that can't be evicted because other processes map them; found once a run. */
struct cold {
	VEC(char *) mapped;
};
void cold_release(struct cold *cold);

/*
 * Makes |files| as cold as |level| says and measures what is left: |residue| (its header fields are
 * the caller's). warm: measures nothing, all counts 0. 0 or -errno, printed.
 */
int cold_apply(struct cold *cold, enum cold_level level, char *const *files, size_t count,
	       struct event_residue *residue);

/* At most 1 % of the judged pages may be left for a start to be as cold as asked for. */
bool cold_as_asked(const struct event_residue *residue);

#endif

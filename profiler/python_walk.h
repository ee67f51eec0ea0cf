/* SPDX-License-Identifier: BSD-2-Clause */
/* python_walk.h - instructions that are passed one after the other, and what is where at each */
#ifndef COLDPROF_PYTHON_WALK_H
#define COLDPROF_PYTHON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cookie.h"
#include "python_tracee.h"

#define WALK_SLOTS  PLACE_SLOT		      /* of the stack that are looked at */
#define WALK_PLACES (PLACE_SLOT + WALK_SLOTS) /* by their number in a cookie */
#define WALK_POINTS 6			      /* instructions that are looked at */

/* Places, each by its number: those that always held a value so far. */
struct places {
	bool hold[WALK_PLACES];
};

/* One instruction that is passed in a straight line, and where what is wanted was each time. */
struct point {
	uint64_t address;
	bool cheap;  /* the kernel need not single-step it */
	bool level;  /* the stack is as it was at the first one */
	bool shared; /* imports of what is loaded pass it too */
	struct places subject, array, result;
};
struct walk {
	struct point points[WALK_POINTS];
	size_t count;
	unsigned int times; /* 0: not walked yet */
};

void walk_all_places(struct places *places);
/* Of |places| those stay that hold |value| now. */
void walk_keep_places(const struct tracee *tracee, uint64_t value, struct places *places);
/*
 * PLACE_NONE where there is none. Registers that a function keeps for its caller come first, the
 * stack's lowest slots, which are the function's own, before those of its callers.
 */
unsigned int walk_best_place(const struct places *places);
/* |first| if that is one of them, else the best. */
unsigned int walk_place_like(const struct places *places, unsigned int first);

/* The kernel need not single-step what is there: uprobe_cost.h. */
bool walk_is_cheap_at(const struct tracee *tracee, uint64_t address);

/*
 * Looks at the instructions from where it stands to the first cheap one, which it doesn't run. What
 * differs from the last time ends the walk for good: it is no straight line. 0 or -errno.
 */
int walk_on(struct tracee *tracee, struct walk *walk, uint64_t subject, uint64_t result);

/* Where on a walk to put a probe, or NULL: a cheap instruction if one will do, else the first. */
const struct point *walk_choose(const struct walk *walk, bool (*serves)(const struct point *));
/* What a probe after a call needs; what one in front of a function's work needs. */
bool walk_serves_end(const struct point *point);
bool walk_serves_entry(const struct point *point);

#endif

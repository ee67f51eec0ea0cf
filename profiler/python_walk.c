// SPDX-License-Identifier: BSD-2-Clause
/* python_walk.c - instructions that are passed one after the other, and what is where at each */
#include "python_walk.h"

#include <string.h>

#include "uprobe_cost.h"

static uint64_t at_place(const struct tracee *tracee, const uint64_t *slots, size_t place)
{
	if (place >= PLACE_SLOT)
		return slots[place - PLACE_SLOT];
	return place < TRACEE_REGISTERS ? tracee->registers[place] : 0;
}

static void read_slots(const struct tracee *tracee, uint64_t slots[WALK_SLOTS])
{
	if (!tracee_read(tracee, tracee->stack, slots, WALK_SLOTS * sizeof(*slots)))
		memset(slots, 0, WALK_SLOTS * sizeof(*slots));
}

void walk_keep_places(const struct tracee *tracee, uint64_t value, struct places *places)
{
	uint64_t slots[WALK_SLOTS];

	read_slots(tracee, slots);
	for (size_t i = 0; i < WALK_PLACES; i++)
		places->hold[i] &= (i < TRACEE_REGISTERS || i >= PLACE_SLOT) &&
				   at_place(tracee, slots, i) == value;
}

/* Registers that hold the address of an array whose first item is |value|. */
static void keep_arrays(const struct tracee *tracee, uint64_t value, struct places *places)
{
	for (size_t i = 0; i < WALK_PLACES; i++)
		places->hold[i] &=
			i < TRACEE_REGISTERS && tracee_word(tracee, tracee->registers[i]) == value;
}

void walk_all_places(struct places *places)
{
	memset(places->hold, true, sizeof(places->hold));
}

unsigned int walk_best_place(const struct places *places)
{
	static const uint8_t kept[] = {3, 5, 12, 13, 14, 15};

	for (size_t i = 0; i < sizeof(kept); i++)
		if (places->hold[kept[i]])
			return kept[i];
	for (unsigned int i = 0; i < WALK_PLACES; i++)
		if (places->hold[i])
			return i;
	return PLACE_NONE;
}

unsigned int walk_place_like(const struct places *places, unsigned int first)
{
	return places->hold[first] ? first : walk_best_place(places);
}

bool walk_is_cheap_at(const struct tracee *tracee, uint64_t address)
{
	uint8_t code[2];

	return tracee_read(tracee, address, code, sizeof(code)) &&
	       uprobe_is_cheap(code, sizeof(code));
}

static void look(const struct tracee *tracee, struct point *point, uint64_t subject,
		 uint64_t result)
{
	walk_keep_places(tracee, subject, &point->subject);
	keep_arrays(tracee, subject, &point->array);
	walk_keep_places(tracee, result, &point->result);
}

static struct point *new_point(struct walk *walk, const struct tracee *tracee)
{
	struct point *point = &walk->points[walk->count++];

	point->address = tracee->ip;
	point->cheap = walk_is_cheap_at(tracee, tracee->ip);
	point->level = true;
	walk_all_places(&point->subject);
	walk_all_places(&point->array);
	walk_all_places(&point->result);
	return point;
}

int walk_on(struct tracee *tracee, struct walk *walk, uint64_t subject, uint64_t result)
{
	uint64_t stack = tracee->stack;
	bool first = !walk->times++;
	int rc = 0;

	for (size_t i = 0; !rc && i < WALK_POINTS; i++) {
		struct point *point;

		if (first)
			new_point(walk, tracee);
		if (i >= walk->count)
			return 0;
		point = &walk->points[i];
		if (point->address != tracee->ip) {
			walk->count = i;
			return 0;
		}
		point->level &= tracee->stack == stack;
		look(tracee, point, subject, result);
		if (point->cheap)
			return 0;
		rc = tracee_step(tracee);
		/* a jump that is not cheap, a return */
		if (!rc && (tracee->ip <= point->address || tracee->ip > point->address + 15)) {
			walk->count = i + 1;
			return 0;
		}
	}
	return rc;
}

bool walk_serves_end(const struct point *point)
{
	return point->level && !point->shared && walk_best_place(&point->subject) != PLACE_NONE;
}

bool walk_serves_entry(const struct point *point)
{
	return point->subject.hold[TRACEE_RSI] || point->array.hold[TRACEE_RSI];
}

const struct point *walk_choose(const struct walk *walk, bool (*serves)(const struct point *))
{
	const struct point *chosen = NULL;

	for (size_t i = 0; i < walk->count; i++) {
		const struct point *point = &walk->points[i];

		if (serves(point) && (!chosen || (point->cheap && !chosen->cheap)))
			chosen = point;
	}
	return chosen;
}

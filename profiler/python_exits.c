// SPDX-License-Identifier: BSD-2-Clause
/* python_exits.c - the instructions by which a function of a watched interpreter is left */
#include "python_exits.h"

#include "python_calibrate_parts.h"

/* How a function was left. */
struct way_out {
	uint64_t address;
	bool has_result;
};

static bool is_known(const struct exits *exits, const struct way_out *way)
{
	for (size_t i = 0; i < exits->count; i++)
		if (exits->points[i].address == way->address)
			return true;
	return false;
}

static int note(struct calibration *cal, struct exits *exits, const struct way_out *way)
{
	uint64_t result = cal->tracee.registers[TRACEE_RAX];

	exits->failed |= !result;
	exits->succeeded |= result != 0;
	if (is_known(exits, way))
		return 0;
	if (exits->count == EXITS_MAX) {
		exits->unknown = true;
		return 0;
	}
	exits->points[exits->count++] =
		(struct exit_point){.address = way->address, .has_result = way->has_result};
	return tracee_break(&cal->tracee, way->address);
}

/*
 * The last instruction of a function that calls others stands where its frame is gone: it returns,
 * or jumps to a function that returns in its place (and is run to its end here).
 */
int exits_follow(struct calibration *cal, struct exits *exits, uint64_t frame)
{
	struct tracee *tracee = &cal->tracee;
	uint64_t caller = tracee_word(tracee, frame), back;
	bool has_called = false;

	for (unsigned int i = 0; i < PYTHON_STEPS_MAX; i++) {
		struct way_out way = {.address = tracee->ip, .has_result = true};
		uint64_t stack = tracee->stack;
		int rc = tracee_step(tracee);

		if (rc)
			return rc;
		if (tracee->stack > frame)
			return note(cal, exits, &way);
		if (python_was_call(tracee, way.address, stack, &back)) {
			has_called = true;
			rc = python_watch_to(cal, back, stack);
		} else if (has_called && stack == frame && tracee->stack == frame &&
			   (tracee->ip <= way.address || tracee->ip > way.address + 15)) {
			way.has_result = false;
			rc = python_watch_to(cal, caller, frame + 8);
			return rc ? rc : note(cal, exits, &way);
		}
		if (rc)
			return rc;
	}
	exits->unknown = true;
	return 0;
}

void exits_note_stray(struct exits *exits, uint64_t address)
{
	for (size_t i = 0; i < exits->count; i++)
		exits->points[i].strays |= exits->points[i].address == address;
}

bool exits_are_known(const struct exits *exits)
{
	for (size_t i = 0; i < exits->count; i++)
		if (exits->points[i].strays)
			return false;
	return exits->failed && exits->succeeded && !exits->unknown;
}

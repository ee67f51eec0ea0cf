// SPDX-License-Identifier: BSD-2-Clause
/* scripts_pauses.c - when a thread with a V8 was off its CPU */
#include "scripts_parts.h"

#include <string.h>

#define SWITCH_NS  20000 /* from a walk to the switch that it was made for */
#define PAUSES_MAX 64

/* The part of [from, to] in which the thread was off its CPU. */
static uint64_t paused_ns(const struct script_thread *thread, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t sum_ns = 0;

	vec_foreach(pause, &thread->pauses) {
		uint64_t begin_ns = pause->out_ns > from_ns ? pause->out_ns : from_ns;
		uint64_t end_ns = pause->in_ns && pause->in_ns < to_ns ? pause->in_ns : to_ns;

		if (end_ns > begin_ns)
			sum_ns += end_ns - begin_ns;
	}
	return sum_ns;
}

uint64_t scripts_pauses_seen_until(const struct script_thread *thread, uint64_t seen_ns)
{
	vec_foreach(pause, &thread->pauses)
		if (pause->out_ns >= seen_ns && pause->out_ns - seen_ns < SWITCH_NS && pause->in_ns)
			return pause->in_ns;
	return seen_ns;
}

uint64_t scripts_pauses_middle(const struct script_thread *thread, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t half_ns = (to_ns - from_ns - paused_ns(thread, from_ns, to_ns)) / 2;
	uint64_t at_ns = from_ns;

	vec_foreach(pause, &thread->pauses) {
		if (pause->out_ns < at_ns || pause->out_ns >= to_ns || !pause->in_ns)
			continue;
		if (pause->out_ns - at_ns >= half_ns)
			break;
		half_ns -= pause->out_ns - at_ns;
		at_ns = pause->in_ns < to_ns ? pause->in_ns : to_ns;
	}
	return at_ns + half_ns < to_ns ? at_ns + half_ns : to_ns;
}

int scripts_pauses_event(struct scripts *scripts, const struct event *event)
{
	struct script_thread *thread =
		scripts_known_thread(scripts, processes_thread(scripts->processes, event->tid));
	struct script_pause pause = {.out_ns = event->time_ns};

	if (!thread)
		return 0;
	if (event->kind == EVENT_SWITCH_IN) {
		if (thread->pauses.count)
			thread->pauses.items[thread->pauses.count - 1].in_ns = event->time_ns;
		return 0;
	}
	if (thread->pauses.count == PAUSES_MAX) {
		thread->pauses.count /= 2;
		memmove(thread->pauses.items, thread->pauses.items + PAUSES_MAX / 2,
			thread->pauses.count * sizeof(pause));
	}
	return vec_push(&thread->pauses, pause);
}

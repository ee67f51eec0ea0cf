// SPDX-License-Identifier: BSD-2-Clause
/* usage.c - how processes, threads and the chain spent their time, by phase: the ledger */
#include "usage.h"

#include <errno.h>

#include "units.h"

int usage_begin(struct usage_ledger *ledger)
{
	while (ledger->by_process.count < ledger->processes->processes.count)
		if (!vec_add(&ledger->by_process))
			return -ENOMEM;
	while (ledger->by_thread.count < ledger->processes->threads.count)
		if (!vec_add(&ledger->by_thread))
			return -ENOMEM;
	while (ledger->by_link.count < ledger->chain->links.count)
		if (!vec_add(&ledger->by_link))
			return -ENOMEM;
	return 0;
}

void usage_release(struct usage_ledger *ledger)
{
	if (!ledger)
		return;
	vec_release(&ledger->by_process);
	vec_release(&ledger->by_thread);
	vec_release(&ledger->by_link);
}

/* The link whose process has |thread| as its main thread. */
static uint32_t link_of(const struct usage_ledger *ledger, uint32_t thread)
{
	uint32_t process = ledger->processes->threads.items[thread].process;

	if (ledger->processes->processes.items[process].leader != thread)
		return USAGE_OFF_CHAIN;
	for (uint32_t i = 0; i < ledger->chain->links.count; i++)
		if (ledger->chain->links.items[i].process == process)
			return i;
	return USAGE_OFF_CHAIN;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool usage_cut(const struct usage_ledger *ledger, uint32_t thread, uint64_t *from_ns,
	       uint64_t to_ns, struct usage_piece *piece)
{
	const struct timeline *timeline = ledger->timeline;
	const struct chain_link *link;
	uint64_t start_ns = *from_ns, end_ns = smaller(to_ns, timeline->end_ns);
	size_t phase = 0;

	if (start_ns < timeline->t0_ns)
		start_ns = timeline->t0_ns;
	while (phase < timeline->count && timeline->phases[phase].end_ns <= start_ns)
		phase++;
	if (start_ns >= end_ns || phase == timeline->count)
		return false;
	end_ns = smaller(end_ns, timeline->phases[phase].end_ns);
	piece->thread = thread;
	piece->phase = phase;
	piece->link = link_of(ledger, thread);
	if (piece->link != USAGE_OFF_CHAIN) {
		link = &ledger->chain->links.items[piece->link];
		if (start_ns < link->from_ns) {
			end_ns = smaller(end_ns, link->from_ns);
			piece->link = USAGE_OFF_CHAIN;
		} else if (start_ns < link->to_ns) {
			end_ns = smaller(end_ns, link->to_ns);
		} else {
			piece->link = USAGE_OFF_CHAIN;
		}
	}
	piece->length_ns = end_ns - start_ns;
	*from_ns = end_ns;
	return true;
}

void usage_add_piece(struct usage_ledger *ledger, const struct usage_piece *piece,
		     enum usage_kind kind)
{
	uint32_t process = ledger->processes->threads.items[piece->thread].process;

	ledger->by_process.items[process].phases[piece->phase].time_ns[kind] += piece->length_ns;
	ledger->by_thread.items[piece->thread].time_ns[kind] += piece->length_ns;
	if (piece->link != USAGE_OFF_CHAIN)
		ledger->by_link.items[piece->link].phases[piece->phase].time_ns[kind] +=
			piece->length_ns;
}

void usage_add(struct usage_ledger *ledger, uint32_t thread, uint64_t from_ns, uint64_t to_ns,
	       enum usage_kind kind)
{
	struct usage_piece piece;

	if (ledger->modules && (kind == USAGE_USER || kind == USAGE_CALL))
		modules_count_time(ledger->modules, thread, from_ns, to_ns, MODULES_CPU_NS);
	while (usage_cut(ledger, thread, &from_ns, to_ns, &piece))
		usage_add_piece(ledger, &piece, kind);
}

static void add_faults(struct usage *usage, const struct usage_faults *faults)
{
	usage->minor_faults += faults->minor;
	usage->major_faults += faults->major;
	usage->cow_faults += faults->cow;
}

void usage_add_faults(struct usage_ledger *ledger, uint32_t thread, uint64_t time_ns,
		      const struct usage_faults *faults)
{
	uint32_t process = ledger->processes->threads.items[thread].process;
	size_t phase = timeline_phase(ledger->timeline, time_ns);
	uint32_t link = link_of(ledger, thread);

	if (ledger->modules) {
		modules_count(ledger->modules, thread, time_ns, MODULES_FAULTS_MINOR,
			      faults->minor);
		modules_count(ledger->modules, thread, time_ns, MODULES_FAULTS_MAJOR,
			      faults->major);
	}
	if (phase == ledger->timeline->count)
		return;
	add_faults(&ledger->by_process.items[process].phases[phase], faults);
	add_faults(&ledger->by_thread.items[thread], faults);
	if (link != USAGE_OFF_CHAIN && time_ns >= ledger->chain->links.items[link].from_ns &&
	    time_ns <= ledger->chain->links.items[link].to_ns)
		add_faults(&ledger->by_link.items[link].phases[phase], faults);
}

void usage_add_switch(struct usage_ledger *ledger, uint32_t thread, uint64_t time_ns,
		      bool voluntary)
{
	uint32_t process = ledger->processes->threads.items[thread].process;
	size_t phase = timeline_phase(ledger->timeline, time_ns);
	struct usage *usage;

	if (phase == ledger->timeline->count)
		return;
	usage = &ledger->by_process.items[process].phases[phase];
	if (voluntary)
		usage->voluntary_switches++;
	else
		usage->involuntary_switches++;
}

static void add_usage(struct usage *sum, const struct usage *more)
{
	for (int kind = 0; kind < USAGE_KINDS; kind++)
		sum->time_ns[kind] += more->time_ns[kind];
	sum->minor_faults += more->minor_faults;
	sum->major_faults += more->major_faults;
	sum->cow_faults += more->cow_faults;
	sum->voluntary_switches += more->voluntary_switches;
	sum->involuntary_switches += more->involuntary_switches;
}

struct usage usage_total(const struct usage_phases *phases)
{
	struct usage total = {};

	for (size_t i = 0; i < TIMELINE_PHASES; i++)
		add_usage(&total, &phases->phases[i]);
	return total;
}

void usage_result(const struct usage *usage, uint64_t fault_ns16, struct result_time *out)
{
	const uint64_t *time_ns = usage->time_ns, *blocked_ns = time_ns + USAGE_BLOCKED;
	uint64_t faults = usage->minor_faults + usage->major_faults;
	uint64_t in_faults_ns = (uint64_t)((unsigned __int128)faults * fault_ns16 >> 16);

	if (in_faults_ns > time_ns[USAGE_USER])
		in_faults_ns = time_ns[USAGE_USER];
	out->on_cpu_ns =
		units_sum(units_signed(time_ns[USAGE_USER]), units_signed(time_ns[USAGE_CALL]));
	out->cpu_system_ns =
		units_sum(units_signed(time_ns[USAGE_CALL]), units_signed(in_faults_ns));
	out->cpu_user_ns = units_signed(time_ns[USAGE_USER] - in_faults_ns);
	out->runqueue_ns = units_signed(time_ns[USAGE_RUNQUEUE]);
	out->blocked_disk_ns = units_signed(blocked_ns[BLOCKED_DISK]);
	out->blocked_network_ns = units_signed(blocked_ns[BLOCKED_NETWORK]);
	out->blocked_pipe_ns = units_signed(blocked_ns[BLOCKED_PIPE]);
	out->blocked_lock_ns = units_signed(blocked_ns[BLOCKED_LOCK]);
	out->blocked_child_ns = units_signed(blocked_ns[BLOCKED_CHILD]);
	out->blocked_timer_ns = units_signed(blocked_ns[BLOCKED_TIMER]);
	out->blocked_fault_ns = units_signed(blocked_ns[BLOCKED_FAULT]);
	out->blocked_thread_ns = units_signed(blocked_ns[BLOCKED_THREAD]);
	out->blocked_other_ns = units_signed(blocked_ns[BLOCKED_OTHER]);
}

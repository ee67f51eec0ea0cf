// SPDX-License-Identifier: BSD-2-Clause
/* syscalls.c - system calls by name: how many returned what, and how long they took, by phase */
#include "syscalls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "callnames.h"

void syscalls_release(struct syscalls *syscalls)
{
	if (!syscalls)
		return;
	vec_foreach(call, &syscalls->calls)
		vec_release(&call->by_error);
	vec_release(&syscalls->calls);
	vec_release(&syscalls->by_process);
	map_release(&syscalls->indices);
}

static struct syscalls_call *find(struct syscalls *syscalls, const struct event_syscall *record)
{
	uint64_t key = (uint64_t)record->abi << 32 | record->number, index;
	struct syscalls_call *call;
	bool native = record->abi == EVENT_ABI_NATIVE && record->number < SYSCALLS_NATIVE;

	if (native && syscalls->native[record->number])
		return &syscalls->calls.items[syscalls->native[record->number] - 1];
	if (map_get_u64(&syscalls->indices, key, &index))
		return &syscalls->calls.items[index];
	call = vec_add(&syscalls->calls);
	if (!call || map_set_u64(&syscalls->indices, key, syscalls->calls.count - 1))
		return NULL;
	call->number = record->number;
	call->abi = record->abi;
	if (native)
		syscalls->native[record->number] = (uint32_t)syscalls->calls.count;
	return call;
}

static struct syscalls_process *process_of(struct syscalls *syscalls, uint32_t process)
{
	while (syscalls->by_process.count <= process)
		if (!vec_add(&syscalls->by_process))
			return NULL;
	return &syscalls->by_process.items[process];
}

static int add_error(struct syscalls_call *call, int64_t result)
{
	struct syscalls_error added = {result, 1};

	call->errors++;
	vec_foreach(error, &call->by_error)
		if (error->result == result) {
			error->count++;
			return 0;
		}
	return vec_push(&call->by_error, added);
}

/* The call's time, phase by phase. */
static void add_time(struct syscalls *syscalls, struct syscalls_call *call, uint64_t from_ns,
		     uint64_t to_ns)
{
	const struct timeline *timeline = syscalls->timeline;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct timeline_phase *phase = &timeline->phases[i];
		uint64_t start_ns = from_ns > phase->start_ns ? from_ns : phase->start_ns;
		uint64_t end_ns = to_ns < phase->end_ns ? to_ns : phase->end_ns;

		if (start_ns >= end_ns)
			continue;
		call->time_ns += end_ns - start_ns;
		call->phase_ns[i] += end_ns - start_ns;
		syscalls->phase_ns[i] += end_ns - start_ns;
	}
}

static unsigned int power_of(uint64_t value)
{
	return value ? 63 - (unsigned int)__builtin_clzll(value) : 0;
}

static int add_return(struct syscalls *syscalls, struct syscalls_call *call,
		      const struct event_syscall *record, size_t phase)
{
	uint64_t enter_ns = record->enter_ns ? record->enter_ns : record->event.time_ns;
	uint64_t took_ns = record->event.time_ns > enter_ns ? record->event.time_ns - enter_ns : 0;

	call->count++;
	call->phase_count[phase]++;
	call->histogram[power_of(took_ns)]++;
	syscalls->count++;
	syscalls->phase_count[phase]++;
	if (record->abi != EVENT_ABI_NATIVE)
		syscalls->compat++;
	if (record->event.flags & EVENT_SYSCALL_DENIED) {
		call->denied++;
		syscalls->denied++;
	}
	call->zeros += record->result == 0;
	if (!callnames_failed(record->result))
		return 0;
	syscalls->errors++;
	return add_error(call, record->result);
}

int syscalls_call(struct syscalls *syscalls, const struct call *call)
{
	const struct event_syscall *record = call->record;
	uint64_t enter_ns = record->enter_ns ? record->enter_ns : record->event.time_ns;
	size_t phase = timeline_phase(syscalls->timeline, record->event.time_ns);
	struct syscalls_process *process;
	struct syscalls_call *known;

	if (!syscalls->timeline->count || enter_ns > syscalls->timeline->end_ns)
		return 0;
	known = find(syscalls, record);
	process = process_of(syscalls, call->process);
	if (!known || !process)
		return -ENOMEM;
	add_time(syscalls, known, enter_ns, record->event.time_ns);
	if (record->event.flags & EVENT_SYSCALL_UNFINISHED || phase == syscalls->timeline->count) {
		known->unfinished++;
		process->unfinished++;
		return 0;
	}
	process->count++;
	process->errors += callnames_failed(record->result);
	return add_return(syscalls, known, record, phase);
}

/* ---- the result ---- */

static int add_histogram(const struct syscalls_call *call, struct result_syscall *out)
{
	size_t used = SYSCALLS_HISTOGRAM;
	int rc = 0;

	while (used && !call->histogram[used - 1])
		used--;
	for (size_t i = 0; i < used && !rc; i++)
		rc = vec_push(&out->histogram, (int64_t)call->histogram[i]);
	return rc;
}

static int add_phases(const struct syscalls *syscalls, const struct syscalls_call *call,
		      struct result_syscall *out)
{
	for (size_t i = 0; i < syscalls->timeline->count; i++) {
		struct result_syscall_phase *phase;

		if (!call->phase_count[i] && !call->phase_ns[i])
			continue;
		phase = result_add(&out->phases, syscall_phase);
		if (!phase)
			return -ENOMEM;
		phase->name = strdup(syscalls->timeline->phases[i].name);
		if (!phase->name)
			return -ENOMEM;
		phase->count = (int64_t)call->phase_count[i];
		phase->time_ns = (int64_t)call->phase_ns[i];
	}
	return 0;
}

static int add_results(const struct syscalls_call *call, struct result_syscall *out)
{
	int64_t positive = (int64_t)(call->count - call->zeros - call->errors);
	char room[CALLNAMES_ERROR];
	int rc = 0;

	vec_foreach(error, &call->by_error)
		if (!rc)
			rc = result_values_add(&out->errors, callnames_error(error->result, room),
					       (int64_t)error->count);
	if (!rc && call->zeros)
		rc = result_values_add(&out->results, "zero", (int64_t)call->zeros);
	if (!rc && positive)
		rc = result_values_add(&out->results, "positive", positive);
	if (!rc && call->errors)
		rc = result_values_add(&out->results, "failed", (int64_t)call->errors);
	return rc;
}

static int add_call(const struct syscalls *syscalls, const struct syscalls_call *call,
		    struct result_sample *sample)
{
	struct result_syscall *out = result_add(&sample->syscalls, syscall);
	int rc;

	if (!out)
		return -ENOMEM;
	out->name = callnames_call(call->abi, call->number);
	out->abi = strdup(callnames_abi(call->abi));
	out->count = (int64_t)call->count;
	out->unfinished_count = (int64_t)call->unfinished;
	out->denied_count = (int64_t)call->denied;
	out->errors_count = (int64_t)call->errors;
	out->time_ns = (int64_t)call->time_ns;
	if (!out->name || !out->abi)
		return -ENOMEM;
	rc = add_histogram(call, out);
	if (!rc)
		rc = add_phases(syscalls, call, out);
	return rc ? rc : add_results(call, out);
}

static int by_count(const void *a, const void *b)
{
	const struct result_syscall *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return strcmp(left->name, right->name);
}

int syscalls_result(const struct syscalls *syscalls, struct result_sample *out)
{
	int rc = 0;

	vec_foreach(call, &syscalls->calls)
		if (!rc)
			rc = add_call(syscalls, call, out);
	if (!rc && out->syscalls.count)
		qsort(out->syscalls.items, out->syscalls.count, sizeof(*out->syscalls.items),
		      by_count);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* modules.c - the modules of a start: who loaded whom, when, and what happened meanwhile */
#include "modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packages.h"
#include "units.h"

void modules_release(struct modules *modules)
{
	if (!modules)
		return;
	vec_foreach(span, &modules->spans) {
		free(span->name);
		free(span->file);
	}
	vec_foreach(thread, &modules->threads)
		vec_release(&thread->segments);
	vec_release(&modules->spans);
	vec_release(&modules->parts);
	vec_release(&modules->points);
	vec_release(&modules->threads);
}

/* ---- producers ---- */

int modules_add(struct modules *modules, const struct modules_span *span, const char *name,
		const char *file, uint32_t *out)
{
	struct modules_span *added = vec_add(&modules->spans);

	if (!added)
		return -ENOMEM;
	*added = *span;
	added->name = strdup(name);
	added->file = file ? strdup(file) : NULL;
	added->open = true;
	added->package = PACKAGES_NONE;
	*out = (uint32_t)(modules->spans.count - 1);
	return added->name && (!file || added->file) ? 0 : -ENOMEM;
}

int modules_set_file(struct modules *modules, uint32_t span, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(modules->spans.items[span].file);
	modules->spans.items[span].file = copy;
	return 0;
}

void modules_end(struct modules *modules, uint32_t span, uint64_t time_ns)
{
	struct modules_span *ended = &modules->spans.items[span];

	ended->open = false;
	ended->end_ns = ended->end_low_ns = ended->end_high_ns = time_ns;
}

int modules_add_part(struct modules *modules, const struct modules_part *part)
{
	return part->end_ns > part->begin_ns ? vec_push(&modules->parts, *part) : 0;
}

int modules_add_point(struct modules *modules, const struct modules_point *point)
{
	return vec_push(&modules->points, *point);
}

/* ---- the innermost span at each instant ---- */

/* What lies over each other: all spans, then all parts, by one number. */
static uint64_t begin_of(const struct modules *modules, uint32_t number)
{
	size_t spans = modules->spans.count;

	return number < spans ? modules->spans.items[number].begin_ns
			      : modules->parts.items[number - spans].begin_ns;
}

static uint64_t end_of(const struct modules *modules, uint32_t number)
{
	size_t spans = modules->spans.count;

	return number < spans ? modules->spans.items[number].end_ns
			      : modules->parts.items[number - spans].end_ns;
}

static uint32_t span_of(const struct modules *modules, uint32_t number)
{
	size_t spans = modules->spans.count;

	return number < spans ? number : modules->parts.items[number - spans].span;
}

/* Those of one thread, while they are laid over each other. */
struct layers {
	const struct modules *modules;
	VEC(uint32_t) begins; /* by begin */
	VEC(uint32_t) ends;   /* by end */
	VEC(uint32_t) open;   /* those that have begun and not ended, the innermost last */
};

static void layers_release(struct layers *layers)
{
	vec_release(&layers->begins);
	vec_release(&layers->ends);
	vec_release(&layers->open);
}

static int compare(uint64_t left, uint64_t right)
{
	return left < right ? -1 : left > right;
}

static int by_begin(const void *a, const void *b, void *context)
{
	const struct modules *modules = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	int order = compare(begin_of(modules, left), begin_of(modules, right));

	return order ? order : compare(left, right);
}

/* Of those that end at one instant the last to begin is the first. */
static int by_end(const void *a, const void *b, void *context)
{
	const struct modules *modules = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	int order = compare(end_of(modules, left), end_of(modules, right));

	return order ? order : compare(right, left);
}

static int add_segment(struct modules_thread *thread, uint64_t time_ns, uint32_t span)
{
	struct modules_segment *last =
		thread->segments.count ? &thread->segments.items[thread->segments.count - 1] : NULL;

	if (last && last->time_ns == time_ns) {
		last->span = span;
		return 0;
	}
	return vec_push(&thread->segments, ((struct modules_segment){time_ns, span}));
}

static uint32_t innermost(const struct layers *layers)
{
	return layers->open.count
		       ? span_of(layers->modules, layers->open.items[layers->open.count - 1])
		       : MODULES_NONE;
}

static bool close_span(struct layers *layers, uint32_t span)
{
	for (size_t i = layers->open.count; i-- > 0;)
		if (layers->open.items[i] == span) {
			memmove(&layers->open.items[i], &layers->open.items[i + 1],
				(layers->open.count - i - 1) * sizeof(span));
			layers->open.count--;
			return true;
		}
	return false;
}

/* What ends at the instant at which another begins ends first. */
static int lay_over(struct layers *layers, struct modules_thread *thread)
{
	const struct modules *modules = layers->modules;
	size_t begun = 0, ended = 0;
	int rc = 0;

	while (!rc && ended < layers->ends.count) {
		uint32_t last = layers->ends.items[ended], next = MODULES_NONE;
		uint64_t time_ns = end_of(modules, last);

		if (begun < layers->begins.count)
			next = layers->begins.items[begun];
		if ((next == MODULES_NONE || begin_of(modules, next) >= time_ns) &&
		    close_span(layers, last)) {
			ended++;
		} else {
			begun++;
			time_ns = begin_of(modules, next);
			rc = vec_push(&layers->open, next);
		}
		if (!rc)
			rc = add_segment(thread, time_ns, innermost(layers));
	}
	return rc;
}

static int lay_thread_over(struct modules *modules, uint32_t thread)
{
	uint32_t count = (uint32_t)(modules->spans.count + modules->parts.count);
	struct layers layers = {.modules = modules};
	int rc = 0;

	for (uint32_t i = 0; i < count && !rc; i++) {
		if (modules->spans.items[span_of(modules, i)].thread != thread)
			continue;
		rc = vec_push(&layers.begins, i);
		if (!rc)
			rc = vec_push(&layers.ends, i);
	}
	if (!rc && layers.begins.count) {
		qsort_r(layers.begins.items, layers.begins.count, sizeof(uint32_t), by_begin,
			modules);
		qsort_r(layers.ends.items, layers.ends.count, sizeof(uint32_t), by_end, modules);
		rc = lay_over(&layers, &modules->threads.items[thread]);
	}
	layers_release(&layers);
	return rc;
}

static int lay_all_over(struct modules *modules)
{
	uint32_t threads = 0;
	int rc = 0;

	vec_foreach(span, &modules->spans)
		if (span->thread >= threads)
			threads = span->thread + 1;
	while (modules->threads.count < threads)
		if (!vec_add(&modules->threads))
			return -ENOMEM;
	for (uint32_t i = 0; i < threads && !rc; i++)
		rc = lay_thread_over(modules, i);
	return rc;
}

/* ---- self times ---- */

/* A segment of one of a process's threads. */
struct change {
	uint64_t time_ns;
	uint32_t thread;
	uint32_t span;
};

/* The innermost spans of a process's threads, while time passes. */
struct sharing {
	struct modules *modules;
	VEC(struct change) changes;
	VEC(uint32_t) now; /* by thread */
};

static int by_time(const void *a, const void *b)
{
	const struct change *left = a, *right = b;
	int order = compare(left->time_ns, right->time_ns);

	return order ? order : compare(left->thread, right->thread);
}

/* Whether it shares: what never ends (a server in its own import) has what others leave. */
static bool takes_part(const struct sharing *sharing, uint32_t span, bool open)
{
	return span != MODULES_NONE && sharing->modules->spans.items[span].open == open;
}

static size_t parties(const struct sharing *sharing, bool open)
{
	size_t count = 0;

	vec_foreach(span, &sharing->now)
		count += takes_part(sharing, *span, open);
	return count;
}

static void share(const struct sharing *sharing, uint64_t length_ns)
{
	bool open = !parties(sharing, false);
	size_t left = parties(sharing, open);

	vec_foreach(span, &sharing->now) {
		uint64_t part_ns;

		if (!takes_part(sharing, *span, open))
			continue;
		part_ns = length_ns / left--;
		sharing->modules->spans.items[*span].self_ns += part_ns;
		length_ns -= part_ns;
	}
}

static int share_process(struct sharing *sharing)
{
	uint64_t since_ns = 0;

	if (!sharing->changes.count)
		return 0;
	qsort(sharing->changes.items, sharing->changes.count, sizeof(struct change), by_time);
	sharing->now.count = 0;
	vec_foreach(change, &sharing->changes) {
		if (change->time_ns > since_ns)
			share(sharing, change->time_ns - since_ns);
		since_ns = change->time_ns;
		while (sharing->now.count <= change->thread)
			if (vec_push(&sharing->now, MODULES_NONE))
				return -ENOMEM;
		sharing->now.items[change->thread] = change->span;
	}
	return 0;
}

/* Of the threads of |process| that load; |change.thread| counts these alone. */
static int gather(struct sharing *sharing, uint32_t process)
{
	uint32_t number = 0;
	int rc = 0;

	sharing->changes.count = 0;
	vec_foreach(thread, &sharing->modules->threads) {
		if (!thread->segments.count || thread->process != process)
			continue;
		vec_foreach(segment, &thread->segments)
			if (!rc)
				rc = vec_push(
					&sharing->changes,
					((struct change){segment->time_ns, number, segment->span}));
		number++;
	}
	return rc;
}

static int set_self_times(struct modules *modules)
{
	struct sharing sharing = {.modules = modules};
	uint32_t processes = 0;
	int rc = 0;

	vec_foreach(span, &modules->spans) {
		modules->threads.items[span->thread].process = span->process;
		if (span->process >= processes)
			processes = span->process + 1;
	}
	for (uint32_t i = 0; i < processes && !rc; i++) {
		rc = gather(&sharing, i);
		if (!rc)
			rc = share_process(&sharing);
	}
	vec_release(&sharing.changes);
	vec_release(&sharing.now);
	return rc;
}

/* ---- growth of memory ---- */

static int by_process(const void *a, const void *b)
{
	const struct modules_point *left = a, *right = b;
	int order = compare(left->process, right->process);

	return order ? order : compare(left->time_ns, right->time_ns);
}

/* What came between two points is of the span in which the second one's thread then was. */
static void set_growth(struct modules *modules)
{
	size_t count = modules->points.count;

	if (!count)
		return;
	qsort(modules->points.items, count, sizeof(struct modules_point), by_process);
	for (size_t i = 1; i < count; i++) {
		const struct modules_point *to = &modules->points.items[i], *from = to - 1;
		uint32_t span;

		if (from->process != to->process)
			continue;
		span = modules_at(modules, to->thread,
				  from->time_ns + (to->time_ns - from->time_ns) / 2);
		if (span == MODULES_NONE)
			continue;
		modules->spans.items[span].self_rss_bytes +=
			units_signed(to->rss_bytes) - units_signed(from->rss_bytes);
	}
}

/* A part counts for its module, and for who loads that, up to one that it lies in. */
static void set_parts(struct modules *modules)
{
	vec_foreach(part, &modules->parts)
		for (uint32_t at = part->span; at != MODULES_NONE;
		     at = modules->spans.items[at].parent) {
			struct modules_span *span = &modules->spans.items[at];

			if (span->begin_ns <= part->begin_ns && part->end_ns <= span->end_ns)
				break;
			span->parts_ns += part->end_ns - part->begin_ns;
		}
}

int modules_finish(struct modules *modules, uint64_t last_ns)
{
	int rc;

	vec_foreach(span, &modules->spans)
		if (span->open) {
			span->end_low_ns = span->end_ns;
			span->end_ns = span->end_high_ns = last_ns;
		}
	rc = lay_all_over(modules);
	if (!rc)
		rc = set_self_times(modules);
	set_parts(modules);
	set_growth(modules);
	return rc;
}

/* ---- counting ---- */

/* The last segment that begins at or before |time_ns|, or NULL. */
static struct modules_segment *segment_at(struct modules_thread *thread, uint64_t time_ns)
{
	const struct modules_segment *items = thread->segments.items;
	size_t low = 0, high = thread->segments.count;

	if (!high || time_ns < items[0].time_ns)
		return NULL;
	/* most look-ups are in the segment of the last one or in the next */
	for (size_t i = thread->last; i < thread->last + 2 && i < high; i++)
		if (items[i].time_ns <= time_ns &&
		    (i + 1 == high || time_ns < items[i + 1].time_ns)) {
			thread->last = i;
			return &thread->segments.items[i];
		}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].time_ns <= time_ns)
			low = middle;
		else
			high = middle;
	}
	thread->last = low;
	return &thread->segments.items[low];
}

uint32_t modules_at(struct modules *modules, uint32_t thread, uint64_t time_ns)
{
	const struct modules_segment *segment;

	if (thread >= modules->threads.count)
		return MODULES_NONE;
	segment = segment_at(&modules->threads.items[thread], time_ns);
	return segment ? segment->span : MODULES_NONE;
}

void modules_count(struct modules *modules, uint32_t thread, uint64_t time_ns,
		   enum modules_count what, uint64_t amount)
{
	uint32_t span = modules_at(modules, thread, time_ns);

	if (span != MODULES_NONE)
		modules->spans.items[span].counts[what] += amount;
}

void modules_count_time(struct modules *modules, uint32_t thread, uint64_t from_ns, uint64_t to_ns,
			enum modules_count what)
{
	const struct modules_thread *known;
	size_t i;

	if (thread >= modules->threads.count || from_ns >= to_ns)
		return;
	known = &modules->threads.items[thread];
	if (!known->segments.count)
		return;
	i = segment_at(&modules->threads.items[thread], from_ns) ? known->last : 0;
	for (; i < known->segments.count && known->segments.items[i].time_ns < to_ns; i++) {
		const struct modules_segment *segment = &known->segments.items[i];
		uint64_t begin_ns = segment->time_ns, end_ns = to_ns;

		if (begin_ns < from_ns)
			begin_ns = from_ns;
		if (i + 1 < known->segments.count && segment[1].time_ns < end_ns)
			end_ns = segment[1].time_ns;
		if (segment->span != MODULES_NONE)
			modules->spans.items[segment->span].counts[what] += end_ns - begin_ns;
	}
}

void modules_call(struct modules *modules, const struct call *call)
{
	const struct event_syscall *record = call->record;
	uint64_t return_ns = record->event.time_ns, enter_ns = record->enter_ns;

	if (record->event.flags & EVENT_SYSCALL_UNFINISHED)
		return;
	if (!enter_ns || enter_ns > return_ns)
		enter_ns = return_ns;
	modules_count(modules, call->thread, enter_ns, MODULES_SYSCALLS, 1);
	modules_count(modules, call->thread, enter_ns, MODULES_SYSCALLS_NS, return_ns - enter_ns);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.h - every metric that a start has: the one table of names, units and meanings */
#ifndef COLDPROF_METRICS_H
#define COLDPROF_METRICS_H

#include <stdbool.h>
#include <stddef.h>

enum metric_kind {
	METRIC_TIME,  /* ns */
	METRIC_WAIT,  /* ns, more the machine's doing than the program's: shown, not gated */
	METRIC_SIZE,  /* bytes */
	METRIC_COUNT, /* count */
};

/*
 * What all metrics of a kind have in common. Of every metric less is better. The smallest effect
 * that matters is the larger of a share of what was and of an amount; a comparison says so, unless
 * told other ones. A count that never varies needs none: there any difference is one.
 */
struct metric_kind_info {
	const char *name; /* of them all: "times" */
	const char *unit; /* "ns", "bytes" or "count" */
	bool gated;	  /* whether a comparison fails when it is worse */
	double relative, absolute;
};

extern const struct metric_kind_info metrics_kinds[];
extern const size_t metrics_kinds_count;

/*
 * Names are unique. "phase_NAME_ns" stands for one metric a phase. A metric may be split by a
 * label, which is then part of its name: "syscalls_count{name=openat}".
 */
struct metric {
	const char *name;
	enum metric_kind kind;
	const char *description; /* a phrase, no full stop */
};

extern const struct metric metrics_table[];
extern const size_t metrics_count;

/* The metric of a name, labels and phases resolved; NULL for an unknown one. */
const struct metric *metrics_find(const char *name);

/* All system calls; by name "syscalls_count{name=openat}". */
#define METRICS_CALLS "syscalls_count"

/*
 * A count of how memory is used: of page faults, or of a system call that asks for memory or gives
 * it back. It depends on where memory lies: a comment in a module or a longer name of its folder
 * moves the sizes of strings, and with them a heap's end by steps of 128 KiB (glibc's M_TOP_PAD) or
 * an arena of 256 KiB. So it has a smallest effect that matters of its own, even where it never
 * varies.
 */
struct metrics_memory_count {
	const char *name;	 /* of the metric, with its label */
	const char *description; /* of a system call; NULL: metrics_table has it */
	double relative, absolute;
};

extern const struct metrics_memory_count metrics_memory_counts[];
extern const size_t metrics_memory_counts_count;

/* The one of a metric's name; NULL for all else. */
const struct metrics_memory_count *metrics_memory_count(const char *name);

/* Whether it is one, and of a system call. */
bool metrics_is_memory_call(const char *name);

/* "ns", "bytes" or "count". */
const char *metrics_unit(const struct metric *metric);

#endif

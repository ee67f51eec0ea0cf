/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.h - every metric that a start has: the one table of names, units and meanings */
#ifndef COLDPROF_METRICS_H
#define COLDPROF_METRICS_H

#include <stddef.h>

enum metric_kind {
	METRIC_TIME,  /* ns */
	METRIC_SIZE,  /* bytes */
	METRIC_COUNT, /* count */
};

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

/* "ns", "bytes" or "count". */
const char *metrics_unit(const struct metric *metric);

#endif

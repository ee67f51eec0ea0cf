/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.h - the modules of a start: who loaded whom, when, and what happened meanwhile
 *
 * A span is one load of a module by one thread, from its search to its end. Two producers fill
 * the list during a pass: python_imports.c and scripts.c (Node.js). After it modules_finish() lays
 * the spans of each thread over each other: at each instant the innermost open one, of those that
 * began last, has the time for itself. Programs that switch stacks (greenlets) need not end them
 * in order. What happens then in the last pass is counted for the innermost span.
 *
 *   self time    of the wall clock; where k threads of the process load at once, each span gets a
 *                k-th of the instant, so that self times add up to the time in which any loads
 *   total time   from begin to end, and parts before that
 */
#ifndef COLDPROF_MODULES_H
#define COLDPROF_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "vec.h"

#define MODULES_NONE UINT32_MAX

enum modules_kind {
	MODULES_UNKNOWN = 0,
	MODULES_SOURCE,	   /* Python, compiled at import */
	MODULES_BYTECODE,  /* Python, from a .pyc */
	MODULES_FROZEN,	   /* Python, in the interpreter's binary */
	MODULES_BUILTIN,   /* written in C, in the runtime's binary; Node's own scripts */
	MODULES_EXTENSION, /* Python, a shared library */
	MODULES_NAMESPACE, /* a Python package without a file */
	MODULES_ARCHIVE,   /* Python code in a zip file */
	MODULES_COMMONJS,
	MODULES_ESM,
	MODULES_JSON,
	MODULES_ADDON, /* Node, a shared library */
	MODULES_KINDS,
};

/* What is counted for the innermost span. */
enum modules_count {
	MODULES_CPU_NS,
	MODULES_SYSCALLS,
	MODULES_SYSCALLS_NS,
	MODULES_OPENED,
	MODULES_ENOENT,
	MODULES_READ_BYTES,
	MODULES_FAULTS_MINOR,
	MODULES_FAULTS_MAJOR,
	MODULES_COUNTS,
};

struct modules_span {
	/* by the producer */
	uint32_t process, thread; /* indices in struct processes */
	uint32_t parent;	  /* span, an earlier item of the list; MODULES_NONE: a root */
	enum modules_kind kind;
	char *name; /* owned, never NULL */
	char *file; /* owned; NULL: none, or not known */
	uint64_t begin_ns, end_ns;
	uint64_t end_low_ns, end_high_ns; /* the end lies between; equal to it: exact */
	bool open;			  /* not seen to end */
	bool failed;			  /* it raised */
	bool has_native;		  /* the next two are measured: of extensions and addons */
	uint64_t dlopen_ns, init_ns;	  /* in dlopen(3); in the library's init function */
	/* by models.c, PACKAGES_NONE before it */
	uint32_t package;
	/* by modules_finish() */
	uint64_t parts_ns; /* of its parts, and of those of what it loads that lie outside of it */
	uint64_t self_ns;
	int64_t self_rss_bytes; /* growth */
	/* by modules_count() */
	uint64_t counts[MODULES_COUNTS];
};

/*
 * Work for a module before its span, on the same thread: an ES module is resolved, read and
 * compiled with its whole graph before the first one of that runs.
 */
struct modules_part {
	uint32_t span;
	uint64_t begin_ns, end_ns;
};

/* Exact resident memory of a process, read on a thread of it. */
struct modules_point {
	uint32_t process, thread;
	uint64_t time_ns;
	uint64_t rss_bytes;
};

/* From |time_ns| on |span| (or MODULES_NONE) is the innermost one of the thread. */
struct modules_segment {
	uint64_t time_ns;
	uint32_t span;
};
struct modules_thread {
	uint32_t process;
	VEC(struct modules_segment) segments; /* by time */
	size_t last;			      /* of the last look-up, as most follow it closely */
};

/* Open data; zeroed memory is empty. */
struct modules {
	VEC(struct modules_span) spans; /* a thread's own are in the order of their begin */
	VEC(struct modules_part) parts;
	VEC(struct modules_point) points;
	const char *technique;		    /* how they were seen; NULL: they were not */
	VEC(struct modules_thread) threads; /* by thread */
};
void modules_release(struct modules *modules);

/*
 * ---- for producers ----
 *
 * Adds a span, of which process, thread, parent and begin_ns must be set; texts are copied (|file|
 * may be NULL), the fields of the same name are not read. It is open until its end_ns is set.
 * Its index through |*out|. 0 or -ENOMEM.
 */
int modules_add(struct modules *modules, const struct modules_span *span, const char *name,
		const char *file, uint32_t *out);
/* Replaces the file of a span, 0 or -ENOMEM. */
int modules_set_file(struct modules *modules, uint32_t span, const char *file);
/* An exact end. */
void modules_end(struct modules *modules, uint32_t span, uint64_t time_ns);
int modules_add_part(struct modules *modules, const struct modules_part *part);
int modules_add_point(struct modules *modules, const struct modules_point *point);

/* ---- after the producers' pass ---- */

/* |last_ns|: of the recording; what is open lasts until then. 0 or -ENOMEM. */
int modules_finish(struct modules *modules, uint64_t last_ns);

/* The innermost span of a thread at an instant, or MODULES_NONE. */
uint32_t modules_at(struct modules *modules, uint32_t thread, uint64_t time_ns);

/* Counts |amount| at an instant. */
void modules_count(struct modules *modules, uint32_t thread, uint64_t time_ns,
		   enum modules_count what, uint64_t amount);
/* For every system call. */
void modules_call(struct modules *modules, const struct call *call);
/* Counts the time between two instants, cut where the innermost span changes. */
void modules_count_time(struct modules *modules, uint32_t thread, uint64_t from_ns, uint64_t to_ns,
			enum modules_count what);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* probes.h - the places in a runtime's code that show how far its start has come */
#ifndef COLDPROF_PROBES_H
#define COLDPROF_PROBES_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "cookie.h"
#include "event.h"
#include "runtime.h"
#include "vec.h"

/* The BPF program that a probe runs; trace.c joins them. */
enum probe_program {
	PROBE_MARK = 0,	  /* marks.bpf.c */
	PROBE_SCRIPT = 1, /* scripts.bpf.c */
	PROBE_IMPORT = 2, /* imports.bpf.c */
};

/* A plain uprobe at one instruction; there are never uretprobes. */
struct probe {
	char *path;	 /* real path of the file */
	uint64_t offset; /* in the file */
	enum probe_program program;
	uint64_t cookie;	     /* what the program is told: cookie.h */
	struct import_layout layout; /* PROBE_IMPORT */
	uint32_t device;	     /* of the file, as event_exec.exe_device */
	uint64_t inode;
};

/* Zeroed memory is an empty list. */
struct probes {
	VEC(struct probe) items;
	VEC(struct v8_layout) layouts; /* by the number in a cookie of PROBE_SCRIPT */
};
void probes_release(struct probes *probes);

/*
 * Adds the probes of a runtime that are not in the list yet (two runtimes share a libc). 0 or
 * -ENOMEM. |marks| (may be NULL) gets 1 << enum event_mark_id for each mark that the runtime has,
 * as event_runtime.marks wants it.
 */
int probes_of(const struct runtime *runtime, struct probes *probes, uint32_t *marks);

/*
 * Adds the probes that show which module a runtime loads, as far as it can be told. |*reason| gets
 * a constant text why not, or NULL. 0 or -ENOMEM.
 */
int probes_of_modules(const struct runtime *runtime, struct probes *probes, const char **reason);

/*
 * How the modules of a runtime can be seen, or why they can't: texts that live as long as the
 * runtime. Both are NULL for what is no runtime.
 */
void probes_modules(const struct runtime *runtime, const char **technique, const char **reason);

/* The marks that a runtime of this kind has when nothing is amiss. */
uint32_t probes_marks_expected(enum event_runtime_kind kind);

/* Adds "main, vm" of a set of marks. */
int probes_marks_text(uint32_t marks, struct buf *out);

/* A probed file and the processes that map it, so that they trap too while probes are attached. */
struct probes_foreign {
	const char *path; /* the list's */
	size_t processes;
};
struct probes_foreigners {
	VEC(struct probes_foreign) items;
};
void probes_foreigners_release(struct probes_foreigners *foreigners);

/*
 * One item for each probed file, counted right now in one walk over /proc; we ourselves and
 * processes that cannot be read are left out. 0 or -errno.
 */
int probes_foreign_count(const struct probes *probes, struct probes_foreigners *out);

#endif

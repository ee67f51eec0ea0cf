/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline.h - the phases of a start, found on its chain
 *
 *   wrapper    t0 -> entry of the execve of the chain's first known runtime; absent if that is t0
 *   exec       -> the runtime's own main, or, without that mark, its ELF entry point
 *   runtime    -> interpreter or VM ready
 *   bootstrap  -> entry of the first open of the application's entry
 *   load       -> end of the last import, or last module-file read (below)
 *   then, by what ended the start:
 *   response   setup -> the later of listen(2) and the first wait for work; respond -> the end
 *   ready      setup -> the end
 *   exit       main -> the first of libc's exit, Py_FinalizeEx, exit_group (killed: the death of
 * the last thread); exit -> the end
 *
 * Each boundary is the later of its own mark and the boundary before, and never later than the end:
 * so phases are contiguous and their sum is the total, exactly. A mark that was not seen merges its
 * phase into the next one; its name goes to |missing|. Marks count from the first known runtime on
 * the chain; without one (any other program) only `load` and what follows can be found.
 *
 * The end of the last import is that of the last module that a process loaded while the chain was
 * at it, complete before the limit: the ending process's first wait for work (where that was not
 * seen: its listen(2), else the accept, else the end); for an exit, the beginning of the exit. What
 * ends later is a deferred load, or the entry itself, which goes on to serve.
 *
 * Where modules can't be seen, the last module-file read stands for it: the last read or mmap of a
 * .py, .pyc, .so, .so.N, .js, .mjs, .cjs, .json or .node file, by a process while the chain was at
 * it, that returned before the limit. A read of the entry through a descriptor that is still open
 * at the limit does not count. The technique's weakness: a program that reads a .json file of data
 * late in its main part makes `load` last until then.
 */
#ifndef COLDPROF_TIMELINE_H
#define COLDPROF_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "chain.h"
#include "facts.h"
#include "fdtable.h"
#include "modules.h"
#include "process.h"
#include "recording.h"

#define TIMELINE_PHASES 8

struct timeline_phase {
	const char *name;
	uint64_t start_ns, end_ns; /* of the stream's clock */
};

struct timeline {
	uint64_t t0_ns, end_ns;
	struct timeline_phase phases[TIMELINE_PHASES];
	size_t count; /* 0: nothing was started */
	const char *missing[TIMELINE_PHASES];
	size_t missing_count;
	const char *load_technique; /* NULL: no load */
	uint64_t load_limit_ns;	    /* what ends later is no part of the load */
};

/*
 * The phase of a moment: a boundary belongs to the phase that it ends; a moment before t0 to the
 * first one. |count| for one after the end, or if there are no phases.
 */
size_t timeline_phase(const struct timeline *timeline, uint64_t time_ns);

/* Whether the load of a module is a part of the start: on the chain, and complete in time. */
bool timeline_loads(const struct chain *chain, uint64_t limit_ns, const struct modules_span *span);

/* ---- finding it: a pass over the recording ---- */

/* Zeroed memory but for the pointers; then timeline_begin. */
struct timeline_finder {
	const struct facts *facts;
	const struct processes *processes;
	const struct chain *chain;
	const struct modules *modules; /* whole when timeline_find() is called; NULL: none */
	struct fdtable *table;

	uint64_t limit_ns;		     /* of the load */
	const struct facts_runtime *runtime; /* the chain's first; NULL: none yet */
	uint64_t runtime_ns;		     /* entry of its execve */
	uint64_t image_ns;		     /* of the chain's last one */
	uint64_t start_ns, main_ns, vm_ns;
	char *entry;		/* absolute path of the application's file; NULL: none */
	char *module;		/* or the dotted name of its module */
	uint64_t entry_ns;	/* first open of it */
	uint64_t named_ns;	/* first open of another path with its name (a link was followed) */
	uint32_t entry_path;	/* what was opened */
	uint64_t entry_read_ns; /* last read of it, while it is open */
	uint64_t read_ns;	/* last module-file read of any image on the chain */
	uint64_t load_ns;	/* of the runtime */
};

void timeline_begin(struct timeline_finder *finder);
void timeline_finder_release(struct timeline_finder *finder);
/* For every record but system calls. 0 or -ENOMEM. */
int timeline_event(struct timeline_finder *finder, const struct recording *recording,
		   const struct event *event);
/* For every system call, before fdcalls_call. 0 or -ENOMEM. */
int timeline_call(struct timeline_finder *finder, const struct recording *recording,
		  const struct call *call);
void timeline_find(const struct timeline_finder *finder, struct timeline *out);

#endif

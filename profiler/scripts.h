/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scripts.h - Node.js's modules, inferred from what was compiled and from the stacks of its threads
 *
 * Fed with a pass over the recording; fills the spans of struct modules.
 *
 *   CommonJS    begins with the first look for its file that leads to its compilation, in the
 *               module that was innermost then, its parent; where a walk has shown that in a call
 *               of require() before, with that walk. Its end is not seen: it lies between the last
 *               moment that shows it on the stack and the first that shows it gone.
 *   ES module   runs between two probes, exactly. It begins when its first import does: an import
 *               tree in the order of evaluation. That the whole graph is found, read, compiled and
 *               linked before is time of the module at its root, which began with that.
 *   .json       a file that was looked for as a module is and then read; to the next call, or a
 *               walk that shows its parent outside of require()
 *   .node       a shared library that was opened; to the next search for a module, or a walk that
 *               shows its parent outside of require(): until then also its libraries and what their
 *               init functions do
 *   node:NAME   Node.js's own, if they are compiled during the start (most come from a snapshot)
 *
 * An end between bounds is given as the later one where that is a call or a compilation (a module
 * that ends is mostly followed by the search for the next one), as the middle where it is a sample.
 */
#ifndef COLDPROF_SCRIPTS_H
#define COLDPROF_SCRIPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "fdtable.h"
#include "map.h"
#include "modules.h"
#include "process.h"
#include "recording.h"
#include "vec.h"

#define SCRIPTS_TECHNIQUE "V8 stacks"

/* One load of a module, until it becomes a span. */
struct script {
	uint32_t process, thread;
	uint32_t parent; /* index, or MODULES_NONE */
	uint32_t within; /* as |parent|: the one whose top level was running */
	enum modules_kind kind;
	uint32_t name; /* V8's name of the script, in paths: an absolute path, a URL, node:NAME */
	uint64_t begin_ns;
	uint64_t parsed_ns;   /* its compilation; of an ES module long before it runs */
	uint64_t compiled_ns; /* the same, but of an ES module when it began to run */
	uint64_t seen_ns;     /* last seen on the stack */
	uint64_t end_ns, low_ns, high_ns;
	uint64_t frame;		       /* of its function; 0: not seen on the stack yet */
	uint64_t site;		       /* of the call that compiled it, as in event_script */
	uint64_t evaluation, importer; /* as in event_script */
	bool open;		       /* on the stack, as far as is known */
	bool executed;		       /* an ES module began to run */
	bool imported;		       /* by another one: not the root of a graph */
	bool resumed;		       /* and went on after it had waited */
	bool failed, exact;
};

/* Something that was looked for. */
struct script_look {
	uint64_t time_ns;
	uint32_t path;
	bool found, opened;
	bool link;	 /* it was, and where it leads to was asked for */
	bool unfollowed; /* a symbolic link would have been looked at itself, as realpath(3) does */
};

/* The thread was off its CPU. */
struct script_pause {
	uint64_t out_ns, in_ns; /* in_ns 0: it still is */
};

/* A thread with a V8. */
struct script_thread {
	bool used;
	uint32_t shown;	   /* what the last walk showed: index, or MODULES_NONE */
	uint32_t compiled; /* the last one, or MODULES_NONE */
	bool requires;	   /* the last walk showed it in require() */
	bool embeds;	   /* a single executable application: its own script is in it */
	uint32_t embedded; /* that script's name, which need be no path; or PATHS_NONE */
	uint32_t requirer; /* has been in require() since; or MODULES_NONE */
	uint64_t required_ns;
	uint32_t file;		     /* a file that was opened to be loaded without compilation, */
	enum modules_kind file_kind; /* and as what, MODULES_UNKNOWN: none */
	VEC(uint32_t) stack;	     /* those that are open, the outermost first */
	VEC(struct script_look) looks;	 /* since the last module was found */
	VEC(struct script_pause) pauses; /* the last ones */
};

/* Empty when zeroed but for the pointers. */
struct scripts {
	const struct facts *facts;
	const struct processes *processes;
	struct fdtable *table;
	struct paths *paths;
	struct modules *modules;

	VEC(struct script) scripts;
	VEC(struct script_thread) threads; /* by thread */
	struct map opened;		   /* path -> when it was last opened, by any thread */
};

void scripts_release(struct scripts *scripts);
/* For every record but system calls; for every system call, before fdcalls_call. 0 or -ENOMEM. */
int scripts_event(struct scripts *scripts, const struct recording *recording,
		  const struct event *event);
int scripts_call(struct scripts *scripts, const struct recording *recording,
		 const struct call *call);
/* After the pass: the spans. 0 or -ENOMEM. */
int scripts_finish(struct scripts *scripts);

#endif

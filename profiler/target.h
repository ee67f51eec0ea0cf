/* SPDX-License-Identifier: BSD-2-Clause */
/* target.h - one thing to be started: a prepared workload or a command, with all that it needs */
#ifndef COLDPROF_TARGET_H
#define COLDPROF_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "package_facts.h"
#include "ready.h"
#include "runtime.h"
#include "vec.h"

struct user;
struct workload;

/* Open data; all memory is its own but |workload|. Zeroed memory is empty. */
struct target {
	char *name;
	char *label;  /* as lines to people have it, where its name would not do; else NULL */
	char *reason; /* why it can't be started (not prepared); else NULL */
	VEC(char *) argv;
	char **environment; /* ends with NULL */
	char **hooked;	    /* the same with module_hook.js preloaded; NULL: it is not used */
	bool hook_barred;   /* by an option of its Node.js: that was said */
	char *cwd;
	char *folder;	  /* where the workload is prepared; NULL: a command */
	char *executable; /* real path of argv[0] as execve gets it */
	char *entry;	  /* path, or with |entry_is_module| the module's name; NULL: none */
	bool entry_is_module;
	struct ready_spec ready;
	unsigned ready_status;		 /* status the first answer must have; 0: any below 500 */
	const struct workload *workload; /* NULL: a command */
	long requests; /* after the first response; -1: the workload's own, none of a command */
	struct runtime runtime;	       /* EVENT_RUNTIME_NONE: not known before it ran */
	char *output_tail;	       /* what a failed start wrote last; NULL: nothing */
	VEC(char *) files;	       /* that a start reads: what `--cold evicted` evicts */
	struct package_facts packages; /* of which the first good start opened files */
};

/* How a line to people names it. */
static inline const char *target_label(const struct target *target)
{
	return target->label ? target->label : target->name;
}

void target_release(struct target *target);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_imports.h - the imports of CPython, from the probes in its code and its system calls
 *
 * An import statement that finds its module not loaded yet passes one call in C: its begin and its
 * end are exact. importlib.import_module() and the import of a parent by it do the same work in
 * Python: such a load is seen by the search for the module, if its code then runs, and lasts until
 * that code ends. A search without a load (importlib.util.find_spec) is none; where the code that
 * it found runs later (importlib.util.LazyLoader), that is a load, which begins with the code.
 */
#ifndef COLDPROF_PYTHON_IMPORTS_H
#define COLDPROF_PYTHON_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "call.h"
#include "facts.h"
#include "modules.h"
#include "process.h"
#include "recording.h"
#include "vec.h"

/* A load that has not ended. */
struct python_load {
	uint32_t span;
	bool counted;		       /* begun by the call in C: |key| ends it */
	bool searched;		       /* the search for it was seen */
	bool ran, running;	       /* its code has begun; and has not ended: |body| ends it */
	bool source, bytecode, folder; /* opened a .py, a .pyc; looked into a folder of its name */
	uint64_t key, stack, body;     /* |stack| 0: not known */
	uint32_t opened;	       /* text of what it opened last; 0: nothing */
	bool archive;		       /* its code is in the file that was opened */
	char *library; /* owned: the shared library of its name that was opened; NULL */
	uint64_t library_ns, init_ns;  /* before its dlopen(3), after it; 0: not seen */
	uint64_t dlopen_ns, nested_ns; /* of what it loaded after that: their totals */
	bool in_native;		       /* its init function runs, and its end will be seen */
	uint64_t last_ns;	       /* when it was last seen to do anything */
};

struct python_thread {
	VEC(struct python_load) open; /* as they began */
	uint32_t ended;		      /* span whose end is known to be before the next step */
	bool has_ended;
};

struct python_process {
	bool searches; /* they are seen */
	char *entry;   /* owned: the module that is run as the program, python -m; NULL: none */
	VEC(char *) sought; /* owned: names of searches that led to no code, yet */
};

/* Open data; zeroed memory with the first three set is a beginning. */
struct python_imports {
	const struct facts *facts;
	const struct processes *processes;
	struct modules *modules;
	VEC(struct python_thread) threads;     /* by index */
	VEC(struct python_process) by_process; /* by index */
	uint64_t unsure_count; /* loads whose parent may be one of several greenlets' */
	VEC(bool) dropped;     /* by span: was no load after all, or was not Python's */
	struct buf text, path;
};
void python_imports_release(struct python_imports *imports);

/* To be fed with all records in order, calls by the latter. 0 or -ENOMEM. */
int python_imports_event(struct python_imports *imports, const struct recording *recording,
			 const struct event *event);
int python_imports_call(struct python_imports *imports, const struct recording *recording,
			const struct call *call);

/* After the last record, before modules_finish(): takes out what was no load. 0 or -ENOMEM. */
int python_imports_finish(struct python_imports *imports);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* python_loads.h - the loads of a thread of CPython that have not ended */
#ifndef COLDPROF_PYTHON_LOADS_H
#define COLDPROF_PYTHON_LOADS_H

#include "python_imports.h"

/* A step of an import, with whom it is of. */
struct python_step {
	struct python_imports *imports;
	const struct recording *recording;
	const struct event_import *record;
	struct python_process *process;
	struct python_thread *thread;
	uint32_t process_index, thread_index;
	const char *text; /* UTF-8 */
	uint64_t time_ns;
};

/* NULL when out of memory. */
struct python_process *python_process_of(struct python_imports *imports, uint32_t index);

struct modules_span *python_loads_span(const struct python_imports *imports,
				       const struct python_load *load);

/* The last to begin, or NULL. */
struct python_load *python_loads_innermost(struct python_thread *thread);

/* A load of |name| begins; |counted|: by the call in C. 0 or -ENOMEM. */
int python_loads_begin(const struct python_step *step, bool counted, const char *name);

/*
 * What follows takes the |index|th of a thread's open loads out of them. 0 or -ENOMEM.
 *
 * It has ended.
 */
int python_loads_close(struct python_imports *imports, struct python_thread *thread, size_t index,
		       uint64_t time_ns);
/* It was no load after all. */
int python_loads_drop(struct python_imports *imports, struct python_thread *thread, size_t index);
/*
 * A search that led to no code: to nothing, or to an extension, whose end is then between what it
 * was last seen to do and now.
 */
int python_loads_settle(struct python_imports *imports, struct python_thread *thread, size_t index,
			uint64_t now_ns);

/* A search whose code has not run. */
bool python_loads_is_unsettled(const struct python_load *load);

#endif

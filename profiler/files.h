/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files.h - files opened and read, and folders searched in vain
 *
 * Counted is what returned before the end of the start. A file is known by its path as text: links
 * are not followed. Opens with O_DIRECTORY are of folders and not counted; whether another open
 * found a regular file can't be told.
 */
#ifndef COLDPROF_FILES_H
#define COLDPROF_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "fdtable.h"
#include "mappings.h"
#include "modules.h"
#include "paths.h"
#include "process.h"
#include "recording.h"
#include "result.h"
#include "timeline.h"
#include "vec.h"

struct files_file {
	bool seen, incomplete;
	uint64_t opened, failed, read_bytes, cache_bytes, time_ns;
	uint64_t first_ns; /* entry of the first open */
	size_t phase;	   /* of that */
};

struct files_folder {
	uint64_t enoent, time_ns;
};

struct files_process {
	uint64_t opened, enoent, read_bytes, cache_bytes;
	bool uring; /* reads that no system call shows */
};

struct files_thread {
	uint32_t path;	  /* of the file that its last record, a page fault, touched; or none */
	uint64_t carried; /* bytes cached in an open call, before a page fault in it */
};

/* Open data; zeroed memory but for the pointers is ready for use. */
struct files {
	const struct facts *facts;
	const struct processes *processes;
	const struct timeline *timeline;
	const struct fdtable *table;
	struct paths *paths;
	struct modules
		*modules; /* where opens, look-ups and reads are counted too; NULL: nowhere */
	struct mappings mappings;
	VEC(struct files_file) by_path;
	struct paths folder_names;
	VEC(struct files_folder) folders; /* by number in folder_names */
	VEC(struct files_process) by_process;
	VEC(struct files_thread) by_thread;
	uint64_t read_bytes[TIMELINE_PHASES], cache_bytes[TIMELINE_PHASES];
};

void files_release(struct files *files);
/* For every record but system calls. 0 or -ENOMEM. */
int files_event(struct files *files, const struct event *event);
/* For every system call, before fdcalls_call. 0 or -ENOMEM. */
int files_call(struct files *files, const struct recording *recording, const struct call *call);
/* For a call that does not count: only what came into the page cache before it. 0 or -ENOMEM. */
int files_cached(struct files *files, const struct call *call);
/* Adds files in the order of their first open, folders by failed look-ups. 0 or -ENOMEM. */
int files_result(const struct files *files, struct result_sample *out);

/* Totals of a process, zeros for one that did nothing. */
struct files_process files_of_process(const struct files *files, uint32_t process);

#endif

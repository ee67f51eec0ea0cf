/* SPDX-License-Identifier: BSD-2-Clause */
/* start.h - one start while it runs: what has been seen of it so far, and when it is ready */
#ifndef COLDPROF_START_H
#define COLDPROF_START_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "event.h"
#include "http.h"
#include "map.h"
#include "recording.h"
#include "target.h"
#include "vec.h"

/*
 * A socket that was listened on, in the order of listen(2). A Unix socket in a folder that the
 * start itself made and that only its owner may enter is the program's own business (the server of
 * Python's multiprocessing, say, which dies of a connection that it does not understand): it is
 * none of these.
 */
struct start_listener {
	struct event_listen event;
	char unix_path[112];
	uint32_t unix_size;
	bool asked;
};

struct start_binary {
	pid_t pid;
	uint32_t device;
	uint64_t inode;
	char *path;  /* as execve got it, or as /proc shows it */
	char **argv; /* ends with NULL; cut where it was too long */
};

/* Fed by start_notice() with what the kernel reports. Zeroed memory is a start before its begin. */
struct start {
	const struct target *target;
	struct recording *recording;
	struct ready_line *line; /* --ready line */
	pid_t root;
	uint64_t began_realtime_ns; /* as files are dated */
	VEC(struct start_listener) listeners;
	VEC(struct start_binary) binaries; /* seen executing */
	VEC(pid_t) alive;		   /* processes of the tree */
	bool executed;			   /* the root's execve succeeded */
	bool root_gone;
	uint32_t root_status;
	uint64_t root_gone_ns;
	enum event_ready ready; /* what made it ready; EVENT_READY_AUTO: it is not */
	uint64_t ready_ns;
	pid_t ready_pid;
	pid_t ready_tid;
	uint32_t ready_fd;
	struct buf ready_text; /* the line, or the address */
};

void start_release(struct start *start);

/* A trace_notice: |context| is the start. */
void start_notice(void *context, const struct event *event, const char *text, size_t text_size);

/* The next listener that the automatic or the http readiness is to ask, or NULL. */
struct start_listener *start_next_listener(struct start *start);

/* Sets what made the start ready. */
void start_ready_by_listener(struct start *start, const struct start_listener *listener,
			     enum event_ready kind);
void start_ready_by_exit(struct start *start);

#endif

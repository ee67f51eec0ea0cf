/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what a recording says about its start as a whole: plan, runtimes, readiness, outcome
 *
 * These records come from user space and stand anywhere in the stream, mostly near its end, while
 * the models need them from the beginning: so a first pass reads them alone.
 */
#ifndef COLDPROF_FACTS_H
#define COLDPROF_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "packages.h"
#include "recording.h"
#include "vec.h"

struct facts_runtime {
	uint32_t device;
	uint64_t inode;
	enum event_runtime_kind kind;
	char *name;				  /* node, python, ... */
	char *path;				  /* of the binary; NULL: unknown */
	char *modules_technique, *modules_reason; /* how its modules are seen, or why not; NULL */
	char *modules_hook; /* the file that was preloaded to tell them; NULL */
};

/* Which processes have a role; NULL: any. */
struct facts_role {
	char *role;
	char *command, *parent; /* POSIX extended expressions */
};

struct facts_answer {
	uint64_t first_byte_ns, connect_ns;
	uint32_t pid; /* who listened */
	int32_t status;
	uint16_t client_port, request;
	char *reason; /* NULL: none */
};

struct facts_lost {
	uint32_t kind;
	uint64_t count;
};

struct facts_alive {
	uint32_t pid;
	char *command; /* words joined by spaces */
};

/* Open data. Times are those of the stream's clock, 0 where a thing was not seen. */
struct facts {
	bool planned;
	uint32_t root_pid;
	enum event_ready asked;
	uint32_t page_bytes;
	char *cwd;   /* NULL: unknown */
	char *entry; /* an absolute path or a dotted module name; NULL: none */

	VEC(struct facts_runtime) runtimes;
	VEC(struct facts_role) roles;
	struct packages packages;

	uint64_t t0_ns;	  /* entry of the execve that became the program; 0: nothing was started */
	uint64_t last_ns; /* the latest time of any record */

	uint64_t ready_ns;
	enum event_ready ready; /* what made it ready, if ready_ns */
	uint32_t ready_pid, ready_fd;
	char *ready_text; /* address or line */

	VEC(struct facts_answer) answers;
	VEC(struct facts_lost) lost;
	VEC(struct facts_alive) alive;

	bool has_cgroup, has_residue;
	struct event_cgroup cgroup;
	struct event_residue residue;

	uint64_t end_ns;
	enum event_outcome outcome; /* if end_ns */
	int32_t status;
	char *reason;
	bool cut; /* the recording ends in the middle */
};

/*
 * Reads the whole recording, from its beginning. -EBADMSG where it holds no start at all, -ENOMEM;
 * both are printed.
 */
int facts_read(struct recording *recording, struct facts *out);
void facts_release(struct facts *facts);

/* The known runtime that a binary is, or NULL. */
const struct facts_runtime *facts_runtime(const struct facts *facts, uint32_t device,
					  uint64_t inode);

/* The answer to the first request, if one came; else NULL. */
const struct facts_answer *facts_first_answer(const struct facts *facts);

#endif

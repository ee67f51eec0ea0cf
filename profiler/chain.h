/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.h - what ended the start, and the way from the root process to the one that did it
 *
 * A start ends when the first byte of the first response is written; else when it was ready (it
 * listened, it said a line); else when the root process could be seen to have ended. The chain goes
 * from the root by fork to the process that did so; at each instant it is at one process.
 */
#ifndef COLDPROF_CHAIN_H
#define COLDPROF_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "facts.h"
#include "fdtable.h"
#include "process.h"
#include "recording.h"
#include "vec.h"

enum chain_end {
	CHAIN_BY_EXIT,
	CHAIN_BY_READY, /* listen, line; or nothing: it never was ready */
	CHAIN_BY_RESPONSE,
};

struct chain_link {
	uint32_t process;
	uint64_t from_ns, to_ns; /* to_ns is the next one's from_ns, the last one's the end */
};

/* Open data. Times are the stream's, 0 where not seen. */
struct chain {
	enum chain_end end;
	bool seen_by_client_only; /* the response's write was not seen: the client's time is used */
	uint64_t t0_ns, end_ns;
	uint64_t listen_ns;	      /* the listener that answered came to listen */
	uint64_t accept_ns;	      /* its connection of the first request */
	uint64_t wait_ns;	      /* the ending process first waited for work */
	uint64_t exit_ns;	      /* the ending process began to exit */
	VEC(struct chain_link) links; /* at least one, if anything was started */
};

void chain_release(struct chain *chain);

/* The link that is at |process| at |time_ns|, or NULL. */
const struct chain_link *chain_at(const struct chain *chain, uint32_t process, uint64_t time_ns);
bool chain_has(const struct chain *chain, uint32_t process);

/* ---- finding it: a pass over the recording ---- */

struct chain_process {
	uint64_t wait_ns;    /* first wait for work */
	uint64_t accept_ns;  /* first connection */
	uint64_t exit_ns;    /* first mark of an orderly exit */
	uint64_t receive_ns; /* last return of a recvmsg: it may have brought descriptors */
};

struct chain_write {
	uint32_t process; /* PROCESS_NONE: none */
	uint64_t time_ns;
};

/* Zeroed memory but for the pointers is ready for use. */
struct chain_finder {
	const struct facts *facts;
	const struct processes *processes;
	struct fdtable *table;
	VEC(struct chain_process) seen; /* by process */
	uint32_t accepter;		/* process, if accept_ns */
	uint64_t accept_ns, listen_ns;
	struct chain_write written, passed; /* on the connection; on one that came over a socket */
};

void chain_finder_release(struct chain_finder *finder);
/* For every record but system calls, after fdcalls_event. 0 or -ENOMEM. */
int chain_event(struct chain_finder *finder, const struct event *event);
/* For every system call, before fdcalls_call. 0 or -ENOMEM. */
int chain_call(struct chain_finder *finder, const struct recording *recording,
	       const struct call *call);
/* After the pass. 0 or -ENOMEM. */
int chain_find(const struct chain_finder *finder, struct chain *out);

#endif

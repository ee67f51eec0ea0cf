/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.h - asks every listener of a start for its first response; the first HTTP answer wins */
#ifndef COLDPROF_ASK_H
#define COLDPROF_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "http.h"
#include "start.h"

#define ASK_CLIENTS 16 /* listeners asked at the same time */

/* Clients that live for the whole run. Zeroed memory has none: ask_init makes them. */
struct ask {
	struct http *clients[ASK_CLIENTS];
	size_t listener[ASK_CLIENTS]; /* index in start->listeners of who is asked */
	bool busy[ASK_CLIENTS];
	size_t winner; /* the client whose answer won */
	bool answered; /* one of them has won */
	struct http_answer first_failure;
	size_t failed; /* listeners that gave no HTTP answer */
};

int ask_init(struct ask *ask); /* 0 or -errno, printed */
void ask_release(struct ask *ask);

/* Before each start: forgets the last one's listeners. */
void ask_reset(struct ask *ask);

/* Asks each listener that has not been asked yet and may be. 0 or -errno. */
int ask_new_listeners(struct ask *ask, struct start *start, unsigned timeout_ms);

/*
 * Takes what has come. True when an answer won: |answer| is it, |listener| who gave it; the other
 * clients are stopped. Failures are counted: no HTTP, or not the status that a workload names.
 */
bool ask_take(struct ask *ask, struct start *start, struct http_answer *answer,
	      struct start_listener **listener);

/* All that were asked have failed, and at least one was. */
bool ask_all_failed(const struct ask *ask);
bool ask_any_busy(const struct ask *ask);

/* Fills the part of a request that says where to connect. */
void ask_address(const struct start_listener *listener, struct http_request *request);

#endif

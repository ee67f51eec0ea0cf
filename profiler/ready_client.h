/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ready_client.h - the HTTP client that asks a program the moment it listens
 *
 * Its own thread does the work, so that the caller's loop never waits. No proxy, no redirect, no
 * cookie, no configuration from the environment; HTTP/1.1, connection kept for later requests.
 */
#ifndef COLDPROF_READY_CLIENT_H
#define COLDPROF_READY_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "workload.h"

struct ready_client;

#define READY_SILENCE_MS 5000 /* on a listener that was found, not asked for */
#define READY_ADDRESS	 160

/* 0 or -errno after a line. */
int ready_client_new(struct ready_client **out);
void ready_client_free(struct ready_client *client);

/* Readable when ready_client_next() has something. */
int ready_client_fd(const struct ready_client *client);

/* A listener, and what it is asked. Nothing is kept but copies. */
struct ready_target {
	const struct event_listen *listener;
	const char *name;	 /* AF_UNIX: the listener's text, |name_size| bytes; else NULL */
	size_t name_size;
	const char *path;	 /* "/health?x=1" */
	unsigned int silence_ms; /* without a byte for so long: no answer; 0: waits until reset */
	uint64_t id;		 /* comes back with the answer */
};

/*
 * Connects at once, and sends GET PATH. Wildcard addresses become loopback; network namespace,
 * root folder and current folder are those of the listening process. Any number of targets at a
 * time. 0 or -errno (nothing was sent, and no answer will come).
 */
int ready_client_connect(struct ready_client *client, const struct ready_target *target);

/* One more request, after those before it, to the listener whose answer was |id|. */
int ready_client_request(struct ready_client *client, uint64_t id,
			 const struct workload_request *request);

enum ready_answer_kind {
	READY_ANSWERED = 0, /* HTTP, with a status */
	READY_REFUSED,	    /* nobody there, or no way to get there */
	READY_RESET,	    /* closed or reset without a word */
	READY_NOT_HTTP,	    /* TLS, or another protocol */
	READY_SILENT,	    /* not a byte in time */
	READY_FAILED,	    /* anything else: |text| */
};

struct ready_answer {
	uint64_t id;
	bool first; /* of ready_client_connect(); else of ready_client_request(), in order */
	bool completed; /* false: the first byte is there, see below */
	enum ready_answer_kind kind;
	int status;		/* HTTP status, 0 without */
	uint16_t client_port;	/* our end; 0 over AF_UNIX or where it never connected */
	uint64_t connect_ns;	/* CLOCK_MONOTONIC; 0: never connected */
	uint64_t first_byte_ns; /* 0: none */
	char text[256];		/* why there was no answer, one line; else empty */
};

/*
 * The next answer, in order of arrival; false if there is none now. A first answer is given as
 * soon as its status line is there (its body is still being read); one to a later request when its
 * body is complete.
 */
bool ready_client_next(struct ready_client *client, struct ready_answer *out);

/* Ends all connections and forgets all targets and answers: the start is over. */
void ready_client_reset(struct ready_client *client);

/* "127.0.0.1:3000", "[::1]:80", "unix:/run/x.sock", "unix:@abstract"; wildcards as loopback. */
void ready_address(const struct event_listen *listener, const char *name, size_t name_size,
		   char text[READY_ADDRESS]);

#endif

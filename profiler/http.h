/* SPDX-License-Identifier: BSD-2-Clause */
/* http.h - the client that asks a program for its first response, in a thread of its own */
#ifndef COLDPROF_HTTP_H
#define COLDPROF_HTTP_H

#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "event.h"

struct http; /* the client's thread and its queue */

struct http_request {
	struct event_listen listener; /* where to connect; event.pid is who listens */
	char unix_path[112];	      /* AF_UNIX: the path; a first NUL: abstract */
	uint32_t unix_size;
	const char *method, *path;  /* copied; NULL: GET, / */
	const char *const *headers; /* "Name: value", ended by NULL; copied; NULL: none */
	const char *body;	    /* copied; NULL: none */
	unsigned timeout_ms;	    /* of connecting and of silence */
};

enum http_failure {
	HTTP_OK = 0,
	HTTP_REFUSED = 1,
	HTTP_RESET = 2,	   /* closed or reset before an answer */
	HTTP_NOT_HTTP = 3, /* bytes that are no HTTP: TLS, another protocol */
	HTTP_SILENT = 4,   /* connected, nothing came in time */
	HTTP_OTHER = 5,
};

struct http_answer {
	enum http_failure failure;
	int status;		/* HTTP status; 0 with a failure */
	uint16_t client_port;	/* 0 over AF_UNIX */
	uint64_t connect_ns;	/* CLOCK_MONOTONIC, connected */
	uint64_t first_byte_ns; /* of the answer; 0: none */
	char reason[160];	/* one line, empty when OK */
};

int http_new(struct http **out);   /* 0 or -errno, printed */
void http_free(struct http *http); /* gives up what is under way */

/* Readable when an answer can be taken. */
int http_fd(const struct http *http);

/*
 * Sends one request; its answer comes later. Wildcard addresses become loopback of that family; the
 * network namespace of the listener is entered where it is not ours. No proxy, no redirects. Only
 * one request is under way at a time. 0 or -errno.
 */
int http_send(struct http *http, const struct http_request *request);
/* Forgets the request that is under way, if any; its answer never comes. */
void http_cancel(struct http *http);
/* The answer, if there is one: 0 or -EAGAIN. */
int http_take(struct http *http, struct http_answer *out);

/* "127.0.0.1:3000", "[::1]:80", "unix:/run/x.sock", "unix:@name": where a client connects. */
int http_address(const struct event_listen *listener, const char *unix_path, uint32_t unix_size,
		 struct buf *out);

#endif

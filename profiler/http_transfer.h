/* SPDX-License-Identifier: BSD-2-Clause */
/* http_transfer.h - one request and its answer, on a connection of its own */
#ifndef COLDPROF_HTTP_TRANSFER_H
#define COLDPROF_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http.h"

/* A request's own copy. */
struct http_job {
	struct event_listen listener;
	char unix_path[sizeof(((struct http_request *)0)->unix_path) + 1]; /* ends with NUL */
	unsigned timeout_ms;
	char *method, *path, *body;
	struct curl_slist *headers;
};

/* What the client's thread has. */
struct http_machine {
	CURLM *multi;
	int home_netns; /* descriptor of our own network namespace */
	int wake;	/* readable: give up, nobody looks at the answer */
};

/* Connects, asks and waits; all that can go wrong is in |answer|, which is zeroed on entry. */
void http_transfer(const struct http_job *job, const struct http_machine *machine,
		   struct http_answer *answer);

#endif

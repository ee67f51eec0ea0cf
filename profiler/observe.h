/* SPDX-License-Identifier: BSD-2-Clause */
/* observe.h - what user space adds to a start's recording: plan, answers, memory, who lives on */
#ifndef COLDPROF_OBSERVE_H
#define COLDPROF_OBSERVE_H

#include "session_parts.h"

/* All return 0 or -errno, printed. */

/* The plan, the cache's residue and the runtimes known so far: the recording's first records. */
int observe_begin(struct course *course);

/* What the client got for request |number|; 0 is the first. */
int observe_answer(struct course *course, uint16_t number, const struct http_answer *answer);

/* What made the start ready, and the memory of every process just after. */
int observe_ready(struct course *course);

/* Sends the requests that come after the first response, then reads memory again. -EINTR. */
int observe_requests(struct course *course);

/* The processes that still live when the recording ends. */
int observe_alive(struct course *course);

#endif

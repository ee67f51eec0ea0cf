/* SPDX-License-Identifier: BSD-2-Clause */
/* waits.h - what a system call waited for, as its descriptors tell */
#ifndef COLDPROF_WAITS_H
#define COLDPROF_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "fdtable.h"
#include "recording.h"

/*
 * The kind (enum event_fd) of the descriptor that the call waited for: a poll's first ready one,
 * else the one that the call works on; EVENT_FD_UNKNOWN where there is none.
 */
uint8_t waits_fd_kind(const struct fdtable *table, const struct call *call);

/*
 * Whether the call waits for work: an accept, or a poll with a listening socket in its set. Then
 * |*since_ns| is when it began to: its entry or, if that was later, when the socket came to listen.
 */
bool waits_for_work(const struct fdtable *table, const struct recording *recording,
		    const struct call *call, uint64_t *since_ns);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.h - the BPF programs, loaded once a run and turned on for each start */
#ifndef COLDPROF_TRACE_H
#define COLDPROF_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "event.h"
#include "recording.h"

struct trace;
struct probe;

/* Called for the records that user space acts on; the text follows the fixed part. */
typedef void (*trace_notice)(void *context, const struct event *event, const char *text,
			     size_t text_size);

struct trace_options {
	size_t ring_bytes;    /* a power of two of pages; 0: the default */
	const char *btf_path; /* the kernel's types, where it has none of its own; NULL */
	bool attach;	      /* false: load everything, attach nothing (a null control) */
};
#define TRACE_RING_BYTES (16u << 20)

/* Loads and attaches. 0 or -errno; prints why, with the verifier's last lines if it was that. */
int trace_open(const struct trace_options *options, struct trace **out);
void trace_close(struct trace *trace);

/* Kernel features that this kernel lacks, as short texts ("page faults"); NULL after the last. */
const char *const *trace_missing(const struct trace *trace);

/* Attaches a probe, once a run: it fires in followed processes alone. 0 or -errno, prints. */
int trace_attach_probe(struct trace *trace, const struct probe *probe);

/*
 * Whether this kernel can walk the stacks of scripts: what their probes are for. Before the first
 * of these is attached, the layout behind its number must be set. 0 or -errno, prints.
 */
bool trace_walks_scripts(const struct trace *trace);
struct v8_layout;
int trace_set_layout(struct trace *trace, uint32_t number, const struct v8_layout *layout);

/* Readable when the ring has something that is to be drained. */
int trace_fd(const struct trace *trace);

/*
 * Begins to record a held child (a pidfd): from its next execve on, everything it and its
 * descendants do goes to |recording|. |output_fd| >= 0: writes to that file are sent too.
 */
int trace_follow(struct trace *trace, int pidfd, int output_fd, struct recording *recording);

/*
 * Moves what is in the ring to the recording; calls |notice| for what must be acted on. Ends after
 * some time although the program fills the ring anew: then there is more to be drained at once.
 */
int trace_drain(struct trace *trace, trace_notice notice, void *context);
bool trace_has_more(const struct trace *trace);

/* Sends EVENT_MEMORY for each live thread of the tree, by one walk over all tasks. */
int trace_memory(struct trace *trace, enum event_memory_mark mark);

/*
 * Ends the recording: open system calls are sent as unfinished, the ring is drained, an EVENT_LOSS
 * is added for each kind that lost events. |lost| (may be NULL) is their sum.
 */
int trace_stop(struct trace *trace, uint64_t *lost);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recording.h - the stream of events of one start, in memory or in a file
 *
 * A file is a header, then blocks. Each block has its size and a CRC-32 (zlib's) of its bytes, so
 * that a cut file is readable up to the cut. Records in a block are those of bpf/event.h with their
 * texts interned: a text is stored once, in an EVENT_INTERN record before its first use.
 */
#ifndef COLDPROF_RECORDING_H
#define COLDPROF_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct recording;

/* ---- writing ---- */

/*
 * A recording grows to RECORDING_BYTES_MAX. Beyond, and once its disk is full, records from the
 * kernel are dropped and counted; those of user space are still kept, in memory.
 */
#define RECORDING_BYTES_MAX (4ull << 30)

/*
 * Begins a recording. |fd| >= 0: blocks go to that file, which the caller keeps and closes.
 * |fd| < 0: a recording that stays in memory up to |memory_limit| bytes and then spills to an
 * unnamed temporary file (nothing is left behind by any end). 0 or -errno; prints.
 */
int recording_new(int fd, size_t memory_limit, struct recording **out);
void recording_free(struct recording *recording);

/*
 * Adds a record. |text| (|text_size| bytes) becomes the record's text where the kind has one;
 * |event->size| need not be set. 0 or -errno; a record that is dropped and counted is no failure.
 */
int recording_add(struct recording *recording, const struct event *event, const void *text,
		  size_t text_size);

/* Takes one record as the kernel sent it: fixed part, then text. -EBADMSG where malformed. */
int recording_add_raw(struct recording *recording, const void *data, size_t size);

/* Completes the last block; a recording with a file is then whole. */
int recording_finish(struct recording *recording);

/* Goes on writing a recording that was finished to be read meanwhile. 0 or -ENOMEM. */
int recording_resume(struct recording *recording);

/* Copies a finished recording to a file. 0 or -errno, nothing printed. */
int recording_save(struct recording *recording, int fd);

/* ---- reading ---- */

/*
 * Opens a recording file. Prints and returns -errno for a file that is none, of another version
 * or architecture. A file that ends in the middle of a block is read up to it: recording_cut().
 */
int recording_open(const char *path, struct recording **out);
bool recording_cut(const struct recording *recording);

/*
 * The next record, or NULL at the end or after a damaged block. Valid until the next call. Any
 * number of passes: recording_rewind() starts again. A finished recording being written can be
 * read through the same object.
 */
const struct event *recording_next(struct recording *recording);
int recording_rewind(struct recording *recording);

/*
 * The text of an interned id as of the record last read: never NULL; *size may be NULL. Followed by
 * a NUL byte. A long stream defines an id anew (that keeps the table small), so copy what you keep
 * and never keep an id.
 */
const char *recording_text(const struct recording *recording, uint32_t id, size_t *size);

/* Where the text field of a kind is, or NULL for a kind without one. */
struct event_text *event_text_of(struct event *event);

/* The fixed part's size of a kind, 0 for an unknown one. */
size_t event_fixed_size(unsigned int kind);

/* The error that ended the storing of blocks, or 0: then a file of it is whole. */
int recording_error(const struct recording *recording);

uint64_t recording_bytes(const struct recording *recording);
/* Records of a kernel kind that were dropped; they count as lost. */
uint64_t recording_dropped(const struct recording *recording, unsigned int kind);

#endif

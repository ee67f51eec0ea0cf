/* SPDX-License-Identifier: BSD-2-Clause */
/* ready.h - when a start is ready: what --ready says, and the line that a program writes */
#ifndef COLDPROF_READY_H
#define COLDPROF_READY_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"

/* Zeroed memory is the automatic choice. */
struct ready_spec {
	enum event_ready kind;
	uint16_t port; /* http: 0 any */
	char *path;    /* http; NULL: "/" */
	char *regex;   /* line: a POSIX extended expression, known to compile */
};

/* "exit", "listen", "http[:PORT][/PATH]", "line:REGEX". 0 or -EINVAL, printed. */
int ready_parse(const char *text, struct ready_spec *out);
int ready_copy(const struct ready_spec *from, struct ready_spec *to);
void ready_release(struct ready_spec *spec);
/* As ready_parse reads it; "auto" for the automatic choice. */
int ready_text(const struct ready_spec *spec, struct buf *out);

/* ---- line: which write completed a line that matches ---- */

struct ready_line;
/* |fd|: the output file, read by pread. 0 or -errno, printed. */
int ready_line_new(const char *regex, int fd, struct ready_line **out);
void ready_line_free(struct ready_line *line);
/*
 * To be called for each EVENT_OUTPUT in order, with its number of bytes. True once a line written
 * so far matches, also a last one that has no end yet; |matched| is then that line.
 */
bool ready_line_feed(struct ready_line *line, uint64_t bytes, struct buf *matched);

#endif

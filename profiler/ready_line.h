/* SPDX-License-Identifier: BSD-2-Clause */
/* ready_line.h - which write completed the line that makes a program ready */
#ifndef COLDPROF_READY_LINE_H
#define COLDPROF_READY_LINE_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

#define READY_LINE_MAX 65536 /* longer lines are matched by their first bytes */

/* Zeroed memory is released. */
struct ready_line {
	regex_t regex;
	bool compiled, found;
	int fd;
	off_t offset;	 /* what of the output was read */
	struct buf line; /* the unfinished last line, then the one that matched */
};

/* |fd| is the program's output file, read from its begin; the caller keeps it. 0 or -errno. */
int ready_line_init(struct ready_line *line, const char *pattern, int fd);
void ready_line_release(struct ready_line *line);

/*
 * |bytes| more were written (EVENT_OUTPUT, in order). Whether a line matches by now, the last one
 * also while it is not ended; it is in |line->line| then, and stays found.
 */
bool ready_line_feed(struct ready_line *line, uint64_t bytes);

#endif

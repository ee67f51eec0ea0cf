/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - the formats that a report can be written in */
#ifndef COLDPROF_REPORT_H
#define COLDPROF_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "buf.h"
#include "result.h"

/* How a format that people read is laid out. */
struct report_options {
	bool color;
	size_t width; /* columns */
};

/* A format is one file, report_NAME.c, that sees nothing but the result. */
struct report_format {
	const char *name;
	const char *description;
	/* 0 or -errno; what |out| itself fails with is the caller's to see */
	int (*write)(const struct result *result, FILE *out, const struct report_options *options);
};

extern const struct report_format report_formats[];
extern const size_t report_formats_count;

#define REPORT_WIDTH 80 /* where there is no terminal */

/* The width of the terminal that |out| is, or REPORT_WIDTH. */
size_t report_width(FILE *out);

/* NULL for an unknown name. */
const struct report_format *report_format_find(const char *name);

/* Where a report goes. */
struct report_target {
	const char *path; /* "-" is standard output */
	uid_t uid;	  /* owner of a new file; -1: who runs coldprof */
	gid_t gid;
};

/*
 * Writes the whole text or nothing: a file appears, or is replaced, by renaming a complete
 * temporary one. A path that is there and no regular file (a FIFO, /dev/null) is written to. 0 or
 * -errno; prints one line.
 */
int report_write_text(const struct buf *text, const struct report_target *target);
/* The same of a report in some format. */
int report_write_file(const struct result *result, const struct report_format *format,
		      const struct report_options *options, const struct report_target *target);

/*
 * Reads a JSON report of this version or an older one; "-" is standard input. Prints file, place
 * and reason; |out| is written only on success, to be released by result_release().
 */
int report_read(const char *path, struct result *out);
/* The same for a comparison: threads of starts, and histograms and phases of their calls are empty.
 */
int report_read_numbers(const char *path, struct result *out);
/*
 * Two of them, at once where both are big: a hundred MiB take a second. Both are written or none.
 * One path at most may be "-".
 */
int report_read_numbers_of_two(const char *const paths[2], struct result out[2]);

/* The formats' write functions. */
int report_json(const struct result *result, FILE *out, const struct report_options *options);
int report_markdown(const struct result *result, FILE *out, const struct report_options *options);
int report_noise(const struct result *result, FILE *out, const struct report_options *options);
int report_text(const struct result *result, FILE *out, const struct report_options *options);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* report_compare_markdown.h - the parts of a comparison as Markdown */
#ifndef COLDPROF_REPORT_COMPARE_MARKDOWN_H
#define COLDPROF_REPORT_COMPARE_MARKDOWN_H

#include "buf.h"
#include "report_compare.h"

/* One section; what is added beyond its limit is counted. */
struct section {
	struct buf text;
	size_t limit, left_out;
};

/* Adds |line|, which is empty after it, or counts it where it is too long. */
void section_add(struct section *section, struct buf *line);
/* Writes the section, and how many |what| it left out; it is empty after it. */
void section_flush(struct section *section, const char *what, FILE *out);
void section_differences(const struct comparison_difference *items, size_t count,
			 struct section *section);

/* Nothing of |text| is markup, or moves a cursor; a long one is cut. */
void markdown_put(const char *text, struct buf *out);
char *markdown_text(const char *text); /* to be freed */
const char *markdown_sign(enum comparison_verdict verdict);

/* In about |limit| bytes. */
void markdown_workload(const struct comparison_workload *workload, bool all, size_t limit,
		       FILE *out);

#endif

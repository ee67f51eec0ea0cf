/* SPDX-License-Identifier: BSD-2-Clause */
/* report_compare.h - the formats that a comparison can be written in, and what they share */
#ifndef COLDPROF_REPORT_COMPARE_H
#define COLDPROF_REPORT_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "comparison.h"
#include "report.h"
#include "units.h"

struct report_compare_options {
	struct report_options text;
	bool all; /* every metric, not only those that tell something */
};

/* A format is one file, report_compare_NAME.c, that sees nothing but the comparison. */
struct report_compare_format {
	const char *name;
	const char *description;
	int (*write)(const struct comparison *comparison, FILE *out,
		     const struct report_compare_options *options);
};

extern const struct report_compare_format report_compare_formats[];
extern const size_t report_compare_formats_count;

/* NULL for an unknown name. */
const struct report_compare_format *report_compare_format_find(const char *name);

/* As report_write_file. */
int report_compare_write(const struct comparison *comparison,
			 const struct report_compare_format *format,
			 const struct report_compare_options *options,
			 const struct report_target *target);

int report_compare_text(const struct comparison *comparison, FILE *out,
			const struct report_compare_options *options);
int report_compare_json(const struct comparison *comparison, FILE *out,
			const struct report_compare_options *options);
int report_compare_markdown(const struct comparison *comparison, FILE *out,
			    const struct report_compare_options *options);
int report_compare_junit(const struct comparison *comparison, FILE *out,
			 const struct report_compare_options *options);
int report_compare_sarif(const struct comparison *comparison, FILE *out,
			 const struct report_compare_options *options);

/* ---- words, report_compare_words.c ---- */

#define COMPARE_WORD 128

/* "can't tell", as people read it. */
const char *compare_words_verdict(const char *verdict);
/* "total", "load", "private (worker)", "openat" for a metric's name. */
char *compare_words_metric(const char *name, char out[COMPARE_WORD]);
/* "412 -> 451 ms". */
char *compare_words_values(const struct comparison_metric *metric, char out[COMPARE_WORD]);
/* "+9.4 %", or "+132" of a count; "" where there is no shift. */
char *compare_words_shift(const struct comparison_metric *metric, char out[COMPARE_WORD]);
/* "[+7.8, +11.1]" in the unit of the shift; "" where there is none. */
char *compare_words_interval(const struct comparison_metric *metric, char out[COMPARE_WORD]);
/* "+31 ms", "+8.8 MiB", each with a sign; "" for absent and 0. */
char *compare_words_time(int64_t ns, char out[UNITS_TEXT]);
char *compare_words_size(int64_t bytes, char out[UNITS_TEXT]);
char *compare_words_count(double count, char out[UNITS_TEXT]);
/* "cpu: A -> B (times not gated)"; to be freed. */
char *compare_words_difference(const struct comparison_difference *difference);

/* "since new.json of 2026-11-26T03:12:00Z (commit 0123abcdef01), 2 reports: total, load"; to be
 * freed. */
char *compare_words_step(const struct comparison_step *step);

/* ---- causes, report_compare_cause.c and report_compare_choice.c ---- */

/* "new package axios 1.9"; to be freed. */
char *compare_words_cause(const struct comparison_cause *cause);
/* "+12 files, +40 ENOENT"; "" for none; to be freed. */
char *compare_words_counts(const struct comparison_cause *cause);
/* "+31 ms, +8.8 MiB, +12 files": all of a cause; "" for nothing; to be freed. */
char *compare_words_costs(const struct comparison_cause *cause);
/* "import it in the function that uses it": of what made it worse; NULL: none; to be freed. */
char *compare_words_advice(const struct comparison_workload *workload,
			   const struct comparison_cause *cause);
/* Whether a package has another version than before. */
bool compare_cause_has_versions(const struct comparison_cause *cause);

/* Whether it is of a kind of which several stand on a line: "+132 openat, -3 read". */
bool compare_cause_is_listed(const struct comparison_cause *cause);

/*
 * A workload's other causes as a reader wants them: other versions first, then by the share of what
 * became worse that each explains (where nothing did: of what changed). Those that explain nothing
 * of it are left out, but for |all|. 0 or -ENOMEM; |out|, empty at first, is the caller's to
 * release; the causes are the workload's.
 */
typedef VEC(const struct comparison_cause *) compare_causes;
int compare_causes_choose(const struct comparison_workload *workload, bool all,
			  compare_causes *out);

/*
 * The few metrics that a reader must see: of each kind one that became worse, then others; where
 * none did, the total and what became better. How many.
 */
#define COMPARE_HEADLINE 3
size_t compare_headline(const struct comparison_workload *workload,
			const struct comparison_metric *out[COMPARE_HEADLINE]);

/* ---- what is worth a line ---- */

/* "35 unchanged, 2 can't tell (34 more starts would)"; to be freed. */
struct compare_tally {
	size_t count, verdicts[COMPARISON_NOT_GATED + 1];
	int64_t more_starts; /* that would tell the last of those that can't be told; -1: none would
			      */
};
void compare_tally_add(struct compare_tally *tally, const struct comparison_metric *metric);
char *compare_tally_words(const struct compare_tally *tally);

/* Whether a metric tells something: it changed, or it seems to have and can't be decided. */
bool compare_is_news(const struct comparison_metric *metric);
/* Whether the interval leaves out 0 (where there is none: the shift matters). */
bool compare_is_shifted(const struct comparison_metric *metric);
/* Whether anything of a workload changed, so that a cause is asked for. */
bool compare_is_changed(const struct comparison_workload *workload);
const struct comparison_metric *compare_total(const struct comparison_workload *workload);

#endif

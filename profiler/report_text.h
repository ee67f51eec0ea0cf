/* SPDX-License-Identifier: BSD-2-Clause */
/* report_text.h - the parts of the text report, and what they share */
#ifndef COLDPROF_REPORT_TEXT_H
#define COLDPROF_REPORT_TEXT_H

#include "result.h"
#include "screen.h"
#include "units.h"

#define ABSENT_TEXT "-"
#define DOT	    " \xc2\xb7 " /* a middle dot between spaces */

/* One workload: the screen that is read in ten seconds (report_text_start.c). */
void text_start(const struct result *result, const struct result_workload *workload,
		const struct screen *screen);
/* Several workloads: one table (report_text_table.c). */
void text_table(const struct result *result, const struct screen *screen);

/* Parts of the screen, each in its file. */
void text_memory(const struct result_workload *workload, const struct screen *screen);
void text_packages(const struct result_workload *workload, const struct screen *screen);
void text_modules(const struct result_workload *workload, const struct screen *screen);
void text_lists(const struct result_workload *workload, const struct screen *screen);
void text_remarks(const struct result *result, const struct result_workload *workload,
		  const struct screen *screen);

/* What stands out in a workload's starts, one sentence each; only what its numbers show. */
void text_worth(const struct result *result, const struct result_workload *workload,
		result_texts *out);
/* Of these: calls that starts pay for, and modules that are loaded late. */
void text_patterns(const struct result_workload *workload, result_texts *out);
/* Why starts do not count, one sentence for each reason. */
void text_failures(const struct result_workload *workload, result_texts *out);

/* ---- numbers and names, report_text.c ---- */

/* A number of the report as a double: NAN where absent. */
double text_number(int64_t value);

/* The median of a metric: by the summary, else of the median start alone; NAN where absent. */
double text_median(const struct result_workload *workload, const char *metric);

/* The start that the lists are of, or NULL. */
const struct result_sample *text_sample(const struct result_workload *workload);

/* How many starts count, and how many were made. */
size_t text_counted(const struct result_workload *workload);

enum text_unit { TEXT_MS, TEXT_MIB, TEXT_COUNT };
/* The bare number, "-" where it is NAN. Returns |out|. */
char *text_value(enum text_unit unit, double value, char out[UNITS_TEXT]);
/* "[405, 421]"; "" where there is no interval, or its ends are the same. */
char *text_interval(enum text_unit unit, const struct result_workload *workload, const char *metric,
		    char out[2 * UNITS_TEXT]);

/* A name from the report as it may be shown; |fallback| for NULL. To be freed. */
char *text_name(const char *name, const char *fallback);
/* A command line, its words joined by spaces. To be freed. */
char *text_command(const result_texts *command);

/* "page cache warm", "as alice", limits: what all starts of a workload have in common. */
void text_conditions(const struct result *result, const struct result_workload *workload,
		     struct screen_flow *flow);

/* "10 starts", "8 of 10 starts". */
void text_starts(const struct result_workload *workload, struct screen_flow *flow);

/* The phases that a workload's starts have, in order of time; texts belong to the report. */
typedef VEC(const char *) text_phases;
int text_phases_of(const struct result_workload *workload, text_phases *out);
double text_phase_median(const struct result_workload *workload, const char *phase);

/* What the chain's main threads did in a start, largest first; the shares add up to 1. */
struct text_part {
	const char *name;
	double ns, share;
};
#define TEXT_PARTS 11
size_t text_parts(const struct result_sample *sample, struct text_part parts[TEXT_PARTS]);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* report_markdown.c - all workloads of a report as one Markdown table, for a page or a comment */
#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

static const struct {
	const char *title, *metric;
	enum text_unit unit;
	bool interval;
} columns[] = {
	{"start ms", "total_ns", TEXT_MS, true},
	{"load ms", "phase_load_ns", TEXT_MS, false},
	{"PSS MiB", "pss_ready_bytes", TEXT_MIB, false},
	{"private MiB", "uss_ready_bytes", TEXT_MIB, false},
	{"peak MiB", "rss_peak_bytes", TEXT_MIB, false},
	{"processes", "processes_count", TEXT_COUNT, false},
	{"system calls", "syscalls_count", TEXT_COUNT, false},
	{"files", "files_opened_count", TEXT_COUNT, false},
	{"ENOENT", "enoent_count", TEXT_COUNT, false},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* What a name may hold and Markdown would take for its own. */
static void put_name(const char *name, FILE *out)
{
	char *text = text_name(name, ABSENT_TEXT);

	for (const char *c = text; c && *c; c++) {
		if (strchr("|\\`*_<>[]", *c))
			fputc('\\', out);
		fputc(*c, out);
	}
	free(text);
}

static void put_conditions(const struct result *result, FILE *out)
{
	const struct result_host *host = &result->host;
	char memory[UNITS_TEXT];

	fprintf(out, "%.10s", result->created ? result->created : "");
	if (host->cpu) {
		fputs(DOT, out);
		put_name(host->cpu, out);
	}
	if (host->cpus_count != RESULT_ABSENT)
		fprintf(out, DOT "%jd CPUs", (intmax_t)host->cpus_count);
	if (host->memory_bytes != RESULT_ABSENT)
		fprintf(out, DOT "%s", units_bytes((double)host->memory_bytes, memory));
	if (host->kernel) {
		fputs(DOT "Linux ", out);
		put_name(host->kernel, out);
	}
	if (result->plan.repeat != RESULT_ABSENT)
		fprintf(out, DOT "%jd starts each", (intmax_t)result->plan.repeat);
	if (result->plan.cold) {
		fputs(DOT "page cache ", out);
		put_name(result->plan.cold, out);
	}
	fputs("\n\n", out);
}

static void put_head(FILE *out)
{
	fputs("| workload | runtime |", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, " %s |", columns[i].title);
	fputs(" installed |\n|---|---|", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fputs("---:|", out);
	fputs("---:|\n", out);
}

static void put_value(const struct result_workload *workload, size_t column, FILE *out)
{
	double value = text_median(workload, columns[column].metric);
	char text[UNITS_TEXT], interval[2 * UNITS_TEXT] = "";

	if (!text_counted(workload))
		value = NAN;
	else if (columns[column].interval)
		text_interval(columns[column].unit, workload, columns[column].metric, interval);
	fprintf(out, " %s%s%s |", text_value(columns[column].unit, value, text),
		interval[0] ? " " : "", interval);
}

static void put_workload(const struct result_workload *workload, FILE *out)
{
	char size[UNITS_TEXT];

	fputs("| ", out);
	put_name(workload->name, out);
	fputs(" | ", out);
	put_name(workload->runtime.name, out);
	if (workload->runtime.version) {
		fputc(' ', out);
		put_name(workload->runtime.version, out);
	}
	fputs(" |", out);
	for (size_t i = 0; i < COLUMNS; i++)
		put_value(workload, i, out);
	fprintf(out, " %s |\n",
		workload->installed_bytes == RESULT_ABSENT
			? ABSENT_TEXT
			: units_bytes((double)workload->installed_bytes, size));
}

/* Why a row has no numbers. */
static void put_failures(const struct result *result, FILE *out)
{
	bool any = false;

	vec_foreach(workload, &result->workloads) {
		if (text_counted(workload))
			continue;
		fputs(any ? "- " : "\n- ", out);
		any = true;
		put_name(workload->name, out);
		fputs(": ", out);
		put_name(workload->reason ? workload->reason : workload->outcome, out);
		fputc('\n', out);
	}
}

int report_markdown(const struct result *result, FILE *out, const struct report_options *options)
{
	(void)options;
	put_conditions(result, out);
	put_head(out);
	vec_foreach(workload, &result->workloads)
		put_workload(workload, out);
	put_failures(result, out);
	return ferror(out) ? -EIO : 0;
}

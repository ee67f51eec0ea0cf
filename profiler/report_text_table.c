// SPDX-License-Identifier: BSD-2-Clause
/* report_text_table.c - the text report of several workloads: one table */
#include "report_text.h"

#include <math.h>

#include "display.h"

#define GAP_WIDE 2

/* A column; blocks of columns that don't fit beside each other go below each other. */
struct column {
	char *title;
	char *metric;
	enum text_unit unit;
	bool interval;
	bool begins_group; /* a good place to go on below */
	size_t width, value_width;
};

struct table {
	const struct result *result;
	const struct screen *screen;
	VEC(struct column) columns;
	size_t name_width, gap;
};

/* No start of it is in the summary. */
static bool is_failed(const struct result_workload *workload)
{
	return !text_counted(workload);
}

/* ---- columns ---- */

static void add_column(struct table *table, const char *title, const char *metric,
		       enum text_unit unit, bool interval)
{
	struct column column = {.title = strdup(title),
				.metric = strdup(metric),
				.unit = unit,
				.interval = interval};

	if (!column.title || !column.metric || vec_push(&table->columns, column)) {
		free(column.title);
		free(column.metric);
	}
}

/* The phases' usual order; others that a report may have come after them. */
static const char *const phase_order[] = {"wrapper", "exec",  "runtime", "bootstrap",
					  "load",    "setup", "respond", "init",
					  "invoke",  "main",  "exit"};
#define PHASES_KNOWN (sizeof(phase_order) / sizeof(phase_order[0]))

static bool is_phase(const text_phases *phases, const char *name)
{
	vec_foreach(phase, phases)
		if (strcmp(*phase, name) == 0)
			return true;
	return false;
}

static void add_phase(struct table *table, const char *phase)
{
	char metric[128], *title = text_name(phase, "");

	snprintf(metric, sizeof(metric), "phase_%.100s_ns", phase);
	if (title)
		add_column(table, title, metric, TEXT_MS, false);
	free(title);
}

static void add_phases(struct table *table)
{
	text_phases all = {0}, known = {0};

	vec_foreach(workload, &table->result->workloads)
		text_phases_of(workload, &all);
	for (size_t i = 0; i < PHASES_KNOWN; i++) {
		if (is_phase(&all, phase_order[i]))
			add_phase(table, phase_order[i]);
		vec_push(&known, phase_order[i]);
	}
	vec_foreach(phase, &all) {
		if (is_phase(&known, *phase))
			continue;
		add_phase(table, *phase);
		vec_push(&known, *phase);
	}
	vec_release(&all);
	vec_release(&known);
}

static void add_columns(struct table *table)
{
	size_t groups[2];

	add_column(table, "total ms", "total_ns", TEXT_MS, true);
	add_phases(table);
	groups[0] = table->columns.count;
	add_column(table, "PSS MiB", "pss_ready_bytes", TEXT_MIB, false);
	add_column(table, "private", "uss_ready_bytes", TEXT_MIB, false);
	add_column(table, "peak", "rss_peak_bytes", TEXT_MIB, false);
	groups[1] = table->columns.count;
	add_column(table, "calls", "syscalls_count", TEXT_COUNT, false);
	add_column(table, "files", "files_opened_count", TEXT_COUNT, false);
	add_column(table, "ENOENT", "enoent_count", TEXT_COUNT, false);
	for (size_t i = 0; i < 2; i++)
		if (groups[i] < table->columns.count)
			table->columns.items[groups[i]].begins_group = true;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static char *value_of(const struct column *column, const struct result_workload *workload,
		      char text[UNITS_TEXT])
{
	return text_value(column->unit, text_median(workload, column->metric), text);
}

/* A total's number and its interval stand in two columns below one title. */
static void measure(struct table *table)
{
	char text[2 * UNITS_TEXT];

	vec_foreach(column, &table->columns) {
		size_t intervals = 0;

		vec_foreach(workload, &table->result->workloads) {
			if (is_failed(workload))
				continue;
			column->value_width = larger(column->value_width,
						     strlen(value_of(column, workload, text)));
			if (column->interval)
				intervals = larger(intervals,
						   strlen(text_interval(column->unit, workload,
									column->metric, text)));
		}
		if (!intervals)
			column->value_width =
				larger(column->value_width, display_width(column->title));
		column->width = larger(column->value_width + (intervals ? 1 + intervals : 0),
				       display_width(column->title));
	}
	vec_foreach(workload, &table->result->workloads) {
		char *name = text_name(workload->name, ABSENT_TEXT);

		table->name_width = larger(table->name_width, display_width(name ? name : ""));
		free(name);
	}
	table->name_width = table->name_width > table->screen->width / 3 ? table->screen->width / 3
									 : table->name_width;
}

/* ---- rows ---- */

static void put_gap(const struct table *table)
{
	screen_printf(table->screen, SCREEN_PLAIN, "%*s", (int)table->gap, "");
}

static void put_titles(const struct table *table, size_t first, size_t end)
{
	screen_left(table->screen, SCREEN_PLAIN, "", table->name_width);
	for (size_t i = first; i < end; i++) {
		const struct column *column = &table->columns.items[i];

		put_gap(table);
		if (column->width > column->value_width && i + 1 < end)
			screen_left(table->screen, SCREEN_DIM, column->title, column->width);
		else if (column->width > column->value_width)
			screen_put(table->screen, SCREEN_DIM, column->title);
		else
			screen_right(table->screen, SCREEN_DIM, column->title, column->width);
	}
	screen_line_end(table->screen);
}

static void put_cell(const struct table *table, const struct column *column,
		     const struct result_workload *workload, bool last)
{
	char text[UNITS_TEXT], interval[2 * UNITS_TEXT];
	bool strong = strcmp(column->metric, "total_ns") == 0;

	put_gap(table);
	screen_right(table->screen, strong ? SCREEN_STRONG : SCREEN_PLAIN,
		     value_of(column, workload, text), column->value_width);
	if (column->width == column->value_width)
		return;
	text_interval(column->unit, workload, column->metric, interval);
	if (*interval || !last)
		screen_put(table->screen, SCREEN_PLAIN, " ");
	if (last)
		screen_put(table->screen, SCREEN_DIM, interval);
	else
		screen_left(table->screen, SCREEN_DIM, interval,
			    column->width - column->value_width - 1);
}

static void free_texts(result_texts *texts)
{
	vec_foreach(text, texts)
		free(*text);
	vec_release(texts);
}

static bool fits_row(const struct table *table, const result_texts *reasons)
{
	size_t room = table->screen->width - table->name_width - table->gap;

	return reasons->count == 1 && display_width(reasons->items[0]) <= room;
}

/* The reason itself where it fits; else it comes below the table. */
static void put_failed(const struct table *table, const struct result_workload *workload)
{
	result_texts reasons = {0};

	text_failures(workload, &reasons);
	put_gap(table);
	if (fits_row(table, &reasons))
		screen_put(table->screen, SCREEN_BAD, reasons.items[0]);
	else
		screen_put(table->screen, SCREEN_BAD, "failed, see below");
	free_texts(&reasons);
}

static void put_rows(const struct table *table, size_t first, size_t end)
{
	vec_foreach(workload, &table->result->workloads) {
		char *name = text_name(workload->name, ABSENT_TEXT);

		/* a failed one has its reason in the first block, and nothing to say in others */
		if (first && is_failed(workload)) {
			free(name);
			continue;
		}
		screen_left(table->screen, SCREEN_STRONG, name ? name : "", table->name_width);
		free(name);
		if (is_failed(workload))
			put_failed(table, workload);
		else
			for (size_t i = first; i < end; i++)
				put_cell(table, &table->columns.items[i], workload, i + 1 == end);
		screen_line_end(table->screen);
	}
}

/* The end of the columns from |first| on that fit. */
static size_t block_end(const struct table *table, size_t first)
{
	size_t used = table->name_width, end = first;

	while (end < table->columns.count) {
		used += table->gap + table->columns.items[end].width;
		if (used > table->screen->width && end > first)
			break;
		end++;
	}
	return end;
}

static size_t blocks_from(const struct table *table, size_t first)
{
	size_t blocks = 0;

	for (; first < table->columns.count; blocks++)
		first = block_end(table, first);
	return blocks;
}

/* As block_end, but at the beginning of a group where that costs no block more. */
static size_t good_end(const struct table *table, size_t first)
{
	size_t most = block_end(table, first), rest = blocks_from(table, most);

	if (most == table->columns.count)
		return most;
	for (size_t end = most; end > first; end--)
		if (table->columns.items[end].begins_group && blocks_from(table, end) <= rest)
			return end;
	return most;
}

/* Columns stand closer where that spares a block. */
static void choose_gap(struct table *table)
{
	size_t wide, narrow;

	table->gap = 1;
	narrow = blocks_from(table, 0);
	table->gap = GAP_WIDE;
	wide = blocks_from(table, 0);
	if (narrow < wide)
		table->gap = 1;
}

/* ---- around the table ---- */

static void put_title(const struct table *table)
{
	const struct result *result = table->result;
	struct screen_flow flow = {0};
	size_t least = SIZE_MAX, most = 0;

	vec_foreach(workload, &result->workloads) {
		size_t starts = workload->samples.count;

		least = starts < least ? starts : least;
		most = larger(most, starts);
	}
	if (least == most)
		screen_flow_add(&flow, "%zu workloads, %zu start%s each", result->workloads.count,
				most, most == 1 ? "" : "s");
	else
		screen_flow_add(&flow, "%zu workloads, %zu to %zu starts each",
				result->workloads.count, least, most);
	if (most > 1)
		screen_flow_add(&flow, "interleaved");
	text_conditions(result, &result->workloads.items[0], &flow);
	screen_flow_add(&flow, "medians [95 %% interval], in ms and MiB");
	screen_flow_print(table->screen, &flow, "", DOT, 2);
}

/* What a reader of the table must know of a workload that is in it. */
static void put_remarks(const struct table *table)
{
	bool first = true;

	vec_foreach(workload, &table->result->workloads) {
		result_texts texts = {0};
		char *name = text_name(workload->name, ABSENT_TEXT);
		struct buf lead = {0};

		text_failures(workload, &texts);
		if (is_failed(workload) && fits_row(table, &texts))
			free_texts(&texts);
		buf_printf(&lead, "%s: ", name ? name : "");
		vec_foreach(text, &texts) {
			if (first)
				screen_line_end(table->screen);
			first = false;
			screen_sentence(table->screen, SCREEN_WARN, buf_text(&lead), *text);
			free(*text);
		}
		vec_release(&texts);
		buf_release(&lead);
		free(name);
	}
}

void text_table(const struct result *result, const struct screen *screen)
{
	struct table table = {.result = result, .screen = screen};

	add_columns(&table);
	measure(&table);
	choose_gap(&table);
	put_title(&table);
	for (size_t first = 0; first < table.columns.count;) {
		size_t end = good_end(&table, first);

		screen_line_end(screen);
		put_titles(&table, first, end);
		put_rows(&table, first, end);
		first = end;
	}
	put_remarks(&table);
	vec_foreach(column, &table.columns) {
		free(column->title);
		free(column->metric);
	}
	vec_release(&table.columns);
}

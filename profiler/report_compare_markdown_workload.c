// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_markdown_workload.c - one workload for a comment: the answer, its reasons, the
 * rest */
#include "report_compare_markdown.h"

#include <stdlib.h>
#include <string.h>

#define CAUSES_SHOWN  5	 /* for who has no time */
#define CAUSES_LISTED 30 /* for who opens them */

/* What a part of a workload may take, and whether all metrics are asked for. */
struct shares {
	size_t limit;
	bool all;
};

static void put_heading(const struct comparison_workload *workload, FILE *out)
{
	char *name = markdown_text(workload->name), *reason = markdown_text(workload->reason);

	fprintf(out, "\n### %s %s: %s\n\nbase %jd starts \xc2\xb7 new %jd starts%s%s\n",
		markdown_sign(comparison_verdict(workload->verdict)), name ? name : "",
		compare_words_verdict(workload->verdict), (intmax_t)workload->base_starts,
		(intmax_t)workload->new_starts, workload->reason ? " \xc2\xb7 " : "",
		reason ? reason : "");
	free(name);
	free(reason);
}

static void put_row(const struct comparison_metric *metric, bool first, struct section *section)
{
	char label[COMPARE_WORD], values[COMPARE_WORD], shift[COMPARE_WORD];
	char interval[COMPARE_WORD];
	struct buf line = {0};

	if (first)
		buf_puts(&line, "\n| | base \xe2\x86\x92 new | change | 95 % | |\n"
				"|---|---:|---:|---|---|\n");
	buf_puts(&line, "| ");
	markdown_put(compare_words_metric(metric->name, label), &line);
	buf_printf(&line, " | %s | %s | %s | %s |\n", compare_words_values(metric, values),
		   compare_words_shift(metric, shift), compare_words_interval(metric, interval),
		   compare_words_verdict(metric->verdict));
	section_add(section, &line);
	buf_release(&line);
}

/* The metrics that are there before what a reader opens. */
struct table {
	const struct comparison_metric *first[COMPARE_HEADLINE];
	size_t count;
};

static bool is_first(const struct table *table, const struct comparison_metric *metric)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->first[i] == metric)
			return true;
	return false;
}

static struct table put_headline(const struct comparison_workload *workload,
				 struct section *section)
{
	struct table table = {.count = 0};

	table.count = compare_headline(workload, table.first);
	for (size_t i = 0; i < table.count; i++)
		put_row(table.first[i], i == 0, section);
	return table;
}

static void put_others(const struct comparison_workload *workload, const struct table *table,
		       bool all, struct section *section)
{
	const struct comparison_metric *total = compare_total(workload);
	bool any = false;

	vec_foreach(metric, &workload->metrics) {
		if (is_first(table, metric) || !(all || metric == total || compare_is_news(metric)))
			continue;
		put_row(metric, !any, section);
		any = true;
	}
}

/* "33 other metrics: 11 regressed, 22 unchanged" */
static char *others_of(const struct comparison_workload *workload, const struct table *table)
{
	struct compare_tally tally = {0};
	struct buf out = {0};
	char *words;

	vec_foreach(metric, &workload->metrics)
		if (!is_first(table, metric))
			compare_tally_add(&tally, metric);
	words = compare_tally_words(&tally);
	if (tally.count)
		buf_printf(&out, "%zu other metric%s: %s", tally.count, tally.count == 1 ? "" : "s",
			   words ? words : "");
	free(words);
	return out.size ? buf_steal(&out) : NULL;
}

/* ---- its causes ---- */

/* "+16.2 ms, +728 KiB, +22 files: new module x, pulled in by y" */
static void put_cause(const struct comparison_cause *cause, struct buf *out)
{
	char *words = compare_words_cause(cause), *costs = compare_words_costs(cause);

	if (costs && *costs)
		buf_printf(out, "%s: ", costs);
	markdown_put(words, out);
	free(words);
	free(costs);
}

/* From |first| on, at most |most|: how many. What to do is said once for those in a row. */
static size_t put_chosen(const struct comparison_workload *workload, const compare_causes *chosen,
			 size_t first, size_t most, struct section *section)
{
	struct buf line = {0};
	char *said = NULL;
	size_t count = 0;

	for (size_t i = first; i < chosen->count && count < most; i++, count++) {
		char *advice = compare_words_advice(workload, chosen->items[i]);

		buf_puts(&line, count ? "- " : "\n- ");
		put_cause(chosen->items[i], &line);
		if (advice && !(said && strcmp(said, advice) == 0)) {
			buf_puts(&line, " \xe2\x86\x92 **");
			markdown_put(advice, &line);
			buf_puts(&line, "**");
			free(said);
			said = advice;
		} else {
			free(advice);
		}
		buf_puts(&line, "\n");
		section_add(section, &line);
	}
	free(said);
	buf_release(&line);
	return count;
}

/* "private memory: +1.8 MiB anonymous, +540 KiB heap" */
static void put_listed(const struct comparison_workload *workload, const char *kind,
		       const char *title, struct section *section)
{
	struct buf line = {0};

	vec_foreach(cause, &workload->causes) {
		char text[UNITS_TEXT];

		if (strcmp(cause->kind, kind) != 0)
			continue;
		buf_puts(&line, line.size ? ", " : title);
		buf_puts(&line, cause->time_ns != RESULT_ABSENT
					? compare_words_time(cause->time_ns, text)
				: cause->size_bytes != RESULT_ABSENT
					? compare_words_size(cause->size_bytes, text)
					: compare_words_count((double)cause->syscalls_count, text));
		buf_puts(&line, " ");
		markdown_put(cause->name, &line);
	}
	if (line.size) {
		buf_puts(&line, "\n");
		section_add(section, &line);
	}
	buf_release(&line);
}

static void put_lists(const struct comparison_workload *workload, struct section *section)
{
	put_listed(workload, "phase", "\nby phase: ", section);
	put_listed(workload, "memory", "\nprivate memory: ", section);
	put_listed(workload, "syscall", "\nsystem calls: ", section);
}

static void put_unexplained(const struct comparison_workload *workload, struct section *section)
{
	const struct comparison_metric *total = compare_total(workload);
	struct buf line = {0};
	char time[UNITS_TEXT];

	if (!total || !compare_is_shifted(total) || workload->unexplained_ns == RESULT_ABSENT)
		return;
	buf_printf(&line, "- %s not explained\n",
		   compare_words_time(workload->unexplained_ns, time));
	section_add(section, &line);
	buf_release(&line);
}

/* The first few; |*shown| is how many. */
static void put_reasons(const struct comparison_workload *workload, const compare_causes *chosen,
			size_t *shown, struct section *section)
{
	struct buf line = {0};

	*shown = 0;
	if (!compare_is_changed(workload) || !workload->causes.count)
		return;
	buf_puts(&line, "\n**Because**\n");
	section_add(section, &line);
	*shown = put_chosen(workload, chosen, 0, CAUSES_SHOWN, section);
	if (!*shown)
		put_lists(workload, section);
	else
		put_unexplained(workload, section);
	buf_release(&line);
}

static size_t smaller(const struct comparison_workload *workload, size_t shown)
{
	size_t count = 0;

	vec_foreach(cause, &workload->causes)
		count += !compare_cause_is_listed(cause);
	return count - shown;
}

static bool has_others(const struct comparison_workload *workload, const struct table *table,
		       bool all)
{
	vec_foreach(metric, &workload->metrics)
		if (!is_first(table, metric) &&
		    (all || metric == compare_total(workload) || compare_is_news(metric)))
			return true;
	return false;
}

/* All else that changed, which a reader opens. */
static void put_rest(const struct comparison_workload *workload, const struct table *table,
		     const compare_causes *chosen, size_t shown, const struct shares *shares,
		     FILE *out)
{
	struct section section = {.limit = shares->limit};
	size_t left = smaller(workload, shown);

	put_others(workload, table, shares->all, &section);
	section_flush(&section, "lines of the table", out);
	if (compare_is_changed(workload)) {
		section.limit = shares->limit;
		if (shown)
			put_lists(workload, &section);
		left -= put_chosen(workload, chosen, shown, CAUSES_LISTED, &section);
		section_flush(&section, "causes", out);
		if (left)
			fprintf(out, "\n%zu smaller cause%s, which the JSON has.\n", left,
				left == 1 ? "" : "s");
	}
}

static void put_details(const struct comparison_workload *workload, const struct table *table,
			const compare_causes *chosen, size_t shown, const struct shares *shares,
			FILE *out)
{
	size_t left = compare_is_changed(workload) ? smaller(workload, shown) : 0;
	char *others = others_of(workload, table);

	if (!left && !has_others(workload, table, shares->all)) {
		if (others)
			fprintf(out, "\n%s\n", others);
	} else {
		fprintf(out, "\n<details><summary>%s", others ? others : "");
		if (left)
			fprintf(out, "%s%zu smaller cause%s", others ? "; " : "", left,
				left == 1 ? "" : "s");
		fputs("</summary>\n", out);
		put_rest(workload, table, chosen, shown, shares, out);
		fputs("\n</details>\n", out);
	}
	free(others);
}

static void put_steps(const struct comparison_workload *workload, struct section *section)
{
	struct buf line = {0};

	vec_foreach(step, &workload->steps) {
		char *words = compare_words_step(step);

		buf_puts(&line, step == workload->steps.items ? "\n- " : "- ");
		buf_puts(&line, step->earlier ? "earlier, now the level: " : "");
		markdown_put(words, &line);
		buf_puts(&line, "\n");
		section_add(section, &line);
		free(words);
	}
	buf_release(&line);
}

void markdown_workload(const struct comparison_workload *workload, bool all, size_t limit,
		       FILE *out)
{
	struct section section = {.limit = limit / 4};
	compare_causes chosen = {0};
	struct table table;
	size_t shown;

	compare_causes_choose(workload, all, &chosen);
	put_heading(workload, out);
	section_differences(workload->differences.items, workload->differences.count, &section);
	table = put_headline(workload, &section);
	section_flush(&section, "lines of the table", out);
	section.limit = limit / 8;
	put_steps(workload, &section);
	section_flush(&section, "steps", out);
	section.limit = limit / 8;
	put_reasons(workload, &chosen, &shown, &section);
	section_flush(&section, "causes", out);
	put_details(workload, &table, &chosen, shown, &(struct shares){limit / 4, all}, out);
	vec_release(&chosen);
}

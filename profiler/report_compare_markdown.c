// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_markdown.c - a comparison for a pull request's comment, cut to what fits into one
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "display.h"
#include "report_compare.h"

/*
 * GitHub takes 65,536 characters of a comment. Each part has its share; a part that is longer ends
 * with how much it left out, so that no part is ever missing.
 */
#define COMMENT_BYTES  60000
#define CONTEXT_BYTES  12000 /* of it, what is about all workloads */
#define WORKLOAD_LEAST 600
#define NAME_BYTES     200

/* One section; what is added beyond its limit is counted. */
struct section {
	struct buf text;
	size_t limit, left_out;
};

static void put_escaped(const char *text, struct buf *out)
{
	struct buf clean = {0};
	size_t size;

	display_escape(text ? text : "", &clean);
	size = clean.size;
	for (const char *c = buf_text(&clean); *c && size; c++) {
		if (strchr("|\\`*_<>[]#&@~", *c))
			buf_puts(out, *c == '<' ? "&lt;" : *c == '&' ? "&amp;" : "\\");
		if (!strchr("<&", *c))
			buf_add(out, c, 1);
		/* no half of a character, wherever the name is cut */
		if (out->size >= NAME_BYTES && ((unsigned char)c[1] & 0xc0) != 0x80) {
			if (c[1])
				buf_puts(out, "\xe2\x80\xa6");
			break;
		}
	}
	buf_release(&clean);
}

/* To be freed. */
static char *escaped(const char *text)
{
	struct buf out = {0};

	put_escaped(text, &out);
	return out.size ? buf_steal(&out) : strdup("");
}

static void add_line(struct section *section, struct buf *line)
{
	if (section->left_out || section->text.size + line->size > section->limit)
		section->left_out++;
	else
		buf_add(&section->text, buf_text(line), line->size);
	buf_clear(line);
}

static void flush(struct section *section, const char *what, FILE *out)
{
	fwrite(buf_text(&section->text), 1, section->text.size, out);
	if (section->left_out)
		fprintf(out, "\n\xe2\x80\xa6 and %zu more %s, which the JSON has.\n",
			section->left_out, what);
	buf_release(&section->text);
	section->left_out = 0;
}

/* ---- a workload ---- */

static const char *sign_of(enum comparison_verdict verdict)
{
	static const char *const signs[] = {
		[COMPARISON_REGRESSED] = "\xf0\x9f\x94\xb4",
		[COMPARISON_CANT_TELL] = "\xe2\x9a\xaa",
		[COMPARISON_IMPROVED] = "\xf0\x9f\x9f\xa2",
		[COMPARISON_UNCHANGED] = "\xe2\x9c\x85",
		[COMPARISON_NOT_GATED] = "\xe2\x9e\x96",
	};

	return signs[verdict];
}

static void put_heading(const struct comparison_workload *workload, FILE *out)
{
	char *name = escaped(workload->name), *reason = escaped(workload->reason);

	fprintf(out, "\n### %s %s: %s\n\nbase %jd starts \xc2\xb7 new %jd starts%s%s\n",
		sign_of(comparison_verdict(workload->verdict)), name ? name : "",
		compare_words_verdict(workload->verdict), (intmax_t)workload->base_starts,
		(intmax_t)workload->new_starts, workload->reason ? " \xc2\xb7 " : "",
		reason ? reason : "");
	free(name);
	free(reason);
}

static void put_differences(const struct comparison_difference *items, size_t count,
			    struct section *section)
{
	struct buf line = {0};

	for (size_t i = 0; i < count; i++) {
		char *words = compare_words_difference(&items[i]);

		buf_puts(&line, i ? "- differs: " : "\n- differs: ");
		put_escaped(words, &line);
		buf_puts(&line, "\n");
		add_line(section, &line);
		free(words);
	}
	buf_release(&line);
}

static void put_metrics(const struct comparison_workload *workload, bool all,
			struct section *section, struct compare_tally *others)
{
	const struct comparison_metric *total = compare_total(workload);
	struct buf line = {0};
	bool any = false;

	vec_foreach(metric, &workload->metrics) {
		char label[COMPARE_WORD], values[COMPARE_WORD], shift[COMPARE_WORD];
		char interval[COMPARE_WORD];

		if (!all && metric != total && !compare_is_news(metric)) {
			compare_tally_add(others, metric);
			continue;
		}
		if (!any)
			buf_puts(&line, "\n| | base \xe2\x86\x92 new | change | 95 % | |\n"
					"|---|---:|---:|---|---|\n");
		any = true;
		buf_puts(&line, "| ");
		put_escaped(compare_words_metric(metric->name, label), &line);
		buf_printf(&line, " | %s | %s | %s | %s |\n", compare_words_values(metric, values),
			   compare_words_shift(metric, shift),
			   compare_words_interval(metric, interval),
			   compare_words_verdict(metric->verdict));
		add_line(section, &line);
	}
	buf_release(&line);
}

static void put_part(const char *text, struct buf *out)
{
	if (*text)
		buf_printf(out, "%s ", text);
}

static void put_causes(const struct comparison_workload *workload, struct section *section)
{
	struct buf line = {0};
	bool any = false;

	if (!compare_is_changed(workload))
		return;
	vec_foreach(cause, &workload->causes) {
		char *words = compare_words_cause(cause), *counts = compare_words_counts(cause);
		char time[UNITS_TEXT], size[UNITS_TEXT];

		buf_puts(&line, any ? "- " : "\nbecause\n\n- ");
		any = true;
		put_part(compare_words_time(cause->time_ns, time), &line);
		put_part(compare_words_size(cause->size_bytes, size), &line);
		put_part(counts ? counts : "", &line);
		put_escaped(words, &line);
		buf_puts(&line, "\n");
		add_line(section, &line);
		free(words);
		free(counts);
	}
	if (any && workload->unexplained_ns != RESULT_ABSENT && compare_total(workload) &&
	    compare_is_shifted(compare_total(workload))) {
		char time[UNITS_TEXT];

		buf_printf(&line, "- %s not explained\n",
			   compare_words_time(workload->unexplained_ns, time));
		add_line(section, &line);
	}
	buf_release(&line);
}

static void put_steps(const struct comparison_workload *workload, struct section *section)
{
	struct buf line = {0};

	vec_foreach(step, &workload->steps) {
		char *words = compare_words_step(step);

		buf_puts(&line, step == workload->steps.items ? "\n- " : "- ");
		buf_puts(&line, step->earlier ? "earlier, now the level: " : "");
		put_escaped(words, &line);
		buf_puts(&line, "\n");
		add_line(section, &line);
		free(words);
	}
	buf_release(&line);
}

static void put_workload(const struct comparison_workload *workload, bool all, size_t limit,
			 FILE *out)
{
	struct section section = {.limit = limit / 8 * 3};
	struct compare_tally others = {0};
	char *words;

	put_heading(workload, out);
	put_differences(workload->differences.items, workload->differences.count, &section);
	put_metrics(workload, all, &section, &others);
	flush(&section, "lines of the table", out);
	section.limit = limit / 8;
	put_steps(workload, &section);
	flush(&section, "steps", out);
	words = compare_tally_words(&others);
	if (others.count)
		fprintf(out, "\n%zu other metrics: %s\n", others.count, words ? words : "");
	free(words);
	section.limit = limit / 2;
	put_causes(workload, &section);
	flush(&section, "causes", out);
}

/* ---- all of it ---- */

static void put_advice(const struct comparison *comparison, FILE *out)
{
	enum comparison_verdict verdict = comparison_verdict(comparison->verdict);

	if (comparison->worse_before)
		fputs("\nThe start became worse before this change: the lines that begin with "
		      "\"since\" name the report and the commit.\n",
		      out);
	else if (verdict == COMPARISON_REGRESSED)
		fputs("\nThis change makes the start worse, beyond noise. The lists above say "
		      "where; "
		      "if it is meant, raise the threshold (`--threshold`, `--policy`).\n",
		      out);
	else if (verdict == COMPARISON_CANT_TELL)
		fputs("\nNo regression is shown. Where it says can't tell, more starts or both "
		      "sides "
		      "measured in one run would.\n",
		      out);
}

static void put_names(const result_texts *names, const char *title, struct section *section)
{
	struct buf line = {0};

	vec_foreach(name, names) {
		buf_printf(&line, "%s%s: ", name == names->items ? "\n- " : "- ", title);
		put_escaped(*name, &line);
		buf_puts(&line, "\n");
		add_line(section, &line);
	}
	buf_release(&line);
}

/* Regressions first: they are what a reader must see. */
static void put_workloads(const struct comparison *comparison, bool all, FILE *out)
{
	size_t count = comparison->workloads.count, shown = 0;
	size_t room = COMMENT_BYTES - CONTEXT_BYTES;
	size_t most = room / WORKLOAD_LEAST, each = room / (count < most ? count : most);

	for (size_t i = 0; i <= COMPARISON_NOT_GATED; i++) {
		vec_foreach(workload, &comparison->workloads) {
			if (comparison_verdict(workload->verdict) != (enum comparison_verdict)i)
				continue;
			if (shown++ < most)
				put_workload(workload, all,
					     each > WORKLOAD_LEAST ? each - WORKLOAD_LEAST / 2
								   : WORKLOAD_LEAST / 2,
					     out);
		}
	}
	if (shown > most)
		fprintf(out, "\n\xe2\x80\xa6 and %zu more workloads, which the JSON has.\n",
			shown - most);
}

int report_compare_markdown(const struct comparison *comparison, FILE *out,
			    const struct report_compare_options *options)
{
	struct section section = {.limit = CONTEXT_BYTES / 2};
	struct buf line = {0};

	fprintf(out, "## %s cold start: %s\n", sign_of(comparison_verdict(comparison->verdict)),
		compare_words_verdict(comparison->verdict));
	put_differences(comparison->differences.items, comparison->differences.count, &section);
	put_names(&comparison->only_base, "only in the base", &section);
	put_names(&comparison->only_new, "only in the new report", &section);
	flush(&section, "lines", out);
	if (comparison->workloads.count)
		put_workloads(comparison, options->all, out);
	section.limit = CONTEXT_BYTES / 2 - 1000;
	vec_foreach(note, &comparison->notes) {
		buf_printf(&line, "\n_%s_\n", *note);
		add_line(&section, &line);
	}
	flush(&section, "notes", out);
	put_advice(comparison, out);
	buf_release(&line);
	return ferror(out) ? -EIO : 0;
}

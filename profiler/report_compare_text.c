// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_text.c - a comparison for people: the answer, its reason, what to do */
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "report_compare.h"
#include "report_text.h"
#include "screen.h"

#define CAUSES_SHOWN 12
#define CALLS_SHOWN  4
#define LABEL_MAX    34
#define CALLS	     "syscalls_count{"
#define NAME_WIDTH   60
#define ARROW	     "\xe2\x86\x92 "

struct row {
	char label[COMPARE_WORD], values[COMPARE_WORD], shift[COMPARE_WORD];
	char interval[COMPARE_WORD];
	const char *verdict;
	enum screen_style style;
};
typedef VEC(struct row) rows;

/* ---- rows ---- */

static enum screen_style style_of(enum comparison_verdict verdict)
{
	static const enum screen_style styles[] = {
		[COMPARISON_REGRESSED] = SCREEN_BAD,   [COMPARISON_CANT_TELL] = SCREEN_WARN,
		[COMPARISON_IMPROVED] = SCREEN_STRONG, [COMPARISON_UNCHANGED] = SCREEN_PLAIN,
		[COMPARISON_NOT_GATED] = SCREEN_DIM,
	};

	return styles[verdict];
}

static void add_row(const struct comparison_metric *metric, rows *out)
{
	struct row *row = vec_add(out);

	if (!row)
		return;
	compare_words_metric(metric->name, row->label);
	compare_words_values(metric, row->values);
	compare_words_shift(metric, row->shift);
	compare_words_interval(metric, row->interval);
	row->verdict = compare_words_verdict(metric->verdict);
	row->style = style_of(comparison_verdict(metric->verdict));
}

static size_t wider(size_t width, const char *text)
{
	size_t own = display_width(text);

	return own > width ? own : width;
}

static void put_rows(const rows *list, const struct screen *screen)
{
	size_t label = 0, values = 0, shift = 0, interval = 0;

	vec_foreach(row, list) {
		label = wider(label, row->label);
		values = wider(values, row->values);
		shift = wider(shift, row->shift);
		interval = wider(interval, row->interval);
	}
	label = label < LABEL_MAX ? label : LABEL_MAX;
	vec_foreach(row, list) {
		screen_put(screen, SCREEN_PLAIN, "  ");
		screen_left(screen, SCREEN_PLAIN, row->label, label);
		screen_put(screen, SCREEN_PLAIN, "  ");
		screen_right(screen, SCREEN_PLAIN, row->values, values);
		screen_put(screen, SCREEN_PLAIN, "  ");
		screen_right(screen, SCREEN_STRONG, row->shift, shift);
		screen_put(screen, SCREEN_PLAIN, "  ");
		screen_left(screen, SCREEN_DIM, row->interval, interval);
		screen_put(screen, SCREEN_PLAIN, "  ");
		screen_put(screen, row->style, row->verdict);
		screen_line_end(screen);
	}
}

static void put_metrics(const struct comparison_workload *workload, bool all,
			const struct screen *screen)
{
	const struct comparison_metric *total = compare_total(workload);
	struct compare_tally others = {0};
	size_t calls = 0;
	rows list = {0};
	char *words;

	vec_foreach(metric, &workload->metrics) {
		bool call = strncmp(metric->name, CALLS, strlen(CALLS)) == 0;

		/* the list of causes has the others */
		if (all || metric == total ||
		    (compare_is_news(metric) && !(call && calls++ >= CALLS_SHOWN)))
			add_row(metric, &list);
		else
			compare_tally_add(&others, metric);
	}
	put_rows(&list, screen);
	words = compare_tally_words(&others);
	if (others.count)
		screen_printf(screen, SCREEN_PLAIN, "  %zu %smetric%s: %s\n", others.count,
			      list.count ? "other " : "", others.count == 1 ? "" : "s",
			      words ? words : "");
	free(words);
	vec_release(&list);
}

/* ---- causes ---- */

struct cause_row {
	char time[UNITS_TEXT], size[UNITS_TEXT];
	char *counts, *text, *advice;
};
typedef VEC(struct cause_row) cause_rows;

static bool is_kind(const struct comparison_cause *cause, const char *kind)
{
	return strcmp(cause->kind, kind) == 0;
}

static void put_list(const struct comparison_workload *workload, const char *kind,
		     const char *title, const struct screen *screen)
{
	struct screen_flow flow = {0};

	vec_foreach(cause, &workload->causes) {
		char text[UNITS_TEXT], *name = text_name(cause->name, "");

		if (!is_kind(cause, kind)) {
			free(name);
			continue;
		}
		if (cause->time_ns != RESULT_ABSENT)
			compare_words_time(cause->time_ns, text);
		else if (cause->size_bytes != RESULT_ABSENT)
			compare_words_size(cause->size_bytes, text);
		else
			compare_words_count((double)cause->syscalls_count, text);
		screen_flow_add(&flow, "%s %s", text, name ? name : "");
		free(name);
	}
	if (flow.items.count)
		screen_flow_print(screen, &flow, title, ", ", strlen(title));
}

static void add_cause(const struct comparison_workload *workload,
		      const struct comparison_cause *cause, cause_rows *out)
{
	struct cause_row *row = vec_add(out);

	if (!row)
		return;
	compare_words_time(cause->time_ns, row->time);
	compare_words_size(cause->size_bytes, row->size);
	row->counts = compare_words_counts(cause);
	row->text = compare_words_cause(cause);
	row->advice = compare_words_advice(workload, cause);
}

static void add_unexplained(const struct comparison_workload *workload, cause_rows *out)
{
	const struct comparison_metric *total = compare_total(workload);
	struct cause_row *row;

	if (!total || !compare_is_shifted(total) || workload->unexplained_ns == RESULT_ABSENT)
		return;
	row = vec_add(out);
	if (!row)
		return;
	compare_words_time(workload->unexplained_ns, row->time);
	row->text = strdup("not explained");
}

/* "    +31.0 ms  +8.8 MiB  " before what it is; what to do below it, once for those in a row. */
static void put_cause_rows(const cause_rows *list, const struct screen *screen)
{
	const char *said = "";
	size_t time = 0, size = 0;

	vec_foreach(row, list) {
		time = wider(time, row->time);
		size = wider(size, row->size);
	}
	vec_foreach(row, list) {
		struct buf lead = {0}, text = {0};

		buf_printf(&lead, "    %*s  ", (int)time, row->time);
		if (size)
			buf_printf(&lead, "%*s  ", (int)size, row->size);
		buf_puts(&text, row->text ? row->text : "");
		if (row->counts && *row->counts)
			buf_printf(&text, " (%s)", row->counts);
		screen_sentence(screen, SCREEN_PLAIN, buf_text(&lead), buf_text(&text));
		buf_clear(&lead);
		buf_printf(&lead, "    %*s  " ARROW, (int)(time + (size ? 2 + size : 0)), "");
		if (row->advice && strcmp(row->advice, said) != 0)
			screen_sentence(screen, SCREEN_DIM, buf_text(&lead), row->advice);
		said = row->advice ? row->advice : said;
		buf_release(&lead);
		buf_release(&text);
	}
}

static size_t unlisted(const struct comparison_workload *workload)
{
	size_t count = 0;

	vec_foreach(cause, &workload->causes)
		count += !compare_cause_is_listed(cause);
	return count;
}

static void rows_release(cause_rows *list)
{
	vec_foreach(row, list) {
		free(row->counts);
		free(row->text);
		free(row->advice);
	}
	vec_release(list);
}

static void put_causes(const struct comparison_workload *workload, bool all,
		       const struct screen *screen)
{
	compare_causes chosen = {0};
	cause_rows list = {0};
	size_t left;

	if (!compare_is_changed(workload) || !workload->causes.count)
		return;
	screen_put(screen, SCREEN_STRONG, "  because\n");
	put_list(workload, "phase", "    in       ", screen);
	put_list(workload, "memory", "    private  ", screen);
	put_list(workload, "syscall", "    calls    ", screen);
	compare_causes_choose(workload, all, &chosen);
	vec_foreach(cause, &chosen)
		if (all || list.count < CAUSES_SHOWN)
			add_cause(workload, *cause, &list);
	left = unlisted(workload) - list.count;
	add_unexplained(workload, &list);
	put_cause_rows(&list, screen);
	if (left)
		screen_printf(screen, SCREEN_DIM, "    %s%zu smaller one%s: --all\n",
			      list.count ? "and " : "", left, left == 1 ? "" : "s");
	rows_release(&list);
	vec_release(&chosen);
}

/* ---- a workload ---- */

static void put_head(const struct comparison_workload *workload, const struct screen *screen)
{
	enum comparison_verdict verdict = comparison_verdict(workload->verdict);
	char *name = text_name(workload->name, ABSENT_TEXT), starts[3 * UNITS_TEXT];
	const char *word = verdict == COMPARISON_REGRESSED
				   ? "REGRESSED"
				   : compare_words_verdict(workload->verdict);
	size_t used;

	snprintf(starts, sizeof(starts), "base %jd start%s" DOT "new %jd start%s",
		 (intmax_t)workload->base_starts, workload->base_starts == 1 ? "" : "s",
		 (intmax_t)workload->new_starts, workload->new_starts == 1 ? "" : "s");
	screen_put(screen, SCREEN_STRONG, name ? name : "");
	screen_put(screen, SCREEN_STRONG, ": ");
	screen_put(screen, style_of(verdict), word);
	used = display_width(name ? name : "") + 2 + strlen(word);
	if (used + 2 + display_width(starts) <= screen->width)
		screen_right(screen, SCREEN_DIM, starts, screen->width - used);
	else
		screen_printf(screen, SCREEN_DIM, "  %s", starts);
	screen_line_end(screen);
	free(name);
}

static void put_differences(const struct comparison_difference *items, size_t count,
			    const struct screen *screen)
{
	for (size_t i = 0; i < count; i++) {
		char *text = compare_words_difference(&items[i]);

		screen_sentence(screen, SCREEN_WARN, "  differs: ", text ? text : "");
		free(text);
	}
}

static void put_steps(const struct comparison_workload *workload, const struct screen *screen)
{
	vec_foreach(step, &workload->steps) {
		char *text = compare_words_step(step);

		screen_sentence(screen, step->earlier ? SCREEN_DIM : SCREEN_STRONG,
				step->earlier ? "  earlier, now the level: " : "  ",
				text ? text : "");
		free(text);
	}
}

static void put_workload(const struct comparison_workload *workload, bool all,
			 const struct screen *screen)
{
	char *reason = workload->reason ? text_name(workload->reason, "") : NULL;

	put_head(workload, screen);
	if (reason)
		screen_sentence(screen, SCREEN_PLAIN, "  ", reason);
	free(reason);
	put_differences(workload->differences.items, workload->differences.count, screen);
	if (workload->metrics.count)
		put_metrics(workload, all, screen);
	put_steps(workload, screen);
	put_causes(workload, all, screen);
	vec_foreach(note, &workload->notes)
		screen_sentence(screen, SCREEN_PLAIN, "  note: ", *note);
}

/* ---- all of it ---- */

static void put_only(const result_texts *names, const char *lead, const struct screen *screen)
{
	vec_foreach(item, names) {
		char *name = text_name(*item, "");

		screen_sentence(screen, SCREEN_WARN, lead, name ? name : "");
		free(name);
	}
}

static void put_summary(const struct comparison *comparison, const struct screen *screen)
{
	size_t counts[COMPARISON_NOT_GATED + 1] = {0};
	bool first = true;

	vec_foreach(workload, &comparison->workloads)
		counts[comparison_verdict(workload->verdict)]++;
	screen_printf(screen, SCREEN_STRONG, "%zu workloads: ", comparison->workloads.count);
	for (size_t i = 0; i <= COMPARISON_NOT_GATED; i++) {
		if (!counts[i])
			continue;
		screen_printf(screen, style_of((enum comparison_verdict)i), "%s%zu %s",
			      first ? "" : ", ", counts[i],
			      compare_words_verdict(comparison_word((enum comparison_verdict)i)));
		first = false;
	}
	screen_line_end(screen);
}

int report_compare_text(const struct comparison *comparison, FILE *out,
			const struct report_compare_options *options)
{
	struct screen screen = {out, options->text.color,
				options->text.width > REPORT_WIDTH ? options->text.width
								   : REPORT_WIDTH};

	put_differences(comparison->differences.items, comparison->differences.count, &screen);
	vec_foreach(workload, &comparison->workloads) {
		if (workload != comparison->workloads.items || comparison->differences.count)
			screen_line_end(&screen);
		put_workload(workload, options->all, &screen);
	}
	if (comparison->workloads.count > 1 || comparison->only_base.count ||
	    comparison->only_new.count || comparison->notes.count)
		screen_line_end(&screen);
	put_only(&comparison->only_base, "only in the base: ", &screen);
	put_only(&comparison->only_new, "only in the new report: ", &screen);
	vec_foreach(note, &comparison->notes)
		screen_sentence(&screen, SCREEN_PLAIN, "note: ", *note);
	if (comparison->workloads.count > 1)
		put_summary(comparison, &screen);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_text_start.c - the text report of one workload: the screen that is read in ten seconds */
#include "report_text.h"

#include <math.h>

#include "display.h"
#include "summary.h"

#define INDENT	    "  "
#define BAR_MAX	    60
#define SHOWN_SHARE 0.01 /* less is "other" */

/* What a part needs. |sample| is the start that the lists are of, or NULL. */
struct view {
	const struct result *result;
	const struct result_workload *workload;
	const struct result_sample *sample;
	const struct screen *screen;
};

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

/* ---- title ---- */

static void put_title(const struct view *view)
{
	const struct result_runtime *runtime = &view->workload->runtime;
	char *name = text_name(view->workload->name, "(no name)");
	char *kind = text_name(runtime->name, ""), *version = text_name(runtime->version, "");
	struct screen_flow flow = {0};
	struct buf cut = {0};

	if (kind && *kind)
		screen_flow_add(&flow, "%s %s", kind, version ? version : "");
	if (view->workload->samples.count)
		text_starts(view->workload, &flow);
	text_conditions(view->result, view->workload, &flow);
	display_cut(name ? name : "", view->screen->width - 2, &cut);
	if (flow.items.count)
		buf_puts(&cut, DOT);
	screen_flow_print(view->screen, &flow, buf_text(&cut), DOT, strlen(INDENT));
	buf_release(&cut);
	free(name);
	free(kind);
	free(version);
}

/* "-> 200" of the first answer; where a listener that was asked gave none, why. */
static void add_answer(const struct result_sample *sample, struct buf *out)
{
	vec_foreach(answer, &sample->answers) {
		char *reason = text_name(answer->reason, "");

		if (answer->request == 0 && answer->status != RESULT_ABSENT && answer->status > 0)
			buf_printf(out, " \xe2\x86\x92 %d", (int)answer->status);
		else if (answer->request == 0 && is(sample->ready, "listen") && reason && *reason)
			buf_printf(out, "; no response to GET /: %s", reason);
		free(reason);
	}
}

/* The path of "http:PORT/PATH"; "/" where none was asked for. */
static const char *http_path(const char *asked)
{
	const char *path = strncmp(asked, "http", 4) == 0 ? strchr(asked, '/') : NULL;

	return path ? path : "/";
}

static void add_ready(const struct view *view, const char *asked, struct buf *out)
{
	const char *how = view->sample->ready;

	if (is(how, "http"))
		buf_printf(out, "ready by GET %s", http_path(asked));
	else if (is(how, "listen"))
		buf_puts(out, "ready when it listens");
	else if (is(how, "exit"))
		buf_puts(out, "ready when it has ended");
	else if (is(how, "line"))
		buf_puts(out, "ready by a line of its output");
	else if (how)
		buf_puts(out, "ready");
	if (is(how, "line") && strncmp(asked, "line:", 5) == 0)
		buf_printf(out, " that matches %s", asked + 5);
}

static void put_ready(const struct view *view)
{
	char *asked = text_name(view->workload->ready, "");
	char *address = text_name(view->sample->address, "");
	struct buf line = {0};

	add_ready(view, asked ? asked : "", &line);
	if (line.size && address && *address)
		buf_printf(&line, " on %s", address);
	if (line.size)
		add_answer(view->sample, &line);
	if (line.size)
		screen_sentence(view->screen, SCREEN_PLAIN, "", buf_text(&line));
	buf_release(&line);
	free(address);
	free(asked);
}

static void put_failures(const struct view *view)
{
	result_texts reasons = {0};

	text_failures(view->workload, &reasons);
	vec_foreach(reason, &reasons) {
		screen_sentence(view->screen, SCREEN_BAD, "! ", *reason);
		free(*reason);
	}
	vec_release(&reasons);
}

/* ---- total and phases ---- */

static const char *end_of(const struct result_sample *sample)
{
	if (!sample->ready)
		return "given up";
	if (is(sample->ready, "exit"))
		return "its end";
	if (is(sample->ready, "line"))
		return "the line";
	return sample->responded_ns != RESULT_ABSENT ? "first response byte" : "listen";
}

/* The interval; with too few starts for one, their range. */
static void add_interval(const struct result_workload *workload, struct screen_flow *flow)
{
	const struct result_summary *total = summary_find(workload, "total_ns");
	char low[UNITS_TEXT], high[UNITS_TEXT], interval[2 * UNITS_TEXT];

	if (*text_interval(TEXT_MS, workload, "total_ns", interval))
		screen_flow_add(flow, "%s", interval);
	else if (total && total->n > 1 && isfinite(total->min) && isfinite(total->max))
		screen_flow_add(flow, "(%s to %s in %jd starts)", units_ms_bare(total->min, low),
				units_ms_bare(total->max, high), (intmax_t)total->n);
}

static void put_total(const struct view *view)
{
	double total = text_median(view->workload, "total_ns");
	struct screen_flow flow = {0};
	char text[UNITS_TEXT], title[2 * UNITS_TEXT];

	add_interval(view->workload, &flow);
	snprintf(title, sizeof(title), "total %s%s",
		 isfinite(total) ? units_ms(total, text) : ABSENT_TEXT,
		 flow.items.count ? " " : "   ");
	screen_flow_add(&flow, "exec \xe2\x86\x92 %s", end_of(view->sample));
	screen_flow_print(view->screen, &flow, title, "   ", strlen(INDENT));
}

struct phase_row {
	char value[UNITS_TEXT], interval[2 * UNITS_TEXT], share[UNITS_TEXT];
	double part; /* of the longest */
};

static void fill_row(const struct view *view, const char *name, double longest,
		     struct phase_row *row)
{
	double median = text_phase_median(view->workload, name);
	double total = text_median(view->workload, "total_ns");
	char metric[128];

	snprintf(metric, sizeof(metric), "phase_%.100s_ns", name);
	text_value(TEXT_MS, median, row->value);
	text_interval(TEXT_MS, view->workload, metric, row->interval);
	row->share[0] = '\0';
	if (isfinite(median) && total > 0)
		snprintf(row->share, sizeof(row->share), "%.0f %%", 100 * median / total);
	row->part = longest > 0 && isfinite(median) ? median / longest : 0;
}

static void put_phases(const struct view *view)
{
	const struct screen *screen = view->screen;
	size_t name_width = 0, interval_width = 0, used, bar;
	text_phases phases = {0};
	struct phase_row row;
	double longest = 0;

	text_phases_of(view->workload, &phases);
	vec_foreach(name, &phases)
		longest = fmax(longest, text_phase_median(view->workload, *name));
	vec_foreach(name, &phases) {
		fill_row(view, *name, longest, &row);
		name_width = display_width(*name) > name_width ? display_width(*name) : name_width;
		if (strlen(row.interval) > interval_width)
			interval_width = strlen(row.interval);
	}
	used = strlen(INDENT) + name_width + 8 + 1 + interval_width + 7 + 1;
	bar = screen->width > used ? screen->width - used : 0;
	bar = bar > BAR_MAX ? BAR_MAX : bar;
	vec_foreach(name, &phases) {
		char *clean = text_name(*name, "");
		struct buf blocks = {0};

		fill_row(view, *name, longest, &row);
		screen_put(screen, SCREEN_PLAIN, INDENT);
		screen_left(screen, SCREEN_PLAIN, clean ? clean : "", name_width);
		screen_right(screen, SCREEN_STRONG, row.value, 8);
		screen_put(screen, SCREEN_PLAIN, " ");
		screen_left(screen, SCREEN_DIM, row.interval, interval_width);
		screen_right(screen, SCREEN_PLAIN, row.share, 7);
		display_bar(row.part, bar, &blocks);
		if (blocks.size)
			screen_put(screen, SCREEN_PLAIN, " ");
		screen_put(screen, SCREEN_BAR, buf_text(&blocks));
		screen_line_end(screen);
		buf_release(&blocks);
		free(clean);
	}
	vec_release(&phases);
}

static void put_missing(const struct view *view)
{
	const result_texts *missing = &view->sample->phases_missing;
	struct buf line = {0};
	char *clean;

	buf_puts(&line,
		 view->workload->runtime.name
			 ? "no mark of the runtime shows the end of "
			 : "not a runtime that is known in depth: no mark shows the end of ");
	vec_foreach(name, missing)
		buf_printf(&line, "%s%s", name == missing->items ? "" : ", ", *name);
	buf_printf(&line, ": %s time is in the phase after %s",
		   missing->count == 1 ? "its" : "their", missing->count == 1 ? "it" : "them");
	clean = text_name(buf_text(&line), "");
	if (missing->count && clean)
		screen_sentence(view->screen, SCREEN_DIM, INDENT, clean);
	free(clean);
	buf_release(&line);
}

/* ---- where the time went ---- */

static void put_where(const struct view *view)
{
	struct text_part parts[TEXT_PARTS];
	size_t count = text_parts(view->sample, parts);
	struct screen_flow flow = {0};
	double other = 0;

	if (!count)
		return;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].share < SHOWN_SHARE || is(parts[i].name, "other"))
			other += parts[i].share;
		else
			screen_flow_add(&flow, "%s %.0f %%", parts[i].name, 100 * parts[i].share);
	}
	if (other >= 0.005)
		screen_flow_add(&flow, "other %.0f %%", 100 * other);
	screen_flow_print(view->screen, &flow, "where it went   ", DOT, 16);
}

static void put_cpu(const struct view *view)
{
	double user = text_median(view->workload, "cpu_user_ns");
	double system = text_median(view->workload, "cpu_system_ns");
	double total = text_median(view->workload, "total_ns");
	char sum[UNITS_TEXT], text[2][UNITS_TEXT];
	struct screen_flow flow = {0};

	if (!isfinite(user) || !isfinite(system))
		return;
	screen_flow_add(&flow, "%s of CPU", units_ms(user + system, sum));
	screen_flow_add(&flow, "user %s", units_ms_bare(user, text[0]));
	screen_flow_add(&flow, "kernel %s", units_ms_bare(system, text[1]));
	if (total > 0)
		screen_flow_add(&flow, "%.2f CPUs busy", (user + system) / total);
	screen_flow_print(view->screen, &flow, "all threads     ", DOT, 16);
}

void text_start(const struct result *result, const struct result_workload *workload,
		const struct screen *screen)
{
	struct view view = {result, workload, text_sample(workload), screen};

	put_title(&view);
	if (view.sample)
		put_ready(&view);
	put_failures(&view);
	if (view.sample) {
		screen_line_end(screen);
		put_total(&view);
		put_phases(&view);
		put_missing(&view);
		put_where(&view);
		put_cpu(&view);
		text_memory(workload, screen);
		text_packages(workload, screen);
		text_modules(workload, screen);
		text_lists(workload, screen);
	}
	text_remarks(result, workload, screen);
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_words.c - what a comparison holds, in words that all its formats share */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "display.h"
#include "report_compare.h"

#define ARROW " \xe2\x86\x92 "

const char *compare_words_verdict(const char *verdict)
{
	static const char *const words[] = {
		[COMPARISON_REGRESSED] = "regressed", [COMPARISON_CANT_TELL] = "can't tell",
		[COMPARISON_IMPROVED] = "improved",   [COMPARISON_UNCHANGED] = "unchanged",
		[COMPARISON_NOT_GATED] = "not gated",
	};

	return words[comparison_verdict(verdict)];
}

/* ---- names ---- */

static const struct {
	const char *name, *words;
} names[] = {
	{"total_ns", "total"},
	{"load_busy_ns", "importing"},
	{"cpu_user_ns", "CPU, user"},
	{"cpu_system_ns", "CPU, kernel"},
	{"runqueue_ns", "waiting for a CPU"},
	{"blocked_ns", "blocked"},
	{"worker_start_ns", "worker's start"},
	{"rss_ready_bytes", "RSS"},
	{"rss_peak_bytes", "peak"},
	{"pss_ready_bytes", "PSS"},
	{"uss_ready_bytes", "private"},
	{"syscalls_count", "system calls"},
	{"syscall_errors_count", "failed calls"},
	{"files_opened_count", "files opened"},
	{"enoent_count", "ENOENT"},
	{"modules_count", "modules"},
	{"faults_minor_count", "minor faults"},
	{"faults_major_count", "major faults"},
	{"faults_cow_count", "copied pages"},
	{"threads_count", "threads"},
	{"processes_count", "processes"},
};

/* Nothing that moves the cursor, and no longer than |out|. */
static void put_word(char out[COMPARE_WORD], const char *text)
{
	struct buf clean = {0};

	display_escape(text, &clean);
	snprintf(out, COMPARE_WORD, "%s", buf_text(&clean));
	buf_release(&clean);
}

static bool cut_phase(const char *name, char out[COMPARE_WORD])
{
	size_t size = strlen(name);
	char middle[COMPARE_WORD];

	if (size <= 9 || size >= COMPARE_WORD || strncmp(name, "phase_", 6) ||
	    strcmp(name + size - 3, "_ns"))
		return false;
	snprintf(middle, sizeof(middle), "%.*s", (int)(size - 9), name + 6);
	put_word(out, middle);
	return true;
}

/* "openat" of "syscalls_count{name=openat}". */
static bool cut_call(const char *name, char out[COMPARE_WORD])
{
	static const char prefix[] = "syscalls_count{name=";
	size_t size = strlen(name);
	char middle[COMPARE_WORD];

	if (strncmp(name, prefix, sizeof(prefix) - 1) || size >= COMPARE_WORD ||
	    name[size - 1] != '}')
		return false;
	snprintf(middle, sizeof(middle), "%.*s", (int)(size - sizeof(prefix)),
		 name + sizeof(prefix) - 1);
	put_word(out, middle);
	return true;
}

char *compare_words_metric(const char *name, char out[COMPARE_WORD])
{
	size_t size = strcspn(name, "{");
	const char *label = strchr(name, '=');
	char words[COMPARE_WORD];

	if (cut_phase(name, out) || cut_call(name, out))
		return out;
	snprintf(words, sizeof(words), "%s", name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) != size || strncmp(names[i].name, name, size))
			continue;
		if (label)
			snprintf(words, sizeof(words), "%s, %.*s", names[i].words,
				 (int)strcspn(label + 1, "}"), label + 1);
		else
			snprintf(words, sizeof(words), "%s", names[i].words);
	}
	put_word(out, words);
	return out;
}

/* ---- numbers ---- */

static bool is_time(const struct comparison_metric *metric)
{
	return strcmp(metric->unit, "ns") == 0;
}

static bool is_size(const struct comparison_metric *metric)
{
	return strcmp(metric->unit, "bytes") == 0;
}

static char *value(const struct comparison_metric *metric, double number, char out[UNITS_TEXT])
{
	if (isnan(number))
		return strcpy(out, "-");
	if (is_time(metric))
		return units_ms_bare(number, out);
	if (is_size(metric))
		return units_mib_bare(number, out);
	return units_count(number, out);
}

char *compare_words_values(const struct comparison_metric *metric, char out[COMPARE_WORD])
{
	char base[UNITS_TEXT], new[UNITS_TEXT];

	value(metric, metric->base_median, base);
	value(metric, metric->new_median, new);
	snprintf(out, COMPARE_WORD, "%s" ARROW "%s%s", base, new,
		 is_time(metric)   ? " ms"
		 : is_size(metric) ? " MiB"
				   : "");
	return out;
}

/* Only a share of something says how much; counts are told apart one by one. */
static bool is_share(const struct comparison_metric *metric)
{
	return (is_time(metric) || is_size(metric)) && metric->base_median > 0;
}

static char *with_sign(double number, const char *text, char out[UNITS_TEXT])
{
	snprintf(out, UNITS_TEXT, "%s%.*s", number > 0 ? "+" : "", UNITS_TEXT - 2, text);
	return out;
}

static char *signed_value(const struct comparison_metric *metric, double number,
			  char out[UNITS_TEXT])
{
	char text[UNITS_TEXT];

	if (is_share(metric)) {
		snprintf(out, UNITS_TEXT, "%+.1f", 100 * number / metric->base_median);
		return out;
	}
	return with_sign(number, value(metric, number, text), out);
}

char *compare_words_shift(const struct comparison_metric *metric, char out[COMPARE_WORD])
{
	char text[UNITS_TEXT];

	out[0] = '\0';
	if (isnan(metric->shift))
		return out;
	snprintf(out, COMPARE_WORD, "%s%s", signed_value(metric, metric->shift, text),
		 is_share(metric)  ? " %"
		 : is_time(metric) ? " ms"
		 : is_size(metric) ? " MiB"
				   : "");
	return out;
}

char *compare_words_interval(const struct comparison_metric *metric, char out[COMPARE_WORD])
{
	char low[UNITS_TEXT], high[UNITS_TEXT];

	out[0] = '\0';
	if (isnan(metric->shift_low) || metric->shift_low == metric->shift_high)
		return out;
	snprintf(out, COMPARE_WORD, "[%s, %s]", signed_value(metric, metric->shift_low, low),
		 signed_value(metric, metric->shift_high, high));
	return out;
}

char *compare_words_time(int64_t ns, char out[UNITS_TEXT])
{
	char text[UNITS_TEXT];

	out[0] = '\0';
	if (ns == RESULT_ABSENT || !ns)
		return out;
	return with_sign((double)ns, units_ms((double)ns, text), out);
}

char *compare_words_size(int64_t bytes, char out[UNITS_TEXT])
{
	char text[UNITS_TEXT];

	out[0] = '\0';
	if (bytes == RESULT_ABSENT || !bytes)
		return out;
	return with_sign((double)bytes, units_bytes((double)bytes, text), out);
}

char *compare_words_count(double count, char out[UNITS_TEXT])
{
	char text[UNITS_TEXT];

	return with_sign(count, units_count(count, text), out);
}

/* ---- what differs ---- */

static void put_side(const char *text, struct buf *out)
{
	if (text)
		display_escape(text, out);
	else
		buf_puts(out, "none");
}

char *compare_words_difference(const struct comparison_difference *difference)
{
	struct buf out = {0};

	buf_printf(&out, "%s ", difference->what);
	put_side(difference->base, &out);
	buf_puts(&out, ARROW);
	put_side(difference->new, &out);
	if (difference->not_gated)
		buf_printf(&out, ": %s not gated", difference->not_gated);
	return buf_steal(&out);
}

#define STEP_METRICS  5 /* that are named */
#define COMMIT_DIGITS 12

char *compare_words_step(const struct comparison_step *step)
{
	struct buf out = {0};
	size_t named = 0;

	buf_puts(&out, "since ");
	display_escape(step->report ? step->report : "the new report", &out);
	if (step->created) {
		buf_puts(&out, " of ");
		display_escape(step->created, &out);
	}
	if (step->commit) {
		char commit[COMMIT_DIGITS + 1];

		snprintf(commit, sizeof(commit), "%s", step->commit);
		buf_puts(&out, " (commit ");
		display_escape(commit, &out);
		buf_puts(&out, ")");
	}
	if (step->reports_count > 1)
		buf_printf(&out, ", %jd reports", (intmax_t)step->reports_count);
	vec_foreach(metric, &step->metrics) {
		char label[COMPARE_WORD];

		if (named++ < STEP_METRICS)
			buf_printf(&out, "%s%s", named > 1 ? ", " : ": ",
				   compare_words_metric(*metric, label));
	}
	if (named > STEP_METRICS)
		buf_printf(&out, " and %zu more", named - STEP_METRICS);
	return buf_steal(&out);
}

/* ---- what is worth a line ---- */

void compare_tally_add(struct compare_tally *tally, const struct comparison_metric *metric)
{
	enum comparison_verdict verdict = comparison_verdict(metric->verdict);
	int64_t fewer = metric->base_n < metric->new_n ? metric->base_n : metric->new_n;

	tally->count++;
	tally->verdicts[verdict]++;
	if (verdict != COMPARISON_CANT_TELL)
		return;
	if (metric->starts_needed == RESULT_ABSENT)
		tally->more_starts = -1;
	else if (tally->more_starts >= 0 && metric->starts_needed - fewer > tally->more_starts)
		tally->more_starts = metric->starts_needed - fewer;
}

#define STARTS_MOST 1000 /* nobody makes more */

char *compare_tally_words(const struct compare_tally *tally)
{
	static const enum comparison_verdict order[] = {COMPARISON_REGRESSED, COMPARISON_UNCHANGED,
							COMPARISON_IMPROVED, COMPARISON_CANT_TELL,
							COMPARISON_NOT_GATED};
	struct buf out = {0};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		char more[UNITS_TEXT];

		if (!tally->verdicts[order[i]])
			continue;
		buf_printf(&out, "%s%zu %s", out.size ? ", " : "", tally->verdicts[order[i]],
			   compare_words_verdict(comparison_word(order[i])));
		if (order[i] == COMPARISON_CANT_TELL && tally->more_starts > 0 &&
		    tally->more_starts <= STARTS_MOST)
			buf_printf(&out, " (%s more starts a side would)",
				   units_count((double)tally->more_starts, more));
	}
	return out.size ? buf_steal(&out) : strdup("");
}

bool compare_is_shifted(const struct comparison_metric *metric)
{
	if (isnan(metric->shift))
		return false;
	if (isnan(metric->shift_low))
		return fabs(metric->shift) > metric->effect;
	return metric->shift_low > 0 || metric->shift_high < 0;
}

bool compare_is_news(const struct comparison_metric *metric)
{
	enum comparison_verdict verdict = comparison_verdict(metric->verdict);

	if (verdict == COMPARISON_REGRESSED || verdict == COMPARISON_IMPROVED)
		return true;
	return verdict != COMPARISON_UNCHANGED && strcmp(metric->kind, "waits") != 0 &&
	       compare_is_shifted(metric) && fabs(metric->shift) > metric->effect;
}

const struct comparison_metric *compare_total(const struct comparison_workload *workload)
{
	vec_foreach(metric, &workload->metrics)
		if (strcmp(metric->name, "total_ns") == 0)
			return metric;
	return NULL;
}

bool compare_is_changed(const struct comparison_workload *workload)
{
	vec_foreach(metric, &workload->metrics)
		if (compare_is_news(metric))
			return true;
	return false;
}

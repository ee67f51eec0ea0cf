// SPDX-License-Identifier: BSD-2-Clause
/* report_text_remarks.c - the text report's sentences: failures, what stands out, notes */
#include "report_text.h"

#define TEXTS_SHOWN 6 /* of each list */

/* ---- failures ---- */

struct reason {
	const char *outcome, *text;
	size_t starts;
};

static const char *outcome_words(const char *outcome)
{
	static const char *const words[][2] = {
		{"not_started", "not started"},
		{"crashed", "crashed"},
		{"exited", "ended before it was ready"},
		{"never_ready", "never ready"},
		{"bad_answer", "bad answer"},
		{"interrupted", "interrupted"},
		{"not_prepared", "not prepared"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (outcome && strcmp(outcome, words[i][0]) == 0)
			return words[i][1];
	return outcome && strcmp(outcome, "good") == 0 ? NULL : "failed";
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_failure(const struct result_workload *workload, const struct reason *reason,
			result_texts *out)
{
	const char *words = outcome_words(reason->outcome);
	char *clean = text_name(reason->text, "");
	size_t all = workload->samples.count;
	struct buf line = {0};

	if (reason->starts < all)
		buf_printf(&line, "%zu of %zu starts", reason->starts, all);
	else
		buf_puts(&line, all == 1 ? "the start" : "all starts");
	if (words)
		buf_printf(&line, " failed: %s", clean && *clean ? clean : words);
	else
		buf_printf(&line, " %s not count%s%s", reason->starts == 1 ? "does" : "do",
			   clean && *clean ? ": " : "", clean ? clean : "");
	result_texts_add(out, buf_text(&line));
	buf_release(&line);
	free(clean);
}

void text_failures(const struct result_workload *workload, result_texts *out)
{
	VEC(struct reason) reasons = {0};

	vec_foreach(sample, &workload->samples) {
		struct reason *known = NULL, made = {sample->outcome, sample->reason, 1};

		if (sample->counted)
			continue;
		if (!made.text && sample->events_lost.count)
			made.text = "events were lost";
		vec_foreach(reason, &reasons)
			if (same(reason->outcome, made.outcome) && same(reason->text, made.text))
				known = reason;
		if (known)
			known->starts++;
		else if (vec_push(&reasons, made))
			break;
	}
	vec_foreach(reason, &reasons)
		add_failure(workload, reason, out);
	if (!workload->samples.count) {
		char *clean = text_name(workload->reason, "nothing was measured");

		if (clean)
			result_texts_add(out, clean);
		free(clean);
	}
	vec_release(&reasons);
}

/* ---- notes ---- */

/* Each text once. */
static void add_notes(const result_texts *from, result_texts *to)
{
	vec_foreach(note, from) {
		char *clean = text_name(*note, "");
		bool known = !clean;

		vec_foreach(have, to)
			known = known || strcmp(*have, clean) == 0;
		if (!known)
			result_texts_add(to, clean);
		free(clean);
	}
}

static void put_texts(const struct screen *screen, const char *title, enum screen_style style,
		      result_texts *texts)
{
	if (texts->count) {
		screen_line_end(screen);
		screen_put(screen, style, title);
		screen_line_end(screen);
	}
	for (size_t i = 0; i < texts->count; i++) {
		if (i < TEXTS_SHOWN)
			screen_sentence(screen, SCREEN_PLAIN, "  ", texts->items[i]);
		free(texts->items[i]);
	}
	if (texts->count > TEXTS_SHOWN) {
		screen_printf(screen, SCREEN_DIM, "  and %zu more", texts->count - TEXTS_SHOWN);
		screen_line_end(screen);
	}
	vec_release(texts);
}

void text_remarks(const struct result *result, const struct result_workload *workload,
		  const struct screen *screen)
{
	result_texts worth = {0}, notes = {0};

	text_worth(result, workload, &worth);
	put_texts(screen, "worth a look", SCREEN_WARN, &worth);
	add_notes(&workload->notes, &notes);
	vec_foreach(sample, &workload->samples)
		add_notes(&sample->notes, &notes);
	put_texts(screen, "notes", SCREEN_STRONG, &notes);
}

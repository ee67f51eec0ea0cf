// SPDX-License-Identifier: BSD-2-Clause
/* doctor.c - what this machine can and cannot measure, and how to mend it */
#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "display.h"
#include "doctor_parts.h"
#include "screen.h"

#define NAME_COLUMNS 15 /* the longest name and a space */

static const struct {
	const char *sign, *word;
} states[] = {
	[DOCTOR_OK] = {"✓", "ok"},
	[DOCTOR_LIMITED] = {"!", "limited"},
	[DOCTOR_MISSING] = {"✗", "missing"},
};

void doctor_add(struct doctor *doctor, const char *name, enum doctor_state state, const char *cure,
		const char *format, ...)
{
	struct doctor_check check = {.name = name, .state = state};
	va_list args;

	va_start(args, format);
	if (vasprintf(&check.finding, format, args) < 0)
		check.finding = NULL;
	va_end(args);
	check.cure = cure ? strdup(cure) : NULL;
	if (!check.finding || (cure && !check.cure) || vec_push(&doctor->checks, check)) {
		free(check.finding);
		free(check.cure);
		doctor->out_of_memory = true;
	}
}

int doctor_examine(const struct doctor_options *options, struct doctor *doctor)
{
	struct doctor found = {0};

	doctor_kernel(options, &found);
	doctor_trial(options, &found);
	doctor_machine(options, &found);
	doctor_runtimes(options, &found);
	doctor_leftovers(options, &found);
	if (found.out_of_memory) {
		doctor_release(&found);
		return -ENOMEM;
	}
	*doctor = found;
	return 0;
}

void doctor_release(struct doctor *doctor)
{
	if (!doctor)
		return;
	vec_foreach(check, &doctor->checks) {
		free(check->finding);
		free(check->cure);
	}
	vec_release(&doctor->checks);
}

size_t doctor_count(const struct doctor *doctor, enum doctor_state state)
{
	size_t count = 0;

	vec_foreach(check, &doctor->checks)
		count += check->state == state;
	return count;
}

enum doctor_state doctor_worst(const struct doctor *doctor)
{
	enum doctor_state worst = DOCTOR_OK;

	vec_foreach(check, &doctor->checks)
		if (check->state > worst)
			worst = check->state;
	return worst;
}

/* ---- for people ---- */

static void print_check(const struct screen *screen, const struct doctor_check *check)
{
	struct buf lead = {0}, text = {0};

	buf_printf(&lead, "%s ", states[check->state].sign);
	display_left(states[check->state].word, 9, &lead);
	display_left(check->name, NAME_COLUMNS, &lead);
	display_escape(check->finding, &text);
	screen_sentence(screen, SCREEN_PLAIN, buf_text(&lead), buf_text(&text));
	if (check->cure) {
		buf_clear(&lead);
		buf_clear(&text);
		display_left("", 2 + 9 + NAME_COLUMNS, &lead);
		buf_puts(&lead, "→ ");
		display_escape(check->cure, &text);
		screen_sentence(screen, SCREEN_PLAIN, buf_text(&lead), buf_text(&text));
	}
	buf_release(&lead);
	buf_release(&text);
}

static void print_verdict(const struct screen *screen, const struct doctor *doctor)
{
	size_t limited = doctor_count(doctor, DOCTOR_LIMITED);
	size_t missing = doctor_count(doctor, DOCTOR_MISSING);
	struct buf text = {0};

	if (missing)
		buf_printf(&text, "`coldprof run` cannot work here: %zu missing, %zu limited",
			   missing, limited);
	else if (limited)
		buf_printf(&text, "`coldprof run` works here; %zu limited", limited);
	else
		buf_puts(&text, "`coldprof run` works here, without limits");
	fputc('\n', screen->out);
	screen_sentence(screen, SCREEN_PLAIN, "", buf_text(&text));
	buf_release(&text);
}

void doctor_print(const struct doctor *doctor, size_t width, FILE *out)
{
	const struct screen screen = {.out = out, .width = width};

	vec_foreach(check, &doctor->checks)
		print_check(&screen, check);
	print_verdict(&screen, doctor);
}

/* ---- for programs ---- */

int doctor_print_json(const struct doctor *doctor, FILE *out)
{
	cJSON *document = cJSON_CreateObject(), *checks;
	char *text;

	cJSON_AddBoolToObject(document, "can_run", doctor_worst(doctor) != DOCTOR_MISSING);
	checks = cJSON_AddArrayToObject(document, "checks");
	vec_foreach(check, &doctor->checks) {
		cJSON *item = cJSON_CreateObject();

		cJSON_AddStringToObject(item, "name", check->name);
		cJSON_AddStringToObject(item, "state", states[check->state].word);
		cJSON_AddStringToObject(item, "finding", check->finding);
		if (check->cure)
			cJSON_AddStringToObject(item, "cure", check->cure);
		else
			cJSON_AddNullToObject(item, "cure");
		cJSON_AddItemToArray(checks, item);
	}
	text = cJSON_Print(document);
	cJSON_Delete(document);
	if (!text)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	free(text);
	return 0;
}

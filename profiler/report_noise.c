// SPDX-License-Identifier: BSD-2-Clause
/* report_noise.c - what a calibration found, for people */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "metrics.h"
#include "report.h"
#include "report_compare.h"
#include "report_text.h"
#include "summary_noise.h"

#define TAIL	    0.025 /* of the last column, each way */
#define NAME_WIDTH  18
#define VALUE_WIDTH 10
#define SHARE_WIDTH 17

static char *absent(char text[UNITS_TEXT])
{
	snprintf(text, UNITS_TEXT, "%s", ABSENT_TEXT);
	return text;
}

static char *value_text(const struct result_noise *noise, double value, char text[UNITS_TEXT])
{
	if (!noise->unit || isnan(value))
		return absent(text);
	if (strcmp(noise->unit, "ns") == 0)
		return units_ms(value, text);
	return strcmp(noise->unit, "bytes") == 0 ? units_bytes(value, text)
						 : units_count(value, text);
}

static char *share_text(double share, char text[UNITS_TEXT])
{
	if (isnan(share))
		return absent(text);
	snprintf(text, UNITS_TEXT, "%.*f %%", share < 0.0995 ? 2 : 1, 100 * share);
	return text;
}

/* What never varies is no noise; of a share of nothing nothing can be said. */
static bool is_noisy(const struct result_noise *noise)
{
	return noise->name && (noise->within_ratio > 0 || noise->between_ratio > 0);
}

static void put_row(const struct result_noise *noise, const struct screen *screen)
{
	char text[UNITS_TEXT], name[COMPARE_WORD];
	double shift = summary_noise_shift(noise, TAIL);

	screen_put(screen, SCREEN_PLAIN, "  ");
	screen_left(screen, SCREEN_PLAIN, compare_words_metric(noise->name, name), NAME_WIDTH);
	screen_right(screen, SCREEN_PLAIN, value_text(noise, noise->median, text), VALUE_WIDTH);
	screen_right(screen, SCREEN_PLAIN, share_text(noise->within_ratio, text), SHARE_WIDTH);
	screen_right(screen, SCREEN_PLAIN, share_text(noise->between_ratio, text), SHARE_WIDTH);
	screen_right(screen, SCREEN_STRONG, share_text(shift, text), SHARE_WIDTH - 3);
	screen_line_end(screen);
}

static void put_workload(const struct result_workload *workload, const struct screen *screen)
{
	char *name = text_name(workload->name, ABSENT_TEXT);
	size_t steady = 0;

	screen_put(screen, SCREEN_STRONG, name ? name : "");
	screen_line_end(screen);
	free(name);
	if (!workload->noise.count) {
		screen_put(screen, SCREEN_WARN, "  no start of it counts\n");
		return;
	}
	screen_printf(screen, SCREEN_DIM, "  %*s%*s%*s%*s\n", NAME_WIDTH + VALUE_WIDTH, "median",
		      SHARE_WIDTH, "start to start", SHARE_WIDTH, "between sessions",
		      SHARE_WIDTH - 3, "two differ by");
	vec_foreach(noise, &workload->noise) {
		if (is_noisy(noise))
			put_row(noise, screen);
		else
			steady++;
	}
	if (steady)
		screen_printf(screen, SCREEN_PLAIN, "  %zu other metrics: the same in each start\n",
			      steady);
}

int report_noise(const struct result *result, FILE *out, const struct report_options *options)
{
	struct screen screen = {out, options->color, options->width};

	if (result->plan.sessions_count <= 0) {
		screen_put(&screen, SCREEN_PLAIN, "no noise was calibrated\n");
		return 0;
	}
	screen_printf(&screen, SCREEN_PLAIN, "%jd sessions of %jd starts, within %.0f s\n",
		      (intmax_t)result->plan.sessions_count, (intmax_t)result->plan.repeat,
		      (double)result->plan.sessions_ns / 1e9);
	vec_foreach(workload, &result->workloads) {
		screen_line_end(&screen);
		put_workload(workload, &screen);
	}
	screen_line_end(&screen);
	screen_sentence(&screen, SCREEN_PLAIN, "",
			"Start to start: the standard deviation of starts around the mean of their "
			"session. Between sessions: that of the sessions' medians. Two differ by: "
			"what medians of two sessions may differ by though nothing changed, 5 % of "
			"them aside; `coldprof compare --noise` takes more, for it asks about all "
			"times at once.");
	return 0;
}

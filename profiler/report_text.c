// SPDX-License-Identifier: BSD-2-Clause
/* report_text.c - a report for people: one screen for one workload, one table for several */
#include "report_text.h"

#include <math.h>
#include <stddef.h>

#include "display.h"
#include "report.h"
#include "summary.h"

#define WIDTH_MIN 60 /* below it, the terminal's own wrapping has to do */

double text_number(int64_t value)
{
	return value == RESULT_ABSENT ? NAN : (double)value;
}

const struct result_sample *text_sample(const struct result_workload *workload)
{
	int64_t median = workload->median_sample;

	return median >= 0 && (size_t)median < workload->samples.count
		       ? &workload->samples.items[median]
		       : NULL;
}

double text_median(const struct result_workload *workload, const char *metric)
{
	const struct result_summary *summary = summary_find(workload, metric);
	const struct result_sample *sample = text_sample(workload);

	if (summary)
		return summary->median;
	return sample ? text_number(result_values_get(&sample->metrics, metric)) : NAN;
}

size_t text_counted(const struct result_workload *workload)
{
	size_t counted = 0;

	vec_foreach(sample, &workload->samples)
		counted += sample->counted;
	return counted;
}

char *text_value(enum text_unit unit, double value, char out[UNITS_TEXT])
{
	if (!isfinite(value))
		return memcpy(out, ABSENT_TEXT, sizeof(ABSENT_TEXT));
	switch (unit) {
	case TEXT_MS:
		return units_ms_bare(value, out);
	case TEXT_MIB:
		return units_mib_bare(value, out);
	default:
		/* the median of an even number of counts can be a half */
		return units_count(fabs(value) < 100 ? value : nearbyint(value), out);
	}
}

char *text_interval(enum text_unit unit, const struct result_workload *workload, const char *metric,
		    char out[2 * UNITS_TEXT])
{
	const struct result_summary *summary = summary_find(workload, metric);
	char low[UNITS_TEXT], high[UNITS_TEXT];

	out[0] = '\0';
	if (!summary || !isfinite(summary->ci95_low) || !isfinite(summary->ci95_high) ||
	    summary->ci95_low == summary->ci95_high)
		return out;
	snprintf(out, 2 * UNITS_TEXT, "[%.28s, %.28s]", text_value(unit, summary->ci95_low, low),
		 text_value(unit, summary->ci95_high, high));
	return out;
}

char *text_name(const char *name, const char *fallback)
{
	struct buf out = {0};

	display_escape(name ? name : fallback, &out);
	return buf_steal(&out);
}

char *text_command(const result_texts *command)
{
	struct buf out = {0};

	vec_foreach(word, command) {
		if (out.size)
			buf_puts(&out, " ");
		display_escape(*word, &out);
	}
	return buf_steal(&out);
}

static void add_cold(const struct result *result, const struct result_workload *workload,
		     struct screen_flow *flow)
{
	char *cold = text_name(workload->cold ? workload->cold : result->plan.cold, "");

	if (cold && *cold)
		screen_flow_add(flow, "page cache %s", cold);
	free(cold);
}

static void add_limits(const struct result_workload *workload, struct screen_flow *flow)
{
	char text[UNITS_TEXT];

	if (workload->limit_memory_bytes != RESULT_ABSENT)
		screen_flow_add(flow, "at most %s",
				units_bytes((double)workload->limit_memory_bytes, text));
	if (isfinite(workload->limit_cpus))
		screen_flow_add(flow, "at most %.4g CPUs", workload->limit_cpus);
}

void text_conditions(const struct result *result, const struct result_workload *workload,
		     struct screen_flow *flow)
{
	char *user = text_name(result->plan.user, "");

	add_cold(result, workload, flow);
	add_limits(workload, flow);
	if (user && *user)
		screen_flow_add(flow, "as %s", user);
	free(user);
	if (result->plan.interrupted)
		screen_flow_add(flow, "interrupted");
}

void text_starts(const struct result_workload *workload, struct screen_flow *flow)
{
	size_t all = workload->samples.count, counted = text_counted(workload);

	if (counted == all)
		screen_flow_add(flow, "%zu start%s", all, all == 1 ? "" : "s");
	else
		screen_flow_add(flow, "%zu of %zu start%s", counted, all, all == 1 ? "" : "s");
}

/* ---- phases ---- */

static bool has_phase(const text_phases *phases, const char *name)
{
	vec_foreach(phase, phases)
		if (strcmp(*phase, name) == 0)
			return true;
	return false;
}

/* The start that the lists are of has all its phases in order; others may have more of them. */
int text_phases_of(const struct result_workload *workload, text_phases *out)
{
	const struct result_sample *first = text_sample(workload);

	if (first)
		vec_foreach(phase, &first->phases)
			if (phase->name && !has_phase(out, phase->name) &&
			    vec_push(out, phase->name))
				return -ENOMEM;
	vec_foreach(sample, &workload->samples) {
		if (!sample->counted)
			continue;
		vec_foreach(phase, &sample->phases)
			if (phase->name && !has_phase(out, phase->name) &&
			    vec_push(out, phase->name))
				return -ENOMEM;
	}
	return 0;
}

double text_phase_median(const struct result_workload *workload, const char *phase)
{
	char metric[128];

	snprintf(metric, sizeof(metric), "phase_%.100s_ns", phase);
	return text_median(workload, metric);
}

/* ---- where the time went ---- */

static const struct {
	const char *name;
	size_t offset; /* in struct result_time */
} part_kinds[TEXT_PARTS] = {
	{"on CPU", offsetof(struct result_time, on_cpu_ns)},
	{"waiting for a CPU", offsetof(struct result_time, runqueue_ns)},
	{"disk", offsetof(struct result_time, blocked_disk_ns)},
	{"network", offsetof(struct result_time, blocked_network_ns)},
	{"pipe", offsetof(struct result_time, blocked_pipe_ns)},
	{"lock", offsetof(struct result_time, blocked_lock_ns)},
	{"child process", offsetof(struct result_time, blocked_child_ns)},
	{"timer", offsetof(struct result_time, blocked_timer_ns)},
	{"page fault", offsetof(struct result_time, blocked_fault_ns)},
	{"other threads", offsetof(struct result_time, blocked_thread_ns)},
	{"other", offsetof(struct result_time, blocked_other_ns)},
};

static int longest_first(const void *a, const void *b)
{
	const struct text_part *left = a, *right = b;

	return (left->ns < right->ns) - (left->ns > right->ns);
}

size_t text_parts(const struct result_sample *sample, struct text_part parts[TEXT_PARTS])
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < TEXT_PARTS; i++) {
		double ns = 0;

		vec_foreach(phase, &sample->phases) {
			double in_phase = text_number(
				*(int64_t *)((char *)&phase->chain + part_kinds[i].offset));

			ns += in_phase > 0 ? in_phase : 0;
		}
		sum += ns;
		if (ns > 0)
			parts[count++] = (struct text_part){part_kinds[i].name, ns, 0};
	}
	for (size_t i = 0; i < count; i++)
		parts[i].share = parts[i].ns / sum;
	qsort(parts, count, sizeof(*parts), longest_first);
	return count;
}

/* ---- the report ---- */

static void put_notes(const struct result *result, const struct screen *screen)
{
	vec_foreach(note, &result->notes) {
		char *text = text_name(*note, "");

		screen_sentence(screen, SCREEN_PLAIN, "note: ", text ? text : "");
		free(text);
	}
}

int report_text(const struct result *result, FILE *out, const struct report_options *options)
{
	struct screen screen = {out, options->color,
				options->width > WIDTH_MIN ? options->width : WIDTH_MIN};

	if (!result->workloads.count)
		fputs("no workload was measured\n", out);
	else if (result->workloads.count == 1)
		text_start(result, &result->workloads.items[0], &screen);
	else
		text_table(result, &screen);
	put_notes(result, &screen);
	return 0;
}

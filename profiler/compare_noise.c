// SPDX-License-Identifier: BSD-2-Clause
/* compare_noise.c - how far times of two sessions lie apart though nothing changed, if known */
#include "compare_noise.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "compare_machine.h"
#include "stratum.h"
#include "summary_noise.h"
#include "units.h"

static bool has_noise(const struct result *report)
{
	vec_foreach(workload, &report->workloads)
		if (workload->noise.count)
			return true;
	return false;
}

static const struct result *source(const struct result *base, const struct result *new,
				   const struct compare_policy *policy)
{
	if (policy->noise)
		return policy->noise;
	return has_noise(base) ? base : has_noise(new) ? new : NULL;
}

int compare_noise_is_machine(const struct result *a, const struct result *b, bool *same)
{
	struct comparison scratch;
	unsigned groups = 0;
	int rc;

	*same = true; /* of merged reports each workload has its own */
	if (stratum_has_any(a) || stratum_has_any(b))
		return 0;
	comparison_init(&scratch);
	rc = compare_machines(a, b, &scratch, &groups);
	comparison_release(&scratch);
	*same = !(groups & COMPARE_TIMES);
	return rc;
}

static int is_stratum(const struct result *a_report, const struct result_workload *a,
		      const struct result *b_report, const struct result_workload *b, bool *same)
{
	struct buf left = {0}, right = {0};
	int rc = stratum_of(a_report, a, &left);

	if (!rc)
		rc = stratum_of(b_report, b, &right);
	*same = !rc && strcmp(buf_text(&left), buf_text(&right)) == 0;
	buf_release(&left);
	buf_release(&right);
	return rc;
}

int compare_noise_is_like(const struct result *a_report, const struct result_workload *a,
			  const struct result *b_report, const struct result_workload *b,
			  bool *same)
{
	struct comparison_workload scratch = {0};
	unsigned groups = 0;
	int rc = compare_conditions(a_report, a, b_report, b, &scratch, &groups);

	shape_release(&comparison_workload_shape, &scratch);
	*same = !(groups & COMPARE_TIMES);
	if (rc || !*same || (!a->stratum && !b->stratum))
		return rc;
	return is_stratum(a_report, a, b_report, b, same);
}

static bool is_time(const struct result_noise *noise)
{
	const struct metric *metric = noise->name ? metrics_find(noise->name) : NULL;

	return metric && compare_group_has(COMPARE_TIMES, metric, noise->name);
}

static size_t count_times(const struct result *report)
{
	size_t count = 0;

	vec_foreach(workload, &report->workloads)
		vec_foreach(noise, &workload->noise)
			count += is_time(noise);
	return count;
}

int compare_noise_find(const struct result *base, const struct result *new,
		       const struct compare_policy *policy, double *level, struct comparison *out,
		       struct compare_noise *noise)
{
	const struct result *report = source(base, new, policy);
	bool base_same = false, new_same = false;
	size_t times;
	int rc;

	if (!report)
		return 0;
	rc = compare_noise_is_machine(report, base, &base_same);
	if (!rc)
		rc = compare_noise_is_machine(report, new, &new_same);
	if (rc)
		return rc;
	if (!base_same || !new_same)
		return result_texts_add(&out->notes, "the noise was calibrated on another machine: "
						     "it counts for nothing here");
	times = count_times(report);
	if (!times)
		return 0;
	if (report->plan.sessions_count > 0 && report->plan.sessions_count < SUMMARY_NOISE_SESSIONS)
		return result_texts_add(&out->notes, "too few sessions to know how far this "
						     "machine shifts by itself: at least 3");
	noise->report = report;
	*level /= 2;
	noise->tail = *level / 2 / (double)times;
	return 0;
}

static int add_note(struct comparison_workload *out, bool calibrated)
{
	return result_texts_add(&out->notes,
				calibrated ? "its noise was calibrated under other conditions: "
					     "times can't decide"
					   : "its noise was not calibrated: times can't decide");
}

int compare_noise_workload(const struct compare_noise *noise, const struct result *base_report,
			   const struct result_workload *base, struct comparison_workload *out,
			   const struct result_workload **found)
{
	bool any = false;

	*found = NULL;
	if (!noise->report)
		return 0;
	vec_foreach(workload, &noise->report->workloads) {
		bool same;
		int rc;

		if (!workload->noise.count || !workload->name || !base->name ||
		    strcmp(workload->name, base->name) != 0)
			continue;
		rc = compare_noise_is_like(noise->report, workload, base_report, base, &same);
		if (rc)
			return rc;
		any = true;
		if (!same)
			continue;
		*found = workload;
		return 0;
	}
	return add_note(out, any);
}

double compare_noise_shift(const struct compare_noise *noise,
			   const struct result_workload *workload, const char *metric,
			   double median)
{
	const struct result_noise *found = workload ? summary_noise_find(workload, metric) : NULL;

	return found ? summary_noise_shift(found, noise->tail) * fabs(median) : NAN;
}

double compare_noise_apart_s(const char *a, const char *b)
{
	struct tm first = {0}, second = {0};

	if (!a || !b || !strptime(a, "%Y-%m-%dT%H:%M:%SZ", &first) ||
	    !strptime(b, "%Y-%m-%dT%H:%M:%SZ", &second))
		return NAN;
	return fabs(difftime(timegm(&first), timegm(&second)));
}

/* "40 s", "12 min", "3.1 h" */
static int put_span(double seconds, struct buf *out)
{
	if (seconds < 120)
		return buf_printf(out, "%.0f s", seconds);
	if (seconds < 7200)
		return buf_printf(out, "%.0f min", seconds / 60);
	return buf_printf(out, "%.1f h", seconds / 3600);
}

int compare_noise_note(const struct compare_noise *noise, const struct result *base,
		       const struct result *new, struct comparison *out)
{
	const struct result_plan *plan = &noise->report->plan;
	double apart = compare_noise_apart_s(base->created, new->created);
	double lasted = plan->sessions_ns < 0 ? NAN : (double)plan->sessions_ns / 1e9;
	struct buf text = {0};
	int rc;

	rc = buf_puts(&text, "the reports were made at different times: times decide only beyond "
			     "what this machine shifts by itself");
	if (!rc && plan->sessions_count > 0)
		rc = buf_printf(&text, ", as seen in %jd sessions", (intmax_t)plan->sessions_count);
	if (!rc && plan->sessions_count > 0 && lasted >= 0)
		rc = buf_puts(&text, " within ") || put_span(lasted, &text) ? -ENOMEM : 0;
	if (!rc && apart > lasted)
		rc = buf_puts(&text, "; the reports are ") || put_span(apart, &text) ||
				     buf_puts(&text, " apart, over which it may shift further")
			     ? -ENOMEM
			     : 0;
	if (!rc)
		rc = result_texts_add(&out->notes, buf_text(&text));
	buf_release(&text);
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* compare_noise_history.c - how far reports of a history lie apart: each of them is a session */
#include "compare_noise_history.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "compare_history.h"
#include "compare_machine.h"
#include "compare_noise.h"
#include "compare_series.h"
#include "stats.h"
#include "summary.h"
#include "summary_noise.h"

static struct result_workload *of_name(const struct result *report, const char *name)
{
	vec_foreach(workload, &report->workloads)
		if (workload->name && name && strcmp(workload->name, name) == 0)
			return workload;
	return NULL;
}

/* ---- a report as one start ---- */

static int add_median(const struct compare_series *series, struct result_sample *out)
{
	const compare_values *values = &series->base;
	double median;

	if (!series->metric || !values->count ||
	    !compare_group_has(COMPARE_TIMES, series->metric, series->name))
		return 0;
	median = stats_quantile(values->items, values->count, 0.5);
	return result_values_add(&out->metrics, series->name, llround(median));
}

static int make_session(const struct result_workload *workload, int64_t session,
			struct result_sample *out)
{
	const struct result_workload none = {0};
	compare_series_list list = {0};
	int rc = compare_series_build(workload, &none, &list);

	result_sample_init(out);
	out->counted = out->cold.as_asked = true;
	out->session = session;
	vec_foreach(series, &list)
		if (!rc)
			rc = add_median(series, out);
	compare_series_release(&list);
	return rc;
}

/* What was measured is replaced by that one start; how it was measured stays. */
static int begin_workload(struct result *noise, struct result_workload *workload,
			  struct result_sample *session)
{
	struct result_workload *out = vec_add(&noise->workloads);

	if (!out)
		return -ENOMEM;
	*out = *workload;
	memset(workload, 0, sizeof(*workload));
	vec_foreach(sample, &out->samples)
		result_sample_release(sample);
	out->samples.count = 0;
	return vec_push(&out->samples, *session);
}

static bool has_counted(const struct result_workload *workload)
{
	vec_foreach(sample, &workload->samples)
		if (sample->counted)
			return true;
	return false;
}

static int add_workload(struct result *noise, const struct result *report,
			struct result_workload *workload, const struct result *new, bool *any)
{
	const struct result_workload *asked = of_name(new, workload->name);
	struct result_workload *known = of_name(noise, workload->name);
	struct result_sample session;
	bool same = false;
	int rc;

	if (!asked || !has_counted(workload))
		return 0;
	rc = compare_noise_is_like(report, workload, new, asked, &same);
	if (rc || !same)
		return rc;
	rc = make_session(workload, noise->plan.sessions_count, &session);
	if (!rc)
		rc = known ? vec_push(&known->samples, session)
			   : begin_workload(noise, workload, &session);
	if (rc)
		result_sample_release(&session);
	else
		*any = true;
	return rc;
}

/* ---- all of them ---- */

/* The first one says of what machine they all are. */
static int begin(struct result *noise, const struct result *report)
{
	shape_release(&result_host_shape, &noise->host);
	noise->plan.sessions_count = 0;
	noise->plan.cold = report->plan.cold ? strdup(report->plan.cold) : NULL;
	return shape_copy(&result_host_shape, &report->host, &noise->host);
}

/* From the oldest to the newest; |created| is the oldest. */
static int take_time(struct result *noise, const struct result *report)
{
	double apart = compare_noise_apart_s(noise->created, report->created);
	bool older =
		report->created && (!noise->created || strcmp(report->created, noise->created) < 0);
	int64_t ns = isnan(apart) ? 0 : (int64_t)(apart * 1e9);

	if (noise->plan.sessions_ns == RESULT_ABSENT)
		noise->plan.sessions_ns = 0;
	if (older && noise->created)
		noise->plan.sessions_ns += ns;
	else if (ns > noise->plan.sessions_ns)
		noise->plan.sessions_ns = ns;
	if (!older)
		return 0;
	free(noise->created);
	noise->created = strdup(report->created);
	return noise->created ? 0 : -ENOMEM;
}

int compare_noise_history_add(struct result *noise, struct result *report, const struct result *new)
{
	bool same = false, any = false;
	int rc = compare_noise_is_machine(report, new, &same);

	if (rc || !same || !compare_history_is_before(report, new))
		return rc;
	if (noise->plan.sessions_count == RESULT_ABSENT)
		rc = begin(noise, report);
	vec_foreach(workload, &report->workloads)
		if (!rc)
			rc = add_workload(noise, report, workload, new, &any);
	if (rc || !any)
		return rc;
	noise->plan.sessions_count++;
	return take_time(noise, report);
}

int compare_noise_history_end(struct result *noise)
{
	int rc = 0;

	vec_foreach(workload, &noise->workloads) {
		if (!rc)
			rc = summary_metrics(workload, 1);
		if (!rc)
			rc = summary_noise_build(workload);
	}
	return rc;
}

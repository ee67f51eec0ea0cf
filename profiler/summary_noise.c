// SPDX-License-Identifier: BSD-2-Clause
/* summary_noise.c - how far a workload's starts and its sessions lie apart though nothing changed
 */
#include "summary_noise.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "stats_student.h"

#define SESSIONS_MOST 1e6

typedef VEC(double) numbers;
typedef VEC(int64_t) sessions;

/* The sum of squared distances from the mean. */
static double squares(const numbers *values)
{
	double mean = 0, sum = 0;

	vec_foreach(value, values)
		mean += *value / (double)values->count;
	vec_foreach(value, values)
		sum += (*value - mean) * (*value - mean);
	return sum;
}

/* What the sessions add up to. */
struct spread {
	numbers medians;
	double squares;
	size_t freedom;
};

static int collect(const struct result_workload *workload, const char *metric, int64_t session,
		   numbers *out)
{
	int rc = 0;

	out->count = 0;
	vec_foreach(sample, &workload->samples) {
		int64_t value = result_values_get(&sample->metrics, metric);

		if (!rc && sample->counted && sample->session == session && value != RESULT_ABSENT)
			rc = vec_push(out, (double)value);
	}
	return rc;
}

static int add_session(struct spread *spread, numbers *values)
{
	if (!values->count)
		return 0;
	spread->squares += squares(values);
	spread->freedom += values->count - 1;
	stats_sort(values->items, values->count);
	return vec_push(&spread->medians, stats_quantile(values->items, values->count, 0.5));
}

static int by_number(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Each once, in their order. */
static int find_sessions(const struct result_workload *workload, sessions *out)
{
	size_t count = 0;
	int rc = 0;

	vec_foreach(sample, &workload->samples)
		if (sample->session != RESULT_ABSENT && !rc)
			rc = vec_push(out, sample->session);
	if (rc || !out->count)
		return rc;
	qsort(out->items, out->count, sizeof(*out->items), by_number);
	for (size_t i = 0; i < out->count; i++)
		if (!count || out->items[count - 1] != out->items[i])
			out->items[count++] = out->items[i];
	out->count = count;
	return 0;
}

static int add_noise(struct result_workload *workload, const struct result_summary *summary,
		     const struct spread *spread)
{
	struct result_noise *noise = result_add(&workload->noise, noise);
	double median = fabs(summary->median);

	if (!noise)
		return -ENOMEM;
	noise->name = strdup(summary->name);
	noise->unit = strdup(summary->unit);
	if (!noise->name || !noise->unit)
		return -ENOMEM;
	noise->sessions_count = (int64_t)spread->medians.count;
	noise->median = summary->median;
	if (!(median > 0))
		return 0;
	if (spread->freedom)
		noise->within_ratio = sqrt(spread->squares / (double)spread->freedom) / median;
	if (spread->medians.count > 1)
		noise->between_ratio =
			sqrt(squares(&spread->medians) / (double)(spread->medians.count - 1)) /
			median;
	return 0;
}

static int add_metric(struct result_workload *workload, const struct result_summary *summary,
		      const sessions *sessions)
{
	struct spread spread = {0};
	numbers values = {0};
	int rc = 0;

	for (size_t i = 0; i < sessions->count && !rc; i++) {
		rc = collect(workload, summary->name, sessions->items[i], &values);
		if (!rc)
			rc = add_session(&spread, &values);
	}
	if (!rc)
		rc = add_noise(workload, summary, &spread);
	vec_release(&spread.medians);
	vec_release(&values);
	return rc;
}

int summary_noise_build(struct result_workload *workload)
{
	sessions sessions = {0};
	int rc = find_sessions(workload, &sessions);

	vec_foreach(noise, &workload->noise)
		shape_release(&result_noise_shape, noise);
	workload->noise.count = 0;
	if (sessions.count)
		vec_foreach(summary, &workload->summary)
			if (!rc)
				rc = add_metric(workload, summary, &sessions);
	vec_release(&sessions);
	return rc;
}

const struct result_noise *summary_noise_find(const struct result_workload *workload,
					      const char *metric)
{
	vec_foreach(noise, &workload->noise)
		if (noise->name && strcmp(noise->name, metric) == 0)
			return noise;
	return NULL;
}

double summary_noise_shift(const struct result_noise *noise, double tail)
{
	if (noise->sessions_count < SUMMARY_NOISE_SESSIONS || !(noise->between_ratio >= 0))
		return NAN;
	/* beyond that many it is the normal distribution; a file may say any number */
	return stats_student_difference(noise->between_ratio,
					fmin((double)noise->sessions_count, SESSIONS_MOST), tail);
}

// SPDX-License-Identifier: BSD-2-Clause
/* summary_noise.c - how far a workload's starts and its sessions lie apart though nothing changed
 */
#include "summary_noise.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "stats.h"
#include "stats_student.h"

#define SESSIONS_MOST 1e6

typedef VEC(double) numbers;

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

static int64_t last_session(const struct result_workload *workload)
{
	int64_t last = -1;

	vec_foreach(sample, &workload->samples)
		if (sample->session > last)
			last = sample->session;
	return last;
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

int summary_noise_build(struct result_workload *workload)
{
	int64_t last = last_session(workload);
	numbers values = {0};
	int rc = 0;

	vec_foreach(summary, &workload->summary) {
		struct spread spread = {0};

		for (int64_t session = 0; session <= last && !rc; session++) {
			rc = collect(workload, summary->name, session, &values);
			if (!rc)
				rc = add_session(&spread, &values);
		}
		if (!rc)
			rc = add_noise(workload, summary, &spread);
		vec_release(&spread.medians);
		if (rc)
			break;
	}
	vec_release(&values);
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

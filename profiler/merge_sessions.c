// SPDX-License-Identifier: BSD-2-Clause
/* merge_sessions.c - the sessions of several calibrations as those of one */
#include <math.h>
#include <string.h>

#include "compare_noise.h"
#include "merge.h"

#define SESSIONS_MOST (1ll << 30) /* of one part: a file may say any number */
#define LASTED_MOST   9e18

static bool has_sessions(const struct result *part)
{
	return part->plan.sessions_count > 0 && part->plan.sessions_count < SESSIONS_MOST;
}

static const char *earliest(const struct merge_part *parts, size_t count)
{
	const char *out = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *created = parts[i].report.created;

		if (has_sessions(&parts[i].report) && created && (!out || strcmp(created, out) < 0))
			out = created;
	}
	return out;
}

static void number(struct result *part, int64_t before)
{
	vec_foreach(workload, &part->workloads)
		vec_foreach(sample, &workload->samples)
			if (sample->session >= 0 && sample->session < SESSIONS_MOST)
				sample->session += before;
			else
				sample->session = RESULT_ABSENT;
}

/* Nanoseconds from |begin| to the last start of a part. */
static double lasted_ns(const char *begin, const struct result *part)
{
	double apart = compare_noise_apart_s(begin, part->created) * 1e9;

	return fmax(isnan(apart) ? 0 : apart, 0) + fmax((double)part->plan.sessions_ns, 0);
}

void merge_sessions(struct merge_part *parts, size_t count, struct result_plan *out)
{
	const char *begin = earliest(parts, count);
	int64_t before = 0;
	double lasted = 0;

	for (size_t i = 0; i < count; i++) {
		struct result *part = &parts[i].report;

		if (!has_sessions(part))
			continue;
		number(part, before);
		before += part->plan.sessions_count;
		lasted = fmax(lasted, lasted_ns(begin, part));
	}
	if (!before)
		return;
	out->sessions_count = before;
	out->sessions_ns = (int64_t)fmin(lasted, LASTED_MOST);
}

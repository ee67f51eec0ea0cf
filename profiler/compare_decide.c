// SPDX-License-Identifier: BSD-2-Clause
/* compare_decide.c - what each metric's values say, and the verdicts of all of them together */
#include "compare_decide.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compare_machine.h"
#include "stats_family.h"
#include "stats_shift.h"

#define INTERVAL_LEVEL 0.95
#define NEEDED_MAX     100000.0 /* more starts are no advice */

static int decide(struct comparison_metric *metric, enum comparison_verdict verdict,
		  const char *reason)
{
	int rc = comparison_text(&metric->verdict, comparison_word(verdict));

	return rc ? rc : comparison_text(&metric->reason, reason);
}

/* ---- one metric ---- */

static bool is_constant(const compare_values *values)
{
	return values->count >= COMPARE_CONSTANT_STARTS &&
	       values->items[0] == values->items[values->count - 1];
}

static double deviation(const compare_values *values)
{
	double mean = 0, squares = 0;

	vec_foreach(value, values)
		mean += *value / (double)values->count;
	vec_foreach(value, values)
		squares += (*value - mean) * (*value - mean);
	return values->count > 1 ? sqrt(squares / (double)(values->count - 1)) : 0;
}

/* Between the quartiles there may be nothing although a count varies. */
static double spread_of(const compare_values *values)
{
	double spread = stats_shift_spread(values->items, values->count);

	return spread > 0 ? spread : deviation(values);
}

static void estimate(const struct compare_terms *terms, const struct compare_series *series,
		     const struct compare_threshold *threshold, struct comparison_metric *out)
{
	struct stats_two two = compare_series_two(series);
	struct stats_shift shift = stats_shift(terms->rank, &two, INTERVAL_LEVEL);
	double base = spread_of(&series->base), new = spread_of(&series->new);

	out->base_median = stats_quantile(series->base.items, series->base.count, 0.5);
	out->new_median = stats_quantile(series->new.items, series->new.count, 0.5);
	out->shift = shift.estimate;
	out->shift_low = shift.interval.low;
	out->shift_high = shift.interval.high;
	out->effect = compare_threshold_effect(threshold, out->base_median);
	out->spread = sqrt((base * base + new *new) / 2);
}

double compare_memory_calls(const compare_series_list *list)
{
	double more = 0;

	vec_foreach(series, list)
		if (metrics_is_memory_call(series->name) && is_constant(&series->base) &&
		    is_constant(&series->new))
			more += series->new.items[0] - series->base.items[0];
	return more;
}

/* Of a shift of all calls what those for memory leave: 0 where it points elsewhere. */
static double without_memory(double shift, double memory_calls)
{
	double rest = shift - memory_calls;

	return shift * rest > 0 ? rest : 0;
}

static int decide_constant(const struct compare_terms *terms,
			   const struct compare_threshold *threshold, struct comparison_metric *out)
{
	double allowed = threshold->stated ? out->effect : 0, shift = out->shift;
	bool of_all = strcmp(out->name, METRICS_CALLS) == 0 && !threshold->ruled;
	enum comparison_verdict verdict = COMPARISON_UNCHANGED;

	out->effect = allowed;
	if (of_all)
		shift = without_memory(shift, terms->memory_calls);
	if (shift > allowed)
		verdict = COMPARISON_REGRESSED;
	else if (shift < -allowed)
		verdict = COMPARISON_IMPROVED;
	return comparison_text(&out->decided_by, "constant") || decide(out, verdict, NULL) ? -ENOMEM
											   : 0;
}

/* 0 where sides are of one session. */
static double drift_of(const struct comparison_metric *metric)
{
	return isnan(metric->drift) ? 0 : metric->drift;
}

static int test(const struct compare_terms *terms, const struct compare_series *series,
		struct comparison_metric *out)
{
	struct stats_two two = compare_series_two(series);
	double drift = drift_of(out), beyond = out->effect + drift;
	struct stats_rank_p above = stats_rank_test(terms->rank, &two, beyond);
	struct stats_rank_p below = stats_rank_test(terms->rank, &two, -beyond);

	out->p_regressed = above.greater;
	out->p_improved = below.less;
	if (drift > 0) /* a shift that the drift hid would be within it, too */
		out->p_unchanged = drift < out->effect ? stats_shift_equivalent(terms->rank, &two,
										out->effect - drift)
						       : 1;
	else
		out->p_unchanged = above.less > below.greater ? above.less : below.greater;
	return comparison_text(&out->decided_by, "rank");
}

static int describe(const struct compare_series *series, struct comparison_metric *out)
{
	out->base_n = (int64_t)series->base.count;
	out->new_n = (int64_t)series->new.count;
	return comparison_text(&out->name, series->name) ||
			       comparison_text(&out->unit, metrics_unit(series->metric)) ||
			       comparison_text(&out->kind, metrics_kinds[series->metric->kind].name)
		       ? -ENOMEM
		       : 0;
}

int compare_measure(const struct compare_terms *terms, const struct compare_series *series,
		    struct comparison_metric *out)
{
	const struct metric *metric = series->metric;
	struct compare_threshold threshold =
		compare_policy_threshold(terms->policy, series->name, metric);

	if (describe(series, out))
		return -ENOMEM;
	if (series->base.count)
		out->base_median = stats_quantile(series->base.items, series->base.count, 0.5);
	else
		out->new_median = stats_quantile(series->new.items, series->new.count, 0.5);
	if (!series->base.count || !series->new.count)
		return decide(out, COMPARISON_NOT_GATED,
			      series->base.count ? "only in the base report"
						 : "only in the new report");
	estimate(terms, series, &threshold, out);
	if (!threshold.gated)
		return decide(out, COMPARISON_NOT_GATED, "not gated by the policy");
	if (compare_group_has(terms->groups, metric, series->name))
		return decide(out, COMPARISON_NOT_GATED, "the conditions differ");
	if (terms->drift && compare_group_has(COMPARE_TIMES, metric, series->name)) {
		out->drift = compare_noise_shift(terms->noise, terms->calibrated, series->name,
						 out->base_median);
		if (isnan(out->drift))
			return decide(out, COMPARISON_CANT_TELL, COMPARE_DRIFT);
	}
	if (metric->kind == METRIC_COUNT && is_constant(&series->base) && is_constant(&series->new))
		return decide_constant(terms, &threshold, out);
	return test(terms, series, out);
}

/* ---- all of them ---- */

typedef VEC(struct comparison_metric *) metric_list;

static bool is_ranked(const struct comparison_metric *metric)
{
	return metric->decided_by && !metric->verdict;
}

static int collect(struct comparison *comparison, metric_list *ranked)
{
	int rc = 0;

	comparison->gated_count = 0;
	vec_foreach(workload, &comparison->workloads) {
		vec_foreach(metric, &workload->metrics) {
			comparison->gated_count +=
				is_ranked(metric) ||
				comparison_verdict(metric->verdict) != COMPARISON_NOT_GATED;
			if (!rc && is_ranked(metric))
				rc = vec_push(ranked, metric);
		}
	}
	comparison->ranked_count = (int64_t)ranked->count;
	return rc;
}

/* Adjusts the p that lies |offset| into each metric. */
static int adjust(const metric_list *ranked, size_t offset)
{
	double *p = calloc(ranked->count ? ranked->count : 1, sizeof(*p));
	int rc = p ? 0 : -ENOMEM;

	for (size_t i = 0; i < ranked->count && p; i++)
		p[i] = *(double *)((char *)ranked->items[i] + offset);
	if (!rc)
		rc = stats_family_holm(p, ranked->count);
	for (size_t i = 0; i < ranked->count && !rc; i++)
		*(double *)((char *)ranked->items[i] + offset) = p[i];
	free(p);
	return rc;
}

/* What one test of the family must reach, before others have: Holm's first step. */
struct steps {
	double direction, unchanged;
};

static int64_t needed(const struct comparison_metric *metric, const struct steps *steps)
{
	double drift = drift_of(metric), shift = fabs(metric->shift);
	double beyond = shift - metric->effect - drift, within = metric->effect - drift - shift;
	double count = beyond > 0 ? stats_shift_needed(beyond, metric->spread, steps->direction)
				  : stats_shift_needed(within, metric->spread, steps->unchanged);

	return count <= NEEDED_MAX ? (int64_t)count : RESULT_ABSENT;
}

static bool could_decide(const struct comparison_metric *metric, const struct steps *steps)
{
	return stats_rank_least((size_t)metric->base_n, (size_t)metric->new_n) <= steps->direction;
}

static int cant_tell(struct comparison_metric *metric, const struct steps *steps)
{
	metric->starts_needed = needed(metric, steps);
	return decide(metric, COMPARISON_CANT_TELL,
		      !could_decide(metric, steps) ? "too few starts for so many metrics"
		      : drift_of(metric) > 0	   ? "too near what the machine shifts by itself"
						   : "too near the noise");
}

static int judge(struct comparison_metric *metric, double level, const struct steps *steps)
{
	if (metric->p_regressed <= level / 2)
		return decide(metric, COMPARISON_REGRESSED, NULL);
	if (metric->p_improved <= level / 2)
		return decide(metric, COMPARISON_IMPROVED, NULL);
	if (metric->p_unchanged <= level)
		return decide(metric, COMPARISON_UNCHANGED, NULL);
	return cant_tell(metric, steps);
}

int compare_decide(const struct compare_policy *policy, struct comparison *comparison)
{
	metric_list ranked = {0};
	struct steps steps;
	int rc = collect(comparison, &ranked);

	steps.unchanged = policy->level / (double)(ranked.count ? ranked.count : 1);
	steps.direction = steps.unchanged / 2;
	comparison->level = policy->level;
	if (!rc && ranked.count)
		comparison->fewest_starts = (int64_t)stats_shift_fewest(steps.direction);
	if (!rc)
		rc = adjust(&ranked, offsetof(struct comparison_metric, p_regressed));
	if (!rc)
		rc = adjust(&ranked, offsetof(struct comparison_metric, p_improved));
	if (!rc)
		rc = adjust(&ranked, offsetof(struct comparison_metric, p_unchanged));
	for (size_t i = 0; i < ranked.count && !rc; i++) {
		comparison->could_fire |= could_decide(ranked.items[i], &steps);
		rc = judge(ranked.items[i], policy->level, &steps);
	}
	vec_release(&ranked);
	return rc;
}

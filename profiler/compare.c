// SPDX-License-Identifier: BSD-2-Clause
/* compare.c - two reports in, what became worse, better or stayed the same out */
#include "compare.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_blame.h"
#include "compare_decide.h"
#include "compare_machine.h"
#include "compare_series_packages.h"
#include "err.h"
#include "map.h"
#include "stratum.h"

struct comparer {
	const struct result *base, *new;
	const struct compare_policy *policy;
	struct comparison *out;
	struct stats_rank rank;
	unsigned groups; /* that the machines' differences hold back */
	bool strata;	 /* a report was merged: each kind of machine is compared with its own */
	struct compare_noise noise;
};

static int64_t counted(const struct result_workload *workload)
{
	int64_t count = 0;

	vec_foreach(sample, &workload->samples)
		count += sample->counted;
	return count;
}

static __attribute__((format(printf, 2, 3))) int note(result_texts *notes, const char *format, ...)
{
	va_list arguments;
	char *text;
	int rc;

	va_start(arguments, format);
	rc = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (rc < 0)
		return -ENOMEM;
	rc = vec_push(notes, text);
	if (rc)
		free(text);
	return rc;
}

/* ---- pairs ---- */

/* What a pair has in common: "app", or, of strata, "app (machine, runtime)". */
static int put_name(const struct comparer *comparer, const struct result *report,
		    const struct result_workload *workload, struct buf *out)
{
	int rc = buf_puts(out, workload->name ? workload->name : "");

	if (rc || !comparer->strata)
		return rc;
	rc = buf_puts(out, " (");
	if (!rc)
		rc = stratum_of(report, workload, out);
	return rc ? rc : buf_puts(out, ")");
}

static int set_name(const struct comparer *comparer, const struct result_workload *new,
		    struct comparison_workload *out)
{
	struct buf name = {0};
	int rc = put_name(comparer, comparer->new, new, &name);

	if (!rc)
		rc = comparison_text(&out->name, buf_text(&name));
	buf_release(&name);
	return rc;
}

static int add_alone(const struct comparer *comparer, const struct result *report,
		     const struct result_workload *workload, result_texts *out)
{
	struct buf name = {0};
	int rc = put_name(comparer, report, workload, &name);

	if (!rc)
		rc = result_texts_add(out, buf_text(&name));
	buf_release(&name);
	return rc;
}

/* Where the workloads of a report are, by their names and places among those of that name. */
static int index_workloads(const struct comparer *comparer, const struct result *report,
			   struct map *index, result_texts *keys)
{
	struct map seen = {0};
	struct buf name = {0}, key = {0};
	int rc = 0;

	for (size_t i = 0; i < report->workloads.count && !rc; i++) {
		uint64_t place = 0;

		buf_clear(&name);
		rc = put_name(comparer, report, &report->workloads.items[i], &name);
		if (!rc && name.size)
			map_get(&seen, name.data, name.size, &place);
		if (!rc)
			rc = map_set(&seen, buf_text(&name), name.size, place + 1);
		buf_clear(&key);
		if (!rc)
			rc = buf_printf(&key, "%ju %s", (uintmax_t)place, buf_text(&name));
		if (!rc)
			rc = map_set(index, key.data, key.size, i);
		if (!rc)
			rc = result_texts_add(keys, buf_text(&key));
	}
	map_release(&seen);
	buf_release(&name);
	buf_release(&key);
	return rc;
}

/* ---- one pair ---- */

static int add_metrics(const struct compare_terms *terms, const compare_series_list *list,
		       struct comparison_workload *out)
{
	size_t unknown = 0;
	int rc = 0;

	vec_foreach(series, list) {
		struct comparison_metric *metric;

		if (!series->metric) {
			unknown++;
			continue;
		}
		metric = comparison_add(&out->metrics, metric);
		rc = metric ? compare_measure(terms, series, metric) : -ENOMEM;
		if (rc)
			return rc;
	}
	return unknown ? note(&out->notes,
			      "%zu metrics that this version does not know are left "
			      "out",
			      unknown)
		       : 0;
}

static int compare_values_of(struct comparer *comparer, const struct result_workload *base,
			     const struct result_workload *new, struct comparison_workload *out)
{
	struct compare_terms terms = {.policy = comparer->policy,
				      .groups = comparer->groups,
				      .noise = &comparer->noise,
				      .rank = &comparer->rank};
	compare_series_list list = {0};
	int rc = compare_conditions(comparer->base, base, comparer->new, new, out, &terms.groups);

	if (comparer->policy->force)
		terms.groups = 0;
	/* of a history this decides what that can't, or nothing: by a noise alone */
	terms.drift = !comparer->policy->force && !comparer->out->interleaved &&
		      (!comparer->policy->history || comparer->noise.report);
	if (!rc && terms.drift)
		rc = compare_noise_workload(&comparer->noise, comparer->base, base, out,
					    &terms.calibrated);
	if (!rc)
		rc = compare_series_build(base, new, &list);
	if (!rc)
		rc = compare_series_packages(base, new, comparer->policy, &list);
	terms.memory_calls = compare_memory_calls(&list);
	if (!rc)
		rc = add_metrics(&terms, &list, out);
	compare_series_release(&list);
	return rc ? rc : compare_blame(base, new, &comparer->rank, out);
}

/* A program that does not start any more is no faster. */
static int compare_failed(const struct result_workload *base, const struct result_workload *new,
			  struct comparison_workload *out)
{
	bool base_good = out->base_starts, regressed = base_good && !out->new_starts;
	const char *reason = base_good ? new->reason : base->reason;
	char *text;
	int rc;

	if (asprintf(&text, "no start of %s counts%s%s",
		     base_good	       ? "the new side"
		     : out->new_starts ? "the base"
				       : "either side",
		     reason ? ": " : "", reason ? reason : "") < 0)
		return -ENOMEM;
	rc = comparison_text(&out->reason, text);
	free(text);
	return rc ? rc
		  : comparison_text(&out->verdict,
				    comparison_word(regressed ? COMPARISON_REGRESSED
							      : COMPARISON_CANT_TELL));
}

static int compare_pair(struct comparer *comparer, const struct result_workload *base,
			const struct result_workload *new)
{
	struct comparison_workload *out = comparison_add(&comparer->out->workloads, workload);

	if (!out || set_name(comparer, new, out) ||
	    comparison_text(&out->runtime, new->runtime.name))
		return -ENOMEM;
	vec_foreach(word, &new->command)
		if (result_texts_add(&out->command, *word))
			return -ENOMEM;
	out->base_starts = counted(base);
	out->new_starts = counted(new);
	if (!out->base_starts || !out->new_starts)
		return compare_failed(base, new, out);
	return compare_values_of(comparer, base, new, out);
}

/* Both sides' indices of the workloads, and their keys in order. */
struct pairing {
	struct map base, new;
	result_texts base_keys, new_keys;
};

static void pairing_release(struct pairing *pairing)
{
	map_release(&pairing->base);
	map_release(&pairing->new);
	vec_foreach(key, &pairing->base_keys)
		free(*key);
	vec_foreach(key, &pairing->new_keys)
		free(*key);
	vec_release(&pairing->base_keys);
	vec_release(&pairing->new_keys);
}

static int compare_each(struct comparer *comparer, const struct pairing *pairing)
{
	uint64_t at;
	int rc = 0;

	for (size_t i = 0; i < pairing->base_keys.count && !rc; i++) {
		const char *key = pairing->base_keys.items[i];
		const struct result_workload *base = &comparer->base->workloads.items[i];

		if (map_get(&pairing->new, key, strlen(key), &at))
			rc = compare_pair(comparer, base, &comparer->new->workloads.items[at]);
		else
			rc = add_alone(comparer, comparer->base, base, &comparer->out->only_base);
	}
	for (size_t i = 0; i < pairing->new_keys.count && !rc; i++) {
		const char *key = pairing->new_keys.items[i];

		if (!map_get(&pairing->base, key, strlen(key), NULL))
			rc = add_alone(comparer, comparer->new, &comparer->new->workloads.items[i],
				       &comparer->out->only_new);
	}
	return rc;
}

static int compare_pairs(struct comparer *comparer)
{
	struct pairing pairing = {0};
	int rc;

	/* both sides of one run are a pair, whatever their commands are called */
	if (comparer->out->interleaved && comparer->base->workloads.count == 1 &&
	    comparer->new->workloads.count == 1)
		return compare_pair(comparer, comparer->base->workloads.items,
				    comparer->new->workloads.items);
	rc = index_workloads(comparer, comparer->base, &pairing.base, &pairing.base_keys);
	if (!rc)
		rc = index_workloads(comparer, comparer->new, &pairing.new, &pairing.new_keys);
	if (!rc)
		rc = compare_each(comparer, &pairing);
	pairing_release(&pairing);
	return rc;
}

/* ---- all pairs ---- */

/* The verdict that comes first decides; what is not gated says nothing. */
static enum comparison_verdict worst(enum comparison_verdict a, enum comparison_verdict b)
{
	return a < b ? a : b;
}

int compare_conclude(struct comparison *out)
{
	enum comparison_verdict all = COMPARISON_NOT_GATED;
	int rc = 0;

	vec_foreach(workload, &out->workloads) {
		enum comparison_verdict verdict = comparison_verdict(workload->verdict);

		vec_foreach(metric, &workload->metrics) {
			enum comparison_verdict one = comparison_verdict(metric->verdict);

			verdict = worst(verdict, one);
			out->could_fire |=
				metric->decided_by && strcmp(metric->decided_by, "constant") == 0;
		}
		if (!rc)
			rc = comparison_text(&workload->verdict, comparison_word(verdict));
		all = worst(all, verdict);
	}
	return rc ? rc : comparison_text(&out->verdict, comparison_word(all));
}

static bool has_drift(const struct comparison *out)
{
	vec_foreach(workload, &out->workloads)
		vec_foreach(metric, &workload->metrics)
			if (metric->reason && strcmp(metric->reason, COMPARE_DRIFT) == 0)
				return true;
	return false;
}

/* |ranks|: whether a rank test could have decided anything. */
static int add_notes(const struct comparer *comparer, bool ranks)
{
	struct comparison *out = comparer->out;
	int rc = 0;

	if (comparer->noise.report)
		rc = compare_noise_note(&comparer->noise, comparer->base, comparer->new, out);
	if (comparer->policy->history)
		return rc; /* the history says the rest */
	if (!comparer->noise.report && has_drift(out))
		rc = note(&out->notes,
			  "the reports were made at different times, and how far this machine "
			  "drifts between is not known: times are shown but can't decide (--noise "
			  "with what `calibrate` measured, or --force, lets them)");
	if (!rc && out->looks_count != RESULT_ABSENT)
		rc = note(&out->notes,
			  "look %jd of at most %jd: it has %.3g %% of the level, so that all looks "
			  "together are wrong with at most the level",
			  (intmax_t)out->look_count, (intmax_t)out->looks_count,
			  100 * out->level_ratio);
	if (!rc && out->ranked_count && !ranks)
		rc = note(&out->notes,
			  "%s: %jd metrics that vary need %jd starts a side to decide any of them",
			  out->could_fire ? "only counts that never vary could be decided"
					  : "this comparison could never have failed",
			  (intmax_t)out->ranked_count, (intmax_t)out->fewest_starts);
	return rc;
}

static int compare_all(struct comparer *comparer)
{
	struct comparison *out = comparer->out;
	bool ranks;
	int rc = 0;

	/* of strata, what is paired was measured on the same kind of machine */
	if (!comparer->strata)
		rc = compare_machines(comparer->base, comparer->new, out, &comparer->groups);
	if (!rc)
		rc = compare_pairs(comparer);
	if (!rc && !out->workloads.count) {
		err_print("no workload is in both reports%s: name a command's with `run --name`",
			  comparer->strata ? ", from the same kind of machine" : "");
		return -ENOENT;
	}
	if (!rc)
		rc = compare_decide(comparer->policy, out);
	ranks = out->could_fire;
	if (!rc)
		rc = compare_conclude(out);
	if (!rc)
		rc = add_notes(comparer, ranks);
	return rc ? err_code(rc, "cannot compare") : 0;
}

static int describe(const struct result *base, const struct result *new, struct comparison *out)
{
	if (comparison_text(&out->tool, "coldprof " COLDPROF_VERSION) ||
	    comparison_text(&out->base.tool, base->tool) ||
	    comparison_text(&out->new.tool, new->tool) ||
	    comparison_text(&out->base.created, base->created) ||
	    comparison_text(&out->new.created, new->created) ||
	    comparison_text(&out->base.commit, base->commit) ||
	    comparison_text(&out->new.commit, new->commit))
		return err_code(ENOMEM, "cannot compare");
	return 0;
}

/* At each look the tests have their share of the level. */
static void spend(const struct result_looks *looks, struct compare_policy *policy,
		  struct comparison *out)
{
	if (!looks)
		return;
	out->looks_count = (int64_t)looks->starts.count;
	out->look_count = looks->made_count;
	out->level_ratio = looks->level_ratio;
	policy->level *= looks->level_ratio;
}

int compare(const struct result *base, const struct result *new,
	    const struct compare_policy *policy, struct comparison *out)
{
	struct compare_policy own = *policy; /* the rules are |policy|'s */
	struct comparer comparer = {.base = base, .new = new, .policy = &own, .out = out};
	int rc;

	comparison_init(out);
	out->strict = policy->strict;
	out->force = policy->force;
	out->interleaved = compare_interleaved(base, new);
	comparer.strata = stratum_has_any(base) || stratum_has_any(new);
	spend(compare_looks(base, new), &own, out);
	rc = describe(base, new, out);
	if (!rc && !out->interleaved && !policy->force && (!policy->history || policy->noise))
		rc = compare_noise_find(base, new, policy, &own.level, out, &comparer.noise);
	if (!rc)
		rc = compare_all(&comparer);
	stats_rank_release(&comparer.rank);
	if (rc)
		comparison_release(out);
	return rc;
}

bool compare_fails(const struct comparison *comparison)
{
	enum comparison_verdict verdict = comparison_verdict(comparison->verdict);

	if (verdict == COMPARISON_REGRESSED)
		return true;
	return comparison->strict &&
	       (verdict == COMPARISON_CANT_TELL || comparison->only_base.count);
}

size_t compare_undecided(const struct comparison *comparison)
{
	size_t count = 0;

	vec_foreach(workload, &comparison->workloads)
		vec_foreach(metric, &workload->metrics)
			count += comparison_verdict(metric->verdict) == COMPARISON_CANT_TELL;
	return count;
}

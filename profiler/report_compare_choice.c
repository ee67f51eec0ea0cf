// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_choice.c - which causes of a change are shown, the most explaining first */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_compare.h"

#define LEAST 0.02 /* of what became worse: less is no reason */
/* What files and folders weigh where modules explain, which have opened and searched them. */
#define FILE_WEIGHT   0.1
#define FOLDER_WEIGHT 0.05

/* How much of each kind there is to explain, new less base: 0 for nothing. */
struct question {
	double time_ns, size_bytes, files, enoent, calls, modules;
};

static void take_larger(double shift, double *out)
{
	if (fabs(shift) > fabs(*out))
		*out = shift;
}

static void ask(const struct comparison_metric *metric, struct question *out)
{
	const char *name = metric->name;

	if (strcmp(metric->kind, "times") == 0)
		take_larger(metric->shift, &out->time_ns);
	else if (strcmp(metric->kind, "sizes") == 0)
		take_larger(metric->shift, &out->size_bytes);
	else if (strcmp(name, "files_opened_count") == 0)
		out->files = metric->shift;
	else if (strcmp(name, "enoent_count") == 0)
		out->enoent = metric->shift;
	else if (strcmp(name, "modules_count") == 0)
		out->modules = metric->shift;
	else if (strncmp(name, "syscalls_count", strlen("syscalls_count")) == 0)
		take_larger(metric->shift, &out->calls);
}

/* What became worse; where nothing did, all that is news. */
static struct question question_of(const struct comparison_workload *workload)
{
	struct question out = {0};
	bool regressed = false;

	vec_foreach(metric, &workload->metrics)
		regressed |= comparison_verdict(metric->verdict) == COMPARISON_REGRESSED;
	vec_foreach(metric, &workload->metrics) {
		bool asked = regressed ? comparison_verdict(metric->verdict) == COMPARISON_REGRESSED
				       : compare_is_news(metric);

		if (asked && !isnan(metric->shift))
			ask(metric, &out);
	}
	return out;
}

/* The share of |whole| that |part| is, at most 1; 0 where it is none, or the other way. */
static double share(int64_t part, double whole)
{
	double out = part == RESULT_ABSENT || whole == 0 ? 0 : (double)part / whole;

	return out <= 0 ? 0 : out < 1 ? out : 1;
}

static bool is_kind(const struct comparison_cause *cause, const char *kind)
{
	return strcmp(cause->kind, kind) == 0;
}

/* One for all that it takes longer, is bigger, and does more. */
static double score(const struct comparison_cause *cause, const struct question *question)
{
	bool added = strcmp(cause->change, "added") == 0;
	bool removed = strcmp(cause->change, "removed") == 0;
	bool loaded = is_kind(cause, "module") || is_kind(cause, "package");
	const double counts[] = {
		share(cause->files_count, question->files),
		share(cause->enoent_count, question->enoent),
		share(cause->syscalls_count, question->calls),
		share(loaded ? added - removed : 0, question->modules),
	};
	double most = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		most = fmax(most, counts[i]);
	return share(cause->time_ns, question->time_ns) +
	       share(cause->size_bytes, question->size_bytes) + most;
}

static bool has_modules(const struct comparison_workload *workload)
{
	vec_foreach(cause, &workload->causes)
		if (is_kind(cause, "module"))
			return true;
	return false;
}

/* What one side alone loads is no noise, however little it is. */
static bool is_sure(const struct comparison_cause *cause)
{
	bool loaded = is_kind(cause, "module") || is_kind(cause, "package");

	return compare_cause_has_versions(cause) ||
	       (loaded &&
		(strcmp(cause->change, "added") == 0 || strcmp(cause->change, "removed") == 0));
}

bool compare_cause_is_listed(const struct comparison_cause *cause)
{
	return strcmp(cause->kind, "syscall") == 0 || strcmp(cause->kind, "phase") == 0 ||
	       strcmp(cause->kind, "memory") == 0;
}

struct ranked {
	const struct comparison_cause *cause;
	bool versions;
	double score;
};

/* As they are where they explain as much. */
static int most_first(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->versions != right->versions)
		return left->versions ? -1 : 1;
	if (left->score != right->score)
		return left->score > right->score ? -1 : 1;
	return left->cause < right->cause ? -1 : left->cause > right->cause;
}

int compare_causes_choose(const struct comparison_workload *workload, bool all, compare_causes *out)
{
	struct question question = question_of(workload);
	bool modules = has_modules(workload);
	VEC(struct ranked) list = {0};
	int rc = 0;

	vec_foreach(cause, &workload->causes) {
		struct ranked one = {cause, compare_cause_has_versions(cause),
				     score(cause, &question)};

		if (modules && is_kind(cause, "file"))
			one.score *= FILE_WEIGHT;
		else if (modules && is_kind(cause, "folder"))
			one.score *= FOLDER_WEIGHT;
		if (!rc && !compare_cause_is_listed(cause) &&
		    (all || is_sure(cause) || one.score >= LEAST))
			rc = vec_push(&list, one);
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), most_first);
	vec_foreach(one, &list)
		if (!rc)
			rc = vec_push(out, one->cause);
	vec_release(&list);
	return rc;
}

/* ---- the metrics of a headline ---- */

/* What a reader asks for first: how long, how big, how much it does. */
static const char *const important[] = {
	"total_ns",	      "uss_ready_bytes", "syscalls_count",
	"files_opened_count", "modules_count",	 "enoent_count",
};
#define IMPORTANT (sizeof(important) / sizeof(important[0]))

/* Of one kind: the place in that list, behind it for others. */
static size_t rank_of(const struct comparison_metric *metric)
{
	for (size_t i = 0; i < IMPORTANT; i++)
		if (strcmp(metric->name, important[i]) == 0)
			return i;
	return IMPORTANT;
}

static bool is_in(const struct comparison_metric *const *list, size_t count,
		  const struct comparison_metric *metric)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == metric)
			return true;
	return false;
}

/* The most important one with that verdict of a kind (of any: NULL) that is not in the list. */
static const struct comparison_metric *first_of(const struct comparison_workload *workload,
						enum comparison_verdict verdict, const char *kind,
						const struct comparison_metric *const *list,
						size_t count)
{
	const struct comparison_metric *best = NULL;

	vec_foreach(metric, &workload->metrics)
		if (comparison_verdict(metric->verdict) == verdict &&
		    (!kind || strcmp(metric->kind, kind) == 0) && !is_in(list, count, metric) &&
		    (!best || rank_of(metric) < rank_of(best)))
			best = metric;
	return best;
}

static size_t add_all(const struct comparison_workload *workload, enum comparison_verdict verdict,
		      size_t count, const struct comparison_metric *out[COMPARE_HEADLINE])
{
	static const char *const kinds[] = {"times", "sizes", "counts", NULL};
	const struct comparison_metric *next;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		next = first_of(workload, verdict, kinds[i], out, count);
		while (next && count < COMPARE_HEADLINE) {
			out[count++] = next;
			next = kinds[i] ? NULL : first_of(workload, verdict, NULL, out, count);
		}
	}
	return count;
}

size_t compare_headline(const struct comparison_workload *workload,
			const struct comparison_metric *out[COMPARE_HEADLINE])
{
	const struct comparison_metric *total = compare_total(workload);
	size_t count = add_all(workload, COMPARISON_REGRESSED, 0, out);

	if (count)
		return count;
	if (total)
		out[count++] = total;
	return add_all(workload, COMPARISON_IMPROVED, count, out);
}

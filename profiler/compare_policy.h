/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_policy.h - what a comparison may fail on: the smallest effects that matter */
#ifndef COLDPROF_COMPARE_POLICY_H
#define COLDPROF_COMPARE_POLICY_H

#include <stdbool.h>

#include "metrics.h"
#include "vec.h"

/* One line of a policy; NAN and 0 where it says nothing. */
struct compare_rule {
	char *name; /* a metric, a pattern of names or a kind ("times") */
	double relative, absolute;
	enum { COMPARE_AS_IT_IS, COMPARE_ON, COMPARE_OFF } gate;
};

struct result;

struct compare_policy {
	VEC(struct compare_rule) rules;
	double level; /* family-wise, of both directions together */
	bool strict, force;
	bool history; /* verdicts are those of a history of reports (compare_history.h) */
	const struct result *noise; /* a calibration of this machine, the caller's; NULL: none */
};

/* 5 %, no rules. */
void compare_policy_init(struct compare_policy *policy);
void compare_policy_release(struct compare_policy *policy);

/*
 * "times", "2%,5ms": adds a rule, which wins over those before it. The value is a share of what
 * was ("2%"), an amount ("5ms", "1MiB", "10"), both, "off" or "on", separated by commas. |*why| is
 * what is wrong, a constant text: with the name (-ENOENT), or with the value (-EINVAL or -ENOMEM).
 * 0 or one of these.
 */
int compare_policy_add(struct compare_policy *policy, const char *name, const char *value,
		       const char **why);

/* Adds what a JSON file says (reports/schema/policy.schema.json). 0 or -errno, printed. */
int compare_policy_read(struct compare_policy *policy, const char *path);

/* Moves the rules of |from| behind those of |to|, so that they win. 0 or -ENOMEM. */
int compare_policy_join(struct compare_policy *to, struct compare_policy *from);

/* Whether a rule names that metric of one package, or a pattern of such. */
bool compare_policy_asks(const struct compare_policy *policy, const char *name);

/* What holds for a metric. */
struct compare_threshold {
	bool gated;
	bool stated; /* by a rule or for this metric: then also of a count that never varies */
	bool ruled;  /* by a rule */
	double relative, absolute;
};
struct compare_threshold compare_policy_threshold(const struct compare_policy *policy,
						  const char *name, const struct metric *metric);

/* The smallest effect that matters where |base| was: in the metric's unit. */
double compare_threshold_effect(const struct compare_threshold *threshold, double base);

#endif

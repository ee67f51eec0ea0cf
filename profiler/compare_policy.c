// SPDX-License-Identifier: BSD-2-Clause
/* compare_policy.c - what a comparison may fail on: the smallest effects that matter */
#include "compare_policy.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "jsonx.h"
#include "units.h"

#define LEVEL	     0.05
#define POLICY_BYTES (1u << 20)
#define PART_BYTES   64

void compare_policy_init(struct compare_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->level = LEVEL;
}

void compare_policy_release(struct compare_policy *policy)
{
	vec_foreach(rule, &policy->rules)
		free(rule->name);
	vec_release(&policy->rules);
}

/* ---- names ---- */

static const struct metric_kind_info *find_kind(const char *name)
{
	for (size_t i = 0; i < metrics_kinds_count; i++)
		if (strcmp(metrics_kinds[i].name, name) == 0)
			return &metrics_kinds[i];
	return NULL;
}

/* The unit of what |name| stands for; NULL where that may be several, or there is no such thing. */
static const char *unit_of(const char *name)
{
	const struct metric_kind_info *kind = find_kind(name);
	const struct metric *metric = metrics_find(name);

	return kind ? kind->unit : metric ? metrics_unit(metric) : NULL;
}

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* ---- values ---- */

static int parse_amount(const char *text, const char *unit, double *out)
{
	static const struct {
		const char *suffix, *unit;
		double factor;
	} suffixes[] = {{"ns", "ns", 1},       {"us", "ns", 1e3},     {"ms", "ns", 1e6},
			{"s", "ns", 1e9},      {"KiB", "bytes", KIB}, {"MiB", "bytes", MIB},
			{"GiB", "bytes", GIB}, {"B", "bytes", 1}};
	char number[PART_BYTES];
	double factor = 1;

	strcpy(number, text);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t size = strlen(suffixes[i].suffix), all = strlen(text);

		if (all <= size || strcmp(text + all - size, suffixes[i].suffix))
			continue;
		if (unit && strcmp(unit, suffixes[i].unit))
			return -EINVAL;
		number[all - size] = '\0';
		factor = suffixes[i].factor;
		break;
	}
	if (units_parse_double(number, out) || *out < 0)
		return -EINVAL;
	*out *= factor;
	return 0;
}

static int parse_share(char *text, double *out)
{
	text[strlen(text) - 1] = '\0';
	if (units_parse_double(text, out) || *out < 0)
		return -EINVAL;
	*out /= 100;
	return 0;
}

static int parse_part(char *text, const char *unit, struct compare_rule *rule)
{
	size_t size = strlen(text);

	if (strcmp(text, "off") == 0)
		rule->gate = COMPARE_OFF;
	else if (strcmp(text, "on") == 0)
		rule->gate = COMPARE_ON;
	else if (size && text[size - 1] == '%')
		return parse_share(text, &rule->relative);
	else
		return parse_amount(text, unit, &rule->absolute);
	return 0;
}

static int parse_value(const char *value, const char *unit, struct compare_rule *rule)
{
	char part[PART_BYTES];
	size_t size;
	int rc = 0;

	do {
		size = strcspn(value, ",");
		if (size >= sizeof(part))
			return -EINVAL;
		memcpy(part, value, size);
		part[size] = '\0';
		rc = parse_part(part, unit, rule);
		value += size;
	} while (!rc && *value++ == ',');
	return rc;
}

int compare_policy_add(struct compare_policy *policy, const char *name, const char *value,
		       const char **why)
{
	struct compare_rule rule = {.relative = NAN, .absolute = NAN};
	const char *unit = unit_of(name);
	int rc;

	*why = "no such metric, kind or pattern of names (see --list-metrics)";
	if (!unit && !is_pattern(name))
		return -ENOENT;
	*why = "must be a share such as 2%, an amount such as 5ms, 1MiB or 10, both with a comma "
	       "between, off or on";
	if (parse_value(value, unit, &rule))
		return -EINVAL;
	*why = "is too much for the memory";
	rule.name = strdup(name);
	rc = rule.name ? vec_push(&policy->rules, rule) : -ENOMEM;
	if (rc)
		free(rule.name);
	return rc;
}

int compare_policy_join(struct compare_policy *to, struct compare_policy *from)
{
	vec_foreach(rule, &from->rules) {
		int rc = vec_push(&to->rules, *rule);

		if (rc)
			return rc;
		rule->name = NULL; /* moved */
	}
	return 0;
}

/* ---- the file ---- */

static int read_thresholds(struct compare_policy *policy, const struct jsonx *root)
{
	struct jsonx thresholds = {0}, place = {0};
	const char *value, *why;
	int rc = jsonx_get_object(root, "thresholds", JSONX_OPTIONAL, &thresholds);

	if (rc || !thresholds.item)
		return rc;
	while (!rc && jsonx_next(&thresholds, &place)) {
		rc = jsonx_to_string(&place, &value);
		if (rc)
			break;
		rc = compare_policy_add(policy, place.key, value, &why);
		if (rc == -ENOENT)
			rc = jsonx_error(&place, "%s", why);
		else if (rc)
			rc = jsonx_error(&place, "'%.80s' %s", value, why);
	}
	return rc;
}

static int read_policy(struct compare_policy *policy, const struct jsonx *root)
{
	static const char *const keys[] = {"$schema", "thresholds", "level", "strict", NULL};
	struct jsonx place = {.file = root->file, .parent = root, .key = "level"};
	int rc = jsonx_check_keys(root, keys);

	if (!rc)
		rc = jsonx_get_number(root, "level", JSONX_OPTIONAL, &policy->level);
	if (!rc && !(policy->level > 0 && policy->level <= 0.5))
		rc = jsonx_error(&place, "must be above 0 and at most 0.5");
	if (!rc)
		rc = jsonx_get_bool(root, "strict", JSONX_OPTIONAL, &policy->strict);
	return rc ? rc : read_thresholds(policy, root);
}

int compare_policy_read(struct compare_policy *policy, const char *path)
{
	cJSON *document = NULL;
	struct jsonx root;
	int rc = jsonx_load(path, POLICY_BYTES, &document);

	if (rc)
		return rc;
	root = jsonx_root(path, document);
	rc = read_policy(policy, &root);
	cJSON_Delete(document);
	return rc;
}

/* ---- what holds ---- */

static bool is_of(const struct compare_rule *rule, const char *name, const char *kind)
{
	return strcmp(rule->name, name) == 0 || strcmp(rule->name, kind) == 0 ||
	       (is_pattern(rule->name) && fnmatch(rule->name, name, 0) == 0);
}

bool compare_policy_asks(const struct compare_policy *policy, const char *name)
{
	vec_foreach(rule, &policy->rules)
		if (strstr(rule->name, "{package=") && is_of(rule, name, ""))
			return true;
	return false;
}

struct compare_threshold compare_policy_threshold(const struct compare_policy *policy,
						  const char *name, const struct metric *metric)
{
	const struct metric_kind_info *kind = &metrics_kinds[metric->kind];
	const struct metrics_memory_count *memory = metrics_memory_count(name);
	struct compare_threshold out = {
		.gated = kind->gated, .relative = kind->relative, .absolute = kind->absolute};

	if (memory) {
		out.stated = true;
		out.relative = memory->relative;
		out.absolute = memory->absolute;
	}
	vec_foreach(rule, &policy->rules) {
		if (!is_of(rule, name, kind->name))
			continue;
		if (rule->gate != COMPARE_AS_IT_IS)
			out.gated = rule->gate == COMPARE_ON;
		if (!isnan(rule->relative))
			out.relative = rule->relative;
		if (!isnan(rule->absolute))
			out.absolute = rule->absolute;
		out.ruled |= !isnan(rule->relative) || !isnan(rule->absolute);
	}
	out.stated |= out.ruled;
	return out;
}

double compare_threshold_effect(const struct compare_threshold *threshold, double base)
{
	double share = threshold->relative * fabs(base);

	return share > threshold->absolute ? share : threshold->absolute;
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_text_patterns.c - the text report's remarks on calls that starts pay for, and late loads
 */
#include "report_text.h"

#include <math.h>

#define LEAST_SHARE 0.01 /* of the total: what costs less is not worth a line */
#define LEAST_NS    1e6
#define LINES	    2 /* of one pattern */

/* |before| the count, or the detail and the count, |after| it; then the time, and who did it. */
static const struct rule {
	const char *name, *before, *after;
	double count; /* so many are worth a line whatever time they take; 0: none are */
	bool detail;  /* each detail by itself, else all together */
} rules[] = {
	{"child", "ran the program", NULL, 0, true},
	{"threads", "started", "threads", 4, false},
	{"network", "made", "calls on network sockets before it was ready", 0, false},
	{"sync", "made", "calls of fsync(2) and its kin", 0, false},
	{"reopen", "opened", "times more than once", 100, true},
	{"tiny", "read", "pieces of less than 512 bytes", 2000, true},
	{"unmap", "took down", "mappings of 1 MiB and more", 0, false},
	{"random", "made", "calls of getrandom(2)", 0, false},
};

struct found {
	double count, time_ns;
	const struct result_pattern *most; /* the costliest of them */
};

/* Hands the line on. */
static void push(result_texts *out, struct buf *line)
{
	char *text = buf_steal(line);

	if (text && vec_push(out, text))
		free(text);
}

static bool is_worth(const struct rule *rule, const struct found *found, double total_ns)
{
	if (!found->most)
		return false;
	return (found->time_ns >= LEAST_NS && found->time_ns >= LEAST_SHARE * total_ns) ||
	       (rule->count > 0 && found->count >= rule->count);
}

/* ", most of it by sharp" */
static void add_blame(const struct found *found, struct buf *out)
{
	double share = text_number(found->most->module_count) / found->count;
	char *module = text_name(found->most->module, "");

	if (module && *module && share >= 0.5)
		buf_printf(out, ", %s by %s", share >= 0.995 ? "all of it" : "most of it", module);
	free(module);
}

static void add_line(const struct rule *rule, const struct found *found, result_texts *out)
{
	char *detail = rule->detail ? text_name(found->most->detail, "") : NULL;
	char count[UNITS_TEXT], time[UNITS_TEXT];
	struct buf line = {0};

	buf_puts(&line, rule->before);
	if (detail)
		buf_printf(&line, " '%.80s'", detail);
	if (rule->after)
		buf_printf(&line, "%s %s %s", detail ? "," : "", units_count(found->count, count),
			   rule->after);
	if (found->time_ns > 0)
		buf_printf(&line, " (%s)", units_ms(found->time_ns, time));
	add_blame(found, &line);
	push(out, &line);
	free(detail);
}

static void add_item(struct found *found, const struct result_pattern *pattern)
{
	double count = text_number(pattern->count), time = text_number(pattern->time_ns);

	found->count += isfinite(count) ? count : 0;
	found->time_ns += isfinite(time) ? time : 0;
	if (!found->most || pattern->time_ns > found->most->time_ns)
		found->most = pattern;
}

/* The report has the costliest of a name first. */
static void apply(const struct rule *rule, const struct result_workload *workload, double total_ns,
		  result_texts *out)
{
	struct found all = {0};
	size_t lines = 0;

	vec_foreach(pattern, &workload->patterns) {
		struct found one = {0};

		if (!pattern->name || strcmp(pattern->name, rule->name) != 0)
			continue;
		add_item(&all, pattern);
		add_item(&one, pattern);
		if (rule->detail && lines < LINES && is_worth(rule, &one, total_ns)) {
			add_line(rule, &one, out);
			lines++;
		}
	}
	if (!rule->detail && is_worth(rule, &all, total_ns))
		add_line(rule, &all, out);
}

/* ---- modules after the load ---- */

static void say_deferred(const struct result_workload *workload, double total_ns, result_texts *out)
{
	const struct result_module *longest = NULL;
	char time[UNITS_TEXT], *name;
	struct buf line = {0};
	double sum_ns = 0;
	size_t count = 0;

	vec_foreach(module, &workload->modules) {
		if (!module->deferred)
			continue;
		count++;
		sum_ns += module->self_ns > 0 ? (double)module->self_ns : 0;
		if (!longest || module->total_ns > longest->total_ns)
			longest = module;
	}
	if (!longest || sum_ns < LEAST_NS || sum_ns < LEAST_SHARE * total_ns)
		return;
	name = text_name(longest->name, "");
	buf_printf(&line,
		   "loads %zu module%s only after it listens or waits (%s), longest %s: a "
		   "deferred start",
		   count, count == 1 ? "" : "s", units_ms(sum_ns, time), name ? name : "");
	free(name);
	push(out, &line);
}

void text_patterns(const struct result_workload *workload, result_texts *out)
{
	double total_ns = text_median(workload, "total_ns");

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		apply(&rules[i], workload, total_ns, out);
	say_deferred(workload, total_ns, out);
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_text_worth.c - the text report's remarks: what stands out in the numbers of a workload */
#include "report_text.h"

#include <math.h>
#include <stdarg.h>

#include "summary.h"

/* Below these, a thing is not worth a line. */
#define WAIT_SHARE	 0.10 /* of the total: for CPU, disk, locks */
#define OUTSIDE_SHARE	 0.05 /* of the total: for timers, the network, children */
#define LEAST_NS	 1e6  /* of any wait */
#define ENOENT_COUNT	 500
#define ENOENT_IN_FOLDER 0.60
#define SPREAD		 0.25 /* from the lowest to the highest total, of the median */
#define FIRST_FACTOR	 1.3
#define PEAK_FACTOR	 1.5
#define PEAK_BYTES	 (16.0 * (double)MIB)
#define RESPOND_SHARE	 0.25
#define MODULE_SHARE	 0.20 /* of the load */
#define MODULE_NS	 10e6
#define IMPORTERS	 4 /* that are named */

struct facts {
	const struct result *result;
	const struct result_workload *workload;
	const struct result_sample *sample;
	double total_ns;
	struct text_part parts[TEXT_PARTS];
	size_t parts_count;
	result_texts *out;
};

static void __attribute__((format(printf, 2, 3)))
say(const struct facts *facts, const char *format, ...)
{
	char *text;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size >= 0 && vec_push(facts->out, text))
		free(text);
}

/* Its share of the total, and its time as text; 0 where it is too short to be worth a word. */
static double part_share(const struct facts *facts, const char *name, char ms[UNITS_TEXT])
{
	for (size_t i = 0; i < facts->parts_count; i++) {
		if (strcmp(facts->parts[i].name, name) == 0 && facts->parts[i].ns >= LEAST_NS) {
			units_ms(facts->parts[i].ns, ms);
			return facts->parts[i].share;
		}
	}
	return 0;
}

/* ---- look-ups in vain ---- */

static double enoent_below(const struct result_workload *workload, const char *prefix, size_t size)
{
	double sum = 0;

	vec_foreach(folder, &workload->folders)
		if (folder->path && folder->enoent_count > 0 &&
		    strncmp(folder->path, prefix, size) == 0 &&
		    (folder->path[size] == '\0' || folder->path[size] == '/'))
			sum += (double)folder->enoent_count;
	return sum;
}

/* The deepest folder that holds most of the failed look-ups; its size in |path|, 0 for none. */
static size_t deepest_folder(const struct result_workload *workload, double sum, const char **path)
{
	size_t best = 0;

	vec_foreach(folder, &workload->folders) {
		if (!folder->path)
			continue;
		for (size_t size = strlen(folder->path); size > best; size--) {
			if (folder->path[size] != '\0' && folder->path[size] != '/')
				continue;
			if (enoent_below(workload, folder->path, size) >= ENOENT_IN_FOLDER * sum) {
				best = size;
				*path = folder->path;
				break;
			}
		}
	}
	return best;
}

static void worth_enoent(const struct facts *facts)
{
	double count = text_median(facts->workload, "enoent_count"), sum = 0, below;
	char *prefix, *clean, text[UNITS_TEXT];
	const char *path = NULL;
	size_t size;

	if (!(count >= ENOENT_COUNT))
		return;
	vec_foreach(folder, &facts->workload->folders)
		sum += folder->enoent_count > 0 ? (double)folder->enoent_count : 0;
	units_count(count, text);
	size = deepest_folder(facts->workload, sum, &path);
	if (!size) {
		say(facts, "%s failed look-ups (ENOENT)", text);
		return;
	}
	below = enoent_below(facts->workload, path, size);
	prefix = strndup(path, size);
	clean = text_name(prefix, "");
	say(facts, "%s failed look-ups (ENOENT), %.0f %% of them under %s", text, 100 * below / sum,
	    clean ? clean : "");
	free(prefix);
	free(clean);
}

/* ---- waits ---- */

static void worth_cpu_wait(const struct facts *facts)
{
	double throttled = text_number(facts->sample->cgroup.throttled_ns);
	char ms[UNITS_TEXT], limit[UNITS_TEXT];
	double share = part_share(facts, "waiting for a CPU", ms);

	if (throttled > OUTSIDE_SHARE * facts->total_ns)
		say(facts, "the CPU limit held its threads back for %s (all together)",
		    units_ms(throttled, limit));
	else if (share >= WAIT_SHARE)
		say(facts, "waited %s for a CPU (%.0f %%): more runnable threads than CPUs", ms,
		    100 * share);
}

static void worth_disk(const struct facts *facts)
{
	const char *cold = facts->sample->cold.asked;
	char ms[UNITS_TEXT];
	double share = part_share(facts, "disk", ms);

	if (share >= WAIT_SHARE && cold && strcmp(cold, "warm") == 0)
		say(facts,
		    "waited %s for the disk (%.0f %%) although the page cache was to be warm", ms,
		    100 * share);
}

static void worth_waits(const struct facts *facts)
{
	static const struct {
		const char *part;
		double least;
		const char *format; /* of ms and per cent */
	} waits[] = {
		{"timer", OUTSIDE_SHARE, "slept %s (%.0f %%) until a timer ended the wait"},
		{"network", OUTSIDE_SHARE,
		 "waited %s (%.0f %%) for the network before it was ready"},
		{"lock", WAIT_SHARE, "waited %s (%.0f %%) for locks that its own threads hold"},
	};

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		char ms[UNITS_TEXT];
		double share = part_share(facts, waits[i].part, ms);

		if (share < waits[i].least)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		say(facts, waits[i].format, ms, 100 * share);
#pragma GCC diagnostic pop
	}
}

/* How long a process beside the chain lived; 0 for others. */
static double helper_ns(const struct result_process *process)
{
	double lived = text_number(process->ended_ns) - text_number(process->start_ns);

	return !process->on_chain && process->parent && lived > 0 ? lived : 0;
}

static void worth_child(const struct facts *facts)
{
	const struct result_process *longest = NULL;
	char ms[UNITS_TEXT], *command;
	double share = part_share(facts, "child process", ms), longest_ns = 0;

	vec_foreach(process, &facts->sample->processes) {
		if (helper_ns(process) <= longest_ns)
			continue;
		longest = process;
		longest_ns = helper_ns(process);
	}
	if (share < OUTSIDE_SHARE || !longest)
		return;
	command = text_command(&longest->command);
	say(facts, "waited %s (%.0f %%) for child processes, longest for '%.60s'", ms, 100 * share,
	    command ? command : "");
	free(command);
}

/* ---- phases ---- */

static void worth_wrapper(const struct facts *facts)
{
	double ns = text_phase_median(facts->workload, "wrapper");
	char text[UNITS_TEXT];

	if (ns >= OUTSIDE_SHARE * facts->total_ns)
		say(facts, "%s (%.0f %%) pass in wrappers before the runtime itself is started",
		    units_ms(ns, text), 100 * ns / facts->total_ns);
}

static void worth_respond(const struct facts *facts)
{
	double ns = text_phase_median(facts->workload, "respond");
	char text[UNITS_TEXT];

	if (ns >= RESPOND_SHARE * facts->total_ns)
		say(facts, "the first answer takes %s (%.0f %%) of a process that already listens",
		    units_ms(ns, text), 100 * ns / facts->total_ns);
}

/* ---- modules ---- */

static const struct result_module *module_by_id(const struct result_workload *workload, int64_t id)
{
	vec_foreach(module, &workload->modules)
		if (module->id == id)
			return module;
	return NULL;
}

static bool is_distribution(const char *package)
{
	return package && package[0] != '(';
}

/* " by jsonschema 4.26.0 for jupyter_server 2.21.1": the packages above its own. */
static void add_importers(const struct result_workload *workload,
			  const struct result_module *module, struct buf *out)
{
	const char *last = module->package ? module->package : "";
	size_t count = 0;

	for (const struct result_module *at = module; at && at->parent != RESULT_ABSENT;) {
		char *name;

		at = module_by_id(workload, at->parent);
		if (!at || !is_distribution(at->package) || strcmp(at->package, last) == 0)
			continue;
		last = at->package;
		if (++count > IMPORTERS) {
			buf_puts(out, " and so on");
			break;
		}
		name = text_name(at->package, "");
		buf_printf(out, "%s%s", count == 1 ? ", loaded by " : " for ", name ? name : "");
		free(name);
	}
}

/* One module that has much of the load to itself. */
static void worth_module(const struct facts *facts)
{
	double busy = text_median(facts->workload, "load_busy_ns"), own;
	const struct result_module *most = NULL;
	struct buf importers = {0};
	char text[UNITS_TEXT], *name;

	vec_foreach(module, &facts->workload->modules)
		if (module->in_load && !module->open && module->self_ns != RESULT_ABSENT &&
		    (!most || module->self_ns > most->self_ns))
			most = module;
	own = most ? (double)most->self_ns : 0;
	if (!(own >= MODULE_SHARE * busy) || own < MODULE_NS)
		return;
	name = text_name(most->name, "");
	add_importers(facts->workload, most, &importers);
	say(facts, "%s itself takes %s, %.0f %% of the load%s", name ? name : "",
	    units_ms(own, text), 100 * own / busy, buf_text(&importers));
	buf_release(&importers);
	free(name);
}

/* ---- memory ---- */

static void worth_memory(const struct facts *facts)
{
	double rss = text_median(facts->workload, "rss_ready_bytes");
	double peak = text_median(facts->workload, "rss_peak_bytes");
	char text[2][UNITS_TEXT];

	if (peak >= PEAK_FACTOR * rss && peak - rss >= PEAK_BYTES)
		say(facts, "at its peak it held %s, %.1f times what it holds when ready",
		    units_bytes(peak, text[0]), peak / rss);
	if (facts->sample->cgroup.oom_kills_count > 0)
		say(facts, "the memory limit was reached: %jd process%s killed",
		    (intmax_t)facts->sample->cgroup.oom_kills_count,
		    facts->sample->cgroup.oom_kills_count == 1 ? "" : "es");
}

/* ---- trust in the numbers ---- */

static void worth_cold(const struct facts *facts)
{
	size_t warm = 0, all = 0;

	vec_foreach(sample, &facts->workload->samples) {
		if (!sample->counted)
			continue;
		all++;
		warm += sample->cold.asked && !sample->cold.as_asked;
	}
	if (warm)
		say(facts,
		    "%zu of %zu starts were not as cold as asked: pages of its files stayed "
		    "in the page cache",
		    warm, all);
}

static void worth_spread(const struct facts *facts)
{
	const struct result_summary *total = summary_find(facts->workload, "total_ns");
	const struct result_sample *first = NULL;
	char low[UNITS_TEXT], high[UNITS_TEXT];

	if (!total || total->n < 3 || !(total->max - total->min >= SPREAD * total->median))
		return;
	vec_foreach(sample, &facts->workload->samples)
		if (sample->counted && (!first || sample->order < first->order))
			first = sample;
	if (first && (double)first->total_ns >= total->max &&
	    (double)first->total_ns >= FIRST_FACTOR * total->median)
		say(facts,
		    "the first start took %s, %.1f times the median: one more warm-up would "
		    "leave it out",
		    units_ms(total->max, high), total->max / total->median);
	else
		say(facts, "the total varies from %s to %s from start to start",
		    units_ms(total->min, low), units_ms(total->max, high));
}

static void worth_load(const struct facts *facts)
{
	const struct result_host *host = &facts->result->host;

	if (host->cpus_count > 0 && host->load1 > (double)host->cpus_count)
		say(facts, "the machine was busy when this began: load %.1f on %jd CPUs",
		    host->load1, (intmax_t)host->cpus_count);
}

void text_worth(const struct result *result, const struct result_workload *workload,
		result_texts *out)
{
	static void (*const rules[])(const struct facts *) = {
		worth_module,	worth_load,    worth_cold,    worth_spread,
		worth_enoent,	worth_child,   worth_waits,   worth_disk,
		worth_cpu_wait, worth_wrapper, worth_respond, worth_memory,
	};
	struct facts facts = {.result = result,
			      .workload = workload,
			      .sample = text_sample(workload),
			      .out = out};

	if (!facts.sample)
		return;
	facts.total_ns = text_median(workload, "total_ns");
	facts.parts_count = text_parts(facts.sample, facts.parts);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](&facts);
	text_patterns(workload, out);
}

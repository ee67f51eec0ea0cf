// SPDX-License-Identifier: BSD-2-Clause
/* report_text_memory.c - the text report's part on memory */
#include "report_text.h"

#include <math.h>

#include "display.h"

#define PROCESSES_SHOWN 5
#define PROCESS_LEAST	0.2 /* of the largest peak: smaller processes are only counted */
#define KIND_BAR	10

/* Sums over the processes of a start at one mark. */
struct sums {
	double rss, pss, private, swap;
	size_t processes, with_smaps;
	const char *reason; /* why one has no PSS */
};

/* The last reading, where a mark was read twice. */
static const struct result_memory *find_mark(const struct result_process *process, const char *mark)
{
	const struct result_memory *found = NULL;

	vec_foreach(memory, &process->memory)
		if (memory->mark && strcmp(memory->mark, mark) == 0)
			found = memory;
	return found;
}

static void add(double *sum, int64_t value)
{
	if (value != RESULT_ABSENT)
		*sum += (double)value;
}

static struct sums sum_up(const struct result_sample *sample, const char *mark)
{
	struct sums sums = {0};

	vec_foreach(process, &sample->processes) {
		const struct result_memory *memory = find_mark(process, mark);

		if (!memory)
			continue;
		sums.processes++;
		add(&sums.rss, memory->rss_bytes);
		add(&sums.pss, memory->pss_bytes);
		add(&sums.private, memory->private_bytes);
		add(&sums.swap, memory->swap_bytes);
		sums.with_smaps += memory->pss_bytes != RESULT_ABSENT;
		if (memory->pss_bytes == RESULT_ABSENT && memory->reason)
			sums.reason = memory->reason;
	}
	return sums;
}

static void add_size(struct screen_flow *flow, const char *name,
		     const struct result_workload *workload, const char *metric)
{
	char text[UNITS_TEXT], interval[2 * UNITS_TEXT];
	double median = text_median(workload, metric);

	text_interval(TEXT_MIB, workload, metric, interval);
	if (isfinite(median))
		screen_flow_add(flow, "%s %s%s%s", name, text_value(TEXT_MIB, median, text),
				*interval ? " " : "", interval);
}

static void put_sizes(const struct result_workload *workload, const struct screen *screen)
{
	struct screen_flow flow = {0};

	add_size(&flow, "PSS", workload, "pss_ready_bytes");
	add_size(&flow, "private", workload, "uss_ready_bytes");
	add_size(&flow, "RSS", workload, "rss_ready_bytes");
	add_size(&flow, "peak", workload, "rss_peak_bytes");
	if (flow.items.count)
		screen_flow_print(screen, &flow, "  ", DOT, 2);
}

/* ---- kinds of mapping ---- */

struct kind {
	const char *name;
	double pss;
};
typedef VEC(struct kind) kinds;

static int biggest_first(const void *a, const void *b)
{
	const struct kind *left = a, *right = b;

	return (left->pss < right->pss) - (left->pss > right->pss);
}

static void add_kind(kinds *kinds, const struct result_mapping *mapping)
{
	struct kind kind = {mapping->kind, text_number(mapping->pss_bytes)};

	if (!mapping->kind || !(kind.pss > 0))
		return;
	vec_foreach(known, kinds) {
		if (strcmp(known->name, kind.name) == 0) {
			known->pss += kind.pss;
			return;
		}
	}
	vec_push(kinds, kind);
}

static const char *kind_name(const char *kind)
{
	static const char *const names[][2] = {
		{"library", "libraries"},	 {"extension", "native extensions"},
		{"runtime", "runtime's binary"}, {"anonymous", "anonymous memory"},
		{"jit", "compiled code"},	 {"stack", "stacks"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], kind) == 0)
			return names[i][1];
	return kind;
}

static void put_kinds(const struct result_sample *sample, const struct screen *screen)
{
	struct screen_flow flow = {0};
	kinds kinds = {0};

	vec_foreach(process, &sample->processes) {
		const struct result_memory *memory = find_mark(process, "ready");

		if (memory)
			vec_foreach(mapping, &memory->kinds)
				add_kind(&kinds, mapping);
	}
	if (kinds.count)
		qsort(kinds.items, kinds.count, sizeof(struct kind), biggest_first);
	vec_foreach(kind, &kinds) {
		char size[UNITS_TEXT], *name = text_name(kind_name(kind->name), "");
		struct buf bar = {0};

		display_bar(kind->pss / kinds.items[0].pss, KIND_BAR, &bar);
		if (kind->pss >= 0.05 * (double)MIB)
			screen_flow_add(&flow, "%s %s %s", name ? name : "",
					units_mib_bare(kind->pss, size), buf_text(&bar));
		buf_release(&bar);
		free(name);
	}
	if (flow.items.count)
		screen_flow_print(screen, &flow, "  ", "   ", 2);
	vec_release(&kinds);
}

/* ---- after the requests, and by process ---- */

static void add_growth(struct screen_flow *flow, const char *name, double before, double after)
{
	char text[2][UNITS_TEXT];

	screen_flow_add(flow, "%s %s (%s%s)", name, units_mib_bare(after, text[0]),
			after >= before ? "+" : "", units_mib_bare(after - before, text[1]));
}

static void put_after(const struct result_sample *sample, const struct sums *ready,
		      const struct screen *screen)
{
	struct sums after = sum_up(sample, "requests");
	struct screen_flow flow = {0};

	if (!after.with_smaps || !ready->with_smaps)
		return;
	add_growth(&flow, "PSS", ready->pss, after.pss);
	add_growth(&flow, "private", ready->private, after.private);
	screen_flow_print(screen, &flow, "  after the requests   ", DOT, 23);
}

static int by_memory(const void *a, const void *b)
{
	const struct result_process *const *left = a, *const *right = b;
	int64_t left_peak = (*left)->rss_peak_bytes, right_peak = (*right)->rss_peak_bytes;

	return (left_peak < right_peak) - (left_peak > right_peak);
}

/* "worker 4711 python3 -m app": the command without the folder of its program. */
static char *process_name(const struct result_process *process)
{
	char *command = text_command(&process->command), *role = text_name(process->role, "");
	size_t program = command ? strcspn(command, " ") : 0, folder = program;
	struct buf name = {0};

	while (folder && command[folder - 1] != '/')
		folder--;
	if (role && *role)
		buf_printf(&name, "%s ", role);
	if (process->pid != RESULT_ABSENT)
		buf_printf(&name, "%jd ", (intmax_t)process->pid);
	buf_puts(&name, program ? command + folder : ABSENT_TEXT);
	free(command);
	free(role);
	return buf_steal(&name);
}

/* From its fork to its first wait for work. */
static double worker_start(const struct result_process *process)
{
	return text_number(process->first_wait_ns) - text_number(process->start_ns);
}

static void put_process(const struct result_process *process, const struct screen *screen)
{
	const struct result_memory *ready = find_mark(process, "ready");
	double pss = ready ? text_number(ready->pss_bytes) : NAN;
	double private = ready ? text_number(ready->private_bytes) : NAN;
	char text[UNITS_TEXT], *name = process_name(process);
	struct buf cut = {0};

	screen_right(screen, SCREEN_PLAIN, text_value(TEXT_MIB, pss, text), 9);
	screen_right(screen, SCREEN_PLAIN, text_value(TEXT_MIB, private, text), 8);
	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_MIB, text_number(process->rss_peak_bytes), text), 8);
	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_MS, text_number(process->time.on_cpu_ns), text), 8);
	screen_right(screen, SCREEN_PLAIN, text_value(TEXT_MS, worker_start(process), text), 9);
	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_COUNT, text_number(process->threads_count), text), 8);
	display_cut_end(name ? name : "", screen->width - 52, &cut);
	screen_put(screen, SCREEN_PLAIN, "  ");
	screen_put(screen, SCREEN_PLAIN, buf_text(&cut));
	screen_line_end(screen);
	buf_release(&cut);
	free(name);
}

/* The big ones, at least those that are known to be; the rest is a number. */
static void put_processes(const struct result_sample *sample, const struct screen *screen)
{
	VEC(const struct result_process *) sorted = {0};
	size_t shown = 0;
	double least;

	if (sample->processes.count < 2)
		return;
	vec_foreach(process, &sample->processes)
		if (vec_push(&sorted, process))
			goto out;
	qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), by_memory);
	least = PROCESS_LEAST * text_number(sorted.items[0]->rss_peak_bytes);
	screen_put(screen, SCREEN_DIM,
		   "  PSS MiB private    peak  CPU ms start ms threads  process");
	screen_line_end(screen);
	while (shown < sorted.count && shown < PROCESSES_SHOWN &&
	       !(text_number(sorted.items[shown]->rss_peak_bytes) < least))
		put_process(sorted.items[shown++], screen);
	if (sorted.count > shown) {
		screen_printf(screen, SCREEN_DIM, "%42s and %zu smaller", "", sorted.count - shown);
		screen_line_end(screen);
	}
out:
	vec_release(&sorted);
}

static const char *moment(const struct result_sample *sample, const struct sums *ready)
{
	if (!ready->processes || (sample->ready && strcmp(sample->ready, "exit") == 0))
		return "at exit";
	return sample->responded_ns != RESULT_ABSENT ? "at the first response" : "when ready";
}

void text_memory(const struct result_workload *workload, const struct screen *screen)
{
	const struct result_sample *sample = text_sample(workload);
	struct sums ready = sum_up(sample, "ready"), ended = sum_up(sample, "exit");
	const struct sums *shown = ready.processes ? &ready : &ended;
	double threads = text_median(workload, "threads_count");
	double processes = text_median(workload, "processes_count");
	size_t living = shown->processes;
	struct screen_flow flow = {0};
	char title[64], ended_too[32] = "";

	screen_line_end(screen);
	snprintf(title, sizeof(title), "memory %s, MiB   ", moment(sample, &ready));
	if (isfinite(threads) && isfinite(processes)) {
		/* some may have ended before: these have no memory to show */
		if (living && (double)living < processes)
			snprintf(ended_too, sizeof(ended_too), " of %.0f", processes);
		else
			living = (size_t)processes;
		screen_flow_add(&flow, "%zu process%s%s, %.0f thread%s", living,
				living == 1 ? "" : "es", ended_too, threads,
				threads == 1 ? "" : "s");
	}
	screen_flow_print(screen, &flow, title, "", 2);
	put_sizes(workload, screen);
	if (shown->reason && !shown->with_smaps) {
		char *reason = text_name(shown->reason, "");

		screen_sentence(screen, SCREEN_DIM,
				"  PSS and private memory are not known: ", reason ? reason : "");
		free(reason);
	}
	put_kinds(sample, screen);
	put_after(sample, &ready, screen);
	put_processes(sample, screen);
}

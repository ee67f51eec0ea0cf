// SPDX-License-Identifier: BSD-2-Clause
/* report_text_modules.c - the text report's part on modules: which load costs what */
#include "report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"

#define SELF_SHOWN  8
#define TOTAL_SHOWN 8
#define PASSES_ON   0.9 /* of a module's time: it is there for another one of its package */
#define BAR	    6
#define NUMBER	    8
#define LEAST_SHARE 0.005 /* of all loads: less is not shown */

typedef VEC(const struct result_module *) module_list;

/* One of the two lists: by self, or by total. */
struct ranking {
	const char *title;
	int64_t (*time_of)(const struct result_module *module);
	int64_t (*memory_of)(const struct result_module *module);
	size_t shown;
	bool own; /* counts of system calls and files are the module's own; else it is a tree */
};

/* The lines of a list: the first ones of |modules|. */
struct lines {
	const struct screen *screen;
	const struct ranking *ranking;
	const struct result_workload *workload;
	const module_list *modules;
	struct result_module largest;
};

static int64_t self_time(const struct result_module *module)
{
	return module->self_ns;
}

static int64_t self_memory(const struct result_module *module)
{
	return module->self_rss_bytes;
}

static int64_t total_time(const struct result_module *module)
{
	return module->total_ns;
}

static int64_t total_memory(const struct result_module *module)
{
	return module->total_rss_bytes;
}

static const struct ranking by_self = {"without what they load", self_time, self_memory, SELF_SHOWN,
				       true};
static const struct ranking by_total = {"with what they load, below who loads them", total_time,
					total_memory, TOTAL_SHOWN, false};

static int longest_first(const void *a, const void *b, void *context)
{
	const struct ranking *ranking = context;
	int64_t left = ranking->time_of(*(const struct result_module *const *)a);
	int64_t right = ranking->time_of(*(const struct result_module *const *)b);

	return (left < right) - (left > right);
}

/* A number and its bar, as long as its part of the largest one's. */
static void put_cell(const struct screen *screen, const char *number, double part)
{
	struct buf bar = {0};

	screen_right(screen, SCREEN_PLAIN, number, NUMBER);
	screen_put(screen, SCREEN_PLAIN, " ");
	if (part > 0)
		display_bar(part < 1 ? part : 1, BAR, &bar);
	screen_put(screen, SCREEN_BAR, buf_text(&bar));
	for (size_t width = display_width(buf_text(&bar)); width < BAR; width++)
		screen_put(screen, SCREEN_PLAIN, " ");
	buf_release(&bar);
}

static void put_head(const struct screen *screen, const struct ranking *ranking)
{
	struct buf title = {0};

	buf_printf(&title, "  %s", ranking->title);
	screen_right(screen, SCREEN_DIM, "ms", NUMBER);
	screen_put(screen, SCREEN_PLAIN, "       ");
	screen_right(screen, SCREEN_DIM, "MiB", NUMBER);
	screen_put(screen, SCREEN_PLAIN, "       ");
	if (ranking->own) {
		screen_right(screen, SCREEN_DIM, "calls", NUMBER - 1);
		screen_right(screen, SCREEN_DIM, "ENOENT", NUMBER);
	}
	screen_put(screen, SCREEN_DIM, buf_text(&title));
	screen_line_end(screen);
	buf_release(&title);
}

static char *label_of(const struct result_module *module)
{
	char *name = text_name(module->name, ABSENT_TEXT), *label = NULL;
	const char *mark = "";

	if (module->failed)
		mark = " (failed)";
	else if (module->open)
		mark = " (still open at the end)";
	else if (module->deferred)
		mark = " (deferred)";
	if (name && asprintf(&label, "%s%s", name, mark) < 0)
		label = NULL;
	free(name);
	return label;
}

static void put_counts(const struct screen *screen, const struct result_module *module)
{
	char text[UNITS_TEXT];

	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_COUNT, text_number(module->syscalls_count), text), NUMBER - 1);
	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_COUNT, text_number(module->enoent_count), text), NUMBER);
}

static void put_module(const struct lines *lines, const struct result_module *module, size_t depth)
{
	const struct ranking *ranking = lines->ranking;
	const struct screen *screen = lines->screen;
	double time = text_number(ranking->time_of(module));
	double memory = text_number(ranking->memory_of(module));
	double longest = text_number(ranking->time_of(&lines->largest));
	double most = text_number(ranking->memory_of(&lines->largest));
	char text[UNITS_TEXT], *label = label_of(module);
	size_t used = 2 * (NUMBER + 1 + BAR) + 2 + 2 * depth;

	put_cell(screen, isfinite(time) ? units_ms_bare(time, text) : ABSENT_TEXT, time / longest);
	put_cell(screen, isfinite(memory) ? units_mib_bare(memory, text) : ABSENT_TEXT,
		 most > 0 ? memory / most : 0);
	if (ranking->own) {
		put_counts(screen, module);
		used += 2 * NUMBER - 1;
	}
	for (size_t i = 0; i <= depth; i++)
		screen_put(screen, SCREEN_PLAIN, "  ");
	screen_cut(screen, module->failed ? SCREEN_WARN : SCREEN_PLAIN, label ? label : "",
		   screen->width > used ? screen->width - used : 0);
	screen_line_end(screen);
	free(label);
}

static const struct result_module *by_id(const struct result_workload *workload, int64_t id)
{
	vec_foreach(module, &workload->modules)
		if (module->id == id)
			return module;
	return NULL;
}

/* The innermost of the shown ones that it was loaded within. */
static const struct result_module *shown_parent(const struct lines *lines,
						const struct result_module *module)
{
	const struct result_module *at = module;

	while (at && at->parent != RESULT_ABSENT) {
		at = by_id(lines->workload, at->parent);
		vec_foreach(shown, lines->modules)
			if (*shown == at)
				return at;
	}
	return NULL;
}

static void put_tree(const struct lines *lines, const struct result_module *parent, size_t depth)
{
	vec_foreach(module, lines->modules) {
		if (shown_parent(lines, *module) != parent)
			continue;
		put_module(lines, *module, depth);
		put_tree(lines, *module, depth + 1);
	}
}

static bool same_package(const struct result_module *left, const struct result_module *right)
{
	size_t size;

	if (left->package && right->package)
		return strcmp(left->package, right->package) == 0;
	/* what found its module loaded by its own parent has no file */
	if (!left->name || !right->name)
		return false;
	size = strcspn(left->name, ".");
	return size && size == strcspn(right->name, ".") &&
	       memcmp(left->name, right->name, size) == 0;
}

/* A link between two others of its package: "pkg", which was loaded for "pkg.part". */
static bool passes_on(const struct result_workload *workload, const struct result_module *module)
{
	if (module->parent == RESULT_ABSENT)
		return false;
	vec_foreach(child, &workload->modules)
		if (child->parent == module->id && same_package(child, module) &&
		    (double)child->total_ns >= PASSES_ON * (double)module->total_ns)
			return true;
	return false;
}

/* Of the sorted |list| those that are shown. */
static int choose(const struct result_workload *workload, const struct ranking *ranking,
		  const module_list *list, double all_ns, module_list *out)
{
	int rc = 0;

	vec_foreach(module, list) {
		if (rc || out->count == ranking->shown ||
		    (double)ranking->time_of(*module) < LEAST_SHARE * all_ns)
			break;
		if (ranking->own || !passes_on(workload, *module))
			rc = vec_push(out, *module);
	}
	return rc;
}

/* |list| becomes sorted; the largest memory need not be the first's. */
static void put_ranking(const struct result_workload *workload, const struct screen *screen,
			const struct ranking *ranking, module_list *list, double all_ns)
{
	struct lines lines = {screen, ranking, workload, NULL, {0}};
	module_list shown = {0};

	qsort_r(list->items, list->count, sizeof(list->items[0]), longest_first, (void *)ranking);
	if (choose(workload, ranking, list, all_ns, &shown) || !shown.count) {
		vec_release(&shown);
		return;
	}
	lines.modules = &shown;
	lines.largest = *shown.items[0];
	vec_foreach(module, &shown) {
		if ((*module)->self_rss_bytes > lines.largest.self_rss_bytes)
			lines.largest.self_rss_bytes = (*module)->self_rss_bytes;
		if ((*module)->total_rss_bytes > lines.largest.total_rss_bytes)
			lines.largest.total_rss_bytes = (*module)->total_rss_bytes;
	}
	put_head(screen, ranking);
	if (!ranking->own)
		put_tree(&lines, NULL, 0);
	else
		vec_foreach(module, &shown)
			put_module(&lines, *module, 0);
	vec_release(&shown);
}

static void put_heading(const struct result_workload *workload, const struct screen *screen)
{
	double busy = text_median(workload, "load_busy_ns");
	double count = text_median(workload, "modules_count");
	struct screen_flow flow = {0};
	size_t failed = 0, deferred = 0;
	char text[UNITS_TEXT];

	vec_foreach(module, &workload->modules) {
		failed += module->failed;
		deferred += module->deferred;
	}
	if (isfinite(count))
		screen_flow_add(&flow, "%s loaded", units_count(count, text));
	if (isfinite(busy))
		screen_flow_add(&flow, "%s in all", units_ms(busy, text));
	if (failed)
		screen_flow_add(&flow, "%zu failed", failed);
	if (deferred)
		screen_flow_add(&flow, "%zu after the load", deferred);
	screen_line_end(screen);
	screen_flow_print(screen, &flow, "modules   ", DOT, strlen("modules   "));
}

void text_modules(const struct result_workload *workload, const struct screen *screen)
{
	module_list list = {0};
	double all_ns = 0;

	if (!workload->modules.count)
		return;
	vec_foreach(module, &workload->modules) {
		if (vec_push(&list, module))
			break;
		all_ns += (double)(module->self_ns > 0 ? module->self_ns : 0);
	}
	put_heading(workload, screen);
	put_ranking(workload, screen, &by_self, &list, all_ns);
	put_ranking(workload, screen, &by_total, &list, all_ns);
	vec_release(&list);
}

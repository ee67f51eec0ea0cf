// SPDX-License-Identifier: BSD-2-Clause
/* report_text_lists.c - the text report's part on files, system calls and folders */
#include "report_text.h"

#include <math.h>

#define FILES_SHOWN   5
#define CALLS_SHOWN   5
#define FOLDERS_SHOWN 4

typedef VEC(const void *) pointers;

static void put_heading(const struct screen *screen, const char *title, struct screen_flow *flow)
{
	char lead[64];

	snprintf(lead, sizeof(lead), "%s   ", title);
	screen_line_end(screen);
	screen_flow_print(screen, flow, lead, DOT, strlen(lead));
}

/* "a count thing" where the metric is known. */
static void add_metric(struct screen_flow *flow, const struct result_workload *workload,
		       const char *metric, const char *what)
{
	double median = text_median(workload, metric);
	char text[UNITS_TEXT];

	if (isfinite(median))
		screen_flow_add(flow, "%s %s", text_value(TEXT_COUNT, median, text), what);
}

static void add_bytes(struct screen_flow *flow, double bytes, const char *what)
{
	char text[UNITS_TEXT];

	screen_flow_add(flow, "%s %s", units_bytes(bytes, text), what);
}

static int compare(int64_t left, int64_t right)
{
	return (left < right) - (left > right);
}

/* ---- files ---- */

static int costly_file_first(const void *a, const void *b)
{
	const struct result_file *left = *(const struct result_file *const *)a;
	const struct result_file *right = *(const struct result_file *const *)b;
	int order = compare(left->time_ns, right->time_ns);

	return order ? order : compare(left->read_bytes, right->read_bytes);
}

static void put_file(const struct result_file *file, const struct screen *screen)
{
	char *path = text_name(file->path, ABSENT_TEXT), time[UNITS_TEXT], size[UNITS_TEXT];
	double ns = text_number(file->time_ns), bytes = text_number(file->read_bytes);

	screen_right(screen, SCREEN_PLAIN, isfinite(ns) ? units_ms(ns, time) : ABSENT_TEXT, 10);
	screen_right(screen, SCREEN_PLAIN, isfinite(bytes) ? units_bytes(bytes, size) : ABSENT_TEXT,
		     10);
	screen_put(screen, SCREEN_PLAIN, file->incomplete ? "+ " : "  ");
	screen_cut(screen, SCREEN_PLAIN, path ? path : "", screen->width - 22);
	screen_line_end(screen);
	free(path);
}

static void put_files(const struct result_workload *workload, const struct screen *screen)
{
	double read = 0, storage = 0;
	struct screen_flow flow = {0};
	pointers sorted = {0};

	vec_foreach(file, &workload->files) {
		vec_push(&sorted, file);
		read += file->read_bytes > 0 ? (double)file->read_bytes : 0;
		storage += file->page_cache_bytes > 0 ? (double)file->page_cache_bytes : 0;
	}
	add_metric(&flow, workload, "files_opened_count", "opened");
	if (sorted.count) {
		add_bytes(&flow, read, "read");
		add_bytes(&flow, storage, "from storage");
		qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), costly_file_first);
	}
	put_heading(screen, "files", &flow);
	for (size_t i = 0; i < sorted.count && i < FILES_SHOWN; i++)
		put_file(sorted.items[i], screen);
	vec_release(&sorted);
}

/* ---- system calls ---- */

static int costly_call_first(const void *a, const void *b)
{
	const struct result_syscall *left = *(const struct result_syscall *const *)a;
	const struct result_syscall *right = *(const struct result_syscall *const *)b;
	int order = compare(left->time_ns, right->time_ns);

	return order ? order : compare(left->count, right->count);
}

/* The commonest error of a call. */
static const struct result_value *top_error(const struct result_syscall *call)
{
	const struct result_value *top = NULL;

	vec_foreach(error, &call->errors)
		if (!top || error->value > top->value)
			top = error;
	return top;
}

static void put_call(const struct result_syscall *call, const struct screen *screen)
{
	char *name = text_name(call->name, ABSENT_TEXT), time[UNITS_TEXT], count[UNITS_TEXT];
	const struct result_value *error = top_error(call);
	double ns = text_number(call->time_ns);
	struct buf detail = {0};

	if (call->abi && strcmp(call->abi, "native"))
		buf_printf(&detail, " (%.8s)", call->abi);
	if (call->errors_count > 0)
		buf_printf(&detail, "   %s failed", units_count((double)call->errors_count, count));
	if (call->errors_count > 0 && error)
		buf_printf(&detail, ", mostly %.24s", error->name);
	if (call->unfinished_count > 0)
		buf_printf(&detail, "   %s never returned",
			   units_count((double)call->unfinished_count, count));
	screen_right(screen, SCREEN_PLAIN, isfinite(ns) ? units_ms(ns, time) : ABSENT_TEXT, 10);
	screen_right(screen, SCREEN_PLAIN, text_value(TEXT_COUNT, text_number(call->count), count),
		     10);
	screen_put(screen, SCREEN_PLAIN, "  ");
	screen_put(screen, SCREEN_PLAIN, name ? name : "");
	screen_put(screen, SCREEN_DIM, buf_text(&detail));
	screen_line_end(screen);
	buf_release(&detail);
	free(name);
}

static void put_calls(const struct result_workload *workload, const struct screen *screen)
{
	struct screen_flow flow = {0};
	pointers sorted = {0};

	vec_foreach(call, &workload->syscalls)
		vec_push(&sorted, call);
	if (sorted.count)
		qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), costly_call_first);
	add_metric(&flow, workload, "syscalls_count", "returned");
	add_metric(&flow, workload, "syscall_errors_count", "failed");
	if (sorted.count)
		screen_flow_add(&flow, "by time, waits in them included");
	put_heading(screen, "system calls", &flow);
	for (size_t i = 0; i < sorted.count && i < CALLS_SHOWN; i++)
		put_call(sorted.items[i], screen);
	vec_release(&sorted);
}

/* ---- folders ---- */

static int searched_most_first(const void *a, const void *b)
{
	const struct result_folder *left = *(const struct result_folder *const *)a;
	const struct result_folder *right = *(const struct result_folder *const *)b;

	return compare(left->enoent_count, right->enoent_count);
}

static void put_folder(const struct result_folder *folder, const struct screen *screen)
{
	char *path = text_name(folder->path, ABSENT_TEXT), time[UNITS_TEXT], count[UNITS_TEXT];
	double ns = text_number(folder->time_ns);

	screen_right(screen, SCREEN_PLAIN, isfinite(ns) ? units_ms(ns, time) : ABSENT_TEXT, 10);
	screen_right(screen, SCREEN_PLAIN,
		     text_value(TEXT_COUNT, text_number(folder->enoent_count), count), 10);
	screen_put(screen, SCREEN_PLAIN, "  ");
	screen_cut(screen, SCREEN_PLAIN, path ? path : "", screen->width - 22);
	screen_line_end(screen);
	free(path);
}

static void put_folders(const struct result_workload *workload, const struct screen *screen)
{
	struct screen_flow flow = {0};
	pointers sorted = {0};

	vec_foreach(folder, &workload->folders)
		vec_push(&sorted, folder);
	if (!sorted.count)
		return;
	qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), searched_most_first);
	add_metric(&flow, workload, "enoent_count",
		   text_median(workload, "enoent_count") == 1
			   ? "look-up of what does not exist (ENOENT)"
			   : "look-ups of what does not exist (ENOENT)");
	put_heading(screen, "searched in vain", &flow);
	for (size_t i = 0; i < sorted.count && i < FOLDERS_SHOWN; i++)
		put_folder(sorted.items[i], screen);
	vec_release(&sorted);
}

void text_lists(const struct result_workload *workload, const struct screen *screen)
{
	put_files(workload, screen);
	put_calls(workload, screen);
	put_folders(workload, screen);
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_text_packages.c - the text report's part on packages: what each costs, what it pulls in */
#include "report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "fs.h"
#include "utf8.h"

#define SHOWN	    8
#define BAR	    5
#define WIDE	    100	  /* columns from which on there is room for all numbers */
#define LEAST_SHARE 0.005 /* of all loads: less is not shown */

typedef VEC(const struct result_package *) package_list;

/* One column of numbers. */
struct column {
	const char *head;
	size_t width;
	enum text_unit unit;
	size_t offset; /* in struct result_package */
	bool bar, wide;
};

#define FIELD(name) offsetof(struct result_package, name)
static const struct column columns[] = {
	{"total ms", 8, TEXT_MS, FIELD(total_ns), true, false},
	{"own", 7, TEXT_MS, FIELD(self_ns), false, false},
	{"MiB", 7, TEXT_MIB, FIELD(self_rss_bytes), true, false},
	{"calls", 7, TEXT_COUNT, FIELD(syscalls_count), false, false},
	{"files", 7, TEXT_COUNT, FIELD(files_opened_count), false, true},
	{"saved", 8, TEXT_MS, FIELD(saved_ns), false, false},
	{"MiB", 7, TEXT_MIB, FIELD(saved_rss_bytes), false, true},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static double number_of(const struct result_package *package, const struct column *column)
{
	return text_number(
		*(const int64_t *)(const void *)((const char *)package + column->offset));
}

static bool is_shown(const struct screen *screen, const struct column *column)
{
	return !column->wide || screen->width >= WIDE;
}

static void put_bar(const struct screen *screen, double part)
{
	struct buf bar = {0};

	if (part > 0)
		display_bar(part < 1 ? part : 1, BAR, &bar);
	screen_put(screen, SCREEN_PLAIN, " ");
	screen_put(screen, SCREEN_BAR, buf_text(&bar));
	for (size_t width = display_width(buf_text(&bar)); width < BAR; width++)
		screen_put(screen, SCREEN_PLAIN, " ");
	buf_release(&bar);
}

/* Returns how many columns of the screen are taken. */
static size_t put_head(const struct screen *screen)
{
	size_t used = 0;

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!is_shown(screen, &columns[i]))
			continue;
		screen_right(screen, SCREEN_DIM, columns[i].head, columns[i].width);
		used += columns[i].width;
		if (!columns[i].bar)
			continue;
		put_bar(screen, 0);
		used += 1 + BAR;
	}
	screen_put(screen, SCREEN_DIM, "  saved: if it were removed");
	screen_line_end(screen);
	return used;
}

/* What is behind a package's name, in the words that there is room for. */
static void add_remark(const struct result_package *package, bool brief, struct buf *label)
{
	size_t others = package->needed_by.count;
	char *other = others ? text_name(package->needed_by.items[0], "") : NULL;

	if (other && brief)
		buf_printf(label, " (for %.*s)", (int)strcspn(other, " "), other);
	else if (other && others > 1)
		buf_printf(label, " (needed by %s and %zu more)", other, others - 1);
	else if (other)
		buf_printf(label, " (needed by %s)", other);
	else if (package->pulled.count && brief)
		buf_printf(label, " (+%zu)", package->pulled.count);
	else if (package->pulled.count)
		buf_printf(label, " (alone pulls in %zu other%s)", package->pulled.count,
			   package->pulled.count == 1 ? "" : "s");
	free(other);
}

static bool is_copy(const struct result_package *left, const struct result_package *right)
{
	return left != right && left->home && right->home && left->name && right->name &&
	       strcmp(left->name, right->name) == 0 && left->version && right->version &&
	       strcmp(left->version, right->version) == 0;
}

/* The length of the folder that a path lies in. */
static size_t folder_size(const char *path)
{
	return (size_t)(fs_basename(path) - path);
}

/* Where the folders of two homes begin to differ: behind a slash. */
static size_t common_size(const char *left, const char *right)
{
	size_t both = 0, size = folder_size(left), other = folder_size(right);

	for (size_t i = 0; i < size && i < other && left[i] == right[i]; i++)
		if (left[i] == '/')
			both = i + 1;
	return both;
}

/* Of a package that is loaded from several places: which one this is. */
static void add_place(const struct result_workload *workload, const struct result_package *package,
		      struct buf *label)
{
	size_t size = package->home ? folder_size(package->home) : 0, from = size;
	bool copies = false;
	char *folder, *clean;

	vec_foreach(other, &workload->packages) {
		if (other->modules_count == RESULT_ABSENT || !is_copy(package, other))
			continue;
		copies = true;
		if (common_size(package->home, other->home) < from)
			from = common_size(package->home, other->home);
	}
	if (!copies)
		return;
	/* the other one lies deeper in the same folder */
	if (from >= size)
		from = 0;
	folder = strndup(package->home + from, size > from ? size - from - 1 : 0);
	clean = text_name(folder, "");
	buf_printf(label, " in %s%s", from ? UTF8_ELLIPSIS "/" : "", clean ? clean : "");
	free(folder);
	free(clean);
}

/* The words of a label, from the most to the fewest. */
static const struct form {
	bool version, remark, brief;
} forms[] = {
	{true, true, false},
	{true, true, true},
	{false, true, true},
	{true, false, false},
};

/* "lodash 4.17.21 (needed by typeorm 0.3.20)". To be freed. */
static char *label_of(const struct result_workload *workload, const struct result_package *package,
		      size_t width)
{
	char *name = text_name(package->name, ABSENT_TEXT),
	     *version = text_name(package->version, "");
	struct buf label = {0};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		buf_clear(&label);
		buf_puts(&label, name ? name : "");
		if (forms[i].version && version && *version)
			buf_printf(&label, " %s", version);
		add_place(workload, package, &label);
		if (forms[i].remark)
			add_remark(package, forms[i].brief, &label);
		if (display_width(buf_text(&label)) <= width)
			break;
	}
	free(name);
	free(version);
	return buf_steal(&label);
}

static void put_package(const struct screen *screen, const struct result_package *package,
			const char *label, const double largest[COLUMNS], size_t room)
{
	char text[UNITS_TEXT];

	for (size_t i = 0; i < COLUMNS; i++) {
		double value = number_of(package, &columns[i]);

		if (!is_shown(screen, &columns[i]))
			continue;
		screen_right(screen, SCREEN_PLAIN, text_value(columns[i].unit, value, text),
			     columns[i].width);
		if (columns[i].bar)
			put_bar(screen, largest[i] > 0 ? value / largest[i] : 0);
	}
	screen_put(screen, SCREEN_PLAIN, "  ");
	screen_cut(screen, SCREEN_PLAIN, label ? label : "", room);
	screen_line_end(screen);
}

/* The report has the costliest first. */
static int choose(const struct result_workload *workload, package_list *out, size_t *loaded)
{
	double all_ns = text_median(workload, "load_busy_ns");

	*loaded = 0;
	vec_foreach(package, &workload->packages) {
		if (package->modules_count == RESULT_ABSENT)
			continue;
		*loaded += package->name && package->name[0] != '(';
		if (out->count < SHOWN &&
		    !(text_number(package->total_ns) < LEAST_SHARE * all_ns) &&
		    vec_push(out, package))
			return -ENOMEM;
	}
	return 0;
}

void text_packages(const struct result_workload *workload, const struct screen *screen)
{
	double largest[COLUMNS] = {0};
	struct screen_flow flow = {0};
	package_list list = {0};
	size_t loaded, used, room;

	if (choose(workload, &list, &loaded) || !list.count) {
		vec_release(&list);
		return;
	}
	vec_foreach(package, &list)
		for (size_t i = 0; i < COLUMNS; i++)
			largest[i] = fmax(largest[i], number_of(*package, &columns[i]));
	screen_flow_add(&flow, "%zu loaded", loaded);
	screen_line_end(screen);
	screen_flow_print(screen, &flow, "packages   ", DOT, strlen("packages   "));
	used = put_head(screen);
	room = screen->width > used + 2 ? screen->width - used - 2 : 0;
	vec_foreach(package, &list) {
		char *label = label_of(workload, *package, room);

		put_package(screen, *package, label, largest, room);
		free(label);
	}
	vec_release(&list);
}

// SPDX-License-Identifier: BSD-2-Clause
/* catalog_text.c - the catalog for people to read: a line for each workload, or all of one */
#include "catalog_text.h"

#include <errno.h>
#include <string.h>

#include "buf.h"
#include "display.h"
#include "installed.h"
#include "units.h"

#define STATE_WIDTH    15 /* of the longest state */
#define VERSION_WIDTH  8
#define DISK_WIDTH     9
#define PACKAGES_WIDTH 12

static const char *state_of(const struct prepare_set *set, const struct workload *workload)
{
	bool found = false, ready = true;

	vec_foreach(item, &set->items) {
		if (item->workload != workload)
			continue;
		if (item->result == -ENOTSUP)
			return "runtime too old";
		if (!item->folder)
			return "no runtime";
		found = true;
		ready = ready && item->ready;
	}
	return found && ready ? "prepared" : "not prepared";
}

/* "20.20.2  12.4 MiB  68 packages" of the first prepared folder, in columns. */
static void add_prepared(const struct prepare_set *set, const struct user *user,
			 const struct workload *workload, struct buf *line)
{
	struct installed installed = {.bytes = -1};
	const char *version = "";
	struct buf column = {0};
	char text[UNITS_TEXT];

	vec_foreach(item, &set->items) {
		if (item->workload != workload)
			continue;
		if (item->interpreters[0]->version)
			version = item->interpreters[0]->version;
		if (item->ready && installed_read(user, item->folder, &installed) == 0)
			break;
	}
	display_left(version, VERSION_WIDTH, line);
	buf_puts(line, "  ");
	display_right(installed.bytes >= 0 ? units_bytes((double)installed.bytes, text) : "",
		      DISK_WIDTH, line);
	if (installed.packages.count)
		buf_printf(&column, "%zu packages", installed.packages.count);
	buf_puts(line, "  ");
	display_right(buf_text(&column), PACKAGES_WIDTH, line);
	buf_puts(line, "  ");
	installed_release(&installed);
	buf_release(&column);
}

void catalog_text_list(const catalog_selection *selection, const struct prepare_set *set,
		       const struct user *user, FILE *out)
{
	struct buf line = {0};
	size_t width = 0;

	vec_foreach(workload, selection)
		if (display_width((*workload)->name) > width)
			width = display_width((*workload)->name);
	vec_foreach(workload, selection) {
		buf_clear(&line);
		if (set) {
			display_left((*workload)->name, width, &line);
			buf_puts(&line, "  ");
			display_left(state_of(set, *workload), STATE_WIDTH, &line);
			buf_puts(&line, "  ");
			add_prepared(set, user, *workload, &line);
			display_escape((*workload)->summary, &line);
		} else {
			buf_puts(&line, (*workload)->name);
		}
		fprintf(out, "%s\n", buf_text(&line));
	}
	buf_release(&line);
}

static void print_field(const char *key, const char *value, FILE *out)
{
	struct buf text = {0};

	if (value && value[0] && display_escape(value, &text) == 0)
		fprintf(out, "  %-9s %s\n", key, buf_text(&text));
	buf_release(&text);
}

static void print_texts(const char *key, const workload_texts *texts, FILE *out)
{
	struct buf text = {0};

	vec_foreach(item, texts)
		buf_printf(&text, "%s%s", text.size ? " " : "", *item);
	print_field(key, buf_text(&text), out);
	buf_release(&text);
}

static void print_ready(const struct workload *workload, FILE *out)
{
	struct buf text = {0};

	buf_puts(&text, workload->ready ? workload->ready : "found out");
	if (workload->ready_status)
		buf_printf(&text, " -> %u", workload->ready_status);
	print_field("ready", buf_text(&text), out);
	buf_release(&text);
}

static void print_requests(const struct workload *workload, FILE *out)
{
	struct buf text = {0};

	vec_foreach(request, &workload->requests) {
		buf_clear(&text);
		buf_printf(&text, "%u x %s %s", request->repeat, request->method, request->path);
		if (request->status)
			buf_printf(&text, " -> %u", request->status);
		print_field(request == workload->requests.items ? "requests" : "", buf_text(&text),
			    out);
	}
	buf_release(&text);
}

static void print_locks(const struct workload *workload, FILE *out)
{
	struct buf text = {0};

	vec_foreach(runtime, &workload->runtimes)
		if (runtime->lock)
			buf_printf(&text, "%s%s", text.size ? " " : "", runtime->lock);
	print_field("lock", text.size ? buf_text(&text) : "none: no dependencies", out);
	buf_release(&text);
}

/* "12.4 MiB, 1,203 files, 68 packages", then the packages with their versions. */
static void print_installed(const struct user *user, const char *folder, FILE *out)
{
	struct installed installed = {0};
	char size[UNITS_TEXT], files[UNITS_TEXT];
	struct buf text = {0};

	if (installed_read(user, folder, &installed))
		return;
	if (installed.bytes >= 0)
		buf_printf(&text, "%s, %s files, %zu packages",
			   units_bytes((double)installed.bytes, size),
			   units_count((double)installed.files_count, files),
			   installed.packages.count);
	print_field("size", buf_text(&text), out);
	vec_foreach(package, &installed.packages) {
		buf_clear(&text);
		buf_printf(&text, "%s %s", package->name, package->version);
		print_field(package == installed.packages.items ? "packages" : "", buf_text(&text),
			    out);
	}
	installed_release(&installed);
	buf_release(&text);
}

static void print_prepared(const struct workload *workload, const struct prepare_set *set,
			   const struct user *user, FILE *out)
{
	struct buf text = {0};

	vec_foreach(item, &set->items) {
		if (item->workload != workload)
			continue;
		for (size_t i = 0; i < workload->runtimes.count; i++) {
			const struct interpreter *runtime = item->interpreters[i];

			buf_clear(&text);
			buf_printf(&text, "%s %s  %s", runtime->runtime,
				   runtime->version ? runtime->version : "",
				   runtime->path ? runtime->path : "not found");
			print_field("runtime", buf_text(&text), out);
		}
		print_field("prepared",
			    item->ready	   ? item->folder
			    : item->folder ? "not yet"
					   : "not possible",
			    out);
		if (item->ready)
			print_installed(user, item->folder, out);
	}
	buf_release(&text);
}

void catalog_text_show(const struct workload *workload, const struct prepare_set *set,
		       const struct user *user, FILE *out)
{
	struct buf needs = {0};

	if (workload->min_version)
		buf_printf(&needs, "%s %s or newer", workload->runtime, workload->min_version);
	fprintf(out, "%s\n", workload->name);
	print_field("summary", workload->summary, out);
	print_texts("command", &workload->command, out);
	print_field("entry", workload->entry, out);
	print_ready(workload, out);
	print_requests(workload, out);
	print_locks(workload, out);
	print_field("needs", buf_text(&needs), out);
	print_field("contract", workload->contract, out);
	print_texts("services", &workload->services, out);
	print_texts("tags", &workload->tags, out);
	print_field("folder", workload->folder, out);
	print_prepared(workload, set, user, out);
	buf_release(&needs);
}

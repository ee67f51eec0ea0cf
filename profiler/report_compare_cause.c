// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_cause.c - one cause of a change in words, with what its author can do */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "display.h"
#include "fs.h"
#include "report_compare.h"

#define ARROW " \xe2\x86\x92 "

static bool is_kind(const struct comparison_cause *cause, const char *kind)
{
	return strcmp(cause->kind, kind) == 0;
}

static bool is_change(const struct comparison_cause *cause, const char *change)
{
	return cause->change && strcmp(cause->change, change) == 0;
}

static int64_t known(int64_t value)
{
	return value == RESULT_ABSENT ? 0 : value;
}

bool compare_cause_has_versions(const struct comparison_cause *cause)
{
	return is_kind(cause, "package") && cause->base_version && cause->new_version &&
	       strcmp(cause->base_version, cause->new_version) != 0;
}

/* ---- what it is ---- */

/* Texts with %s for the name and for the versions. */
static const struct {
	const char *kind, *change, *text;
} cause_texts[] = {
	{"package", "added", "new package %s"},
	{"package", "removed", "package %s is gone"},
	{"package", "changed", "package %s"},
	{"package", "more", "more files of package %s"},
	{"package", "less", "fewer files of package %s"},
	{"module", "added", "new module %s"},
	{"module", "removed", "module %s is gone"},
	{"module", "more", "does more: %s"},
	{"module", "less", "does less: %s"},
	{"file", "added", "new file %s"},
	{"file", "removed", "no longer opened: %s"},
	{"file", "changed", "changed file %s"},
	{"folder", "added", "searched in vain: %s"},
	{"folder", "removed", "no longer searched in vain: %s"},
	{"folder", "more", "searched in vain more often: %s"},
	{"folder", "less", "searched in vain less often: %s"},
	{"phase", NULL, "phase %s"},
	{"memory", NULL, "private memory: %s"},
	{"syscall", "added", "new system call %s"},
	{"syscall", NULL, "system call %s"},
};

static const char *cause_text(const struct comparison_cause *cause)
{
	/* where its time changed, and not only what it did */
	if (is_kind(cause, "module") && known(cause->time_ns) && is_change(cause, "more"))
		return "longer: %s";
	if (is_kind(cause, "module") && known(cause->time_ns) && is_change(cause, "less"))
		return "shorter: %s";
	for (size_t i = 0; i < sizeof(cause_texts) / sizeof(cause_texts[0]); i++)
		if (is_kind(cause, cause_texts[i].kind) &&
		    (!cause_texts[i].change || strcmp(cause_texts[i].change, cause->change) == 0))
			return cause_texts[i].text;
	return "%s";
}

static void put_versions(const struct comparison_cause *cause, struct buf *out)
{
	const char *base = cause->base_version, *new = cause->new_version;

	if (base && new &&strcmp(base, new) != 0) {
		buf_puts(out, " ");
		display_escape(base, out);
		buf_puts(out, ARROW);
		display_escape(new, out);
	} else if (base || new) {
		buf_puts(out, " ");
		display_escape(new ? new : base, out);
	}
}

char *compare_words_cause(const struct comparison_cause *cause)
{
	const char *text = cause_text(cause), *at = strstr(text, "%s");
	struct buf out = {0};

	buf_add(&out, text, (size_t)(at - text));
	display_escape(cause->name, &out);
	put_versions(cause, &out);
	buf_puts(&out, at + 2);
	if (cause->note) {
		buf_puts(&out, ", ");
		display_escape(cause->note, &out);
	}
	return buf_steal(&out);
}

static void put_count(int64_t count, const char *one, const char *several, struct buf *out)
{
	char text[UNITS_TEXT];

	if (!known(count))
		return;
	buf_printf(out, "%s%s %s", out->size ? ", " : "", compare_words_count((double)count, text),
		   count == 1 || count == -1 ? one : several);
}

char *compare_words_counts(const struct comparison_cause *cause)
{
	struct buf out = {0};

	put_count(cause->files_count, "file", "files", &out);
	put_count(cause->enoent_count, "ENOENT", "ENOENT", &out);
	put_count(cause->syscalls_count, "call", "calls", &out);
	return out.size ? buf_steal(&out) : strdup("");
}

char *compare_words_costs(const struct comparison_cause *cause)
{
	char time[UNITS_TEXT], size[UNITS_TEXT], *counts = compare_words_counts(cause);
	const char *const parts[] = {compare_words_time(cause->time_ns, time),
				     compare_words_size(cause->size_bytes, size),
				     counts ? counts : ""};
	struct buf out = {0};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (*parts[i])
			buf_printf(&out, "%s%s", out.size ? ", " : "", parts[i]);
	free(counts);
	return out.size ? buf_steal(&out) : strdup("");
}

/* ---- what to do ---- */

enum runtime { OTHER, PYTHON, NODE };

static enum runtime runtime_of(const struct comparison_workload *workload)
{
	if (!workload->runtime)
		return OTHER;
	return strcmp(workload->runtime, "python") == 0 ? PYTHON
	       : strcmp(workload->runtime, "node") == 0 ? NODE
							: OTHER;
}

/* What is installed, and not written by who makes the change. */
static bool is_own(const char *path)
{
	static const char *const foreign[] = {"/node_modules/", "-packages/", "/lib/python"};

	if (!path || (*path != '/' && *path != '.'))
		return false; /* built in, or not known */
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strstr(path, foreign[i]))
			return false;
	return true;
}

static bool has_other_versions(const struct comparison_workload *workload)
{
	vec_foreach(cause, &workload->causes)
		if (compare_cause_has_versions(cause))
			return true;
	return false;
}

static void advise_version(const struct comparison_cause *cause, enum runtime runtime,
			   struct buf *out)
{
	static const char *const forms[] = {
		[OTHER] = "keep %s %s", [PYTHON] = "pin %s==%s", [NODE] = "pin %s@%s"};
	struct buf name = {0}, version = {0};

	display_escape(cause->name, &name);
	display_escape(cause->base_version, &version);
	buf_printf(out, forms[runtime], buf_text(&name), buf_text(&version));
	buf_puts(out, " if the other version is not meant");
	buf_release(&name);
	buf_release(&version);
}

/* A module that a package pulls in comes with that package, whose line says what to do. */
static const char *advise_added(const struct comparison_workload *workload,
				const struct comparison_cause *cause)
{
	static const char *const forms[] = {[OTHER] = "load it where it is used",
					    [PYTHON] = "import it in the function that uses it",
					    [NODE] = "require() it where it is used"};
	const char *importer = cause->imports.count ? cause->imports.items[0].file : NULL;

	if (importer && !is_own(importer) && has_other_versions(workload))
		return NULL;
	return forms[runtime_of(workload)];
}

static const char *advise_more(const struct comparison_cause *cause)
{
	const char *file = cause->imports.count ? cause->imports.items[0].module_file : NULL;

	if (!is_own(file))
		return NULL;
	if (known(cause->time_ns) > 0)
		return "do that work at its first use or after listen(), or cache it";
	if (known(cause->size_bytes) > 0)
		return "load what it keeps at its first use";
	if (known(cause->files_count) > 0)
		return "read files at their first use";
	return NULL;
}

static const char *advise_search(enum runtime runtime)
{
	return runtime == PYTHON ? "take folders off sys.path that have nothing, or put them last"
	       : runtime == NODE ? "name files with their extension, or bundle"
				 : "name files by their full path";
}

/* What a module is made of comes with it. */
static bool is_code(const char *path)
{
	static const char *const extensions[] = {".py",	 ".pyc", ".so", ".js",
						 ".cjs", ".mjs", ".ts", ".node"};

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(fs_extension(path), extensions[i]) == 0)
			return true;
	return false;
}

char *compare_words_advice(const struct comparison_workload *workload,
			   const struct comparison_cause *cause)
{
	bool added = is_change(cause, "added"), more = added || is_change(cause, "more");
	const char *text = NULL;
	struct buf out = {0};

	if (compare_cause_has_versions(cause)) {
		advise_version(cause, runtime_of(workload), &out);
		return buf_steal(&out);
	}
	if (added && (is_kind(cause, "package") || is_kind(cause, "module")))
		text = advise_added(workload, cause);
	else if (more && is_kind(cause, "module"))
		text = advise_more(cause);
	else if (more && !added && is_kind(cause, "folder"))
		text = advise_search(runtime_of(workload));
	else if (added && is_kind(cause, "file") && !is_code(cause->name))
		text = "read it at its first use";
	if (text)
		buf_printf(&out, "%s%s", text,
			   added && is_kind(cause, "package") ? ", or take a smaller one" : "");
	return out.size ? buf_steal(&out) : NULL;
}

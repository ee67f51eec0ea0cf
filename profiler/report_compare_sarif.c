// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_sarif.c - what made starts worse as SARIF: where code-review tools show it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "fs.h"
#include "import_line.h"
#include "report_compare.h"
#include "utf8.h"

#define SOURCE_BYTES ((size_t)4 << 20) /* of a file that is looked into for a line */

/* The rules, in the order of their indices. */
enum rule { REGRESSION, ADDED_IMPORT, LONGER_IMPORT, RULES };

static const struct {
	const char *id, *summary, *help;
} rules[RULES] = {
	{"cold-start/regression", "The program's start became worse, beyond noise.",
	 "coldprof compare says which metrics, and by what. If the change is meant, raise the "
	 "threshold of the metric in the policy."},
	{"cold-start/added-import", "A module is loaded at the start that was not before.",
	 "Load it where it is first used, or take a smaller one."},
	{"cold-start/longer-import", "Loading a module takes longer or more than before.",
	 "Look at what it does while it loads: move that to its first use."},
};

/* The document while it is made. An error stays: the caller looks at the end. */
struct sarif {
	cJSON *results;
	const struct comparison_workload *workload;
	char *here; /* the working folder, without a closing slash but for "/" */
	int rc;
};

/* ---- JSON ---- */

static cJSON *add_object(struct sarif *sarif, cJSON *to, const char *key)
{
	cJSON *item = cJSON_CreateObject();
	bool added = item && (cJSON_IsArray(to) ? cJSON_AddItemToArray(to, item)
						: cJSON_AddItemToObject(to, key, item));

	if (!added) {
		cJSON_Delete(item);
		sarif->rc = -ENOMEM;
		return NULL;
	}
	return item;
}

static cJSON *add_array(struct sarif *sarif, cJSON *to, const char *key)
{
	cJSON *item = cJSON_AddArrayToObject(to, key);

	if (!item)
		sarif->rc = -ENOMEM;
	return item;
}

static void add_text(struct sarif *sarif, cJSON *to, const char *key, const char *text)
{
	struct buf clean = {0};

	if (utf8_clean(text ? text : "", &clean) ||
	    !cJSON_AddStringToObject(to, key, buf_text(&clean)))
		sarif->rc = -ENOMEM;
	buf_release(&clean);
}

static void add_number(struct sarif *sarif, cJSON *to, const char *key, size_t value)
{
	if (!cJSON_AddNumberToObject(to, key, (double)value))
		sarif->rc = -ENOMEM;
}

/* ---- places in the source ---- */

struct place {
	const char *path; /* relative to the working folder, or absolute; NULL: none */
	size_t line;
};

/* The part of |path| below the working folder; NULL where it is not there. */
static const char *below_here(const struct sarif *sarif, const char *path)
{
	size_t size = strlen(sarif->here);

	if (*path != '/')
		return strncmp(path, "../", 3) == 0 ? NULL : path;
	if (strcmp(sarif->here, "/") == 0)
		return path + 1;
	return strncmp(path, sarif->here, size) == 0 && path[size] == '/' ? path + size + 1 : NULL;
}

/* What the authors of the change can edit: below the working folder, and no package's. */
static const char *own_source(const struct sarif *sarif, const char *path)
{
	static const char *const foreign[] = {"node_modules/", "site-packages/", "dist-packages/"};
	const char *own = path ? below_here(sarif, path) : NULL;

	for (size_t i = 0; own && i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strstr(own, foreign[i]))
			own = NULL;
	return own;
}

/* The file that the command line names as the program; NULL: it names a module, or a binary. */
static const char *entry_of(const struct sarif *sarif)
{
	static const char *const endings[] = {".py", ".js", ".mjs", ".cjs", ".ts"};

	vec_foreach(word, &sarif->workload->command)
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
			if (strcmp(fs_extension(*word), endings[i]) == 0)
				return own_source(sarif, *word);
	return NULL;
}

/* 0 where the file can't be read, or has no such line. */
static size_t line_in(const char *path, const struct comparison_import *step)
{
	struct import_line import = {step->file ? step->file : path, step->module,
				     step->module_file};
	struct buf text = {0};
	size_t line = 0;

	if (step->module && fs_read_regular(path, SOURCE_BYTES, &text) == 0)
		line = import_line_find(buf_text(&text), &import);
	buf_release(&text);
	return line;
}

/* The nearest import that the authors of the change have written. */
static struct place place_of_import(const struct sarif *sarif, const struct comparison_cause *cause)
{
	vec_foreach(step, &cause->imports) {
		const char *path = own_source(sarif, step->file);
		size_t line;

		if (path) {
			line = line_in(path, step);
			return (struct place){path, line ? line : 1};
		}
		/* what nobody imports may be the runtime's own: only a line shows that it is not */
		path = step->file ? NULL : entry_of(sarif);
		line = path ? line_in(path, step) : 0;
		if (line)
			return (struct place){path, line};
	}
	return (struct place){NULL, 0};
}

static struct place place_of(const struct sarif *sarif, const struct comparison_cause *cause,
			     enum rule rule)
{
	const char *file = cause->imports.count ? cause->imports.items[0].module_file : NULL;
	const char *own = own_source(sarif, file);
	struct place place = {own, 1};

	if (rule == LONGER_IMPORT && own)
		return place;
	place = place_of_import(sarif, cause);
	if (place.path || !file)
		return place;
	return (struct place){own ? own : file, 1};
}

static void put_uri(const char *path, struct buf *out)
{
	if (*path == '/')
		buf_puts(out, "file://");
	for (; *path; path++)
		if (strchr("/-._~", *path) || (*path >= '0' && *path <= '9') ||
		    (*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z'))
			buf_add(out, path, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*path);
}

static void add_place(struct sarif *sarif, cJSON *result, const struct place *place)
{
	cJSON *locations = add_array(sarif, result, "locations");
	cJSON *location = add_object(sarif, locations, NULL);
	cJSON *physical = add_object(sarif, location, "physicalLocation");
	cJSON *artifact = add_object(sarif, physical, "artifactLocation");
	cJSON *region = add_object(sarif, physical, "region");
	struct buf uri = {0};

	put_uri(place->path, &uri);
	add_text(sarif, artifact, "uri", buf_text(&uri));
	if (*place->path != '/')
		add_text(sarif, artifact, "uriBaseId", "%SRCROOT%");
	add_number(sarif, region, "startLine", place->line);
	buf_release(&uri);
}

/* ---- results ---- */

static cJSON *add_result(struct sarif *sarif, enum rule rule, const char *level,
			 const char *message)
{
	cJSON *result = add_object(sarif, sarif->results, NULL), *text;

	add_text(sarif, result, "ruleId", rules[rule].id);
	add_number(sarif, result, "ruleIndex", rule);
	add_text(sarif, result, "level", level);
	text = add_object(sarif, result, "message");
	add_text(sarif, text, "text", message);
	return result;
}

/* What stays the same when lines move: so that a finding that was seen before is known again. */
static void add_fingerprint(struct sarif *sarif, cJSON *result, enum rule rule, const char *name)
{
	cJSON *prints = add_object(sarif, result, "partialFingerprints");
	struct buf text = {0};

	if (buf_printf(&text, "%s %s %s", sarif->workload->name, rules[rule].id, name))
		sarif->rc = -ENOMEM;
	add_text(sarif, prints, "coldprofFinding/v1", buf_text(&text));
	buf_release(&text);
}

/* "total 412 -> 451 ms (+9.4 %); private ...; and 9 more metrics" */
static void put_metrics(const struct comparison_workload *workload, struct buf *out)
{
	const struct comparison_metric *first[COMPARE_HEADLINE];
	size_t shown = compare_headline(workload, first), regressed = 0;

	vec_foreach(metric, &workload->metrics)
		regressed += comparison_verdict(metric->verdict) == COMPARISON_REGRESSED;
	for (size_t i = 0; regressed && i < shown; i++) {
		char label[COMPARE_WORD], values[COMPARE_WORD], shift[COMPARE_WORD];

		buf_printf(out, "%s %s %s (%s)", i ? ";" : "",
			   compare_words_metric(first[i]->name, label),
			   compare_words_values(first[i], values),
			   compare_words_shift(first[i], shift));
	}
	if (regressed > shown)
		buf_printf(out, "; and %zu more metric%s", regressed - shown,
			   regressed == shown + 1 ? "" : "s");
	if (workload->reason)
		buf_printf(out, " %s", workload->reason);
}

static struct place place_of_workload(const struct sarif *sarif)
{
	struct place place = {entry_of(sarif), 1};

	for (size_t i = 0; !place.path && i < sarif->workload->causes.count; i++)
		if (sarif->workload->causes.items[i].imports.count)
			place = place_of(sarif, &sarif->workload->causes.items[i], ADDED_IMPORT);
	return place;
}

static void add_regression(struct sarif *sarif)
{
	struct place place = place_of_workload(sarif);
	struct buf message = {0};
	cJSON *result;

	buf_printf(&message, "%s: regressed:", sarif->workload->name);
	put_metrics(sarif->workload, &message);
	result = add_result(sarif, REGRESSION, "error", buf_text(&message));
	if (place.path)
		add_place(sarif, result, &place);
	add_fingerprint(sarif, result, REGRESSION, "");
	buf_release(&message);
}

/* "app: new package axios 1.9, pulled in by src/storage.js (+31 ms, +8.8 MiB): load it ..." */
static void put_cause(const struct sarif *sarif, const struct comparison_cause *cause,
		      struct buf *out)
{
	char *words = compare_words_cause(cause), *costs = compare_words_costs(cause);
	char *advice = compare_words_advice(sarif->workload, cause);

	buf_printf(out, "%s: %s", sarif->workload->name, words ? words : cause->name);
	if (costs && *costs)
		buf_printf(out, " (%s)", costs);
	if (advice)
		buf_printf(out, ": %s", advice);
	free(words);
	free(costs);
	free(advice);
}

static void add_cause(struct sarif *sarif, const struct comparison_cause *cause, const char *level)
{
	enum rule rule = strcmp(cause->change, "added") == 0 ? ADDED_IMPORT : LONGER_IMPORT;
	struct place place = place_of(sarif, cause, rule);
	struct buf message = {0};
	cJSON *result;

	put_cause(sarif, cause, &message);
	result = add_result(sarif, rule, level, buf_text(&message));
	if (place.path)
		add_place(sarif, result, &place);
	add_fingerprint(sarif, result, rule, cause->name);
	buf_release(&message);
}

static bool is_worse(const struct comparison_cause *cause)
{
	return cause->imports.count &&
	       (strcmp(cause->change, "added") == 0 || strcmp(cause->change, "more") == 0);
}

static void add_workload(struct sarif *sarif, const struct comparison_workload *workload)
{
	bool regressed = comparison_verdict(workload->verdict) == COMPARISON_REGRESSED;
	compare_causes chosen = {0};

	sarif->workload = workload;
	if (regressed)
		add_regression(sarif);
	if (!regressed && !compare_is_changed(workload))
		return;
	if (compare_causes_choose(workload, false, &chosen))
		sarif->rc = -ENOMEM;
	vec_foreach(cause, &chosen)
		if (is_worse(*cause))
			add_cause(sarif, *cause, regressed ? "warning" : "note");
	vec_release(&chosen);
}

/* ---- the document ---- */

static void add_rules(struct sarif *sarif, cJSON *driver)
{
	cJSON *list = add_array(sarif, driver, "rules");

	for (size_t i = 0; i < RULES; i++) {
		cJSON *rule = add_object(sarif, list, NULL), *text;

		add_text(sarif, rule, "id", rules[i].id);
		text = add_object(sarif, rule, "shortDescription");
		add_text(sarif, text, "text", rules[i].summary);
		text = add_object(sarif, rule, "help");
		add_text(sarif, text, "text", rules[i].help);
	}
}

static void add_all(struct sarif *sarif, const struct comparison *comparison, cJSON *document)
{
	cJSON *runs, *run, *tool, *driver;

	add_text(sarif, document, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	add_text(sarif, document, "version", "2.1.0");
	runs = add_array(sarif, document, "runs");
	run = add_object(sarif, runs, NULL);
	tool = add_object(sarif, run, "tool");
	driver = add_object(sarif, tool, "driver");
	add_text(sarif, driver, "name", "coldprof");
	add_text(sarif, driver, "version", COLDPROF_VERSION);
	add_rules(sarif, driver);
	add_text(sarif, run, "columnKind", "unicodeCodePoints");
	sarif->results = add_array(sarif, run, "results");
	vec_foreach(workload, &comparison->workloads)
		add_workload(sarif, workload);
}

static int print(const cJSON *document, FILE *out)
{
	char *text = cJSON_Print(document);
	bool written = text && fputs(text, out) != EOF && fputc('\n', out) != EOF;

	cJSON_free(text);
	return !text ? -ENOMEM : written ? 0 : -EIO;
}

int report_compare_sarif(const struct comparison *comparison, FILE *out,
			 const struct report_compare_options *options)
{
	struct sarif sarif = {.here = getcwd(NULL, 0)};
	cJSON *document = cJSON_CreateObject();

	(void)options;
	if (!sarif.here || !document)
		sarif.rc = sarif.here ? -ENOMEM : -errno;
	else
		add_all(&sarif, comparison, document);
	if (!sarif.rc)
		sarif.rc = print(document, out);
	cJSON_Delete(document);
	free(sarif.here);
	return sarif.rc;
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_junit.c - a comparison as JUnit XML: a suite for a workload, a case for a metric
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "report_compare.h"
#include "utf8.h"

#define REASONS 3 /* that a failure names */

/* Characters that XML has no form for become U+FFFD. */
static void put_xml(const char *text, FILE *out)
{
	struct buf clean = {0};

	utf8_clean(text ? text : "", &clean);
	for (const char *c = buf_text(&clean); *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\t':
		case '\n':
		case '\r':
			fprintf(out, "&#%d;", *c);
			break;
		default:
			if ((unsigned char)*c < 0x20) {
				fputs(UTF8_REPLACEMENT, out);
			} else if (!strncmp(c, "\xef\xbf\xbe", 3) ||
				   !strncmp(c, "\xef\xbf\xbf", 3)) {
				fputs(UTF8_REPLACEMENT, out);
				c += 2;
			} else {
				fputc(*c, out);
			}
		}
	}
	buf_release(&clean);
}

static enum comparison_verdict verdict_of(const struct comparison_metric *metric)
{
	return comparison_verdict(metric->verdict);
}

/* What a case is to a CI system. */
enum outcome { PASSED, FAILED, SKIPPED };

static enum outcome outcome_of(enum comparison_verdict verdict, bool strict)
{
	if (verdict == COMPARISON_REGRESSED)
		return FAILED;
	if (verdict == COMPARISON_CANT_TELL)
		return strict ? FAILED : SKIPPED;
	return verdict == COMPARISON_NOT_GATED ? SKIPPED : PASSED;
}

/* |reasons| are of a failure; NULL: none. */
static void put_outcome(enum outcome outcome, const char *message, const char *reasons, FILE *out)
{
	if (outcome == PASSED) {
		fputs("/>\n", out);
		return;
	}
	fputs(outcome == FAILED ? "><failure message=\"" : "><skipped message=\"", out);
	put_xml(message, out);
	if (outcome == FAILED && reasons && *reasons) {
		fputs("\">", out);
		put_xml(reasons, out);
		fputs("</failure></testcase>\n", out);
	} else {
		fputs("\"/></testcase>\n", out);
	}
}

/* "because\n+31 ms: new package axios 1.9: load it where it is used\n"; to be freed, NULL: none. */
static char *reasons_of(const struct comparison_workload *workload)
{
	compare_causes chosen = {0};
	struct buf out = {0};

	compare_causes_choose(workload, false, &chosen);
	for (size_t i = 0; i < chosen.count && i < REASONS; i++) {
		char *words = compare_words_cause(chosen.items[i]);
		char *costs = compare_words_costs(chosen.items[i]);
		char *advice = compare_words_advice(workload, chosen.items[i]);

		buf_printf(&out, "%s%s%s%s%s%s\n", i ? "" : "because\n", costs ? costs : "",
			   costs && *costs ? ": " : "", words ? words : "", advice ? ": " : "",
			   advice ? advice : "");
		free(words);
		free(costs);
		free(advice);
	}
	vec_release(&chosen);
	return out.size ? buf_steal(&out) : NULL;
}

static void put_metric(const struct comparison_workload *workload,
		       const struct comparison_metric *metric, bool strict, const char *reasons,
		       FILE *out)
{
	char values[COMPARE_WORD], shift[COMPARE_WORD], interval[COMPARE_WORD];
	char message[4 * COMPARE_WORD];

	compare_words_shift(metric, shift);
	compare_words_interval(metric, interval);
	snprintf(message, sizeof(message), "%s: %s%s%s%s%s%s%s",
		 compare_words_verdict(metric->verdict), compare_words_values(metric, values),
		 *shift ? ", " : "", shift, *interval ? " " : "", interval,
		 metric->reason ? ": " : "", metric->reason ? metric->reason : "");
	fputs("    <testcase classname=\"", out);
	put_xml(workload->name, out);
	fputs("\" name=\"", out);
	put_xml(metric->name, out);
	fputs("\"", out);
	put_outcome(outcome_of(verdict_of(metric), strict), message, reasons, out);
}

static void count(const struct comparison_workload *workload, bool strict,
		  size_t counts[SKIPPED + 1])
{
	vec_foreach(metric, &workload->metrics)
		counts[outcome_of(verdict_of(metric), strict)]++;
	if (!workload->metrics.count)
		counts[outcome_of(comparison_verdict(workload->verdict), strict)]++;
}

static void put_counts(const size_t counts[SKIPPED + 1], FILE *out)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\"",
		counts[PASSED] + counts[FAILED] + counts[SKIPPED], counts[FAILED]);
}

static void put_workload(const struct comparison_workload *workload, bool strict, FILE *out)
{
	size_t counts[SKIPPED + 1] = {0};
	char *reasons = reasons_of(workload);

	count(workload, strict, counts);
	fputs("  <testsuite name=\"", out);
	put_xml(workload->name, out);
	fputs("\"", out);
	put_counts(counts, out);
	fprintf(out, " skipped=\"%zu\">\n",
		counts[SKIPPED]); /* which all suites together can't have */
	vec_foreach(metric, &workload->metrics)
		put_metric(workload, metric, strict, reasons, out);
	free(reasons);
	if (!workload->metrics.count) {
		fputs("    <testcase classname=\"", out);
		put_xml(workload->name, out);
		fputs("\" name=\"starts\"", out);
		put_outcome(outcome_of(comparison_verdict(workload->verdict), strict),
			    workload->reason, NULL, out);
	}
	fputs("  </testsuite>\n", out);
}

int report_compare_junit(const struct comparison *comparison, FILE *out,
			 const struct report_compare_options *options)
{
	size_t counts[SKIPPED + 1] = {0};

	(void)options;
	vec_foreach(workload, &comparison->workloads)
		count(workload, comparison->strict, counts);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"coldprof compare\"",
	      out);
	put_counts(counts, out);
	fputs(">\n", out);
	vec_foreach(workload, &comparison->workloads)
		put_workload(workload, comparison->strict, out);
	fputs("</testsuites>\n", out);
	return ferror(out) ? -EIO : 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* report_compare.c - the formats that a comparison can be written in */
#include "report_compare.h"

#include <errno.h>
#include <string.h>

#include "err.h"

const struct report_compare_format report_compare_formats[] = {
	{"text", "verdicts and their reasons, for a terminal or a log", report_compare_text},
	{"markdown", "the same for a pull request's comment, less than 64 KiB",
	 report_compare_markdown},
	{"json", "all of it, as reports/schema/compare.schema.json says", report_compare_json},
	{"junit", "a test case for each metric, as JUnit XML", report_compare_junit},
	{"sarif", "imports that made it worse, by file and line, as SARIF 2.1.0",
	 report_compare_sarif},
};
const size_t report_compare_formats_count =
	sizeof(report_compare_formats) / sizeof(report_compare_formats[0]);

const struct report_compare_format *report_compare_format_find(const char *name)
{
	for (size_t i = 0; i < report_compare_formats_count; i++)
		if (strcmp(report_compare_formats[i].name, name) == 0)
			return &report_compare_formats[i];
	return NULL;
}

int report_compare_write(const struct comparison *comparison,
			 const struct report_compare_format *format,
			 const struct report_compare_options *options,
			 const struct report_target *target)
{
	struct buf text = {0};
	FILE *stream = open_memstream(&text.data, &text.size);
	int rc;

	if (!stream)
		return err_code(errno, "cannot write the comparison");
	rc = format->write(comparison, stream, options);
	if (ferror(stream) && !rc)
		rc = -ENOMEM;
	if (fclose(stream) && !rc)
		rc = -errno;
	rc = rc ? err_code(rc, "cannot write the comparison") : report_write_text(&text, target);
	buf_release(&text);
	return rc;
}

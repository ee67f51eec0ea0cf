// SPDX-License-Identifier: BSD-2-Clause
/* report_json.c - a report as JSON: the form that is stored, and read again */
#include <errno.h>

#include "err.h"
#include "jsonx.h"
#include "report.h"

#define REPORT_BYTES (512u << 20) /* no report is that big; cJSON needs ten times as much */

int report_json(const struct result *result, FILE *out, const struct report_options *options)
{
	cJSON *document = NULL;
	char *text;
	int rc = shape_write(&result_shape, result, &document);

	(void)options;
	if (rc)
		return rc;
	text = cJSON_Print(document);
	cJSON_Delete(document);
	if (!text)
		return -ENOMEM;
	if (fputs(text, out) == EOF || fputc('\n', out) == EOF)
		rc = -EIO;
	cJSON_free(text);
	return rc;
}

static int check_schema(const struct jsonx *root)
{
	struct jsonx place = {.parent = root, .key = "schema", .file = root->file};
	uint64_t schema;
	int rc = jsonx_get_u64(root, "schema", JSONX_REQUIRED, &schema);

	if (rc)
		return rc;
	if (schema < 1)
		return jsonx_error(&place, "must be 1 or more");
	if (schema > RESULT_SCHEMA)
		return jsonx_error(&place,
				   "version %llu is newer than this coldprof, which reads up to %d",
				   (unsigned long long)schema, RESULT_SCHEMA);
	return 0;
}

/* What renderers take for granted. */
static int check_result(const struct result *result, const char *file)
{
	for (size_t i = 0; i < result->workloads.count; i++) {
		const struct result_workload *workload = &result->workloads.items[i];
		int64_t median = workload->median_sample;

		if (median == RESULT_ABSENT ||
		    (median >= 0 && median < (int64_t)workload->samples.count))
			continue;
		err_print("%s: workloads[%zu].median_sample: there is no such sample", file, i);
		return -EINVAL;
	}
	return 0;
}

int report_read(const char *path, struct result *out)
{
	bool standard = strcmp(path, "-") == 0;
	const char *file = standard ? "standard input" : path;
	cJSON *document = NULL;
	struct result result;
	struct jsonx root;
	int rc = jsonx_load(standard ? "/dev/stdin" : path, REPORT_BYTES, &document);

	if (rc)
		return rc;
	root = jsonx_root(file, document);
	rc = check_schema(&root);
	if (!rc)
		rc = shape_read(&result_shape, &root, &result);
	if (rc == -ENOMEM)
		err_code(rc, "cannot read '%s'", file);
	if (!rc) {
		rc = check_result(&result, file);
		if (rc)
			result_release(&result);
		else
			*out = result;
	}
	cJSON_Delete(document);
	return rc;
}

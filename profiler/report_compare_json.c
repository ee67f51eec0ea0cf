// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_json.c - a comparison as JSON */
#include <errno.h>

#include "report_compare.h"

int report_compare_json(const struct comparison *comparison, FILE *out,
			const struct report_compare_options *options)
{
	cJSON *document = NULL;
	char *text;
	int rc = shape_write(&comparison_shape, comparison, &document);

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

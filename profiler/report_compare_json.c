// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_json.c - a comparison as JSON */
#include "report_compare.h"
#include "shape_print.h"

int report_compare_json(const struct comparison *comparison, FILE *out,
			const struct report_compare_options *options)
{
	(void)options;
	return shape_print(&comparison_shape, comparison, out);
}

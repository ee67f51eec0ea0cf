// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_report.c - reports as JSON, read and rendered */
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result result;

	if (report_read(fuzz_file(data, size), &result))
		return 0;
	fuzz_report(&result);
	result_release(&result);
	return 0;
}

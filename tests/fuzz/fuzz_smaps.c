// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_smaps.c - the kernel's list of mappings, in which programs choose the names */
#include "fuzz.h"

#include <string.h>

/* the parser is its own */
#include "smaps.c" // NOLINT(bugprone-suspicious-include)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const runtimes[] = {"/usr/bin/node", NULL};
	struct sums sums = {};
	uint64_t total = 0;
	FILE *input;

	/* the first bytes are the kernel's own sum */
	if (size <= sizeof(total))
		return 0;
	memcpy(&total, data, sizeof(total));
	input = fmemopen((void *)(data + sizeof(total)), size - sizeof(total), "r");
	if (!input)
		abort();
	(void)parse(input, runtimes, &sums);
	mend_pss(&sums, total);
	fclose(input);
	return 0;
}

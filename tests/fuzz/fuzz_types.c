// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_types.c - a kernel's types, as --btf names a file of them */
#include "fuzz.h"

#include "kernel_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_types types;

	if (kernel_types_read(fuzz_file(data, size), &types))
		return 0;
	(void)kernel_types_have(&types, "task_struct");
	(void)kernel_types_have(&types, "");
	kernel_types_release(&types);
	return 0;
}

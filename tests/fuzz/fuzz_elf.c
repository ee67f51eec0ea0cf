// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_elf.c - programs and libraries, of which identity and symbols are read */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>

#include "elfx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elfx_want wants[] = {{.name = "exit"}, {.name = "ma", .holds = "in"}};
	struct elfx *elf;

	if (elfx_open(fuzz_file(data, size), &elf))
		return 0;
	(void)strlen(elfx_build_id(elf));
	if (elfx_interpreter(elf))
		(void)strlen(elfx_interpreter(elf));
	for (size_t i = 0; elfx_needed(elf, i); i++)
		(void)strlen(elfx_needed(elf, i));
	(void)elfx_layout(elf);
	if (elfx_entry(elf) >= size && size)
		abort(); /* it lies in the file */
	if (elfx_find(elf, wants, 2) == 0 && wants[0].offset >= size)
		abort();
	elfx_free(elf);
	return 0;
}

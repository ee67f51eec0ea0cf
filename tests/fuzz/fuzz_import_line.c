// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_import_line.c - whatever source files hold: the module's name, then the file */
#include <string.h>

#include "fuzz.h"
#include "import_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char *rest = text ? strchr(text, '\n') : NULL;

	if (rest) {
		struct import_line python = {"/srv/app/a.py", text, NULL};
		struct import_line node = {"/srv/app/a.js", text, text};

		*rest++ = '\0';
		import_line_find(rest, &python);
		import_line_find(rest, &node);
	}
	free(text);
	return 0;
}

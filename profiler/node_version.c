// SPDX-License-Identifier: BSD-2-Clause
/* node_version.c - the version of the Node.js in a file, without running that */
#include "node_version.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "elfx.h"

#define RELEASE "https://nodejs.org/download/release/v"
/* what `postject` turns from 0 to 1 when it puts an application in
 * (nodejs.org/api/single-executable-applications.html) */
#define FUSE "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:"

int node_version(const struct elfx *elf, char **out)
{
	char after[16];
	size_t length = 0;
	bool packed;

	*out = NULL;
	if (elfx_text_after(elf, RELEASE, after, sizeof(after)))
		length = strspn(after, "0123456789.");
	packed = elfx_text_after(elf, FUSE, after + length, 2) && after[length] == '1';
	if (!length && !packed)
		return 0;
	*out = strndup(after, length);
	return *out ? 0 : -ENOMEM;
}

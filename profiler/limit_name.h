/* SPDX-License-Identifier: BSD-2-Clause */
/* limit_name.h - the name of a coldprof's groups, by which those left behind are found */
#ifndef COLDPROF_LIMIT_NAME_H
#define COLDPROF_LIMIT_NAME_H

#include "buf.h"

/* Adds "coldprof-PID-STARTTIME" of this process. 0 or -errno. */
int limit_name(struct buf *out);

/* Notes at our group which controllers were enabled above it, to be disabled after a crash. */
void limit_mark(const char *path, unsigned enabled);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* sample.h - one start: from the recording of its events to the numbers of a report */
#ifndef COLDPROF_SAMPLE_H
#define COLDPROF_SAMPLE_H

#include "recording.h"
#include "result.h"

/*
 * Reads a whole recording, several times, and fills |out| (which result_sample_init() has prepared)
 * with all but |order| and |counted|. Memory grows with processes, threads, files and distinct
 * system calls, not with the number of records; the time is linear in it. 0; -EBADMSG where the
 * recording holds no start, -ENOMEM: both are printed, and |out| is to be released all the same.
 */
int sample_build(struct recording *recording, struct result_sample *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_noise_history.h - how far reports of a history lie apart: each of them is a session */
#ifndef COLDPROF_COMPARE_NOISE_HISTORY_H
#define COLDPROF_COMPARE_NOISE_HISTORY_H

#include "result.h"

/*
 * Adds |report| to |noise|, which result_init() has begun, as one session of those workloads of
 * |new| that both were measured under the same conditions (compare_machine.h): the medians of their
 * times. One that is not older than |new| or of another machine adds nothing. What |report| had
 * moves; it stays the caller's to release. 0 or -ENOMEM.
 */
int compare_noise_history_add(struct result *noise, struct result *report,
			      const struct result *new);

/* After the last: the spread of all, by which |noise| is as a calibration's report. 0 or -ENOMEM.
 */
int compare_noise_history_end(struct result *noise);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* prepare_display.h - the line on the terminal that says what is being prepared */
#ifndef COLDPROF_PREPARE_DISPLAY_H
#define COLDPROF_PREPARE_DISPLAY_H

#include "prepare.h"

/* As prepare_options.progress, with a struct progress as |context|. */
void prepare_display_progress(void *context, const struct prepare_progress *progress);

#endif

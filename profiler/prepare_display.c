// SPDX-License-Identifier: BSD-2-Clause
/* prepare_display.c - the line on the terminal that says what is being prepared */
#include "prepare_display.h"

#include <stdio.h>

#include "err.h"

static void clear_line(void)
{
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

void prepare_display_progress(void *context, const struct prepare_progress *progress)
{
	(void)context;
	if (progress->step)
		fprintf(stderr, "\r\033[Kpreparing %zu/%zu  %s: %s", progress->done + 1,
			progress->total, progress->workload->name, progress->step);
	else
		clear_line();
	fflush(stderr);
}

void prepare_display_start(void)
{
	err_set_before(clear_line);
}

void prepare_display_end(void)
{
	clear_line();
	err_set_before(NULL);
}

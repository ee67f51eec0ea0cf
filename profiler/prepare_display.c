// SPDX-License-Identifier: BSD-2-Clause
/* prepare_display.c - the line on the terminal that says what is being prepared */
#include "prepare_display.h"

#include "buf.h"
#include "progress.h"

void prepare_display_progress(void *context, const struct prepare_progress *progress)
{
	struct buf what = {0};

	buf_printf(&what, "preparing %s%s%s", progress->workload->name, progress->step ? ": " : "",
		   progress->step ? progress->step : "");
	progress_step(context, progress->done, progress->total, buf_text(&what));
	buf_release(&what);
}

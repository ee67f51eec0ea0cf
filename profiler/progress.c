// SPDX-License-Identifier: BSD-2-Clause
/* progress.c - one line on standard error that says how far long work has come */
#include "progress.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "err.h"
#include "units.h"

#define BAR_CELLS 24

struct progress {
	bool shown;
	bool drawn;
	uint64_t begun_ns;
};

static struct progress *current; /* whose line is to make room; only one is alive */

static void clear_line(void)
{
	if (!current || !current->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	current->drawn = false;
}

struct progress *progress_new(bool shown)
{
	struct progress *progress = calloc(1, sizeof(*progress));

	if (!progress)
		return NULL;
	progress->shown = shown;
	progress->begun_ns = clock_ns();
	current = progress;
	err_set_before(clear_line);
	return progress;
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	progress_end(progress);
	err_set_before(NULL);
	current = NULL;
	free(progress);
}

void progress_step(struct progress *progress, size_t done, size_t total, const char *what)
{
	uint64_t spent = clock_ns() - progress->begun_ns;
	size_t cells = total ? done * BAR_CELLS / total : 0;

	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	for (size_t i = 0; i < BAR_CELLS; i++)
		fputs(i < cells ? "━" : "╌", stderr);
	fprintf(stderr, " %zu/%zu  %s", done, total, what);
	if (done)
		fprintf(stderr, "  about %llu s left",
			(unsigned long long)(spent / done * (total - done) / NS_PER_S));
	fflush(stderr);
	progress->drawn = true;
}

void progress_end(struct progress *progress)
{
	(void)progress;
	clear_line();
}

// SPDX-License-Identifier: BSD-2-Clause
/* progress.c - the line on standard error that says how far long work has come */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "display.h"
#include "err.h"

#define BAR_COLUMNS 20
#define BAR_DONE    "\xe2\x94\x81" /* heavy line */
#define BAR_LEFT    "\xe2\x94\x80" /* light line */
#define CLEAR_LINE  "\r\x1b[K"

struct progress {
	bool shown, terminal, drawn;
	uint64_t begin_ns; /* of the first step; 0: none yet */
};

/* err.h's hook knows no context, and a process has one standard error. */
static struct progress *on_screen;

static void clear(void)
{
	if (!on_screen || !on_screen->drawn)
		return;
	fputs(CLEAR_LINE, stderr);
	fflush(stderr);
	on_screen->drawn = false;
}

static int add_bar(const struct progress_state *state, struct buf *out)
{
	size_t full = state->total ? BAR_COLUMNS * state->done / state->total : 0;
	int rc = 0;

	for (size_t i = 0; i < BAR_COLUMNS && !rc; i++)
		rc = buf_puts(out, i < full ? BAR_DONE : BAR_LEFT);
	return rc;
}

/* As long for each of the rest as for each until now. */
static int add_left(const struct progress_state *state, struct buf *out)
{
	double left;

	if (!state->done || state->done >= state->total)
		return 0;
	left = (double)state->elapsed_ns / (double)state->done *
	       (double)(state->total - state->done) / 1e9;
	if (left < 99.5)
		return buf_printf(out, "  about %.0f s left", left < 1 ? 1 : left);
	return buf_printf(out, "  about %.0f min left", left / 60);
}

int progress_text(const struct progress_state *state, struct buf *out)
{
	size_t number = state->done < state->total ? state->done + 1 : state->total;
	struct buf line = {0}, left = {0}, what = {0};
	size_t room;
	int rc = add_bar(state, &line);

	if (!rc)
		rc = buf_printf(&line, " %zu/%zu  ", number, state->total);
	if (!rc)
		rc = add_left(state, &left);
	if (!rc)
		rc = display_escape(state->what, &what);
	/* the name gives way first */
	room = display_width(buf_text(&line)) + display_width(buf_text(&left));
	if (!rc && room < state->columns)
		rc = display_cut(buf_text(&what), state->columns - room, &line);
	if (!rc)
		rc = buf_puts(&line, buf_text(&left));
	if (!rc)
		rc = display_cut_end(buf_text(&line), state->columns, out);
	buf_release(&line);
	buf_release(&left);
	buf_release(&what);
	return rc;
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col - 1u; /* a full last column makes some terminals wrap */
	return 79;
}

struct progress *progress_new(bool shown)
{
	struct progress *progress = calloc(1, sizeof(*progress));

	if (progress) {
		progress->shown = shown;
		progress->terminal = isatty(STDERR_FILENO);
	}
	return progress;
}

void progress_step(struct progress *progress, size_t done, size_t total, const char *what)
{
	struct progress_state state = {done, total, what, 0, columns()};
	struct buf line = {0};

	if (!progress->shown)
		return;
	if (!progress->begin_ns)
		progress->begin_ns = clock_ns();
	state.elapsed_ns = clock_ns() - progress->begin_ns;
	if (progress_text(&state, &line)) {
		buf_release(&line);
		return;
	}
	if (progress->terminal) {
		on_screen = progress;
		err_set_before(clear);
		progress->drawn = true;
		fprintf(stderr, CLEAR_LINE "%s", line.data);
	} else {
		fprintf(stderr, "%s\n", line.data);
	}
	fflush(stderr);
	buf_release(&line);
}

void progress_end(struct progress *progress)
{
	if (!progress || on_screen != progress)
		return;
	clear();
	err_set_before(NULL);
	on_screen = NULL;
}

void progress_free(struct progress *progress)
{
	progress_end(progress);
	free(progress);
}

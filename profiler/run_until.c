// SPDX-License-Identifier: BSD-2-Clause
/* run_until.c - a run of two sides that goes on until what is asked of them is decided */
#include "run_parts.h"

#include <errno.h>

#include "clock.h"
#include "compare.h"
#include "err.h"
#include "units.h"

#define RUNS_TIMES 10 /* the starts of the first look, at most, where nothing else is said */

size_t run_rounds(const struct run_options *options)
{
	const struct run_sides_options *sides = &options->sides;

	if (!sides->until_sure)
		return options->repeat;
	return sides->max_runs ? sides->max_runs : RUNS_TIMES * options->repeat;
}

int run_until_begin(struct course_of_run *run)
{
	struct result_looks *report = &run->result.plan.looks;

	if (!run->options->sides.until_sure)
		return 0;
	stats_looks_make(run->options->repeat, run_rounds(run->options), &run->looks);
	report->made_count = 0;
	for (size_t i = 0; i < run->looks.count; i++)
		if (vec_push(&report->starts, (int64_t)run->looks.at[i]))
			return -ENOMEM;
	return 0;
}

/* The looks were fixed before the first start, and so is what each of them may spend. */
static void hold_look(struct course_of_run *run)
{
	struct result_looks *report = &run->result.plan.looks;

	report->level_ratio = stats_looks_share(&run->looks, (size_t)report->made_count);
	report->made_count++;
}

/* 1: each gated metric is decided; 0: not yet; or -errno (printed). */
static int look(struct course_of_run *run)
{
	struct result base = run_side(run, 0), new = run_side(run, 1);
	const struct result_looks *report = &run->result.plan.looks;
	struct comparison comparison;
	size_t left;
	int rc;

	rc = compare(&base, &new, &run->options->sides.policy, &comparison);
	if (rc)
		return rc;
	left = compare_undecided(&comparison);
	if (!run->options->quiet)
		note_print(
			"look %jd of at most %zu, %zu starts a side: %zu of %jd metrics can't be "
			"told yet",
			(intmax_t)report->made_count, run->looks.count,
			run->looks.at[report->made_count - 1], left,
			(intmax_t)comparison.gated_count);
	comparison_release(&comparison);
	return left == 0;
}

static bool is_time_up(const struct course_of_run *run)
{
	double most_s = run->options->sides.max_time_s;

	return most_s > 0 && (double)(clock_ns() - run->began_ns) >= most_s * NS_PER_S;
}

int run_until_enough(struct course_of_run *run, size_t index)
{
	size_t made = (size_t)run->result.plan.looks.made_count, round = index / RUN_SIDES;
	int rc;

	if (!run->looks.count || index % RUN_SIDES || round < run->options->warmup)
		return 0;
	round -= run->options->warmup;
	if (!round)
		run->began_ns = clock_ns();
	if (round && is_time_up(run))
		return 1;
	/* the last look is held by run_until_end(), with the whole report */
	if (made + 1 >= run->looks.count || round != run->looks.at[made])
		return 0;
	hold_look(run);
	rc = look(run);
	run->sure = rc == 1;
	return rc;
}

void run_until_end(struct course_of_run *run)
{
	if (run->looks.count && !run->sure)
		hold_look(run);
}

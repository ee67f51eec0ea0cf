// SPDX-License-Identifier: BSD-2-Clause
/* cmd_run_sides.c - the options of `coldprof run` that measure two sides */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "cmd_run_options.h"
#include "err.h"

#define RUNS_MOST 100000

enum {
	OPTION_AB = CMD_RUN_OWN,
	OPTION_AGAINST,
	OPTION_UNTIL_SURE,
	OPTION_MAX_RUNS,
	OPTION_MAX_TIME,
	OPTION_THRESHOLD,
	OPTION_POLICY,
};

static const struct option sides_table[] = {
	{"ab", required_argument, NULL, OPTION_AB},
	{"against", required_argument, NULL, OPTION_AGAINST},
	{"until-sure", no_argument, NULL, OPTION_UNTIL_SURE},
	{"max-runs", required_argument, NULL, OPTION_MAX_RUNS},
	{"max-time", required_argument, NULL, OPTION_MAX_TIME},
	{"threshold", required_argument, NULL, OPTION_THRESHOLD},
	{"policy", required_argument, NULL, OPTION_POLICY},
	{},
};

static int check_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	err_print("bad value '%s' of --ab: no such folder", path);
	return -EINVAL;
}

/* --ab DIR_A DIR_B: the second folder is the word after the first. */
static int take_ab(struct run_sides_options *sides, const char *first, char **argv)
{
	const char *second = argv[optind];

	if (sides->folders[0]) {
		err_print("--ab is given twice");
		return -EINVAL;
	}
	if (!second || second[0] == '-') {
		err_print("--ab needs two folders, DIR_A DIR_B");
		return -EINVAL;
	}
	optind++;
	sides->folders[0] = first;
	sides->folders[1] = second;
	return check_folder(first) || check_folder(second) ? -EINVAL : 0;
}

static int take_against(struct run_sides_options *sides, const char *text)
{
	int rc;

	words_release(&sides->against);
	rc = words_split(text, &sides->against);
	if (rc == -EINVAL)
		err_print("bad value '%s' of --against: a quote does not end", text);
	else if (rc)
		err_code(rc, "cannot split '%s'", text);
	else if (!sides->against.count || !*sides->against.items[0])
		rc = (err_print("bad value '%s' of --against: must be a command", text), -EINVAL);
	return rc;
}

static int take(struct run_options *options, int option, const char *value, char **argv)
{
	struct run_sides_options *sides = &options->sides;

	switch (option) {
	case OPTION_AB:
		return take_ab(sides, value, argv);
	case OPTION_AGAINST:
		return take_against(sides, value);
	case OPTION_UNTIL_SURE:
		sides->until_sure = true;
		return 0;
	case OPTION_MAX_RUNS:
		return cmd_number("--max-runs", value, 1, RUNS_MOST, &sides->max_runs);
	case OPTION_MAX_TIME:
		return cmd_seconds("--max-time", value, &sides->max_time_s);
	case OPTION_THRESHOLD:
		sides->judged = true;
		return cmd_threshold(&sides->policy, value);
	case OPTION_POLICY:
		sides->judged = true;
		sides->policy_path = value;
		return 0;
	}
	return -EINVAL;
}

/* What is wrong with options that are each right; NULL: nothing. */
static const char *conflict(const struct run_options *options)
{
	const struct run_sides_options *sides = &options->sides;

	if (run_has_sides(options) && !options->command)
		return "--ab and --against need a command after '--'";
	if (sides->folders[0] && options->cwd)
		return "--ab gives the command its folder: --cwd can't be given too";
	if (run_has_sides(options) && strcmp(options->output, "-") == 0)
		return "two reports can't both go to standard output: name a file by --output";
	if (sides->until_sure && !run_has_sides(options))
		return "--until-sure needs two sides: --ab or --against";
	if (sides->judged && !run_has_sides(options))
		return "--threshold and --policy need two sides: --ab or --against";
	if ((sides->max_runs || sides->max_time_s > 0) && !sides->until_sure)
		return "--max-runs and --max-time need --until-sure";
	if (sides->max_runs && sides->max_runs < options->repeat)
		return "--max-runs is less than --repeat";
	return NULL;
}

static int check(struct run_options *options)
{
	const char *why = conflict(options);

	if (why)
		err_print("%s", why);
	return why ? -EINVAL : 0;
}

const struct cmd_run_own cmd_run_sides = {sides_table, take, check};

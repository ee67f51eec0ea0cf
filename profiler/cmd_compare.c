// SPDX-License-Identifier: BSD-2-Clause
/* cmd_compare.c - `coldprof compare`: whether a new report is worse than a base */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cmd.h"
#include "compare.h"
#include "compare_history.h"
#include "err.h"
#include "report.h"
#include "report_compare.h"
#include "units.h"

enum {
	OPTION_COLOR = 256,
	OPTION_ALSO,
	OPTION_ALL,
	OPTION_THRESHOLD,
	OPTION_POLICY,
	OPTION_LEVEL,
	OPTION_STRICT,
	OPTION_FORCE,
	OPTION_LIST,
	OPTION_HISTORY,
	OPTION_LAST,
	OPTION_NOISE,
};

static const struct option options_table[] = {
	{"format", required_argument, NULL, 'f'},
	{"output", required_argument, NULL, 'o'},
	{"also", required_argument, NULL, OPTION_ALSO},
	{"all", no_argument, NULL, OPTION_ALL},
	{"threshold", required_argument, NULL, OPTION_THRESHOLD},
	{"policy", required_argument, NULL, OPTION_POLICY},
	{"level", required_argument, NULL, OPTION_LEVEL},
	{"strict", no_argument, NULL, OPTION_STRICT},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"noise", required_argument, NULL, OPTION_NOISE},
	{"list-metrics", no_argument, NULL, OPTION_LIST},
	{"history", required_argument, NULL, OPTION_HISTORY},
	{"last", required_argument, NULL, OPTION_LAST},
	{"color", required_argument, NULL, OPTION_COLOR},
	{"help", no_argument, NULL, 'h'},
	{},
};

#define OUTPUTS 8

struct output {
	const struct report_compare_format *format;
	const char *path;
};

struct compare_command {
	struct output outputs[OUTPUTS]; /* the first is the main one */
	size_t outputs_count;
	struct compare_policy policy; /* the files', then the options' */
	struct compare_policy options;
	struct cmd_history history; /* no folder: two reports */
	double level;		    /* 0: not given */
	enum cmd_when color;
	bool all, help, list, bad_file;
};

static void print_help(void)
{
	fputs("Usage: coldprof compare [OPTION]... BASE NEW\n"
	      "       coldprof compare [OPTION]... --history DIR NEW\n"
	      "\n"
	      "Says what a change made worse: BASE and NEW are reports of `coldprof run` before "
	      "and "
	      "after\n"
	      "it (- is standard input). Fails on what is surely worse, never on noise. Needs no "
	      "privilege.\n"
	      "\n"
	      "  -f, --format FORMAT   one of\n",
	      stdout);
	for (size_t i = 0; i < report_compare_formats_count; i++)
		printf("                          %-8s %s%s\n", report_compare_formats[i].name,
		       report_compare_formats[i].description, i ? "" : " (default)");
	fputs("  -o, --output FILE     write there (default: standard output)\n"
	      "      --also FORMAT=FILE\n"
	      "                        write that too; may be repeated\n"
	      "      --all             show every metric, not only those that changed\n"
	      "      --threshold NAME=VALUE\n"
	      "                        the smallest effect that matters of a metric, a pattern of "
	      "names or\n"
	      "                        a kind: times=2%,5ms sizes=1MiB 'phase_*=off'; may be "
	      "repeated\n"
	      "      --policy FILE     such thresholds from a JSON file\n"
	      "      --level P         probability of any false verdict (default 0.05)\n"
	      "      --strict          fail on can't tell too\n"
	      "      --noise PATH      what `coldprof calibrate` wrote, or a folder of reports "
	      "from "
	      "this kind\n"
	      "                        of machine: times of two reports that were made at "
	      "different "
	      "times\n"
	      "                        decide beyond what it says (default: BASE's or NEW's own)\n"
	      "      --force           gate times although machines or times of day differ\n"
	      "      --history DIR     compare with the reports there that are of this kind of "
	      "machine and\n"
	      "                        older: what changed its level, and with which report and "
	      "commit\n"
	      "      --last N          of these the last N (default 60)\n"
	      "      --list-metrics    every metric, its kind and its threshold\n"
	      "      --color WHEN      auto, always, never\n"
	      "\n"
	      "Exit status: 0 nothing is shown to be worse; 1 something is; 2 usage; 4 a file is "
	      "missing\n"
	      "or bad.\n",
	      stdout);
}

/* ---- options ---- */

static int take_format(const char *option, const char *name,
		       const struct report_compare_format **out)
{
	struct buf names = {0};

	*out = report_compare_format_find(name);
	if (*out)
		return 0;
	for (size_t i = 0; i < report_compare_formats_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", report_compare_formats[i].name);
	err_print("bad value '%s' of %s: must be one of %s", name, option, buf_text(&names));
	buf_release(&names);
	return -EINVAL;
}

static int take_also(struct compare_command *command, char *value)
{
	struct output *output = &command->outputs[command->outputs_count];
	char *equals = strchr(value, '=');

	if (!equals || !equals[1]) {
		err_print("bad value '%s' of --also: must be FORMAT=FILE", value);
		return -EINVAL;
	}
	if (command->outputs_count == OUTPUTS) {
		err_print("too many --also: at most %d", OUTPUTS - 1);
		return -EINVAL;
	}
	*equals = '\0';
	output->path = equals + 1;
	command->outputs_count++;
	return take_format("--also", value, &output->format);
}

static int take_level(struct compare_command *command, const char *value)
{
	double level;

	if (units_parse_double(value, &level) || !(level > 0 && level <= 0.5)) {
		err_print("bad value '%s' of --level: must be a number above 0, at most 0.5",
			  value);
		return -EINVAL;
	}
	command->level = level;
	return 0;
}

static int take_policy(struct compare_command *command, const char *path)
{
	int rc = compare_policy_read(&command->policy, path);

	command->bad_file = rc != 0;
	return rc;
}

static int take_option(struct compare_command *command, int option, char *value)
{
	switch (option) {
	case 'f':
		return take_format("--format", value, &command->outputs[0].format);
	case 'o':
		command->outputs[0].path = value;
		return 0;
	case 'h':
		command->help = true;
		return 0;
	case OPTION_ALSO:
		return take_also(command, value);
	case OPTION_ALL:
		command->all = true;
		return 0;
	case OPTION_THRESHOLD:
		return cmd_threshold(&command->options, value);
	case OPTION_POLICY:
		return take_policy(command, value);
	case OPTION_LEVEL:
		return take_level(command, value);
	case OPTION_STRICT:
		command->options.strict = true;
		return 0;
	case OPTION_FORCE:
		command->options.force = true;
		return 0;
	case OPTION_NOISE:
		command->history.noise = value;
		return 0;
	case OPTION_LIST:
		command->list = true;
		return 0;
	case OPTION_HISTORY:
		command->history.folder = value;
		return 0;
	case OPTION_LAST:
		return cmd_number("--last", value, 1, 1000, &command->history.last);
	case OPTION_COLOR:
		return cmd_when("--color", value, &command->color);
	}
	return -EINVAL; /* getopt_long has said why */
}

/* Only one report can come from there. */
static int check_standard(const struct compare_command *command, int count, char **paths)
{
	size_t standard = command->history.noise && strcmp(command->history.noise, "-") == 0;

	for (int i = 0; i < count; i++)
		standard += strcmp(paths[i], "-") == 0;
	if (standard < 2)
		return 0;
	err_print("standard input can't be both reports");
	return -EINVAL;
}

static int check_count(const struct compare_command *command, int count)
{
	if (command->history.folder) {
		if (count == 1)
			return 0;
		err_print("one report, NEW, is compared with a history, not %d", count);
		return -EINVAL;
	}
	if (count == 2)
		return 0;
	if (count < 2)
		err_print("two reports are needed, BASE and NEW");
	else
		err_print("two reports are compared, not %d", count);
	return -EINVAL;
}

/* Options win over files, wherever they stand. */
static int merge(struct compare_command *command)
{
	struct compare_policy *policy = &command->policy, *options = &command->options;
	int rc = compare_policy_join(policy, options);

	policy->strict |= options->strict;
	policy->force = options->force;
	if (command->level > 0)
		policy->level = command->level;
	return rc ? err_code(rc, "cannot compare") : 0;
}

static int parse(int argc, char **argv, struct compare_command *command)
{
	int option, rc = 0;

	optind = 0;
	while (!rc && !command->help &&
	       (option = getopt_long(argc, argv, "f:o:h", options_table, NULL)) != -1)
		rc = take_option(command, option, optarg);
	if (!rc && !command->help && !command->list)
		rc = check_count(command, argc - optind);
	if (!rc && !command->help && !command->list)
		rc = check_standard(command, argc - optind, argv + optind);
	return rc ? rc : merge(command);
}

/* ---- the comparison ---- */

static int write_output(const struct compare_command *command, const struct output *output,
			const struct comparison *comparison)
{
	bool standard = strcmp(output->path, "-") == 0;
	struct report_compare_options options = {
		.text = {.color = cmd_when_applies(standard || command->color != CMD_AUTO
							   ? command->color
							   : CMD_NEVER,
						   stdout),
			 .width = standard ? report_width(stdout) : REPORT_WIDTH},
		.all = command->all,
	};
	struct report_target target = {output->path, (uid_t)-1, (gid_t)-1};

	return report_compare_write(comparison, output->format, &options, &target);
}

static int write_outputs(const struct compare_command *command, const struct comparison *comparison)
{
	int status = compare_fails(comparison) ? EXIT_NO : EXIT_DONE;

	for (size_t i = 0; i < command->outputs_count; i++)
		if (write_output(command, &command->outputs[i], comparison))
			status = EXIT_NO;
	return status;
}

static int name_files(char **paths, struct comparison *comparison)
{
	if (comparison_text(&comparison->base.file, paths[0]) ||
	    comparison_text(&comparison->new.file, paths[1])) {
		err_code(ENOMEM, "cannot compare");
		return EXIT_NO;
	}
	return EXIT_DONE;
}

static int compare_reports(const struct compare_command *command, char **paths,
			   const struct result *base, const struct result *new)
{
	struct comparison comparison;
	int rc = compare(base, new, &command->policy, &comparison), status;

	if (rc)
		return rc == -ENOENT ? EXIT_INPUT : EXIT_NO;
	status = name_files(paths, &comparison);
	if (!status)
		status = write_outputs(command, &comparison);
	comparison_release(&comparison);
	return status;
}

static int compare_with_noise(struct compare_command *command, char **paths,
			      const struct result *base, const struct result *new)
{
	struct result noise;
	int status;

	if (!command->history.noise)
		return compare_reports(command, paths, base, new);
	if (cmd_compare_noise(command->history.noise, new, &noise))
		return EXIT_INPUT;
	command->policy.noise = &noise;
	status = compare_reports(command, paths, base, new);
	command->policy.noise = NULL;
	result_release(&noise);
	return status;
}

static int compare_files(struct compare_command *command, char **paths)
{
	struct result sides[2];
	int status;

	if (report_read_numbers_of_two((const char *const[]){paths[0], paths[1]}, sides))
		return EXIT_INPUT;
	status = compare_with_noise(command, paths, &sides[0], &sides[1]);
	result_release(&sides[0]);
	result_release(&sides[1]);
	return status;
}

static int compare_with_history(const struct compare_command *command, const char *path)
{
	struct comparison comparison;
	bool found;
	int status =
		cmd_compare_history(&command->history, path, &command->policy, &comparison, &found);

	if (!found)
		return status;
	status = write_outputs(command, &comparison);
	comparison_release(&comparison);
	return status;
}

static int run(struct compare_command *command, int argc, char **argv)
{
	if (parse(argc, argv, command))
		return command->bad_file ? EXIT_INPUT : cmd_usage("compare");
	if (command->help)
		print_help();
	else if (command->list)
		cmd_compare_list(&command->policy);
	else if (command->history.folder)
		return compare_with_history(command, argv[optind]);
	else
		return compare_files(command, argv + optind);
	return EXIT_DONE;
}

int cmd_compare(int argc, char **argv)
{
	struct compare_command command = {.outputs = {{report_compare_format_find("text"), "-"}},
					  .outputs_count = 1,
					  .history = {.last = COMPARE_HISTORY_LAST}};
	int status;

	compare_policy_init(&command.policy);
	compare_policy_init(&command.options);
	argv[0] = "coldprof"; /* how getopt_long begins its lines */
	status = run(&command, argc, argv);
	compare_policy_release(&command.policy);
	compare_policy_release(&command.options);
	return status;
}

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_report.c - `coldprof report`: a report in another form, or one rebuilt from recordings */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "cmd.h"
#include "err.h"
#include "rebuild.h"
#include "report.h"

enum { OPTION_COLOR = 256, OPTION_ONLY };

static const struct option options_table[] = {
	{"format", required_argument, NULL, 'f'},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{"color", required_argument, NULL, OPTION_COLOR},
	{"only", required_argument, NULL, OPTION_ONLY},
	{},
};

struct report_command {
	const struct report_format *format;
	const char *output, *only;
	enum cmd_when color;
	bool help;
};

static void print_help(void)
{
	fputs("Usage: coldprof report [OPTION]... REPORT\n"
	      "       coldprof report [OPTION]... RECORDING...\n"
	      "\n"
	      "Renders a report that `coldprof run` wrote (- is standard input), or rebuilds one "
	      "from\n"
	      "recordings that `coldprof run --record` kept: their files, or the folder of them.\n"
	      "Needs no privilege.\n"
	      "\n"
	      "  -f, --format FORMAT   one of\n",
	      stdout);
	for (size_t i = 0; i < report_formats_count; i++)
		printf("                          %-8s %s%s\n", report_formats[i].name,
		       report_formats[i].description, i ? "" : " (default)");
	fputs("  -o, --output FILE     write there (default: standard output)\n"
	      "      --only NAME       of several workloads only these; a pattern: 'python/*'\n"
	      "      --color WHEN      auto, always, never\n"
	      "\n"
	      "Exit status: 0 done; 1 cannot write; 2 usage; 4 a file is missing or bad.\n",
	      stdout);
}

static int take_format(struct report_command *command, const char *name)
{
	struct buf names = {0};

	command->format = report_format_find(name);
	if (command->format)
		return 0;
	for (size_t i = 0; i < report_formats_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", report_formats[i].name);
	err_print("bad value '%s' of --format: must be one of %s", name, buf_text(&names));
	buf_release(&names);
	return -EINVAL;
}

static int take_option(struct report_command *command, int option, const char *value)
{
	switch (option) {
	case 'f':
		return take_format(command, value);
	case 'o':
		command->output = value;
		return 0;
	case 'h':
		command->help = true;
		return 0;
	case OPTION_COLOR:
		return cmd_when("--color", value, &command->color);
	case OPTION_ONLY:
		command->only = value;
		return 0;
	}
	return -EINVAL; /* getopt_long has said why */
}

static int parse(int argc, char **argv, struct report_command *command)
{
	int option, rc = 0;

	optind = 0;
	while (!rc && !command->help &&
	       (option = getopt_long(argc, argv, "f:o:h", options_table, NULL)) != -1)
		rc = take_option(command, option, optarg);
	if (!rc && !command->help && optind == argc) {
		err_print("no report named");
		rc = -EINVAL;
	}
	return rc;
}

/* ---- input ---- */

enum input { INPUT_REPORT, INPUT_RECORDING, INPUT_FOLDER };

static int kind_of(const char *path, enum input *out)
{
	bool recording = false;
	struct stat st;
	int rc;

	*out = INPUT_REPORT;
	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &st))
		return err_code(errno, "cannot open '%s'", path);
	if (S_ISDIR(st.st_mode)) {
		*out = INPUT_FOLDER;
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	rc = rebuild_is_recording(path, &recording);
	if (rc)
		return err_code(rc, "cannot open '%s'", path);
	if (recording)
		*out = INPUT_RECORDING;
	return 0;
}

/* Recordings are added to |recordings|; a report must be the only argument. */
static int take_input(const char *path, int count, result_texts *recordings)
{
	enum input kind;
	int rc = kind_of(path, &kind);

	if (rc)
		return EXIT_INPUT;
	if (kind == INPUT_REPORT && count > 1) {
		err_print("'%s' is no recording: several arguments must all be recordings", path);
		return EXIT_USAGE;
	}
	if (kind == INPUT_FOLDER)
		rc = rebuild_list(path, recordings);
	else if (kind == INPUT_RECORDING)
		rc = result_texts_add(recordings, path);
	return rc ? EXIT_INPUT : EXIT_DONE;
}

static int read_input(int count, char **paths, struct result *out)
{
	result_texts recordings = {0};
	int status = EXIT_DONE;

	for (int i = 0; i < count && !status; i++)
		status = take_input(paths[i], count, &recordings);
	if (!status && recordings.count)
		status = rebuild(&recordings, out) ? EXIT_INPUT : EXIT_DONE;
	else if (!status)
		status = report_read(paths[0], out) ? EXIT_INPUT : EXIT_DONE;
	vec_foreach(path, &recordings)
		free(*path);
	vec_release(&recordings);
	return status;
}

/* ---- output ---- */

static int keep_only(struct result *result, const char *pattern)
{
	struct buf names = {0};
	size_t kept = 0;

	for (size_t i = 0; i < result->workloads.count; i++) {
		struct result_workload *workload = &result->workloads.items[i];
		const char *name = workload->name ? workload->name : "";

		buf_printf(&names, "%s%s", i ? ", " : "", name);
		if (strcmp(name, pattern) == 0 || fnmatch(pattern, name, 0) == 0)
			result->workloads.items[kept++] = *workload;
		else
			result_workload_release(workload);
	}
	result->workloads.count = kept;
	if (!kept)
		err_print("no workload '%s' in the report; it has %s", pattern, buf_text(&names));
	buf_release(&names);
	return kept ? EXIT_DONE : EXIT_USAGE;
}

static int write_output(const struct report_command *command, const struct result *result)
{
	bool standard = strcmp(command->output, "-") == 0;
	struct report_options options = {
		.color = cmd_when_applies(standard || command->color != CMD_AUTO ? command->color
										 : CMD_NEVER,
					  stdout),
		.width = standard ? report_width(stdout) : REPORT_WIDTH,
	};
	struct report_target target = {command->output, (uid_t)-1, (gid_t)-1};

	return report_write_file(result, command->format, &options, &target) ? EXIT_NO : EXIT_DONE;
}

int cmd_report(int argc, char **argv)
{
	struct report_command command = {.format = report_format_find("text"), .output = "-"};
	struct result result;
	int status;

	argv[0] = "coldprof"; /* how getopt_long begins its lines */
	if (parse(argc, argv, &command))
		return cmd_usage("report");
	if (command.help) {
		print_help();
		return EXIT_DONE;
	}
	status = read_input(argc - optind, argv + optind, &result);
	if (status)
		return status;
	if (command.only)
		status = keep_only(&result, command.only);
	if (!status)
		status = write_output(&command, &result);
	result_release(&result);
	return status;
}

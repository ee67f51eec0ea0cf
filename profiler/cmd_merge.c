// SPDX-License-Identifier: BSD-2-Clause
/* cmd_merge.c - `coldprof merge`: one report from those of the parts of a plan */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "merge.h"
#include "report.h"

static const struct option options_table[] = {
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{},
};

struct merge_command {
	const char *output;
	bool help;
};

static void print_help(void)
{
	fputs("Usage: coldprof merge [OPTION]... REPORT...\n"
	      "\n"
	      "Makes one report from those of the parts of a plan: the same command or workloads, "
	      "measured\n"
	      "with the same options at several times, in several shards or on several machines. "
	      "Starts on\n"
	      "the same kind of machine and runtime are pooled; all others stay apart, in entries "
	      "of their\n"
	      "own, and `coldprof compare` compares each with its own kind. Needs no privilege.\n"
	      "\n"
	      "  -o, --output FILE     the report (default coldprof-report.json); - is standard "
	      "output\n"
	      "\n"
	      "Exit status: 0 done; 1 cannot write; 2 usage; 4 a file is missing, bad, or not of "
	      "that plan.\n",
	      stdout);
}

static int parse(int argc, char **argv, struct merge_command *command)
{
	int option, rc = 0;

	optind = 0;
	while (!rc && !command->help &&
	       (option = getopt_long(argc, argv, "o:h", options_table, NULL)) != -1) {
		if (option == 'o')
			command->output = optarg;
		else if (option == 'h')
			command->help = true;
		else
			rc = -EINVAL; /* getopt_long has said why */
	}
	if (!rc && !command->help && optind == argc) {
		err_print("no report named");
		rc = -EINVAL;
	}
	return rc;
}

static int check_paths(const struct merge_command *command, char **paths, size_t count)
{
	size_t standard = 0;

	for (size_t i = 0; i < count; i++) {
		standard += strcmp(paths[i], "-") == 0;
		if (strcmp(paths[i], "-") == 0 || strcmp(paths[i], command->output) != 0)
			continue;
		err_print("'%s' is one of the reports: name another file with --output", paths[i]);
		return -EINVAL;
	}
	if (standard < 2)
		return 0;
	err_print("standard input can't be several reports");
	return -EINVAL;
}

static int merge_parts(const struct merge_command *command, struct merge_part *parts, size_t count)
{
	struct report_target target = {command->output, (uid_t)-1, (gid_t)-1};
	struct result merged;
	int rc = merge(parts, count, &merged);

	if (rc)
		return rc == -EINVAL ? EXIT_INPUT : EXIT_NO;
	rc = report_write_file(&merged, report_format_find("json"), NULL, &target);
	result_release(&merged);
	return rc ? EXIT_NO : EXIT_DONE;
}

static int merge_files(const struct merge_command *command, char **paths, size_t count)
{
	struct merge_part *parts = calloc(count, sizeof(*parts));
	size_t read = 0;
	int status = EXIT_DONE;

	if (!parts) {
		err_code(ENOMEM, "cannot merge");
		return EXIT_NO;
	}
	for (; read < count && !status; read++) {
		parts[read].name = strcmp(paths[read], "-") ? paths[read] : "standard input";
		if (report_read(paths[read], &parts[read].report))
			status = EXIT_INPUT;
	}
	if (!status)
		status = merge_parts(command, parts, count);
	for (size_t i = 0; i < read; i++)
		result_release(&parts[i].report);
	free(parts);
	return status;
}

int cmd_merge(int argc, char **argv)
{
	struct merge_command command = {.output = "coldprof-report.json"};
	char **paths;
	size_t count;

	argv[0] = "coldprof"; /* how getopt_long begins its lines */
	if (parse(argc, argv, &command))
		return cmd_usage("merge");
	if (command.help) {
		print_help();
		return EXIT_DONE;
	}
	paths = argv + optind;
	count = (size_t)(argc - optind);
	if (check_paths(&command, paths, count))
		return cmd_usage("merge");
	return merge_files(&command, paths, count);
}

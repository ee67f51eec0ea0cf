// SPDX-License-Identifier: BSD-2-Clause
/* cmd_doctor.c - coldprof doctor: what this machine can and cannot measure */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "doctor.h"
#include "err.h"
#include "prepare.h"
#include "user.h"

#define COLUMNS 80

enum format { FORMAT_TEXT, FORMAT_JSON };

struct options {
	int format;
	const char *user, *cache, *btf;
	bool keep, help;
};

static void print_help(FILE *out)
{
	fputs("Usage: coldprof doctor [OPTION]...\n\n"
	      "Says what this machine can and cannot measure, why, and how to mend it; removes "
	      "what\n"
	      "a killed coldprof left behind. Exit status 3 where coldprof run cannot work.\n\n"
	      "  --format text|json  for people (the default) or for programs\n"
	      "  --user NAME         whose PATH is searched for runtimes\n"
	      "  --cache DIR         the cache folder\n"
	      "  --btf FILE          the kernel's types, where it has none of its own\n"
	      "  --keep              leave what a killed coldprof left\n"
	      "  --help\n",
	      out);
}

static int parse(int argc, char **argv, struct options *options)
{
	static const struct cmd_choice formats[] = {
		{"text", FORMAT_TEXT}, {"json", FORMAT_JSON}, {NULL, 0}};
	static const struct option names[] = {{"format", required_argument, NULL, 'f'},
					      {"user", required_argument, NULL, 'u'},
					      {"cache", required_argument, NULL, 'c'},
					      {"btf", required_argument, NULL, 'b'},
					      {"keep", no_argument, NULL, 'k'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	int option;

	argv[0] = (char *)"coldprof"; /* getopt begins its messages with it */
	while ((option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		switch (option) {
		case 'f':
			if (cmd_choose("--format", optarg, formats, &options->format))
				return -EINVAL;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'c':
			options->cache = optarg;
			break;
		case 'b':
			options->btf = optarg;
			break;
		case 'k':
			options->keep = true;
			break;
		case 'h':
			options->help = true;
			break;
		default:
			return cmd_usage("doctor"), -EINVAL;
		}
	}
	if (optind < argc) {
		err_print("doctor takes no '%s'", argv[optind]);
		return cmd_usage("doctor"), -EINVAL;
	}
	return 0;
}

static int examine(const struct options *options, const struct user *user, struct doctor *doctor)
{
	struct doctor_options what = {
		.user = user, .btf_path = options->btf, .keep_leftovers = options->keep};
	char *cache = NULL;
	int rc;

	rc = prepare_cache_folder(user, options->cache, &cache);
	if (rc)
		return rc;
	what.cache = cache;
	rc = doctor_examine(&what, doctor);
	if (rc)
		err_code(rc, "cannot examine this machine");
	free(cache);
	return rc;
}

int cmd_doctor(int argc, char **argv)
{
	struct options options = {.format = FORMAT_TEXT};
	struct doctor doctor = {};
	struct user user = {};
	int status = EXIT_DONE, rc;

	if (parse(argc, argv, &options))
		return EXIT_USAGE;
	if (options.help) {
		print_help(stdout);
		return EXIT_DONE;
	}
	rc = user_resolve(options.user, &user);
	if (rc)
		return rc == -ENOENT ? EXIT_USAGE : EXIT_MACHINE;
	if (examine(&options, &user, &doctor)) {
		user_release(&user);
		return EXIT_NO;
	}
	if (options.format == FORMAT_JSON)
		rc = doctor_print_json(&doctor, stdout);
	else
		doctor_print(&doctor, COLUMNS, stdout);
	if (rc || fflush(stdout) || ferror(stdout)) {
		err_code(rc ? rc : errno, "cannot write to standard output");
		status = EXIT_NO;
	} else if (doctor_worst(&doctor) == DOCTOR_MISSING) {
		status = EXIT_MACHINE;
	}
	doctor_release(&doctor);
	user_release(&user);
	return status;
}

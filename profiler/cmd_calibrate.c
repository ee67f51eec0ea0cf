// SPDX-License-Identifier: BSD-2-Clause
/* cmd_calibrate.c - `coldprof calibrate`: its help and its parts of the command line */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "cmd_run_options.h"
#include "err.h"

#define SESSIONS       8
#define SESSIONS_LEAST 3 /* of two there is no spread to speak of */
#define SESSIONS_MOST  10000
#define STARTS	       5

enum {
	OPTION_SESSIONS = CMD_RUN_OWN,
	OPTION_PAUSE,
};

static const struct option calibrate_table[] = {
	{"sessions", required_argument, NULL, OPTION_SESSIONS},
	{"pause", required_argument, NULL, OPTION_PAUSE},
	{},
};

static const char help[] =
	"Usage: coldprof calibrate [OPTION]... [WORKLOAD...]\n"
	"       coldprof calibrate [OPTION]... -- COMMAND [ARGUMENT]...\n"
	"\n"
	"Measures this machine's own noise: the same programs against themselves, in several "
	"short\n"
	"sessions. Says how far starts of one session and medians of two sessions lie apart "
	"though\n"
	"nothing changed, and keeps that in a report, by which `coldprof compare --noise FILE` "
	"can\n"
	"judge wall times of two reports that were made at different times.\n"
	"\n"
	"      --sessions N      sessions, each with its warm-ups (default 8, at least 3)\n"
	"      --pause SEC       between two sessions (default 0): machines drift further over "
	"hours\n"
	"                        than over minutes, so spread them as far as reports will be "
	"apart\n"
	"  -n, --repeat N        measured starts of each workload in each session (default 5)\n"
	"  -o, --output FILE     the report (default coldprof-calibration.json; - is standard "
	"output)\n"
	"\n"
	"All other options are those of `coldprof run` for one side: see `coldprof run --help`.\n"
	"\n"
	"Exit status: 0 done; 1 a start failed; 2 usage; 3 this machine can't; 4 bad input file;\n"
	"130, 143 interrupted (the starts already measured are in the report).\n";

static int take(struct run_options *options, int option, const char *value, char **argv)
{
	(void)argv;
	switch (option) {
	case OPTION_SESSIONS:
		return cmd_number("--sessions", value, SESSIONS_LEAST, SESSIONS_MOST,
				  &options->sessions);
	case OPTION_PAUSE:
		return cmd_seconds("--pause", value, &options->pause_s);
	}
	return -EINVAL;
}

static int check(struct run_options *options)
{
	(void)options;
	return 0;
}

int cmd_calibrate(int argc, char **argv)
{
	static const struct cmd_run_own own = {calibrate_table, take, check};
	struct run_options options;
	bool help_wanted = false;
	int status;

	cmd_run_options_init(&options, argc, argv);
	options.sessions = SESSIONS;
	options.repeat = STARTS;
	options.output = "coldprof-calibration.json";
	if (cmd_run_options_parse(&own, &options, &help_wanted))
		status = cmd_usage("calibrate");
	else if (help_wanted)
		status = fputs(help, stdout) < 0;
	else
		status = run(&options);
	cmd_run_options_release(&options);
	return status;
}

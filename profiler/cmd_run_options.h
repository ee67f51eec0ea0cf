/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_run_options.h - the options that all commands have which start programs */
#ifndef COLDPROF_CMD_RUN_OPTIONS_H
#define COLDPROF_CMD_RUN_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "run.h"

/* Where the numbers of a command's own options begin: those before it are shared. */
#define CMD_RUN_OWN 512

/* What a command has beside the shared options. */
struct cmd_run_own {
	const struct option *table; /* ends with an empty one */
	/*
	 * Takes one of |table|. |argv| is there for an option of several values: optind is the
	 * place of the next word. 0, or -errno (printed).
	 */
	int (*take)(struct run_options *options, int option, const char *value, char **argv);
	/* What can't be said of one option alone. 0 or -EINVAL, printed. */
	int (*check)(struct run_options *options);
};

/* Sets all defaults. Released by cmd_run_options_release() whatever comes. */
void cmd_run_options_init(struct run_options *options, int argc, char **argv);
void cmd_run_options_release(struct run_options *options);

/* 0; or -errno, printed: bad usage. Where help is asked for, nothing else counts. */
int cmd_run_options_parse(const struct cmd_run_own *own, struct run_options *options,
			  bool *help_wanted);

/* --ab, --against, --until-sure and what goes with them: two sides in one run. */
extern const struct cmd_run_own cmd_run_sides;

#endif

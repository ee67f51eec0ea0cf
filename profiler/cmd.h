/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd.h - the table of commands and what their option parsers share */
#ifndef COLDPROF_CMD_H
#define COLDPROF_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct command {
	const char *name;
	const char *summary;		   /* one line of `coldprof --help` */
	int (*run)(int argc, char **argv); /* argv[0] is the command; returns an exit status */
};

int cmd_run(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_workloads(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* ---- parts of cmd_compare.c: cmd_compare_*.c, cmd_folder.c ---- */

struct compare_policy;
struct comparison;
struct result;

struct cmd_history {
	const char *folder;
	unsigned long last; /* reports of it */
	const char *noise;  /* a file or a folder; NULL: none */
};
/*
 * Compares |path| by a history. EXIT_DONE with |*found| whether |out| was made, to be released by
 * the caller: where there is no report to compare with, that is said. Another status after a line
 * that says why.
 */
int cmd_compare_history(const struct cmd_history *history, const char *path,
			const struct compare_policy *policy, struct comparison *out, bool *found);

/*
 * Reads a calibration or, of a folder, what its reports from before |new| say of this machine's
 * noise. 0, or -errno (printed); |out| is the caller's to release on success.
 */
int cmd_compare_noise(const char *path, const struct result *new, struct result *out);

/*
 * Gives each report (*.json) in |folder| to |take|, which may move what is in it, returns 0 or
 * -errno, and prints nothing. 0, or -errno (printed).
 */
typedef int cmd_take_report(const char *path, struct result *report, void *data);
int cmd_each_report(const char *folder, cmd_take_report *take, void *data);

/* Prints every metric, its kind and its threshold by |policy|. */
void cmd_compare_list(const struct compare_policy *policy);

/* The line after getopt_long's own: where to look. Returns EXIT_USAGE. */
int cmd_usage(const char *command);

/* A choice of an option: prints the allowed words when |text| is none of them. */
struct cmd_choice {
	const char *word;
	int value;
};
/* |choices| ends with a NULL word. 0, or -EINVAL after a line that names |option|. */
int cmd_choose(const char *option, const char *text, const struct cmd_choice *choices, int *out);

/* Whole numbers and numbers with bounds; 0, or -EINVAL after a line that names |option|. */
int cmd_number(const char *option, const char *text, unsigned long min, unsigned long max,
	       unsigned long *out);
int cmd_seconds(const char *option, const char *text, double *out);

/* Adds the rule of --threshold NAME=VALUE; 0, or -errno after a line that names what is wrong. */
struct compare_policy;
int cmd_threshold(struct compare_policy *policy, const char *text);

/* auto, always, never: whether |stream| gets colour or progress. */
enum cmd_when { CMD_AUTO, CMD_ALWAYS, CMD_NEVER };
int cmd_when(const char *option, const char *text, enum cmd_when *out);
bool cmd_when_applies(enum cmd_when when, FILE *stream);

#endif

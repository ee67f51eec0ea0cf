// SPDX-License-Identifier: BSD-2-Clause
/* main.c - finds the command and runs it */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cmd.h"
#include "err.h"
#include "nearest.h"

static const struct command commands[] = {
	{"run", "profile starts of catalog workloads or of a command", cmd_run},
	{"report", "render a report, or rebuild one from recordings", cmd_report},
	{"compare", "what a change made worse: two reports, and a verdict", cmd_compare},
	{"merge", "one report from those of the parts of a plan", cmd_merge},
	{"calibrate", "how far this machine's times lie apart though nothing changed",
	 cmd_calibrate},
	{"workloads", "list, show, prepare or clean the catalog", cmd_workloads},
	{"doctor", "what this machine can and cannot measure", cmd_doctor},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("coldprof - where the cold start and the memory of a Node.js or Python program go\n\n"
	      "Usage: coldprof COMMAND [OPTION]... [ARGUMENT]...\n\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\nFirst steps:\n"
	      "  sudo coldprof run -- node server.js    your own program\n"
	      "  sudo coldprof run                      the quick set of the catalog\n"
	      "  coldprof COMMAND --help                options of a command\n",
	      out);
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS];
	struct buf near = {};

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	nearest_names(name, names, COMMANDS, &near);
	if (near.size)
		err_print("unknown command '%s'; did you mean %s?", name, near.data);
	else
		err_print("unknown command '%s'", name);
	buf_release(&near);
	fprintf(stderr, "Try 'coldprof --help'.\n");
	return EXIT_USAGE;
}

/* A result that did not get to standard output is no success. */
static int check_output(int status)
{
	if (status != EXIT_DONE || (fflush(stdout) == 0 && !ferror(stdout)))
		return status;
	err_code(errno, "cannot write to standard output");
	return EXIT_NO;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("coldprof " COLDPROF_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return check_output(commands[i].run(argc - 1, argv + 1));
	return unknown_command(argv[1]);
}

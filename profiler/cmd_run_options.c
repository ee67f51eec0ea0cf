// SPDX-License-Identifier: BSD-2-Clause
/* cmd_run_options.c - the options that all commands have which start programs */
#include "cmd_run_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "units.h"

#define MAX_STARTS 100000

enum {
	OPTION_COLD = 256,
	OPTION_READY,
	OPTION_REQUESTS,
	OPTION_MEMORY,
	OPTION_CPUS,
	OPTION_TIMEOUT,
	OPTION_IGNORE_FAILURE,
	OPTION_USER,
	OPTION_ENV,
	OPTION_CWD,
	OPTION_STDIN,
	OPTION_SETUP,
	OPTION_NAME,
	OPTION_NODE,
	OPTION_PYTHON,
	OPTION_CATALOG,
	OPTION_CACHE,
	OPTION_REDIS,
	OPTION_KAFKA,
	OPTION_MODULE_HOOK,
	OPTION_SEED,
	OPTION_RECORD,
	OPTION_PROGRESS,
	OPTION_COLOR,
	OPTION_BTF,
	OPTION_RING,
	OPTION_NULL_CONTROL,
};

static const struct option options_table[] = {
	{"repeat", required_argument, NULL, 'n'},
	{"warmup", required_argument, NULL, 'w'},
	{"output", required_argument, NULL, 'o'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"cold", required_argument, NULL, OPTION_COLD},
	{"ready", required_argument, NULL, OPTION_READY},
	{"requests", required_argument, NULL, OPTION_REQUESTS},
	{"memory", required_argument, NULL, OPTION_MEMORY},
	{"cpus", required_argument, NULL, OPTION_CPUS},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"ignore-failure", no_argument, NULL, OPTION_IGNORE_FAILURE},
	{"user", required_argument, NULL, OPTION_USER},
	{"env", required_argument, NULL, OPTION_ENV},
	{"cwd", required_argument, NULL, OPTION_CWD},
	{"stdin", required_argument, NULL, OPTION_STDIN},
	{"setup", required_argument, NULL, OPTION_SETUP},
	{"name", required_argument, NULL, OPTION_NAME},
	{"node", required_argument, NULL, OPTION_NODE},
	{"python", required_argument, NULL, OPTION_PYTHON},
	{"catalog", required_argument, NULL, OPTION_CATALOG},
	{"cache", required_argument, NULL, OPTION_CACHE},
	{"redis", required_argument, NULL, OPTION_REDIS},
	{"kafka", required_argument, NULL, OPTION_KAFKA},
	{"module-hook", no_argument, NULL, OPTION_MODULE_HOOK},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"record", required_argument, NULL, OPTION_RECORD},
	{"progress", required_argument, NULL, OPTION_PROGRESS},
	{"color", required_argument, NULL, OPTION_COLOR},
	{"btf", required_argument, NULL, OPTION_BTF},
	{"ring", required_argument, NULL, OPTION_RING},
	{"null-control", no_argument, NULL, OPTION_NULL_CONTROL},
	{},
};

static int take_environment(struct run_options *options, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text) {
		err_print("bad value '%s' of --env: must be NAME=VALUE", text);
		return -EINVAL;
	}
	return vec_push(&options->environment, text);
}

static int take_memory(struct run_options *options, const char *text)
{
	if (units_parse_bytes(text, &options->limits.memory_bytes) ||
	    options->limits.memory_bytes < MIB) {
		err_print("bad value '%s' of --memory: must be a size of at least 1M", text);
		return -EINVAL;
	}
	return 0;
}

static int take_cpus(struct run_options *options, const char *text)
{
	if (units_parse_double(text, &options->limits.cpus) || options->limits.cpus < 0.01 ||
	    options->limits.cpus > 4096) {
		err_print("bad value '%s' of --cpus: must be a number from 0.01 to 4096", text);
		return -EINVAL;
	}
	return 0;
}

static int take_ring(struct run_options *options, const char *text)
{
	int rc = cmd_number("--ring", text, 1, 1024, &options->ring_mib);

	if (!rc && (options->ring_mib & (options->ring_mib - 1))) {
		err_print("bad value '%s' of --ring: must be a power of two", text);
		rc = -EINVAL;
	}
	return rc;
}

static int take_cold(struct run_options *options, const char *text)
{
	static const struct cmd_choice levels[] = {
		{"warm", COLD_WARM}, {"evicted", COLD_EVICTED}, {"dropped", COLD_DROPPED}, {}};
	int level, rc = cmd_choose("--cold", text, levels, &level);

	if (!rc)
		options->cold = (enum cold_level)level;
	return rc;
}

static int take_requests(struct run_options *options, const char *text)
{
	unsigned long count;
	int rc = cmd_number("--requests", text, 0, 60000, &count);

	if (!rc)
		options->requests = (long)count;
	return rc;
}

/* Options whose value is a number, a choice or a form of its own. */
static int take_parsed(struct run_options *options, int option, const char *value)
{
	switch (option) {
	case 'n':
		return cmd_number("--repeat", value, 1, MAX_STARTS, &options->repeat);
	case 'w':
		return cmd_number("--warmup", value, 0, MAX_STARTS, &options->warmup);
	case OPTION_SEED:
		options->seed_given = true;
		return cmd_number("--seed", value, 0, (1ul << 53) - 1, &options->seed);
	case OPTION_COLD:
		return take_cold(options, value);
	case OPTION_READY:
		options->ready_given = true;
		ready_release(&options->ready);
		return ready_parse(value, &options->ready);
	case OPTION_REQUESTS:
		return take_requests(options, value);
	case OPTION_MEMORY:
		return take_memory(options, value);
	case OPTION_CPUS:
		return take_cpus(options, value);
	case OPTION_TIMEOUT:
		return cmd_seconds("--timeout", value, &options->timeout_s);
	case OPTION_ENV:
		return take_environment(options, value);
	case OPTION_PROGRESS:
		return cmd_when("--progress", value, &options->progress);
	case OPTION_COLOR:
		return cmd_when("--color", value, &options->color);
	case OPTION_RING:
		return take_ring(options, value);
	}
	return -ENOTTY;
}

static const char **text_option(struct run_options *options, int option)
{
	switch (option) {
	case 'o':
		return &options->output;
	case OPTION_USER:
		return &options->user;
	case OPTION_CWD:
		return &options->cwd;
	case OPTION_STDIN:
		return &options->stdin_path;
	case OPTION_SETUP:
		return &options->setup;
	case OPTION_NAME:
		return &options->name;
	case OPTION_CACHE:
		return &options->cache;
	case OPTION_REDIS:
		return &options->redis;
	case OPTION_KAFKA:
		return &options->kafka;
	case OPTION_RECORD:
		return &options->record;
	case OPTION_BTF:
		return &options->btf;
	}
	return NULL;
}

static const char *long_name(int option)
{
	const struct option *entry = options_table;

	while (entry->name && entry->val != option)
		entry++;
	return entry->name;
}

static int take_option(struct run_options *options, int option, const char *value)
{
	const char **text = text_option(options, option);

	switch (option) {
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case OPTION_IGNORE_FAILURE:
		options->ignore_failure = true;
		return 0;
	case OPTION_NULL_CONTROL:
		options->null_control = true;
		return 0;
	case OPTION_MODULE_HOOK:
		options->module_hook = true;
		return 0;
	case 1:
		return vec_push(&options->workloads, value);
	case OPTION_NODE:
		return vec_push(&options->node, value);
	case OPTION_PYTHON:
		return vec_push(&options->python, value);
	case OPTION_CATALOG:
		return vec_push(&options->catalogs, value);
	}
	if (!text)
		return take_parsed(options, option, value);
	if (!*value) {
		err_print("bad value '' of --%s: must not be empty", long_name(option));
		return -EINVAL;
	}
	*text = value;
	return 0;
}

/* What follows "--" is a command. */
static int take_command(struct run_options *options, int argc, char **argv)
{
	bool dashes = optind > 0 && strcmp(argv[optind - 1], "--") == 0;

	if (!dashes)
		return 0;
	if (optind == argc) {
		err_print("no command after '--'");
		return -EINVAL;
	}
	if (options->workloads.count) {
		err_print("'%s' before '--': name workloads or give a command, not both",
			  options->workloads.items[0]);
		return -EINVAL;
	}
	options->command = argv + optind;
	return 0;
}

static int check(const struct run_options *options)
{
	if (options->command && (options->node.count || options->python.count)) {
		err_print("--node and --python choose the runtime of workloads; a command "
			  "names its own");
		return -EINVAL;
	}
	if (!options->command && options->name) {
		err_print("--name is for a command");
		return -EINVAL;
	}
	return 0;
}

#define OPTIONS_MOST 64

/* The shared options, then a command's own: 0, or -EINVAL where they are more than there is room.
 */
static int join_tables(const struct option *own, struct option out[OPTIONS_MOST])
{
	const struct option *const tables[] = {options_table, own};
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		for (const struct option *option = tables[i]; option->name; option++) {
			if (count == OPTIONS_MOST - 1)
				return -EINVAL;
			out[count++] = *option;
		}
	out[count] = (struct option){};
	return 0;
}

int cmd_run_options_parse(const struct cmd_run_own *own, struct run_options *options,
			  bool *help_wanted)
{
	struct option table[OPTIONS_MOST];
	char **argv = options->argv;
	int option, rc = join_tables(own->table, table);

	optind = 0;
	/* "-": a word that is no option comes as option 1, in its place */
	while (!rc &&
	       (option = getopt_long(options->argc, argv, "-n:w:o:qvh", table, NULL)) != -1) {
		if (option == 'h') {
			*help_wanted = true;
			return 0;
		}
		if (option >= CMD_RUN_OWN)
			rc = own->take(options, option, optarg, argv);
		else
			rc = option == '?' ? -EINVAL : take_option(options, option, optarg);
	}
	if (!rc)
		rc = take_command(options, options->argc, argv);
	if (!rc)
		rc = check(options);
	return rc ? rc : own->check(options);
}

void cmd_run_options_init(struct run_options *options, int argc, char **argv)
{
	*options = (struct run_options){
		.repeat = 10,
		.warmup = 1,
		.requests = -1,
		.timeout_s = 60,
		.output = "coldprof-report.json",
		.argc = argc,
		.argv = argv,
	};
	compare_policy_init(&options->sides.policy);
	argv[0] = "coldprof"; /* getopt begins its messages with it */
}

void cmd_run_options_release(struct run_options *options)
{
	run_words *lists[] = {&options->workloads, &options->environment, &options->node,
			      &options->python, &options->catalogs};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		vec_release(lists[i]);
	ready_release(&options->ready);
	words_release(&options->sides.against);
	compare_policy_release(&options->sides.policy);
}

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_run.c - the options of `coldprof run` */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "run.h"
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
	{"seed", required_argument, NULL, OPTION_SEED},
	{"record", required_argument, NULL, OPTION_RECORD},
	{"progress", required_argument, NULL, OPTION_PROGRESS},
	{"color", required_argument, NULL, OPTION_COLOR},
	{"btf", required_argument, NULL, OPTION_BTF},
	{"ring", required_argument, NULL, OPTION_RING},
	{"null-control", no_argument, NULL, OPTION_NULL_CONTROL},
	{},
};

static const char help[] =
	"Usage: coldprof run [OPTION]... [WORKLOAD...]\n"
	"       coldprof run [OPTION]... -- COMMAND [ARGUMENT]...\n"
	"\n"
	"Starts workloads of the catalog (names, 'python/*', @TAG; none: @quick) or a command of\n"
	"your own again and again, and shows where the time and the memory of a start go.\n"
	"\n"
	"How often and how cold\n"
	"  -n, --repeat N        measured starts of each (default 10)\n"
	"  -w, --warmup N        discarded starts before them (default 1)\n"
	"      --cold LEVEL      page cache before each start: warm (default), evicted (the files\n"
	"                        of this start), dropped (the whole machine's)\n"
	"      --seed N          of the random order and of the intervals\n"
	"When it is ready\n"
	"      --ready SPEC      exit | listen | http[:PORT][/PATH] | line:REGEX\n"
	"                        (default: first listen(2), then its answer to GET /; else exit)\n"
	"      --requests N      requests after the first response (default: the workload's own\n"
	"                        number; 0 for a command)\n"
	"      --timeout SEC     for each start (default 60)\n"
	"      --ignore-failure  a nonzero exit of the program is a good start\n"
	"How it is started\n"
	"      --user NAME       run as that user (default: who called sudo)\n"
	"      --env K=V         set a variable; may be repeated\n"
	"      --cwd DIR         the program's folder\n"
	"      --stdin FILE      its standard input (default /dev/null)\n"
	"      --setup CMD       shell command before each start, outside the clock\n"
	"      --name NAME       what the report calls the command\n"
	"      --memory SIZE     limit of the whole process tree, by cgroup: 512M, 1.5G\n"
	"      --cpus N          the same for CPU time: 0.5 is half a CPU\n"
	"The catalog\n"
	"      --node PATH       runtime of the node workloads; repeated: each under each\n"
	"      --python PATH     the same for python\n"
	"      --catalog DIR     more workloads, of the same form\n"
	"      --cache DIR       where they are prepared\n"
	"      --redis ADDRESS   HOST:PORT or redis://..., where they need one (default: started)\n"
	"      --kafka ADDRESS   HOST:PORT, the same\n"
	"Output\n"
	"  -o, --output FILE     the report (default coldprof-report.json; - is standard output)\n"
	"      --record DIR      keep each start's recording\n"
	"  -q, --quiet           no result on the terminal\n"
	"  -v, --verbose         say what is done\n"
	"      --progress WHEN   auto, always, never\n"
	"      --color WHEN      auto, always, never\n"
	"  -h, --help            this text\n"
	"Tracing\n"
	"      --btf FILE        the kernel's types, where it has none of its own\n"
	"      --ring MIB        size of the event buffer, a power of two (default 16)\n"
	"      --null-control    load the tracing programs, attach none: for benchmarks\n"
	"\n"
	"Exit status: 0 done; 1 a start failed; 2 usage; 3 this machine can't; 4 bad input file;\n"
	"130, 143 interrupted (the starts already measured are in the report).\n";

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

static int parse(int argc, char **argv, struct run_options *options, bool *help_wanted)
{
	int option, rc = 0;

	optind = 0;
	/* "-": a word that is no option comes as option 1, in its place */
	while (!rc && (option = getopt_long(argc, argv, "-n:w:o:qvh", options_table, NULL)) != -1) {
		if (option == 'h') {
			*help_wanted = true;
			return 0;
		}
		rc = option == '?' ? -EINVAL : take_option(options, option, optarg);
	}
	if (!rc)
		rc = take_command(options, argc, argv);
	return rc ? rc : check(options);
}

static void release(struct run_options *options)
{
	run_words *lists[] = {&options->workloads, &options->environment, &options->node,
			      &options->python, &options->catalogs};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		vec_release(lists[i]);
	ready_release(&options->ready);
}

int cmd_run(int argc, char **argv)
{
	struct run_options options = {
		.repeat = 10,
		.warmup = 1,
		.requests = -1,
		.timeout_s = 60,
		.output = "coldprof-report.json",
		.argc = argc,
		.argv = argv,
	};
	bool help_wanted = false;
	int status;

	argv[0] = "coldprof"; /* getopt begins its messages with it */
	if (parse(argc, argv, &options, &help_wanted))
		status = cmd_usage("run");
	else if (help_wanted)
		status = fputs(help, stdout) < 0;
	else
		status = run(&options);
	release(&options);
	return status;
}

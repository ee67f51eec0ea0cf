// SPDX-License-Identifier: BSD-2-Clause
/* cmd_run.c - `coldprof run`: its help and its parts of the command line */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "cmd_run_options.h"
#include "err.h"

static const char help[] =
	"Usage: coldprof run [OPTION]... [WORKLOAD...]\n"
	"       coldprof run [OPTION]... -- COMMAND [ARGUMENT]...\n"
	"       coldprof run [OPTION]... --ab DIR_A DIR_B -- COMMAND [ARGUMENT]...\n"
	"       coldprof run [OPTION]... --against 'COMMAND B' -- COMMAND [ARGUMENT]...\n"
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
	"Two sides, by turns in one run: a report for each, and what compare says of A -> B\n"
	"      --ab DIR_A DIR_B  the command in two folders, such as two checkouts\n"
	"      --against 'COMMAND B'\n"
	"                        two commands: B is split into words as a shell does, with quotes\n"
	"                        and backslashes; nothing is expanded\n"
	"      --until-sure      go on until each gated metric is decided, in at most five looks:\n"
	"                        only what the last look says counts\n"
	"      --max-runs N      at most so many starts a side (default ten times --repeat)\n"
	"      --max-time SEC    at most so long, warm-ups not counted: no new round after it\n"
	"      --threshold NAME=VALUE, --policy FILE\n"
	"                        what matters, as for compare\n"
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
	"  -o, --output FILE     the report (default coldprof-report.json; - is standard output);\n"
	"                        of two sides FILE-a and FILE-b, before the dot: report-a.json\n"
	"      --record DIR      keep each start's recording\n"
	"  -q, --quiet           no result on the terminal\n"
	"  -v, --verbose         say what is done\n"
	"      --progress WHEN   auto, always, never\n"
	"      --color WHEN      auto, always, never\n"
	"  -h, --help            this text\n"
	"Tracing\n"
	"      --module-hook     preload a hook into a Node.js whose modules can't be seen from\n"
	"                        outside (stripped, another version): it tells of require()\n"
	"      --btf FILE        the kernel's types, where it has none of its own\n"
	"      --ring MIB        size of the event buffer, a power of two (default 16)\n"
	"      --null-control    load the tracing programs, attach none: for benchmarks\n"
	"\n"
	"Exit status: 0 done; 1 a start failed, or B is worse than A; 2 usage; 3 this machine "
	"can't;\n"
	"4 bad input file; 130, 143 interrupted (the starts already measured are in the report).\n";

/* What is judged by: a file's rules, then those of the command line, which win. */
static int read_policy(struct run_sides_options *sides)
{
	struct compare_policy options = sides->policy;
	int rc;

	if (!sides->policy_path)
		return 0;
	compare_policy_init(&sides->policy);
	rc = compare_policy_read(&sides->policy, sides->policy_path);
	if (!rc && compare_policy_join(&sides->policy, &options))
		rc = err_code(ENOMEM, "cannot take '%s'", sides->policy_path);
	compare_policy_release(&options);
	return rc;
}

int cmd_run(int argc, char **argv)
{
	struct run_options options;
	bool help_wanted = false;
	int status;

	cmd_run_options_init(&options, argc, argv);
	if (cmd_run_options_parse(&cmd_run_sides, &options, &help_wanted))
		status = cmd_usage("run");
	else if (help_wanted)
		status = fputs(help, stdout) < 0;
	else if (read_policy(&options.sides))
		status = EXIT_INPUT;
	else
		status = run(&options);
	cmd_run_options_release(&options);
	return status;
}

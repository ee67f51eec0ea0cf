// SPDX-License-Identifier: BSD-2-Clause
/* run_describe.c - what the report says of the machine and of the plan */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "commit.h"
#include "fs.h"
#include "result.h"
#include "units.h"
#include "user.h"

/* The first line of a small file, or NULL. */
static char *first_line(const char *path)
{
	struct buf text = {};
	char *line = NULL;

	if (fs_read(path, MIB, &text) == 0 && text.size)
		line = strndup(text.data, strcspn(text.data, "\n"));
	buf_release(&text);
	return line;
}

/* The value behind "key" and a separator, without quotes: of /proc/cpuinfo, /etc/os-release. */
static char *value_of(const char *path, const char *key, char separator)
{
	struct buf text = {};
	char *value = NULL;
	const char *at;

	if (fs_read(path, 16 * MIB, &text))
		return NULL;
	at = strstr(text.data, key);
	at = at ? strchr(at, separator) : NULL;
	if (at) {
		at += 1 + strspn(at + 1, " \t\"");
		value = strndup(at, strcspn(at, "\"\n"));
	}
	buf_release(&text);
	return value;
}

static char *virtualization(void)
{
	char *product = first_line("/sys/class/dmi/id/product_name");
	struct buf cpu = {};
	bool guest;

	fs_read("/proc/cpuinfo", 16 * MIB, &cpu);
	guest = strstr(buf_text(&cpu), " hypervisor") != NULL;
	buf_release(&cpu);
	if (guest && product)
		return product;
	free(product);
	return strdup(guest ? "virtual machine" : "none");
}

static void describe_host(struct result_host *host)
{
	struct utsname name;
	struct sysinfo info;
	double load[1];

	if (uname(&name) == 0) {
		host->kernel = strdup(name.release);
		host->machine = strdup(name.machine);
	}
	host->os = value_of("/etc/os-release", "PRETTY_NAME", '=');
	host->cpu = value_of("/proc/cpuinfo", "model name", ':');
	host->virtualization = virtualization();
	host->cgroup = strdup(limits_version());
	host->cpus_count = sysconf(_SC_NPROCESSORS_ONLN);
	if (sysinfo(&info) == 0)
		host->memory_bytes = (int64_t)info.totalram * info.mem_unit;
	if (getloadavg(load, 1) == 1)
		host->load1 = load[0];
	host->governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	host->clock =
		first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

/* The command line's words; of a variable that is set the name alone. */
static char *option_word(char *const *argv, int i)
{
	bool value = i > 0 && strcmp(argv[i - 1], "--env") == 0;
	const char *pair = strncmp(argv[i], "--env=", 6) == 0 ? argv[i] + 6 : argv[i];
	const char *equals = value || pair != argv[i] ? strchr(pair, '=') : NULL;

	return equals ? strndup(argv[i], (size_t)(equals - argv[i])) : strdup(argv[i]);
}

static int describe_plan(const struct run_options *options, const struct user *user, uint64_t seed,
			 struct result_plan *plan)
{
	plan->repeat = (int64_t)options->repeat;
	plan->warmup = (int64_t)options->warmup;
	plan->seed = (int64_t)seed;
	plan->requests = options->requests < 0 ? RESULT_ABSENT : options->requests;
	plan->timeout_ns = (int64_t)(options->timeout_s * 1e9);
	plan->cold = strdup(cold_name(options->cold));
	plan->user = strdup(user->name);
	for (int i = 1; i < options->argc; i++)
		if (vec_push(&plan->options, option_word(options->argv, i)))
			return -ENOMEM;
	return 0;
}

int run_describe(const struct run_options *options, const struct user *user, uint64_t seed,
		 struct result *result)
{
	char created[32];
	time_t now = time(NULL);
	struct tm utc;

	result->schema = RESULT_SCHEMA;
	result->tool = strdup("coldprof " COLDPROF_VERSION);
	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	result->created = strdup(created);
	describe_host(&result->host);
	if (options->command &&
	    commit_find(user, options->cwd ? options->cwd : ".", &result->commit))
		return -ENOMEM;
	return describe_plan(options, user, seed, &result->plan);
}

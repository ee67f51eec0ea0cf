// SPDX-License-Identifier: BSD-2-Clause
/* doctor_machine.c - what of the machine limits or disturbs a measurement */
#include "doctor_parts.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "limit.h"
#include "units.h"
#include "user_job.h"

#ifndef __NR_cachestat
#define __NR_cachestat 451 /* since 6.5, the same on all architectures */
#endif

#define DROP_CACHES "/proc/sys/vm/drop_caches"
#define CLOCK	    "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define GOVERNOR    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
#define SAMPLE_MS   250
#define BUSY_SHARE  0.1 /* of all CPUs, used by others: measurable noise */
#define STEAL_SHARE 0.01

/* The first line of a small file; false where there is none. */
static bool first_line(const char *path, char line[128])
{
	struct buf text = {0};
	bool found = fs_read(path, 4096, &text) == 0 && text.size;

	if (found)
		snprintf(line, 128, "%.*s", (int)strcspn(text.data, "\n"), text.data);
	buf_release(&text);
	return found;
}

/* ---- cgroups ---- */

static bool can_limit(const struct limits_spec *spec)
{
	struct limits *limits;

	if (limits_begin(spec, &limits))
		return false;
	return limits_end(limits) == 0;
}

/* In a process of its own, whose complaints nobody hears: "VERSION groups memory cpu" */
static int try_cgroups(void *context, struct buf *answer)
{
	const struct limits_spec memory = {.memory_bytes = 256 * MIB}, cpu = {.cpus = 1},
				 none = {0};
	int silent = memfd_create("coldprof-cgroups", MFD_CLOEXEC), rc;

	(void)context;
	if (silent < 0 || dup2(silent, STDERR_FILENO) < 0)
		return -errno;
	rc = limits_setup();
	if (rc)
		return rc;
	rc = buf_printf(answer, "%s %d %d %d", limits_version(),
			limits_available() && can_limit(&none), can_limit(&memory),
			can_limit(&cpu));
	limits_teardown();
	return rc;
}

/* What is mounted, where nothing can be tried. */
static const char *mounted_cgroups(void)
{
	struct buf mounts = {0};
	bool v1, v2;

	if (fs_read("/proc/self/mounts", 1 << 20, &mounts))
		return "none";
	v1 = strstr(mounts.data, " cgroup rw") || strstr(mounts.data, " cgroup ro");
	v2 = strstr(mounts.data, " cgroup2 ");
	buf_release(&mounts);
	return v1 && v2 ? "v1+v2" : v1 ? "v1" : v2 ? "v2" : "none";
}

static void check_cgroups(struct doctor *doctor)
{
	static const char cure[] = "let coldprof write to /sys/fs/cgroup, with the controllers "
				   "memory and cpu";
	int groups = 0, memory = 0, cpu = 0;
	struct buf answer = {0};
	char version[16] = "none";

	if (geteuid()) {
		doctor_add(doctor, "cgroup", DOCTOR_LIMITED, NULL,
			   "version %s is mounted; not tried without root", mounted_cgroups());
		return;
	}
	if (user_job(NULL, try_cgroups, NULL, &answer) == 0)
		sscanf(answer.data, "%15s %d %d %d", version, &groups, &memory, &cpu);
	buf_release(&answer);
	if (!groups)
		doctor_add(doctor, "cgroup", DOCTOR_LIMITED, cure,
			   "version %s, no group can be made: no --memory, --cpus, and what a "
			   "program leaves running may be missed",
			   mounted_cgroups());
	else if (!memory || !cpu)
		doctor_add(doctor, "cgroup", DOCTOR_LIMITED, cure, "version %s, without %s%s%s",
			   version, memory ? "" : "--memory", !memory && !cpu ? " and " : "",
			   cpu ? "" : "--cpus");
	else
		doctor_add(doctor, "cgroup", DOCTOR_OK, NULL,
			   "version %s: a group for each start, --memory and --cpus work", version);
}

/* ---- page cache, clock, frequency ---- */

static bool has_cachestat(void)
{
	return syscall(__NR_cachestat, -1, NULL, NULL, 0) < 0 && errno != ENOSYS;
}

static void check_page_cache(struct doctor *doctor)
{
	const char *proof = has_cachestat() ? "cachestat(2)" : "mincore(2)";

	if (access(DROP_CACHES, W_OK) == 0)
		doctor_add(doctor, "page cache", DOCTOR_OK, NULL,
			   "--cold evicted and dropped work, proved by %s", proof);
	else
		doctor_add(
			doctor, "page cache", DOCTOR_LIMITED,
			geteuid() ? "use sudo" : "let coldprof write to " DROP_CACHES,
			"--cold evicted works, proved by %s; --cold dropped does not: " DROP_CACHES
			" cannot be written",
			proof);
}

static void check_clock(struct doctor *doctor)
{
	static const char *const fast[] = {"tsc", "kvm-clock", "arch_sys_counter",
					   "hyperv_clocksource_tsc_page"};
	char name[128];

	if (!first_line(CLOCK, name)) {
		doctor_add(doctor, "clock", DOCTOR_LIMITED, NULL, "its source is not known");
		return;
	}
	for (size_t i = 0; i < sizeof(fast) / sizeof(fast[0]); i++)
		if (strcmp(name, fast[i]) == 0) {
			doctor_add(doctor, "clock", DOCTOR_OK, NULL, "%s, fast to read", name);
			return;
		}
	doctor_add(doctor, "clock", DOCTOR_LIMITED,
		   "find out why the kernel gave up the TSC: dmesg | grep -i clocksource",
		   "%s is slow to read: each traced event costs more", name);
}

static void check_governor(struct doctor *doctor)
{
	char name[128];

	if (!first_line(GOVERNOR, name))
		doctor_add(doctor, "CPU governor", DOCTOR_OK, NULL,
			   "none here: the CPU's speed is the host's or the firmware's affair");
	else if (strcmp(name, "performance") == 0)
		doctor_add(doctor, "CPU governor", DOCTOR_OK, NULL, "performance");
	else
		doctor_add(
			doctor, "CPU governor", DOCTOR_LIMITED,
			"cpupower frequency-set -g performance",
			"%s: the CPU's speed follows the load, so starts after a pause are slower",
			name);
}

/* ---- neighbours ---- */

struct ticks {
	unsigned long long total, idle, steal;
};

static bool read_ticks(struct ticks *out)
{
	unsigned long long user, nice, system, idle, wait, hard, soft, steal;
	struct buf text = {0};
	bool read;

	read = fs_read("/proc/stat", 1 << 20, &text) == 0 &&
	       sscanf(text.data, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
		      &system, &idle, &wait, &hard, &soft, &steal) == 8;
	buf_release(&text);
	if (read)
		*out = (struct ticks){
			.total = user + nice + system + idle + wait + hard + soft + steal,
			.idle = idle + wait,
			.steal = steal,
		};
	return read;
}

static void say_neighbours(struct doctor *doctor, double busy, double steal)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load = 0;

	(void)getloadavg(&load, 1);
	if (steal > STEAL_SHARE)
		doctor_add(doctor, "neighbours", DOCTOR_LIMITED,
			   "measure on a machine of your own, or repeat more (-n)",
			   "the host took %.0f %% of the CPU time away (steal)", 100 * steal);
	else if (busy > BUSY_SHARE)
		doctor_add(doctor, "neighbours", DOCTOR_LIMITED,
			   "stop what else runs, or repeat more (-n)",
			   "other programs use %.1f of %ld CPUs (load average %.1f)",
			   busy * (double)cpus, cpus, load);
	else
		doctor_add(doctor, "neighbours", DOCTOR_OK, NULL,
			   "idle: others use %.1f of %ld CPUs, steal %.0f %%, load average %.1f",
			   busy * (double)cpus, cpus, 100 * steal, load);
}

static void check_neighbours(struct doctor *doctor)
{
	const struct timespec sample = {.tv_nsec = SAMPLE_MS * 1000000l};
	struct ticks before, after;
	double total;

	if (!read_ticks(&before))
		return;
	nanosleep(&sample, NULL); /* ours is the sleep: all that runs meanwhile is others' */
	if (!read_ticks(&after) || after.total <= before.total)
		return;
	total = (double)(after.total - before.total);
	say_neighbours(doctor, 1 - (double)(after.idle - before.idle) / total,
		       (double)(after.steal - before.steal) / total);
}

void doctor_machine(const struct doctor_options *options, struct doctor *doctor)
{
	(void)options;
	check_cgroups(doctor);
	check_page_cache(doctor);
	check_clock(doctor);
	check_governor(doctor);
	check_neighbours(doctor);
}

// SPDX-License-Identifier: BSD-2-Clause
/* doctor_kernel.c - whether this kernel lets this process trace, and what it can show */
#include "doctor_parts.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"

#define VMLINUX	 "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define BTF_CURE                                                                                   \
	"boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (those of all large distributions are)," \
	" or give its types with --btf FILE"
#define ROOT_CURE "use sudo"
#define CONTAINER_CURE                                                                             \
	"in a container: --privileged, or --cap-add BPF,PERFMON,SYS_PTRACE,SYS_ADMIN and no "      \
	"seccomp filter on bpf(2)"

#define BIT(capability) (1ull << (capability))

const struct doctor_tracepoint doctor_tracepoints[] = {
	{"sys_enter", NULL},
	{"sys_exit", NULL},
	{"sched_switch", NULL},
	{"sched_wakeup", NULL},
	{"sched_wakeup_new", NULL},
	{"sched_process_fork", NULL},
	{"sched_process_exec", NULL},
	{"sched_process_exit", NULL},
	{"signal_generate", NULL},
	{"hrtimer_expire_entry", NULL},
	{"page_fault_user", "page faults"},
	{"page_fault_kernel", "page faults in system calls"},
	{"mm_filemap_add_to_page_cache", "bytes brought into the page cache"},
	{"io_uring_submit_req", "io_uring requests"},
	{NULL, NULL},
};

/* Capabilities that coldprof needs for more than tracing, and what is lost without them. */
static const struct {
	int capability;
	const char *name, *lost;
} useful[] = {
	{CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "PSS and private memory of other users' programs"},
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "programs in a network namespace, page-cache control"},
	{CAP_SETUID, "CAP_SETUID", "running programs as another user"},
	{CAP_KILL, "CAP_KILL", "ending programs of another user"},
};

uint64_t doctor_capabilities(void)
{
	struct buf status = {0};
	unsigned long long bits = 0;
	const char *line;

	if (fs_read("/proc/self/status", 1 << 16, &status) == 0 &&
	    (line = strstr(status.data, "CapEff:")))
		bits = strtoull(line + strlen("CapEff:"), NULL, 16);
	buf_release(&status);
	return bits;
}

bool doctor_may_trace(uint64_t capabilities)
{
	return capabilities & BIT(CAP_SYS_ADMIN) ||
	       (capabilities & BIT(CAP_BPF) && capabilities & BIT(CAP_PERFMON));
}

bool doctor_kernel_is(const char *release, unsigned major, unsigned minor)
{
	char *end;
	unsigned long first = strtoul(release, &end, 10);
	unsigned long second = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	return first > major || (first == major && second >= minor);
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

bool doctor_has_btf(const char *path)
{
	struct btf *btf;

	if (path)
		return access(path, R_OK) == 0;
	if (access(VMLINUX, R_OK) == 0)
		return true;
	btf = btf__load_vmlinux_btf(); /* looks in /boot and /lib/modules too */
	if (libbpf_get_error(btf))
		return false;
	btf__free(btf);
	return true;
}

/* 0, or why the kernel takes no BPF map from us. */
static int try_map(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "coldprof_try", 4, 8, 1, NULL);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Lockdown in its confidentiality mode takes this away; nothing can be read then. */
static bool can_read_kernel(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_probe_read_kernel,
				       NULL) == 1;
}

bool doctor_can_run(const char *btf_path, struct buf *reason)
{
	libbpf_print_fn_t before = libbpf_set_print(say_nothing);
	bool root = geteuid() == 0;
	int rc = 0, map;

	if (!doctor_may_trace(doctor_capabilities()) && !root)
		rc = buf_puts(reason, "not root: tracing needs root or CAP_BPF and CAP_PERFMON; "
				      "use sudo");
	else if (!doctor_may_trace(doctor_capabilities()))
		rc = buf_puts(reason, "root without CAP_BPF and CAP_PERFMON; " CONTAINER_CURE);
	else if (!doctor_has_btf(btf_path))
		rc = btf_path ? buf_printf(reason, "cannot read the BTF file '%s': %s", btf_path,
					   err_text(errno))
			      : buf_puts(reason, "this kernel has no BTF (" VMLINUX "); " BTF_CURE);
	else if ((map = try_map()) < 0)
		rc = buf_printf(reason, "the kernel refuses bpf(2): %s; " CONTAINER_CURE,
				err_text(map));
	else if (!can_read_kernel())
		rc = buf_puts(reason, "BPF may not read kernel memory: lockdown is in its "
				      "confidentiality mode; boot with lockdown=integrity");
	libbpf_set_print(before);
	return !rc && !reason->size;
}

/* ---- the checks ---- */

static void check_kernel(struct doctor *doctor)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname name;

	if (uname(&name))
		return;
	if (!doctor_kernel_is(name.release, 5, 15))
		doctor_add(doctor, "kernel", DOCTOR_LIMITED, "boot 5.15 or newer",
			   "%s is older than 5.15, where coldprof was tried", name.release);
	else if (strcmp(name.machine, "x86_64") && strcmp(name.machine, "aarch64"))
		doctor_add(doctor, "kernel", DOCTOR_LIMITED, NULL,
			   "%s: coldprof was not tried on %s", name.release, name.machine);
	else
		doctor_add(doctor, "kernel", DOCTOR_OK, NULL, "%s on %s, %ld CPU%s", name.release,
			   name.machine, cpus, cpus == 1 ? "" : "s");
	if (!doctor_kernel_is(name.release, 6, 16))
		doctor_add(doctor, "memory at exit", DOCTOR_LIMITED, "boot 6.16 or newer",
			   "before 6.16 memory is freed before the exit can be seen: RSS of ended "
			   "processes may be absent");
	if (!doctor_kernel_is(name.release, 6, 2))
		doctor_add(doctor, "exact memory", DOCTOR_LIMITED, "boot 6.2 or newer",
			   "before 6.2 each thread keeps up to 64 pages of RSS to itself, also in "
			   "/proc");
}

static void check_btf(const struct doctor_options *options, struct doctor *doctor)
{
	const char *path = options->btf_path;

	if (path && !doctor_has_btf(path))
		doctor_add(doctor, "BTF", DOCTOR_MISSING, "name a file that can be read",
			   "the kernel's types, %s, cannot be read", path);
	else if (!doctor_has_btf(path))
		doctor_add(doctor, "BTF", DOCTOR_MISSING, BTF_CURE,
			   "this kernel does not tell its types: there is no " VMLINUX);
	else
		doctor_add(doctor, "BTF", DOCTOR_OK, NULL, "the kernel's types are in %s",
			   path			   ? path
			   : access(VMLINUX, R_OK) ? "the file of its debug information"
						   : VMLINUX);
}

static void check_privilege(struct doctor *doctor)
{
	uint64_t capabilities = doctor_capabilities();
	struct buf missing = {0};
	bool root = geteuid() == 0;

	if (!doctor_may_trace(capabilities)) {
		doctor_add(doctor, "privilege", DOCTOR_MISSING, root ? CONTAINER_CURE : ROOT_CURE,
			   root ? "root, but without CAP_BPF and CAP_PERFMON"
				: "not root: tracing needs root or CAP_BPF and CAP_PERFMON");
		return;
	}
	for (size_t i = 0; i < sizeof(useful) / sizeof(useful[0]); i++)
		if (!(capabilities & BIT(useful[i].capability)))
			buf_printf(&missing, "%s%s (%s)", missing.size ? ", " : "", useful[i].name,
				   useful[i].lost);
	if (missing.size)
		doctor_add(doctor, "privilege", DOCTOR_LIMITED, root ? CONTAINER_CURE : ROOT_CURE,
			   "may trace; missing: %s", missing.data);
	else
		doctor_add(doctor, "privilege", DOCTOR_OK, NULL, "%s",
			   root ? "root; programs run as the user who called sudo"
				: "the capabilities that are needed, not root");
	buf_release(&missing);
}

/* The word in brackets of "none [integrity] confidentiality". */
static bool lockdown_mode(char mode[32])
{
	struct buf text = {0};
	bool found;

	found = fs_read(LOCKDOWN, 4096, &text) == 0 &&
		sscanf(buf_text(&text), "%*[^[][%31[^]]", mode) == 1;
	if (!found)
		found = sscanf(buf_text(&text), "[%31[^]]", mode) == 1;
	buf_release(&text);
	return found;
}

static void check_lockdown(struct doctor *doctor, bool may_trace)
{
	char mode[32] = "";
	bool known = lockdown_mode(mode);

	if (known && strcmp(mode, "confidentiality") == 0)
		doctor_add(doctor, "lockdown", DOCTOR_MISSING, "boot with lockdown=integrity",
			   "confidentiality: BPF may not read kernel memory");
	else if (known)
		doctor_add(doctor, "lockdown", DOCTOR_OK, NULL, "%s: BPF may read kernel memory",
			   mode);
	else if (!may_trace)
		doctor_add(doctor, "lockdown", DOCTOR_LIMITED, NULL,
			   "not known: " LOCKDOWN " cannot be read; not tried without privilege");
	else if (can_read_kernel())
		doctor_add(doctor, "lockdown", DOCTOR_OK, NULL,
			   "BPF may read kernel memory, as a trial shows");
	else
		doctor_add(doctor, "lockdown", DOCTOR_MISSING, "boot with lockdown=integrity",
			   "BPF may not read kernel memory");
}

static void check_tracepoints(const struct doctor_options *options, struct doctor *doctor)
{
	struct btf *btf =
		options->btf_path ? btf__parse(options->btf_path, NULL) : btf__load_vmlinux_btf();
	struct buf missing = {0}, lost = {0};
	size_t count = 0;

	if (libbpf_get_error(btf)) {
		doctor_add(doctor, "tracepoints", DOCTOR_LIMITED, NULL, "not known without BTF");
		return;
	}
	for (const struct doctor_tracepoint *point = doctor_tracepoints; point->name; point++) {
		char type[64];

		count++;
		snprintf(type, sizeof(type), "btf_trace_%s", point->name);
		if (btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF) > 0)
			continue;
		if (point->lost)
			buf_printf(&lost, "%s%s", lost.size ? ", " : "", point->lost);
		else
			buf_printf(&missing, "%s%s", missing.size ? ", " : "", point->name);
	}
	btf__free(btf);
	if (missing.size)
		doctor_add(doctor, "tracepoints", DOCTOR_MISSING, "boot a kernel with them",
			   "this kernel does not have %s", missing.data);
	else if (lost.size)
		doctor_add(doctor, "tracepoints", DOCTOR_LIMITED, "boot a kernel with them",
			   "without: %s", lost.data);
	else
		doctor_add(doctor, "tracepoints", DOCTOR_OK, NULL, "all %zu are there", count);
	buf_release(&missing);
	buf_release(&lost);
}

void doctor_kernel(const struct doctor_options *options, struct doctor *doctor)
{
	libbpf_print_fn_t before = libbpf_set_print(say_nothing);

	check_kernel(doctor);
	check_btf(options, doctor);
	check_privilege(doctor);
	check_lockdown(doctor, doctor_may_trace(doctor_capabilities()));
	check_tracepoints(options, doctor);
	libbpf_set_print(before);
}

// SPDX-License-Identifier: BSD-2-Clause
/* doctor_trial.c - coldprof's own BPF programs, loaded and attached to see whether that works */
#include "doctor_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfx.h"
#include "err.h"
#include "fs.h"
#include "probes.h"
#include "trace.h"
#include "user_job.h"

#define TRIAL_RING_BYTES (1u << 20)
#define UPROBE_TYPE	 "/sys/bus/event_source/devices/uprobe/type"
#define UPROBE_CURE	 "boot a kernel with CONFIG_UPROBE_EVENTS=y"

/* What the trial's process says: lines that begin with one of these, then a text. */
enum said {
	SAID_TRACE = 't',   /* loading or attaching failed: why */
	SAID_PROBE = 'p',   /* a uprobe failed: why */
	SAID_MISSING = 'm', /* a feature that this kernel lacks */
};

/* The first line that was printed on standard error, without the program's name. */
static int add_error(struct buf *answer, enum said kind, int errors)
{
	char text[1024];
	ssize_t size = pread(errors, text, sizeof(text) - 1, 0);
	const char *line = text;

	text[size > 0 ? size : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(line, "coldprof: ", 10) == 0)
		line += 10;
	return buf_printf(answer, "%c%s\n", kind, line);
}

static int probe_ourselves(struct trace *trace)
{
	struct probe probe = {.path = (char *)"/proc/self/exe", .cookie = EVENT_MARK_START};
	struct elfx *elf;
	int rc;

	rc = elfx_open(probe.path, &elf);
	if (rc)
		return rc;
	probe.offset = elfx_entry(elf);
	elfx_free(elf);
	return trace_attach_probe(trace, &probe);
}

/* In a process of its own, whose end detaches all. */
static int try_it(void *context, struct buf *answer)
{
	const struct trace_options options = {
		.ring_bytes = TRIAL_RING_BYTES,
		.btf_path = context,
		.attach = true,
	};
	int errors = memfd_create("coldprof-trial", MFD_CLOEXEC), rc;
	struct trace *trace;

	if (errors < 0 || dup2(errors, STDERR_FILENO) < 0)
		return -errno;
	if (trace_open(&options, &trace))
		return add_error(answer, SAID_TRACE, errors);
	rc = probe_ourselves(trace) ? add_error(answer, SAID_PROBE, errors) : 0;
	for (const char *const *name = trace_missing(trace); !rc && *name; name++)
		rc = buf_printf(answer, "%c%s\n", SAID_MISSING, *name);
	return rc;
}

/* The texts of all lines of one kind, joined; false where there are none. */
static bool heard(const struct buf *answer, enum said kind, struct buf *out)
{
	bool found = false;

	for (const char *line = buf_text(answer); *line;) {
		size_t length = strcspn(line, "\n");

		if (*line == (char)kind) {
			buf_printf(out, "%s%.*s", found ? ", " : "", (int)length - 1, line + 1);
			found = true;
		}
		line += length + (line[length] == '\n');
	}
	return found;
}

static void check_uprobes(struct doctor *doctor, const struct buf *answer)
{
	struct buf why = {0};

	if (heard(answer, SAID_TRACE, &why))
		doctor_add(doctor, "uprobes", DOCTOR_MISSING, NULL, "not tried: the trial failed");
	else if (heard(answer, SAID_PROBE, &why))
		doctor_add(doctor, "uprobes", DOCTOR_MISSING, UPROBE_CURE, "%s", why.data);
	else
		doctor_add(doctor, "uprobes", DOCTOR_OK, NULL,
			   "can be attached: marks of Node.js and CPython are seen");
	buf_release(&why);
}

static void untried(struct doctor *doctor, const char *without)
{
	doctor_add(doctor, "trial", DOCTOR_LIMITED, NULL, "not tried without %s", without);
	if (fs_exists(UPROBE_TYPE))
		doctor_add(doctor, "uprobes", DOCTOR_LIMITED, NULL,
			   "the kernel has them; not tried without %s", without);
	else
		doctor_add(doctor, "uprobes", DOCTOR_MISSING, UPROBE_CURE, "the kernel has none");
}

void doctor_trial(const struct doctor_options *options, struct doctor *doctor)
{
	struct buf answer = {0}, text = {0};
	int rc;

	if (!doctor_may_trace(doctor_capabilities())) {
		untried(doctor, "privilege");
		return;
	}
	if (!doctor_has_btf(options->btf_path)) {
		untried(doctor, "BTF");
		return;
	}
	rc = user_job(NULL, try_it, (void *)options->btf_path, &answer);
	if (rc)
		doctor_add(doctor, "trial", DOCTOR_MISSING, NULL, "the trial failed: %s",
			   err_text(rc));
	else if (heard(&answer, SAID_TRACE, &text))
		doctor_add(doctor, "trial", DOCTOR_MISSING, NULL, "%s", text.data);
	else if (heard(&answer, SAID_MISSING, &text))
		doctor_add(doctor, "trial", DOCTOR_LIMITED, NULL,
			   "the BPF programs load and attach, but for: %s", text.data);
	else
		doctor_add(doctor, "trial", DOCTOR_OK, NULL, "the BPF programs load and attach");
	if (!rc)
		check_uprobes(doctor, &answer);
	buf_release(&answer);
	buf_release(&text);
}

// SPDX-License-Identifier: BSD-2-Clause
/* stratum.c - what starts were measured on: starts of different strata are never pooled */
#include "stratum.h"

#include <inttypes.h>
#include <string.h>

#define APART	     " \xc2\xb7 "
#define BUILD_DIGITS 8 /* of a build id: enough to tell two apart */

static int add(struct buf *out, const char *before, const char *text)
{
	if (!text)
		return 0;
	return buf_printf(out, "%s%s%s", out->size ? APART : "", before, text);
}

static int add_machine(const struct result_host *host, struct buf *out)
{
	int rc = add(out, "", host->cpu);

	if (!rc && host->cpus_count != RESULT_ABSENT)
		rc = buf_printf(out, "%s%" PRId64 " CPUs", out->size ? APART : "",
				host->cpus_count);
	if (!rc)
		rc = add(out, "Linux ", host->kernel);
	if (!rc)
		rc = add(out, "", host->machine);
	if (!rc && host->virtualization && strcmp(host->virtualization, "none") != 0)
		rc = add(out, "", host->virtualization);
	if (!rc)
		rc = add(out, "governor ", host->governor);
	return rc ? rc : add(out, "clock ", host->clock);
}

static int add_runtime(const struct result_runtime *runtime, struct buf *out)
{
	int rc;

	if (!runtime->name)
		return 0;
	rc = buf_printf(out, "%s%s %s", out->size ? APART : "", runtime->name,
			runtime->version ? runtime->version : "");
	if (rc || !runtime->build_id)
		return rc;
	return buf_printf(out, " (%.*s)", BUILD_DIGITS, runtime->build_id);
}

int stratum_machine(const struct result *report, struct buf *out)
{
	struct buf text = {0};
	int rc = add_machine(&report->host, &text);

	if (!rc)
		rc = buf_puts(out, buf_text(&text));
	buf_release(&text);
	return rc;
}

int stratum_of(const struct result *report, const struct result_workload *workload, struct buf *out)
{
	struct buf text = {0};
	int rc;

	if (workload->stratum)
		return buf_puts(out, workload->stratum);
	rc = add_machine(&report->host, &text);
	if (!rc)
		rc = add_runtime(&workload->runtime, &text);
	if (!rc)
		rc = buf_puts(out, buf_text(&text));
	buf_release(&text);
	return rc;
}

bool stratum_has_any(const struct result *report)
{
	vec_foreach(workload, &report->workloads)
		if (workload->stratum)
			return true;
	return false;
}

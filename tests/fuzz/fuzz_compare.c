// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_compare.c - reports as JSON compared with one that is good, both ways, in all formats */
#include "compare.h"
#include "json.h"
#include "made_report.h"
#include "report_compare.h"

static void make_base(struct result *base)
{
	made_result(base);
	made_workload(base, &made_hello, 4);
	made_workload(base, &made_express, 4);
	made_sum_up(base);
}

static void compare_both(const struct result *base, const struct result *new, bool force)
{
	struct report_compare_options options = {.text = {.width = 80}, .all = force};
	struct compare_policy policy;
	struct comparison comparison;
	FILE *out = fopen("/dev/null", "w");

	compare_policy_init(&policy);
	policy.force = force;
	if (out && compare(base, new, &policy, &comparison) == 0) {
		for (size_t i = 0; i < report_compare_formats_count; i++)
			if (report_compare_formats[i].write(&comparison, out, &options))
				abort();
		comparison_release(&comparison);
	}
	if (out)
		fclose(out);
	compare_policy_release(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct result base;
	struct result result;

	if (!base.schema)
		make_base(&base);
	if (report_read_numbers(fuzz_file(data, size), &result))
		return 0;
	compare_both(&base, &result, true);
	compare_both(&result, &base, false);
	compare_both(&result, &result, true);
	result_release(&result);
	return 0;
}

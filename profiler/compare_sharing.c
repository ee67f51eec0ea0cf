// SPDX-License-Identifier: BSD-2-Clause
/* compare_sharing.c - how much of a program's memory are pages of files that others map, too */
#include "compare_sharing.h"

#include <math.h>
#include <string.h>

#include "stats.h"

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Memory that is not of a file is shared only within the tree. */
static bool shared_of(const struct result_sample *sample, double *out)
{
	bool found = false;

	*out = 0;
	vec_foreach(process, &sample->processes) {
		vec_foreach(memory, &process->memory) {
			if (!memory->mark || strcmp(memory->mark, "ready") != 0)
				continue;
			vec_foreach(mapping, &memory->kinds) {
				if (mapping->shared_bytes == RESULT_ABSENT ||
				    mapping->file_bytes == RESULT_ABSENT)
					continue;
				found = true;
				*out += (double)lesser(mapping->shared_bytes, mapping->file_bytes);
			}
		}
	}
	return found;
}

int compare_sharing(const struct result_workload *workload, double *out)
{
	VEC(double) values = {0};
	double value;
	int rc = 0;

	*out = NAN;
	vec_foreach(sample, &workload->samples)
		if (!rc && sample->counted && shared_of(sample, &value))
			rc = vec_push(&values, value);
	if (!rc && values.count) {
		stats_sort(values.items, values.count);
		*out = stats_quantile(values.items, values.count, 0.5);
	}
	vec_release(&values);
	return rc;
}

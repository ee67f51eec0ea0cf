// SPDX-License-Identifier: BSD-2-Clause
/* compare_series_packages.c - the memory of packages as metrics, where a policy asks for it */
#include "compare_series_packages.h"

#include <errno.h>
#include <string.h>

#include "buf.h"
#include "stats.h"

/* Of "boto3 1.40" without the version; "(application)" has none. */
static size_t name_size(const char *package)
{
	const char *space = *package == '(' ? NULL : strrchr(package, ' ');

	return space ? (size_t)(space - package) : strlen(package);
}

static bool is_of(const struct result_module *module, const char *name, size_t size)
{
	return module->package && name_size(module->package) == size &&
	       memcmp(module->package, name, size) == 0;
}

/* The growth in each start, while modules of that package were loaded. */
static int fill(const struct result_workload *workload, const char *name, size_t size,
		compare_values *out)
{
	size_t starts = 0;
	int rc = 0;

	vec_foreach(module, &workload->modules)
		if (module->starts_self_rss_bytes.count > starts)
			starts = module->starts_self_rss_bytes.count;
	for (size_t i = 0; i < starts && !rc; i++)
		rc = vec_push(out, 0.0);
	vec_foreach(module, &workload->modules) {
		if (rc || !is_of(module, name, size))
			continue;
		for (size_t i = 0; i < module->starts_self_rss_bytes.count; i++)
			if (module->starts_self_rss_bytes.items[i] != RESULT_ABSENT)
				out->items[i] += (double)module->starts_self_rss_bytes.items[i];
	}
	stats_sort(out->items, out->count);
	return rc;
}

static bool is_there(const compare_series_list *list, const char *name)
{
	vec_foreach(series, list)
		if (strcmp(series->name, name) == 0)
			return true;
	return false;
}

static int add(const struct result_workload *base, const struct result_workload *new,
	       const char *package, const char *metric, compare_series_list *out)
{
	struct compare_series *series = vec_add(out);
	size_t size = name_size(package);
	int rc;

	if (!series)
		return -ENOMEM;
	series->name = strdup(metric);
	series->metric = metrics_find(metric);
	if (!series->name)
		return -ENOMEM;
	rc = fill(base, package, size, &series->base);
	return rc ? rc : fill(new, package, size, &series->new);
}

int compare_series_packages(const struct result_workload *base, const struct result_workload *new,
			    const struct compare_policy *policy, compare_series_list *out)
{
	const struct result_workload *const sides[] = {base, new};
	struct buf name = {0};
	int rc = 0;

	for (size_t i = 0; i < 2; i++)
		vec_foreach(module, &sides[i]->modules) {
			if (rc || !module->package)
				continue;
			buf_clear(&name);
			rc = buf_printf(&name, "rss_ready_bytes{package=%.*s}",
					(int)name_size(module->package), module->package);
			if (!rc && compare_policy_asks(policy, buf_text(&name)) &&
			    !is_there(out, buf_text(&name)))
				rc = add(base, new, module->package, buf_text(&name), out);
		}
	buf_release(&name);
	return rc;
}

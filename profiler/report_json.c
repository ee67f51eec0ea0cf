// SPDX-License-Identifier: BSD-2-Clause
/* report_json.c - a report as JSON: the form that is stored, and read again */
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "err.h"
#include "report.h"
#include "shape_load.h"
#include "shape_print.h"

#define REPORT_BYTES (1u << 30) /* no report is that big */
#define APART_BYTES  (4 << 20)	/* smaller ones are read before a thread is worth it */

int report_json(const struct result *result, FILE *out, const struct report_options *options)
{
	(void)options;
	return shape_print(&result_shape, result, out);
}

/* As soon as it is known: a newer report may have another form. */
static int check_schema(const void *object, const char *file)
{
	int64_t schema = ((const struct result *)object)->schema;

	if (schema == RESULT_ABSENT || (schema >= 1 && schema <= RESULT_SCHEMA))
		return 0;
	if (schema < 1)
		err_print("%s: schema: must be 1 or more", file);
	else
		err_print("%s: schema: version %jd is newer than this coldprof, which reads up to "
			  "%d",
			  file, (intmax_t)schema, RESULT_SCHEMA);
	return -EINVAL;
}

/* What renderers take for granted. */
static int check_result(const struct result *result, const char *file)
{
	if (result->schema == RESULT_ABSENT) {
		err_print("%s: schema: is missing", file);
		return -EINVAL;
	}
	for (size_t i = 0; i < result->workloads.count; i++) {
		const struct result_workload *workload = &result->workloads.items[i];
		int64_t median = workload->median_sample;

		if (median == RESULT_ABSENT ||
		    (median >= 0 && median < (int64_t)workload->samples.count))
			continue;
		err_print("%s: workloads[%zu].median_sample: there is no such sample", file, i);
		return -EINVAL;
	}
	return 0;
}

static int read_report(const struct shape_source *source, struct result *out)
{
	struct result result;
	int rc = shape_load(&result_shape, source, &result);

	if (rc)
		return rc;
	rc = check_result(&result, shape_source_name(source));
	if (rc)
		result_release(&result);
	else
		*out = result;
	return rc;
}

int report_read(const char *path, struct result *out)
{
	struct shape_source source = {path, REPORT_BYTES, check_schema, NULL};

	return read_report(&source, out);
}

int report_read_numbers(const char *path, struct result *out)
{
	/* the longest of a start, and of no use where starts are compared */
	static const struct shape_part unkept[] = {
		{&result_sample_shape, "threads"},
		{&result_syscall_shape, "histogram"},
		{&result_syscall_shape, "phases"},
		{NULL, NULL},
	};
	struct shape_source source = {path, REPORT_BYTES, check_schema, unkept};

	return read_report(&source, out);
}

/* One of two that are read at the same time. */
struct reading {
	const char *path;
	struct result result;
	int rc;
};

static void *read_numbers(void *context)
{
	struct reading *reading = context;

	reading->rc = report_read_numbers(reading->path, &reading->result);
	return NULL;
}

static bool is_big(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > APART_BYTES;
}

int report_read_numbers_of_two(const char *const paths[2], struct result out[2])
{
	struct reading readings[2] = {{.path = paths[0]}, {.path = paths[1]}};
	bool big = is_big(paths[0]) && is_big(paths[1]), apart;
	pthread_t thread;

	apart = big && pthread_create(&thread, NULL, read_numbers, &readings[0]) == 0;
	if (!apart)
		read_numbers(&readings[0]);
	if (!apart && readings[0].rc)
		return readings[0].rc;
	read_numbers(&readings[1]);
	if (apart)
		pthread_join(thread, NULL);
	for (size_t i = 0; i < 2; i++) {
		if (!readings[0].rc && !readings[1].rc)
			out[i] = readings[i].result;
		else if (!readings[i].rc)
			result_release(&readings[i].result);
	}
	return readings[0].rc ? readings[0].rc : readings[1].rc;
}

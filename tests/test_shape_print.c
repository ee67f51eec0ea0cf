// SPDX-License-Identifier: BSD-2-Clause
/* test_shape_print.c - structs as JSON text: what cJSON prints of their documents, byte by byte */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "comparison.h"
#include "made_report.h"
#include "rng.h"
#include "shape_print.h"

/* To be freed. */
static char *printed(const struct shape *shape, const void *object)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(shape_print(shape, object, out), 0);
	fclose(out);
	return text;
}

static void assert_as_cjson(const struct shape *shape, const void *object)
{
	char *text = printed(shape, object), *wanted;
	cJSON *document;

	assert_int_equal(shape_write(shape, object, &document), 0);
	wanted = cJSON_Print(document);
	assert_true(strlen(text) > 1 && text[strlen(text) - 1] == '\n');
	text[strlen(text) - 1] = '\0';
	assert_string_equal(text, wanted);
	cJSON_free(wanted);
	cJSON_Delete(document);
	free(text);
}

static void a_report_with_all_its_parts(void **state)
{
	struct result result;

	(void)state;
	made_result(&result);
	made_workload(&result, &made_server, 3);
	made_workload(&result, &made_express, 2);
	made_sum_up(&result);
	vec_foreach(workload, &result.workloads)
		vec_foreach(sample, &workload->samples)
			made_file(sample, "/srv/app/a \"b\"\\c.js", 9, 3.5);
	assert_as_cjson(&result_shape, &result);
	result_release(&result);
}

static void one_that_has_nothing(void **state)
{
	struct result result;
	struct comparison comparison;

	(void)state;
	result_init(&result);
	comparison_init(&comparison);
	assert_as_cjson(&result_shape, &result);
	assert_as_cjson(&comparison_shape, &comparison);
	result_release(&result);
	comparison_release(&comparison);
}

static void numbers_have_the_same_digits(void **state)
{
	static const double corners[] = {0,
					 1,
					 -1,
					 0.1,
					 1e15,
					 123456789012345678.0,
					 1e300,
					 DBL_MIN,
					 DBL_MAX,
					 5e-324,
					 INFINITY,
					 NAN,
					 2147483647,
					 2147483648.0,
					 -2147483648.0,
					 -2147483649.0,
					 1.0 / 3,
					 1e-7};
	struct comparison_metric metric;
	struct rng rng;

	(void)state;
	shape_init(&comparison_metric_shape, &metric);
	for (size_t i = 0; i < sizeof(corners) / sizeof(corners[0]); i++) {
		metric.shift = corners[i];
		assert_as_cjson(&comparison_metric_shape, &metric);
	}
	rng_seed(&rng, 1);
	for (size_t i = 0; i < 20000; i++) {
		uint64_t bits = rng_next(&rng);

		memcpy(&metric.shift, &bits, sizeof(bits));
		metric.effect = (double)(int64_t)rng_next(&rng) / (1 << 20);
		assert_as_cjson(&comparison_metric_shape, &metric);
	}
}

static void integers_are_whole_up_to_64_bits(void **state)
{
	static const int64_t corners[] = {0,
					  1,
					  -1,
					  INT32_MAX,
					  INT32_MIN,
					  999999999999999,
					  1000000000000000,
					  INT64_MAX,
					  -INT64_MAX,
					  RESULT_ABSENT};
	struct comparison_cause cause;

	(void)state;
	shape_init(&comparison_cause_shape, &cause);
	for (size_t i = 0; i < sizeof(corners) / sizeof(corners[0]); i++) {
		cause.time_ns = corners[i];
		assert_as_cjson(&comparison_cause_shape, &cause);
	}
}

static void every_byte_of_a_text(void **state)
{
	struct comparison_cause cause;
	char text[3] = {0};

	(void)state;
	shape_init(&comparison_cause_shape, &cause);
	for (int first = 1; first < 256; first++) {
		for (int second = 0; second < 256; second++) {
			text[0] = (char)first;
			text[1] = (char)second;
			cause.note = text;
			assert_as_cjson(&comparison_cause_shape, &cause);
		}
	}
}

static void a_stream_that_fails_is_told(void **state)
{
	struct comparison comparison;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	comparison_init(&comparison);
	assert_int_equal(shape_print(&comparison_shape, &comparison, full), -EIO);
	fclose(full);
	comparison_release(&comparison);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_with_all_its_parts),
		cmocka_unit_test(one_that_has_nothing),
		cmocka_unit_test(numbers_have_the_same_digits),
		cmocka_unit_test(integers_are_whole_up_to_64_bits),
		cmocka_unit_test(every_byte_of_a_text),
		cmocka_unit_test(a_stream_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_jsonx.c - what jsonx takes, what it refuses and how it says so */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture.h"
#include "jsonx.h"

static struct capture capture;

/* Parses |text|; what was said is in capture.text. */
static int parse(const char *text, cJSON **out)
{
	int err;

	capture_start(&capture);
	err = jsonx_parse("x.json", text, strlen(text), out);
	capture_stop(&capture);
	return err;
}

static void assert_refused(const char *text, const char *line)
{
	cJSON *document = NULL;

	assert_int_equal(parse(text, &document), -EINVAL);
	assert_null(document);
	assert_string_equal(capture.text, line);
}

static void text_errors_have_line_and_column(void **state)
{
	(void)state;
	assert_refused("{\n  \"a\": 1,\n  \"b\": oops\n}",
		       "coldprof: x.json: line 3, column 8: not JSON\n");
	assert_refused("", "coldprof: x.json: line 1, column 1: not JSON\n");
	assert_refused("{} x", "coldprof: x.json: line 1, column 4: text after the value\n");
	/* columns count characters, not bytes */
	assert_refused("[\"\xc3\xa9\", \xff]", "coldprof: x.json: line 1, column 7: not UTF-8\n");
}

static void what_cjson_lets_through_is_refused(void **state)
{
	(void)state;
	assert_refused("[\"\xed\xa0\x80\"]", "coldprof: x.json: line 1, column 3: not UTF-8\n");
	assert_refused("[\"\xc0\xaf\"]", "coldprof: x.json: line 1, column 3: not UTF-8\n");
	assert_refused("[\"\xf4\x90\x80\x80\"]", "coldprof: x.json: line 1, column 3: not UTF-8\n");
	assert_refused("[\"a\\u0000b\"]",
		       "coldprof: x.json: line 1, column 4: a NUL character in a string\n");
	assert_refused("[\"a\nb\"]",
		       "coldprof: x.json: line 1, column 4: a bare control character\n");
}

static void an_escaped_backslash_before_u0000_is_text(void **state)
{
	cJSON *document = NULL;

	(void)state;
	assert_int_equal(parse("[\"\\\\u0000\"]", &document), 0);
	assert_string_equal(document->child->valuestring, "\\u0000");
	cJSON_Delete(document);
}

static void duplicate_keys_are_refused_at_any_depth(void **state)
{
	char text[2048] = "{\"many\": {";

	(void)state;
	assert_refused("{\"a\": [0, {\"b\": 1, \"c\": 2, \"b\": 3}]}",
		       "coldprof: x.json: a[1]: key 'b' is there twice\n");
	for (int i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "\"k%d\": %d, ", i, i);
	strcat(text, "\"k7\": 0}}");
	assert_refused(text, "coldprof: x.json: many: key 'k7' is there twice\n");
}

static void deep_nesting_is_an_error_and_no_crash(void **state)
{
	size_t depth = 100000;
	char *text = malloc(depth + 1);
	cJSON *document = NULL;

	(void)state;
	memset(text, '[', depth);
	text[depth] = '\0';
	assert_int_equal(parse(text, &document), -EINVAL);
	free(text);
}

static void a_missing_file_is_named(void **state)
{
	cJSON *document = NULL;
	int err;

	(void)state;
	capture_start(&capture);
	err = jsonx_load("/no/such/x.json", 1024, &document);
	capture_stop(&capture);
	assert_int_equal(err, -ENOENT);
	assert_string_equal(capture.text, "coldprof: cannot read '/no/such/x.json': "
					  "no such file or directory\n");
}

#define SAMPLE                                                                                     \
	"{\"s\": \"text\", \"n\": 1.5, \"u\": 9007199254740992, \"minus\": -1, \"b\": true,"       \
	" \"nil\": null, \"o\": {\"k\": 1}, \"a\": [\"x\", 2], \"inf\": 1e999}"

static int setup_sample(void **state)
{
	return parse(SAMPLE, (cJSON **)state);
}

static int teardown_sample(void **state)
{
	cJSON_Delete(*state);
	return 0;
}

static void values_of_the_right_type_are_given(void **state)
{
	struct jsonx root = jsonx_root("x.json", *state), object;
	const char *text = NULL;
	double number = 0;
	uint64_t whole = 0;
	bool flag = false;

	assert_int_equal(jsonx_get_string(&root, "s", JSONX_REQUIRED, &text), 0);
	assert_string_equal(text, "text");
	assert_int_equal(jsonx_get_number(&root, "n", JSONX_REQUIRED, &number), 0);
	assert_true(number == 1.5);
	assert_int_equal(jsonx_get_u64(&root, "u", JSONX_REQUIRED, &whole), 0);
	assert_int_equal(whole, 1ull << 53);
	assert_int_equal(jsonx_get_bool(&root, "b", JSONX_REQUIRED, &flag), 0);
	assert_true(flag);
	assert_int_equal(jsonx_get_object(&root, "o", JSONX_REQUIRED, &object), 0);
	assert_int_equal(jsonx_get_u64(&object, "k", JSONX_REQUIRED, &whole), 0);
	assert_int_equal(whole, 1);
}

static void an_optional_value_keeps_its_default(void **state)
{
	struct jsonx root = jsonx_root("x.json", *state);
	uint64_t whole = 7;

	assert_int_equal(jsonx_get_u64(&root, "absent", JSONX_OPTIONAL, &whole), 0);
	assert_int_equal(jsonx_get_u64(&root, "nil", JSONX_OPTIONAL, &whole), 0);
	assert_int_equal(whole, 7);
}

static void a_wrong_type_is_named_with_its_key(void **state)
{
	struct jsonx root = jsonx_root("x.json", *state), object;
	const char *text = NULL;
	double number = 0;
	uint64_t whole = 0;
	int err = 0;

	capture_start(&capture);
	err |= jsonx_get_string(&root, "n", JSONX_REQUIRED, &text);
	err |= jsonx_get_string(&root, "absent", JSONX_REQUIRED, &text);
	err |= jsonx_get_u64(&root, "minus", JSONX_OPTIONAL, &whole);
	err |= jsonx_get_u64(&root, "n", JSONX_OPTIONAL, &whole);
	err |= jsonx_get_number(&root, "inf", JSONX_REQUIRED, &number);
	err |= jsonx_get_object(&root, "o", JSONX_REQUIRED, &object);
	err |= jsonx_get_string(&object, "k", JSONX_REQUIRED, &text);
	capture_stop(&capture);
	assert_int_equal(err, -EINVAL);
	assert_string_equal(capture.text,
			    "coldprof: x.json: n: must be a string\n"
			    "coldprof: x.json: absent: is missing\n"
			    "coldprof: x.json: minus: must be a whole number of 0 or more\n"
			    "coldprof: x.json: n: must be a whole number of 0 or more\n"
			    "coldprof: x.json: inf: must be a number\n"
			    "coldprof: x.json: o.k: must be a string\n");
}

static void array_elements_are_walked_in_order(void **state)
{
	struct jsonx root = jsonx_root("x.json", *state), array, place = {0};
	const char *text = NULL;
	uint64_t whole = 0;

	assert_int_equal(jsonx_get_array(&root, "a", JSONX_REQUIRED, &array), 0);
	assert_true(jsonx_next(&array, &place));
	assert_int_equal(jsonx_to_string(&place, &text), 0);
	assert_string_equal(text, "x");
	assert_true(jsonx_next(&array, &place));
	assert_int_equal(jsonx_to_u64(&place, &whole), 0);
	assert_int_equal(whole, 2);
	capture_start(&capture);
	jsonx_to_string(&place, &text);
	capture_stop(&capture);
	assert_string_equal(capture.text, "coldprof: x.json: a[1]: must be a string\n");
	assert_false(jsonx_next(&array, &place));
}

static void an_unknown_key_is_named(void **state)
{
	static const char *const keys[] = {"k", NULL}, *const none[] = {NULL};
	struct jsonx root = jsonx_root("x.json", *state), object;
	int err;

	assert_int_equal(jsonx_get_object(&root, "o", JSONX_REQUIRED, &object), 0);
	assert_int_equal(jsonx_check_keys(&object, keys), 0);
	capture_start(&capture);
	err = jsonx_check_keys(&object, none);
	capture_stop(&capture);
	assert_int_equal(err, -EINVAL);
	assert_string_equal(capture.text, "coldprof: x.json: o: unknown key 'k'\n");
}

int main(void)
{
#define ON_SAMPLE(test) cmocka_unit_test_setup_teardown(test, setup_sample, teardown_sample)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_errors_have_line_and_column),
		cmocka_unit_test(what_cjson_lets_through_is_refused),
		cmocka_unit_test(an_escaped_backslash_before_u0000_is_text),
		cmocka_unit_test(duplicate_keys_are_refused_at_any_depth),
		cmocka_unit_test(deep_nesting_is_an_error_and_no_crash),
		cmocka_unit_test(a_missing_file_is_named),
		ON_SAMPLE(values_of_the_right_type_are_given),
		ON_SAMPLE(an_optional_value_keeps_its_default),
		ON_SAMPLE(a_wrong_type_is_named_with_its_key),
		ON_SAMPLE(array_elements_are_walked_in_order),
		ON_SAMPLE(an_unknown_key_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

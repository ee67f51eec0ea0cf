// SPDX-License-Identifier: BSD-2-Clause
/* test_shape.c - structs by tables: absent values, JSON both ways, and tables that miss nothing */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture.h"
#include "result.h"
#include "shape.h"

/* ---- a small struct with a field of each kind ---- */

struct leaf {
	char *name;
	int64_t value;
};
struct pair {
	char *name;
	int64_t a;
	double b;
};
struct all {
	int64_t integer;
	double number;
	bool flag;
	char *text;
	struct leaf inside;
	VEC(struct leaf) list;
	VEC(char *) texts;
	VEC(int64_t) integers;
	VEC(struct leaf) values;
	VEC(struct pair) pairs;
};

static const struct shape_field leaf_fields[] = {
	{"name", SHAPE_TEXT, offsetof(struct leaf, name), NULL},
	{"value", SHAPE_INTEGER, offsetof(struct leaf, value), NULL},
};
static const struct shape leaf_shape = {"leaf", sizeof(struct leaf), leaf_fields, 2};
static const struct shape_field pair_fields[] = {
	{"name", SHAPE_TEXT, offsetof(struct pair, name), NULL},
	{"a", SHAPE_INTEGER, offsetof(struct pair, a), NULL},
	{"b", SHAPE_NUMBER, offsetof(struct pair, b), NULL},
};
static const struct shape pair_shape = {"pair", sizeof(struct pair), pair_fields, 3};
static const struct shape_field all_fields[] = {
	{"integer", SHAPE_INTEGER, offsetof(struct all, integer), NULL},
	{"number", SHAPE_NUMBER, offsetof(struct all, number), NULL},
	{"flag", SHAPE_BOOL, offsetof(struct all, flag), NULL},
	{"text", SHAPE_TEXT, offsetof(struct all, text), NULL},
	{"inside", SHAPE_STRUCT, offsetof(struct all, inside), &leaf_shape},
	{"list", SHAPE_LIST, offsetof(struct all, list), &leaf_shape},
	{"texts", SHAPE_TEXTS, offsetof(struct all, texts), NULL},
	{"integers", SHAPE_INTEGERS, offsetof(struct all, integers), NULL},
	{"values", SHAPE_KEYED, offsetof(struct all, values), &leaf_shape},
	{"pairs", SHAPE_KEYED, offsetof(struct all, pairs), &pair_shape},
};
static const struct shape all_shape = {"all", sizeof(struct all), all_fields, 10};

static struct capture capture;

static int read_all(const char *text, struct all *out)
{
	cJSON *document = NULL;
	struct jsonx root;
	int rc;

	capture_start(&capture);
	rc = jsonx_parse("x.json", text, strlen(text), &document);
	if (!rc) {
		root = jsonx_root("x.json", document);
		rc = shape_read(&all_shape, &root, out);
	}
	capture_stop(&capture);
	cJSON_Delete(document);
	return rc;
}

static void assert_written(const struct all *object, const char *wanted)
{
	cJSON *document = NULL;
	char *text;

	assert_int_equal(shape_write(&all_shape, object, &document), 0);
	text = cJSON_PrintUnformatted(document);
	assert_string_equal(text, wanted);
	cJSON_free(text);
	cJSON_Delete(document);
}

#define ABSENT_JSON                                                                                \
	"{\"integer\":null,\"number\":null,\"flag\":false,\"text\":null,"                          \
	"\"inside\":{\"name\":null,\"value\":null},\"list\":[],\"texts\":[],\"integers\":[],"      \
	"\"values\":{},\"pairs\":{}}"

#define FULL_JSON                                                                                  \
	"{\"integer\":-5,\"number\":1.5,\"flag\":true,\"text\":\"a\","                             \
	"\"inside\":{\"name\":\"b\",\"value\":6},"                                                 \
	"\"list\":[{\"name\":\"c\",\"value\":null},{\"name\":null,\"value\":7}],"                  \
	"\"texts\":[\"d\",\"\"],\"integers\":[0,null,8],\"values\":{\"ENOENT\":9,\"EAGAIN\":null}" \
	","                                                                                        \
	"\"pairs\":{\"total_ns\":{\"a\":10,\"b\":null}}}"

static void all_is_absent_at_first(void **state)
{
	struct all object;

	(void)state;
	shape_init(&all_shape, &object);
	assert_written(&object, ABSENT_JSON);
	shape_release(&all_shape, &object);
}

static void what_is_read_is_written_again(void **state)
{
	struct all object;

	(void)state;
	assert_int_equal(read_all(FULL_JSON, &object), 0);
	assert_int_equal(object.integer, -5);
	assert_string_equal(object.list.items[0].name, "c");
	assert_string_equal(object.values.items[0].name, "ENOENT");
	assert_int_equal(object.values.items[0].value, 9);
	assert_true(isnan(object.pairs.items[0].b));
	assert_written(&object, FULL_JSON);
	shape_release(&all_shape, &object);
}

static void keys_that_are_missing_are_absent(void **state)
{
	struct all object;

	(void)state;
	assert_int_equal(read_all("{}", &object), 0);
	assert_written(&object, ABSENT_JSON);
	shape_release(&all_shape, &object);
}

static void unknown_keys_are_ignored(void **state)
{
	struct all object;

	(void)state;
	assert_int_equal(read_all("{\"new\": [1], \"inside\": {\"newer\": {}}}", &object), 0);
	assert_written(&object, ABSENT_JSON);
	shape_release(&all_shape, &object);
}

static void a_copy_has_its_own_texts(void **state)
{
	struct all object, copy;

	(void)state;
	assert_int_equal(read_all(FULL_JSON, &object), 0);
	assert_int_equal(shape_copy(&all_shape, &object, &copy), 0);
	shape_release(&all_shape, &object);
	assert_written(&copy, FULL_JSON);
	shape_release(&all_shape, &copy);
}

static void release_takes_zeroed_memory(void **state)
{
	struct all object = {0};

	(void)state;
	shape_release(&all_shape, &object);
	shape_release(&all_shape, NULL);
}

static void added_items_are_absent(void **state)
{
	struct all object;
	struct leaf *leaf;

	(void)state;
	shape_init(&all_shape, &object);
	leaf = shape_add(&leaf_shape, &object.list);
	assert_true(leaf->value == SHAPE_ABSENT);
	assert_null(leaf->name);
	shape_release(&all_shape, &object);
}

static void integers_are_written_to_the_last_digit(void **state)
{
	static const int64_t values[] = {
		0,	   999999999999999,   1000000000000000, 9007199254740993,
		INT64_MAX, -9007199254740993, INT64_MIN + 1};
	struct all object;

	(void)state;
	shape_init(&all_shape, &object);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_int_equal(vec_push(&object.integers, values[i]), 0);
	assert_written(&object,
		       "{\"integer\":null,\"number\":null,\"flag\":false,\"text\":null,"
		       "\"inside\":{\"name\":null,\"value\":null},\"list\":[],\"texts\":[],"
		       "\"integers\":[0,999999999999999,1000000000000000,9007199254740993,"
		       "9223372036854775807,-9007199254740993,-9223372036854775807],"
		       "\"values\":{},\"pairs\":{}}");
	shape_release(&all_shape, &object);
}

static void the_largest_integers_can_be_read_again(void **state)
{
	struct all object;

	(void)state;
	assert_int_equal(
		read_all("{\"integers\": [9223372036854775807, -9223372036854775807]}", &object),
		0);
	assert_int_equal(object.integers.items[0], INT64_MAX);
	assert_int_equal(object.integers.items[1], -INT64_MAX);
	shape_release(&all_shape, &object);
}

static void names_that_are_not_utf8_make_valid_json(void **state)
{
	struct all object, again;
	cJSON *document = NULL;
	char *text;

	(void)state;
	shape_init(&all_shape, &object);
	object.text = strdup("a\xff\xc3(\x01\x1b\x7f\n\"\xed\xa0\x80");
	assert_int_equal(shape_write(&all_shape, &object, &document), 0);
	text = cJSON_PrintUnformatted(document);
	assert_int_equal(read_all(text, &again), 0);
	assert_string_equal(again.text, "a\xef\xbf\xbd\xef\xbf\xbd(\x01\x1b\x7f\n\""
					"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	cJSON_free(text);
	cJSON_Delete(document);
	shape_release(&all_shape, &object);
	shape_release(&all_shape, &again);
}

static void wrong_types_are_named_with_their_place(void **state)
{
	static const char *const cases[][2] = {
		{"[]", "must be an object"},
		{"{\"integer\": 1.5}", "integer: must be an integer or null"},
		{"{\"integer\": \"1\"}", "integer: must be an integer or null"},
		{"{\"integer\": true}", "integer: must be an integer or null"},
		{"{\"integer\": 9223372036854777856}", "integer: must be an integer or null"},
		{"{\"integer\": -9223372036854777856}", "integer: must be an integer or null"},
		{"{\"integer\": 1e400}", "integer: must be an integer or null"},
		{"{\"number\": \"x\"}", "number: must be a number or null"},
		{"{\"number\": 1e400}", "number: must be a number or null"},
		{"{\"flag\": null}", "flag: must be true or false"},
		{"{\"flag\": 1}", "flag: must be true or false"},
		{"{\"text\": 1}", "text: must be a string or null"},
		{"{\"inside\": null}", "inside: must be an object"},
		{"{\"inside\": {\"value\": {}}}", "inside.value: must be an integer or null"},
		{"{\"list\": {}}", "list: must be an array"},
		{"{\"list\": [{}, {\"value\": \"\"}]}",
		 "list[1].value: must be an integer or null"},
		{"{\"list\": [{}, 1]}", "list[1]: must be an object"},
		{"{\"texts\": [\"a\", null]}", "texts[1]: must be a string"},
		{"{\"integers\": [1, true]}", "integers[1]: must be an integer or null"},
		{"{\"values\": []}", "values: must be an object"},
		{"{\"values\": {\"a\": 1, \"b\": \"\"}}", "values.b: must be an integer or null"},
		{"{\"pairs\": {\"x\": 1}}", "pairs.x: must be an object"},
		{"{\"pairs\": {\"x\": {\"b\": []}}}", "pairs.x.b: must be a number or null"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct all object;
		char wanted[256];

		assert_int_equal(read_all(cases[i][0], &object), -EINVAL);
		snprintf(wanted, sizeof(wanted), "coldprof: x.json: %s\n", cases[i][1]);
		assert_string_equal(capture.text, wanted);
	}
}

/* ---- the report's own tables ---- */

static size_t field_size(const struct shape_field *field)
{
	switch (field->kind) {
	case SHAPE_INTEGER:
		return sizeof(int64_t);
	case SHAPE_NUMBER:
		return sizeof(double);
	case SHAPE_BOOL:
		return sizeof(bool);
	case SHAPE_TEXT:
		return sizeof(char *);
	case SHAPE_STRUCT:
		return field->shape->size;
	default:
		return sizeof(struct shape_list);
	}
}

/* A hole of 8 bytes is a field without an entry; what is smaller is padding after a bool. */
static void assert_no_holes(const struct shape *shape)
{
	size_t at = 0;

	for (size_t i = 0; i < shape->count; i++) {
		const struct shape_field *field = &shape->fields[i];

		if (field->offset < at || field->offset - at >= 8)
			fail_msg("%s: no entry before '%s'", shape->name, field->key);
		at = field->offset + field_size(field);
		if (field->shape)
			assert_no_holes(field->shape);
	}
	if (shape->size - at >= 8)
		fail_msg("%s: no entry at its end", shape->name);
}

static void every_field_of_a_report_has_an_entry(void **state)
{
	(void)state;
	assert_no_holes(&result_shape);
}

/* "phase" for result_phase: the schema's name of it. */
static const cJSON *definition(const cJSON *schema, const struct shape *shape)
{
	const char *name = shape->name + strlen("result");

	if (!*name)
		return schema;
	return cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "$defs"), name + 1);
}

static const char *ref_of(const cJSON *item)
{
	const char *ref = cJSON_GetStringValue(cJSON_GetObjectItem(item, "$ref"));

	return ref ? ref + strlen("#/$defs/") : "";
}

/* "integer" of {"type": ["integer", "null"]}; "string" of an enum. */
static const char *type_of(const cJSON *item)
{
	const cJSON *type = cJSON_GetObjectItem(item, "type");

	if (cJSON_GetObjectItem(item, "enum"))
		return "string";
	if (cJSON_GetObjectItem(item, "$ref"))
		return "ref";
	return cJSON_GetStringValue(cJSON_IsArray(type) ? type->child : type);
}

static void assert_property(const struct shape_field *field, const cJSON *property)
{
	static const char *const types[] = {
		[SHAPE_INTEGER] = "integer", [SHAPE_NUMBER] = "number",	 [SHAPE_BOOL] = "boolean",
		[SHAPE_TEXT] = "string",     [SHAPE_STRUCT] = "ref",	 [SHAPE_LIST] = "array",
		[SHAPE_TEXTS] = "array",     [SHAPE_INTEGERS] = "array", [SHAPE_KEYED] = "object",
	};
	const cJSON *items = cJSON_GetObjectItem(property, "items");
	const cJSON *more = cJSON_GetObjectItem(property, "additionalProperties");

	assert_string_equal(type_of(property), types[field->kind]);
	assert_non_null(cJSON_GetObjectItem(property, "description"));
	if (field->kind == SHAPE_STRUCT)
		assert_string_equal(ref_of(property), field->shape->name + strlen("result_"));
	if (field->kind == SHAPE_LIST)
		assert_string_equal(ref_of(items), field->shape->name + strlen("result_"));
	if (field->kind == SHAPE_TEXTS)
		assert_string_equal(type_of(items), "string");
	if (field->kind == SHAPE_INTEGERS)
		assert_string_equal(type_of(items), "integer");
	if (field->kind == SHAPE_KEYED && field->shape->count > 2)
		assert_string_equal(ref_of(more), field->shape->name + strlen("result_"));
	if (field->kind == SHAPE_KEYED && field->shape->count == 2)
		assert_string_equal(type_of(more), "integer");
}

/* |first|: 1 for the structs of a keyed list, whose name is the key. */
static void assert_in_schema(const cJSON *schema, const struct shape *shape, size_t first)
{
	const cJSON *object = definition(schema, shape);
	const cJSON *properties = cJSON_GetObjectItem(object, "properties");
	const cJSON *required = cJSON_GetObjectItem(object, "required");

	print_message("%s\n", shape->name);
	assert_non_null(properties);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(object, "additionalProperties")));
	assert_int_equal(cJSON_GetArraySize(properties), shape->count - first);
	assert_int_equal(cJSON_GetArraySize(required), shape->count - first);
	for (size_t i = first; i < shape->count; i++) {
		const struct shape_field *field = &shape->fields[i];
		const cJSON *property = cJSON_GetArrayItem(properties, (int)(i - first));

		assert_string_equal(property->string, field->key);
		assert_string_equal(cJSON_GetArrayItem(required, (int)(i - first))->valuestring,
				    field->key);
		assert_property(field, property);
		if (field->shape && !(field->kind == SHAPE_KEYED && field->shape->count == 2))
			assert_in_schema(schema, field->shape, field->kind == SHAPE_KEYED);
	}
}

static void the_schema_lists_the_same_keys(void **state)
{
	cJSON *schema = NULL;

	(void)state;
	assert_int_equal(jsonx_load("reports/schema/report.schema.json", 1 << 20, &schema), 0);
	assert_in_schema(schema, &result_shape, 0);
	cJSON_Delete(schema);
}

static void the_schema_is_of_the_version_that_is_written(void **state)
{
	cJSON *schema = NULL;
	const cJSON *version;

	(void)state;
	assert_int_equal(jsonx_load("reports/schema/report.schema.json", 1 << 20, &schema), 0);
	version = cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "properties"), "schema");
	assert_int_equal(cJSON_GetObjectItem(version, "maximum")->valueint, RESULT_SCHEMA);
	cJSON_Delete(schema);
}

static void values_of_one_name_are_added_up(void **state)
{
	result_values values = {0};

	(void)state;
	assert_int_equal(result_values_add(&values, "ENOENT", 2), 0);
	assert_int_equal(result_values_add(&values, "EAGAIN", 1), 0);
	assert_int_equal(result_values_add(&values, "ENOENT", 3), 0);
	assert_int_equal(values.count, 2);
	assert_int_equal(result_values_get(&values, "ENOENT"), 5);
	assert_true(result_values_get(&values, "EPERM") == RESULT_ABSENT);
	vec_foreach(value, &values)
		free(value->name);
	vec_release(&values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_absent_at_first),
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(keys_that_are_missing_are_absent),
		cmocka_unit_test(unknown_keys_are_ignored),
		cmocka_unit_test(a_copy_has_its_own_texts),
		cmocka_unit_test(release_takes_zeroed_memory),
		cmocka_unit_test(added_items_are_absent),
		cmocka_unit_test(integers_are_written_to_the_last_digit),
		cmocka_unit_test(the_largest_integers_can_be_read_again),
		cmocka_unit_test(names_that_are_not_utf8_make_valid_json),
		cmocka_unit_test(wrong_types_are_named_with_their_place),
		cmocka_unit_test(every_field_of_a_report_has_an_entry),
		cmocka_unit_test(the_schema_lists_the_same_keys),
		cmocka_unit_test(the_schema_is_of_the_version_that_is_written),
		cmocka_unit_test(values_of_one_name_are_added_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

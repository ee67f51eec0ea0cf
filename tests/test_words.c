// SPDX-License-Identifier: BSD-2-Clause
/* test_words.c - a command line split as a shell splits it, with nothing expanded */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "words.h"

/* The words that |text| has, and no more. */
static void assert_words(const char *text, size_t count, const char *const *expected)
{
	words out;

	assert_int_equal(words_split(text, &out), 0);
	assert_int_equal(out.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(out.items[i], expected[i]);
	assert_null(out.items[count]);
	words_release(&out);
}

#define assert_split(text, ...)                                                                    \
	assert_words(text, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                 \
		     (const char *const[]){__VA_ARGS__})

static void blanks_are_between_words(void **state)
{
	(void)state;
	assert_split("  node\tserver.js \n --port  80 ", "node", "server.js", "--port", "80");
}

static void quotes_keep_blanks(void **state)
{
	(void)state;
	assert_split("sh -c 'a  b' \"c d\" e\\ f", "sh", "-c", "a  b", "c d", "e f");
}

static void parts_without_a_blank_are_one_word(void **state)
{
	(void)state;
	assert_split("a'b c'\"d e\"f", "ab cd ef");
}

static void an_empty_quote_is_a_word(void **state)
{
	(void)state;
	assert_split("a '' \"\"", "a", "", "");
}

static void backslash_in_double_quotes_escapes_few_characters(void **state)
{
	(void)state;
	assert_split("\"\\$a \\\" \\\\ \\n\"", "$a \" \\ \\n");
}

static void backslash_in_single_quotes_is_one(void **state)
{
	(void)state;
	assert_split("'a\\'b", "a\\b");
}

static void nothing_is_expanded(void **state)
{
	(void)state;
	assert_split("echo $HOME * ~ `ls` a|b", "echo", "$HOME", "*", "~", "`ls`", "a|b");
}

static void no_words_are_none(void **state)
{
	words out;

	(void)state;
	assert_int_equal(words_split(" \t", &out), 0);
	assert_int_equal(out.count, 0);
	words_release(&out);
}

static void what_does_not_end_is_refused(void **state)
{
	static const char *const bad[] = {"a 'b", "a \"b", "a \"b\\\"", "a\\", "'"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		words out;

		assert_int_equal(words_split(bad[i], &out), -EINVAL);
		assert_int_equal(out.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_are_between_words),
		cmocka_unit_test(quotes_keep_blanks),
		cmocka_unit_test(parts_without_a_blank_are_one_word),
		cmocka_unit_test(an_empty_quote_is_a_word),
		cmocka_unit_test(backslash_in_double_quotes_escapes_few_characters),
		cmocka_unit_test(backslash_in_single_quotes_is_one),
		cmocka_unit_test(nothing_is_expanded),
		cmocka_unit_test(no_words_are_none),
		cmocka_unit_test(what_does_not_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

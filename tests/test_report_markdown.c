// SPDX-License-Identifier: BSD-2-Clause
/* test_report_markdown.c - the Markdown table: a row for each workload, whatever its name */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_report.h"
#include "report.h"

static struct result result;

static char *render(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(report_markdown(&result, stream, NULL), 0);
	fclose(stream);
	return text;
}

/* Cells of the first line that begins with |begin|; a bar after a backslash is none's end. */
static size_t cells_of(const char *text, const char *begin)
{
	const char *line = strstr(text, begin);
	size_t bars = 0;

	assert_non_null(line);
	for (const char *c = line; *c && *c != '\n'; c++)
		bars += *c == '|' && (c == line || c[-1] != '\\');
	return bars - 1;
}

static int setup(void **state)
{
	(void)state;
	made_result(&result);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	result_release(&result);
	return 0;
}

static void each_workload_is_a_row_of_as_many_cells_as_the_head(void **state)
{
	char *text;

	(void)state;
	made_workload(&result, &made_server, 10);
	made_workload(&result, &made_hello, 10)->installed_bytes = 3 << 20;
	made_sum_up(&result);
	text = render();
	assert_int_equal(cells_of(text, "| workload |"), 12);
	assert_int_equal(cells_of(text, "|---|---|"), 12);
	assert_int_equal(cells_of(text, "| node server.js |"), 12);
	assert_non_null(strstr(text, " 3.0 MiB |\n"));
	free(text);
}

static void what_failed_has_no_numbers_and_its_reason_below(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_server, 0);
	char *text;

	(void)state;
	made_failure(workload, "never_ready", "no listening socket within 60 s");
	made_sum_up(&result);
	text = render();
	assert_non_null(strstr(text, " - | - | - | - | - | - | - | - | - |"));
	assert_non_null(strstr(text, "\n- node server.js: no listening socket within 60 s\n"));
	free(text);
}

static void names_can_not_break_the_table(void **state)
{
	struct result_workload *workload = made_workload(&result, &made_server, 3);
	char *text;

	(void)state;
	free(workload->name);
	workload->name = strdup("a|b\n| <b>x</b> `c` \x1b[2J");
	made_sum_up(&result);
	text = render();
	assert_int_equal(cells_of(text, "| a\\|b"), 12);
	assert_null(strstr(text, "<b>"));
	assert_null(strchr(text, '\x1b'));
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_workload_is_a_row_of_as_many_cells_as_the_head),
		TEST(what_failed_has_no_numbers_and_its_reason_below),
		TEST(names_can_not_break_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

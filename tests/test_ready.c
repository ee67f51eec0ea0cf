// SPDX-License-Identifier: BSD-2-Clause
/* test_ready.c - what --ready says, and the line that a program writes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "ready.h"

static struct ready_spec parsed(const char *text)
{
	struct ready_spec spec = {};

	assert_int_equal(ready_parse(text, &spec), 0);
	return spec;
}

static void each_kind_is_understood(void **state)
{
	struct ready_spec spec;

	(void)state;
	assert_int_equal(parsed("exit").kind, EVENT_READY_EXIT);
	assert_int_equal(parsed("listen").kind, EVENT_READY_LISTEN);
	assert_int_equal(parsed("auto").kind, EVENT_READY_AUTO);
	assert_int_equal(parsed("http").kind, EVENT_READY_HTTP);
	spec = parsed("http:3000/health?a=b:c");
	assert_int_equal(spec.kind, EVENT_READY_HTTP);
	assert_int_equal(spec.port, 3000);
	assert_string_equal(spec.path, "/health?a=b:c");
	ready_release(&spec);
	spec = parsed("line:^listening: [0-9]+$");
	assert_int_equal(spec.kind, EVENT_READY_LINE);
	assert_string_equal(spec.regex, "^listening: [0-9]+$");
	ready_release(&spec);
	assert_null(spec.regex);
}

static void what_is_parsed_is_written_the_same(void **state)
{
	static const char *const texts[] = {"auto",	"exit",	       "listen",
					    "http",	"http:80",     "http/",
					    "http:1/a", "http:65535/", "line:a|b"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ready_spec spec = parsed(texts[i]), copy;
		struct buf text = {};

		assert_int_equal(ready_copy(&spec, &copy), 0);
		ready_release(&spec);
		assert_int_equal(ready_text(&copy, &text), 0);
		assert_string_equal(buf_text(&text), texts[i]);
		ready_release(&copy);
		buf_release(&text);
	}
}

static void what_is_wrong_is_refused_in_one_line_that_names_it(void **state)
{
	static const char *const texts[] = {
		"",
		"sometimes",
		"Exit",
		"httpd",
		"http:",
		"http:0",
		"http:65536",
		"http:x",
		"http:1x",
		"http:-1",
		"http:1:2",
		"https",
		"http/a b",
		"line",
		"line:",
		"line:(open",
		"line:a{2",
		"line:*[",
		"http:999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ready_spec spec = {.port = 7};
		struct capture capture;
		const char *said;
		char quoted[64];
		int rc;

		capture_start(&capture);
		rc = ready_parse(texts[i], &spec);
		said = capture_stop(&capture);
		assert_int_equal(rc, -EINVAL);
		snprintf(quoted, sizeof(quoted), "'%s'", texts[i]);
		assert_non_null(strstr(said, quoted));
		assert_non_null(strstr(said, "--ready"));
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		assert_int_equal(spec.port, 7);
	}
}

/* ---- line ---- */

struct program {
	struct ready_line *line;
	struct buf matched;
	int fd;
};

static void begin(struct program *program, const char *regex)
{
	char path[] = "/tmp/coldprof-test-ready-XXXXXX";

	memset(program, 0, sizeof(*program));
	program->fd = mkstemp(path);
	assert_true(program->fd >= 0);
	unlink(path);
	assert_int_equal(ready_line_new(regex, program->fd, &program->line), 0);
}

static bool writes_bytes(struct program *program, const char *bytes, size_t size)
{
	assert_int_equal(write(program->fd, bytes, size), size);
	return ready_line_feed(program->line, size, &program->matched);
}

static bool writes(struct program *program, const char *text)
{
	return writes_bytes(program, text, strlen(text));
}

static void end(struct program *program)
{
	ready_line_free(program->line);
	buf_release(&program->matched);
	close(program->fd);
}

static void the_write_that_completes_the_match_is_found(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "^now ready$");
	assert_false(writes(&program, "starting\nnow "));
	assert_false(writes(&program, "rea"));
	assert_true(writes(&program, "dy\nlater\n"));
	assert_string_equal(buf_text(&program.matched), "now ready");
	end(&program);
}

static void a_prompt_without_an_end_matches(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "> $");
	assert_false(writes(&program, "welcome\n"));
	assert_true(writes(&program, "> "));
	assert_string_equal(buf_text(&program.matched), "> ");
	end(&program);
}

static void a_match_does_not_cross_lines(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "a.*b");
	assert_false(writes(&program, "a\nb\n"));
	assert_true(writes(&program, "ab"));
	end(&program);
}

static void a_line_that_matched_stays_matched(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "up");
	assert_true(writes(&program, "up\n"));
	assert_true(writes(&program, "else\n"));
	assert_string_equal(buf_text(&program.matched), "up");
	end(&program);
}

static void a_carriage_return_is_no_part_of_the_line(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "^up$");
	assert_true(writes(&program, "up\r\n"));
	assert_string_equal(buf_text(&program.matched), "up");
	end(&program);
}

static void a_nul_byte_ends_nothing(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "ready");
	assert_true(writes_bytes(&program, "a\0ready\n", 8));
	assert_int_equal(program.matched.size, 7);
	end(&program);
}

static void only_what_was_written_by_then_is_looked_at(void **state)
{
	struct program program;

	(void)state;
	begin(&program, "two");
	assert_int_equal(write(program.fd, "one\ntwo\n", 8), 8);
	assert_false(ready_line_feed(program.line, 4, &program.matched));
	assert_true(ready_line_feed(program.line, 4, &program.matched));
	end(&program);
}

static void many_lines_in_one_write(void **state)
{
	struct buf text = {};
	struct program program;

	(void)state;
	begin(&program, "^line 49999$");
	for (int i = 0; i < 50000; i++)
		buf_printf(&text, "line %d\n", i);
	assert_true(writes(&program, text.data));
	buf_release(&text);
	end(&program);
}

static void a_long_line_is_matched_by_its_first_bytes(void **state)
{
	char *text = malloc(200000);
	struct program program;

	(void)state;
	memset(text, 'x', 200000);
	memcpy(text + 150000, "late", 4);
	text[199999] = '\n';
	begin(&program, "late|after");
	assert_false(writes_bytes(&program, text, 200000));
	assert_true(writes(&program, "after\n"));
	free(text);
	end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_understood),
		cmocka_unit_test(what_is_parsed_is_written_the_same),
		cmocka_unit_test(what_is_wrong_is_refused_in_one_line_that_names_it),
		cmocka_unit_test(the_write_that_completes_the_match_is_found),
		cmocka_unit_test(a_prompt_without_an_end_matches),
		cmocka_unit_test(a_match_does_not_cross_lines),
		cmocka_unit_test(a_line_that_matched_stays_matched),
		cmocka_unit_test(a_carriage_return_is_no_part_of_the_line),
		cmocka_unit_test(a_nul_byte_ends_nothing),
		cmocka_unit_test(only_what_was_written_by_then_is_looked_at),
		cmocka_unit_test(many_lines_in_one_write),
		cmocka_unit_test(a_long_line_is_matched_by_its_first_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

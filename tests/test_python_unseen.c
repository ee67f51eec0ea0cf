// SPDX-License-Identifier: BSD-2-Clause
/* test_python_unseen.c - programs with a CPython in them whose modules can't be seen */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "models.h"

#define ENCODINGS "/lib/python3.11/encodings/__pycache__/__init__.cpython-311.pyc"

/* What is said of a program that opens |first| and |second|; NULL: nothing. */
static const char *reason_of(enum event_runtime_kind kind, const char *first, const char *second,
			     int64_t result)
{
	struct models *models = calloc(1, sizeof(*models));
	struct stream stream;
	const char *reason = NULL;

	assert_non_null(models);
	stream_begin(&stream);
	ev_start_inode(&stream, 100, NULL, EVENTS_RUNTIME);
	if (kind != EVENT_RUNTIME_NONE)
		ev_runtime(&stream, kind);
	ev_open(&stream, 10, 100, first, result);
	ev_open(&stream, 20, 100, second, result);
	ev_exit(&stream, 9000, 100, 100, true);
	ev_end(&stream, 9100, EVENT_GOOD);
	assert_int_equal(recording_finish(stream.recording), 0);
	assert_int_equal(models_run(models, stream.recording), 0);
	vec_foreach(binary, &models->python_unseen.binaries)
		if (binary->starts)
			reason = python_unseen_reason(binary);
	models_release(models);
	free(models);
	stream_end(&stream);
	return reason;
}

static void assert_says(const char *reason, const char *words)
{
	assert_non_null(reason);
	assert_non_null(strstr(reason, words));
}

static void an_unknown_interpreter_has_a_reason(void **state)
{
	(void)state;
	assert_says(reason_of(EVENT_RUNTIME_NONE, "/etc/passwd", ENCODINGS, 3), "no symbols");
	assert_says(reason_of(EVENT_RUNTIME_NONE, "/usr/lib/libpython3.11.so.1.0", ENCODINGS, 3),
		    "libpython");
	assert_says(reason_of(EVENT_RUNTIME_NONE, "/tmp/_MEIx1/libpython3.11.so.1.0",
			      "/tmp/_MEIx1/base_library.zip", 3),
		    "anew for each start");
}

static void what_starts_no_interpreter_has_none(void **state)
{
	(void)state;
	assert_null(reason_of(EVENT_RUNTIME_NONE, "/usr/lib/libpython3.11.so.1.0", "/x", 3));
	assert_null(reason_of(EVENT_RUNTIME_NONE, "/a/__init__.py", ENCODINGS, -ENOENT));
	assert_null(reason_of(EVENT_RUNTIME_NONE, "/app/encodings/utf_8.py", "/x/__init__.py", 3));
}

static void a_known_interpreter_has_none(void **state)
{
	(void)state;
	assert_null(reason_of(EVENT_RUNTIME_PYTHON, "/usr/lib/libpython3.11.so.1.0", ENCODINGS, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_interpreter_has_a_reason),
		cmocka_unit_test(what_starts_no_interpreter_has_none),
		cmocka_unit_test(a_known_interpreter_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

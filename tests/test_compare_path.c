// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_path.c - names of files in any checkout */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare_path.h"

static void assert_package(const char *path, const char *wanted)
{
	struct buf out = {0};

	assert_int_equal(compare_path_package(path, &out), 0);
	assert_string_equal(buf_text(&out), wanted);
	buf_release(&out);
}

static void a_path_tells_its_package(void **state)
{
	(void)state;
	assert_package("/srv/node_modules/express/lib/router.js", "express");
	assert_package("/srv/node_modules/@nestjs/core/index.js", "@nestjs/core");
	assert_package("/srv/node_modules/express/node_modules/debug/a.js", "debug");
	assert_package("/srv/node_modules/.pnpm/axios@1.9.0/node_modules/axios/i.js", "axios");
	assert_package("/srv/node_modules/.package-lock.json", "");
	assert_package("/v/lib/python3.11/site-packages/flask/app.py", "flask");
	assert_package("/v/lib/python3.11/site-packages/six.py", "six");
	assert_package("/v/lib/python3.11/site-packages/_cffi.cpython-311-x86_64.so", "_cffi");
	assert_package("/usr/lib/python3.11/json/tool.py", "json (Python's own)");
	assert_package("/usr/lib/python3.11/__pycache__/ast.cpython-311.pyc", "ast (Python's own)");
	assert_package("/usr/lib/python3.11/", "");
	assert_package("/srv/app.js", "");
	assert_package("", "");
}

static void assert_key(const char *path, const char *wanted)
{
	struct buf out = {0};

	assert_int_equal(compare_path_key(path, &out), 0);
	assert_string_equal(buf_text(&out), wanted);
	buf_release(&out);
}

static void a_path_has_a_name_in_any_place(void **state)
{
	(void)state;
	assert_key("/a/node_modules/x/node_modules/y.js", "node_modules/x/node_modules/y.js");
	assert_key("/b/lib/python3/site-packages/z.py", "site-packages/z.py");
	assert_key("/proc/4242/cgroup", "/proc/PID/cgroup");
	assert_key("/proc/self/cgroup", "/proc/self/cgroup");
	assert_key("/srv/app.js", "/srv/app.js");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_tells_its_package),
		cmocka_unit_test(a_path_has_a_name_in_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

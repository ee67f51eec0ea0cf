// SPDX-License-Identifier: BSD-2-Clause
/* test_import_line.c - the line on which a source file imports a module */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "import_line.h"

#define LINES(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static size_t find(const char *const *lines, const struct import_line *import)
{
	char text[2000];
	size_t size = 0;

	for (; *lines; lines++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s\n", *lines);
	return import_line_find(text, import);
}

static size_t python(const char *module, const char *const *lines)
{
	return find(lines, &(struct import_line){"/srv/app/storage.py", module, NULL});
}

static size_t node(const char *module, const char *file, const char *const *lines)
{
	return find(lines, &(struct import_line){"/srv/app/src/storage.js", module, file});
}

/* ---- Python ---- */

static void python_imports_by_name(void **state)
{
	(void)state;
	assert_int_equal(python("boto3", LINES("import os", "import boto3")), 2);
	assert_int_equal(python("boto3", LINES("import os, boto3 as b, sys")), 1);
	assert_int_equal(python("a.b.c", LINES("import a", "import a.b", "import a.b.c")), 3);
	assert_int_equal(python("a", LINES("import os", "    import a.b.c")), 2);
	assert_int_equal(python("boto3", LINES("import boto", "import boto33", "import sys")), 0);
	assert_int_equal(python("boto3", LINES("import sys as boto3")), 0);
}

static void python_imports_from(void **state)
{
	(void)state;
	assert_int_equal(python("a.b", LINES("from a import x", "from a import y, b as z")), 2);
	assert_int_equal(python("a.b", LINES("from a import x", "from a.b import *")), 2);
	assert_int_equal(python("a", LINES("from ab import a", "from a import b")), 2);
	assert_int_equal(python("a.b", LINES("from a import (", "  x,  # b", "  b,", ")", "b = 1")),
			 3);
	assert_int_equal(python("a.b", LINES("from a import (", "  x)", "b")), 0);
}

static void python_imports_from_beside(void **state)
{
	(void)state;
	assert_int_equal(python("app.routes", LINES("from . import models, routes")), 1);
	assert_int_equal(
		python("app.routes", LINES("from .models import x", "from .routes import y")), 2);
	assert_int_equal(python("app.v1.routes", LINES("from ..v1 import routes")), 1);
	assert_int_equal(python("app.myroutes", LINES("from . import routes")), 0);
}

static void python_imports_by_a_call(void **state)
{
	(void)state;
	assert_int_equal(python("a.b", LINES("x = 1", "m = importlib.import_module('a.b')")), 2);
	assert_int_equal(python("a.b", LINES("m = __import__(\"a.b\")")), 1);
	assert_int_equal(python("a.b", LINES("m = import_module(name)")), 0);
}

static void python_comments_import_nothing(void **state)
{
	(void)state;
	assert_int_equal(python("a", LINES("# import a", "import b  # import a", "", "import a")),
			 4);
}

static void a_module_below_is_second_best(void **state)
{
	(void)state;
	assert_int_equal(python("a", LINES("import a.b", "import a")), 2);
}

/* ---- JavaScript ---- */

static void node_requires_packages(void **state)
{
	const char *file = "/srv/app/node_modules/axios/dist/node/axios.cjs";

	(void)state;
	assert_int_equal(node("axios", file, LINES("", "const x = require('axios');")), 2);
	assert_int_equal(node("x", file, LINES("import y from 'axio'", "import y from \"axios\"")),
			 2);
	assert_int_equal(node("x", file, LINES("const { a } = await import(`axios`)")), 1);
	assert_int_equal(node("x", file, LINES("import {", "  a,", "} from 'axios';")), 3);
	assert_int_equal(node("x", file, LINES("log('axios')", "// require('axios')")), 0);
	assert_int_equal(node("x", "/srv/node_modules/@nestjs/core/index.js",
			      LINES("require('@nestjs/common')", "require('@nestjs/core')")),
			 2);
	assert_int_equal(node("x", "/srv/node_modules/lodash/get.js",
			      LINES("require('lodash/set')", "require('lodash/get')")),
			 2);
}

static void node_requires_files(void **state)
{
	const char *const *lines = LINES("require('./lib/a')", "require('../lib/b.js')",
					 "require('./lib')", "require('./lib/c.json')");

	(void)state;
	assert_int_equal(node("lib/a.js", "/srv/app/src/lib/a.js", lines), 1);
	assert_int_equal(node("lib/b.js", "/srv/app/lib/b.js", lines), 2);
	assert_int_equal(node("lib/index.js", "/srv/app/src/lib/index.js", lines), 3);
	assert_int_equal(node("lib/c.json", "/srv/app/src/lib/c.json", lines), 4);
	assert_int_equal(node("lib/d.js", "/srv/app/src/lib/d.js", lines), 0);
}

static void node_requires_builtins(void **state)
{
	(void)state;
	assert_int_equal(node("node:http", NULL, LINES("require('https')", "require('http')")), 2);
	assert_int_equal(node("node:http", NULL, LINES("import http from 'node:http'")), 1);
}

static void an_alias_is_second_best(void **state)
{
	(void)state;
	assert_int_equal(node("lib/a.js", "/srv/app/src/lib/a.js",
			      LINES("import x from '@/lib/a'", "import y from './lib/a.js'")),
			 2);
	assert_int_equal(node("lib/a.js", "/srv/app/src/lib/a.js",
			      LINES("import x from '@/lib/ba'", "import y from '@/lib/a'")),
			 2);
}

static void whatever_a_file_holds(void **state)
{
	static const char *const odd[] = {"",
					  "'",
					  "import",
					  "from",
					  "from .",
					  "from . import",
					  "require('",
					  "import '",
					  "from b import (",
					  "import_module(",
					  "__import__('",
					  "\n\n",
					  "import\t\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(python("a", LINES(odd[i])), 0);
		assert_int_equal(node("a", NULL, LINES(odd[i])), 0);
		assert_int_equal(node("a", "a", LINES(odd[i])), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(python_imports_by_name),
		cmocka_unit_test(python_imports_from),
		cmocka_unit_test(python_imports_from_beside),
		cmocka_unit_test(python_imports_by_a_call),
		cmocka_unit_test(python_comments_import_nothing),
		cmocka_unit_test(a_module_below_is_second_best),
		cmocka_unit_test(node_requires_packages),
		cmocka_unit_test(node_requires_files),
		cmocka_unit_test(node_requires_builtins),
		cmocka_unit_test(an_alias_is_second_best),
		cmocka_unit_test(whatever_a_file_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

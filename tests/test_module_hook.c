// SPDX-License-Identifier: BSD-2-Clause
/* test_module_hook.c - the environment that preloads a hook, and the options that forbid it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module_hook.h"
#include "user.h"

#define MAX 8

/* What NODE_OPTIONS becomes; the rest of |environment| stays. */
static void assert_variable(char *const *environment, const char *file, const char *expected)
{
	char **made = module_hook_environment(environment, file);

	assert_non_null(made);
	assert_string_equal(user_getenv(made, "NODE_OPTIONS"), expected);
	assert_string_equal(user_getenv(made, "HOME"), "/home/alice");
	user_environment_free(made);
}

static void it_is_the_only_option(void **state)
{
	char *none[] = {"HOME=/home/alice", NULL};
	char *empty[] = {"NODE_OPTIONS=", "HOME=/home/alice", NULL};

	(void)state;
	assert_variable(none, "/a/hook.js", "--require=/a/hook.js");
	assert_variable(empty, "/a/hook.js", "--require=/a/hook.js");
}

static void it_comes_after_what_is_there(void **state)
{
	char *some[] = {"NODE_OPTIONS=--title=x -r './my own.js'", "HOME=/home/alice",
			"NODE_OPTIONS_NOT=1", NULL};
	char **made;

	(void)state;
	assert_variable(some, "/a/hook.js", "--title=x -r './my own.js' --require=/a/hook.js");
	made = module_hook_environment(some, "/a/hook.js");
	assert_string_equal(user_getenv(made, "NODE_OPTIONS_NOT"), "1");
	user_environment_free(made);
}

static void a_strange_path_is_quoted(void **state)
{
	char *none[] = {"HOME=/home/alice", NULL};

	(void)state;
	assert_variable(none, "/my own/\"q\"\\/hook.js",
			"--require=\"/my own/\\\"q\\\"\\\\/hook.js\"");
}

static void assert_barred(const char *words, const char *variable, const char *expected)
{
	char *argv[MAX + 1] = {}, text[64], *environment[] = {text, NULL};
	char *copy = strdup(words), *rest = copy, *option;

	for (size_t i = 0; i < MAX && (argv[i] = strsep(&rest, " ")); i++)
		;
	snprintf(text, sizeof(text), "NODE_OPTIONS=%s", variable);
	option = module_hook_barred(argv, environment);
	if (expected)
		assert_string_equal(option, expected);
	else
		assert_null(option);
	free(option);
	free(copy);
}

static void a_node_that_denies_files_is_barred(void **state)
{
	(void)state;
	assert_barred("node --permission main.js", "", "--permission");
	assert_barred("node -r ./own.js --experimental_permission main.js", "",
		      "--experimental_permission");
	assert_barred("node --allow-fs-read /app --permission main.js", "", "--permission");
	assert_barred("node -e code --permission", "", "--permission");
	assert_barred("node main.js", "--title=x --permission", "--permission");
	assert_barred("node --experimental-policy=p.json main.js", "",
		      "--experimental-policy=p.json");
}

static void others_are_not(void **state)
{
	(void)state;
	assert_barred("node main.js --permission", "", NULL);
	assert_barred("node -- --permission", "", NULL);
	assert_barred("node -r --permission main.js", "", NULL);
	assert_barred("node --permissions main.js", "--title=--permission", NULL);
	assert_barred("node", "  ", NULL);
	assert_null(module_hook_barred(NULL, (char *[]){NULL}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_only_option),
		cmocka_unit_test(it_comes_after_what_is_there),
		cmocka_unit_test(a_strange_path_is_quoted),
		cmocka_unit_test(a_node_that_denies_files_is_barred),
		cmocka_unit_test(others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_runtime.c - what a command ends at, which runtime that is, where its application begins */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "fs.h"
#include "runtime.h"
#include "user.h"

static char folder[PATH_MAX] = "/tmp/coldprof-test-runtime-XXXXXX";
static struct user self;
static struct runtime_finder finder;
static char *node_path, *python_path; /* NULL: not there */

static void put(const char *name, mode_t mode, const char *format, ...)
{
	char path[PATH_MAX + 64];
	va_list args;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static int resolve(const char *const *argv, struct runtime_command *out)
{
	memset(out, 0, sizeof(*out));
	return runtime_resolve(&finder, folder, (char *const *)argv, out);
}

#define RESOLVE(out, ...) resolve((const char *const[]){__VA_ARGS__, NULL}, out)

/* What a real execve(2) gives to the program at the end, which must be an echo. */
static void run_words(const char *const *argv, char *out, size_t size)
{
	int ends[2], status;
	ssize_t got, used = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		if (chdir(folder) == 0)
			execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	while ((got = read(ends[0], out + used, size - 1 - (size_t)used)) > 0)
		used += got;
	close(ends[0]);
	out[used] = '\0';
	out[strcspn(out, "\n")] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void assert_words_as_run(const char *const *argv)
{
	struct runtime_command command;
	struct buf ours = {0};
	char truth[4096];

	assert_int_equal(resolve(argv, &command), 0);
	for (size_t i = 1; i < command.argv.count; i++)
		buf_printf(&ours, "%s%s", i > 1 ? " " : "", command.argv.items[i]);
	assert_null(command.argv.items[command.argv.count]);
	run_words(argv, truth, sizeof(truth));
	assert_string_equal(buf_text(&ours), truth);
	buf_release(&ours);
	runtime_command_release(&command);
}

#define ASSERT_WORDS_AS_RUN(...) assert_words_as_run((const char *const[]){__VA_ARGS__, NULL})

static void words_are_those_that_execve_makes(void **state)
{
	(void)state;
	put("plain", 0755, "#!/bin/echo\n");
	put("spaced", 0755, "#! \t/bin/echo  one two \t\nrest\n");
	put("nested", 0755, "#!%s/spaced inner\n", folder);
	put("by-env", 0755, "#!/usr/bin/env echo\n");
	put("by-env-split", 0755, "#!/usr/bin/env -S echo -a  -b\n");
	put("by-env-joined", 0755, "#!/usr/bin/env -Secho x\n");
	put("by-env-variable", 0755, "#!/usr/bin/env -S A=1 B=2 echo y\n");
	put("relative", 0755, "#!plain z\n");
	put("no-newline", 0755, "#!/bin/echo end");
	ASSERT_WORDS_AS_RUN("./plain", "a", "b c");
	ASSERT_WORDS_AS_RUN("./spaced", "a");
	ASSERT_WORDS_AS_RUN("./nested", "a");
	ASSERT_WORDS_AS_RUN("./by-env", "a");
	ASSERT_WORDS_AS_RUN("./by-env-split", "a");
	ASSERT_WORDS_AS_RUN("./by-env-joined", "a");
	ASSERT_WORDS_AS_RUN("./by-env-variable", "a");
	ASSERT_WORDS_AS_RUN("./relative", "a");
	ASSERT_WORDS_AS_RUN("./no-newline", "a");
	ASSERT_WORDS_AS_RUN("env", "-u", "HOME", "A=1", "echo", "A=2", "-S");
	ASSERT_WORDS_AS_RUN("echo", "./plain");
}

static void the_files_on_the_way_are_listed(void **state)
{
	struct runtime_command command;
	char script[PATH_MAX + 64];

	(void)state;
	put("script", 0755, "#!/usr/bin/env sh\n");
	snprintf(script, sizeof(script), "%s/script", folder);
	assert_int_equal(RESOLVE(&command, "./script"), 0);
	assert_int_equal(command.files.count, 3);
	assert_string_equal(command.files.items[0], script);
	assert_string_equal(command.files.items[2], command.binary);
	assert_string_equal(fs_basename(command.called), "sh");
	runtime_command_release(&command);
}

static void what_env_hides_ends_at_env(void **state)
{
	static const char *const hard[][5] = {{"env", "-i", "echo"},
					      {"env", "-u", "PATH", "echo"},
					      {"env", "-S", "echo 'a b'"},
					      {"env", "-C", "/", "echo"},
					      {"env"}};
	struct runtime_command command, env;

	(void)state;
	assert_int_equal(RESOLVE(&env, "/usr/bin/env"), 0);
	for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
		assert_int_equal(resolve(hard[i], &command), 0);
		assert_string_equal(command.binary, env.binary);
		runtime_command_release(&command);
	}
	runtime_command_release(&env);
}

static void what_cannot_run_says_why(void **state)
{
	struct runtime_command command;

	(void)state;
	put("text", 0755, "hello\n");
	put("closed", 0644, "#!/bin/sh\n");
	put("orphan", 0755, "#!/no/such/interpreter\n");
	put("loop", 0755, "#!%s/loop\n", folder);
	put("bare", 0755, "#!\n");
	assert_int_equal(RESOLVE(&command, "no-such-command-at-all"), -ENOENT);
	assert_int_equal(RESOLVE(&command, "./nothing"), -ENOENT);
	assert_int_equal(RESOLVE(&command, ""), -ENOENT);
	assert_int_equal(RESOLVE(&command, "./text"), -ENOEXEC);
	assert_int_equal(RESOLVE(&command, "./bare"), -ENOEXEC);
	assert_int_equal(RESOLVE(&command, "./closed"), -EACCES);
	assert_int_equal(RESOLVE(&command, folder), -EACCES);
	assert_int_equal(RESOLVE(&command, "./orphan"), -ENOENT);
	assert_int_equal(RESOLVE(&command, "./loop"), -ELOOP);
}

static void the_path_of_the_environment_is_searched_in_order(void **state)
{
	char path[3 * PATH_MAX], *environment[] = {path, NULL};
	struct runtime_finder other = finder;
	struct runtime_command command;

	(void)state;
	snprintf(path, sizeof(path), "%s/first", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/second", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	put("first/tool", 0644, "#!/bin/false\n"); /* not executable: passed over */
	put("second/tool", 0755, "#!/bin/sh\n");
	snprintf(path, sizeof(path), "PATH=/nowhere:%s/first:%s/second", folder, folder);
	other.environment = environment;
	assert_int_equal(
		runtime_resolve(&other, folder, (char *const[]){(char *)"tool", NULL}, &command),
		0);
	assert_non_null(strstr(command.files.items[0], "/second/tool"));
	runtime_command_release(&command);
	snprintf(path, sizeof(path), "PATH=%s/first", folder);
	assert_int_equal(
		runtime_resolve(&other, folder, (char *const[]){(char *)"tool", NULL}, &command),
		-EACCES);
	snprintf(path, sizeof(path), "PATH=second:"); /* relative to cwd, and cwd itself */
	assert_int_equal(
		runtime_resolve(&other, folder, (char *const[]){(char *)"tool", NULL}, &command),
		0);
	runtime_command_release(&command);
}

static void python_is_known_by_what_it_is(void **state)
{
	char copy[PATH_MAX + 64], command[3 * PATH_MAX];
	struct runtime runtime = {0};

	(void)state;
	if (!python_path) {
		print_message("no python here\n");
		skip();
	}
	assert_int_equal(runtime_of_binary(&finder, python_path, &runtime), 0);
	assert_int_equal(runtime.kind, EVENT_RUNTIME_PYTHON);
	assert_string_equal(runtime.name, "python");
	assert_non_null(runtime.version);
	assert_true(runtime.version[0] == '3');
	runtime_release(&runtime);
	snprintf(copy, sizeof(copy), "%s/application", folder);
	snprintf(command, sizeof(command), "cp %s %s", python_path, copy);
	assert_int_equal(system(command), 0);
	assert_int_equal(runtime_of_binary(&finder, copy, &runtime), 0);
	assert_int_equal(runtime.kind, EVENT_RUNTIME_PYTHON);
	runtime_release(&runtime);
}

static void a_name_alone_makes_no_python(void **state)
{
	char command[2 * PATH_MAX], path[PATH_MAX + 64];
	struct runtime runtime = {0};

	(void)state;
	snprintf(path, sizeof(path), "%s/python3", folder);
	snprintf(command, sizeof(command), "cp /bin/sh %s", path);
	assert_int_equal(system(command), 0);
	assert_int_equal(runtime_of_binary(&finder, path, &runtime), 0);
	assert_int_equal(runtime.kind, EVENT_RUNTIME_NONE);
	assert_null(runtime.version);
	assert_string_equal(runtime.name, "python3");
	runtime_release(&runtime);
}

static void node_is_known_with_its_version_and_libc(void **state)
{
	struct runtime runtime = {0};
	char command[PATH_MAX + 64], truth[64] = "";
	FILE *pipe;

	(void)state;
	if (!node_path) {
		print_message("no node here\n");
		skip();
	}
	snprintf(command, sizeof(command), "%s --version", node_path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "v%63s", truth), 1);
	pclose(pipe);
	assert_int_equal(runtime_of_binary(&finder, node_path, &runtime), 0);
	assert_int_equal(runtime.kind, EVENT_RUNTIME_NODE);
	assert_string_equal(runtime.version, truth);
	if (runtime.binary.interpreter)
		assert_int_not_equal(runtime.libc.offsets[SYMBOL_EXIT], 0);
	runtime_release(&runtime);
}

static void a_file_that_is_no_program_has_no_runtime(void **state)
{
	struct runtime runtime = {0};
	char path[PATH_MAX + 64];

	(void)state;
	put("data", 0755, "\177ELF");
	snprintf(path, sizeof(path), "%s/data", folder);
	assert_true(runtime_of_binary(&finder, path, &runtime) < 0);
	assert_int_equal(runtime_of_binary(&finder, "/no/such/binary", &runtime), -ENOENT);
}

/* ---- the application's entry ---- */

struct entry_case {
	const char *words[8]; /* after the runtime's own name */
	const char *entry;    /* below the folder; "module:NAME"; NULL: none */
};

static void split_entry(enum event_runtime_kind kind, const struct entry_case *one, struct buf *out)
{
	char *argv[10] = {(char *)"runtime"};
	struct buf found = {0};
	enum runtime_entry entry;
	size_t length = strlen(folder);

	for (size_t i = 0; i < 8 && one->words[i]; i++)
		argv[i + 1] = (char *)one->words[i];
	entry = runtime_entry(&self, kind, argv, folder, &found);
	if (entry == RUNTIME_ENTRY_MODULE)
		buf_printf(out, "module:%s", found.data);
	else if (entry == RUNTIME_ENTRY_NONE)
		buf_puts(out, "none");
	else if (strncmp(found.data, folder, length) == 0 && found.data[length] == '/')
		buf_puts(out, found.data + length + 1);
	else
		buf_puts(out, found.data);
	buf_release(&found);
}

static void assert_entries(enum event_runtime_kind kind, const struct entry_case *cases,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf found = {0};

		split_entry(kind, &cases[i], &found);
		if (strcmp(found.data, cases[i].entry ? cases[i].entry : "none"))
			fail_msg("%s %s %s: %s", cases[i].words[0] ? cases[i].words[0] : "",
				 cases[i].words[1] ? cases[i].words[1] : "",
				 cases[i].words[2] ? cases[i].words[2] : "", found.data);
		buf_release(&found);
	}
}

/* Also run for real below: each says which file it was started as. */
static const struct entry_case python_cases[] = {
	{{"say.py"}, "say.py"},
	{{"./say.py", "-c", "x"}, "say.py"},
	{{"-I", "-B", "say.py"}, "say.py"},
	{{"-IBs", "say.py", "-m", "x"}, "say.py"},
	{{"-X", "dev", "say.py"}, "say.py"},
	{{"-Xdev", "say.py"}, "say.py"},
	{{"-BX", "dev", "say.py"}, "say.py"},
	{{"-W", "ignore", "say.py"}, "say.py"},
	{{"-Wignore", "say.py"}, "say.py"},
	{{"--check-hash-based-pycs", "never", "say.py"}, "say.py"},
	{{"-u", "--", "say.py"}, "say.py"},
	{{"package"}, "package/__main__.py"},
	{{"link.py"}, "link.py"},
};

static const struct entry_case python_others[] = {
	{{"-m", "http.server", "8000"}, "module:http.server"},
	{{"-Im", "json.tool"}, "module:json.tool"},
	{{"-mtimeit"}, "module:timeit"},
	{{"-X", "importtime", "-m", "say"}, "module:say"},
	{{"-c", "pass", "say.py"}, NULL},
	{{"-cpass", "say.py"}, NULL},
	{{"-Bc", "pass", "say.py"}, NULL},
	{{"-", "say.py"}, NULL},
	{{"-V"}, NULL},
	{{"--version"}, NULL},
	{{"--help"}, NULL},
	{{"-X"}, NULL},
	{{"-m"}, NULL},
	{{"missing.py"}, NULL},
	{{NULL}, NULL},
};

static const struct entry_case node_cases[] = {
	{{"say.js"}, "say.js"},
	{{"./say"}, "say.js"},
	{{"say", "-e", "0"}, "say.js"},
	{{"--no-warnings", "say.js"}, "say.js"},
	{{"--max-old-space-size=100", "say.js"}, "say.js"},
	{{"--max_old_space_size=100", "say.js"}, "say.js"},
	{{"-r", "./hook.js", "say.js"}, "say.js"},
	{{"--require", "./hook.js", "say.js"}, "say.js"},
	{{"--require=./hook.js", "say.js"}, "say.js"},
	{{"--import", "./hook.js", "say.js"}, "say.js"},
	{{"-C", "development", "say.js"}, "say.js"},
	{{"--title", "x", "say.js"}, "say.js"},
	{{"--unhandled_rejections", "strict", "say.js"}, "say.js"},
	{{"--dns-result-order", "verbatim", "say.js"}, "say.js"},
	{{"--", "say.js"}, "say.js"},
	{{"module.mjs"}, "module.mjs"},
	{{"common.cjs"}, "common.cjs"},
	{{"folder"}, "folder/index.js"},
	{{"folder/"}, "folder/index.js"},
	{{"main"}, "main/lib/start.js"},
	{{"main-no-extension"}, "main-no-extension/lib/start.js"},
	{{"link.js"}, "real/say.js"},
	{{"--preserve-symlinks-main", "link.js"}, "link.js"},
};

static const struct entry_case node_others[] = {
	{{"-e", "0", "say.js"}, NULL},
	{{"-p", "1", "say.js"}, NULL},
	{{"-pe", "1", "say.js"}, NULL},
	{{"--eval=0", "say.js"}, NULL},
	{{"-", "say.js"}, NULL},
	{{"-i", "say.js"}, NULL},
	{{"--test", "say.js"}, NULL},
	{{"--run", "start"}, NULL},
	{{"-v"}, NULL},
	{{"--help"}, NULL},
	{{"inspect", "say.js"}, NULL},
	{{"-r"}, NULL},
	{{"missing.js"}, NULL},
	{{NULL}, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void make_folder_in(const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_link(const char *target, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(symlink(target, path), 0);
}

static void make_applications(void)
{
	static const char js[] = "console.log('STARTED ' + __filename)\n";
	static const char py[] = "import os\nprint('STARTED', os.path.abspath(__file__))\n";

	make_folder_in("package");
	make_folder_in("folder");
	make_folder_in("main");
	make_folder_in("main/lib");
	make_folder_in("main-no-extension");
	make_folder_in("main-no-extension/lib");
	make_folder_in("real");
	put("say.py", 0644, "%s", py);
	put("real/say.py", 0644, "%s", py);
	put("package/__main__.py", 0644, "%s", py);
	make_link("real/say.py", "link.py");
	put("hook.js", 0644, "0\n");
	put("say.js", 0644, "%s", js);
	put("real/say.js", 0644, "%s", js);
	put("common.cjs", 0644, "%s", js);
	put("folder/index.js", 0644, "%s", js);
	put("main/lib/start.js", 0644, "%s", js);
	put("main/package.json", 0644, "{\"main\": \"./lib/start.js\"}");
	put("main-no-extension/lib/start.js", 0644, "%s", js);
	put("main-no-extension/package.json", 0644, "{\"main\": \"lib/start\"}");
	put("module.mjs", 0644, "console.log('STARTED ' + new URL(import.meta.url).pathname)\n");
	make_link("real/say.js", "link.js");
}

static void entries_of_python_command_lines(void **state)
{
	(void)state;
	assert_entries(EVENT_RUNTIME_PYTHON, python_cases, COUNT(python_cases));
	assert_entries(EVENT_RUNTIME_PYTHON, python_others, COUNT(python_others));
}

static void entries_of_node_command_lines(void **state)
{
	(void)state;
	assert_entries(EVENT_RUNTIME_NODE, node_cases, COUNT(node_cases));
	assert_entries(EVENT_RUNTIME_NODE, node_others, COUNT(node_others));
	assert_entries(EVENT_RUNTIME_OTHER, node_others, 1);
}

/* The truth: the runtime itself, given the same words, says which file it runs. */
static void assert_runtime_agrees(const char *runtime, const struct entry_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf command = {0};
		char said[PATH_MAX] = "", wanted[2 * PATH_MAX];
		FILE *pipe;

		buf_printf(&command, "cd %s && %s", folder, runtime);
		for (size_t j = 0; j < 8 && cases[i].words[j]; j++)
			buf_printf(&command, " '%s'", cases[i].words[j]);
		buf_puts(&command, " 2>&1 </dev/null");
		pipe = popen(command.data, "r");
		assert_non_null(pipe);
		if (!fgets(said, sizeof(said), pipe))
			said[0] = '\0';
		pclose(pipe);
		said[strcspn(said, "\n")] = '\0';
		snprintf(wanted, sizeof(wanted), "STARTED %s/%s", folder, cases[i].entry);
		if (strcmp(said, wanted))
			fail_msg("%s: %s, not %s", command.data, said, wanted);
		buf_release(&command);
	}
}

static void python_itself_starts_the_same_files(void **state)
{
	(void)state;
	if (!python_path) {
		print_message("no python here\n");
		skip();
	}
	assert_runtime_agrees(python_path, python_cases, COUNT(python_cases));
}

static void node_itself_starts_the_same_files(void **state)
{
	(void)state;
	if (!node_path) {
		print_message("no node here\n");
		skip();
	}
	assert_runtime_agrees(node_path, node_cases, COUNT(node_cases));
}

/* The first real binary of that name on the PATH, behind no script; NULL: none */
static char *find_runtime(const char *name, enum event_runtime_kind kind)
{
	const char *path_list = getenv("PATH");
	char *found = NULL, *copy = strdup(path_list ? path_list : ""), *rest = copy;

	for (char *part; !found && (part = strsep(&rest, ":"));) {
		struct runtime runtime = {0};
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", part, name);
		if (access(path, X_OK) || runtime_of_binary(&finder, path, &runtime))
			continue;
		if (runtime.kind == kind)
			found = strdup(runtime.path);
		runtime_release(&runtime);
	}
	free(copy);
	return found;
}

static int set_up(void **state)
{
	char cache[PATH_MAX + 64];

	(void)state;
	if (!mkdtemp(folder) || user_resolve(NULL, &self))
		return -1;
	snprintf(cache, sizeof(cache), "%s/cache", folder);
	/* root's tests of root's own programs: nobody's ids are taken */
	self.switch_needed = false;
	self.uid = getuid();
	self.gid = getgid();
	finder.user = &self;
	if (symbols_cache_new(&self, cache, &finder.cache))
		return -1;
	make_applications();
	node_path = find_runtime("node", EVENT_RUNTIME_NODE);
	python_path = find_runtime("python3", EVENT_RUNTIME_PYTHON);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(node_path);
	free(python_path);
	symbols_cache_free(finder.cache);
	user_release(&self);
	return fs_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_that_execve_makes),
		cmocka_unit_test(the_files_on_the_way_are_listed),
		cmocka_unit_test(what_env_hides_ends_at_env),
		cmocka_unit_test(what_cannot_run_says_why),
		cmocka_unit_test(the_path_of_the_environment_is_searched_in_order),
		cmocka_unit_test(python_is_known_by_what_it_is),
		cmocka_unit_test(a_name_alone_makes_no_python),
		cmocka_unit_test(node_is_known_with_its_version_and_libc),
		cmocka_unit_test(a_file_that_is_no_program_has_no_runtime),
		cmocka_unit_test(entries_of_python_command_lines),
		cmocka_unit_test(entries_of_node_command_lines),
		cmocka_unit_test(python_itself_starts_the_same_files),
		cmocka_unit_test(node_itself_starts_the_same_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_prepare.c - a prepared folder is whole or absent; package clients are scripts of ours here
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "buf.h"
#include "capture.h"
#include "fs.h"
#include "install.h"
#include "prepare.h"
#include "trust.h"
#include "user.h"

static struct capture capture;

/* A folder with bin/ (clients), app/ (a workload), cache/, and who it all belongs to. */
struct place {
	char root[64], cache[96], path[160];
	struct user user;
	struct workload workload;
	struct workload_runtime runtimes[WORKLOAD_RUNTIMES];
	struct interpreter interpreter, second;
	char interpreter_path[128], second_path[128];
	char folder[96];
};

static void put(const struct place *place, const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place->root, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(fs_make_dirs(path, -1, -1), 0);
	path[strlen(path)] = '/';
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static bool is_there(const struct place *place, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", place->root, name);
	return fs_exists(path);
}

/* Entries of the cache folder. */
static size_t cached(const struct place *place)
{
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	dir = opendir(place->cache);
	while (dir && (entry = readdir(dir)))
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (dir)
		closedir(dir);
	return count;
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	*state = place;
	strcpy(place->root, "/tmp/coldprof-test-XXXXXX");
	if (!mkdtemp(place->root) || chmod(place->root, 0755))
		return -1;
	snprintf(place->cache, sizeof(place->cache), "%s/cache", place->root);
	snprintf(place->path, sizeof(place->path), "%s/bin:/usr/bin:/bin", place->root);
	snprintf(place->folder, sizeof(place->folder), "%s/app", place->root);
	snprintf(place->interpreter_path, sizeof(place->interpreter_path), "%s/bin/node",
		 place->root);
	place->user = (struct user){.uid = getuid(),
				    .gid = getgid(),
				    .name = "tester",
				    .home = place->root,
				    .shell = "/bin/sh",
				    .path = place->path};
	place->workload =
		(struct workload){.name = "node/app", .runtime = "node", .folder = place->folder};
	place->runtimes[0] = (struct workload_runtime){"node", "package-lock.json"};
	place->workload.runtimes.items = place->runtimes;
	place->workload.runtimes.count = 1;
	place->interpreter = (struct interpreter){
		.runtime = "node", .path = place->interpreter_path, .version = "20.1.0"};
	put(place, "bin/node", "#!/bin/sh\n", 0755);
	put(place, "bin/npm",
	    "#!/bin/sh\n"
	    "mkdir -p node_modules && echo \"$*\" >> node_modules/calls && pwd > "
	    "node_modules/where\n",
	    0755);
	put(place, "app/package-lock.json", "{}\n", 0644);
	put(place, "app/server.js", "1\n", 0644);
	put(place, "app/lib/tool.sh", "#!/bin/sh\n", 0755);
	put(place, "app/workload.json", "{}\n", 0644);
	put(place, "app/node_modules/old/index.js", "old\n", 0644);
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	int err = fs_remove_tree(place->root);

	free(place);
	return err;
}

static int locate(const struct place *place, struct prepare *out)
{
	*out = (struct prepare){.workload = &place->workload,
				.interpreters = {&place->interpreter}};
	if (place->workload.runtimes.count > 1)
		out->interpreters[1] = &place->second;
	return prepare_locate(out, &place->user, place->cache);
}

/* Locates and prepares; |stop| as in struct prepare_options. */
static int prepare_with(const struct place *place, int stop, struct prepare *out)
{
	const struct prepare_options options = {.user = &place->user, .stop = stop};
	int err = locate(place, out);

	return err ? err : prepare_all(out, 1, &options);
}

static int prepare(const struct place *place, struct prepare *out)
{
	return prepare_with(place, -1, out);
}

/* Prepares and says what was written to standard error. */
static const char *prepare_said(const struct place *place, int expected)
{
	struct prepare item = {0};
	int err;

	capture_start(&capture);
	err = prepare(place, &item);
	capture_stop(&capture);
	prepare_release(&item);
	assert_int_equal(err, expected);
	return capture.text;
}

static const char *text_of(const struct prepare *item, const char *name)
{
	static struct buf text;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", item->folder, name);
	buf_clear(&text);
	return fs_read(path, 65536, &text) ? NULL : buf_text(&text);
}

static void put_python(const struct place *place)
{
	put(place, "app/requirements.lock", "a==1\n", 0644);
	/* makes an environment whose python writes a script as pip does, and its bytecode's path */
	put(place, "bin/python3",
	    "#!/bin/sh\n"
	    "mkdir -p .venv/bin && cat > .venv/bin/python <<'END' && chmod +x .venv/bin/python\n"
	    "#!/bin/sh\n"
	    "case $2 in\n"
	    "pip) echo \"#!$PWD/.venv/bin/python\" > .venv/bin/tool; echo \"$*\" > pip.args ;;\n"
	    "compileall) echo \"$*\" > compile.args; exit 1 ;;\n"
	    "esac\n"
	    "END\n"
	    "echo \"home = $PWD/.venv\" > .venv/pyvenv.cfg\n",
	    0755);
}

static void use_python(struct place *place)
{
	place->workload.name = "python/app";
	place->workload.runtime = "python";
	place->runtimes[0] = (struct workload_runtime){"python", "requirements.lock"};
	place->interpreter.runtime = "python";
	snprintf(place->interpreter_path, sizeof(place->interpreter_path), "%s/bin/python3",
		 place->root);
	put_python(place);
}

/* Node with a Python beside it. */
static void use_both(struct place *place)
{
	place->runtimes[1] = (struct workload_runtime){"python", "requirements.lock"};
	place->workload.runtimes.count = 2;
	snprintf(place->second_path, sizeof(place->second_path), "%s/bin/python3", place->root);
	place->second = (struct interpreter){
		.runtime = "python", .path = place->second_path, .version = "3.11.7"};
	put_python(place);
}

static void the_application_is_copied_without_leftovers(void **state)
{
	struct place *place = *state;
	struct prepare item;
	char path[256];
	struct stat st;

	assert_int_equal(prepare(place, &item), 0);
	assert_true(item.ready);
	assert_string_equal(text_of(&item, "server.js"), "1\n");
	assert_null(text_of(&item, "workload.json"));
	assert_null(text_of(&item, "node_modules/old/index.js"));
	snprintf(path, sizeof(path), "%s/lib/tool.sh", item.folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_non_null(strstr(text_of(&item, "node_modules/calls"), "ci --ignore-scripts"));
	prepare_release(&item);
}

static void a_second_time_nothing_is_done(void **state)
{
	struct place *place = *state;
	struct prepare item;
	char *first;

	assert_int_equal(prepare(place, &item), 0);
	first = strdup(text_of(&item, "node_modules/calls"));
	prepare_release(&item);
	assert_int_equal(locate(place, &item), 0);
	assert_true(item.ready);
	prepare_release(&item);
	assert_int_equal(prepare(place, &item), 0);
	assert_string_equal(text_of(&item, "node_modules/calls"), first);
	assert_int_equal(cached(place), 1);
	prepare_release(&item);
	free(first);
}

static void another_content_or_runtime_is_another_folder(void **state)
{
	struct place *place = *state;
	struct prepare before, changed, newer, moved;

	assert_int_equal(locate(place, &before), 0);
	place->interpreter.version = "22.0.0";
	assert_int_equal(locate(place, &newer), 0);
	place->interpreter.version = "20.1.0";
	place->interpreter.path = "/opt/node";
	assert_int_equal(locate(place, &moved), 0);
	place->interpreter.path = place->interpreter_path;
	put(place, "app/server.js", "2\n", 0644);
	assert_int_equal(locate(place, &changed), 0);
	assert_string_not_equal(before.folder, changed.folder);
	assert_string_not_equal(before.folder, newer.folder);
	assert_string_not_equal(before.folder, moved.folder);
	prepare_release(&before);
	prepare_release(&changed);
	prepare_release(&newer);
	prepare_release(&moved);
}

static void requests_in_the_workload_file_do_not_count(void **state)
{
	struct place *place = *state;
	struct prepare before, after;

	assert_int_equal(locate(place, &before), 0);
	put(place, "app/workload.json", "{ }\n", 0644);
	assert_int_equal(locate(place, &after), 0);
	assert_string_equal(before.folder, after.folder);
	prepare_release(&before);
	prepare_release(&after);
}

static void a_client_that_fails_leaves_nothing_and_its_last_words(void **state)
{
	struct place *place = *state;

	put(place, "bin/npm",
	    "#!/bin/sh\nmkdir half; echo starting; echo 'no network' >&2; exit 3\n", 0755);
	assert_string_equal(prepare_said(place, -EIO),
			    "coldprof: cannot prepare 'node/app': npm ci ended with status 3\n"
			    "coldprof: note:   starting\n"
			    "coldprof: note:   no network\n");
	assert_int_equal(cached(place), 0);
}

static void a_client_that_is_killed_is_said(void **state)
{
	struct place *place = *state;

	put(place, "bin/npm", "#!/bin/sh\nkill -SEGV $$\n", 0755);
	assert_non_null(strstr(prepare_said(place, -EIO), "npm ci was killed by signal 11"));
	assert_int_equal(cached(place), 0);
}

static void a_missing_client_is_named(void **state)
{
	struct place *place = *state;

	put(place, "bin/npm", "", 0644);
	snprintf(place->path, sizeof(place->path), "%s/nowhere", place->root);
	place->interpreter.path = "/nowhere/node";
	assert_non_null(strstr(prepare_said(place, -ENOENT),
			       "cannot prepare 'node/app': cannot run 'npm': no such file"));
	assert_int_equal(cached(place), 0);
}

static bool is_alive(const struct place *place)
{
	struct buf text = {0};
	char path[128];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/pid", place->root);
	assert_int_equal(fs_read(path, 64, &text), 0);
	pid = atoi(buf_text(&text));
	buf_release(&text);
	return pid > 0 && kill(pid, 0) == 0;
}

/* A client that says when it runs, by closing a named pipe, and never ends. */
static void put_endless_client(struct place *place, char fifo[128])
{
	char text[512];

	snprintf(fifo, 128, "%s/started", place->root);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	snprintf(text, sizeof(text),
		 "#!/bin/sh\nmkdir half; echo $$ > %s/pid\necho > %s\nwhile :; do sleep 1000; "
		 "done\n",
		 place->root, fifo);
	put(place, "bin/npm", text, 0755);
}

static void stopping_ends_the_client_and_leaves_nothing(void **state)
{
	struct place *place = *state;
	struct prepare item;
	char fifo[128], byte;
	int stop[2], err;
	pid_t helper;

	put_endless_client(place, fifo);
	assert_int_equal(pipe(stop), 0);
	helper = fork();
	if (helper == 0) {
		/* once the client runs, it is time to stop */
		int fd = open(fifo, O_RDONLY);

		_exit(fd < 0 || read(fd, &byte, 1) < 0 || write(stop[1], "x", 1) != 1);
	}
	err = prepare_with(place, stop[0], &item);
	assert_int_equal(waitpid(helper, NULL, 0), helper);
	assert_int_equal(err, -ECANCELED);
	assert_false(item.ready);
	assert_false(is_alive(place));
	assert_int_equal(cached(place), 0);
	prepare_release(&item);
	close(stop[0]);
	close(stop[1]);
}

static void killing_coldprof_leaves_no_client_and_no_folder(void **state)
{
	struct place *place = *state;
	struct prepare item;
	char fifo[128], byte;
	int life[2], fd;
	pid_t helper;

	put_endless_client(place, fifo);
	/* its other end closes when the last process that works for the helper is gone */
	assert_int_equal(pipe(life), 0);
	helper = fork();
	if (helper == 0) {
		close(life[0]);
		_exit(prepare(place, &item) != 0);
	}
	close(life[1]);
	fd = open(fifo, O_RDONLY);
	assert_true(fd >= 0 && read(fd, &byte, 1) == 1);
	close(fd);
	kill(helper, SIGKILL);
	assert_int_equal(waitpid(helper, NULL, 0), helper);
	assert_int_equal(read(life[0], &byte, 1), 0);
	close(life[0]);
	assert_false(is_alive(place));
	assert_int_equal(cached(place), 0);
}

static void a_killed_worker_is_said_and_its_folder_removed(void **state)
{
	struct place *place = *state;

	/* the client's parent is the worker */
	put(place, "bin/npm", "#!/bin/sh\nmkdir half; kill -KILL $PPID; sleep 100\n", 0755);
	assert_string_equal(prepare_said(place, -EIO),
			    "coldprof: cannot prepare 'node/app': killed by signal 9\n");
	assert_int_equal(cached(place), 0);
}

static void what_a_killed_worker_left_is_tidied_but_not_others_work(void **state)
{
	static const char left[] = "cache/.ode-app-00000000000000000000000000000000/x";
	static const char busy[] = "cache/.ode-app-11111111111111111111111111111111/x";
	struct place *place = *state;
	struct prepare item;
	char path[128];
	int fd;

	put(place, left, "", 0644);
	put(place, busy, "", 0644);
	put(place, "cache/.other", "", 0644);
	snprintf(path, sizeof(path), "%s/%.*s", place->root, (int)strlen(busy) - 2, busy);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
	assert_int_equal(prepare(place, &item), 0);
	assert_false(is_there(place, left));
	assert_true(is_there(place, busy));
	assert_true(is_there(place, "cache/.other"));
	close(fd);
	prepare_release(&item);
}

static void a_link_in_the_application_is_refused(void **state)
{
	struct place *place = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/app/secret", place->root);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_non_null(strstr(prepare_said(place, -EINVAL),
			       "app/secret' is neither a file nor a folder\n"));
}

static void a_folder_that_others_may_write_is_refused(void **state)
{
	struct place *place = *state;

	put(place, "cache/x", "", 0644);
	assert_int_equal(chmod(place->cache, 0777), 0);
	assert_non_null(strstr(prepare_said(place, -EPERM), "others may write to '"));
	assert_int_equal(cached(place), 1);
	/* a sticky one, as /tmp is, will do: nobody can replace what is ours in it */
	assert_int_equal(chmod(place->cache, 01777), 0);
	prepare_said(place, 0);
	/* the application is no safer than its folder */
	assert_int_equal(chmod(place->folder, 0777), 0);
	put(place, "app/server.js", "3\n", 0644);
	assert_non_null(strstr(prepare_said(place, -EPERM), "/app' (mode 0777)"));
}

static void an_environment_knows_its_final_path(void **state)
{
	struct place *place = *state;
	char expected[256];
	struct prepare item;

	use_python(place);
	assert_int_equal(prepare(place, &item), 0);
	snprintf(expected, sizeof(expected), "#!%s/.venv/bin/python\n", item.folder);
	assert_string_equal(text_of(&item, ".venv/bin/tool"), expected);
	snprintf(expected, sizeof(expected), "home = %s/.venv\n", item.folder);
	assert_string_equal(text_of(&item, ".venv/pyvenv.cfg"), expected);
	assert_non_null(strstr(text_of(&item, "pip.args"), "--no-deps"));
	/* bytecode is made for the final path, and files that don't compile are no failure */
	assert_non_null(strstr(text_of(&item, "compile.args"), item.folder));
	prepare_release(&item);
}

static void placeholders_become_paths(void **state)
{
	struct place *place = *state;
	char *words[] = {"{node}", "--x={dir}/y", "{python}", "{", "{nod}"};
	struct prepare_command command;
	struct prepare item;
	char text[160];

	place->workload.command.items = words;
	place->workload.command.count = sizeof(words) / sizeof(words[0]);
	place->workload.entry = "server.js";
	assert_int_equal(locate(place, &item), 0);
	assert_int_equal(prepare_command(&item, NULL, &command), 0);
	assert_string_equal(command.argv[0], place->interpreter_path);
	snprintf(text, sizeof(text), "--x=%s/y", item.folder);
	assert_string_equal(command.argv[1], text);
	assert_string_equal(command.argv[2], "{python}");
	assert_string_equal(command.argv[3], "{");
	assert_string_equal(command.argv[4], "{nod}");
	assert_null(command.argv[5]);
	assert_string_equal(command.cwd, item.folder);
	snprintf(text, sizeof(text), "%s/server.js", item.folder);
	assert_string_equal(command.entry, text);
	prepare_command_release(&command);
	prepare_release(&item);
}

static void places_of_the_run_become_values(void **state)
{
	struct place *place = *state;
	const struct prepare_places places = {.scratch = "/tmp/s", .redis = "redis://h:1/0"};
	struct prepare item;
	char *text;

	assert_int_equal(locate(place, &item), 0);
	assert_int_equal(prepare_substitute(&item, &places, "{scratch}/a {redis} {kafka}", &text),
			 0);
	assert_string_equal(text, "/tmp/s/a redis://h:1/0 {kafka}");
	free(text);
	assert_int_equal(prepare_substitute(&item, NULL, "", &text), 0);
	assert_string_equal(text, "");
	free(text);
	prepare_release(&item);
}

static void two_runtimes_have_both_their_packages(void **state)
{
	struct place *place = *state;
	char *words[] = {"{node}", "{python}"}, environment[256];
	struct prepare_command command;
	struct prepare item, other;

	place->workload.command.items = words;
	place->workload.command.count = 2;
	use_both(place);
	assert_int_equal(prepare(place, &item), 0);
	assert_non_null(text_of(&item, "node_modules/calls"));
	assert_non_null(text_of(&item, "pip.args"));
	assert_int_equal(prepare_command(&item, NULL, &command), 0);
	assert_string_equal(command.argv[0], place->interpreter_path);
	snprintf(environment, sizeof(environment), "%s/.venv/bin/python", item.folder);
	assert_string_equal(command.argv[1], environment);
	prepare_command_release(&command);
	place->second.version = "3.12.0";
	assert_int_equal(locate(place, &other), 0);
	assert_string_not_equal(item.folder, other.folder);
	prepare_release(&item);
	prepare_release(&other);
}

static void it_is_built_with_all_and_kept_without_what_only_builds(void **state)
{
	struct place *place = *state;
	char *words[] = {"/bin/sh", "-c", "echo {dir} $(wc -l < node_modules/calls) > built"};
	workload_texts command = {.items = words, .count = 3};
	struct prepare item, other;
	char expected[256];

	assert_int_equal(locate(place, &other), 0);
	place->workload.build.items = &command;
	place->workload.build.count = 1;
	assert_int_equal(prepare(place, &item), 0);
	/* what it wrote of its folder holds for the final one */
	snprintf(expected, sizeof(expected), "%s 1\n", item.folder);
	assert_string_equal(text_of(&item, "built"), expected);
	assert_non_null(strstr(text_of(&item, "node_modules/calls"), "--include=dev"));
	assert_non_null(strstr(text_of(&item, "node_modules/calls"), "prune"));
	assert_string_not_equal(item.folder, other.folder);
	prepare_release(&item);
	prepare_release(&other);
}

static void a_build_that_fails_leaves_nothing(void **state)
{
	struct place *place = *state;
	char *words[] = {"/bin/sh", "-c", "echo no such thing; exit 3"};
	workload_texts command = {.items = words, .count = 3};

	place->workload.build.items = &command;
	place->workload.build.count = 1;
	assert_non_null(strstr(prepare_said(place, -EIO), "build ended with status 3"));
	assert_int_equal(cached(place), 0);
}

static void python_with_packages_is_that_of_the_environment(void **state)
{
	struct place *place = *state;
	char *words[] = {"{python}", "main.py"};
	struct prepare_command command;
	struct prepare item;
	char text[160];

	use_python(place);
	place->workload.command.items = words;
	place->workload.command.count = 2;
	assert_int_equal(locate(place, &item), 0);
	assert_int_equal(prepare_command(&item, NULL, &command), 0);
	snprintf(text, sizeof(text), "%s/.venv/bin/python", item.folder);
	assert_string_equal(command.argv[0], text);
	prepare_command_release(&command);
	place->runtimes[0].lock = NULL;
	assert_int_equal(prepare_command(&item, NULL, &command), 0);
	assert_string_equal(command.argv[0], place->interpreter_path);
	assert_null(command.entry);
	prepare_command_release(&command);
	prepare_release(&item);
}

static void a_runtime_that_is_too_old_is_said(void **state)
{
	struct place *place = *state;

	place->workload.min_version = "22.3";
	assert_non_null(
		strstr(prepare_said(place, -ENOTSUP), "'node/app' needs node 22.3 or newer: '"));
	assert_non_null(strstr(capture.text, "bin/node' is 20.1.0\n"));
}

static void cleaning_takes_what_was_prepared_and_nothing_else(void **state)
{
	static const char other[] = "cache/node-app-two-00000000000000000000000000000000/x";
	struct place *place = *state;
	struct prepare item;
	size_t count = 0;

	assert_int_equal(prepare(place, &item), 0);
	prepare_release(&item);
	put(place, other, "", 0644);
	put(place, "cache/symbols/x", "", 0644);
	assert_int_equal(prepare_clean(&place->user, place->cache, &place->workload, &count), 0);
	assert_int_equal(count, 1);
	assert_true(is_there(place, other));
	assert_int_equal(prepare_clean(&place->user, place->cache, NULL, &count), 0);
	assert_int_equal(count, 2);
	assert_false(is_there(place, other));
	assert_true(is_there(place, "cache/symbols/x"));
}

static void versions_compare_by_number(void **state)
{
	(void)state;
	assert_true(interpreter_compare_versions("3.9.18", "3.11") < 0);
	assert_true(interpreter_compare_versions("3.11.7", "3.11") == 0);
	assert_true(interpreter_compare_versions("3.12", "3.11.5") > 0);
	assert_true(interpreter_compare_versions("24.0.0", "18.0") > 0);
	assert_true(interpreter_compare_versions("18", "18.0") == 0);
}

static void cache_folders_are_absolute(void **state)
{
	struct user root = {.uid = 0, .home = "/root"}, user = {.uid = 5, .home = "/home/u"};
	char *path = NULL, here[256];

	(void)state;
	assert_int_equal(prepare_cache_folder(&root, NULL, &path), 0);
	assert_string_equal(path, "/var/cache/coldprof");
	free(path);
	assert_int_equal(prepare_cache_folder(&user, NULL, &path), 0);
	assert_string_equal(path, "/home/u/.cache/coldprof");
	free(path);
	assert_int_equal(prepare_cache_folder(&user, "a/../b/", &path), 0);
	assert_non_null(getcwd(here, sizeof(here) - 2));
	strcat(here, "/b");
	assert_string_equal(path, here);
	free(path);
}

static void everything_belongs_to_the_user(void **state)
{
	struct place *place = *state;
	struct prepare item;
	struct stat st;
	char path[256];

	if (geteuid() != 0) {
		print_message("not run: only root can prepare for another user\n");
		skip();
	}
	place->user.uid = 65534;
	place->user.gid = 65534;
	place->user.switch_needed = true;
	assert_int_equal(mkdir(place->cache, 0755), 0);
	assert_int_equal(chown(place->cache, 65534, 65534), 0);
	put(place, "bin/npm",
	    "#!/bin/sh\nmkdir node_modules; id -u > node_modules/id; id -G >> "
	    "node_modules/id\n",
	    0755);
	assert_int_equal(prepare(place, &item), 0);
	assert_string_equal(text_of(&item, "node_modules/id"), "65534\n65534\n");
	snprintf(path, sizeof(path), "%s/node_modules/id", item.folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(stat(item.folder, &st), 0);
	assert_int_equal(st.st_uid, 65534);
	prepare_release(&item);
}

int main(void)
{
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		IN_PLACE(the_application_is_copied_without_leftovers),
		IN_PLACE(a_second_time_nothing_is_done),
		IN_PLACE(another_content_or_runtime_is_another_folder),
		IN_PLACE(requests_in_the_workload_file_do_not_count),
		IN_PLACE(a_client_that_fails_leaves_nothing_and_its_last_words),
		IN_PLACE(a_client_that_is_killed_is_said),
		IN_PLACE(a_missing_client_is_named),
		IN_PLACE(stopping_ends_the_client_and_leaves_nothing),
		IN_PLACE(killing_coldprof_leaves_no_client_and_no_folder),
		IN_PLACE(a_killed_worker_is_said_and_its_folder_removed),
		IN_PLACE(what_a_killed_worker_left_is_tidied_but_not_others_work),
		IN_PLACE(a_link_in_the_application_is_refused),
		IN_PLACE(a_folder_that_others_may_write_is_refused),
		IN_PLACE(an_environment_knows_its_final_path),
		IN_PLACE(placeholders_become_paths),
		IN_PLACE(places_of_the_run_become_values),
		IN_PLACE(two_runtimes_have_both_their_packages),
		IN_PLACE(it_is_built_with_all_and_kept_without_what_only_builds),
		IN_PLACE(a_build_that_fails_leaves_nothing),
		IN_PLACE(python_with_packages_is_that_of_the_environment),
		IN_PLACE(a_runtime_that_is_too_old_is_said),
		IN_PLACE(cleaning_takes_what_was_prepared_and_nothing_else),
		IN_PLACE(everything_belongs_to_the_user),
		cmocka_unit_test(versions_compare_by_number),
		cmocka_unit_test(cache_folders_are_absolute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

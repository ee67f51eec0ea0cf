// SPDX-License-Identifier: BSD-2-Clause
/* test_launch.c - a held child and the end of its tree, against what /proc and wait(2) say */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"
#include "launch.h"
#include "user.h"

/* A program whose output comes through a pipe, so that the test can wait for a line of it. */
struct program {
	struct launch launch;
	int output; /* our end */
};

static struct user nobody_else; /* no switch: our own ids */

static int hold(struct program *program, struct launch_spec spec, struct buf *reason)
{
	static char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	int ends[2], rc;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec.output_fd = ends[1];
	spec.environment = environment;
	if (!spec.cwd)
		spec.cwd = "/";
	if (!spec.user)
		spec.user = &nobody_else;
	rc = launch_hold(&spec, &program->launch, reason);
	close(ends[1]);
	program->output = ends[0];
	return rc;
}

static void hold_well(struct program *program, struct launch_spec spec)
{
	struct buf reason = {};

	assert_int_equal(hold(program, spec, &reason), 0);
	assert_int_equal(reason.size, 0);
}

/* Until execve has succeeded (end of file) or failed (a message). */
static void await_exec(struct program *program)
{
	struct pollfd poller = {.fd = program->launch.failure, .events = POLLIN};

	assert_int_equal(poll(&poller, 1, -1), 1);
}

static void start(struct program *program, struct launch_spec spec)
{
	hold_well(program, spec);
	assert_int_equal(launch_release(&program->launch), 0);
	await_exec(program);
	assert_int_equal(launch_exec_error(&program->launch), 0);
}

static void start_script(struct program *program, const char *script)
{
	char *const argv[] = {"sh", "-c", (char *)script, NULL};

	start(program, (struct launch_spec){.executable = "/bin/sh", .argv = argv});
}

/* The next line that it writes, without its end; "" at the end of file. */
static const char *read_line(struct program *program)
{
	static char line[256];
	size_t size = 0;

	while (size < sizeof(line) - 1 && read(program->output, line + size, 1) == 1 &&
	       line[size] != '\n')
		size++;
	line[size] = '\0';
	return line;
}

static int end(struct program *program)
{
	int status;

	assert_int_equal(launch_end_tree(&program->launch, NULL, &status), 0);
	close(program->output);
	/* all is reaped, also what was not ours at first */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return status;
}

static const char *link_of(pid_t pid, const char *name)
{
	static char target[4096];
	char path[64];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	size = readlink(path, target, sizeof(target) - 1);
	target[size > 0 ? size : 0] = '\0';
	return target;
}

/* The first word of a line of /proc/PID/status. */
static const char *status_of(pid_t pid, const char *name)
{
	static char word[64];
	struct buf text = {};
	const char *found;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	assert_int_equal(fs_read(path, 1 << 20, &text), 0);
	found = strstr(buf_text(&text), name);
	assert_non_null(found);
	assert_int_equal(sscanf(found + strlen(name), ": %63s", word), 1);
	buf_release(&text);
	return word;
}

/* "0 1 2": the descriptors of a process, by number; it has fewer than 64. */
static const char *descriptors_of(pid_t pid)
{
	static char line[256];
	uint64_t seen = 0;
	struct dirent *entry;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			seen |= 1ull << (atoi(entry->d_name) & 63);
	closedir(folder);
	line[0] = '\0';
	for (int fd = 0; fd < 64; fd++)
		if (seen >> fd & 1)
			snprintf(line + strlen(line), 16, "%s%d", line[0] ? " " : "", fd);
	return line;
}

/* cat, past its own start: it has given back what it was sent. Its input stays open in |*input|. */
static void start_cat(struct program *program, const struct user *user, int *input)
{
	char folder[] = "/tmp/coldprof-test-XXXXXX", fifo[64];
	char *const argv[] = {"cat", NULL};

	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/in", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	if (user) {
		assert_int_equal(chmod(folder, 0711), 0);
		assert_int_equal(chown(fifo, user->uid, user->gid), 0);
	}
	*input = open(fifo, O_RDWR | O_CLOEXEC);
	assert_true(*input >= 0);
	start(program, (struct launch_spec){.executable = "/bin/cat",
					    .argv = argv,
					    .cwd = "/usr",
					    .stdin_path = fifo,
					    .user = user});
	assert_int_equal(write(*input, "x\n", 2), 2);
	assert_string_equal(read_line(program), "x");
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* ---- the held child ---- */

static void a_held_child_executes_nothing(void **state)
{
	char *const argv[] = {"echo", "ran", NULL};
	struct program program;
	struct pollfd poller;
	char own[4096];

	(void)state;
	snprintf(own, sizeof(own), "%s", link_of(getpid(), "exe"));
	hold_well(&program, (struct launch_spec){.executable = "/bin/echo", .argv = argv});
	assert_string_equal(link_of(program.launch.pid, "exe"), own);
	poller = (struct pollfd){.fd = program.output, .events = POLLIN};
	assert_int_equal(poll(&poller, 1, 0), 0);
	assert_int_equal(launch_release(&program.launch), 0);
	assert_string_equal(read_line(&program), "ran");
	end(&program);
}

static void a_held_child_that_is_never_released_is_ended(void **state)
{
	char *const argv[] = {"echo", "ran", NULL};
	struct program program;
	int status;

	(void)state;
	hold_well(&program, (struct launch_spec){.executable = "/bin/echo", .argv = argv});
	status = end(&program);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void no_signal_is_blocked_or_ignored(void **state)
{
	struct program program;
	sigset_t all, before;
	int input;

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGRTMIN + 3, SIG_IGN);
	start_cat(&program, NULL, &input);
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGRTMIN + 3, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_string_equal(status_of(program.launch.pid, "SigBlk"), "0000000000000000");
	assert_string_equal(status_of(program.launch.pid, "SigIgn"), "0000000000000000");
	assert_string_equal(status_of(program.launch.pid, "SigCgt"), "0000000000000000");
	close(input);
	end(&program);
}

static void only_the_three_standard_descriptors_are_open(void **state)
{
	/* without close-on-exec, below and above what the launcher itself opens */
	int low = open("/", O_RDONLY), high = fcntl(low, F_DUPFD, 50), input;
	struct program program;

	(void)state;
	assert_true(low >= 0 && high >= 50);
	start_cat(&program, NULL, &input);
	close(low);
	close(high);
	assert_string_equal(descriptors_of(program.launch.pid), "0 1 2");
	assert_memory_equal(link_of(program.launch.pid, "fd/1"), "pipe:", 5);
	assert_memory_equal(link_of(program.launch.pid, "fd/2"), "pipe:", 5);
	close(input);
	end(&program);
}

static void it_leads_a_session_of_its_own_in_the_given_folder(void **state)
{
	struct program program;
	int input;

	(void)state;
	start_cat(&program, NULL, &input);
	assert_int_equal(getsid(program.launch.pid), program.launch.pid);
	assert_string_equal(link_of(program.launch.pid, "cwd"), "/usr");
	close(input);
	end(&program);
}

static void standard_input_is_empty_by_default(void **state)
{
	char *const argv[] = {"readlink", "/proc/self/fd/0", NULL};
	struct program program;

	(void)state;
	start(&program, (struct launch_spec){.executable = "/usr/bin/readlink", .argv = argv});
	assert_string_equal(read_line(&program), "/dev/null");
	end(&program);
}

static void it_has_the_ids_of_the_user(void **state)
{
	struct passwd *entry = getpwnam("nobody");
	struct user user = {.switch_needed = true};
	struct program program;
	int input;

	(void)state;
	if (geteuid() != 0 || !entry) {
		print_message("needs root and a user 'nobody'\n");
		skip();
	}
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	user.groups = &user.gid;
	user.groups_count = 1;
	start_cat(&program, &user, &input);
	assert_int_equal(atoi(status_of(program.launch.pid, "Uid")), user.uid);
	assert_int_equal(atoi(status_of(program.launch.pid, "Gid")), user.gid);
	assert_int_equal(atoi(status_of(program.launch.pid, "Groups")), user.gid);
	assert_string_equal(status_of(program.launch.pid, "CapEff"), "0000000000000000");
	close(input);
	end(&program);
}

/* ---- what fails ---- */

static void a_failed_execve_tells_its_errno(void **state)
{
	char *const argv[] = {"none", NULL};
	struct program program;
	siginfo_t info;
	int status;

	(void)state;
	hold_well(&program, (struct launch_spec){.executable = "/no/such/program", .argv = argv});
	assert_int_equal(launch_release(&program.launch), 0);
	await_exec(&program);
	assert_int_equal(launch_exec_error(&program.launch), ENOENT);
	/* it ends by itself: not yet by us */
	assert_int_equal(waitid(P_PID, program.launch.pid, &info, WEXITED | WNOWAIT), 0);
	status = end(&program);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void refused(struct launch_spec spec, const char *said)
{
	char *const argv[] = {"true", NULL};
	struct program program;
	struct buf reason = {};

	spec.executable = "/bin/true";
	spec.argv = argv;
	assert_int_equal(hold(&program, spec, &reason), -ENOENT);
	close(program.output);
	assert_string_equal(buf_text(&reason), said);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	buf_release(&reason);
}

static void a_missing_folder_is_named(void **state)
{
	(void)state;
	refused((struct launch_spec){.cwd = "/no/such"},
		"cannot go to folder '/no/such': no such file or directory");
}

static void a_missing_standard_input_is_named(void **state)
{
	(void)state;
	refused((struct launch_spec){.stdin_path = "/no/such"},
		"cannot open for standard input '/no/such': no such file or directory");
}

static void a_refused_child_leaves_no_descriptor(void **state)
{
	char before[256];

	(void)state;
	snprintf(before, sizeof(before), "%s", descriptors_of(getpid()));
	a_missing_folder_is_named(NULL);
	assert_string_equal(descriptors_of(getpid()), before);
}

/* ---- the end ---- */

static void the_root_may_end_by_sigterm(void **state)
{
	struct program program;
	int status;

	(void)state;
	start_script(&program, "trap 'exit 7' TERM; echo up; while :; do sleep 1000 & wait; done");
	assert_string_equal(read_line(&program), "up");
	status = end(&program);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void the_status_of_a_root_that_has_ended_is_kept(void **state)
{
	struct program program;
	int status;

	(void)state;
	start_script(&program, "exit 3");
	assert_string_equal(read_line(&program), "");
	status = end(&program);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void who_ignores_sigterm_is_killed(void **state)
{
	struct program program;
	int status;

	(void)state;
	start_script(&program, "trap '' TERM; echo up; exec sleep 1000");
	assert_string_equal(read_line(&program), "up");
	status = end(&program);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_stopped_root_is_ended(void **state)
{
	struct program program;
	int status;

	(void)state;
	start_script(&program, "kill -STOP $$");
	assert_int_equal(waitpid(program.launch.pid, &status, WUNTRACED), program.launch.pid);
	assert_true(WIFSTOPPED(status));
	status = end(&program);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

/* In a session of its own, its parent gone, deaf to SIGTERM. */
static void a_daemonised_grandchild_is_ended_and_reaped(void **state)
{
	struct program program;
	pid_t daemon;

	(void)state;
	start_script(&program, "(setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000' &)\n"
			       "exec sleep 1000");
	daemon = atoi(read_line(&program));
	assert_true(daemon > 0);
	assert_int_not_equal(getsid(daemon), program.launch.pid);
	end(&program);
	assert_int_equal(kill(daemon, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void a_daemon_outlives_its_root_no_longer_than_the_start(void **state)
{
	struct program program;
	pid_t daemon;
	siginfo_t info;

	(void)state;
	start_script(&program, "setsid sh -c 'echo $$; exec sleep 1000' & exit 0");
	daemon = atoi(read_line(&program));
	assert_true(daemon > 0);
	assert_int_equal(waitid(P_PID, program.launch.pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(end(&program), 0);
	assert_int_equal(kill(daemon, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void a_descendant_has_its_grace_although_the_root_ends_at_once(void **state)
{
	struct program program;
	int output;

	(void)state;
	start_script(&program, "sh -c 'trap \"/bin/true; echo bye; exit\" TERM; echo up\n"
			       "while :; do sleep 1000 & wait; done' &\n"
			       "exec sleep 1000");
	assert_string_equal(read_line(&program), "up");
	output = dup(program.output);
	end(&program);
	program.output = output;
	assert_string_equal(read_line(&program), "bye");
	close(output);
}

/* ---- the last lines ---- */

static void tail_is(const char *text, size_t size, unsigned lines, const char *expected)
{
	char name[] = "/tmp/coldprof-test-XXXXXX";
	int fd = mkstemp(name);
	struct buf tail = {};

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(fs_write_all(fd, text, size), 0);
	assert_int_equal(launch_output_tail(fd, lines, &tail), 0);
	close(fd);
	assert_string_equal(buf_text(&tail), expected);
	buf_release(&tail);
}
#define TEXT(text) text, sizeof(text) - 1

static void the_last_lines_are_shown(void **state)
{
	(void)state;
	tail_is(TEXT("one\ntwo\nthree\n"), 2, "two\nthree");
	tail_is(TEXT("one\ntwo\nthree"), 1, "three");
	tail_is(TEXT("one\n\n\n"), 2, "one");
	tail_is(TEXT("one\n"), 9, "one");
	tail_is(TEXT(""), 2, "");
	tail_is(TEXT("\n\n"), 2, "");
	tail_is(TEXT("one\n"), 0, "");
}

static void of_much_output_the_end_is_shown(void **state)
{
	static char much[300000];

	(void)state;
	memset(much, 'x', sizeof(much));
	memcpy(much + sizeof(much) - 6, "\nlast\n", 6);
	tail_is(much, sizeof(much), 1, "last");
}

static void control_characters_are_harmless(void **state)
{
	(void)state;
	tail_is(TEXT("a\x1b[2Jb\rc\0d\x7f\te"), 1, "a?[2Jb?c?d?\te");
	/* U+009B begins a control sequence as ESC [ does, raw or in UTF-8 */
	tail_is(TEXT("\xc2\x9b"
		     "2J \x9b"
		     "2J"),
		1, "?2J ?2J");
	tail_is(TEXT("\xc3\xa9\xe2\x82\xac"), 1, "\xc3\xa9\xe2\x82\xac");
}

static int setup(void **state)
{
	(void)state;
	return launch_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_child_executes_nothing),
		cmocka_unit_test(a_held_child_that_is_never_released_is_ended),
		cmocka_unit_test(no_signal_is_blocked_or_ignored),
		cmocka_unit_test(only_the_three_standard_descriptors_are_open),
		cmocka_unit_test(it_leads_a_session_of_its_own_in_the_given_folder),
		cmocka_unit_test(standard_input_is_empty_by_default),
		cmocka_unit_test(it_has_the_ids_of_the_user),
		cmocka_unit_test(a_failed_execve_tells_its_errno),
		cmocka_unit_test(a_missing_folder_is_named),
		cmocka_unit_test(a_missing_standard_input_is_named),
		cmocka_unit_test(a_refused_child_leaves_no_descriptor),
		cmocka_unit_test(the_root_may_end_by_sigterm),
		cmocka_unit_test(the_status_of_a_root_that_has_ended_is_kept),
		cmocka_unit_test(who_ignores_sigterm_is_killed),
		cmocka_unit_test(a_stopped_root_is_ended),
		cmocka_unit_test(a_daemonised_grandchild_is_ended_and_reaped),
		cmocka_unit_test(a_daemon_outlives_its_root_no_longer_than_the_start),
		cmocka_unit_test(a_descendant_has_its_grace_although_the_root_ends_at_once),
		cmocka_unit_test(the_last_lines_are_shown),
		cmocka_unit_test(of_much_output_the_end_is_shown),
		cmocka_unit_test(control_characters_are_harmless),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

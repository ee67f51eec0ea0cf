// SPDX-License-Identifier: BSD-2-Clause
/* client.c - a package client run to its end, its words kept for the case that it fails */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "interpreter.h"
#include "user.h"

#define LAST_LINES 20
#define LAST_BYTES 16384

/* Variables that would lead a package client elsewhere; without "=": all that begin so. */
static bool is_dropped(const char *variable)
{
	static const char *const names[] = {
		"PYTHON",	 "VIRTUAL_ENV", "PIP_USER=",	       "PIP_TARGET=",
		"PIP_PREFIX=",	 "PIP_ROOT=",	"PIP_REQUIRE_HASHES=", "NODE_PATH=",
		"NODE_OPTIONS=", "NODE_ENV=",	"npm_config_global=",  "npm_config_prefix=",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

int client_environment(const struct user *user,
		       const struct interpreter *const interpreters[WORKLOAD_RUNTIMES], char ***out)
{
	char **environment, **to, *extra[2] = {NULL, NULL};
	struct buf path = {0};
	int err = buf_puts(&path, "PATH=");

	for (size_t i = 0; i < WORKLOAD_RUNTIMES && interpreters[i] && !err; i++) {
		const char *program = interpreters[i]->path;

		err = buf_printf(&path, "%.*s:", (int)(fs_basename(program) - program), program);
	}
	if (!err)
		err = buf_puts(&path, user->path);
	extra[0] = path.data;
	environment = err ? NULL : user_environment(user, extra);
	buf_release(&path);
	if (!environment)
		return err_code(-ENOMEM, "cannot run a package client");
	to = environment;
	for (char **from = environment; *from; from++) {
		if (is_dropped(*from))
			free(*from);
		else
			*to++ = *from;
	}
	*to = NULL;
	*out = environment;
	return 0;
}

/* In the child: becomes the client. What keeps it from that goes to |report|. */
static void become(const struct client *client, int log, int report)
{
	const char *path = user_getenv(client->environment, "PATH");
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), err;
	sigset_t none;

	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null >= 0 && dup2(null, STDIN_FILENO) == 0 && dup2(log, STDOUT_FILENO) > 0 &&
	    dup2(log, STDERR_FILENO) > 0 && chdir(client->folder) == 0 &&
	    setenv("PATH", path ? path : "/usr/bin:/bin", 1) == 0 &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execvpe(client->argv[0], client->argv, client->environment);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* Starts it; |*child| is for the caller to reap. -errno of the exec, and then there is none. */
static int start(const struct client *client, int log, pid_t *child)
{
	int report[2], err = 0;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	*child = fork();
	if (*child == 0)
		become(client, log, report[1]);
	if (*child < 0)
		err = errno;
	close(report[1]);
	if (*child > 0 && read(report[0], &err, sizeof(err)) == sizeof(err))
		waitpid(*child, NULL, 0);
	close(report[0]);
	return -err;
}

/* Waits for its end and takes its status; -ECANCELED when it was told to stop and killed. */
static int wait_for(const struct client *client, pid_t child, int *status)
{
	int pidfd = (int)syscall(SYS_pidfd_open, child, 0), err = 0;
	struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN},
			       {.fd = client->stop, .events = POLLIN}};

	while (pidfd >= 0 && poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	if (!fds[0].revents && fds[1].revents) {
		kill(-child, SIGKILL);
		err = -ECANCELED;
	}
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	return err;
}

/* Where the last |LAST_LINES| lines begin. */
static const char *last_lines(const char *text, size_t size)
{
	const char *at = text + size;

	for (int lines = 0; at > text; at--)
		if (at[-1] == '\n' && at < text + size && ++lines == LAST_LINES)
			break;
	return at;
}

static void print_last_lines(int log)
{
	off_t size = lseek(log, 0, SEEK_END), from = size > LAST_BYTES ? size - LAST_BYTES : 0;
	char text[LAST_BYTES + 1];
	ssize_t got = pread(log, text, LAST_BYTES, from);
	char *rest, *line;

	if (got <= 0)
		return;
	text[got] = '\0';
	for (ssize_t i = 0; i < got; i++)
		if (text[i] == '\0' || text[i] == '\r')
			text[i] = ' ';
	rest = (char *)last_lines(text, (size_t)got);
	while ((line = strsep(&rest, "\n")))
		if (line[0])
			note_print("  %s", line);
}

static int report_end(const struct client *client, int status, int log)
{
	if (WIFSIGNALED(status))
		err_print("cannot prepare '%s': %s was killed by signal %d (%s)", client->name,
			  client->what, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		err_print("cannot prepare '%s': %s ended with status %d", client->name,
			  client->what, WEXITSTATUS(status));
	print_last_lines(log);
	return -EIO;
}

int client_run(const struct client *client)
{
	int log = memfd_create("coldprof-client", MFD_CLOEXEC), status = 0, err;
	pid_t child = -1;

	if (log < 0)
		return err_code(errno, "cannot prepare '%s'", client->name);
	err = start(client, log, &child);
	if (err) {
		err_code(err, "cannot prepare '%s': cannot run '%s'", client->name,
			 client->argv[0]);
		goto out;
	}
	err = wait_for(client, child, &status);
	if (!err && status && !(client->may_fail && WIFEXITED(status)))
		err = report_end(client, status, log);
out:
	close(log);
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
/* service.c - what workloads need beside them: Redis, a Kafka broker; once a run, not profiled */
#include "service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "fs.h"
#include "units.h"
#include "user.h"

#define READY_MS 20000
#define TRIES	 3 /* another program may take the port before it does */

static const char *const names[SERVICES] = {[SERVICE_REDIS] = "redis", [SERVICE_KAFKA] = "kafka"};

const char *service_name(enum service_kind kind)
{
	return names[kind];
}

int service_use(enum service_kind kind, const char *address, struct service *out)
{
	struct buf text = {};
	int rc;

	if (kind == SERVICE_REDIS && !strstr(address, "://"))
		rc = buf_printf(&text, "redis://%s/0", address);
	else
		rc = buf_puts(&text, address);
	if (!rc)
		*out = (struct service){.address = buf_steal(&text), .input = -1};
	buf_release(&text);
	return rc;
}

/* ---- what is run ---- */

struct program {
	struct buf path;
	char port[8];
	char *argv[16]; /* into the two above */
};

static int free_port(char text[8])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		rc = -errno;
	if (fd >= 0)
		close(fd);
	snprintf(text, 8, "%u", ntohs(address.sin_port));
	return rc;
}

static int choose_redis(const struct user *user, struct program *program, struct buf *reason)
{
	/* what a login shell's PATH may lack */
	static const char *const places = ":/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin";
	char *const argv[] = {NULL,	"--port", program->port,  "--bind", "127.0.0.1",
			      "--save", "",	  "--appendonly", "no",	    "--daemonize",
			      "no",	NULL};
	struct buf path_list = {};
	int rc = buf_printf(&path_list, "%s%s", user->path, places);

	if (!rc)
		rc = user_which(user, path_list.data, NULL, "redis-server", &program->path);
	buf_release(&path_list);
	if (rc == -ENOENT || rc == -EACCES)
		buf_puts(reason, "there is no redis-server to run: install it (apt install "
				 "redis-server), or name one that runs with --redis ADDRESS");
	if (!rc)
		rc = free_port(program->port);
	memcpy(program->argv, argv, sizeof(argv));
	program->argv[0] = program->path.data;
	return rc;
}

/* Beside our own program, in a checkout; where `make install` puts it, else. */
static int choose_kafka(struct program *program, struct buf *reason)
{
	static const char *const places[] = {"", "../libexec/coldprof/"};
	char own[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", own, sizeof(own) - 1);
	int folder, rc = size < 0 ? -errno : -ENOENT;

	if (size < 0)
		return rc;
	own[size] = '\0';
	folder = (int)(fs_basename(own) - own);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && rc == -ENOENT; i++) {
		buf_clear(&program->path);
		rc = buf_printf(&program->path, "%.*s%skafka-mock", folder, own, places[i]);
		if (!rc && !fs_exists(program->path.data))
			rc = -ENOENT;
	}
	if (rc == -ENOENT)
		buf_puts(reason, "coldprof was built without librdkafka: install it (apt install "
				 "librdkafka-dev) and build again, or name a broker with --kafka "
				 "ADDRESS");
	program->argv[0] = program->path.data;
	program->argv[1] = NULL;
	return rc;
}

/* ---- running it ---- */

static void become(const struct user *user, const struct program *program, int input, int output,
		   pid_t parent)
{
	char **environment = user_environment(user, NULL);
	sigset_t none;

	sigemptyset(&none);
	setsid();
	if (environment && user_become(user) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
	    getppid() == parent && dup2(input, STDIN_FILENO) == 0 &&
	    dup2(output, STDOUT_FILENO) > 0 && dup2(output, STDERR_FILENO) > 0 && chdir("/") == 0 &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execve(program->argv[0], program->argv, environment);
	_exit(127);
}

static int spawn(const struct user *user, const struct program *program, struct service *out,
		 int *output)
{
	int in[2], from[2];
	pid_t parent = getpid();

	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (pipe2(from, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return -EMFILE;
	}
	fflush(NULL);
	out->pid = fork();
	if (out->pid == 0)
		become(user, program, in[0], from[1], parent);
	close(in[0]);
	close(from[1]);
	out->input = in[1];
	*output = from[0];
	if (out->pid > 0)
		out->pidfd = (int)syscall(SYS_pidfd_open, out->pid, 0);
	return out->pid < 0 || out->pidfd < 0 ? -errno : 0;
}

/* Whether what it has said so far means that it serves; then its address. */
static bool serves(enum service_kind kind, const struct program *program, const char *said,
		   struct buf *address)
{
	size_t line = strcspn(said, "\n");

	if (kind == SERVICE_REDIS)
		return strstr(said, "eady to accept connections") &&
		       buf_printf(address, "redis://127.0.0.1:%s/0", program->port) == 0;
	return said[line] && buf_add(address, said, line) == 0;
}

/* Reads until it serves. -EPIPE when it ended instead. */
static int await(enum service_kind kind, const struct program *program, int output, int stop,
		 struct buf *said, struct buf *address)
{
	struct pollfd fds[] = {{.fd = output, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
	uint64_t end = clock_ns() + READY_MS * NS_PER_MS, now;
	char part[4096];
	ssize_t got;

	while (!serves(kind, program, buf_text(said), address)) {
		now = clock_ns();
		if (now >= end)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)((end - now) / NS_PER_MS) + 1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (fds[1].revents)
			return -ECANCELED;
		if (!fds[0].revents)
			continue;
		got = read(output, part, sizeof(part));
		if (got <= 0)
			return -EPIPE;
		if (buf_add(said, part, (size_t)got))
			return -ENOMEM;
	}
	return 0;
}

static const char *last_line(struct buf *said)
{
	const char *line;

	while (said->size && said->data[said->size - 1] == '\n')
		said->data[--said->size] = '\0';
	line = strrchr(buf_text(said), '\n');
	return line ? line + 1 : buf_text(said);
}

static int start_once(enum service_kind kind, const struct user *user, int stop,
		      struct service *out, struct buf *reason)
{
	struct service service = {.input = -1};
	struct program program = {};
	struct buf said = {}, address = {};
	int output = -1, rc;

	rc = kind == SERVICE_REDIS ? choose_redis(user, &program, reason)
				   : choose_kafka(&program, reason);
	if (!rc)
		rc = spawn(user, &program, &service, &output);
	if (!rc)
		rc = await(kind, &program, output, stop, &said, &address);
	if (rc && !reason->size && rc != -ECANCELED)
		buf_printf(reason, "%s %s%s%s", fs_basename(buf_text(&program.path)),
			   rc == -EPIPE	      ? "ended at once"
			   : rc == -ETIMEDOUT ? "did not get ready"
					      : err_text(rc),
			   said.size ? ": " : "", last_line(&said));
	/* what it says from now on nobody reads: a full pipe would stop it */
	if (output >= 0)
		close(output);
	service.address = buf_steal(&address);
	if (rc)
		service_release(&service);
	else
		*out = service;
	buf_release(&program.path);
	buf_release(&said);
	buf_release(&address);
	return rc;
}

int service_start(enum service_kind kind, const struct user *user, int stop, struct service *out,
		  struct buf *reason)
{
	int rc = -EPIPE;

	for (int i = 0; i < TRIES && rc == -EPIPE; i++) {
		buf_clear(reason);
		rc = start_once(kind, user, stop, out, reason);
	}
	return rc;
}

void service_release(struct service *service)
{
	if (service->pid > 0) {
		close(service->input);
		/* it keeps nothing; by pidfd, for a start may have reaped it */
		syscall(SYS_pidfd_send_signal, service->pidfd, SIGKILL, NULL, 0);
		while (waitid(P_PIDFD, (id_t)service->pidfd, NULL, WEXITED) < 0 && errno == EINTR)
			;
		close(service->pidfd);
	}
	free(service->address);
	*service = (struct service){.input = -1};
}

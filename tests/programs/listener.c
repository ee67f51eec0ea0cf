// SPDX-License-Identifier: BSD-2-Clause
/* listener.c - KEY=VALUE...: a small server that behaves, or misbehaves, in one of many ways */
#include "program.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static const struct {
	const char *name, *initial, *meaning;
} OPTIONS[] = {
	{"family", "4", "4, 6, any4, any6 or unix"},
	{"port", "0", "0 takes a free one"},
	{"path", "", "of a Unix socket"},
	{"answer", "200", "a status, or garbage, tls, silent, reset, close"},
	{"first", "", "a listener that comes before, with this answer"},
	{"say", "", "a line on standard output before listen"},
	{"before", "0", "ms of sleep before listen"},
	{"after", "0", "ms of sleep between listen and the first accept"},
	{"delay", "0", "ms of sleep before the answer"},
	{"open", "", "a file that is read before listen"},
	{"open-late", "", "a file that is read between listen and the first accept"},
	{"fork", "no",
	 "early: the child listens; late: the child accepts; daemon: twice, root ends"},
	{"accept", "yes", "no: listen, but never accept"},
	{"ignore-term", "no", "yes: SIGTERM does nothing"},
	{"log", "", "a file that gets a line for each request"},
	{"exec", "no", "yes: listen, then exec itself with the listener as descriptor 3"},
	{"inherited", "no", "yes: accept on descriptor 3, without listen"},
};

static char **arguments;

static const char *option(const char *name)
{
	size_t n = strlen(name);

	for (char **a = arguments; *a; a++)
		if (!strncmp(*a, name, n) && (*a)[n] == '=')
			return *a + n + 1;
	for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
		if (!strcmp(OPTIONS[i].name, name))
			return OPTIONS[i].initial;
	abort();
}

static bool is(const char *name, const char *value)
{
	return !strcmp(option(name), value);
}

static void check_options(void)
{
	for (char **a = arguments; *a; a++) {
		bool known = false;

		for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++) {
			size_t n = strlen(OPTIONS[i].name);

			known |= !strncmp(*a, OPTIONS[i].name, n) && (*a)[n] == '=';
		}
		if (!known) {
			fprintf(stderr, "listener: unknown option '%s'\n", *a);
			exit(99);
		}
	}
}

static void read_file(const char *path)
{
	static char buffer[65536];
	int fd;

	if (!*path)
		return;
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

static int bind_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		die(path);
	return fd;
}

static int bind_ip(bool v6, bool any, int port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = any ? in6addr_any : in6addr_loopback};
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr = {htonl(any ? INADDR_ANY : INADDR_LOOPBACK)}};
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, v6 ? (void *)&six : (void *)&four, v6 ? sizeof(six) : sizeof(four)))
		die("bind");
	return fd;
}

static int start_listener(void)
{
	const char *family = option("family");
	int fd;

	if (!strcmp(family, "unix"))
		fd = bind_unix(option("path"));
	else
		fd = bind_ip(strchr(family, '6'), *family == 'a', atoi(option("port")));
	if (listen(fd, 16))
		die("listen");
	return fd;
}

static void log_request(const char *request)
{
	const char *path = option("log");
	FILE *file = *path ? fopen(path, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "%.*s\n", (int)strcspn(request, "\r\n"), request);
	fclose(file);
}

static void send_text(int fd, const char *text, size_t size)
{
	if (send(fd, text, size, MSG_NOSIGNAL) != (ssize_t)size)
		perror("send");
}

static void serve(int fd, const char *answer)
{
	static const unsigned char tls_alert[] = {0x15, 3, 1, 0, 2, 2, 0x28};
	struct linger abrupt = {1, 0};
	char request[4096] = "", text[256];
	ssize_t n;

	if (!strcmp(answer, "reset"))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof(abrupt));
	if (!strcmp(answer, "reset") || !strcmp(answer, "close")) {
		close(fd);
		return;
	}
	while ((n = read(fd, request, sizeof(request) - 1)) > 0) {
		request[n] = 0;
		log_request(request);
		sleep_ms(atoi(option("delay")));
		if (!strcmp(answer, "silent")) {
			continue;
		} else if (!strcmp(answer, "tls")) {
			send_text(fd, (const char *)tls_alert, sizeof(tls_alert));
			break;
		} else if (!strcmp(answer, "garbage")) {
			send_text(fd, "\x01\x02garbage\n", 10);
			break;
		}
		n = snprintf(text, sizeof(text),
			     "HTTP/1.1 %s Test\r\nContent-Length: 3\r\nContent-Type: text/plain\r\n"
			     "\r\nok\n",
			     answer);
		send_text(fd, text, n);
	}
	close(fd);
}

struct listening {
	int fd;
	const char *answer;
};

static void *serve_all(void *argument)
{
	struct listening *l = argument;
	int fd;

	for (;;) {
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			die("accept");
		serve(fd, l->answer);
	}
	return NULL;
}

/* The parent stays and waits, or, as a daemon's, ends. */
static void become_child(bool daemon)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid && daemon)
		_exit(0);
	if (pid) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 94);
	}
	if (daemon) {
		setsid();
		if (fork())
			_exit(0);
	}
}

/* Passes the listener on through an exec, as a supervisor does. */
static void exec_with(int fd, char **argv)
{
	char *again[] = {argv[0], "inherited=yes", NULL};

	dup2(fd, 3);
	fcntl(3, F_SETFD, 0);
	execv("/proc/self/exe", again);
	die("exec");
}

int main(int argc, char **argv)
{
	static struct listening first, main_one;
	pthread_t thread;

	(void)argc;
	arguments = argv + 1;
	check_options();
	if (is("ignore-term", "yes"))
		signal(SIGTERM, SIG_IGN);
	if (is("fork", "early") || is("fork", "daemon"))
		become_child(is("fork", "daemon"));
	read_file(option("open"));
	sleep_ms(atoi(option("before")));
	if (*option("say")) {
		puts(option("say"));
		fflush(stdout);
	}
	if (*option("first")) {
		first = (struct listening){bind_ip(false, false, 0), option("first")};
		if (listen(first.fd, 16) || pthread_create(&thread, NULL, serve_all, &first))
			die("first listener");
	}
	main_one =
		(struct listening){is("inherited", "yes") ? 3 : start_listener(), option("answer")};
	if (is("exec", "yes"))
		exec_with(main_one.fd, argv);
	if (is("fork", "late"))
		become_child(false);
	read_file(option("open-late"));
	sleep_ms(atoi(option("after")));
	if (is("accept", "no"))
		for (;;)
			pause();
	serve_all(&main_one);
	return 0;
}

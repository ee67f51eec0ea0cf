// SPDX-License-Identifier: BSD-2-Clause
/* test_http.c - the client, against small servers that answer, or do not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <net/if.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

/* A server of one connection: sends |say| at once after the request, then does what |then| says. */
struct server {
	int fd;
	const char *say;
	enum { CLOSES, RESETS, STAYS, STREAMS } then;
	char request[4096];
	uint16_t peer_port;
	uint64_t accepted_ns, said_ns;
	pthread_t thread;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *serve(void *data)
{
	struct server *server = data;
	struct sockaddr_in peer = {};
	socklen_t size = sizeof(peer);
	struct linger hard = {.l_onoff = 1};
	int fd = accept(server->fd, (struct sockaddr *)&peer, &size);
	char rest[256];
	ssize_t got;

	if (fd < 0)
		return NULL;
	server->accepted_ns = now_ns();
	server->peer_port = ntohs(peer.sin_port);
	got = read(fd, server->request, sizeof(server->request) - 1);
	server->request[got > 0 ? got : 0] = '\0';
	server->said_ns = now_ns();
	if (server->say && write(fd, server->say, strlen(server->say)) < 0)
		server->said_ns = 0;
	while (server->then == STREAMS && send(fd, "more\n", 5, MSG_NOSIGNAL) == 5)
		usleep(2000);
	if (server->then == STAYS)
		while (read(fd, rest, sizeof(rest)) > 0)
			;
	if (server->then == RESETS)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	return NULL;
}

static void server_start(struct server *server, struct http_request *request)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server->fd, 8), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	request->listener.family = AF_INET;
	request->listener.type = SOCK_STREAM;
	request->listener.port = ntohs(address.sin_port);
	request->listener.event.pid = (uint32_t)getpid();
	if (!request->timeout_ms)
		request->timeout_ms = 5000;
}

static void server_stop(struct server *server)
{
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
}

static void wait_for_answer(struct http *http, struct http_answer *answer)
{
	struct pollfd ready = {.fd = http_fd(http), .events = POLLIN};

	assert_int_equal(poll(&ready, 1, 20000), 1);
	assert_int_equal(http_take(http, answer), 0);
	assert_int_equal(http_take(http, answer), -EAGAIN);
	assert_int_equal(poll(&ready, 1, 0), 0);
}

static void ask(const struct http_request *request, struct http_answer *answer)
{
	struct http *http;

	assert_int_equal(http_new(&http), 0);
	assert_int_equal(http_send(http, request), 0);
	wait_for_answer(http, answer);
	http_free(http);
}

/* One server, one request. */
static struct http_answer ask_server(struct server *server, struct http_request *request)
{
	struct http_answer answer;

	server_start(server, request);
	ask(request, &answer);
	server_stop(server);
	return answer;
}

static struct http_answer answer_to(const char *say, int then)
{
	struct server server = {.say = say, .then = then};
	struct http_request request = {.timeout_ms = 300};

	return ask_server(&server, &request);
}

static void the_answer_has_status_port_and_times(void **state)
{
	struct server server = {.say = GOOD};
	struct http_request request = {};
	uint64_t before = now_ns();
	struct http_answer answer = ask_server(&server, &request);

	(void)state;
	assert_int_equal(answer.failure, HTTP_OK);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.client_port, server.peer_port);
	assert_string_equal(answer.reason, "");
	assert_true(before <= answer.connect_ns);
	assert_true(answer.connect_ns <= answer.first_byte_ns);
	assert_true(server.said_ns <= answer.first_byte_ns);
	assert_true(answer.first_byte_ns <= now_ns());
}

static void get_of_the_root_by_default(void **state)
{
	struct server server = {.say = GOOD};
	struct http_request request = {};
	char host[64];

	(void)state;
	ask_server(&server, &request);
	assert_ptr_equal(strstr(server.request, "GET / HTTP/1.1\r\n"), server.request);
	snprintf(host, sizeof(host), "\r\nHost: 127.0.0.1:%u\r\n", request.listener.port);
	assert_non_null(strstr(server.request, host));
}

static void the_request_is_sent_as_asked(void **state)
{
	static const char *const headers[] = {"Content-Type: application/json", "X-A: b", NULL};
	struct server server = {.say = GOOD};
	struct http_request request = {.method = "PUT",
				       .path = "/a/../b?c=%20&d",
				       .headers = headers,
				       .body = "{\"a\": 1}"};

	(void)state;
	ask_server(&server, &request);
	assert_ptr_equal(strstr(server.request, "PUT /a/../b?c=%20&d HTTP/1.1\r\n"),
			 server.request);
	assert_non_null(strstr(server.request, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(server.request, "\r\nX-A: b\r\n"));
	assert_non_null(strstr(server.request, "\r\nContent-Length: 8\r\n"));
	assert_non_null(strstr(server.request, "\r\n\r\n{\"a\": 1}"));
	assert_null(strstr(server.request, "Expect"));
}

static void post_without_a_body_says_its_length(void **state)
{
	struct server server = {.say = GOOD};
	struct http_request request = {.method = "POST"};

	(void)state;
	assert_int_equal(ask_server(&server, &request).status, 200);
	assert_non_null(strstr(server.request, "\r\nContent-Length: 0\r\n"));
}

static void head_needs_no_body(void **state)
{
	struct server server = {.say = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
				.then = STAYS};
	struct http_request request = {.method = "HEAD"};

	(void)state;
	assert_int_equal(ask_server(&server, &request).status, 200);
}

static void proxies_of_the_environment_are_not_asked(void **state)
{
	struct server server = {.say = GOOD};
	struct http_request request = {};
	struct http_answer answer;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("all_proxy", "http://127.0.0.1:9/", 1);
	answer = ask_server(&server, &request);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	assert_int_equal(answer.status, 200);
}

static void any_status_is_an_answer(void **state)
{
	(void)state;
	assert_int_equal(answer_to("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", CLOSES).status,
			 503);
	assert_int_equal(answer_to("HTTP/1.1 204 X\r\n\r\n", CLOSES).status, 204);
	assert_int_equal(answer_to("HTTP/1.0 404\r\n\r\nno", CLOSES).status, 404);
}

static void a_redirect_is_not_followed(void **state)
{
	struct http_answer answer = answer_to(
		"HTTP/1.1 301 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
		CLOSES);

	(void)state;
	assert_int_equal(answer.failure, HTTP_OK);
	assert_int_equal(answer.status, 301);
}

static void the_final_status_counts(void **state)
{
	(void)state;
	assert_int_equal(
		answer_to("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" GOOD, CLOSES).status, 200);
}

static void an_endless_answer_is_an_answer(void **state)
{
	struct http_answer answer = answer_to("HTTP/1.1 200 OK\r\n\r\n", STREAMS);

	(void)state;
	assert_int_equal(answer.failure, HTTP_OK);
	assert_int_equal(answer.status, 200);
}

static void an_answer_cut_after_its_status_is_an_answer(void **state)
{
	struct http_answer answer =
		answer_to("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhi", RESETS);

	(void)state;
	assert_int_equal(answer.failure, HTTP_OK);
	assert_int_equal(answer.status, 200);
}

static void expect_failure(struct http_answer answer, enum http_failure failure)
{
	assert_int_equal(answer.failure, failure);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.first_byte_ns, 0);
	assert_true(answer.reason[0]);
	assert_null(strchr(answer.reason, '\n'));
}

static void nobody_there_is_refused(void **state)
{
	struct server server = {};
	struct http_request request = {};
	struct http_answer answer;

	(void)state;
	server_start(&server, &request);
	server_stop(&server);
	ask(&request, &answer);
	expect_failure(answer, HTTP_REFUSED);
}

static void closed_or_reset_before_an_answer(void **state)
{
	(void)state;
	expect_failure(answer_to(NULL, CLOSES), HTTP_RESET);
	expect_failure(answer_to(NULL, RESETS), HTTP_RESET);
}

static void other_protocols_are_not_http(void **state)
{
	(void)state;
	expect_failure(answer_to("220 mail.example ESMTP\r\n", STAYS), HTTP_NOT_HTTP);
	expect_failure(answer_to("\x15\x03\x01", STAYS), HTTP_NOT_HTTP);
	expect_failure(answer_to("x", CLOSES), HTTP_NOT_HTTP);
}

static void not_a_byte_in_time_is_silence(void **state)
{
	struct http_answer answer = answer_to(NULL, STAYS);

	(void)state;
	expect_failure(answer, HTTP_SILENT);
	assert_true(answer.connect_ns && answer.client_port);
}

static void a_cancelled_request_has_no_answer(void **state)
{
	struct server silent = {.then = STAYS}, good = {.say = GOOD};
	struct http_request first = {.timeout_ms = 600000}, second = {};
	struct http_answer answer;
	struct http *http;

	(void)state;
	server_start(&silent, &first);
	server_start(&good, &second);
	assert_int_equal(http_new(&http), 0);
	assert_int_equal(http_send(http, &first), 0);
	assert_int_equal(http_send(http, &second), -EBUSY);
	http_cancel(http);
	assert_int_equal(http_send(http, &second), 0);
	wait_for_answer(http, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.client_port, good.peer_port);
	server_stop(&silent);
	server_stop(&good);
	http_free(http);
}

static void the_end_does_not_wait_for_an_answer(void **state)
{
	struct server server = {.then = STAYS};
	struct http_request request = {.timeout_ms = 600000};
	struct http *http;

	(void)state;
	server_start(&server, &request);
	assert_int_equal(http_new(&http), 0);
	assert_int_equal(http_send(http, &request), 0);
	while (!__atomic_load_n(&server.accepted_ns, __ATOMIC_ACQUIRE))
		sched_yield();
	http_free(http);
	server_stop(&server);
}

/* ---- where a client connects ---- */

static void listen_unix(struct server *server, struct http_request *request, const char *path,
			uint32_t size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, size);
	memcpy(request->unix_path, path, size);
	request->unix_size = size;
	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
			 0);
	assert_int_equal(listen(server->fd, 8), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	request->listener.family = AF_UNIX;
	request->listener.type = SOCK_STREAM;
	request->listener.event.pid = (uint32_t)getpid();
}

static void a_unix_socket_by_path_of_any_length(void **state)
{
	char path[112] = "/tmp/coldprof-test-http-XXXXXX", folder[64];
	struct server server = {.say = GOOD};
	struct http_request request = {};
	struct http_answer answer;

	(void)state;
	assert_non_null(mkdtemp(path));
	strcpy(folder, path);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/%0*d",
		 107 - (int)strlen(path) - 1, 0);
	assert_int_equal(strlen(path), 107);
	listen_unix(&server, &request, path, 107);
	ask(&request, &answer);
	server_stop(&server);
	unlink(path);
	rmdir(folder);
	assert_string_equal(answer.reason, "");
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.client_port, 0);
	assert_non_null(strstr(server.request, "\r\nHost: localhost\r\n"));
}

static void a_unix_socket_by_relative_path(void **state)
{
	char folder[] = "/tmp/coldprof-test-http-XXXXXX";
	struct server server = {.say = GOOD};
	struct http_request request = {};
	struct http_answer answer;
	int here = open(".", O_PATH | O_CLOEXEC);

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	listen_unix(&server, &request, "s.sock", 6);
	ask(&request, &answer);
	server_stop(&server);
	unlink("s.sock");
	assert_int_equal(fchdir(here), 0);
	close(here);
	rmdir(folder);
	assert_int_equal(answer.status, 200);
}

static void an_abstract_unix_socket(void **state)
{
	struct server server = {.say = GOOD};
	struct http_request request = {};
	struct http_answer answer;
	char name[64];
	int size = snprintf(name, sizeof(name), "%ccoldprof-test-%d", 0, getpid());

	(void)state;
	listen_unix(&server, &request, name, (uint32_t)size);
	ask(&request, &answer);
	server_stop(&server);
	assert_int_equal(answer.status, 200);
}

static void addresses_are_said_as_a_client_connects(void **state)
{
	struct event_listen any4 = {.family = AF_INET, .port = 80};
	struct event_listen any6 = {.family = AF_INET6, .port = 3000}, path = {.family = AF_UNIX};
	struct event_listen one = {.family = AF_INET, .port = 1, .address = {10, 1, 2, 3}};
	struct buf text = {};

	(void)state;
	assert_int_equal(http_address(&any4, NULL, 0, &text), 0);
	buf_puts(&text, " ");
	assert_int_equal(http_address(&any6, NULL, 0, &text), 0);
	buf_puts(&text, " ");
	assert_int_equal(http_address(&one, NULL, 0, &text), 0);
	buf_puts(&text, " ");
	assert_int_equal(http_address(&path, "/run/x.sock\0", 12, &text), 0);
	buf_puts(&text, " ");
	assert_int_equal(http_address(&path, "\0name", 5, &text), 0);
	assert_string_equal(buf_text(&text),
			    "127.0.0.1:80 [::1]:3000 10.1.2.3:1 unix:/run/x.sock unix:@name");
	buf_release(&text);
}

/* In a network namespace of its own, with loopback up: writes its port and waits. */
static void serve_elsewhere(int report)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	struct server server = {.say = GOOD};
	struct http_request request = {};
	int fd;

	if (unshare(CLONE_NEWNET))
		_exit(77);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		_exit(77);
	server_start(&server, &request);
	if (write(report, &request.listener, sizeof(request.listener)) < 0)
		_exit(1);
	pthread_join(server.thread, NULL);
	_exit(0);
}

static void the_listeners_network_namespace_is_entered(void **state)
{
	struct http_request request = {.timeout_ms = 5000};
	struct http_answer answer;
	struct stat there, here;
	char path[64];
	int report[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid)
		serve_elsewhere(report[1]);
	close(report[1]);
	if (read(report[0], &request.listener, sizeof(request.listener)) <= 0) {
		waitpid(pid, &status, 0);
		close(report[0]);
		print_message("no network namespace can be made here\n");
		skip();
	}
	close(report[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	assert_int_equal(stat(path, &there), 0);
	assert_int_equal(stat("/proc/self/ns/net", &here), 0);
	assert_int_not_equal(there.st_ino, here.st_ino);
	request.listener.netns = (uint32_t)there.st_ino;
	ask(&request, &answer);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_string_equal(answer.reason, "");
	assert_int_equal(answer.status, 200);
}

static void what_is_no_stream_socket_is_not_asked(void **state)
{
	struct http_request request = {.listener = {.family = AF_NETLINK}};
	struct http *http;

	(void)state;
	assert_int_equal(http_new(&http), 0);
	assert_int_equal(http_send(http, &request), -EAFNOSUPPORT);
	request.listener.family = AF_UNIX;
	request.listener.type = SOCK_SEQPACKET;
	assert_int_equal(http_send(http, &request), -EPROTOTYPE);
	http_free(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_has_status_port_and_times),
		cmocka_unit_test(get_of_the_root_by_default),
		cmocka_unit_test(the_request_is_sent_as_asked),
		cmocka_unit_test(post_without_a_body_says_its_length),
		cmocka_unit_test(head_needs_no_body),
		cmocka_unit_test(proxies_of_the_environment_are_not_asked),
		cmocka_unit_test(any_status_is_an_answer),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(the_final_status_counts),
		cmocka_unit_test(an_endless_answer_is_an_answer),
		cmocka_unit_test(an_answer_cut_after_its_status_is_an_answer),
		cmocka_unit_test(nobody_there_is_refused),
		cmocka_unit_test(closed_or_reset_before_an_answer),
		cmocka_unit_test(other_protocols_are_not_http),
		cmocka_unit_test(not_a_byte_in_time_is_silence),
		cmocka_unit_test(a_cancelled_request_has_no_answer),
		cmocka_unit_test(the_end_does_not_wait_for_an_answer),
		cmocka_unit_test(a_unix_socket_by_path_of_any_length),
		cmocka_unit_test(a_unix_socket_by_relative_path),
		cmocka_unit_test(an_abstract_unix_socket),
		cmocka_unit_test(addresses_are_said_as_a_client_connects),
		cmocka_unit_test(the_listeners_network_namespace_is_entered),
		cmocka_unit_test(what_is_no_stream_socket_is_not_asked),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

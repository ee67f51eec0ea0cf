// SPDX-License-Identifier: BSD-2-Clause
/* http_transfer.c - one request and its answer, on a connection of its own */
#include "http_transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "http_address.h"
#include "units.h"

#define BODY_MAX_BYTES (16 * MIB)     /* more of a body is not read */
#define STREAM_NS      (1 * NS_PER_S) /* an answer without an end is one after that time */

/* What happened to a transfer so far. */
struct transfer {
	const struct http_job *job;
	struct http_answer *answer;
	int home_netns;
	int file;	    /* of a Unix socket with a path; -1: none */
	int err;	    /* of making the connection, negative; 0: none */
	bool mapped;	    /* IPv6 loopback is reached by IPv4 */
	uint64_t heard_ns;  /* begun, connected, or the last bytes */
	uint64_t status_ns; /* the final status line */
	uint64_t body_bytes;
};

/* ---- what curl calls ---- */

static curl_socket_t give_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = data;
	int fd = http_address_socket(&transfer->job->listener, transfer->home_netns);

	(void)purpose, (void)address;
	if (fd < 0)
		transfer->err = fd;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_connected(void *data, char *to, char *from, int to_port, int from_port)
{
	struct transfer *transfer = data;

	(void)to, (void)from, (void)to_port;
	transfer->heard_ns = transfer->answer->connect_ns = clock_ns();
	if (transfer->job->listener.family != AF_UNIX)
		transfer->answer->client_port = (uint16_t)from_port;
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	uint64_t now = clock_ns();
	char text[32];
	int status;

	(void)size;
	transfer->heard_ns = now;
	if (!transfer->answer->first_byte_ns)
		transfer->answer->first_byte_ns = now;
	snprintf(text, sizeof(text), "%.*s", (int)(count < 31 ? count : 31), line);
	if (sscanf(text, "HTTP/%*s %d", &status) == 1 && status >= 200 && !transfer->status_ns) {
		transfer->answer->status = status;
		transfer->status_ns = now;
	}
	return count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;

	(void)bytes, (void)size;
	transfer->heard_ns = clock_ns();
	transfer->body_bytes += count;
	return transfer->body_bytes > BODY_MAX_BYTES ? 0 : count;
}

/* ---- one transfer ---- */

static void set_request(CURL *easy, const struct http_job *job)
{
	bool body = job->body || strcmp(job->method, "POST") == 0 ||
		    strcmp(job->method, "PUT") == 0 || strcmp(job->method, "PATCH") == 0;

	if (strcmp(job->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, job->body ? job->body : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
				 job->body ? (long)strlen(job->body) : 0L);
	}
	if (strcmp(job->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, job->method);
	curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, job->path);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->headers);
}

static int set_address(CURL *easy, struct transfer *transfer)
{
	const struct http_job *job = transfer->job;
	struct buf url = {};
	char path[64];
	int err;

	if (job->listener.family != AF_UNIX) {
		err = buf_puts(&url, "http://");
		if (!err && transfer->mapped)
			err = buf_printf(&url, "[::ffff:127.0.0.1]:%u", job->listener.port);
		else if (!err)
			err = http_address(&job->listener, NULL, 0, &url);
		if (!err && curl_easy_setopt(easy, CURLOPT_URL, url.data))
			err = -ENOMEM;
		buf_release(&url);
		return err;
	}
	curl_easy_setopt(easy, CURLOPT_URL, "http://localhost");
	if (!job->unix_path[0] && !job->unix_path[1])
		return -EADDRNOTAVAIL;
	if (!job->unix_path[0]) {
		curl_easy_setopt(easy, CURLOPT_ABSTRACT_UNIX_SOCKET, job->unix_path + 1);
		return 0;
	}
	transfer->file = http_address_open(job->listener.event.pid, job->unix_path);
	if (transfer->file < 0)
		return transfer->file;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", transfer->file);
	curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, path);
	return 0;
}

/* A handle that speaks plain HTTP/1.1 on a connection of its own, and nothing else. */
static CURL *make_easy(struct transfer *transfer)
{
	CURL *easy = curl_easy_init();

	transfer->err = easy ? set_address(easy, transfer) : -ENOMEM;
	if (transfer->err) {
		curl_easy_cleanup(easy);
		return NULL;
	}
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "coldprof/" COLDPROF_VERSION);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, give_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	set_request(easy, transfer->job);
	return easy;
}

/* Drives the handle until it is done, cancelled (its answer is not looked at) or out of time. */
static CURLcode drive(const struct http_machine *machine, const struct transfer *transfer)
{
	struct curl_waitfd wake = {.fd = machine->wake, .events = CURL_WAIT_POLLIN};
	uint64_t silence_ns = transfer->job->timeout_ms * NS_PER_MS, now, end;
	int running, left;
	CURLMsg *message;

	for (;;) {
		if (curl_multi_perform(machine->multi, &running))
			return CURLE_FAILED_INIT;
		while ((message = curl_multi_info_read(machine->multi, &left)))
			if (message->msg == CURLMSG_DONE)
				return message->data.result;
		if (wake.revents)
			return CURLE_ABORTED_BY_CALLBACK;
		now = clock_ns();
		end = transfer->status_ns ? transfer->status_ns + STREAM_NS
					  : transfer->heard_ns + silence_ns;
		if (now >= end)
			return CURLE_OPERATION_TIMEDOUT;
		if (curl_multi_poll(machine->multi, &wake, 1, (int)((end - now) / NS_PER_MS + 1),
				    NULL))
			return CURLE_FAILED_INIT;
	}
}

static void explain_connect(int err, struct http_answer *answer)
{
	size_t size = sizeof(answer->reason);

	if (err == -ECONNREFUSED || err == -ENOENT)
		answer->failure = HTTP_REFUSED;
	else
		answer->failure = err == -ECONNRESET ? HTTP_RESET : HTTP_OTHER;
	if (err == -ECONNREFUSED)
		snprintf(answer->reason, size, "connection refused");
	else if (err == -ECONNRESET)
		snprintf(answer->reason, size, "connection reset before an answer");
	else
		snprintf(answer->reason, size, "cannot connect: %s", err_text(err));
}

static void explain(CURLcode code, const struct transfer *transfer, struct http_answer *answer)
{
	size_t size = sizeof(answer->reason);

	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		answer->failure = HTTP_SILENT;
		snprintf(answer->reason, size, "no %s within %g s",
			 answer->connect_ns ? "answer" : "connection",
			 transfer->job->timeout_ms / 1000.0);
		break;
	case CURLE_GOT_NOTHING:
		answer->failure = HTTP_RESET;
		snprintf(answer->reason, size, "closed without an answer");
		break;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		answer->failure = HTTP_RESET;
		snprintf(answer->reason, size, "connection reset before an answer");
		break;
	case CURLE_OK:
	case CURLE_UNSUPPORTED_PROTOCOL: /* curl's "HTTP/0.9": bytes with no status line */
	case CURLE_WEIRD_SERVER_REPLY:
		answer->failure = HTTP_NOT_HTTP;
		snprintf(answer->reason, size, "the answer is not HTTP");
		break;
	default:
		answer->failure = HTTP_OTHER;
		snprintf(answer->reason, size, "%s", curl_easy_strerror(code));
	}
}

/* One connection, from its begin to the answer's end. */
static CURLcode try(struct transfer *transfer, const struct http_machine *machine)
{
	CURLcode code = CURLE_COULDNT_CONNECT;
	long os_errno = 0;
	CURL *easy;

	transfer->heard_ns = clock_ns();
	easy = make_easy(transfer);
	if (!easy)
		return code;
	if (!curl_multi_add_handle(machine->multi, easy)) {
		code = drive(machine, transfer);
		curl_multi_remove_handle(machine->multi, easy);
	}
	if (code == CURLE_COULDNT_CONNECT && !transfer->err) {
		curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
		transfer->err = os_errno ? -(int)os_errno : -ECONNREFUSED;
	}
	curl_easy_cleanup(easy);
	if (transfer->file >= 0)
		close(transfer->file);
	return code;
}

/* Whether the listener is one of all IPv6 addresses where loopback has none (containers). */
static bool has_no_loopback(const struct transfer *transfer)
{
	return transfer->job->listener.family == AF_INET6 &&
	       (transfer->err == -EADDRNOTAVAIL || transfer->err == -ENETUNREACH) &&
	       IN6_IS_ADDR_UNSPECIFIED(
		       (const struct in6_addr *)(const void *)transfer->job->listener.address);
}

void http_transfer(const struct http_job *job, const struct http_machine *machine,
		   struct http_answer *answer)
{
	struct transfer transfer = {
		.job = job, .answer = answer, .home_netns = machine->home_netns, .file = -1};
	CURLcode code = try(&transfer, machine);

	if (has_no_loopback(&transfer)) {
		transfer.mapped = true;
		code = try(&transfer, machine);
	}
	if (transfer.status_ns)
		return;
	answer->first_byte_ns = 0;
	if (transfer.err)
		explain_connect(transfer.err, answer);
	else
		explain(code, &transfer, answer);
}

// SPDX-License-Identifier: BSD-2-Clause
/* http.c - the client that asks a program for its first response, in a thread of its own */
#include "http.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "err.h"
#include "http_transfer.h"

#define SILENCE_MS 5000 /* timeout where the request has none */

struct http {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	int home_netns;
	int wake;     /* readable: the running transfer is cancelled */
	int answered; /* readable: |answer| can be taken */
	CURLM *multi; /* of the thread */

	/* under |lock| */
	struct http_job *job; /* queued */
	bool running, cancelled, stop, has_answer;
	struct http_answer answer;
};

static void drain(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

static void job_free(struct http_job *job)
{
	if (!job)
		return;
	free(job->method);
	free(job->path);
	free(job->body);
	curl_slist_free_all(job->headers);
	free(job);
}

static bool add_header(struct http_job *job, const char *header)
{
	struct curl_slist *grown = curl_slist_append(job->headers, header);

	if (grown)
		job->headers = grown;
	return grown;
}

static struct http_job *job_new(const struct http_request *request)
{
	struct http_job *job = calloc(1, sizeof(*job));
	bool good;

	if (!job)
		return NULL;
	job->listener = request->listener;
	if (request->unix_size && request->unix_size <= sizeof(request->unix_path))
		memcpy(job->unix_path, request->unix_path, request->unix_size);
	job->timeout_ms = request->timeout_ms ? request->timeout_ms : SILENCE_MS;
	job->method = strdup(request->method ? request->method : "GET");
	job->path = strdup(request->path ? request->path : "/");
	good = job->method && job->path && add_header(job, "Expect:");
	if (good && request->body)
		good = (job->body = strdup(request->body));
	for (const char *const *h = request->headers; good && h && *h; h++)
		good = add_header(job, *h);
	if (!good) {
		job_free(job);
		return NULL;
	}
	return job;
}

/* ---- the thread ---- */

static void *work(void *data)
{
	struct http *http = data;
	const struct http_machine machine = {http->multi, http->home_netns, http->wake};

	pthread_mutex_lock(&http->lock);
	while (!http->stop) {
		struct http_answer answer = {};
		struct http_job *job = http->job;

		if (!job) {
			pthread_cond_wait(&http->work, &http->lock);
			continue;
		}
		http->job = NULL;
		http->running = true;
		http->cancelled = false;
		drain(http->wake);
		pthread_mutex_unlock(&http->lock);
		http_transfer(job, &machine, &answer);
		job_free(job);
		pthread_mutex_lock(&http->lock);
		http->running = false;
		if (!http->cancelled) {
			http->answer = answer;
			http->has_answer = true;
			eventfd_write(http->answered, 1);
		}
	}
	pthread_mutex_unlock(&http->lock);
	return NULL;
}

/* No signal is ever for this thread. */
static int start_thread(struct http *http)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&http->thread, NULL, work, http);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void close_all(struct http *http)
{
	const int fds[] = {http->home_netns, http->wake, http->answered};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	curl_multi_cleanup(http->multi);
	pthread_cond_destroy(&http->work);
	pthread_mutex_destroy(&http->lock);
	free(http);
	curl_global_cleanup();
}

int http_new(struct http **out)
{
	struct http *http = calloc(1, sizeof(*http));
	int err = 0;

	if (!http)
		return err_code(-ENOMEM, "cannot start the HTTP client");
	/* no TLS here: setting it up would take a program's whole start */
	curl_global_init(CURL_GLOBAL_NOTHING);
	pthread_mutex_init(&http->lock, NULL);
	pthread_cond_init(&http->work, NULL);
	http->multi = curl_multi_init();
	http->home_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	http->answered = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!http->multi)
		err = -ENOMEM;
	else if (http->home_netns < 0 || http->wake < 0 || http->answered < 0)
		err = -errno;
	if (!err)
		err = start_thread(http);
	if (err) {
		close_all(http);
		return err_code(err, "cannot start the HTTP client");
	}
	*out = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http_cancel(http);
	pthread_mutex_lock(&http->lock);
	http->stop = true;
	pthread_cond_signal(&http->work);
	pthread_mutex_unlock(&http->lock);
	pthread_join(http->thread, NULL);
	close_all(http);
}

int http_fd(const struct http *http)
{
	return http->answered;
}

int http_send(struct http *http, const struct http_request *request)
{
	const struct event_listen *listener = &request->listener;
	struct http_job *job;
	bool busy;

	if (listener->family != AF_INET && listener->family != AF_INET6 &&
	    listener->family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (listener->type && listener->type != SOCK_STREAM)
		return -EPROTOTYPE;
	job = job_new(request);
	if (!job)
		return -ENOMEM;
	pthread_mutex_lock(&http->lock);
	busy = http->job || http->has_answer || (http->running && !http->cancelled);
	if (!busy) {
		http->job = job;
		pthread_cond_signal(&http->work);
	}
	pthread_mutex_unlock(&http->lock);
	if (busy)
		job_free(job);
	return busy ? -EBUSY : 0;
}

void http_cancel(struct http *http)
{
	pthread_mutex_lock(&http->lock);
	job_free(http->job);
	http->job = NULL;
	if (http->running) {
		http->cancelled = true;
		eventfd_write(http->wake, 1);
	}
	http->has_answer = false;
	drain(http->answered);
	pthread_mutex_unlock(&http->lock);
}

int http_take(struct http *http, struct http_answer *out)
{
	int err = -EAGAIN;

	pthread_mutex_lock(&http->lock);
	if (http->has_answer) {
		*out = http->answer;
		http->has_answer = false;
		drain(http->answered);
		err = 0;
	}
	pthread_mutex_unlock(&http->lock);
	return err;
}

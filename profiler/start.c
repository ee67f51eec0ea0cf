// SPDX-License-Identifier: BSD-2-Clause
/* start.c - one start while it runs: what has been seen of it so far, and when it is ready */
#include "start.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http.h"
#include "units.h"

#define SOCKET_TYPE_STREAM 1

void start_release(struct start *start)
{
	if (!start)
		return;
	ready_line_free(start->line);
	vec_release(&start->listeners);
	vec_foreach(binary, &start->binaries) {
		free(binary->path);
		for (char **word = binary->argv; word && *word; word++)
			free(*word);
		free(binary->argv);
	}
	vec_release(&start->binaries);
	vec_release(&start->alive);
	buf_release(&start->ready_text);
	memset(start, 0, sizeof(*start));
}

static void forget_process(struct start *start, pid_t pid)
{
	for (size_t i = 0; i < start->alive.count; i++)
		if (start->alive.items[i] == pid) {
			start->alive.items[i] = start->alive.items[--start->alive.count];
			return;
		}
}

/* The path as /proc shows it while the process still runs that binary, else as execve got it. */
static char *binary_path(const struct event_exec *event, const char *as_called)
{
	char link[64], path[PATH_MAX];
	struct stat st;
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/%u/exe", event->event.pid);
	size = readlink(link, path, sizeof(path) - 1);
	if (size > 0) {
		path[size] = '\0';
		if (stat(path, &st) == 0 && st.st_ino == event->exe_inode)
			return strdup(path);
	}
	return strdup(as_called);
}

/* The words after the first of a text whose words end with NUL. */
static char **words_of(const char *text, size_t size)
{
	VEC(char *) words = {};
	size_t at = strnlen(text, size) + 1;

	for (; at < size; at += strnlen(text + at, size - at) + 1)
		if (vec_push(&words, strndup(text + at, size - at)))
			break;
	(void)vec_push(&words, NULL);
	return words.items;
}

static void note_exec(struct start *start, const struct event_exec *event, const char *text,
		      size_t size)
{
	struct start_binary *binary;
	char *as_called;

	if ((pid_t)event->event.pid == start->root)
		start->executed = true;
	vec_foreach(known, &start->binaries)
		if (known->device == event->exe_device && known->inode == event->exe_inode)
			return;
	binary = vec_add(&start->binaries);
	as_called = strndup(text, size);
	if (binary && as_called) {
		binary->pid = (pid_t)event->event.pid;
		binary->device = event->exe_device;
		binary->inode = event->exe_inode;
		binary->path = binary_path(event, as_called);
		binary->argv = words_of(text, size);
	}
	free(as_called);
}

/* Whether a Unix socket's folder is private, and of this start: see start.h. */
static bool is_internal(const struct start *start, const char *path, size_t size)
{
	const char *slash = size ? memrchr(path, '/', size) : NULL;
	uint64_t made_ns;
	struct statx st;
	char folder[112];

	if (!slash || path[0] != '/' || (size_t)(slash - path) >= sizeof(folder))
		return false;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	if (statx(AT_FDCWD, folder, 0, STATX_MODE | STATX_BTIME | STATX_CTIME, &st))
		return false;
	made_ns = st.stx_mask & STATX_BTIME
			  ? (uint64_t)st.stx_btime.tv_sec * NS_PER_S + st.stx_btime.tv_nsec
			  : (uint64_t)st.stx_ctime.tv_sec * NS_PER_S + st.stx_ctime.tv_nsec;
	/* files are dated by the last timer tick */
	return !(st.stx_mode & 077) && start->began_realtime_ns &&
	       made_ns + 20 * NS_PER_MS >= start->began_realtime_ns;
}

static void note_listen(struct start *start, const struct event_listen *event, const char *text,
			size_t size)
{
	struct start_listener *listener;

	if (event->type != SOCKET_TYPE_STREAM ||
	    (event->family != AF_INET && event->family != AF_INET6 && event->family != AF_UNIX))
		return;
	if (event->family == AF_UNIX && is_internal(start, text, size))
		return;
	listener = vec_add(&start->listeners);
	if (!listener)
		return;
	listener->event = *event;
	listener->unix_size = size < sizeof(listener->unix_path) ? (uint32_t)size : 0;
	memcpy(listener->unix_path, text, listener->unix_size);
	if (start->target->ready.kind == EVENT_READY_LISTEN && !start->ready)
		start_ready_by_listener(start, listener, EVENT_READY_LISTEN);
}

static void note_output(struct start *start, const struct event_output *event)
{
	if (!start->line || start->ready ||
	    !ready_line_feed(start->line, event->bytes, &start->ready_text))
		return;
	start->ready = EVENT_READY_LINE;
	start->ready_ns = event->event.time_ns;
	start->ready_pid = (pid_t)event->event.pid;
	start->ready_tid = (pid_t)event->event.tid;
}

static void note_end(struct start *start, const struct event_reapable *event)
{
	forget_process(start, (pid_t)event->event.pid);
	if ((pid_t)event->event.pid != start->root || start->root_gone)
		return;
	start->root_gone = true;
	start->root_gone_ns = event->event.time_ns;
	start->root_status = event->exit_code;
}

void start_notice(void *context, const struct event *event, const char *text, size_t text_size)
{
	struct start *start = context;
	const struct event_fork *fork = (const struct event_fork *)event;

	switch (event->kind) {
	case EVENT_FORK:
		if (!(event->flags & EVENT_FORK_THREAD))
			(void)vec_push(&start->alive, (pid_t)fork->child_pid);
		break;
	case EVENT_EXEC:
		note_exec(start, (const struct event_exec *)event, text, text_size);
		break;
	case EVENT_EXIT:
		if (event->flags & EVENT_EXIT_LAST)
			forget_process(start, (pid_t)event->pid);
		break;
	case EVENT_REAPABLE:
		note_end(start, (const struct event_reapable *)event);
		break;
	case EVENT_LISTEN:
		note_listen(start, (const struct event_listen *)event, text, text_size);
		break;
	case EVENT_OUTPUT:
		note_output(start, (const struct event_output *)event);
		break;
	}
}

struct start_listener *start_next_listener(struct start *start)
{
	const struct ready_spec *spec = &start->target->ready;

	if (spec->kind != EVENT_READY_AUTO && spec->kind != EVENT_READY_HTTP)
		return NULL;
	vec_foreach(listener, &start->listeners)
		if (!listener->asked && (!spec->port || listener->event.port == spec->port))
			return listener;
	return NULL;
}

void start_ready_by_listener(struct start *start, const struct start_listener *listener,
			     enum event_ready kind)
{
	start->ready = kind;
	start->ready_ns = listener->event.event.time_ns;
	start->ready_pid = (pid_t)listener->event.event.pid;
	start->ready_tid = (pid_t)listener->event.event.tid;
	start->ready_fd = listener->event.fd;
	buf_clear(&start->ready_text);
	http_address(&listener->event, listener->unix_path, listener->unix_size,
		     &start->ready_text);
}

void start_ready_by_exit(struct start *start)
{
	start->ready = EVENT_READY_EXIT;
	start->ready_ns = start->root_gone_ns;
	start->ready_pid = start->ready_tid = start->root;
}

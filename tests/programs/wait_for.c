// SPDX-License-Identifier: BSD-2-Clause
/* wait_for.c - WHAT MS: blocks once, MS long, on WHAT; prints how long */
#include "program.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static long ms;
static int cell;

/* What the other side does after MS, in a thread of its own or a child. */
struct other {
	int fd;
	void (*act)(int fd);
};

static void write_byte(int fd)
{
	if (write(fd, "12345678", 8) != 8)
		die("write");
}

static void wake_futex(int fd)
{
	(void)fd;
	__atomic_store_n(&cell, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &cell, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *after_a_while(void *argument)
{
	struct other *other = argument;

	sleep_ms(ms);
	other->act(other->fd);
	return NULL;
}

static void start_other(struct other *other)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, after_a_while, other))
		die("pthread_create");
	pthread_detach(thread);
}

/* The two ends of a TCP connection of this machine with itself. */
static void connect_network(int ends[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&address, size) || listen(listener, 1) ||
	    getsockname(listener, (void *)&address, &size) ||
	    connect(ends[1], (void *)&address, size))
		die("connect");
	ends[0] = accept(listener, NULL, NULL);
}

static int descriptor(const char *source)
{
	static struct other other = {.act = write_byte};
	int ends[2];

	if (!strcmp(source, "pipe")) {
		if (pipe(ends))
			die("pipe");
		other.fd = ends[1];
	} else if (!strcmp(source, "socket")) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
			die("socketpair");
		other.fd = ends[1];
	} else if (!strcmp(source, "network")) {
		connect_network(ends);
		other.fd = ends[1];
	} else if (!strcmp(source, "eventfd")) {
		ends[0] = other.fd = eventfd(0, 0);
	} else if (!strcmp(source, "timerfd")) {
		struct itimerspec when = {.it_value = {ms / 1000, ms % 1000 * NS_PER_MS}};

		ends[0] = timerfd_create(CLOCK_MONOTONIC, 0);
		timerfd_settime(ends[0], 0, &when, NULL);
		return ends[0];
	} else { /* nothing ever comes: the wait ends by its own limit */
		if (pipe(ends))
			die("pipe");
		return ends[0];
	}
	start_other(&other);
	return ends[0];
}

static void poll_one(int fd, int limit)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	poll(&p, 1, limit);
}

static void epoll_one(int fd, int limit)
{
	struct epoll_event event = {.events = EPOLLIN};
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	epoll_wait(ep, &event, 1, limit);
}

static void select_one(int fd, int limit)
{
	struct timeval t = {.tv_sec = limit / 1000, .tv_usec = limit % 1000 * 1000};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	select(fd + 1, &set, NULL, NULL, limit < 0 ? NULL : &t);
}

static void wait_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		sleep_ms(ms);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void wait_futex(bool times_out)
{
	static struct other other = {.act = wake_futex};
	struct timespec limit = {ms / 1000, ms % 1000 * NS_PER_MS};

	if (!times_out)
		start_other(&other);
	while (!__atomic_load_n(&cell, __ATOMIC_SEQ_CST))
		if (syscall(SYS_futex, &cell, FUTEX_WAIT_PRIVATE, 0, times_out ? &limit : NULL,
			    NULL, 0) &&
		    errno == ETIMEDOUT)
			break;
}

/* Waits for a lock of a file that a child holds: from |begin| on, when it does. */
static void wait_flock(uint64_t *begin)
{
	int ready[2], fd;
	char byte;
	FILE *file = tmpfile();
	char path[64];

	if (!file || pipe(ready))
		die("tmpfile");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (!fork()) {
		fd = open(path, O_RDWR);
		flock(fd, LOCK_EX);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		sleep_ms(ms);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	*begin = now_ns();
	flock(fileno(file), LOCK_EX);
}

/* "poll-eventfd": a way to wait and a source. */
static void wait_ready(const char *what)
{
	const char *source = strchr(what, '-');
	int limit, fd;

	if (!source)
		die(what);
	fd = descriptor(source + 1);
	limit = !strcmp(source, "-timeout") ? ms : -1;
	if (!strncmp(what, "poll-", 5))
		poll_one(fd, limit);
	else if (!strncmp(what, "epoll-", 6))
		epoll_one(fd, limit);
	else if (!strncmp(what, "select-", 7))
		select_one(fd, limit);
	else
		die(what);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "pipe";
	uint64_t begin;
	char bytes[8];

	ms = number(argc, argv, 2, 100);
	begin = now_ns();
	if (!strcmp(what, "pipe") || !strcmp(what, "socket") || !strcmp(what, "network") ||
	    !strcmp(what, "eventfd")) {
		if (read(descriptor(what), bytes, sizeof(bytes)) != sizeof(bytes))
			die("read");
	} else if (!strcmp(what, "child")) {
		wait_child();
	} else if (!strcmp(what, "futex") || !strcmp(what, "futex-timeout")) {
		wait_futex(what[5]);
	} else if (!strcmp(what, "flock")) {
		wait_flock(&begin);
	} else {
		wait_ready(what);
	}
	printf("waited_ns %llu\n", (unsigned long long)(now_ns() - begin));
	return 0;
}

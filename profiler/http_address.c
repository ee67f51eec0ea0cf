// SPDX-License-Identifier: BSD-2-Clause
/* http_address.c - where a listener is reached: its address, network namespace and root folder */
#include "http_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"

union address {
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Where a client of an IPv4 or IPv6 listener connects: a wildcard becomes loopback. */
static void inet_address(const struct event_listen *listener, union address *out)
{
	memset(out, 0, sizeof(*out));
	if (listener->family == AF_INET) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(listener->port);
		memcpy(&out->in.sin_addr, listener->address, 4);
		if (out->in.sin_addr.s_addr == htonl(INADDR_ANY))
			out->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return;
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(listener->port);
	memcpy(&out->in6.sin6_addr, listener->address, 16);
	if (IN6_IS_ADDR_UNSPECIFIED(&out->in6.sin6_addr))
		out->in6.sin6_addr = in6addr_loopback;
}

int http_address(const struct event_listen *listener, const char *unix_path, uint32_t unix_size,
		 struct buf *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	union address address;
	int err = 0;

	if (listener->family == AF_UNIX) {
		bool abstract = unix_size && !unix_path[0];

		err = buf_puts(out, "unix:");
		for (uint32_t i = 0; !err && i < unix_size && (abstract || unix_path[i]); i++)
			err = buf_add(out, unix_path[i] ? &unix_path[i] : "@", 1);
		return err;
	}
	inet_address(listener, &address);
	if (listener->family == AF_INET) {
		inet_ntop(AF_INET, &address.in.sin_addr, text, sizeof(text));
		return buf_printf(out, "%s:%u", text, listener->port);
	}
	inet_ntop(AF_INET6, &address.in6.sin6_addr, text, sizeof(text));
	return buf_printf(out, "[%s]:%u", text, listener->port);
}

/* In the current network namespace. */
static int make_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

int http_address_socket(const struct event_listen *listener, int home_netns)
{
	struct stat home;
	char path[64];
	int netns, fd = 0;

	if (!listener->netns || fstat(home_netns, &home) || home.st_ino == listener->netns)
		return make_socket(listener->family);
	snprintf(path, sizeof(path), "/proc/%u/ns/net", listener->event.pid);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return -errno;
	if (setns(netns, CLONE_NEWNET))
		fd = -errno;
	close(netns);
	if (fd < 0)
		return fd;
	fd = make_socket(listener->family); /* it stays in there, the thread comes back */
	if (setns(home_netns, CLONE_NEWNET))
		err_code(errno, "cannot leave the network namespace of process %u",
			 listener->event.pid);
	return fd;
}

int http_address_open(uint32_t pid, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC};
	char folder[64];
	int base, fd;

	if (path[0] == '/')
		how.resolve = RESOLVE_IN_ROOT;
	snprintf(folder, sizeof(folder), "/proc/%u/%s", pid, path[0] == '/' ? "root" : "cwd");
	base = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base < 0 && errno == ENOENT && path[0] == '/')
		base = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC); /* it has ended, others serve */
	if (base < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, base, path, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(base);
	return fd;
}

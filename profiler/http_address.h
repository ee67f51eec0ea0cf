/* SPDX-License-Identifier: BSD-2-Clause */
/* http_address.h - where a listener is reached: its address, network namespace and root folder */
#ifndef COLDPROF_HTTP_ADDRESS_H
#define COLDPROF_HTTP_ADDRESS_H

#include <stdint.h>

#include "event.h"
#include "http.h"

/*
 * A stream socket in the listener's network namespace; the calling thread is in |home_netns| (a
 * descriptor) before and after. The descriptor or -errno.
 */
int http_address_socket(const struct event_listen *listener, int home_netns);

/*
 * Opens the file of a Unix socket as process |pid| sees it: by its root, or by its current folder.
 * A descriptor for /proc/self/fd, or -errno.
 */
int http_address_open(uint32_t pid, const char *path);

#endif

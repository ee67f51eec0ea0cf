/* SPDX-License-Identifier: BSD-2-Clause */
/* service.h - what workloads need beside them: Redis, a Kafka broker; once a run, not profiled */
#ifndef COLDPROF_SERVICE_H
#define COLDPROF_SERVICE_H

#include <sys/types.h>

#include "buf.h"

struct user;

enum service_kind { SERVICE_REDIS, SERVICE_KAFKA, SERVICES };

/* "redis", "kafka", as workloads call them. */
const char *service_name(enum service_kind kind);

/* Release with service_release. Zeroed memory is none. */
struct service {
	char *address; /* "redis://127.0.0.1:40123/0", "127.0.0.1:40124"; NULL: it does not run */
	pid_t pid;     /* 0: it is somebody else's */
	int pidfd;
	int input; /* our end of its standard input: it ends with that */
};

/* One that runs already, at HOST:PORT or redis://... 0 or -ENOMEM. */
int service_use(enum service_kind kind, const char *address, struct service *out);

/*
 * Starts it as the user on a free port of 127.0.0.1, and waits until it serves. It keeps nothing on
 * disk, and ends with coldprof, however that ends. 0; -ECANCELED when |stop| (a descriptor, not
 * read here) is readable; another -errno, with why in |reason|; nothing is printed.
 */
int service_start(enum service_kind kind, const struct user *user, int stop, struct service *out,
		  struct buf *reason);
void service_release(struct service *service);

#endif

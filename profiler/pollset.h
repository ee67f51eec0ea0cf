/* SPDX-License-Identifier: BSD-2-Clause */
/* pollset.h - the descriptors that an epoll object watches, found by descriptor or by their data */
#ifndef COLDPROF_POLLSET_H
#define COLDPROF_POLLSET_H

#include <stdint.h>

#include "map.h"
#include "vec.h"

struct pollset_entry {
	uint32_t fd;
	uint32_t object; /* in the table of descriptors, alive while its serial is |serial| */
	uint64_t serial;
	uint64_t data; /* that epoll gives back */
	uint64_t since_ns;
};

/* Open data; zeroed memory is an empty set. */
struct pollset {
	VEC(struct pollset_entry) entries;
	struct map by_fd;   /* descriptor -> index */
	struct map by_data; /* data -> descriptor */
	/* waits.c keeps here what it found out about the listeners in the set */
	uint64_t checked;
	uint64_t listens_ns;
};

void pollset_release(struct pollset *set);

/* EPOLL_CTL_ADD and MOD. 0 or -ENOMEM. */
int pollset_put(struct pollset *set, const struct pollset_entry *entry);
/* EPOLL_CTL_DEL. 0 or -ENOMEM. */
int pollset_remove(struct pollset *set, uint32_t fd);

/* The entry with this data, or NULL. */
const struct pollset_entry *pollset_by_data(const struct pollset *set, uint64_t data);

#endif

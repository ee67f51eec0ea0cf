/* SPDX-License-Identifier: BSD-2-Clause */
/* known.h - the binaries that this run has looked into, by the identity that the kernel reports */
#ifndef COLDPROF_KNOWN_H
#define COLDPROF_KNOWN_H

#include <stdint.h>

#include "recording.h"
#include "runtime.h"
#include "vec.h"

struct known_binary {
	uint32_t device;
	uint64_t inode;
	struct runtime runtime; /* kind EVENT_RUNTIME_NONE: looked into, no runtime */
	uint32_t marks;		/* 1 << enum event_mark_id for each probe that is attached */
};

/* Zeroed memory knows nothing. */
struct known {
	VEC(struct known_binary) binaries;
};

void known_release(struct known *known);
struct known_binary *known_find(struct known *known, uint32_t device, uint64_t inode);

/*
 * Looks into the binary at |path|, which the kernel calls (device, inode): a file system may show
 * other numbers to stat(2). One that can't be looked into is kept as no runtime. NULL when out of
 * memory.
 */
struct known_binary *known_add(struct known *known, const struct runtime_finder *finder,
			       const char *path, uint32_t device, uint64_t inode);

/*
 * Adds an EVENT_RUNTIME for it, unless it is no runtime; |hook|: the file that was preloaded to
 * tell its modules, or NULL. 0 or -errno.
 */
int known_record(const struct known_binary *binary, const char *hook, struct recording *recording);

/* A copy of what the report needs of it; the rest is zero. 0 or -ENOMEM. */
int known_copy(const struct runtime *from, struct runtime *to);

#endif

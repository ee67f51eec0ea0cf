/* SPDX-License-Identifier: BSD-2-Clause */
/* installed.h - what is in a prepared workload's folder: packages with versions, size on disk */
#ifndef COLDPROF_INSTALLED_H
#define COLDPROF_INSTALLED_H

#include <stdint.h>

#include "vec.h"

struct user;

struct installed_package {
	char *name, *version;
};

/* Open data; zeroed memory is empty. */
struct installed {
	VEC(struct installed_package) packages;
	int64_t bytes, files_count; /* on disk, as they were when it was prepared; -1: not known */
};

/* Reads |folder| with the user's ids. 0 or -errno, nothing printed. */
int installed_read(const struct user *user, const char *folder, struct installed *out);
void installed_release(struct installed *installed);

/* At the end of preparing: counts what is in |folder| and keeps it there. 0 or -errno. */
int installed_measure(const char *folder);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_copy.h - a copy of an interpreter's code in which nobody has probes
 *
 * Uprobes belong to a file: those of another coldprof, which may be measuring this very interpreter
 * just now, are in every process that maps it. They hide breakpoints at their place and make steps
 * two instructions long. A copy in memory is another file, and is gone with its last process.
 */
#ifndef COLDPROF_PYTHON_COPY_H
#define COLDPROF_PYTHON_COPY_H

#include <stdint.h>

struct python_copy {
	int file;
	uint32_t device; /* as the kernel shows them in /proc/PID/maps */
	uint64_t inode;
};

/* 0 or -errno; nothing is printed. Release after success. */
int python_copy_make(const char *path, struct python_copy *out);
void python_copy_release(struct python_copy *copy);

/*
 * |environment|, in which the dynamic linker takes the library at |path| for the one of its name
 * (LD_PRELOAD). NULL when out of memory. Its strings are |environment|'s, but for one.
 */
char **python_copy_environment(char *const *environment, const char *path);
void python_copy_environment_free(char **environment);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_types.h - which types a kernel has, by name, without parsing all its BTF */
#ifndef COLDPROF_KERNEL_TYPES_H
#define COLDPROF_KERNEL_TYPES_H

#include <stdbool.h>

#include "buf.h"

/* The names of all types of a kernel. Zeroed memory is empty. */
struct kernel_types {
	struct buf bytes;
	const char *names; /* NUL-separated, in |bytes| */
	size_t size;
};

/*
 * Reads the BTF of the running kernel or, with |path|, that of a file of raw BTF or an ELF file
 * that has it (as --btf names it). 0 or -errno, printed.
 *
 * Parsing takes libbpf 20 ms, which it has to do once anyway; looking up a name in the string
 * section (Documentation/bpf/btf.rst of the kernel: struct btf_header) takes one.
 */
int kernel_types_read(const char *path, struct kernel_types *out);
void kernel_types_release(struct kernel_types *types);

/* Whether something is called so: a type, or a member of one. */
bool kernel_types_have(const struct kernel_types *types, const char *name);

#endif

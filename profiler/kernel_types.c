// SPDX-License-Identifier: BSD-2-Clause
/* kernel_types.c - which types a kernel has, by name, without parsing all its BTF */
#include "kernel_types.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "err.h"
#include "fs.h"
#include "units.h"

#define RUNNING	   "/sys/kernel/btf/vmlinux"
#define SIZE_LIMIT (64 * MIB)

static int find_names(struct kernel_types *types)
{
	struct btf_header header;
	size_t begin;

	if (types->bytes.size < sizeof(header))
		return -EINVAL;
	memcpy(&header, types->bytes.data, sizeof(header));
	begin = (size_t)header.hdr_len + header.str_off;
	if (header.magic != BTF_MAGIC || begin > types->bytes.size ||
	    header.str_len > types->bytes.size - begin)
		return -EINVAL;
	types->names = types->bytes.data + begin;
	types->size = header.str_len;
	return 0;
}

/* Of a file that is no raw BTF. */
static int parse(const char *path, struct buf *out)
{
	struct btf *btf = btf__parse(path, NULL);
	int rc = (int)libbpf_get_error(btf);
	const void *bytes;
	uint32_t size = 0;

	if (rc)
		return rc;
	bytes = btf__raw_data(btf, &size);
	rc = bytes ? buf_add(out, bytes, size) : -ENOMEM;
	btf__free(btf);
	return rc;
}

int kernel_types_read(const char *path, struct kernel_types *out)
{
	const char *file = path ? path : RUNNING;
	struct kernel_types types = {};
	int rc = fs_read(file, SIZE_LIMIT, &types.bytes);

	if (rc)
		return err_code(rc, "cannot read the kernel's types (BTF) from '%s'", file);
	if (find_names(&types)) {
		buf_clear(&types.bytes);
		if (parse(file, &types.bytes) || find_names(&types)) {
			buf_release(&types.bytes);
			err_print("'%s' holds no kernel types (BTF)", file);
			return -EINVAL;
		}
	}
	*out = types;
	return 0;
}

void kernel_types_release(struct kernel_types *types)
{
	buf_release(&types->bytes);
	*types = (struct kernel_types){};
}

bool kernel_types_have(const struct kernel_types *types, const char *name)
{
	const char *at = types->names, *end = types->names + types->size;
	size_t size = strlen(name) + 1;

	while (at && (at = memmem(at, (size_t)(end - at), name, size))) {
		if (at > types->names && at[-1] == '\0')
			return true;
		at++;
	}
	return false;
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_kernel_types.c - names of types: those of this kernel, and of files that are no BTF */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "fs.h"
#include "kernel_types.h"

static struct capture capture;

/* Reads |size| bytes as a file of types. */
static int read_bytes(const void *bytes, size_t size, struct kernel_types *out)
{
	char path[] = "/tmp/coldprof-test-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, bytes, size), 0);
	close(fd);
	capture_start(&capture);
	rc = kernel_types_read(path, out);
	capture_stop(&capture);
	unlink(path);
	return rc;
}

static void whole_names_are_found_and_no_parts(void **state)
{
	struct kernel_types types;
	struct btf *btf = btf__new_empty();
	const void *bytes;
	uint32_t size;

	(void)state;
	assert_true(btf__add_int(btf, "btf_trace_thing", 4, 0) > 0);
	bytes = btf__raw_data(btf, &size);
	assert_int_equal(read_bytes(bytes, size, &types), 0);
	assert_true(kernel_types_have(&types, "btf_trace_thing"));
	assert_false(kernel_types_have(&types, "trace_thing"));
	assert_false(kernel_types_have(&types, "btf_trace"));
	assert_false(kernel_types_have(&types, "btf_trace_things"));
	kernel_types_release(&types);
	btf__free(btf);
}

static void this_kernel_is_read_as_libbpf_reads_it(void **state)
{
	static const char *const names[] = {"task_struct", "btf_trace_sched_switch",
					    "btf_trace_page_fault_user", "no_such_struct"};
	struct kernel_types types;
	struct btf *btf;

	(void)state;
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		print_message("this kernel has no BTF\n");
		skip();
	}
	btf = btf__load_vmlinux_btf();
	assert_int_equal(kernel_types_read(NULL, &types), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(kernel_types_have(&types, names[i]),
				 btf__find_by_name(btf, names[i]) > 0);
	kernel_types_release(&types);
	btf__free(btf);
}

static void what_is_no_btf_is_refused(void **state)
{
	struct btf_header cut = {.magic = BTF_MAGIC,
				 .version = 1,
				 .hdr_len = sizeof(cut),
				 .str_off = 1000,
				 .str_len = 0xffffffff};
	struct kernel_types types;

	(void)state;
	assert_true(read_bytes("", 0, &types) < 0);
	assert_true(read_bytes("garbage that is longer than a header of BTF", 43, &types) < 0);
	assert_non_null(strstr(capture.text, "holds no kernel types (BTF)\n"));
	assert_true(read_bytes(&cut, sizeof(cut), &types) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names_are_found_and_no_parts),
		cmocka_unit_test(this_kernel_is_read_as_libbpf_reads_it),
		cmocka_unit_test(what_is_no_btf_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

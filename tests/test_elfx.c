// SPDX-License-Identifier: BSD-2-Clause
/* test_elfx.c - ELF files are read as the loader reads them, and no file can hurt */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "elfx.h"
#include "fs.h"

/* The truth: where the kernel mapped the byte at |address| from. */
static uint64_t mapped_offset(uintptr_t address, char path[4096])
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end, offset, found = 0;
	char line[4352];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095s", &start, &end, &offset, path) !=
		    4)
			continue;
		if (address >= start && address < end) {
			found = address - start + offset;
			break;
		}
	}
	fclose(maps);
	assert_int_not_equal(found, 0);
	return found;
}

static uint64_t find(const char *path, const char *name, const char *holds)
{
	struct elfx_want want = {.name = name, .holds = holds};
	struct elfx *elf;

	assert_int_equal(elfx_open(path, &elf), 0);
	assert_int_equal(elfx_find(elf, &want, 1), 0);
	elfx_free(elf);
	return want.offset;
}

int elfx_test_exported_function(int x);
__attribute__((noinline)) int elfx_test_exported_function(int x)
{
	return x + 1;
}

static void entry_is_the_offset_that_the_kernel_maps(void **state)
{
	char path[4096];
	uint64_t truth = mapped_offset(getauxval(AT_ENTRY), path);
	struct elfx *elf;

	(void)state;
	assert_int_equal(elfx_open("/proc/self/exe", &elf), 0);
	assert_int_equal(elfx_entry(elf), truth);
	assert_true(elfx_is_native(elf));
	elfx_free(elf);
}

static void symbols_of_symtab_are_found(void **state)
{
	char path[4096];
	uint64_t truth = mapped_offset((uintptr_t)elfx_test_exported_function, path);

	(void)state;
	assert_int_equal(find("/proc/self/exe", "elfx_test_exported_function", NULL), truth);
	assert_int_equal(find("/proc/self/exe", "elfx_test_", "_function"), truth);
}

static void the_dynamic_linkers_choice_of_version_is_ours(void **state)
{
	/* the first two have an older version beside the default one in x86-64's glibc */
	static const char *const names[] = {"pthread_cond_wait", "regexec", "exit", "getpid"};
	char path[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *address = dlsym(RTLD_DEFAULT, names[i]);
		uint64_t truth;

		assert_non_null(address);
		truth = mapped_offset((uintptr_t)address, path);
		if (!strstr(path, "/libc"))
			continue; /* a sanitizer's own */
		assert_int_equal(find(path, names[i], NULL), truth);
	}
}

static void absent_and_data_symbols_have_no_offset(void **state)
{
	(void)state;
	assert_int_equal(find("/proc/self/exe", "no_such_function_anywhere", NULL), 0);
	assert_int_equal(find("/proc/self/exe", "stdout", NULL), 0);
	assert_int_equal(find("/proc/self/exe", "elfx_test_", "no_such_part"), 0);
}

struct note {
	char build_id[256];
	char interpreter[256];
};

static int read_own(struct dl_phdr_info *info, size_t size, void *context)
{
	struct note *note = context;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);

		if (segment->p_type == PT_INTERP)
			snprintf(note->interpreter, sizeof(note->interpreter), "%s", at);
		for (size_t used = 0; segment->p_type == PT_NOTE && used < segment->p_memsz;) {
			const ElfW(Nhdr) *head = (const ElfW(Nhdr) *)(at + used);
			const unsigned char *bytes = (const unsigned char *)(head + 1) + 4;

			if (head->n_type == NT_GNU_BUILD_ID && head->n_namesz == 4)
				for (size_t j = 0; j < head->n_descsz && j < 64; j++)
					sprintf(note->build_id + 2 * j, "%02x", bytes[j]);
			used += sizeof(*head) + ((head->n_namesz + 3) & ~3u) +
				((head->n_descsz + 3) & ~3u);
		}
	}
	return 1; /* the first is the program itself */
}

static void identity_is_that_of_the_loaded_image(void **state)
{
	struct note note = {0};
	bool libc = false;
	struct elfx *elf;

	(void)state;
	dl_iterate_phdr(read_own, &note);
	assert_int_equal(elfx_open("/proc/self/exe", &elf), 0);
	assert_string_equal(elfx_build_id(elf), note.build_id);
	assert_string_equal(elfx_interpreter(elf), note.interpreter);
	for (size_t i = 0; elfx_needed(elf, i); i++)
		libc |= strncmp(elfx_needed(elf, i), "libc.", 5) == 0;
	assert_true(libc);
	elfx_free(elf);
}

static char folder[] = "/tmp/coldprof-test-elfx-XXXXXX";

static bool compile(const char *options, const char *name)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "echo 'int main(void){return 0;}' | cc -xc - %s -o %s/%s 2>/dev/null", options,
		 folder, name);
	if (system(command) == 0)
		return true;
	print_message("cc %s does not work here\n", options);
	return false;
}

/* nm's address of |name|, or 0 */
static unsigned long nm_address(const char *path, const char *name)
{
	unsigned long address = 0;
	char command[1024];
	FILE *pipe;

	snprintf(command, sizeof(command), "nm '%s' 2>/dev/null | awk '$3 == \"%s\" {print $1}'",
		 path, name);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	if (fscanf(pipe, "%lx", &address) != 1)
		address = 0;
	pclose(pipe);
	return address;
}

static void addresses_of_a_fixed_program_become_offsets(void **state)
{
	char path[512];
	unsigned long address;

	(void)state;
	if (!compile("-no-pie", "fixed"))
		skip();
	snprintf(path, sizeof(path), "%s/fixed", folder);
	address = nm_address(path, "main");
	if (!address) {
		print_message("nm is not there\n");
		skip();
	}
	assert_int_not_equal(find(path, "main", NULL), address);
	/* bfd and gold link x86-64 and arm64 programs at 0x400000 */
	assert_int_equal(find(path, "main", NULL), address - 0x400000);
}

static void a_static_program_has_no_linker_and_no_libraries(void **state)
{
	struct elfx *elf;
	char path[512];

	(void)state;
	if (!compile("-static", "static"))
		skip();
	snprintf(path, sizeof(path), "%s/static", folder);
	assert_int_equal(elfx_open(path, &elf), 0);
	assert_null(elfx_interpreter(elf));
	assert_null(elfx_needed(elf, 0));
	assert_int_not_equal(elfx_entry(elf), 0);
	elfx_free(elf);
	assert_int_not_equal(find(path, "exit", NULL), 0);
}

static void stripping_takes_symbols_and_changes_the_layout_alone(void **state)
{
	struct elfx *full, *stripped;
	char path[512], other[512];

	(void)state;
	if (!compile("-Wl,--build-id=sha1", "full") || !compile("-Wl,--build-id=sha1", "bare"))
		skip();
	snprintf(path, sizeof(path), "strip %s/bare 2>/dev/null", folder);
	if (system(path) != 0) {
		print_message("strip is not there\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/full", folder);
	snprintf(other, sizeof(other), "%s/bare", folder);
	assert_int_equal(elfx_open(path, &full), 0);
	assert_int_equal(elfx_open(other, &stripped), 0);
	assert_string_equal(elfx_build_id(full), elfx_build_id(stripped));
	assert_int_not_equal(elfx_layout(full), elfx_layout(stripped));
	assert_int_equal(elfx_entry(full), elfx_entry(stripped));
	elfx_free(full);
	elfx_free(stripped);
	assert_int_not_equal(find(path, "main", NULL), 0);
	assert_int_equal(find(other, "main", NULL), 0);
}

static void what_is_no_program_is_said_to_be_none(void **state)
{
	char path[512];
	struct elfx *elf = NULL;
	FILE *text;

	(void)state;
	assert_int_equal(elfx_open("/no/such/file", &elf), -ENOENT);
	assert_int_equal(elfx_open("/tmp", &elf), -ENOEXEC);
	assert_int_equal(elfx_open("/dev/null", &elf), -ENOEXEC);
	snprintf(path, sizeof(path), "%s/script", folder);
	text = fopen(path, "we");
	assert_non_null(text);
	fputs("#!/bin/sh\n", text);
	fclose(text);
	assert_int_equal(elfx_open(path, &elf), -ENOEXEC);
	if (compile("-c", "object.o")) {
		snprintf(path, sizeof(path), "%s/object.o", folder);
		assert_int_equal(elfx_open(path, &elf), -ENOEXEC);
	}
	assert_null(elf);
}

/* Everything that elfx offers, on the bytes; what comes out does not matter. */
static int use(const void *bytes, size_t size)
{
	struct elfx_want wants[] = {{.name = "exit"}, {.name = "ma", .holds = "in"}};
	int fd = memfd_create("elf", MFD_CLOEXEC), rc;
	struct elfx *elf = NULL;

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, bytes, size), 0);
	rc = elfx_open_fd(fd, &elf);
	close(fd);
	if (rc) {
		assert_null(elf);
		return rc;
	}
	(void)elfx_entry(elf), (void)elfx_layout(elf), (void)elfx_is_native(elf);
	for (size_t i = 0; elfx_needed(elf, i); i++)
		(void)strlen(elfx_needed(elf, i));
	rc = elfx_find(elf, wants, 2);
	elfx_free(elf);
	return rc;
}

static void read_sample(struct buf *out)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/full", folder);
	if (!fs_exists(path) || fs_read(path, 1 << 20, out))
		assert_int_equal(fs_read("/proc/self/exe", 64 << 20, out), 0);
}

static void a_file_cut_anywhere_does_no_harm(void **state)
{
	struct buf sample = {0};
	size_t step;

	(void)state;
	read_sample(&sample);
	step = sample.size / 997 + 1;
	for (size_t size = 0; size < sample.size; size += size < 1024 ? 7 : step) {
		int rc = use(sample.data, size);

		assert_true(rc == 0 || rc == -ENOEXEC || rc == -EBADMSG);
	}
	assert_int_equal(use(sample.data, sample.size), 0);
	buf_release(&sample);
}

static void a_file_with_wrong_bytes_does_no_harm(void **state)
{
	struct buf sample = {0};
	uint32_t seed = 1;

	(void)state;
	read_sample(&sample);
	for (int round = 0; round < 4000; round++) {
		size_t places[4];
		char saved[4];

		for (int i = 0; i < 4; i++) {
			/* half of them in the headers and segments, where it hurts most */
			size_t span = i & 1 && sample.size > 1024 ? 1024 : sample.size;

			seed = seed * 1664525 + 1013904223;
			places[i] = (seed >> 4) % span;
			saved[i] = sample.data[places[i]];
			sample.data[places[i]] = (char)(round & 4 ? 0xff : seed >> 24);
		}
		(void)use(sample.data, sample.size);
		for (int i = 3; i >= 0; i--)
			sample.data[places[i]] = saved[i];
	}
	buf_release(&sample);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_is_the_offset_that_the_kernel_maps),
		cmocka_unit_test(symbols_of_symtab_are_found),
		cmocka_unit_test(the_dynamic_linkers_choice_of_version_is_ours),
		cmocka_unit_test(absent_and_data_symbols_have_no_offset),
		cmocka_unit_test(identity_is_that_of_the_loaded_image),
		cmocka_unit_test(addresses_of_a_fixed_program_become_offsets),
		cmocka_unit_test(a_static_program_has_no_linker_and_no_libraries),
		cmocka_unit_test(stripping_takes_symbols_and_changes_the_layout_alone),
		cmocka_unit_test(what_is_no_program_is_said_to_be_none),
		cmocka_unit_test(a_file_cut_anywhere_does_no_harm),
		cmocka_unit_test(a_file_with_wrong_bytes_does_no_harm),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

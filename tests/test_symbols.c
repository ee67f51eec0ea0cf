// SPDX-License-Identifier: BSD-2-Clause
/* test_symbols.c - what is looked up in ELF files, and a cache that cannot mislead */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "elfx.h"
#include "fs.h"
#include "symbols.h"
#include "user.h"
#include "user_job.h"

static char folder[] = "/tmp/coldprof-test-symbols-XXXXXX";
static char cache_folder[256];
static struct user self;

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(cache_folder, sizeof(cache_folder), "%s/cache/symbols", folder);
	self.uid = getuid();
	self.gid = getgid();
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove_tree(folder);
}

static int empty_cache(void **state)
{
	(void)state;
	return fs_remove_tree(cache_folder);
}

/* One look-up by a program that has just started: nothing in memory. */
static int read_fresh(const char *path, struct symbols *out)
{
	struct symbols_cache *cache;
	int rc;

	assert_int_equal(symbols_cache_new(&self, cache_folder, &cache), 0);
	rc = symbols_read(cache, path, out);
	symbols_cache_free(cache);
	return rc;
}

static uint64_t main_of(const char *path)
{
	struct symbols symbols = {0};
	uint64_t offset;

	assert_int_equal(read_fresh(path, &symbols), 0);
	offset = symbols.offsets[SYMBOL_MAIN];
	symbols_release(&symbols);
	return offset;
}

/* The truth, not through the cache. */
static uint64_t elf_main(const char *path)
{
	struct elfx_want want = {.name = "main"};
	struct elfx *elf;

	assert_int_equal(elfx_open(path, &elf), 0);
	assert_int_equal(elfx_find(elf, &want, 1), 0);
	elfx_free(elf);
	return want.offset;
}

static void entry_path(const char *path, char entry[512])
{
	struct elfx *elf;

	assert_int_equal(elfx_open(path, &elf), 0);
	assert_string_not_equal(elfx_build_id(elf), "");
	snprintf(entry, 512, "%s/%s.json", cache_folder, elfx_build_id(elf));
	elfx_free(elf);
}

static void write_file(const char *path, const char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, data, size), 0);
	close(fd);
}

static bool compile(const char *code, const char *options, const char *path)
{
	char command[1024];

	snprintf(command, sizeof(command), "echo '%s' | cc -xc - %s -o %s 2>/dev/null", code,
		 options, path);
	if (system(command) == 0)
		return true;
	print_message("cc does not work here\n");
	return false;
}

static void facts_are_those_of_the_file(void **state)
{
	struct symbols symbols = {0};
	char path[4096] = "";
	struct stat st;

	(void)state;
	assert_int_equal(read_fresh("/proc/self/exe", &symbols), 0);
	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	assert_int_equal(stat(path, &st), 0);
	assert_string_equal(symbols.path, path);
	assert_int_equal(symbols.inode, st.st_ino);
	assert_int_equal(symbols.offsets[SYMBOL_MAIN], elf_main(path));
	assert_int_not_equal(symbols.entry, 0);
	assert_int_equal(symbols.offsets[SYMBOL_PYTHON_MAIN], 0);
	assert_true(symbols.native);
	assert_non_null(symbols.interpreter);
	assert_true(symbols.needed.count > 0);
	assert_null(symbols.version);
	symbols_release(&symbols);
}

/* The number that the kernel's super block has: /proc/PID/maps shows it, stat(2) may not. */
static void device_is_the_kernels(void **state)
{
	struct symbols symbols = {0};
	unsigned int high = 0, low = 0;
	char line[8192];
	FILE *maps = fopen("/proc/self/maps", "re");

	(void)state;
	assert_non_null(maps);
	assert_non_null(fgets(line, sizeof(line), maps)); /* the program itself comes first */
	fclose(maps);
	assert_int_equal(sscanf(line, "%*x-%*x %*s %*x %x:%x", &high, &low), 2);
	assert_int_equal(read_fresh("/proc/self/exe", &symbols), 0);
	if (strstr(line, symbols.path))
		assert_int_equal(symbols.device, high << 20 | low);
	symbols_release(&symbols);
}

static void the_second_look_up_comes_from_the_cache(void **state)
{
	struct symbols_cache *cache;
	struct symbols symbols = {0};

	(void)state;
	assert_int_equal(symbols_cache_new(&self, cache_folder, &cache), 0);
	assert_int_equal(symbols_read(cache, "/proc/self/exe", &symbols), 0);
	/* only a cache can know this */
	assert_int_equal(symbols_set_version(cache, &symbols, "1.2.3"), 0);
	assert_string_equal(symbols.version, "1.2.3");
	symbols_release(&symbols);
	assert_int_equal(symbols_read(cache, "/proc/self/exe", &symbols), 0);
	assert_string_equal(symbols.version, "1.2.3");
	symbols_release(&symbols);
	symbols_cache_free(cache);
	assert_int_equal(read_fresh("/proc/self/exe", &symbols), 0);
	assert_string_equal(symbols.version, "1.2.3");
	assert_int_equal(symbols.offsets[SYMBOL_MAIN], elf_main("/proc/self/exe"));
	symbols_release(&symbols);
}

static void a_damaged_entry_is_looked_up_anew(void **state)
{
	static const char *const bad[] = {
		"",	    "{",
		"[]",	    "{\"checksum\":1,\"facts\":{}}",
		"\xff\xfe", "{\"checksum\":\"cbf29ce484222325\",\"facts\":{}}"};
	uint64_t truth = elf_main("/proc/self/exe");
	char entry[512];

	(void)state;
	entry_path("/proc/self/exe", entry);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(main_of("/proc/self/exe"), truth);
		write_file(entry, bad[i], strlen(bad[i]));
		assert_int_equal(main_of("/proc/self/exe"), truth);
	}
}

static void a_changed_digit_is_a_damaged_entry(void **state)
{
	uint64_t truth = elf_main("/proc/self/exe");
	struct buf text = {0}, whole = {0};
	char entry[512];

	(void)state;
	entry_path("/proc/self/exe", entry);
	assert_int_equal(main_of("/proc/self/exe"), truth);
	assert_int_equal(fs_read(entry, 1 << 20, &whole), 0);
	for (size_t i = 0; i < whole.size; i++) {
		if (whole.data[i] < '0' || whole.data[i] > '9')
			continue;
		buf_clear(&text);
		assert_int_equal(buf_add(&text, whole.data, whole.size), 0);
		text.data[i] = text.data[i] == '9' ? '8' : '9';
		write_file(entry, text.data, text.size);
		assert_int_equal(main_of("/proc/self/exe"), truth);
	}
	buf_release(&text);
	buf_release(&whole);
}

/* Whether an entry with a made-up version is believed. */
static bool planted_is_believed(const char *entry, mode_t entry_mode, mode_t folder_mode)
{
	struct symbols_cache *cache;
	struct symbols symbols = {0};
	bool believed;

	assert_int_equal(symbols_cache_new(&self, cache_folder, &cache), 0);
	assert_int_equal(symbols_read(cache, "/proc/self/exe", &symbols), 0);
	assert_int_equal(symbols_set_version(cache, &symbols, "6.6.6"), 0);
	symbols_release(&symbols);
	symbols_cache_free(cache);
	assert_int_equal(chmod(entry, entry_mode), 0);
	assert_int_equal(chmod(cache_folder, folder_mode), 0);
	assert_int_equal(read_fresh("/proc/self/exe", &symbols), 0);
	believed = symbols.version && strcmp(symbols.version, "6.6.6") == 0;
	symbols_release(&symbols);
	assert_int_equal(chmod(cache_folder, 0755), 0);
	assert_int_equal(unlink(entry), 0);
	return believed;
}

static void what_others_could_write_is_not_believed(void **state)
{
	char entry[512];

	(void)state;
	entry_path("/proc/self/exe", entry);
	assert_true(planted_is_believed(entry, 0644, 0755));
	assert_false(planted_is_believed(entry, 0666, 0755));
	assert_false(planted_is_believed(entry, 0664, 0755));
	assert_false(planted_is_believed(entry, 0644, 0777));
	assert_false(planted_is_believed(entry, 0644, 0775));
}

static void a_link_in_the_cache_is_not_followed(void **state)
{
	char entry[512], other[512];
	struct symbols symbols = {0};
	struct symbols_cache *cache;
	struct stat st;

	(void)state;
	entry_path("/proc/self/exe", entry);
	snprintf(other, sizeof(other), "%s/elsewhere", folder);
	assert_int_equal(symbols_cache_new(&self, cache_folder, &cache), 0);
	assert_int_equal(symbols_read(cache, "/proc/self/exe", &symbols), 0);
	assert_int_equal(symbols_set_version(cache, &symbols, "6.6.6"), 0);
	symbols_release(&symbols);
	symbols_cache_free(cache);
	assert_int_equal(rename(entry, other), 0);
	assert_int_equal(symlink(other, entry), 0);
	assert_int_equal(read_fresh("/proc/self/exe", &symbols), 0);
	assert_null(symbols.version);
	symbols_release(&symbols);
	/* the new entry took the link's place: nothing was written through it */
	assert_int_equal(lstat(entry, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void a_cache_that_cannot_be_made_is_done_without(void **state)
{
	struct symbols_cache *cache;
	struct symbols symbols = {0};

	(void)state;
	assert_int_equal(symbols_cache_new(&self, "/proc/no/such/folder", &cache), 0);
	assert_int_equal(symbols_read(cache, "/proc/self/exe", &symbols), 0);
	assert_int_equal(symbols.offsets[SYMBOL_MAIN], elf_main("/proc/self/exe"));
	symbols_release(&symbols);
	symbols_cache_free(cache);
}

static void one_build_id_with_other_bytes_is_another_entry(void **state)
{
	char path[512], command[1100];
	uint64_t truth;

	(void)state;
	snprintf(path, sizeof(path), "%s/program", folder);
	if (!compile("int main(void){return 0;}", "-Wl,--build-id=sha1", path))
		skip();
	truth = elf_main(path);
	assert_int_not_equal(truth, 0);
	assert_int_equal(main_of(path), truth);
	snprintf(command, sizeof(command), "strip %s 2>/dev/null", path);
	if (system(command)) {
		print_message("strip is not there\n");
		skip();
	}
	assert_int_equal(main_of(path), 0);
}

static void a_file_without_build_id_leaves_no_entry(void **state)
{
	char path[512];
	struct symbols symbols = {0};

	(void)state;
	snprintf(path, sizeof(path), "%s/anonymous", folder);
	if (!compile("int main(void){return 0;}", "-Wl,--build-id=none", path))
		skip();
	assert_int_equal(read_fresh(path, &symbols), 0);
	assert_string_equal(symbols.build_id, "");
	assert_int_equal(symbols.offsets[SYMBOL_MAIN], elf_main(path));
	symbols_release(&symbols);
	assert_false(fs_exists(cache_folder));
}

static void a_replaced_file_is_read_again(void **state)
{
	struct symbols_cache *cache;
	struct symbols before = {0}, after = {0};
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/replaced", folder);
	if (!compile("int main(void){return 0;}", "-Wl,--build-id=none", path))
		skip();
	assert_int_equal(symbols_cache_new(&self, NULL, &cache), 0);
	assert_int_equal(symbols_read(cache, path, &before), 0);
	assert_true(compile("int pad(int x){return x*x+7;} int main(void){return pad(1);}",
			    "-O0 -Wl,--build-id=none", path));
	assert_int_equal(symbols_read(cache, path, &after), 0);
	assert_int_equal(after.offsets[SYMBOL_MAIN], elf_main(path));
	assert_int_not_equal(after.offsets[SYMBOL_MAIN], before.offsets[SYMBOL_MAIN]);
	symbols_release(&before);
	symbols_release(&after);
	symbols_cache_free(cache);
}

static void what_is_no_elf_file_says_so(void **state)
{
	struct symbols symbols = {0};
	char path[512];

	(void)state;
	assert_int_equal(read_fresh("/no/such/file", &symbols), -ENOENT);
	assert_int_equal(read_fresh("/tmp", &symbols), -ENOEXEC);
	snprintf(path, sizeof(path), "%s/script", folder);
	write_file(path, "#!/bin/sh\n", 10);
	assert_int_equal(read_fresh(path, &symbols), -ENOEXEC);
	write_file(path, "\177ELF\2\1\1\0garbage", 16);
	assert_true(read_fresh(path, &symbols) == -EBADMSG ||
		    read_fresh(path, &symbols) == -ENOEXEC);
	assert_null(symbols.path);
}

static int get_ids(void *context, struct buf *answer)
{
	gid_t groups[64];

	(void)context;
	return buf_printf(answer, "%d %d %d %d", (int)getuid(), (int)geteuid(), (int)getegid(),
			  getgroups(64, groups));
}

static void files_are_read_with_the_users_rights(void **state)
{
	gid_t group = 65534;
	struct user nobody = {.uid = 65534,
			      .gid = 65534,
			      .groups = &group,
			      .groups_count = 1,
			      .switch_needed = true};
	struct symbols_cache *cache;
	struct symbols symbols = {0};
	struct buf ids = {0};
	char path[512];

	(void)state;
	if (getuid()) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(user_job(&nobody, get_ids, NULL, &ids), 0);
	assert_string_equal(ids.data, "65534 65534 65534 1");
	buf_release(&ids);
	snprintf(path, sizeof(path), "%s/secret", folder);
	write_file(path, "x", 1);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(symbols_cache_new(&nobody, cache_folder, &cache), 0);
	assert_int_equal(symbols_read(cache, path, &symbols), -EACCES);
	/* that user cannot make this cache folder: nothing there, nothing lost */
	assert_int_equal(symbols_read(cache, "/bin/sh", &symbols), 0);
	symbols_release(&symbols);
	assert_false(fs_exists(cache_folder));
	symbols_cache_free(cache);
}

static int crash(void *context, struct buf *answer)
{
	(void)context;
	buf_puts(answer, "half");
	signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would print */
	raise(SIGSEGV);
	return 0;
}

static int refuse(void *context, struct buf *answer)
{
	buf_puts(answer, "half");
	return *(int *)context;
}

static int answer_much(void *context, struct buf *answer)
{
	for (int i = 0; i < 100000; i++)
		if (buf_printf(answer, "%d", *(int *)context))
			return -ENOMEM;
	return 0;
}

static void a_job_that_fails_leaves_no_answer(void **state)
{
	struct buf answer = {0};
	int code = -EXDEV;

	(void)state;
	assert_int_equal(user_job(&self, crash, NULL, &answer), -EPROTO);
	assert_int_equal(user_job(&self, refuse, &code, &answer), -EXDEV);
	assert_int_equal(answer.size, 0);
	code = 7;
	assert_int_equal(user_job(&self, answer_much, &code, &answer), 0);
	assert_int_equal(answer.size, 100000);
	buf_release(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(facts_are_those_of_the_file, empty_cache),
		cmocka_unit_test_setup(device_is_the_kernels, empty_cache),
		cmocka_unit_test_setup(the_second_look_up_comes_from_the_cache, empty_cache),
		cmocka_unit_test_setup(a_damaged_entry_is_looked_up_anew, empty_cache),
		cmocka_unit_test_setup(a_changed_digit_is_a_damaged_entry, empty_cache),
		cmocka_unit_test_setup(what_others_could_write_is_not_believed, empty_cache),
		cmocka_unit_test_setup(a_link_in_the_cache_is_not_followed, empty_cache),
		cmocka_unit_test_setup(a_cache_that_cannot_be_made_is_done_without, empty_cache),
		cmocka_unit_test_setup(one_build_id_with_other_bytes_is_another_entry, empty_cache),
		cmocka_unit_test_setup(a_file_without_build_id_leaves_no_entry, empty_cache),
		cmocka_unit_test_setup(a_replaced_file_is_read_again, empty_cache),
		cmocka_unit_test_setup(what_is_no_elf_file_says_so, empty_cache),
		cmocka_unit_test_setup(files_are_read_with_the_users_rights, empty_cache),
		cmocka_unit_test_setup(a_job_that_fails_leaves_no_answer, empty_cache),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_package_facts.c - the metadata of packages, in all its forms, whole and broken */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "package_facts.h"
#include "packages.h"
#include "recording.h"

#define SITE "v/lib/python3.11/site-packages"

static char root[64]; /* the folder of one test */
static struct packages packages;
static VEC(char *) opened;

static int setup(void **state)
{
	char name[] = "/tmp/coldprof-test-XXXXXX";
	char *real = mkdtemp(name) ? realpath(name, NULL) : NULL;

	(void)state;
	if (!real)
		return -1;
	snprintf(root, sizeof(root), "%s", real);
	free(real);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	packages_release(&packages);
	vec_foreach(path, &opened)
		free(*path);
	vec_release(&opened);
	return fs_remove_tree(root);
}

static char *at(const char *path)
{
	static char whole[4][PATH_MAX];
	static int next;
	char *out = whole[next++ % 4];

	snprintf(out, PATH_MAX, "%s/%s", root, path);
	return out;
}

static void make_folder_of(const char *path)
{
	char *folder = strdup(path), *slash = strrchr(folder, '/');

	*slash = '\0';
	assert_int_equal(fs_make_dirs(folder, (uid_t)-1, (gid_t)-1), 0);
	free(folder);
}

static void file_of(const char *path, const void *data, size_t size)
{
	int fd;

	make_folder_of(at(path));
	fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, data, size), 0);
	close(fd);
}

static void file(const char *path, const char *text)
{
	file_of(path, text, strlen(text));
}

static void opens(const char *path)
{
	assert_int_equal(vec_push(&opened, strdup(at(path))), 0);
}

/* What was opened, through its records. */
static void read_facts(void)
{
	struct package_facts facts = {};
	struct recording *recording;
	const struct event *event;

	assert_int_equal(
		package_facts_read(NULL, (const char *const *)opened.items, opened.count, &facts),
		0);
	assert_true(facts.read);
	assert_int_equal(recording_new(-1, 1 << 20, &recording), 0);
	assert_int_equal(package_facts_record(&facts, recording), 0);
	assert_int_equal(recording_finish(recording), 0);
	while ((event = recording_next(recording)))
		if (event->kind == EVENT_PACKAGE)
			assert_int_equal(packages_event(&packages, recording, event), 0);
	recording_free(recording);
	package_facts_release(&facts);
}

static const char *named(uint32_t package)
{
	static char text[1024];

	if (package == PACKAGES_NONE)
		return "-";
	snprintf(text, sizeof(text), "%s %s", packages_name(&packages, package),
		 packages_version(&packages, package) ? packages_version(&packages, package) : "?");
	return text;
}

#define assert_found(path, expected)                                                               \
	assert_string_equal(named(packages_find(&packages, at(path))), expected)

static void assert_needs(const char *expected)
{
	struct packages_needs needs;
	char text[1024] = "";

	assert_int_equal(packages_find_needs(&packages, &needs), 0);
	vec_foreach(need, &needs.items)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s->%s ",
			 packages_name(&packages, need->package),
			 packages_name(&packages, need->needed));
	vec_release(&needs.items);
	assert_string_equal(text, expected);
}

/* A distribution with a RECORD of these lines. */
static void dist(const char *name, const char *version, const char *record, const char *headers)
{
	char path[256], text[4096];

	snprintf(path, sizeof(path), SITE "/%s-%s.dist-info/RECORD", name, version);
	file(path, record);
	snprintf(path, sizeof(path), SITE "/%s-%s.dist-info/METADATA", name, version);
	snprintf(text, sizeof(text),
		 "Metadata-Version: 2.1\nName: %s\nVersion: %s\n%s\nName: not this\n", name,
		 version, headers);
	file(path, text);
}

/* ---- Python ---- */

static void record_says_what_belongs_to_a_distribution(void **state)
{
	(void)state;
	dist("PyYAML", "6.0", "yaml/__init__.py,sha256=x,1\r\n_yaml.cpython-311-x86_64.so,,\n", "");
	dist("six", "1.16", "six.py,,\n__pycache__/six.cpython-311.pyc,,\n", "");
	dist("numpy", "2.1", "numpy/__init__.py,,\nnumpy.libs/libblas-1.so,,\n", "");
	dist("quoted", "1", "\"a,\"\"b/c.py\",,\n", "");
	opens(SITE "/yaml/__pycache__/__init__.cpython-311.pyc");
	opens(SITE "/_yaml.cpython-311-x86_64.so");
	opens(SITE "/__pycache__/six.cpython-311.pyc");
	opens(SITE "/numpy.libs/libblas-1.so");
	opens(SITE "/a,\"b/c.py");
	read_facts();
	assert_found(SITE "/yaml/loader.py", "PyYAML 6.0");
	assert_found(SITE "/_yaml.cpython-311-x86_64.so", "PyYAML 6.0");
	assert_found(SITE "/__pycache__/six.cpython-311.pyc", "six 1.16");
	assert_found(SITE "/numpy.libs/libblas-1.so", "numpy 2.1");
	assert_found(SITE "/a,\"b/c.py", "quoted 1");
}

static void only_packages_that_were_opened_are_known(void **state)
{
	(void)state;
	dist("a", "1", "a/__init__.py,,\n", "");
	dist("b", "1", "b/__init__.py,,\n", "");
	opens(SITE "/a/__init__.py");
	opens(SITE "/b-1.dist-info/METADATA");
	read_facts();
	assert_found(SITE "/b/__init__.py", "-");
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 1);
}

static void a_namespace_is_split_where_its_parts_are_apart(void **state)
{
	(void)state;
	dist("google-storage", "1",
	     "google/cloud/storage/__init__.py,,\ngoogle/cloud/storage/x/y.py,,\n", "");
	dist("google-core", "2", "google/cloud/core.py,,\ngoogle/api/__init__.py,,\n", "");
	dist("tests-a", "1", "tests/__init__.py,,\ntests/a.py,,\n", "");
	dist("tests-b", "1", "tests/__init__.py,,\ntests/b.py,,\n", "");
	opens(SITE "/google/cloud/storage/x/__pycache__/y.cpython-311.pyc");
	opens(SITE "/google/cloud/core.py");
	opens(SITE "/google/api/__init__.py");
	opens(SITE "/tests/__init__.py");
	opens(SITE "/tests/b.py");
	opens(SITE "/google/cloud/stray.py");
	read_facts();
	assert_found(SITE "/google/cloud/storage/z.py", "google-storage 1");
	assert_found(SITE "/google/cloud/core.py", "google-core 2");
	assert_found(SITE "/google/api/z.py", "google-core 2");
	assert_found(SITE "/google/cloud/stray.py", "-");
	assert_found(SITE "/tests/b.py", "tests-b 1");
	assert_true(packages_find(&packages, at(SITE "/tests/__init__.py")) != PACKAGES_NONE);
}

static void requirements_of_extras_are_none(void **state)
{
	(void)state;
	dist("app", "1", "app.py,,\n",
	     "Requires-Dist: Under_Score (>=1.0,<2)\n"
	     "requires-dist: marked[x] >=2 ; python_version < \"4\"\n"
	     "Requires-Dist: extra-one ; extra == 'test'\n"
	     "Requires-Dist: extra-two ; python_version > '3' and extra == 'test'\n"
	     "Requires-Dist: either ; os_name == 'nt' or extra == 'x'\n"
	     "Requires-Dist: @@@\n");
	dist("under.score", "1", "under.py,,\n", "");
	dist("marked", "1", "marked.py,,\n", "");
	dist("extra_one", "1", "extra_one.py,,\n", "");
	dist("extra_two", "1", "extra_two.py,,\n", "");
	dist("either", "1", "either.py,,\n", "");
	opens(SITE "/app.py");
	opens(SITE "/under.py");
	opens(SITE "/marked.py");
	opens(SITE "/extra_one.py");
	opens(SITE "/extra_two.py");
	opens(SITE "/either.py");
	read_facts();
	assert_needs("app->under.score app->marked app->either ");
}

static void without_a_record_top_level_or_the_name_tells(void **state)
{
	(void)state;
	file(SITE "/PyOne-1.0.egg-info/PKG-INFO", "Name: PyOne\nVersion: 1.0\n\n");
	file(SITE "/PyOne-1.0.egg-info/top_level.txt", "one\n_one\n");
	file(SITE "/PyOne-1.0.egg-info/requires.txt", "two\n\n[test]\nfour\n[:os_name]\nthree\n");
	file(SITE "/two-2.egg-info", "Name: two\nVersion: 2\n\n");
	file(SITE "/python_three-3.dist-info/METADATA", "Name: python-three\nVersion: 3\n\n");
	file(SITE "/four-4-py3.11.egg-info/PKG-INFO", "Name: four\nVersion: 4\n\n");
	file(SITE "/four-4-py3.11.egg-info/installed-files.txt",
	     "../four_files/__init__.py\nPKG-INFO\n");
	opens(SITE "/one/__init__.py");
	opens(SITE "/_one.abi3.so");
	opens(SITE "/two.py");
	opens(SITE "/three/__init__.py");
	opens(SITE "/four_files/__init__.py");
	opens(SITE "/stray/__init__.py");
	read_facts();
	assert_found(SITE "/one/x.py", "PyOne 1.0");
	assert_found(SITE "/_one.abi3.so", "PyOne 1.0");
	assert_found(SITE "/two.py", "two 2");
	assert_found(SITE "/three/x.py", "python-three 3");
	assert_found(SITE "/four_files/x.py", "four 4");
	assert_found(SITE "/stray/x.py", "-");
	assert_needs("PyOne->two ");
}

static void eggs_own_their_folder(void **state)
{
	(void)state;
	file(SITE "/old_thing-1.5-py3.8.egg/EGG-INFO/PKG-INFO", "Name: old-thing\nVersion: 1.5\n");
	file(SITE "/zipped-2.0-py3.8.egg", "PK");
	opens(SITE "/old_thing-1.5-py3.8.egg/old/__init__.py");
	opens(SITE "/zipped-2.0-py3.8.egg");
	read_facts();
	assert_found(SITE "/old_thing-1.5-py3.8.egg/old/x.py", "old-thing 1.5");
	assert_found(SITE "/zipped-2.0-py3.8.egg/zipped/x.py", "zipped 2.0");
}

static void editable_projects_have_their_folder(void **state)
{
	char text[256];

	(void)state;
	dist("mine", "0.1", "__editable__.mine-0.1.pth,,\n", "");
	snprintf(text, sizeof(text), "{\"dir_info\":{\"editable\":true},\"url\":\"file://%s\"}",
		 at("my%20project"));
	file(SITE "/mine-0.1.dist-info/direct_url.json", text);
	file("other/src/other.egg-info/PKG-INFO", "Name: other\nVersion: 3\n\n");
	snprintf(text, sizeof(text), "%s\n../\n", at("other/src"));
	file(SITE "/other.egg-link", text);
	dist("remote", "0.1", "remote.py,,\n", "");
	file(SITE "/remote-0.1.dist-info/direct_url.json",
	     "{\"dir_info\":{\"editable\":true},\"url\":\"https://example.org/x\"}");
	opens(SITE "/__editable__.mine-0.1.pth");
	opens("my project/src/mine/__init__.py");
	opens("other/src/other/__init__.py");
	opens(SITE "/remote.py");
	read_facts();
	assert_found("my project/src/mine/x.py", "mine 0.1");
	assert_found("other/src/other/x.py", "other 3");
	assert_found(SITE "/remote.py", "remote 0.1");
	assert_found("my projects/x.py", "-");
}

static void a_target_folder_is_a_folder_of_packages(void **state)
{
	(void)state;
	file("task/lib/six-1.dist-info/RECORD", "six.py,,\n");
	file("task/lib/six-1.dist-info/METADATA", "Name: six\nVersion: 1\n\n");
	file("mine/app.egg-info/PKG-INFO", "Name: app\nVersion: 1\n\n");
	file("mine/app.egg-info/top_level.txt", "app\n");
	opens("task/lib/six.py");
	opens("task/main.py");
	opens("mine/app/__init__.py");
	read_facts();
	assert_found("task/lib/six.py", "six 1");
	assert_found("task/main.py", "-");
	assert_found("mine/app/__init__.py", "-");
}

static void one_folder_by_two_paths_holds_one_copy(void **state)
{
	(void)state;
	dist("six", "1", "six.py,,\n", "");
	dist("a", "1", "a.py,,\n", "");
	assert_int_equal(symlink("lib", at("v/lib64")), 0);
	opens(SITE "/six.py");
	opens("v/lib64/python3.11/site-packages/a.py");
	opens("v/lib64/python3.11/site-packages/six.py");
	read_facts();
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 2);
	assert_found("v/lib64/python3.11/site-packages/six.py", "six 1");
	assert_found(SITE "/six.py", "six 1");
}

/* ---- Node.js ---- */

static void manifest(const char *home, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/package.json", home);
	file(path, text);
}

static void nested_and_scoped_packages_keep_apart(void **state)
{
	(void)state;
	manifest("n/node_modules/debug", "\xef\xbb\xbf{\"name\":\"debug\",\"version\":\"4.3.4\"}");
	manifest("n/node_modules/send/node_modules/debug",
		 "{\"name\":\"debug\",\"version\":\"2.6.9\"}");
	manifest("n/node_modules/send", "{\"name\":\"send\",\"version\":\"1\","
					"\"dependencies\":{\"debug\":\"*\",\"absent\":\"*\"}}");
	manifest("n/node_modules/@s/p", "{\"name\":\"@s/p\",\"version\":\"3\","
					"\"optionalDependencies\":{\"debug\":\"*\"},"
					"\"peerDependencies\":{\"send\":\"1\",\"alias\":\"1\"},"
					"\"peerDependenciesMeta\":{\"send\":{\"optional\":true}}}");
	manifest("n/node_modules/alias", "{\"name\":\"real-name\",\"version\":\"5\"}");
	opens("n/node_modules/debug/src/index.js");
	opens("n/node_modules/send/node_modules/debug/src/index.js");
	opens("n/node_modules/send/index.js");
	opens("n/node_modules/@s/p/index.js");
	opens("n/node_modules/alias/index.js");
	opens("n/server.js");
	read_facts();
	assert_found("n/node_modules/debug/x.js", "debug 4.3.4");
	assert_found("n/node_modules/send/node_modules/debug/x.js", "debug 2.6.9");
	assert_found("n/node_modules/@s/p/x.js", "@s/p 3");
	assert_found("n/node_modules/alias/x.js", "real-name 5");
	assert_found("n/server.js", "-");
	assert_needs("send->debug @s/p->debug @s/p->real-name ");
}

static void a_nearer_copy_that_was_not_opened_is_no_other_one(void **state)
{
	(void)state;
	manifest("n/node_modules/debug", "{\"name\":\"debug\",\"version\":\"4\"}");
	manifest("n/node_modules/send/node_modules/debug",
		 "{\"name\":\"debug\",\"version\":\"2\"}");
	manifest("n/node_modules/send",
		 "{\"name\":\"send\",\"version\":\"1\",\"dependencies\":{\"debug\":\"*\"}}");
	opens("n/node_modules/debug/index.js");
	opens("n/node_modules/send/index.js");
	read_facts();
	assert_needs("");
}

static void pnpm_and_workspaces_are_known_by_their_real_paths(void **state)
{
	(void)state;
	manifest("n/node_modules/.pnpm/a@1/node_modules/a",
		 "{\"name\":\"a\",\"version\":\"1\",\"dependencies\":{\"b\":\"*\"}}");
	manifest("n/node_modules/.pnpm/b@2/node_modules/b", "{\"name\":\"b\",\"version\":\"2\"}");
	manifest("n/packages/mine", "{\"name\":\"@me/mine\",\"version\":\"0.1\"}");
	assert_int_equal(symlink(".pnpm/a@1/node_modules/a", at("n/node_modules/a")), 0);
	assert_int_equal(
		symlink("../../b@2/node_modules/b", at("n/node_modules/.pnpm/a@1/node_modules/b")),
		0);
	assert_int_equal(symlink("../packages/mine", at("n/node_modules/mine")), 0);
	opens("n/node_modules/a/package.json");
	opens("n/node_modules/.pnpm/a@1/node_modules/a/index.js");
	opens("n/node_modules/.pnpm/b@2/node_modules/b/index.js");
	opens("n/node_modules/mine/package.json");
	read_facts();
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 3);
	assert_found("n/node_modules/.pnpm/a@1/node_modules/a/x.js", "a 1");
	assert_found("n/node_modules/a/x.js", "a 1"); /* --preserve-symlinks */
	assert_found("n/packages/mine/x.js", "@me/mine 0.1");
	assert_needs("a->b ");
}

static void an_archive_has_no_manifest_to_read(void **state)
{
	uint32_t package;

	(void)state;
	file("n/.yarn/cache/ms-npm-2.1.3-8.zip", "PK");
	opens("n/.yarn/cache/ms-npm-2.1.3-8.zip");
	opens("n/.yarn/cache/ms-npm-2.1.3-8.zip/node_modules/ms/index.js");
	read_facts();
	assert_int_equal(packages.items.count, 0);
	assert_int_equal(packages_of(&packages, EVENT_RUNTIME_NODE,
				     at("n/.yarn/cache/ms-npm-2.1.3-8.zip/node_modules/ms/i.js"),
				     &package),
			 0);
	assert_string_equal(named(package), "ms ?");
}

/* ---- what is broken ---- */

static void what_is_broken_leaves_the_rest_alone(void **state)
{
	static const char binary[] = "Name: \xff\xfe\0x\nVersion: \x1b[31m1\nRequires-Dist: \0";
	char *deep = malloc(200001);

	(void)state;
	dist("good", "1", "good.py,,\n", "");
	dist("broken", "2", "broken.py\0,,\n\xff\xfe\n,,,\n/etc/passwd,,\n../../x,,\n\"open\n", "");
	file_of(SITE "/broken-2.dist-info/METADATA", binary, sizeof(binary));
	file_of(SITE "/broken-2.dist-info/RECORD", "broken.py,,\n\0\0\n\"", 16);
	file(SITE "/nothing.dist-info/RECORD", "");
	file(SITE "/.dist-info/RECORD", "good.py,,\n");
	memset(deep, '[', 200000);
	deep[200000] = '\0';
	manifest("n/node_modules/deep", deep);
	manifest("n/node_modules/text", "\"name\"");
	manifest("n/node_modules/types",
		 "{\"name\":[1],\"version\":{},\"dependencies\":[{\"a\":1}]}");
	manifest("n/node_modules/strange",
		 "{\"name\":\"strange\",\"version\":3,\"dependencies\":{\"../../x\":1,\"\":2}}");
	free(deep);
	opens(SITE "/good.py");
	opens(SITE "/broken.py");
	opens("n/node_modules/deep/i.js");
	opens("n/node_modules/text/i.js");
	opens("n/node_modules/types/i.js");
	opens("n/node_modules/strange/i.js");
	opens("n/node_modules/gone/i.js");
	opens("gone/lib/python3.11/site-packages/x.py");
	assert_int_equal(vec_push(&opened, strdup("relative/node_modules/x/i.js")), 0);
	assert_int_equal(vec_push(&opened, strdup("")), 0);
	read_facts();
	assert_found(SITE "/good.py", "good 1");
	assert_found(SITE "/broken.py", "\xff\xfe 2");
	assert_found("n/node_modules/strange/i.js", "strange ?");
	assert_found("n/node_modules/types/i.js", "-");
	assert_int_equal(packages.items.count, PACKAGES_GROUPS + 3);
}

static void what_is_no_regular_file_never_blocks(void **state)
{
	(void)state;
	dist("good", "1", "good.py,,\n", "");
	make_folder_of(at(SITE "/fifo-1.dist-info/RECORD"));
	assert_int_equal(mkfifo(at(SITE "/fifo-1.dist-info/RECORD"), 0644), 0);
	assert_int_equal(mkfifo(at(SITE "/fifo-1.dist-info/METADATA"), 0644), 0);
	assert_int_equal(mkfifo(at(SITE "/fifo-1.dist-info/direct_url.json"), 0644), 0);
	assert_int_equal(mkfifo(at(SITE "/pipe-1.dist-info"), 0644), 0);
	make_folder_of(at("n/node_modules/fifo/package.json"));
	assert_int_equal(mkfifo(at("n/node_modules/fifo/package.json"), 0644), 0);
	make_folder_of(at("n/node_modules/loop"));
	assert_int_equal(symlink("loop", at("n/node_modules/loop")), 0);
	make_folder_of(at("n/node_modules/zero/package.json"));
	assert_int_equal(symlink("/dev/zero", at("n/node_modules/zero/package.json")), 0);
	opens(SITE "/good.py");
	opens(SITE "/fifo.py");
	opens(SITE "/pipe.py");
	opens("n/node_modules/fifo/i.js");
	opens("n/node_modules/loop/i.js");
	opens("n/node_modules/zero/i.js");
	read_facts();
	assert_found(SITE "/good.py", "good 1");
	/* its file name says as much */
	assert_found(SITE "/fifo.py", "fifo 1");
	assert_found("n/node_modules/fifo/i.js", "-");
	assert_found("n/node_modules/loop/i.js", "-");
	assert_found("n/node_modules/zero/i.js", "-");
}

static void huge_metadata_is_read_up_to_a_bound(void **state)
{
	int fd;

	(void)state;
	dist("huge", "1", "huge.py,,\n", "");
	fd = open(at(SITE "/huge-1.dist-info/METADATA"), O_WRONLY | O_APPEND);
	assert_int_equal(ftruncate(fd, 8ll << 30), 0);
	close(fd);
	manifest("n/node_modules/huge", "{\"name\":\"huge\"}");
	fd = open(at("n/node_modules/huge/package.json"), O_WRONLY | O_APPEND);
	assert_int_equal(ftruncate(fd, 8ll << 30), 0);
	close(fd);
	opens(SITE "/huge.py");
	opens("n/node_modules/huge/i.js");
	read_facts();
	assert_found(SITE "/huge.py", "huge 1");
	assert_found("n/node_modules/huge/i.js", "-");
}

static void thousands_of_packages_stay_within_the_answer(void **state)
{
	char text[64];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "n/node_modules/package-with-a-name-%d", i);
		manifest(text, "{\"name\":\"p\",\"version\":\"1\"}");
		snprintf(text, sizeof(text), "n/node_modules/package-with-a-name-%d/i.js", i);
		opens(text);
	}
	read_facts();
	assert_true(packages.items.count > 2500);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(record_says_what_belongs_to_a_distribution),
		TEST(only_packages_that_were_opened_are_known),
		TEST(a_namespace_is_split_where_its_parts_are_apart),
		TEST(requirements_of_extras_are_none),
		TEST(without_a_record_top_level_or_the_name_tells),
		TEST(eggs_own_their_folder),
		TEST(editable_projects_have_their_folder),
		TEST(a_target_folder_is_a_folder_of_packages),
		TEST(one_folder_by_two_paths_holds_one_copy),
		TEST(nested_and_scoped_packages_keep_apart),
		TEST(a_nearer_copy_that_was_not_opened_is_no_other_one),
		TEST(pnpm_and_workspaces_are_known_by_their_real_paths),
		TEST(an_archive_has_no_manifest_to_read),
		TEST(what_is_broken_leaves_the_rest_alone),
		TEST(what_is_no_regular_file_never_blocks),
		TEST(huge_metadata_is_read_up_to_a_bound),
		TEST(thousands_of_packages_stay_within_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

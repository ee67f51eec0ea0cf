// SPDX-License-Identifier: BSD-2-Clause
/* test_scripts_calls.c - what system calls tell of Node.js's modules: searches, JSON, addons */
#include "scripts_story.h"

#define MAIN "/app/main.js"
#define US   1000ull

static void begin(struct found *found)
{
	found_begin(found, EVENT_RUNTIME_NODE);
	ev_function(&found->stream, 100, MAIN);
	ev_shows(&found->stream, 110, 0x10, MAIN);
}

/* Compiled at |at|, it runs, and is gone at |at| + 20. */
static void load(struct stream *s, uint64_t at, const char *path)
{
	ev_function(s, at, path);
	ev_shows(s, at + 10, at, path);
	ev_shows(s, at + 20, 0x10, MAIN);
}

/* ---- searches ---- */

static void a_search_begins_with_the_first_name_that_is_tried(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/etc/config");
	ev_miss(s, 130, "/app/a");
	ev_miss(s, 132, "/app/a.js");
	ev_look(s, 134, "/app/a.json");
	ev_look(s, 136, "/app/a.cjs");
	ev_file(s, 140, "/app/a.cjs");
	load(s, 150, "/app/a.cjs");
	found_finish(&found);
	assert_times(found_span(&found, "a.cjs"), 130, 170);
	found_release(&found);
}

static void a_package_is_looked_for_in_each_folder_above(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_miss(s, 120, "/app/src/node_modules/@x/b");
	ev_look(s, 122, "/app/node_modules/@x/b");
	ev_file(s, 124, "/app/node_modules/@x/b/package.json");
	ev_look(s, 132, "/app/node_modules/@x/b/lib/index.js");
	load(s, 150, "/app/node_modules/@x/b/lib/index.js");
	found_finish(&found);
	assert_times(found_span(&found, "@x/b/lib/index.js"), 120, 170);
	found_release(&found);
}

static void a_search_follows_symbolic_links(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_miss(s, 120, "/app/current");
	ev_look(s, 122, "/app/current.js");
	ev_lstat(s, 124, "/app/current.js");
	ev_readlink(s, 126, "/app/current.js");
	ev_lstat(s, 128, "/releases/1.js");
	load(s, 150, "/releases/1.js");
	found_finish(&found);
	assert_times(found_span(&found, "/releases/1.js"), 120, 170);
	found_release(&found);
}

static void a_link_that_nobody_met_on_the_way_is_no_search(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_readlink(s, 112, "/proc/self/exe");
	ev_look(s, 130, "/app/a.js");
	load(s, 150, "/app/a.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 130, 170);
	found_release(&found);
}

/* Of the folder above it is asked for other files, too: long before, it was for those. */
static void a_search_may_begin_with_the_package_json_just_before(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_open(s, 150 * US, STORY_TID, "/app/package.json", -ENOENT);
	ev_open(s, 490 * US, STORY_TID, "/app/package.json", -ENOENT);
	ev_look(s, 500 * US, "/app/lib/a.js");
	load(s, 510 * US, "/app/lib/a.js");
	found_finish(&found);
	assert_int_equal(found_span(&found, "lib/a.js")->begin_ns - EVENTS_T0, 490 * US);
	found_release(&found);
}

static void a_search_does_not_begin_before_who_searches(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/b.js");
	ev_function(s, 130, "/app/a.js");
	ev_shows(s, 140, 0x20, "/app/a.js");
	ev_function(s, 150, "/app/b.js");
	found_finish(&found);
	assert_int_equal(found_span(&found, "b.js")->begin_ns - EVENTS_T0, 150);
	found_release(&found);
}

static void a_load_begins_with_the_walk_that_shows_it_in_require(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_sample(s, 115, 0x10, MAIN, EVENT_STACK_REQUIRES);
	ev_look(s, 120, "/app/a.js");
	load(s, 130, "/app/a.js");
	ev_sample(s, 160, 0x10, MAIN, EVENT_STACK_REQUIRES);
	ev_sample(s, 170, 0x10, MAIN, EVENT_STACK_RUNS); /* that was for another one */
	ev_look(s, 180, "/app/b.js");
	load(s, 190, "/app/b.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 115, 150);
	assert_times(found_span(&found, "b.js"), 180, 210);
	found_release(&found);
}

/* What a walk shows in require() before something else was looked for was for that. */
static void a_load_does_not_begin_with_another_ones_require(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_sample(s, 115, 0x10, MAIN, EVENT_STACK_REQUIRES);
	ev_miss(s, 120, "/app/lib/loaded-already");
	ev_look(s, 122, "/app/lib/loaded-already.js");
	ev_miss(s, 180, "/app/lib/node_modules");
	ev_look(s, 182, "/app/a.js");
	load(s, 190, "/app/a.js");
	/* the folder of all packages is looked for by whatever is searched */
	ev_sample(s, 220, 0x10, MAIN, EVENT_STACK_REQUIRES);
	ev_look(s, 230, "/app/node_modules");
	ev_look(s, 240, "/app/node_modules/b/index.js");
	load(s, 250, "/app/node_modules/b/index.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 182, 210);
	assert_times(found_span(&found, "b/index.js"), 220, 270);
	found_release(&found);
}

/* module.enableCompileCache(): what V8 has made of the file is read before it is compiled. */
static void a_search_ends_with_the_file_not_with_its_compile_cache(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_miss(s, 120, "/app/a");
	ev_look(s, 122, "/app/a.js");
	ev_open(s, 124, STORY_TID, "/app/a.js", STORY_FD);
	ev_open(s, 180, STORY_TID, "/cache/v24-x64/ea6b6e3a/9f21c5d1", STORY_FD);
	load(s, 190, "/app/a.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 120, 210);
	found_release(&found);
}

/* A program may look for thousands of files of its own. */
static void a_search_is_found_after_many_others(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	char path[64];

	(void)state;
	begin(&found);
	for (uint64_t i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "/data/%d", (int)i);
		ev_look(s, 200 + 2 * i, path);
	}
	ev_miss(s, 7000, "/app/a");
	ev_look(s, 7010, "/app/a.js");
	load(s, 7020, "/app/a.js");
	found_finish(&found);
	assert_times(found_span(&found, "a.js"), 7000, 7040);
	found_release(&found);
}

/* ---- JSON ---- */

static void json_is_loaded_from_its_search_to_the_next_call(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/data.json");
	ev_lstat(s, 122, "/app/data.json");
	ev_file(s, 130, "/app/data.json");
	ev_look(s, 150, "/app/b.js");
	load(s, 160, "/app/b.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(data.json b.js)");
	assert_int_equal(found_span(&found, "data.json")->kind, MODULES_JSON);
	assert_times(found_span(&found, "data.json"), 120, 150);
	/* the last read returned at 135 */
	assert_bounds(found_span(&found, "data.json"), 135, 150);
	assert_times(found_span(&found, "b.js"), 150, 180);
	assert_sound(&found);
	found_release(&found);
}

/* main.js was in the same call of require() all the time */
static void what_can_not_be_parsed_or_linked_has_failed(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;
	struct ev_walk thrown = {
		.at = 140,
		.frame = 0x10,
		.name = MAIN,
		.flags = EVENT_STACK_THREW | EVENT_STACK_REQUIRES,
	};

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/bad.json");
	ev_lstat(s, 122, "/app/bad.json");
	ev_file(s, 130, "/app/bad.json");
	ev_walk(s, thrown);
	ev_look(s, 150, "/app/old.node");
	ev_lstat(s, 152, "/app/old.node");
	ev_open(s, 160, STORY_TID, "/app/old.node", STORY_FD);
	ev_read(s, 162, STORY_TID, STORY_FD, 832);
	ev_close(s, 164, STORY_TID, STORY_FD);
	thrown.at = 170;
	ev_walk(s, thrown);
	ev_sample(s, 180, 0x10, MAIN, EVENT_STACK_RUNS);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(bad.json old.node)");
	assert_int_equal(found_span(&found, "bad.json")->kind, MODULES_JSON);
	assert_true(found_span(&found, "bad.json")->failed);
	assert_times(found_span(&found, "bad.json"), 120, 140);
	assert_int_equal(found_span(&found, "old.node")->kind, MODULES_ADDON);
	assert_true(found_span(&found, "old.node")->failed);
	assert_times(found_span(&found, "old.node"), 150, 170);
	assert_false(found_span(&found, "main.js")->failed);
	found_release(&found);
}

static void json_ends_with_the_next_compilation(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/data.json");
	ev_file(s, 130, "/app/data.json");
	ev_function(s, 150, "node:sqlite");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(data.json node:sqlite)");
	assert_times(found_span(&found, "data.json"), 120, 150);
	found_release(&found);
}

static void json_ends_in_the_event_loop(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/data.json");
	ev_file(s, 130, "/app/data.json");
	ev_loop(s, 150, 300, 0);
	found_finish(&found);
	assert_times(found_span(&found, "data.json"), 120, 150);
	assert_times(found_span(&found, "main.js"), 100, FOUND_EXIT);
	found_release(&found);
}

static void json_is_still_read_while_its_parent_is_in_require(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/data.json");
	ev_file(s, 130, "/app/data.json");
	ev_sample(s, 200, 0x10, MAIN, EVENT_STACK_REQUIRES);
	ev_sample(s, 300, 0x10, MAIN, EVENT_STACK_RUNS);
	found_finish(&found);
	assert_times(found_span(&found, "data.json"), 120, 250);
	assert_bounds(found_span(&found, "data.json"), 200, 300);
	found_release(&found);
}

/* Whether the parent is in require() is not known before the first compilation has told it. */
static void a_sample_that_does_not_know_ends_no_json(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/data.json");
	ev_file(s, 130, "/app/data.json");
	ev_sample(s, 200, 0x10, MAIN, 0);
	ev_look(s, 300, "/app/b.js");
	found_finish(&found);
	assert_times(found_span(&found, "data.json"), 120, 300);
	found_release(&found);
}

static void json_is_of_the_module_that_the_walk_before_its_reading_shows(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_function(s, 120, "/app/a.js");
	ev_shows(s, 130, 0x20, "/app/a.js");
	ev_look(s, 140, "/app/data.json");
	ev_open(s, 150, STORY_TID, "/app/data.json", STORY_FD);
	ev_shows(s, 150, 0x10, MAIN);
	ev_read(s, 160, STORY_TID, STORY_FD, 100);
	ev_look(s, 170, "/app/b.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(a.js data.json)");
	found_release(&found);
}

static void a_file_that_was_not_looked_for_is_no_module(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_file(s, 120, "/app/settings.json"); /* fs.readFileSync */
	ev_miss(s, 130, "/app/missing.json");
	ev_open(s, 132, STORY_TID, "/app/missing.json", -ENOENT);
	ev_look(s, 140, "/app/notes.txt");
	ev_file(s, 150, "/app/notes.txt");
	ev_look(s, 160, "/app/unread.json");
	ev_open(s, 162, STORY_TID, "/app/unread.json", STORY_FD);
	ev_close(s, 164, STORY_TID, STORY_FD);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js");
	found_release(&found);
}

static void package_json_is_a_module_where_it_was_asked_whether_it_is_a_link(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/node_modules/a/package.json"); /* by Node.js itself */
	ev_file(s, 122, "/app/node_modules/a/package.json");
	ev_look(s, 140, "/app/package.json");
	ev_lstat(s, 142, "/app/package.json");
	ev_file(s, 150, "/app/package.json");
	ev_look(s, 170, "/app/b.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(package.json)");
	assert_times(found_span(&found, "package.json"), 140, 170);
	found_release(&found);
}

/* ---- addons ---- */

static void an_addon_is_loaded_with_its_libraries(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_look(s, 120, "/app/x.node");
	ev_lstat(s, 122, "/app/x.node");
	ev_open(s, 130, STORY_TID, "/app/x.node", STORY_FD);
	ev_read(s, 132, STORY_TID, STORY_FD, 832);
	ev_close(s, 134, STORY_TID, STORY_FD);
	ev_open(s, 140, STORY_TID, "/etc/ld.so.cache", STORY_FD);
	ev_close(s, 142, STORY_TID, STORY_FD);
	ev_open(s, 150, STORY_TID, "/lib/libz.so.1", STORY_FD);
	ev_read(s, 152, STORY_TID, STORY_FD, 832);
	ev_close(s, 154, STORY_TID, STORY_FD);
	ev_look(s, 200, "/app/b.js");
	load(s, 210, "/app/b.js");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(x.node b.js)");
	assert_int_equal(found_span(&found, "x.node")->kind, MODULES_ADDON);
	assert_times(found_span(&found, "x.node"), 120, 200);
	assert_sound(&found);
	found_release(&found);
}

static void begin_addon(struct stream *s, uint64_t at, const char *path)
{
	ev_look(s, at, path);
	ev_open(s, at + 2, STORY_TID, path, STORY_FD);
	ev_read(s, at + 4, STORY_TID, STORY_FD, 832);
	ev_close(s, at + 6, STORY_TID, STORY_FD);
}

/* The dynamic linker asks for folders, init functions read whatever they like. */
static void an_addon_is_loaded_while_its_parent_is_in_require(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	begin_addon(s, 120, "/app/x.node");
	ev_open(s, 130, STORY_TID, "/app/lib/glibc-hwcaps/x86-64-v4/libv.so.8", -ENOENT);
	ev_miss(s, 132, "/app/lib/glibc-hwcaps/x86-64-v4");
	ev_walk(s, (struct ev_walk){
			   .at = 134, .frame = 0x10, .name = MAIN, .flags = EVENT_STACK_REQUIRES});
	ev_open(s, 140, STORY_TID, "/sys/devices/system/cpu/online", STORY_FD);
	ev_read(s, 142, STORY_TID, STORY_FD, 4);
	ev_close(s, 144, STORY_TID, STORY_FD);
	ev_walk(s, (struct ev_walk){.at = 190,
				    .seen = 170,
				    .frame = 0x10,
				    .name = MAIN,
				    .flags = EVENT_STACK_RUNS});
	ev_open(s, 195, STORY_TID, "/app/data.db", STORY_FD);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(x.node)");
	assert_times(found_span(&found, "x.node"), 120, 190);
	assert_int_equal(found_span(&found, "x.node")->end_low_ns, EVENTS_T0 + 170);
	assert_sound(&found);
	found_release(&found);
}

static void an_addon_after_another_one_is_not_in_that(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	begin_addon(s, 120, "/app/x.node");
	begin_addon(s, 150, "/app/y.node");
	ev_look(s, 200, "/app/node_modules");
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(x.node y.node)");
	assert_times(found_span(&found, "x.node"), 120, 150);
	assert_times(found_span(&found, "y.node"), 150, 200);
	found_release(&found);
}

static void an_addon_that_was_not_found_is_no_load(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_open(s, 120, STORY_TID, "/app/build/Debug/x.node", -ENOENT);
	ev_open(s, 130, STORY_TID, "/app/build/Release/x.node", STORY_FD);
	ev_read(s, 132, STORY_TID, STORY_FD, 832);
	ev_close(s, 134, STORY_TID, STORY_FD);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js(build/Release/x.node)");
	found_release(&found);
}

/* ---- threads without a V8 ---- */

static void what_other_threads_read_is_no_module(void **state)
{
	struct found found = {};
	struct stream *s = &found.stream;

	(void)state;
	begin(&found);
	ev_thread(s, 115, 100, 101);
	ev_call(s, (struct ev_call){.tid = 101,
				    .number = __NR_statx,
				    .from = 120,
				    .to = 121,
				    .args = {EV_CWD},
				    .path = "/app/data.json"});
	ev_open(s, 130, 101, "/app/data.json", STORY_FD);
	ev_read(s, 140, 101, STORY_FD, 100);
	found_finish(&found);
	assert_string_equal(found_tree(&found), "main.js");
	found_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_begins_with_the_first_name_that_is_tried),
		cmocka_unit_test(a_package_is_looked_for_in_each_folder_above),
		cmocka_unit_test(a_search_follows_symbolic_links),
		cmocka_unit_test(a_link_that_nobody_met_on_the_way_is_no_search),
		cmocka_unit_test(a_search_may_begin_with_the_package_json_just_before),
		cmocka_unit_test(a_search_does_not_begin_before_who_searches),
		cmocka_unit_test(a_load_begins_with_the_walk_that_shows_it_in_require),
		cmocka_unit_test(a_load_does_not_begin_with_another_ones_require),
		cmocka_unit_test(a_search_ends_with_the_file_not_with_its_compile_cache),
		cmocka_unit_test(a_search_is_found_after_many_others),
		cmocka_unit_test(json_is_loaded_from_its_search_to_the_next_call),
		cmocka_unit_test(what_can_not_be_parsed_or_linked_has_failed),
		cmocka_unit_test(json_ends_with_the_next_compilation),
		cmocka_unit_test(json_ends_in_the_event_loop),
		cmocka_unit_test(json_is_still_read_while_its_parent_is_in_require),
		cmocka_unit_test(a_sample_that_does_not_know_ends_no_json),
		cmocka_unit_test(json_is_of_the_module_that_the_walk_before_its_reading_shows),
		cmocka_unit_test(a_file_that_was_not_looked_for_is_no_module),
		cmocka_unit_test(package_json_is_a_module_where_it_was_asked_whether_it_is_a_link),
		cmocka_unit_test(an_addon_is_loaded_with_its_libraries),
		cmocka_unit_test(an_addon_is_loaded_while_its_parent_is_in_require),
		cmocka_unit_test(an_addon_after_another_one_is_not_in_that),
		cmocka_unit_test(an_addon_that_was_not_found_is_no_load),
		cmocka_unit_test(what_other_threads_read_is_no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

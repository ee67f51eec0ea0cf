// SPDX-License-Identifier: BSD-2-Clause
/* test_hook_calls.c - the modules that a preloaded hook tells, from made-up calls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "events.h"
#include "models.h"

#define HOOK   "/share/module_hook.js"
#define HOOKED "\"technique\":\"module hook\",\"reason\":\"it is stripped\",\"hook\":\"" HOOK "\""
#define WALKED "\"technique\":\"V8's stack\",\"reason\":null"

static struct stream s;
static struct result_sample sample;

/* A Node.js of which the recording says |modules|. */
static void ev_node(const char *modules)
{
	struct event_runtime record = {.event = ev_header(EVENT_RUNTIME, 0, 0, 0),
				       .exe_inode = EVENTS_RUNTIME,
				       .exe_device = EVENTS_DEVICE,
				       .runtime = EVENT_RUNTIME_NODE};
	char text[256];

	snprintf(text, sizeof(text), "{\"name\":\"node\",\"path\":\"/bin/node\",\"modules\":{%s}}",
		 modules);
	ev_add(&s, &record, text, strlen(text));
}

/* One call of |tid|, which is over 2 ns later. */
static void ev_look(uint64_t at, uint32_t tid, const char *path)
{
	ev_call(&s, (struct ev_call){.tid = tid,
				     .number = __NR_faccessat,
				     .from = at,
				     .to = at + 2,
				     .result = -ENOENT,
				     .args = {EV_CWD},
				     .path = path});
}

static void tell(uint64_t at, uint32_t tid, const char *message)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/self/coldprof-module/%s", message);
	ev_look(at, tid, path);
}

static int begin(void **state)
{
	(void)state;
	stream_begin(&s);
	ev_start_inode(&s, 100, "/app/main.js", EVENTS_RUNTIME);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stream_end(&s);
	result_sample_release(&sample);
	return 0;
}

static void finish(const char *modules)
{
	ev_exit(&s, 9000, 100, 100, true);
	ev_node(modules);
	ev_end(&s, 9100, EVENT_GOOD);
	assert_int_equal(stream_sample(&s, &sample), 0);
}

static const struct result_module *module(const char *name)
{
	vec_foreach(module, &sample.modules)
		if (strcmp(module->name, name) == 0)
			return module;
	fail_msg("no module '%s' of %zu", name, sample.modules.count);
	return NULL;
}

static void assert_module(const char *name, const char *parent, const char *kind, int64_t begin_ns,
			  int64_t end_ns)
{
	const struct result_module *found = module(name);

	if (parent)
		assert_string_equal(sample.modules.items[found->parent].name, parent);
	else
		assert_int_equal(found->parent, RESULT_ABSENT);
	assert_string_equal(found->kind, kind);
	assert_int_equal(found->begin_ns, begin_ns);
	assert_int_equal(found->begin_ns + found->total_ns, end_ns);
}

static void loads_nest(void **state)
{
	(void)state;
	tell(10, 100, "ready");
	tell(100, 100, "begin/1/0/20//app/main.js");
	tell(200, 100, "begin/2/1/50//app/data.json");
	tell(250, 100, "end/2");
	tell(300, 100, "begin/3/1/10//app/node_modules/@a/b/lib/x.js");
	tell(310, 100, "begin/4/3/5//app/node_modules/@a/b/y.node");
	tell(320, 100, "end/4");
	tell(400, 100, "end/3");
	tell(500, 100, "end/1");
	finish(HOOKED);
	assert_string_equal(sample.modules_technique, HOOK_CALLS_TECHNIQUE);
	assert_int_equal(sample.modules.count, 4);
	assert_module("main.js", NULL, "commonjs", 80, 500);
	assert_module("data.json", "main.js", "json", 150, 250);
	assert_module("@a/b/lib/x.js", "main.js", "commonjs", 290, 400);
	assert_module("@a/b/y.node", "@a/b/lib/x.js", "addon", 305, 320);
	assert_int_equal(module("main.js")->self_ns, 420 - 100 - 110);
	assert_int_equal(module("main.js")->end_low_ns, 500);
	assert_int_equal(module("main.js")->end_high_ns, 500);
	assert_string_equal(module("main.js")->file, "/app/main.js");
}

/* Its parent is who requires it, not what happens to be loaded meanwhile. */
static void a_parent_may_be_loaded_already(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	tell(110, 100, "begin/2/1/5//app/lazy.js");
	tell(120, 100, "end/2");
	tell(130, 100, "begin/3/1/5//app/user.js");
	tell(140, 100, "begin/4/2/5//app/leaf.js");
	tell(150, 100, "end/4");
	tell(160, 100, "end/3");
	tell(170, 100, "end/1");
	finish(HOOKED);
	assert_module("leaf.js", "lazy.js", "commonjs", 135, 150);
}

static void a_failed_load_is_marked(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	tell(110, 100, "begin/2/1/5//app/bad.js");
	tell(120, 100, "failed/2");
	tell(170, 100, "end/1");
	finish(HOOKED);
	assert_true(module("bad.js")->failed);
	assert_false(module("main.js")->failed);
	assert_module("bad.js", "main.js", "commonjs", 105, 120);
	assert_int_equal(module("bad.js")->end_low_ns, 110);
	assert_int_equal(module("bad.js")->end_high_ns, 120);
}

/* All that is known is that they were gone when the next one was asked for. */
static void nested_failures_have_one_lower_bound(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	tell(110, 100, "begin/2/1/5//app/outer.js");
	tell(120, 100, "begin/3/2/5//app/inner.js");
	tell(130, 100, "begin/4/3/5//app/leaf.js");
	tell(140, 100, "end/4");
	tell(200, 100, "failed/3");
	tell(203, 100, "failed/2");
	tell(300, 100, "end/1");
	finish(HOOKED);
	assert_int_equal(module("inner.js")->end_low_ns, 140);
	assert_int_equal(module("outer.js")->end_low_ns, 140);
	assert_int_equal(module("outer.js")->end_high_ns, 203);
	assert_int_equal(module("main.js")->end_low_ns, 300);
}

/* It had taken itself out of the cache, which looks the same. */
static void what_ends_has_not_failed(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	tell(110, 100, "begin/2/1/5//app/shy.js");
	tell(120, 100, "failed/2");
	tell(150, 100, "end/2");
	tell(160, 100, "failed/2");
	tell(170, 100, "end/1");
	finish(HOOKED);
	assert_false(module("shy.js")->failed);
	assert_module("shy.js", "main.js", "commonjs", 105, 150);
	assert_int_equal(module("shy.js")->end_low_ns, 150);
}

static void threads_number_their_own(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	ev_thread(&s, 105, 100, 101);
	tell(110, 101, "begin/1/0/5//app/worker.js");
	tell(120, 101, "begin/2/1/5//app/part.js");
	tell(125, 100, "end/1");
	tell(130, 101, "end/2");
	tell(140, 101, "end/1");
	finish(HOOKED);
	assert_module("main.js", NULL, "commonjs", 90, 125);
	assert_module("worker.js", NULL, "commonjs", 105, 140);
	assert_module("part.js", "worker.js", "commonjs", 115, 130);
	assert_int_equal(module("part.js")->tid, 101);
}

static void the_end_of_a_thread_ends_its_loads(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	finish(HOOKED);
	assert_module("main.js", NULL, "commonjs", 90, 9000);
}

static int64_t count_of(const char *name)
{
	vec_foreach(call, &sample.syscalls)
		if (strcmp(call->name, name) == 0)
			return call->count;
	return 0;
}

static void messages_are_no_calls(void **state)
{
	(void)state;
	ev_open(&s, 50, 100, "/app/main.js", 3);
	tell(100, 100, "begin/1/0/10//app/main.js");
	ev_look(105, 100, "/app/absent.js");
	tell(110, 100, "end/1");
	ev_listen(&s, 200, 100, 3);
	finish(HOOKED);
	assert_int_equal(count_of("faccessat"), 1);
	assert_int_equal(sample.folders.count, 1);
	assert_string_equal(sample.folders.items[0].path, "/app");
	assert_int_equal(sample.files.count, 1);
	assert_int_equal(module("main.js")->syscalls_count, 1);
	assert_int_equal(module("main.js")->enoent_count, 1);
}

/* From the first look for its file until it is ready, and of that thread alone. */
static void the_load_of_the_hook_itself_is_no_calls(void **state)
{
	(void)state;
	ev_thread(&s, 20, 100, 101);
	ev_look(30, 100, "/app/before.js");
	ev_look(40, 100, HOOK);
	ev_look(50, 100, "/share/package.json");
	ev_look(60, 101, "/app/other.js");
	ev_open(&s, 70, 100, HOOK, 7);
	tell(80, 100, "ready");
	ev_look(90, 100, HOOK);
	finish(HOOKED);
	assert_int_equal(count_of("faccessat"), 3);
	assert_int_equal(sample.files.count, 0);
}

static void a_hook_that_never_was_ready_hides_nothing(void **state)
{
	(void)state;
	ev_look(40, 100, HOOK);
	ev_look(50, 100, "/share/package.json");
	finish(HOOKED);
	assert_int_equal(count_of("faccessat"), 2);
}

/* What was read before a message was still read. */
static void pages_that_came_before_a_message_count(void **state)
{
	int64_t bytes = 0;

	(void)state;
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_faccessat,
				     .from = 100,
				     .to = 102,
				     .result = -ENOENT,
				     .args = {EV_CWD},
				     .cached_pages = 3,
				     .path = "/proc/self/coldprof-module/ready"});
	finish(HOOKED);
	vec_foreach(process, &sample.processes)
		bytes += process->page_cache_bytes;
	assert_int_equal(bytes, 3 * 4096);
}

/* A program that inherited the hook, but whose V8 is read: nothing is there twice. */
static void a_hook_that_is_not_needed_is_not_read(void **state)
{
	(void)state;
	ev_fork(&s, 20, 100, 200);
	ev_exec(&s, 30, 32, 200, 7);
	tell(100, 200, "begin/1/0/10//app/child.js");
	tell(110, 200, "end/1");
	finish(HOOKED);
	assert_int_equal(sample.modules.count, 0);
	assert_int_equal(count_of("faccessat"), 0);
}

/* Nobody preloaded anything: then this is what it looks like, a call like any other. */
static void without_the_hook_nothing_is_a_message(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10//app/main.js");
	tell(110, 100, "end/1");
	finish(WALKED);
	assert_int_equal(sample.modules.count, 0);
	assert_int_equal(count_of("faccessat"), 2);
}

static void a_name_that_was_cut_is_said(void **state)
{
	static const char path[] = "/proc/self/coldprof-module/begin/1/0/10//app/long";

	(void)state;
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_faccessat,
				     .flags = EVENT_TEXT_CUT,
				     .from = 100,
				     .to = 102,
				     .result = -ENAMETOOLONG,
				     .args = {EV_CWD},
				     .path = path});
	tell(110, 100, "end/1");
	finish(HOOKED);
	assert_int_equal(sample.modules.count, 1);
	assert_int_equal(sample.notes.count, 2);
	assert_string_equal(sample.notes.items[1],
			    "1 module name was too long to be told whole: cut");
}

static void a_hook_that_says_nothing_is_said(void **state)
{
	(void)state;
	finish(HOOKED);
	assert_null(sample.modules_technique);
	assert_string_equal(
		sample.notes.items[0],
		"the module hook told nothing of /bin/node: it was not preloaded there");
}

static void strange_names_are_only_names(void **state)
{
	(void)state;
	tell(100, 100, "begin/1/0/10/[eval]");
	tell(105, 100, "begin/2/1/1//app/a\nb/\xff%s/../x.js");
	tell(106, 100, "end/2");
	tell(110, 100, "end/1");
	finish(HOOKED);
	assert_null(module("[eval]")->file);
	assert_string_equal(module("a\nb/\xff%s/../x.js")->file, "/app/a\nb/\xff%s/../x.js");
}

/* A program can look for any path. */
static void nonsense_does_no_harm(void **state)
{
	static const char *const messages[] = {
		"",
		"begin",
		"begin/",
		"begin/1",
		"begin/1/0",
		"begin/1/0/5",
		"begin/1/0/5/",
		"begin/x/0/5//app/a.js",
		"begin/-1/0/5//app/a.js",
		"begin/1/0/99999999999999999999999//app/a.js",
		"begin/1/0/4000000000000//app/a.js", /* before the start */
		"end",
		"end/",
		"end/7",
		"failed/ 1",
		"other/1/2/3",
		"begin/5/5/50//app/self.js",  /* its own parent */
		"begin/6/5/90//app/older.js", /* older than its parent */
		"end/5",
		"end/5",
		"end/6",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		tell(200 + 10 * i, 100, messages[i]);
	finish(HOOKED);
	assert_int_equal(sample.modules.count, 2);
	assert_int_equal(module("self.js")->parent, RESULT_ABSENT);
	assert_int_equal(module("older.js")->parent, RESULT_ABSENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loads_nest),
		TEST(a_parent_may_be_loaded_already),
		TEST(a_failed_load_is_marked),
		TEST(nested_failures_have_one_lower_bound),
		TEST(what_ends_has_not_failed),
		TEST(threads_number_their_own),
		TEST(the_end_of_a_thread_ends_its_loads),
		TEST(messages_are_no_calls),
		TEST(the_load_of_the_hook_itself_is_no_calls),
		TEST(a_hook_that_never_was_ready_hides_nothing),
		TEST(pages_that_came_before_a_message_count),
		TEST(a_hook_that_is_not_needed_is_not_read),
		TEST(without_the_hook_nothing_is_a_message),
		TEST(a_name_that_was_cut_is_said),
		TEST(a_hook_that_says_nothing_is_said),
		TEST(strange_names_are_only_names),
		TEST(nonsense_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* test_timeline.c - the phases of a start, on the chain, and their sum */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "entry.h"
#include "events.h"
#include "import_steps.h"

static struct stream s;
static struct result_sample sample;

static int set_up(void **state)
{
	(void)state;
	stream_begin(&s);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stream_end(&s);
	result_sample_release(&sample);
	return 0;
}

static int64_t sum_of_phases(void)
{
	int64_t sum = 0;

	vec_foreach(phase, &sample.phases)
		sum += phase->duration_ns;
	return sum;
}

static void build(void)
{
	assert_int_equal(stream_sample(&s, &sample), 0);
	if (sample.total_ns != RESULT_ABSENT)
		assert_int_equal(sum_of_phases(), sample.total_ns);
}

/* A runtime that is exec'ed at t0 and passes its marks at 10, 20 and 30. */
static void begin_runtime(uint32_t root, const char *entry)
{
	ev_start_inode(&s, root, entry, EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 8, root, EVENT_MARK_START);
	ev_mark(&s, 10, root, EVENT_MARK_MAIN);
	ev_mark(&s, 20, root, EVENT_MARK_VM);
}

static void read_module(uint64_t at, uint32_t tid, const char *path)
{
	ev_open(&s, at, tid, path, 9);
	ev_read(&s, at + 2, tid, 9, 100);
	ev_close(&s, at + 4, tid, 9);
}

/* epoll_create1, epoll_ctl(ADD, fd) */
static void watch(uint64_t at, uint32_t tid, uint64_t epfd, uint64_t fd)
{
	ev_call(&s, (struct ev_call){.tid = tid,
				     .number = __NR_epoll_create1,
				     .from = at,
				     .to = at + 1,
				     .result = (int64_t)epfd});
	ev_call(&s, (struct ev_call){.tid = tid,
				     .number = __NR_epoll_ctl,
				     .from = at + 1,
				     .to = at + 2,
				     .args = {epfd, 1, fd},
				     .extra = fd});
}

static void epoll(uint64_t from, uint64_t to, uint32_t tid, uint64_t epfd)
{
	ev_call(&s, (struct ev_call){.tid = tid,
				     .number = __NR_epoll_pwait,
				     .from = from,
				     .to = to,
				     .args = {epfd},
				     .result = 1});
}

/* Accepts the client's connection and answers: the response's write returns at |at| + 3. */
static void respond(uint64_t at, uint32_t accepter, uint32_t writer, uint32_t listener)
{
	ev_accept(&s, at, accepter, listener, 30, 5555);
	ev_write(&s, at + 2, writer, 30);
	ev_answer(&s, at + 4, accepter, 5555);
	ev_end(&s, at + 50, EVENT_GOOD);
}

static void a_server_has_all_phases(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	read_module(50, 100, "/lib/a.py");
	ev_listen(&s, 60, 100, 3);
	ev_ready(&s, 60, 100, EVENT_READY_HTTP);
	watch(62, 100, 4, 3);
	epoll(70, 80, 100, 4);
	respond(90, 100, 100, 3);
	build();
	assert_string_equal(phase_names(&sample), "exec runtime bootstrap load setup respond");
	assert_string_equal(missing_names(&sample), "");
	assert_int_equal(phase_ns(&sample, "exec"), 10);
	assert_int_equal(phase_ns(&sample, "runtime"), 10);
	assert_int_equal(phase_ns(&sample, "bootstrap"), 20); /* the open's entry */
	assert_int_equal(phase_ns(&sample, "load"), 13);      /* the read's return at 53 */
	assert_int_equal(phase_ns(&sample, "setup"), 17);     /* the wait's entry at 70 */
	assert_int_equal(phase_ns(&sample, "respond"), 23);
	assert_string_equal(sample.load_technique, "last module-file read");
}

static void without_its_main_the_elf_entry_ends_exec(void **state)
{
	(void)state;
	ev_start_inode(&s, 100, NULL, EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 8, 100, EVENT_MARK_START);
	ev_exit(&s, 50, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "exec"), 8);
}

static void a_missing_mark_merges_its_phase_into_the_next(void **state)
{
	(void)state;
	ev_start_inode(&s, 100, "/app/main.py", EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	read_module(40, 100, "/app/main.py");
	ev_mark(&s, 50, 100, EVENT_MARK_EXIT);
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_string_equal(phase_names(&sample), "bootstrap load main exit");
	assert_string_equal(missing_names(&sample), "exec runtime");
	assert_int_equal(phase_ns(&sample, "bootstrap"), 40);
}

static void the_import_of_site_is_a_mark(void **state)
{
	(void)state;
	ev_start_inode(&s, 100, "/app/main.py", EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 10, 100, EVENT_MARK_MAIN);
	ev_begin(&s, 12, 100, 1, "sitecustomize");
	ev_begin(&s, 20, 100, 1, "site");
	ev_begin(&s, 30, 100, 1, "site");
	read_module(40, 100, "/app/main.py");
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "runtime"), 10);
	assert_string_equal(missing_names(&sample), "");
}

static void code_on_the_command_line_has_no_bootstrap(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exec_words(&s, 5, 6, 100, EVENTS_RUNTIME,
		      EV_WORDS("/usr/bin/python3\0python3\0-Ic\0import x"));
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 10, 100, EVENT_MARK_MAIN);
	ev_mark(&s, 20, 100, EVENT_MARK_VM);
	read_module(40, 100, "/lib/site.py");
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_string_equal(phase_names(&sample), "wrapper exec runtime load main exit");
	assert_string_equal(missing_names(&sample), "bootstrap");
}

static void a_wrapper_ends_where_the_runtime_s_exec_begins(void **state)
{
	(void)state;
	ev_start(&s, 100, "/app/main.py");
	ev_runtime(&s, EVENT_RUNTIME_NODE);
	read_module(10, 100, "/lib/x86_64-linux-gnu/libc.so.6");
	ev_exec(&s, 30, 33, 100, EVENTS_RUNTIME);
	ev_mark(&s, 40, 100, EVENT_MARK_MAIN);
	read_module(60, 100, "/app/main.py");
	ev_exit(&s, 90, 100, 100, true);
	ev_end(&s, 90, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "wrapper"), 30);
	assert_int_equal(phase_ns(&sample, "exec"), 10);
	assert_int_equal(phase_ns(&sample, "load"), 3);
}

/* sh -c "python app.py &": the runtime is in a child; marks of others don't count. */
static void the_runtime_is_looked_for_along_the_chain(void **state)
{
	(void)state;
	ev_start(&s, 100, "/app/main.py");
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_fork(&s, 5, 100, 300); /* python --version: not on the chain */
	ev_exec(&s, 6, 7, 300, EVENTS_RUNTIME);
	ev_mark(&s, 8, 300, EVENT_MARK_MAIN);
	ev_exit(&s, 9, 300, 300, true);
	ev_fork(&s, 10, 100, 200);
	ev_exec(&s, 20, 22, 200, EVENTS_RUNTIME);
	ev_mark(&s, 25, 200, EVENT_MARK_MAIN);
	ev_mark(&s, 30, 200, EVENT_MARK_VM);
	read_module(40, 200, "/app/main.py");
	ev_listen(&s, 60, 200, 3);
	ev_ready(&s, 60, 200, EVENT_READY_LISTEN);
	ev_end(&s, 70, EVENT_GOOD);
	build();
	assert_string_equal(phase_names(&sample), "wrapper exec runtime bootstrap load setup");
	assert_int_equal(phase_ns(&sample, "wrapper"), 20);
	assert_int_equal(phase_ns(&sample, "exec"), 5);
	assert_int_equal(phase_ns(&sample, "setup"), 17);
}

static void what_is_read_after_the_first_wait_is_deferred(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	ev_listen(&s, 50, 100, 3);
	ev_ready(&s, 50, 100, EVENT_READY_HTTP);
	watch(52, 100, 4, 3);
	/* in another thread, while the first one already waits */
	ev_thread(&s, 55, 100, 101);
	read_module(65, 101, "/lib/late.py");
	epoll(60, 80, 100, 4);
	respond(90, 100, 100, 3);
	build();
	assert_int_equal(phase_ns(&sample, "load"), 3);
	assert_int_equal(phase_ns(&sample, "setup"), 17);
}

/* A program that listens and then loads, before it ever polls. */
static void one_that_listens_before_it_loads_sets_up_until_its_wait(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	ev_listen(&s, 50, 100, 3);
	ev_ready(&s, 50, 100, EVENT_READY_HTTP);
	read_module(60, 100, "/lib/heavy.so.1.2");
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_accept4,
				     .from = 70,
				     .to = 81,
				     .args = {3},
				     .result = 8});
	respond(90, 100, 100, 3);
	build();
	assert_int_equal(phase_ns(&sample, "load"), 23);
	assert_int_equal(phase_ns(&sample, "setup"), 7);
}

/* gunicorn: the master listens, its workers load. */
static void a_worker_loads_after_its_master_has_listened(void **state)
{
	struct event_pollfd polled = {.fd = 3, .events = 1};

	(void)state;
	begin_runtime(100, "/bin/gunicorn");
	read_module(40, 100, "/bin/gunicorn");
	ev_listen(&s, 50, 100, 3);
	ev_ready(&s, 50, 100, EVENT_READY_HTTP);
	ev_fork(&s, 60, 100, 200);
	ev_fork(&s, 61, 100, 201);
	read_module(70, 200, "/app/wsgi.py");
	read_module(72, 201, "/app/wsgi.py");
	read_module(95, 100, "/lib/master-only.py"); /* no longer on the chain */
	ev_call(&s, (struct ev_call){.tid = 200,
				     .number = __NR_ppoll,
				     .flags = EVENT_SYSCALL_POLLSET,
				     .from = 80,
				     .to = 105,
				     .result = 1,
				     .extra = 3,
				     .set = &polled,
				     .set_size = sizeof(polled)});
	respond(110, 200, 200, 3);
	build();
	assert_string_equal(sample.chain.items[1], "200:61");
	assert_int_equal(phase_ns(&sample, "load"), 33); /* 40 to 73 */
}

static void a_select_on_the_listener_is_a_wait_for_work(void **state)
{
	struct event_select set = {.asked = {1 << 3}, .ready = {1 << 3}};

	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	ev_listen(&s, 50, 100, 3);
	ev_ready(&s, 50, 100, EVENT_READY_HTTP);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_pselect6,
				     .flags = EVENT_SYSCALL_SELECTSET,
				     .from = 60,
				     .to = 80,
				     .result = 1,
				     .extra = 3,
				     .set = &set,
				     .set_size = sizeof(set)});
	respond(90, 100, 100, 3);
	build();
	assert_int_equal(phase_ns(&sample, "setup"), 17);
}

static void a_poll_without_the_listener_is_no_wait_for_work(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.mjs");
	read_module(40, 100, "/app/main.mjs");
	watch(45, 100, 4, 7);
	epoll(48, 55, 100, 4); /* waits for its own thread pool */
	read_module(56, 100, "/app/b.mjs");
	ev_listen(&s, 65, 100, 3);
	ev_ready(&s, 65, 100, EVENT_READY_HTTP);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_epoll_ctl,
				     .from = 66,
				     .to = 67,
				     .args = {4, 1, 3},
				     .extra = 3});
	epoll(70, 80, 100, 4);
	respond(90, 100, 100, 3);
	build();
	assert_int_equal(phase_ns(&sample, "load"), 19); /* 40 to 59 */
	assert_int_equal(phase_ns(&sample, "setup"), 11);
}

/* The poll began before the listener was put into its set, by another thread. */
static void a_wait_begins_when_the_listener_is_in_the_set(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	watch(45, 100, 4, 7);
	ev_thread(&s, 47, 100, 101);
	read_module(55, 101, "/lib/a.py");
	ev_listen(&s, 65, 100, 3);
	ev_ready(&s, 65, 100, EVENT_READY_HTTP);
	ev_call(&s, (struct ev_call){.tid = 101,
				     .number = __NR_epoll_ctl,
				     .from = 66,
				     .to = 67,
				     .args = {4, 1, 3},
				     .extra = 3});
	epoll(48, 80, 100, 4);
	respond(90, 100, 100, 3);
	build();
	assert_int_equal(phase_ns(&sample, "load"), 18);
	assert_int_equal(phase_ns(&sample, "setup"), 9); /* 58 to 67 */
}

/* Node's cluster: the one that answers never has the listener, and listen comes last. */
static void without_a_wait_the_listen_ends_the_load(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.js");
	read_module(40, 100, "/app/main.js");
	ev_fork(&s, 50, 100, 200);
	read_module(60, 200, "/app/worker.js");
	ev_listen(&s, 70, 100, 3);
	ev_ready(&s, 70, 100, EVENT_READY_HTTP);
	ev_accept(&s, 80, 100, 3, 30, 5555);
	ev_call(&s, (struct ev_call){
			    .tid = 200, .number = __NR_recvmsg, .from = 75, .to = 82, .result = 1});
	read_module(84, 200, "/app/late.js");
	ev_write(&s, 92, 200, 30);
	ev_answer(&s, 94, 100, 5555);
	ev_end(&s, 120, EVENT_GOOD);
	build();
	assert_int_equal(sample.chain.count, 2);
	assert_int_equal(phase_ns(&sample, "load"), 23);
	assert_int_equal(phase_ns(&sample, "setup"), 7);
	assert_int_equal(phase_ns(&sample, "respond"), 23);
}

static void an_entry_that_is_still_open_does_not_end_the_load(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	ev_open(&s, 40, 100, "main.py", 9); /* relative to /app */
	ev_read(&s, 41, 100, 9, 10);
	ev_open(&s, 45, 100, "/lib/a.py", 10);
	ev_read(&s, 47, 100, 10, 10);
	ev_read(&s, 55, 100, 9, 10);
	ev_listen(&s, 60, 100, 3);
	ev_ready(&s, 60, 100, EVENT_READY_LISTEN);
	ev_end(&s, 120, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "bootstrap"), 20);
	assert_int_equal(phase_ns(&sample, "load"), 8);
}

static void the_entry_is_found_where_a_link_was_followed(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.js");
	read_module(40, 100, "/data/real/main.js");
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "bootstrap"), 20);
}

static void a_failed_open_of_the_entry_is_none(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.js");
	ev_open(&s, 30, 100, "/app/main.js", -2);
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_EXITED);
	build();
	assert_int_equal(phase_ns(&sample, "bootstrap"), -1);
}

static void a_module_run_by_name_is_found_by_its_file(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exec_words(&s, 5, 6, 100, EVENTS_RUNTIME,
		      EV_WORDS("/usr/bin/python3\0python3\0-X\0utf8\0-m\0pkg.tool\0--port\0001"));
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 20, 100, EVENT_MARK_VM);
	read_module(30, 100, "/lib/python3/site.py");
	ev_open(&s, 40, 100, "/lib/python3/pkg/__pycache__/__init__.cpython-311.pyc", 9);
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "bootstrap"), 20);
}

/* Behind a shim nobody knew the entry before the program ran. */
static void an_unplanned_entry_is_taken_from_the_runtime_s_arguments(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exec_words(&s, 5, 6, 100, EVENTS_RUNTIME,
		      EV_WORDS("/usr/bin/python3\0python3\0-B\0src/../main.py"));
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	ev_mark(&s, 20, 100, EVENT_MARK_VM);
	read_module(40, 100, "/app/main.py");
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "bootstrap"), 20);
}

static void an_exit_begins_with_the_first_of_its_marks(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	ev_mark(&s, 60, 100, EVENT_MARK_FINALIZE);
	read_module(62, 100, "/lib/atexit.py"); /* too late to be loading */
	ev_mark(&s, 70, 100, EVENT_MARK_EXIT);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 75,
				     .to = 80});
	ev_exit(&s, 80, 100, 100, true);
	ev_reapable(&s, 85, 100);
	ev_end(&s, 90, EVENT_GOOD);
	build();
	assert_string_equal(phase_names(&sample), "exec runtime bootstrap load main exit");
	assert_int_equal(phase_ns(&sample, "load"), 3);
	assert_int_equal(phase_ns(&sample, "main"), 17);
	assert_int_equal(phase_ns(&sample, "exit"), 25);
}

static void a_killed_program_exits_when_its_last_thread_dies(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_exit(&s, 80, 100, 100, true);
	ev_reapable(&s, 85, 100);
	ev_end(&s, 90, EVENT_CRASHED);
	build();
	assert_string_equal(phase_names(&sample), "main exit");
	assert_int_equal(phase_ns(&sample, "main"), 80);
}

static void a_program_of_no_known_runtime_loads_its_libraries(void **state)
{
	(void)state;
	ev_start(&s, 100, NULL);
	ev_open(&s, 10, 100, "/lib/libc.so.6", 3);
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_mmap,
				     .from = 14,
				     .to = 15,
				     .args = {0, 8192, 1, 3},
				     .result = 0x7f0000000000});
	ev_call(&s, (struct ev_call){.tid = 100,
				     .number = __NR_exit_group,
				     .flags = EVENT_SYSCALL_UNFINISHED,
				     .from = 40,
				     .to = 42});
	ev_exit(&s, 42, 100, 100, true);
	ev_end(&s, 90, EVENT_GOOD);
	build();
	assert_string_equal(phase_names(&sample), "load main exit");
	assert_string_equal(missing_names(&sample), "exec runtime bootstrap");
	assert_int_equal(phase_ns(&sample, "load"), 15);
	assert_int_equal(phase_ns(&sample, "main"), 25);
}

static void one_that_is_never_ready_is_setting_up_until_the_end(void **state)
{
	(void)state;
	begin_runtime(100, "/app/main.py");
	read_module(40, 100, "/app/main.py");
	ev_end(&s, 500, EVENT_NEVER_READY);
	build();
	assert_string_equal(phase_names(&sample), "exec runtime bootstrap load setup");
	assert_int_equal(sample.total_ns, 500);
	assert_int_equal(sample.ready_ns, RESULT_ABSENT);
}

static void marks_out_of_order_never_make_a_phase_negative(void **state)
{
	(void)state;
	ev_start_inode(&s, 100, "/app/main.py", EVENTS_RUNTIME);
	ev_runtime(&s, EVENT_RUNTIME_PYTHON);
	read_module(5, 100, "/app/main.py");
	ev_mark(&s, 20, 100, EVENT_MARK_VM);
	ev_mark(&s, 30, 100, EVENT_MARK_MAIN);
	ev_exit(&s, 60, 100, 100, true);
	ev_end(&s, 60, EVENT_GOOD);
	build();
	assert_int_equal(phase_ns(&sample, "exec"), 30);
	assert_int_equal(phase_ns(&sample, "runtime"), 0);
	assert_int_equal(phase_ns(&sample, "bootstrap"), 0);
	assert_int_equal(phase_ns(&sample, "load"), 0);
}

static void module_files_are_known_by_their_names(void **state)
{
	(void)state;
	assert_true(entry_is_module_file("/a/b.py"));
	assert_true(entry_is_module_file("/a/__pycache__/b.cpython-311.pyc"));
	assert_true(entry_is_module_file("/a/_c.cpython-311-x86_64-linux-gnu.so"));
	assert_true(entry_is_module_file("/lib/libc.so.6"));
	assert_true(entry_is_module_file("/lib/libstdc++.so.6.0.30"));
	assert_true(entry_is_module_file("/a/x.cjs"));
	assert_true(entry_is_module_file("/a/package.json"));
	assert_true(entry_is_module_file("/a/build/x.node"));
	assert_false(entry_is_module_file("/a/x.txt"));
	assert_false(entry_is_module_file("/etc/ld.so.cache"));
	assert_false(entry_is_module_file("/etc/ld.so."));
	assert_false(entry_is_module_file("/a.py/x"));
	assert_false(entry_is_module_file("/a/.py"));
}

static void python_modules_are_known_by_their_paths(void **state)
{
	(void)state;
	assert_true(entry_is_python_module("/lib/http/server.py", "http.server"));
	assert_true(entry_is_python_module("/lib/http/__init__.py", "http.server"));
	assert_true(entry_is_python_module("/lib/__pycache__/timeit.cpython-311.pyc", "timeit"));
	assert_true(entry_is_python_module("/s/uvicorn/__pycache__/__main__.cpython-312.pyc",
					   "uvicorn"));
	assert_false(entry_is_python_module("/lib/http/client.py", "http.server"));
	assert_false(entry_is_python_module("/home/uvicorn/lib/site.py", "uvicorn"));
	assert_false(entry_is_python_module("/lib/myuvicorn/__init__.py", "uvicorn"));
	assert_false(entry_is_python_module("/lib/uvicorn", "uvicorn"));
}

static void assert_entry(enum event_runtime_kind kind, const char *words, size_t size,
			 const char *file, const char *module)
{
	const char *found_file, *found_module;

	entry_of_command(kind, words, size, &found_file, &found_module);
	assert_string_equal(found_file ? found_file : "-", file ? file : "-");
	assert_string_equal(found_module ? found_module : "-", module ? module : "-");
}

static void arguments_say_what_is_run(void **state)
{
	enum event_runtime_kind python = EVENT_RUNTIME_PYTHON, node = EVENT_RUNTIME_NODE;

	(void)state;
	assert_entry(python, EV_WORDS("python\0a.py\0b.py"), "a.py", NULL);
	assert_entry(python, EV_WORDS("python\0-W\0ignore\0-OO\0a.py"), "a.py", NULL);
	assert_entry(python, EV_WORDS("python\0-Im\0pkg\0a.py"), NULL, "pkg");
	assert_entry(python, EV_WORDS("python\0-mjson.tool"), NULL, "json.tool");
	assert_entry(python, EV_WORDS("python\0-c\0pass\0a.py"), NULL, NULL);
	assert_entry(python, EV_WORDS("python\0-\0a.py"), NULL, NULL);
	assert_entry(python, EV_WORDS("python"), NULL, NULL);
	assert_entry(python, "", 0, NULL, NULL);
	assert_entry(node, EV_WORDS("node\0--inspect\0-r\0x\0a.js"), "a.js", NULL);
	assert_entry(node,
		     EV_WORDS("node\0-e\0"
			      "0\0a.js"),
		     NULL, NULL);
	assert_entry(node, EV_WORDS("node\0--\0-a.js"), "-a.js", NULL);
}

/* ---- whatever the stream, the phases add up ---- */

static uint64_t seed;

static uint64_t any(uint64_t limit)
{
	/* xorshift64 (Marsaglia) */
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static uint32_t any_pid(void)
{
	return 100 + (uint32_t)any(4);
}

static uint64_t clock_at;

/* Mostly forward, at times a little back. */
static uint64_t any_time(void)
{
	clock_at += any(20);
	return any(8) ? clock_at : clock_at - any(clock_at < 30 ? clock_at + 1 : 30);
}

static void any_call(void)
{
	static const uint32_t numbers[] = {
		__NR_read,	__NR_openat,  __NR_close, __NR_mmap,	   __NR_munmap,
		__NR_epoll_ctl, __NR_dup3,    __NR_futex, __NR_ppoll,	   __NR_epoll_pwait,
		__NR_accept4,	__NR_recvmsg, __NR_write, __NR_exit_group, __NR_epoll_create1,
		__NR_mremap,	__NR_chdir,   __NR_wait4, __NR_pselect6,   __NR_close_range};
	static const char *const paths[] = {"a.py", "/app/main.py", "../x.so", "/", "", "/b.json"};
	struct ev_call call = {
		.tid = any_pid(),
		.number = numbers[any(sizeof(numbers) / sizeof(numbers[0]))],
		.abi = any(20) ? 0 : (uint16_t)any(4),
		.flags = any(10) ? 0 : (uint16_t)any(32),
		.fd_kind = any(5) ? 0 : (uint8_t)any(20),
		.to = any_time(),
		.result = any(4) ? (int64_t)any(40) : -(int64_t)any(140),
		.args = {any(3) ? any(40) : seed, any(3) ? any(40) : seed, any(40), any(40)},
		.extra = any(2) ? any(40) : seed,
		.cached_pages = (uint32_t)any(9),
		.path = paths[any(6)],
	};

	call.from = call.to > 50 ? call.to - any(50) : 0;
	ev_call(&s, call);
}

static void any_switch(void)
{
	uint32_t number = any(2) ? EVENT_NO_CALL : (uint32_t)any(300);

	if (any(2))
		ev_in(&s, any_time(), any_pid(), any(2) ? any_time() : 0);
	else if (any(3))
		ev_out(&s, any_time(), any_pid(), number, (enum event_state)any(6));
	else
		ev_out_iowait(&s, any_time(), any_pid(), number);
}

static void any_process(void)
{
	switch (any(6)) {
	case 0:
		ev_fork(&s, any_time(), any_pid(), any_pid());
		break;
	case 1:
		ev_exec(&s, any_time(), any_time(), any_pid(), any(2) ? EVENTS_RUNTIME : 1);
		break;
	case 2:
		ev_exit(&s, any_time(), any_pid(), any_pid(), any(2));
		break;
	case 3:
		ev_reapable(&s, any_time(), any_pid());
		break;
	case 4:
		ev_mark(&s, any_time(), any_pid(), (enum event_mark_id)any(8));
		break;
	case 5:
		ev_fault(&s, any_time(), any_pid(), (uint32_t)any(8), any(100), any(10));
		break;
	}
}

static void any_server(void)
{
	switch (any(5)) {
	case 0:
		ev_listen(&s, any_time(), any_pid(), (uint32_t)any(40));
		break;
	case 1:
		ev_accept(&s, any_time(), any_pid(), (uint32_t)any(40), (uint32_t)any(40),
			  any(2) ? 5555 : 0);
		break;
	case 2:
		ev_ready(&s, any_time(), any_pid(), (enum event_ready)any(6));
		break;
	case 3:
		ev_answer(&s, any_time() + 5, any_pid(), any(2) ? 5555 : 0);
		break;
	case 4:
		ev_runtime(&s, any(2) ? EVENT_RUNTIME_NODE : EVENT_RUNTIME_PYTHON);
		break;
	}
}

static int64_t chain_sum(const struct result_time *time)
{
	return time->on_cpu_ns + time->runqueue_ns + time->blocked_disk_ns +
	       time->blocked_network_ns + time->blocked_pipe_ns + time->blocked_lock_ns +
	       time->blocked_child_ns + time->blocked_timer_ns + time->blocked_fault_ns +
	       time->blocked_thread_ns + time->blocked_other_ns;
}

static void assert_adds_up(void)
{
	int64_t at = 0;

	vec_foreach(phase, &sample.phases) {
		assert_true(phase->duration_ns >= 0);
		assert_int_equal(phase->start_ns, at);
		at += phase->duration_ns;
		assert_int_equal(chain_sum(&phase->chain), phase->duration_ns);
		assert_true(phase->chain.blocked_other_ns >= 0);
		assert_int_equal(phase->chain.cpu_user_ns + phase->chain.cpu_system_ns,
				 phase->chain.on_cpu_ns);
		assert_true(phase->chain.cpu_user_ns >= 0);
	}
	if (sample.phases.count)
		assert_int_equal(at, sample.total_ns);
	vec_foreach(process, &sample.processes)
		assert_int_equal(process->time.cpu_user_ns + process->time.cpu_system_ns,
				 process->time.on_cpu_ns);
	vec_foreach(thread, &sample.threads)
		assert_true(chain_sum(&thread->time) <= sample.total_ns);
}

static void phases_add_up_for_any_stream(void **state)
{
	(void)state;
	for (uint64_t round = 1; round <= 3000; round++) {
		seed = round * 0x9e3779b97f4a7c15u;
		clock_at = 0;
		stream_begin(&s);
		if (any(8))
			ev_start_inode(&s, 100, any(2) ? "/app/main.py" : NULL,
				       any(2) ? EVENTS_RUNTIME : 1);
		else
			ev_plan(&s, 100, NULL);
		for (uint64_t i = any(120); i > 0; i--) {
			uint64_t what = any(10);

			if (what < 4)
				any_call();
			else if (what < 7)
				any_switch();
			else if (what < 9)
				any_process();
			else
				any_server();
		}
		if (any(4))
			ev_end(&s, any_time(), (enum event_outcome)any(9));
		if (stream_sample(&s, &sample) == 0)
			assert_adds_up();
		result_sample_release(&sample);
		stream_end(&s);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_server_has_all_phases),
		TEST(without_its_main_the_elf_entry_ends_exec),
		TEST(a_missing_mark_merges_its_phase_into_the_next),
		TEST(the_import_of_site_is_a_mark),
		TEST(code_on_the_command_line_has_no_bootstrap),
		TEST(a_wrapper_ends_where_the_runtime_s_exec_begins),
		TEST(the_runtime_is_looked_for_along_the_chain),
		TEST(what_is_read_after_the_first_wait_is_deferred),
		TEST(one_that_listens_before_it_loads_sets_up_until_its_wait),
		TEST(a_worker_loads_after_its_master_has_listened),
		TEST(a_select_on_the_listener_is_a_wait_for_work),
		TEST(a_poll_without_the_listener_is_no_wait_for_work),
		TEST(a_wait_begins_when_the_listener_is_in_the_set),
		TEST(without_a_wait_the_listen_ends_the_load),
		TEST(an_entry_that_is_still_open_does_not_end_the_load),
		TEST(the_entry_is_found_where_a_link_was_followed),
		TEST(a_failed_open_of_the_entry_is_none),
		TEST(a_module_run_by_name_is_found_by_its_file),
		TEST(an_unplanned_entry_is_taken_from_the_runtime_s_arguments),
		TEST(an_exit_begins_with_the_first_of_its_marks),
		TEST(a_killed_program_exits_when_its_last_thread_dies),
		TEST(a_program_of_no_known_runtime_loads_its_libraries),
		TEST(one_that_is_never_ready_is_setting_up_until_the_end),
		TEST(marks_out_of_order_never_make_a_phase_negative),
		cmocka_unit_test(module_files_are_known_by_their_names),
		cmocka_unit_test(python_modules_are_known_by_their_paths),
		cmocka_unit_test(arguments_say_what_is_run),
		cmocka_unit_test(phases_add_up_for_any_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

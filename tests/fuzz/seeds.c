// SPDX-License-Identifier: BSD-2-Clause
/* seeds.c - FOLDER: writes inputs below FOLDER/TARGET/seeds, from which the fuzzers begin */
#include <bpf/btf.h>
#include <fcntl.h>
#include <unistd.h>

#include "events.h"
#include "fs.h"
#include "made_report.h"
#include "report.h"

static const char *root;

/* FOLDER/TARGET/seeds/NAME, to be freed; its folder is made. */
static char *seed_path(const char *target, const char *name)
{
	char *folder, *path;

	if (asprintf(&folder, "%s/%s/seeds", root, target) < 0 ||
	    asprintf(&path, "%s/%s", folder, name) < 0 ||
	    fs_make_dirs(folder, (uid_t)-1, (gid_t)-1))
		abort();
	free(folder);
	return path;
}

static int seed_open(const char *target, const char *name)
{
	char *path = seed_path(target, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		abort();
	free(path);
	return fd;
}

/* ---- recordings ---- */

/* A server with a thread and a worker that answers. */
static void tell_server(struct stream *s)
{
	struct event_memory memory = {.event = ev_header(EVENT_MEMORY, 330, 100, 100),
				      .rss_anon_bytes = 1 << 20,
				      .rss_peak_bytes = 2 << 20,
				      .mark = EVENT_AT_READY};
	struct event_smaps smaps = {.event = ev_header(EVENT_SMAPS, 335, 100, 100),
				    .mark = EVENT_AT_READY,
				    .mapping = EVENT_MAP_HEAP,
				    .rss_bytes = 1 << 20,
				    .pss_bytes = 1 << 19};
	struct event_alive alive = {.event = ev_header(EVENT_ALIVE, 390, 200, 200)};
	struct event_package package = {.event = ev_header(EVENT_PACKAGE, 395, 0, 0)};
	struct event_pollfd polled = {.fd = 5, .events = 1, .revents = 1};

	memory.event.flags = EVENT_MEMORY_PROCESS;
	ev_start_inode(s, 100, "/app/server.js", EVENTS_RUNTIME);
	ev_runtime(s, EVENT_RUNTIME_NODE);
	ev_mark(s, 10, 100, EVENT_MARK_MAIN);
	ev_mark(s, 20, 100, EVENT_MARK_VM);
	ev_thread(s, 25, 100, 101);
	ev_out(s, 26, 101, EVENT_NO_CALL, EVENT_STATE_SLEEPING);
	ev_open(s, 30, 100, "/app/server.js", 3);
	ev_read(s, 40, 100, 3, 400);
	ev_close(s, 50, 100, 3);
	ev_open(s, 60, 100, "/app/absent.json", -2);
	ev_fault(s, 70, 100, 6, 1, 0);
	ev_fault(s, 80, 100, 4, 2, 1);
	ev_out_iowait(s, 90, 100, EVENT_NO_CALL);
	ev_in(s, 100, 100, 95);
	ev_fork(s, 120, 100, 200);
	ev_call(s, (struct ev_call){.tid = 100,
				    .number = __NR_socket,
				    .from = 130,
				    .to = 135,
				    .args = {2, 1},
				    .result = 5});
	ev_listen(s, 150, 100, 5);
	ev_ready(s, 150, 100, EVENT_READY_HTTP);
	ev_out(s, 160, 200, __NR_poll, EVENT_STATE_SLEEPING);
	ev_in(s, 200, 200, 190);
	ev_call(s, (struct ev_call){.tid = 200,
				    .number = __NR_poll,
				    .flags = EVENT_SYSCALL_POLLSET | EVENT_SYSCALL_BLOCKED,
				    .from = 155,
				    .to = 205,
				    .args = {0, 1},
				    .result = 1,
				    .extra = 5,
				    .set = &polled,
				    .set_size = sizeof(polled)});
	ev_accept(s, 210, 200, 5, 6, 40000);
	ev_write(s, 300, 200, 6);
	ev_answer(s, 310, 200, 40000);
	ev_add(s, &memory, NULL, 0);
	ev_add(s, &smaps, NULL, 0);
	ev_add(s, &alive, EV_WORDS("worker\0--id\0001"));
	ev_add(s, &package,
	       EV_WORDS("{\"runtime\":\"node\",\"home\":\"/app/node_modules/ms\",\"name\":\"ms\","
			"\"version\":\"2.1.3\",\"paths\":[\"/app/node_modules/ms\"],"
			"\"requires\":[\"/app/node_modules/debug\",\"x\"]}"));
	ev_end(s, 400, EVENT_GOOD);
}

/* A script behind a wrapper, which fails. */
static void tell_failure(struct stream *s)
{
	struct event_loss loss = {
		.event = ev_header(EVENT_LOSS, 190, 0, 0), .lost_kind = EVENT_FAULT, .lost = 3};

	ev_start(s, 100, "/app/main.py");
	ev_fork(s, 5, 100, 101);
	ev_runtime(s, EVENT_RUNTIME_PYTHON);
	ev_exec(s, 10, 12, 101, EVENTS_RUNTIME);
	ev_mark(s, 20, 101, EVENT_MARK_MAIN);
	ev_mark(s, 30, 101, EVENT_MARK_VM);
	ev_mark(s, 40, 101, EVENT_MARK_RUN);
	ev_open(s, 50, 101, "/app/main.py", 3);
	ev_mark(s, 120, 101, EVENT_MARK_FINALIZE);
	ev_exit(s, 150, 101, 101, true);
	ev_reapable(s, 155, 101);
	ev_exit(s, 170, 100, 100, true);
	ev_reapable(s, 180, 100);
	ev_ready(s, 180, 100, EVENT_READY_EXIT);
	ev_add(s, &loss, NULL, 0);
	ev_end(s, 200, EVENT_EXITED);
}

static void write_recording(const char *name, void (*tell)(struct stream *))
{
	struct stream stream = {};
	int fd = seed_open("recording", name);

	if (recording_new(fd, 0, &stream.recording))
		abort();
	tell(&stream);
	if (recording_finish(stream.recording))
		abort();
	stream_end(&stream);
	close(fd);
}

/* ---- reports ---- */

static void write_report(const char *fuzzer, const char *name, const struct made *const *workloads,
			 size_t starts)
{
	char *path = seed_path(fuzzer, name);
	FILE *file = fopen(path, "w");
	struct result result;

	made_result(&result);
	for (; *workloads; workloads++)
		made_workload(&result, *workloads, starts);
	made_sum_up(&result);
	if (!file || report_json(&result, file, NULL) || fclose(file))
		abort();
	result_release(&result);
	free(path);
}

/* ---- packages ---- */

/* The files that fuzz_packages.c writes, in its order. */
static void write_packages(void)
{
	static const char text[] =
		"a.py,sha256=x,1\na/b/c.py,,\n\"a/e.py\",,\n../../../bin/a,,\n\xfe"
		"Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b (>=1); "
		"python_version < '4' or extra == 'x'\nRequires-Dist: c[x]\n\nText\n\xfe"
		"b.py,,\n__pycache__/b.cpython-311.pyc,,\na/b/d.py,,\n\xfe"
		"{\"dir_info\":{\"editable\":true},\"url\":\"file:///tmp/%20\"}\xfe"
		"Name: c\nVersion: 3\n\n\xfe"
		"c\n_c\n\xfe"
		"a>=1\n\n[x]\nb\n[:python_version]\nd\n\xfe"
		"/tmp/d\n.\n\xfe"
		"{\"name\":\"p\",\"version\":\"1\",\"dependencies\":{\"@q/r\":\"^2\"}}\xfe"
		"{\"name\":\"@q/r\",\"version\":\"2\",\"peerDependencies\":{\"p\":\"1\"},"
		"\"peerDependenciesMeta\":{\"x\":{\"optional\":true}}}";
	int fd = seed_open("packages", "all");

	if (fs_write_all(fd, text, sizeof(text) - 1))
		abort();
	close(fd);
}

/* ---- types ---- */

static void write_types(void)
{
	struct btf *btf = btf__new_empty();
	int fd = seed_open("types", "raw"), number = btf ? btf__add_int(btf, "int", 4, 0) : 0;
	const void *bytes;
	uint32_t size;

	if (number <= 0 || btf__add_struct(btf, "task_struct", 8) < 0 ||
	    btf__add_field(btf, "pid", number, 0, 0) || btf__add_ptr(btf, number) < 0)
		abort();
	bytes = btf__raw_data(btf, &size);
	if (!bytes || fs_write_all(fd, bytes, size))
		abort();
	close(fd);
	btf__free(btf);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	root = argv[1];
	write_recording("server", tell_server);
	write_recording("failure", tell_failure);
	write_report("report", "one", (const struct made *const[]){&made_hello, NULL}, 1);
	write_report("report", "two",
		     (const struct made *const[]){&made_express, &made_pytorch, NULL}, 1);
	write_report("compare", "one", (const struct made *const[]){&made_hello, NULL}, 4);
	write_report("compare", "two",
		     (const struct made *const[]){&made_express, &made_hello, NULL}, 3);
	write_packages();
	write_types();
	return 0;
}

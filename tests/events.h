/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.h - synthetic streams of events for the models' tests
 *
 * A stream is written as a story, a line for each event, times in nanoseconds from t0 (which the
 * stream puts at EVENTS_T0, so that zero is never a time):
 *
 *	struct stream s;
 *	stream_begin(&s);
 *	ev_start(&s, 100, NULL);                 the root, pid 100, is exec'ed at t0
 *	ev_call(&s, (struct ev_call){.tid = 100, .number = __NR_openat, .from = 10, .to = 20, ...});
 *	ev_end(&s, 500, EVENT_GOOD);
 *	stream_sample(&s, &sample);
 */
#ifndef COLDPROF_TESTS_EVENTS_H
#define COLDPROF_TESTS_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <asm/unistd.h>

#include "event.h"
#include "recording.h"
#include "result.h"
#include "sample.h"

#define EVENTS_T0      1000000000ull
#define EVENTS_DEVICE  0x800001u
#define EVENTS_RUNTIME 7000u /* inode of the known runtime's binary */

struct stream {
	struct recording *recording;
	/* threads that are not the first of their process */
	struct {
		uint32_t tid, pid;
	} threads[16];
	size_t count;
};

static inline void stream_begin(struct stream *stream)
{
	*stream = (struct stream){};
	if (recording_new(-1, 64u << 20, &stream->recording))
		abort();
}

static inline void stream_end(struct stream *stream)
{
	recording_free(stream->recording);
	stream->recording = NULL;
}

static inline void ev_add(struct stream *stream, const void *event, const void *text, size_t size)
{
	if (recording_add(stream->recording, event, text, size))
		abort();
}

static inline struct event ev_header(uint16_t kind, uint64_t at, uint32_t pid, uint32_t tid)
{
	return (struct event){.kind = kind, .time_ns = EVENTS_T0 + at, .pid = pid, .tid = tid};
}

static inline uint32_t ev_pid(const struct stream *stream, uint32_t tid)
{
	for (size_t i = 0; i < stream->count; i++)
		if (stream->threads[i].tid == tid)
			return stream->threads[i].pid;
	return tid;
}

/* The samples of these streams; the caller releases it. */
static inline int stream_sample(struct stream *stream, struct result_sample *out)
{
	result_sample_init(out);
	if (recording_finish(stream->recording))
		abort();
	return sample_build(stream->recording, out);
}

/* ---- user space ---- */

static inline void ev_plan(struct stream *stream, uint32_t root, const char *entry)
{
	struct event_plan record = {.event = ev_header(EVENT_PLAN, 0, root, 0), .page_bytes = 4096};
	char text[512];

	record.event.time_ns -= 1000;
	snprintf(text, sizeof(text), "{\"command\":[\"x\"],\"cwd\":\"/app\",\"entry\":%s%s%s}",
		 entry ? "\"" : "", entry ? entry : "null", entry ? "\"" : "");
	ev_add(stream, &record, text, strlen(text));
}

static inline void ev_runtime(struct stream *stream, enum event_runtime_kind kind)
{
	static const char *const names[] = {"none", "node", "python", "other"};
	struct event_runtime record = {.event = ev_header(EVENT_RUNTIME, 0, 0, 0),
				       .exe_inode = EVENTS_RUNTIME,
				       .exe_device = EVENTS_DEVICE,
				       .runtime = kind};
	char text[128];

	snprintf(text, sizeof(text), "{\"name\":\"%s\",\"path\":\"/usr/bin/%s\"}", names[kind],
		 names[kind]);
	ev_add(stream, &record, text, strlen(text));
}

static inline void ev_ready(struct stream *stream, uint64_t at, uint32_t pid,
			    enum event_ready ready)
{
	struct event_ready_at record = {
		.event = ev_header(EVENT_READY, at, pid, pid), .ready = ready, .fd = 3};
	const char *text = "127.0.0.1:3000";

	ev_add(stream, &record, text, strlen(text));
}

static inline void ev_answer(struct stream *stream, uint64_t at, uint32_t pid, uint16_t port)
{
	struct event_answer record = {.event = ev_header(EVENT_ANSWER, at, pid, 0),
				      .status = 200,
				      .client_port = port,
				      .connect_ns = EVENTS_T0 + at - 5};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_end(struct stream *stream, uint64_t at, enum event_outcome outcome)
{
	struct event_end record = {.event = ev_header(EVENT_END, at, 0, 0), .outcome = outcome};
	const char *text = outcome == EVENT_GOOD ? "" : "it failed";

	ev_add(stream, &record, text, strlen(text));
}

/* ---- processes ---- */

static inline void ev_fork(struct stream *stream, uint64_t at, uint32_t tid, uint32_t child)
{
	struct event_fork record = {.event = ev_header(EVENT_FORK, at, tid, tid),
				    .child_pid = child,
				    .child_tid = child,
				    .child_start_ns = at + 1};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_thread(struct stream *stream, uint64_t at, uint32_t pid, uint32_t tid)
{
	struct event_fork record = {
		.event = ev_header(EVENT_FORK, at, pid, pid), .child_pid = pid, .child_tid = tid};

	stream->threads[stream->count].tid = tid;
	stream->threads[stream->count++].pid = pid;
	record.event.flags = EVENT_FORK_THREAD;
	ev_add(stream, &record, NULL, 0);
}

/* |words|: the file name and the arguments, each ended by NUL, |size| bytes. */
static inline void ev_exec_words(struct stream *stream, uint64_t enter, uint64_t at, uint32_t pid,
				 uint64_t inode, const char *words, size_t size)
{
	struct event_exec record = {.event = ev_header(EVENT_EXEC, at, pid, pid),
				    .enter_ns = EVENTS_T0 + enter,
				    .exe_inode = inode,
				    .exe_device = EVENTS_DEVICE,
				    .old_tid = pid};

	ev_add(stream, &record, words, size);
}
#define EV_WORDS(words) words, sizeof(words)

static inline void ev_exec(struct stream *stream, uint64_t enter, uint64_t at, uint32_t pid,
			   uint64_t inode)
{
	ev_exec_words(stream, enter, at, pid, inode, EV_WORDS("/bin/x\0x"));
}

/* The held child, whose exec begins at t0 and succeeds 2 ns later. */
static inline void ev_start_inode(struct stream *stream, uint32_t root, const char *entry,
				  uint64_t inode)
{
	struct event_fork record = {.event = ev_header(EVENT_FORK, 0, root, root),
				    .child_pid = root,
				    .child_tid = root,
				    .child_start_ns = 77};

	ev_plan(stream, root, entry);
	record.event.time_ns -= 500;
	record.event.flags = EVENT_FORK_ROOT;
	ev_add(stream, &record, NULL, 0);
	ev_exec(stream, 0, 2, root, inode);
}

static inline void ev_start(struct stream *stream, uint32_t root, const char *entry)
{
	ev_start_inode(stream, root, entry, 1);
}

/* One thread ends; |last|: and its process with it. */
static inline void ev_exit(struct stream *stream, uint64_t at, uint32_t pid, uint32_t tid,
			   bool last)
{
	struct event_exit record = {.event = ev_header(EVENT_EXIT, at, pid, tid)};

	record.event.flags = last ? EVENT_EXIT_LAST : 0;
	ev_add(stream, &record, NULL, 0);
}

static inline void ev_reapable(struct stream *stream, uint64_t at, uint32_t pid)
{
	struct event_reapable record = {.event = ev_header(EVENT_REAPABLE, at, pid, pid)};

	ev_add(stream, &record, NULL, 0);
}

/* ---- what they do ---- */

struct ev_call {
	uint32_t tid;
	uint32_t number;
	uint16_t abi, flags;
	uint8_t fd_kind;
	uint64_t from, to;
	int64_t result;
	uint64_t args[4];
	uint64_t extra;
	uint32_t cached_pages;
	const char *path;
	const void *set; /* instead of a path */
	size_t set_size;
};

static inline void ev_call(struct stream *stream, struct ev_call call)
{
	struct event_syscall record = {
		.event = ev_header(EVENT_SYSCALL, call.to, ev_pid(stream, call.tid), call.tid),
		.enter_ns = EVENTS_T0 + call.from,
		.result = call.result,
		.extra = call.extra,
		.number = call.number,
		.abi = call.abi,
		.fd_kind = call.fd_kind,
		.cached_pages = call.cached_pages,
	};

	memcpy(record.args, call.args, sizeof(record.args));
	record.event.flags = call.flags;
	if (call.flags & EVENT_SYSCALL_DENIED)
		record.enter_ns = 0;
	if (call.path)
		ev_add(stream, &record, call.path, strlen(call.path));
	else
		ev_add(stream, &record, call.set, call.set_size);
}

#define EV_CWD ((uint64_t)-100) /* AT_FDCWD */

/* openat(AT_FDCWD, path) = result */
static inline void ev_open(struct stream *stream, uint64_t from, uint32_t tid, const char *path,
			   int64_t result)
{
	ev_call(stream, (struct ev_call){.tid = tid,
					 .number = __NR_openat,
					 .from = from,
					 .to = from + 1,
					 .args = {EV_CWD},
					 .path = path,
					 .result = result});
}

static inline void ev_read(struct stream *stream, uint64_t from, uint32_t tid, uint64_t fd,
			   int64_t bytes)
{
	ev_call(stream, (struct ev_call){.tid = tid,
					 .number = __NR_read,
					 .from = from,
					 .to = from + 1,
					 .args = {fd},
					 .result = bytes});
}

static inline void ev_close(struct stream *stream, uint64_t from, uint32_t tid, uint64_t fd)
{
	ev_call(stream, (struct ev_call){.tid = tid,
					 .number = __NR_close,
					 .from = from,
					 .to = from + 1,
					 .args = {fd}});
}

static inline void ev_out(struct stream *stream, uint64_t at, uint32_t tid, uint32_t number,
			  enum event_state state)
{
	struct event_switch_out record = {
		.event = ev_header(EVENT_SWITCH_OUT, at, ev_pid(stream, tid), tid),
		.number = number,
		.state = state,
	};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_out_iowait(struct stream *stream, uint64_t at, uint32_t tid, uint32_t number)
{
	struct event_switch_out record = {
		.event = ev_header(EVENT_SWITCH_OUT, at, ev_pid(stream, tid), tid),
		.number = number,
		.state = EVENT_STATE_UNINTERRUPTIBLE,
	};

	record.event.flags = EVENT_SWITCH_IOWAIT;
	ev_add(stream, &record, NULL, 0);
}

static inline void ev_in(struct stream *stream, uint64_t at, uint32_t tid, uint64_t woken)
{
	struct event_switch_in record = {
		.event = ev_header(EVENT_SWITCH_IN, at, ev_pid(stream, tid), tid),
		.woken_ns = woken ? EVENTS_T0 + woken : 0,
	};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_mark(struct stream *stream, uint64_t at, uint32_t pid,
			   enum event_mark_id mark)
{
	struct event_mark record = {.event = ev_header(EVENT_MARK, at, pid, pid), .mark = mark};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_listen(struct stream *stream, uint64_t at, uint32_t pid, uint32_t fd)
{
	struct event_listen record = {.event = ev_header(EVENT_LISTEN, at, pid, pid),
				      .fd = fd,
				      .family = 2,
				      .port = 3000,
				      .type = 1};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_accept(struct stream *stream, uint64_t at, uint32_t pid, uint32_t listener,
			     uint32_t fd, uint16_t port)
{
	struct event_accept record = {.event = ev_header(EVENT_ACCEPT, at, pid, pid),
				      .fd = fd,
				      .listener_fd = listener,
				      .family = port ? 2 : 1,
				      .peer_port = port};

	ev_add(stream, &record, NULL, 0);
}

static inline void ev_write(struct stream *stream, uint64_t from, uint32_t tid, uint64_t fd)
{
	ev_call(stream, (struct ev_call){.tid = tid,
					 .number = __NR_write,
					 .from = from,
					 .to = from + 1,
					 .args = {fd},
					 .result = 10});
}

static inline void ev_fault(struct stream *stream, uint64_t at, uint32_t tid, uint32_t code,
			    uint64_t minor, uint64_t major)
{
	struct event_fault record = {.event = ev_header(EVENT_FAULT, at, ev_pid(stream, tid), tid),
				     .code = code};

	record.event.minor_faults = (uint32_t)minor;
	record.event.major_faults = (uint32_t)major;
	ev_add(stream, &record, NULL, 0);
}

/* ---- looking at what came of it ---- */

static inline const struct result_phase *phase_of(const struct result_sample *sample,
						  const char *name)
{
	vec_foreach(phase, &sample->phases)
		if (strcmp(phase->name, name) == 0)
			return phase;
	return NULL;
}

/* Its duration, or -1 where it is missing. */
static inline int64_t phase_ns(const struct result_sample *sample, const char *name)
{
	const struct result_phase *phase = phase_of(sample, name);

	return phase ? phase->duration_ns : -1;
}

/* "wrapper exec load ..." */
static inline const char *phase_names(const struct result_sample *sample)
{
	static char line[256];

	line[0] = '\0';
	vec_foreach(phase, &sample->phases) {
		if (line[0])
			strcat(line, " ");
		strcat(line, phase->name);
	}
	return line;
}

static inline const char *missing_names(const struct result_sample *sample)
{
	static char line[256];

	line[0] = '\0';
	vec_foreach(name, &sample->phases_missing) {
		if (line[0])
			strcat(line, " ");
		strcat(line, *name);
	}
	return line;
}

/* The process with that pid, the last one where there are several. */
static inline const struct result_process *process_of(const struct result_sample *sample,
						      int64_t pid)
{
	const struct result_process *found = NULL;

	vec_foreach(process, &sample->processes)
		if (process->pid == pid)
			found = process;
	return found;
}

#endif

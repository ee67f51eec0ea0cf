/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scripts_story.h - what a Node.js program does while it loads modules, as a made-up stream
 *
 * Added to events.h and found.h: what V8's probes and the walks over its stack send, and the
 * system calls with which Node.js looks for files and reads them. All of it is done by thread 100
 * unless it says otherwise.
 */
#ifndef COLDPROF_TESTS_SCRIPTS_STORY_H
#define COLDPROF_TESTS_SCRIPTS_STORY_H

#include <errno.h>
#include <fcntl.h>

#include "found.h"

#define STORY_TID 100
#define STORY_FD  7

/* An event of V8; |size|: of a name that is no C string. */
struct ev_script {
	uint64_t at;
	enum event_script_what what;
	const char *name;
	size_t size;
	uint16_t flags;
	uint64_t evaluation, importer, site;
	uint32_t tid;
};

static inline void ev_script(struct stream *s, struct ev_script script)
{
	uint32_t tid = script.tid ? script.tid : STORY_TID;
	struct event_script record = {
		.event = ev_header(EVENT_SCRIPT, script.at, ev_pid(s, tid), tid),
		.evaluation = script.evaluation,
		.importer = script.importer,
		.site = script.site,
		.what = script.what,
	};

	record.event.flags = script.flags;
	if (script.name && !script.size)
		script.size = strlen(script.name);
	ev_add(s, &record, script.name, script.size);
}

/* A file of CommonJS is compiled, a function around its source. */
static inline void ev_function(struct stream *s, uint64_t at, const char *name)
{
	ev_script(s, (struct ev_script){.at = at, .what = EVENT_SCRIPT_FUNCTION, .name = name});
}

/* An ES module is compiled. */
static inline void ev_module(struct stream *s, uint64_t at, const char *name)
{
	ev_script(s, (struct ev_script){.at = at, .what = EVENT_SCRIPT_MODULE, .name = name});
}

/* It runs from |at| to |end|, in a frame of its own, wanted by the evaluation |importer|. */
static inline void ev_execute(struct stream *s, uint64_t at, const char *name, uint64_t evaluation,
			      uint64_t importer)
{
	ev_script(s, (struct ev_script){.at = at,
					.what = EVENT_SCRIPT_EXECUTE,
					.name = name,
					.evaluation = evaluation,
					.importer = importer});
}
static inline void ev_executed(struct stream *s, uint64_t at, uint64_t evaluation, uint16_t flags)
{
	ev_script(s, (struct ev_script){.at = at,
					.what = EVENT_SCRIPT_EXECUTED,
					.evaluation = evaluation,
					.flags = flags});
}

/* A walk over the stack; |since|, |seen|: as at_ns, seen_ns of event_stack, 0: now; not before. */
struct ev_walk {
	uint64_t at, since, seen;
	uint64_t frame;
	const char *name;
	uint16_t flags;
	uint64_t rss_bytes, site;
	uint32_t tid;
};

static inline void ev_walk(struct stream *s, struct ev_walk walk)
{
	uint32_t tid = walk.tid ? walk.tid : STORY_TID;
	struct event_stack record = {
		.event = ev_header(EVENT_STACK, walk.at, ev_pid(s, tid), tid),
		.at_ns = EVENTS_T0 + (walk.since ? walk.since : walk.at),
		.seen_ns = walk.seen ? EVENTS_T0 + walk.seen : 0,
		.frame = walk.frame,
		.rss_bytes = walk.rss_bytes,
		.site = walk.site,
	};

	record.event.flags = walk.flags;
	ev_add(s, &record, walk.name, walk.name ? strlen(walk.name) : 0);
}

/* At a system call: |name|'s top level is the innermost; NULL: none runs. */
static inline void ev_shows(struct stream *s, uint64_t at, uint64_t frame, const char *name)
{
	ev_walk(s, (struct ev_walk){.at = at, .frame = frame, .name = name});
}

/* The same by the clock; |flags|: EVENT_STACK_REQUIRES, EVENT_STACK_RUNS. */
static inline void ev_sample(struct stream *s, uint64_t at, uint64_t frame, const char *name,
			     uint16_t flags)
{
	ev_walk(s, (struct ev_walk){.at = at,
				    .frame = frame,
				    .name = name,
				    .flags = EVENT_STACK_SAMPLE | flags});
}

static inline void ev_statx(struct stream *s, uint64_t at, const char *path, uint64_t flags,
			    int64_t result)
{
	ev_call(s, (struct ev_call){.tid = STORY_TID,
				    .number = __NR_statx,
				    .from = at,
				    .to = at + 1,
				    .args = {EV_CWD, 0, flags},
				    .path = path,
				    .result = result});
}

/* Node.js looks whether a file is there: it is, or it is not. */
static inline void ev_look(struct stream *s, uint64_t at, const char *path)
{
	ev_statx(s, at, path, 0, 0);
}
static inline void ev_miss(struct stream *s, uint64_t at, const char *path)
{
	ev_statx(s, at, path, 0, -ENOENT);
}
/* realpath(3) in JavaScript: whether it is a symbolic link, and where that leads to. */
static inline void ev_lstat(struct stream *s, uint64_t at, const char *path)
{
	ev_statx(s, at, path, AT_SYMLINK_NOFOLLOW, 0);
}
static inline void ev_readlink(struct stream *s, uint64_t at, const char *path)
{
	ev_call(s, (struct ev_call){.tid = STORY_TID,
				    .number = __NR_readlinkat,
				    .from = at,
				    .to = at + 1,
				    .args = {EV_CWD},
				    .path = path,
				    .result = 10});
}

/* Opens a file at |at|, reads it up to |at| + 5, closes it at |at| + 6. */
static inline void ev_file(struct stream *s, uint64_t at, const char *path)
{
	ev_open(s, at, STORY_TID, path, STORY_FD);
	ev_read(s, at + 2, STORY_TID, STORY_FD, 100);
	ev_read(s, at + 4, STORY_TID, STORY_FD, 0);
	ev_close(s, at + 6, STORY_TID, STORY_FD);
}

/* The event loop waits, to the end of the recording with EVENT_SYSCALL_UNFINISHED. */
static inline void ev_loop(struct stream *s, uint64_t from, uint64_t to, uint16_t flags)
{
	ev_call(s, (struct ev_call){.tid = STORY_TID,
				    .number = __NR_epoll_pwait,
				    .from = from,
				    .to = to,
				    .args = {13},
				    .flags = flags});
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* fdcalls.c - what each system call does to descriptors and to the current folder */
#include "fdcalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <asm/unistd.h>
#include <linux/close_range.h>

#include "callnames.h"

/* A call with what it changes. */
struct change {
	struct fdtable *table;
	const struct recording *recording;
	const struct event_syscall *record;
	uint32_t process;
	uint32_t number;
};

/* The new descriptor |fd|. SOCK_CLOEXEC, EFD_CLOEXEC and their kin are all O_CLOEXEC. */
static int open_kind(const struct change *call, int64_t fd, uint8_t kind, uint64_t flags)
{
	struct fd_object *object;
	int rc = fdtable_open(call->table, call->process, fd, call->record->event.time_ns, &object);

	if (rc)
		return rc == -ERANGE ? 0 : rc;
	object->kind = kind;
	fdtable_close_on_exec(call->table, call->process, fd, flags & O_CLOEXEC);
	return 0;
}

static int open_result(const struct change *call, uint8_t kind, uint64_t flags)
{
	return open_kind(call, call->record->result, kind, flags);
}

/* |size| 0 says that the text could not be read. */
static int path_of(const struct change *call, int64_t folder, uint32_t *out)
{
	const char *text, *path;
	size_t size;
	int rc;

	*out = PATHS_NONE;
	text = recording_text(call->recording, call->record->text.id, &size);
	if (!size)
		return 0;
	rc = fdtable_path(call->table, call->process, folder, text, &path);
	return rc ? rc : paths_add(call->table->paths, path, out);
}

static int open_path(const struct change *call, int64_t folder, uint64_t flags)
{
	struct fd_object *object;
	uint32_t path;
	uint8_t kind = EVENT_FD_UNKNOWN;
	int rc = path_of(call, folder, &path);

	if (flags & O_DIRECTORY && (flags & O_TMPFILE) != O_TMPFILE)
		kind = EVENT_FD_FOLDER;
	if (!rc)
		rc = open_result(call, kind, flags);
	object = fdtable_get(call->table, call->process, call->record->result);
	if (!rc && object)
		object->path = path;
	return rc;
}

static uint8_t socket_kind(uint64_t family)
{
	switch (family) {
	case AF_UNIX:
		return EVENT_FD_UNIX;
	case AF_NETLINK:
	case AF_ALG:
		return EVENT_FD_OTHER;
	}
	return EVENT_FD_NETWORK;
}

static int open_pair(const struct change *call, uint8_t kind, uint64_t flags)
{
	int rc;

	if (call->record->abi != EVENT_ABI_NATIVE)
		return 0; /* only these records tell the pair */
	rc = open_kind(call, (uint32_t)call->record->extra, kind, flags);
	return rc ? rc : open_kind(call, (uint32_t)(call->record->extra >> 32), kind, flags);
}

/* The accept event came first and told more. */
static int accepted(const struct change *call, uint64_t flags)
{
	const struct event_syscall *record = call->record;
	struct fd_object *object = fdtable_get(call->table, call->process, record->result);

	if (object && object->made_ns >= record->enter_ns) {
		fdtable_close_on_exec(call->table, call->process, record->result,
				      flags & O_CLOEXEC);
		return 0;
	}
	object = fdtable_get(call->table, call->process, (int32_t)record->args[0]);
	return open_result(call, object ? object->kind : EVENT_FD_NETWORK, flags);
}

static int duplicate(const struct change *call, int64_t to, bool close_on_exec)
{
	int rc = fdtable_duplicate(call->table, call->process, (int32_t)call->record->args[0], to);

	fdtable_close_on_exec(call->table, call->process, to, close_on_exec);
	return rc;
}

static int control(const struct change *call)
{
	const struct event_syscall *record = call->record;

	switch (record->args[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(call, record->result, record->args[1] == F_DUPFD_CLOEXEC);
	case F_SETFD:
		fdtable_close_on_exec(call->table, call->process, (int32_t)record->args[0],
				      record->args[2] & FD_CLOEXEC);
	}
	return 0;
}

static int device_control(const struct change *call)
{
	const struct event_syscall *record = call->record;

	if (record->args[1] == FIOCLEX || record->args[1] == FIONCLEX)
		fdtable_close_on_exec(call->table, call->process, (int32_t)record->args[0],
				      record->args[1] == FIOCLEX);
	return 0;
}

static int close_many(const struct change *call)
{
	const struct event_syscall *record = call->record;
	uint32_t first = (uint32_t)record->args[0], last = (uint32_t)record->args[1];
	bool later = record->args[2] & CLOSE_RANGE_CLOEXEC;

	for (uint32_t fd = first; fd <= last && fd < fdtable_limit(call->table, call->process);
	     fd++) {
		if (later)
			fdtable_close_on_exec(call->table, call->process, fd, true);
		else
			fdtable_close(call->table, call->process, fd);
	}
	return 0;
}

static int create_poll(const struct change *call, uint64_t flags)
{
	struct fd_object *object;
	int rc = open_result(call, EVENT_FD_EPOLL, flags);

	object = fdtable_get(call->table, call->process, call->record->result);
	if (rc || !object)
		return rc;
	object->poll = calloc(1, sizeof(*object->poll));
	return object->poll ? 0 : -ENOMEM;
}

static int change_poll(const struct change *call)
{
	const struct event_syscall *record = call->record;
	uint32_t fd = (uint32_t)record->args[2];
	struct fd_object *object = fdtable_get(call->table, call->process, fd), *set;
	struct pollset_entry entry = {
		.fd = fd, .data = record->extra, .since_ns = record->event.time_ns};
	int rc;

	set = fdtable_get(call->table, call->process, (int32_t)record->args[0]);
	if (!set || !set->poll || record->abi != EVENT_ABI_NATIVE)
		return 0;
	if (record->args[1] == EPOLL_CTL_DEL)
		return pollset_remove(set->poll, fd);
	if (!object) { /* it came over a socket, or its making was lost */
		rc = fdtable_open(call->table, call->process, fd, record->event.time_ns, &object);
		if (rc)
			return rc == -ERANGE ? 0 : rc;
		set = fdtable_get(call->table, call->process, (int32_t)record->args[0]);
	}
	entry.object = fdtable_number(call->table, object);
	entry.serial = object->serial;
	if (object->listen_ns)
		set->poll->checked = 0;
	return pollset_put(set->poll, &entry);
}

static int change_folder(const struct change *call)
{
	const struct fd_object *object;
	uint32_t path;
	int rc = 0;

	if (call->number == __NR_chdir) {
		rc = path_of(call, AT_FDCWD, &path);
	} else {
		object = fdtable_get(call->table, call->process, (int32_t)call->record->args[0]);
		path = object ? object->path : PATHS_NONE;
	}
	fdtable_chdir(call->table, call->process, path);
	return rc;
}

/* Calls that work on descriptors that are there. */
static int alter(const struct change *call)
{
	const __u64 *args = call->record->args;

	switch (call->number) {
	case __NR_close:
		fdtable_close(call->table, call->process, (int32_t)args[0]);
		return 0;
#ifdef __NR_close_range
	case __NR_close_range:
		return close_many(call);
#endif
	case __NR_dup:
		return duplicate(call, call->record->result, false);
#ifdef __NR_dup2
	case __NR_dup2:
		return args[0] == args[1] ? 0 : duplicate(call, call->record->result, false);
#endif
	case __NR_dup3:
		return duplicate(call, call->record->result, args[2] & O_CLOEXEC);
	case __NR_fcntl:
		return control(call);
	case __NR_ioctl:
		return device_control(call);
	case __NR_epoll_ctl:
		return change_poll(call);
	case __NR_chdir:
	case __NR_fchdir:
		return change_folder(call);
	}
	return 0;
}

/* Calls that make objects without a path. */
static int make(const struct change *call)
{
	const __u64 *args = call->record->args;

	switch (call->number) {
	case __NR_socket:
		return open_result(call, socket_kind(args[0]), args[1]);
	case __NR_socketpair:
		return open_pair(call, socket_kind(args[0]), args[1]);
	case __NR_accept:
		return accepted(call, 0);
	case __NR_accept4:
		return accepted(call, args[3]);
	case __NR_pipe2:
		return open_pair(call, EVENT_FD_PIPE, args[1]);
	case __NR_eventfd2:
		return open_result(call, EVENT_FD_EVENT, args[1]);
	case __NR_timerfd_create:
		return open_result(call, EVENT_FD_TIMER, args[1]);
	case __NR_signalfd4:
		return (int32_t)args[0] == -1 ? open_result(call, EVENT_FD_SIGNAL, args[3]) : 0;
	case __NR_inotify_init1:
		return open_result(call, EVENT_FD_INOTIFY, args[0]);
	case __NR_epoll_create1:
		return create_poll(call, args[0]);
	case __NR_memfd_create:
		return open_result(call, EVENT_FD_FILE, args[1] & MFD_CLOEXEC ? O_CLOEXEC : 0);
#ifdef __NR_pidfd_open
	case __NR_pidfd_open:
		return open_result(call, EVENT_FD_PROCESS, O_CLOEXEC);
#endif
#ifdef __NR_pidfd_getfd
	case __NR_pidfd_getfd:
		return open_result(call, EVENT_FD_UNKNOWN, O_CLOEXEC);
#endif
#ifdef __NR_io_uring_setup
	case __NR_io_uring_setup:
#endif
	case __NR_perf_event_open:
		return open_result(call, EVENT_FD_OTHER, O_CLOEXEC);
#ifdef __NR_pipe /* the older calls, that arm64 never had */
	case __NR_pipe:
		return open_pair(call, EVENT_FD_PIPE, 0);
	case __NR_eventfd:
		return open_result(call, EVENT_FD_EVENT, 0);
	case __NR_signalfd:
		return (int32_t)args[0] == -1 ? open_result(call, EVENT_FD_SIGNAL, 0) : 0;
	case __NR_inotify_init:
		return open_result(call, EVENT_FD_INOTIFY, 0);
	case __NR_epoll_create:
		return create_poll(call, 0);
#endif
	}
	return alter(call);
}

/* A blocked call tells the kind of its descriptor: the table may not have known it. */
static void learn(const struct change *call)
{
	struct fd_object *object;

	if (call->record->fd_kind == EVENT_FD_UNKNOWN ||
	    call->record->event.flags & (EVENT_SYSCALL_POLLSET | EVENT_SYSCALL_SELECTSET))
		return;
	object = fdtable_get(call->table, call->process, (int32_t)call->record->args[0]);
	if (object && object->kind == EVENT_FD_UNKNOWN)
		object->kind = call->record->fd_kind;
}

static int take_call(const struct change *call)
{
	const __u64 *args = call->record->args;

	learn(call);
	/* close(2) has closed even where it fails */
	if (callnames_failed(call->record->result) && call->number != __NR_close)
		return 0;
	if (call->record->event.flags & EVENT_SYSCALL_UNFINISHED)
		return 0;
	switch (call->number) {
#ifdef __NR_open
	case __NR_open:
		return open_path(call, AT_FDCWD, args[1]);
	case __NR_creat:
		return open_path(call, AT_FDCWD, 0);
#endif
	case __NR_openat:
		return open_path(call, (int32_t)args[0], args[2]);
#ifdef __NR_openat2
	case __NR_openat2: /* its flags are in memory */
		return open_path(call, (int32_t)args[0], 0);
#endif
	}
	return make(call);
}

static int take_listen(struct fdtable *table, uint32_t process, const struct event_listen *event)
{
	struct fd_object *object = fdtable_get(table, process, event->fd);
	int rc = 0;

	if (!object)
		rc = fdtable_open(table, process, event->fd, event->event.time_ns, &object);
	if (rc)
		return rc == -ERANGE ? 0 : rc;
	object->kind = socket_kind(event->family);
	fdtable_listens(table, object, event->event.time_ns);
	return 0;
}

/* The listener may have come over a socket: then it is known from here on. */
static int take_accept(struct fdtable *table, uint32_t process, const struct event_accept *event)
{
	uint64_t time_ns = event->event.time_ns;
	struct fd_object *object = fdtable_get(table, process, event->listener_fd);
	int rc = 0;

	if (!object)
		rc = fdtable_open(table, process, event->listener_fd, time_ns, &object);
	if (!rc) {
		object->kind = socket_kind(event->family);
		fdtable_listens(table, object, time_ns);
		rc = fdtable_open(table, process, event->fd, time_ns, &object);
	}
	if (!rc)
		object->kind = socket_kind(event->family);
	return rc == -ERANGE ? 0 : rc;
}

int fdcalls_begin(struct fdtable *table, uint32_t root, const char *cwd)
{
	uint32_t path;
	int rc = fdtable_begin(table, root, PROCESS_NONE);

	for (int fd = 0; fd < 3 && !rc; fd++)
		rc = fdtable_open(table, root, fd, 0, NULL);
	if (rc || !cwd)
		return rc;
	rc = paths_add(table->paths, cwd, &path);
	if (!rc)
		fdtable_chdir(table, root, path);
	return rc;
}

static int take_fork(struct fdtable *table, const struct processes *processes,
		     const struct event_fork *fork)
{
	uint32_t child = processes_by_pid(processes, fork->child_pid);

	if (fork->event.flags & (EVENT_FORK_THREAD | EVENT_FORK_ROOT) || child == PROCESS_NONE)
		return 0;
	return fdtable_begin(table, child, processes_by_pid(processes, fork->event.pid));
}

int fdcalls_event(struct fdtable *table, const struct processes *processes,
		  const struct event *event)
{
	uint32_t process = processes_by_pid(processes, event->pid);

	switch (event->kind) {
	case EVENT_FORK:
		return take_fork(table, processes, (const struct event_fork *)event);
	case EVENT_EXEC:
		fdtable_exec(table, process);
		return 0;
	case EVENT_EXIT:
		if (event->flags & EVENT_EXIT_LAST)
			fdtable_end(table, process);
		return 0;
	case EVENT_LISTEN:
		return take_listen(table, process, (const struct event_listen *)event);
	case EVENT_ACCEPT:
		return take_accept(table, process, (const struct event_accept *)event);
	}
	return 0;
}

int fdcalls_call(struct fdtable *table, const struct recording *recording, const struct call *call)
{
	struct change change = {
		.table = table,
		.recording = recording,
		.record = call->record,
		.process = call->process,
		.number = call->number,
	};

	return take_call(&change);
}

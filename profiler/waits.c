// SPDX-License-Identifier: BSD-2-Clause
/* waits.c - what a system call waited for, as its descriptors tell */
#include "waits.h"

#include <string.h>

#include "classify.h"

static bool is_epoll(uint32_t number)
{
	switch (number) {
#ifdef __NR_epoll_wait
	case __NR_epoll_wait:
#endif
	case __NR_epoll_pwait:
#ifdef __NR_epoll_pwait2
	case __NR_epoll_pwait2:
#endif
		return true;
	}
	return false;
}

static const struct pollset *poll_of(const struct fdtable *table, const struct call *call)
{
	const struct fd_object *object =
		fdtable_get(table, call->process, (int32_t)call->record->args[0]);

	return object ? object->poll : NULL;
}

/* NULL once the last descriptor of what was put into the set is closed: so does the kernel. */
static const struct fd_object *living(const struct fdtable *table,
				      const struct pollset_entry *entry)
{
	const struct fd_object *object;

	if (!entry || entry->object >= table->objects.count)
		return NULL;
	object = &table->objects.items[entry->object];
	return object->users && object->serial == entry->serial ? object : NULL;
}

static const struct fd_object *first_ready(const struct fdtable *table, const struct call *call)
{
	const struct event_syscall *record = call->record;
	const struct pollset *set;

	if (record->result <= 0 || record->abi != EVENT_ABI_NATIVE)
		return NULL;
	if (!is_epoll(call->number))
		return fdtable_get(table, call->process, (int32_t)record->extra);
	set = poll_of(table, call);
	if (!set)
		return NULL;
	return living(table, pollset_by_data(set, record->extra));
}

uint8_t waits_fd_kind(const struct fdtable *table, const struct call *call)
{
	const struct event_syscall *record = call->record;
	const struct fd_object *object = NULL;

	if (record->fd_kind != EVENT_FD_UNKNOWN) /* the kernel's own word */
		return record->fd_kind;
	switch (classify_call(call->number)) {
	case CLASSIFY_POLL:
		object = first_ready(table, call);
		break;
	case CLASSIFY_IO:
	case CLASSIFY_SOCKET:
		object = fdtable_get(table, call->process, (int32_t)record->args[0]);
		break;
	case CLASSIFY_MEMORY:
		if (call->number == __NR_mmap && record->abi == EVENT_ABI_NATIVE)
			object = fdtable_get(table, call->process, (int32_t)record->args[3]);
		if (object && object->kind == EVENT_FD_UNKNOWN)
			return EVENT_FD_FILE; /* what can be mapped is a file, mostly */
		break;
	default:
		break;
	}
	return object ? object->kind : EVENT_FD_UNKNOWN;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Since when |fd| listens; 0: it does not. */
static uint64_t fd_listens(const struct fdtable *table, const struct call *call, int64_t fd)
{
	const struct fd_object *object = fdtable_get(table, call->process, fd);

	return object ? object->listen_ns : 0;
}

/*
 * Since when the set has a listening socket; 0: it has none. The answer is kept, since a program
 * may poll a set with thousands of sockets millions of times: it changes when a listening socket is
 * put in (fdcalls.c forgets it then) or when any object begins or ceases to listen.
 */
static uint64_t set_listens(const struct fdtable *table, struct pollset *set)
{
	uint64_t listens_ns = 0;

	if (set->checked == table->listens + 1)
		return set->listens_ns;
	vec_foreach(entry, &set->entries) {
		const struct fd_object *object = living(table, entry);
		uint64_t since_ns;

		if (!object || !object->listen_ns)
			continue;
		since_ns = later(object->listen_ns, entry->since_ns);
		if (!listens_ns || since_ns < listens_ns)
			listens_ns = since_ns;
	}
	set->listens_ns = listens_ns;
	set->checked = table->listens + 1;
	return listens_ns;
}

static uint64_t earlier_of(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* Of the descriptors in a poll's or a select's record. */
static uint64_t text_listens(const struct fdtable *table, const struct recording *recording,
			     const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct event_select asked;
	struct event_pollfd poll;
	uint64_t listens_ns = 0;
	const char *text;
	size_t size;

	text = recording_text(recording, record->text.id, &size);
	if (record->event.flags & EVENT_SYSCALL_POLLSET)
		for (size_t at = 0; at + sizeof(poll) <= size; at += sizeof(poll)) {
			memcpy(&poll, text + at, sizeof(poll));
			listens_ns = earlier_of(listens_ns, fd_listens(table, call, poll.fd));
		}
	if (record->event.flags & EVENT_SYSCALL_SELECTSET && size >= sizeof(asked)) {
		memcpy(&asked, text, sizeof(asked));
		for (int fd = 0; fd < 128; fd++)
			if (asked.asked[fd / 64] >> fd % 64 & 1)
				listens_ns = earlier_of(listens_ns, fd_listens(table, call, fd));
	}
	return listens_ns;
}

bool waits_for_work(const struct fdtable *table, const struct recording *recording,
		    const struct call *call, uint64_t *since_ns)
{
	uint64_t enter_ns = call->record->enter_ns, listens_ns = 0;
	const struct fd_object *object;

	if (!enter_ns)
		return false;
	if (call->number == __NR_accept || call->number == __NR_accept4) {
		*since_ns = enter_ns;
		return true;
	}
	if (is_epoll(call->number)) {
		object = fdtable_get(table, call->process, (int32_t)call->record->args[0]);
		if (object && object->poll)
			listens_ns = set_listens(table, object->poll);
	} else if (classify_call(call->number) == CLASSIFY_POLL) {
		listens_ns = text_listens(table, recording, call);
	}
	*since_ns = later(enter_ns, listens_ns);
	return listens_ns != 0;
}

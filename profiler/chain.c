// SPDX-License-Identifier: BSD-2-Clause
/* chain.c - what ended the start, and the way from the root process to the one that did it */
#include "chain.h"

#include <errno.h>
#include <sys/socket.h>

#include <asm/unistd.h>

#include "waits.h"

void chain_release(struct chain *chain)
{
	if (chain)
		vec_release(&chain->links);
}

void chain_finder_release(struct chain_finder *finder)
{
	if (finder)
		vec_release(&finder->seen);
}

const struct chain_link *chain_at(const struct chain *chain, uint32_t process, uint64_t time_ns)
{
	vec_foreach(link, &chain->links)
		if (link->process == process && time_ns >= link->from_ns && time_ns <= link->to_ns)
			return link;
	return NULL;
}

bool chain_has(const struct chain *chain, uint32_t process)
{
	vec_foreach(link, &chain->links)
		if (link->process == process)
			return true;
	return false;
}

/* ---- the pass ---- */

static struct chain_process *seen_of(struct chain_finder *finder, uint32_t process)
{
	if (process == PROCESS_NONE)
		return NULL;
	while (finder->seen.count <= process)
		if (!vec_add(&finder->seen))
			return NULL;
	return &finder->seen.items[process];
}

static void earliest(uint64_t *first, uint64_t time_ns)
{
	if (!*first || time_ns < *first)
		*first = time_ns;
}

/*
 * Whether a connection is the one of the first request: over TCP it comes from the client's port;
 * over a Unix socket it is the first one after the client connected.
 */
static bool is_answered(const struct chain_finder *finder, const struct event_accept *event)
{
	const struct facts_answer *answer = facts_first_answer(finder->facts);

	if (!answer || event->event.time_ns > answer->first_byte_ns)
		return false;
	if (answer->client_port)
		return event->family != AF_UNIX && event->peer_port == answer->client_port;
	return event->family == AF_UNIX && !finder->accept_ns &&
	       event->event.time_ns >= answer->connect_ns;
}

static void take_accept(struct chain_finder *finder, uint32_t process,
			const struct event_accept *event)
{
	struct fd_object *connection = fdtable_get(finder->table, process, event->fd);
	const struct fd_object *listener = fdtable_get(finder->table, process, event->listener_fd);

	if (!connection || !is_answered(finder, event))
		return;
	connection->answers = true;
	finder->accepter = process;
	finder->accept_ns = event->event.time_ns;
	finder->listen_ns = listener ? listener->listen_ns : 0;
	finder->written = finder->passed = (struct chain_write){PROCESS_NONE, 0};
}

int chain_event(struct chain_finder *finder, const struct event *event)
{
	uint32_t process = processes_by_pid(finder->processes, event->pid), mark;
	struct chain_process *seen;

	switch (event->kind) {
	case EVENT_ACCEPT:
		seen = seen_of(finder, process);
		if (!seen)
			return process == PROCESS_NONE ? 0 : -ENOMEM;
		earliest(&seen->accept_ns, event->time_ns);
		take_accept(finder, process, (const struct event_accept *)event);
		return 0;
	case EVENT_MARK:
		mark = ((const struct event_mark *)event)->mark;
		if (mark != EVENT_MARK_EXIT && mark != EVENT_MARK_FINALIZE)
			return 0;
		seen = seen_of(finder, process);
		if (!seen)
			return process == PROCESS_NONE ? 0 : -ENOMEM;
		earliest(&seen->exit_ns, event->time_ns);
	}
	return 0;
}

/* The descriptor that a call writes to, or -1. */
static int64_t written_to(const struct call *call)
{
	switch (call->number) {
	case __NR_write:
	case __NR_writev:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendmmsg:
	case __NR_sendfile:
		return (int32_t)call->record->args[0];
	case __NR_splice:
		return (int32_t)call->record->args[2];
	}
	return -1;
}

/*
 * The first bytes on the connection. A process can also have got it from the one that accepted,
 * in a message over a socket (Node's cluster): then it is a descriptor that nothing here has made,
 * in a process that has received a message since. The client saw the answer only after the write
 * had begun.
 */
static void take_write(struct chain_finder *finder, const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct chain_write write = {call->process, record->event.time_ns};
	int64_t fd = written_to(call);
	const struct fd_object *object;
	const struct chain_process *seen;

	if (fd < 0 || record->result <= 0 || !finder->accept_ns ||
	    finder->written.process != PROCESS_NONE)
		return;
	object = fdtable_get(finder->table, call->process, fd);
	if (object && object->answers) {
		finder->written = write;
		return;
	}
	seen = seen_of(finder, call->process);
	if (!seen || seen->receive_ns < finder->accept_ns || finder->passed.time_ns ||
	    record->enter_ns > facts_first_answer(finder->facts)->first_byte_ns)
		return;
	if (!object || (object->kind == EVENT_FD_UNKNOWN && object->path == PATHS_NONE &&
			object->made_ns > finder->accept_ns))
		finder->passed = write;
}

int chain_call(struct chain_finder *finder, const struct recording *recording,
	       const struct call *call)
{
	const struct event_syscall *record = call->record;
	struct chain_process *seen = seen_of(finder, call->process);
	uint64_t since_ns;

	if (!seen)
		return call->process == PROCESS_NONE ? 0 : -ENOMEM;
	take_write(finder, call);
	if (call->number == __NR_exit_group && record->enter_ns)
		earliest(&seen->exit_ns, record->enter_ns);
	if (call->number == __NR_recvmsg && record->result > 0)
		seen->receive_ns = record->event.time_ns;
	if ((!seen->wait_ns || record->enter_ns < seen->wait_ns) &&
	    waits_for_work(finder->table, recording, call, &since_ns))
		earliest(&seen->wait_ns, since_ns);
	return 0;
}

/* ---- after the pass ---- */

static uint32_t root_of(const struct chain_finder *finder)
{
	return processes_at(finder->processes, finder->facts->root_pid, finder->facts->t0_ns);
}

/* The one that wrote the response, as near as was seen; sets the end's time. */
static uint32_t by_response(const struct chain_finder *finder, struct chain *chain)
{
	const struct facts_answer *answer = facts_first_answer(finder->facts);
	const struct chain_write *write = &finder->written;

	chain->end = CHAIN_BY_RESPONSE;
	if (write->process == PROCESS_NONE)
		write = &finder->passed;
	if (finder->accept_ns && write->process != PROCESS_NONE) {
		chain->end_ns = write->time_ns;
		return write->process;
	}
	chain->seen_by_client_only = true;
	chain->end_ns = answer->first_byte_ns;
	if (finder->accept_ns)
		return finder->accepter;
	return processes_at(finder->processes, answer->pid, answer->first_byte_ns);
}

static uint32_t by_exit(const struct chain_finder *finder, struct chain *chain)
{
	const struct facts *facts = finder->facts;
	uint32_t root = root_of(finder);
	uint64_t ended_ns = 0;

	if (root != PROCESS_NONE)
		ended_ns = process_end_ns(&finder->processes->processes.items[root]);
	chain->end = ended_ns ? CHAIN_BY_EXIT : CHAIN_BY_READY;
	chain->end_ns = ended_ns;
	if (!ended_ns)
		chain->end_ns = facts->end_ns ? facts->end_ns : facts->last_ns;
	return root;
}

static uint32_t find_end(const struct chain_finder *finder, struct chain *chain)
{
	const struct facts *facts = finder->facts;
	bool ready = facts->ready_ns && facts->ready != EVENT_READY_EXIT;

	if (facts_first_answer(facts) && (!facts->ready_ns || facts->ready == EVENT_READY_HTTP))
		return by_response(finder, chain);
	if (!ready)
		return by_exit(finder, chain);
	chain->end = CHAIN_BY_READY;
	chain->end_ns = facts->ready_ns;
	return processes_at(finder->processes, facts->ready_pid, facts->ready_ns);
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	if (value < low)
		return low;
	return value > high ? high : value;
}

/* From |last| up to the root, then turned round. */
static int add_links(const struct chain_finder *finder, struct chain *chain, uint32_t last)
{
	const struct processes *processes = finder->processes;
	uint32_t root = root_of(finder);
	struct chain_link *links;
	size_t count;

	for (uint32_t at = last; at != PROCESS_NONE && at != root;
	     at = processes->processes.items[at].parent)
		if (vec_push(&chain->links, ((struct chain_link){.process = at})))
			return -ENOMEM;
	if (root != PROCESS_NONE && vec_push(&chain->links, ((struct chain_link){.process = root})))
		return -ENOMEM;
	links = chain->links.items;
	count = chain->links.count;
	for (size_t i = 0; i < count / 2; i++) {
		struct chain_link swap = links[i];

		links[i] = links[count - 1 - i];
		links[count - 1 - i] = swap;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t start_ns = processes->processes.items[links[i].process].start_ns;

		links[i].from_ns =
			i ? clamp(start_ns, links[i - 1].from_ns, chain->end_ns) : chain->t0_ns;
		links[i].to_ns = chain->end_ns;
		if (i)
			links[i - 1].to_ns = links[i].from_ns;
	}
	return 0;
}

int chain_find(const struct chain_finder *finder, struct chain *out)
{
	const struct facts *facts = finder->facts;
	struct chain chain = {.t0_ns = facts->t0_ns};
	uint32_t last;
	int rc;

	if (!facts->t0_ns) {
		*out = chain;
		return 0;
	}
	last = find_end(finder, &chain);
	if (chain.end_ns < chain.t0_ns)
		chain.end_ns = chain.t0_ns;
	if (last == PROCESS_NONE)
		last = root_of(finder);
	rc = add_links(finder, &chain, last);
	if (rc) {
		chain_release(&chain);
		return rc;
	}
	chain.accept_ns = finder->accept_ns;
	chain.listen_ns = finder->listen_ns;
	if (facts->ready_ns &&
	    (facts->ready == EVENT_READY_HTTP || facts->ready == EVENT_READY_LISTEN))
		chain.listen_ns = facts->ready_ns;
	if (last < finder->seen.count) {
		chain.wait_ns = finder->seen.items[last].wait_ns;
		chain.exit_ns = finder->seen.items[last].exit_ns;
	}
	/* killed: there is no mark of an orderly exit */
	if (!chain.exit_ns && last != PROCESS_NONE)
		chain.exit_ns = finder->processes->processes.items[last].ended_ns;
	*out = chain;
	return 0;
}

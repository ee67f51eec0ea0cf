// SPDX-License-Identifier: BSD-2-Clause
/* uring.c - io_uring requests by process and opcode: work that no system call shows */
#include "uring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* enum io_uring_op in Linux's include/uapi/linux/io_uring.h, up to 6.15 */
static const char *const opcodes[] = {
	"nop",
	"readv",
	"writev",
	"fsync",
	"read_fixed",
	"write_fixed",
	"poll_add",
	"poll_remove",
	"sync_file_range",
	"sendmsg",
	"recvmsg",
	"timeout",
	"timeout_remove",
	"accept",
	"async_cancel",
	"link_timeout",
	"connect",
	"fallocate",
	"openat",
	"close",
	"files_update",
	"statx",
	"read",
	"write",
	"fadvise",
	"madvise",
	"send",
	"recv",
	"openat2",
	"epoll_ctl",
	"splice",
	"provide_buffers",
	"remove_buffers",
	"tee",
	"shutdown",
	"renameat",
	"unlinkat",
	"mkdirat",
	"symlinkat",
	"linkat",
	"msg_ring",
	"fsetxattr",
	"setxattr",
	"fgetxattr",
	"getxattr",
	"socket",
	"uring_cmd",
	"send_zc",
	"sendmsg_zc",
	"read_multishot",
	"waitid",
	"futex_wait",
	"futex_wake",
	"futex_waitv",
	"fixed_fd_install",
	"ftruncate",
	"bind",
	"listen",
	"recv_zc",
	"epoll_wait",
	"readv_fixed",
	"writev_fixed",
};

void uring_release(struct uring *uring)
{
	if (!uring)
		return;
	vec_foreach(process, &uring->by_process)
		free(process->counts);
	vec_release(&uring->by_process);
}

int uring_event(struct uring *uring, const struct event *event)
{
	const struct event_io_uring *record = (const struct event_io_uring *)event;
	struct uring_process *process;
	uint32_t index;

	if (event->kind != EVENT_IO_URING || record->opcode >= URING_OPCODES ||
	    timeline_phase(uring->timeline, event->time_ns) == uring->timeline->count)
		return 0;
	index = processes_by_pid(uring->processes, event->pid);
	if (index == PROCESS_NONE)
		return 0;
	while (uring->by_process.count <= index)
		if (!vec_add(&uring->by_process))
			return -ENOMEM;
	process = &uring->by_process.items[index];
	if (!process->counts)
		process->counts = calloc(URING_OPCODES, sizeof(*process->counts));
	if (!process->counts)
		return -ENOMEM;
	process->counts[record->opcode]++;
	uring->count++;
	return 0;
}

int uring_result(const struct uring *uring, uint32_t process, result_values *out)
{
	const uint64_t *counts = NULL;
	char room[32];
	int rc = 0;

	if (process < uring->by_process.count)
		counts = uring->by_process.items[process].counts;
	for (uint32_t i = 0; counts && i < URING_OPCODES && !rc; i++) {
		if (!counts[i])
			continue;
		snprintf(room, sizeof(room), "opcode_%u", i);
		rc = result_values_add(out,
				       i < sizeof(opcodes) / sizeof(opcodes[0]) ? opcodes[i] : room,
				       (int64_t)counts[i]);
	}
	return rc;
}

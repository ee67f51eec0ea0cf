/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - the processes and threads of a recording, told apart even where ids are reused
 *
 * Fed with every record in order. The first pass over the recording fills the tables; after
 * processes_rewind() a further pass finds the same indices again, and the tables then hold what is
 * known at the end. Memory grows with processes and threads, not with records.
 */
#ifndef COLDPROF_PROCESS_H
#define COLDPROF_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "map.h"
#include "recording.h"
#include "vec.h"

#define PROCESS_NONE UINT32_MAX

struct thread {
	uint32_t tid;	  /* after a thread other than the leader calls exec: the leader's */
	uint32_t process; /* index */
	uint64_t start_ns;
	uint64_t ended_ns; /* 0: not seen to end */
	bool begun;	   /* its fork was seen: it starts runnable, without faults */
	/* from its end */
	uint64_t user_ns, system_ns; /* by ticks */
	uint64_t minor_faults, major_faults;
	uint64_t voluntary_switches, involuntary_switches;
};

struct process {
	uint32_t pid;
	uint32_t parent; /* index, or PROCESS_NONE */
	uint32_t leader; /* index of its first thread */
	uint32_t threads_count;
	uint64_t start_ns;
	uint64_t boot_start_ns; /* start on the boot-time clock, which tells instances apart */
	uint64_t exec_ns;	/* its last exec, 0: none */
	uint32_t exe_device;	/* of the last exec, or of the parent at the fork */
	uint64_t exe_inode;
	char *exe;     /* as exec was called; NULL: unknown */
	char *command; /* |command_size| bytes, the words ended by NUL; NULL: unknown */
	size_t command_size;
	bool ended;
	uint64_t ended_ns;    /* its last thread's exit */
	uint64_t reapable_ns; /* 0: not seen */
	uint32_t exit_code;   /* as wait(2) gives it */
	bool exit_memory;     /* the next four are measured */
	uint64_t exit_rss_anon_bytes, exit_rss_file_bytes, exit_rss_shmem_bytes, exit_swap_bytes;
	uint64_t exit_peak_bytes; /* 0: not measured */
};

/* Open data; zeroed memory is empty. */
struct processes {
	VEC(struct process) processes;
	VEC(struct thread) threads;
	/* of the pass */
	bool known; /* the tables are filled */
	uint32_t next_process, next_thread;
	struct map pids, tids; /* those that live now */
	/* of the last record, as most look-ups are for it; ids 0: none */
	uint32_t last_pid, last_process, last_tid, last_thread;
};

void processes_release(struct processes *processes);

/* Before each further pass. */
void processes_rewind(struct processes *processes);

/* To be called with every record, before anybody asks about it. 0 or -ENOMEM. */
int processes_event(struct processes *processes, const struct recording *recording,
		    const struct event *event);

/* The process, the thread that has this id now, as of the last record; or PROCESS_NONE. */
uint32_t processes_by_pid(const struct processes *processes, uint32_t pid);
uint32_t processes_thread(const struct processes *processes, uint32_t tid);

/* The process that had |pid| at |time_ns|, else the nearest one that had it; or PROCESS_NONE. */
uint32_t processes_at(const struct processes *processes, uint32_t pid, uint64_t time_ns);

/* When a process was over: as its parent could see it, else its exit; 0: not seen. */
uint64_t process_end_ns(const struct process *process);

#endif

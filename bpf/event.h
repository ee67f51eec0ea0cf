/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * event.h - all that a sample is made of: what the kernel side sends and what user space sees
 *
 * Compiled by the BPF programs and by the profiler. Every record begins with struct event and is
 * a multiple of 8 bytes long. Kinds are numbered by hand, only ever added, never reused. Times are
 * nanoseconds of CLOCK_MONOTONIC. Process and thread ids are those of the initial pid namespace.
 *
 * A record that has a text (a path, a command line) ends with struct event_text's field: on the
 * wire from the kernel |text| is 0 and the bytes follow the fixed part; the drain replaces them by
 * the id of an EVENT_INTERN record that comes earlier in the stream (0: no text).
 */
#ifndef COLDPROF_EVENT_H
#define COLDPROF_EVENT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum event_kind {
	/* from the kernel */
	EVENT_FORK = 1,	      /* a new thread or process of the tree */
	EVENT_EXEC = 2,	      /* execve succeeded */
	EVENT_EXIT = 3,	      /* one thread ends */
	EVENT_REAPABLE = 4,   /* a waiter can see the end of the process (SIGCHLD is sent) */
	EVENT_SYSCALL = 5,    /* one system call, sent when it returns */
	EVENT_SWITCH_OUT = 6, /* a thread leaves its CPU */
	EVENT_SWITCH_IN = 7,  /* a thread gets a CPU */
	EVENT_FAULT = 8,      /* a page fault begins */
	EVENT_LISTEN = 9,     /* listen(2) returned 0 */
	EVENT_ACCEPT = 10,    /* accept(2) returned a connection */
	EVENT_MARK = 11,      /* a uprobe or USDT of a runtime */
	EVENT_IO_URING = 12,  /* one io_uring request is submitted */
	EVENT_OUTPUT = 13,    /* bytes were written to the program's output file */
	EVENT_MEMORY = 14,    /* exact memory of a process, asked for by user space */
	EVENT_IMPORT = 15,    /* Python: a step of an import */
	EVENT_SCRIPT = 16,    /* Node.js: V8 compiles a script or runs an ES module */
	EVENT_STACK = 17,     /* Node.js: another module is the innermost on a thread's stack */

	/* seen by user space */
	EVENT_INTERN = 1000,  /* id -> text */
	EVENT_PLAN = 1001,    /* what was started and how; the first record of a start */
	EVENT_RUNTIME = 1002, /* a binary (device, inode) is a known runtime */
	EVENT_READY = 1003,   /* user space decided that the start is ready, or why it never was */
	EVENT_ANSWER = 1004,  /* what the HTTP client got */
	EVENT_SMAPS = 1005,   /* one process's smaps, folded by kind of mapping */
	EVENT_CGROUP = 1006,  /* the cgroup's own numbers at the end */
	EVENT_RESIDUE = 1007, /* what was left in the page cache before the start */
	EVENT_LOSS = 1008,    /* how many events of a kind were lost */
	EVENT_ALIVE = 1009,   /* a process seen alive at the end of the recording */
	EVENT_END = 1010,     /* the last record: outcome and exit status */
	EVENT_PACKAGE = 1011, /* a distribution package of which the start opened files */
};

struct event {
	__u16 kind;
	__u16 flags; /* of the kind */
	__u32 size;  /* of the whole record in bytes, a multiple of 8 */
	__u64 time_ns;
	__u32 pid; /* process (thread group); 0 where user space speaks of the whole start */
	__u32 tid; /* thread */
	/* that the thread has had by then; of kinds of user space, and where not known: 0 and 0 */
	__u32 minor_faults, major_faults;
};

/* Always the last field. |size| bytes of text; NUL bytes separate the parts of a command line. */
struct event_text {
	__u32 id;
	__u32 size;
};
#define EVENT_TEXT_MAX 4096   /* longer ones are cut and flagged EVENT_TEXT_CUT */
#define EVENT_TEXT_CUT 0x8000 /* bit of event.flags, for every kind with a text */

/* event.pid, tid: the parent */
struct event_fork {
	struct event event;
	__u32 child_pid;
	__u32 child_tid;
	__u64 child_start_ns; /* boot-time clock, as /proc/PID/stat counts it */
};
#define EVENT_FORK_THREAD 1 /* a thread of the same process */
#define EVENT_FORK_ROOT	  2 /* the followed child itself: has no parent in the tree */

/*
 * text: the path of the binary (of a script: its interpreter) as execve got it, then the arguments,
 * each ended by NUL. time_ns: the exec tracepoint
 */
struct event_exec {
	struct event event;
	__u64 enter_ns; /* entry of the execve system call */
	__u64 exe_inode;
	__u32 exe_device; /* kernel's dev_t: major << 20 | minor */
	__u32 old_tid;	  /* the thread that called, where it was not the leader */
	struct event_text text;
};

struct event_exit {
	struct event event;
	__u64 user_ns; /* of this thread, by the kernel's tick accounting */
	__u64 system_ns;
	__u64 on_cpu_ns; /* of this thread, exact (sum_exec_runtime) */
	__u64 minor_faults;
	__u64 major_faults;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u64 rss_anon_bytes; /* of the process, on its last thread only; else 0 */
	__u64 rss_file_bytes;
	__u64 rss_shmem_bytes;
	__u64 swap_bytes;
	__u64 rss_peak_bytes;
	__u32 exit_code;    /* as wait(2) gives it */
	__u32 cached_pages; /* pages brought into the page cache since the last event */
};
#define EVENT_EXIT_LAST	  1 /* the process ends with this thread */
#define EVENT_EXIT_MEMORY 2 /* the rss and peak fields are measured */

struct event_reapable {
	struct event event; /* pid: the process that has ended */
	__u32 exit_code;
	__u32 reserved;
};

/*
 * time_ns: the return. args are the call's own but for mmap, whose args[3] is its descriptor.
 * extra, text: by number, see below. A call still open when its thread ends, or at the end of the
 * recording, is sent with EVENT_SYSCALL_UNFINISHED and time_ns of that moment.
 */
struct event_syscall {
	struct event event;
	__u64 enter_ns; /* 0 where the call was denied before its entry (seccomp) */
	__s64 result;
	__u64 args[4];
	__u64 extra;
	__u32 number; /* in the table of |abi| */
	__u16 abi;    /* enum event_abi */
	__u8 fd_kind; /* enum event_fd of what a blocked call or a poll waited for */
	__u8 reserved;
	__u32 cached_pages; /* pages brought into the page cache since the thread's last event */
	__u32 reserved2;
	struct event_text text;
};
#define EVENT_SYSCALL_UNFINISHED 1
#define EVENT_SYSCALL_DENIED	 2  /* an exit with no entry */
#define EVENT_SYSCALL_BLOCKED	 4  /* the thread left its CPU, not preempted, inside the call */
#define EVENT_SYSCALL_POLLSET	 8  /* text is an array of struct event_pollfd */
#define EVENT_SYSCALL_SELECTSET	 16 /* text is a struct event_select */
/*
 * extra:
 *   poll, ppoll, select, pselect6   the first ready descriptor, or -1
 *   epoll_wait and its kin          the first event's data
 *   epoll_ctl                       the event's data (args[2] is the descriptor)
 *   pipe, pipe2, socketpair         the two new descriptors, first in the low half
 * poll and ppoll also have a text of struct event_pollfd, select and pselect6 one of event_select.
 */

enum event_abi { EVENT_ABI_NATIVE = 0, EVENT_ABI_32 = 1, EVENT_ABI_X32 = 2 };

enum event_fd {
	EVENT_FD_UNKNOWN = 0,
	EVENT_FD_FILE = 1,
	EVENT_FD_FOLDER = 2,
	EVENT_FD_PIPE = 3,
	EVENT_FD_TTY = 4, /* any character device */
	EVENT_FD_BLOCK = 5,
	EVENT_FD_NETWORK = 6, /* a socket that is not of this machine's own kinds */
	EVENT_FD_UNIX = 7,    /* AF_UNIX */
	EVENT_FD_EVENT = 8,   /* eventfd */
	EVENT_FD_TIMER = 9,   /* timerfd */
	EVENT_FD_SIGNAL = 10,
	EVENT_FD_INOTIFY = 11,
	EVENT_FD_EPOLL = 12,
	EVENT_FD_PROCESS = 13, /* pidfd */
	EVENT_FD_OTHER = 14,
};

struct event_pollfd {
	__s32 fd;
	__s16 events;
	__s16 revents;
};
#define EVENT_POLLFDS 64 /* at most that many of one call are sent */

/* Bit sets of the descriptors below 128. */
struct event_select {
	__u64 asked[2]; /* for reading */
	__u64 ready[2]; /* for anything */
};

/* The thread that leaves is event.tid. */
struct event_switch_out {
	struct event event;
	__u32 number; /* of the system call it is in, or EVENT_NO_CALL */
	__u32 state;  /* enum event_state */
};
#define EVENT_NO_CALL	      0xffffffffu
#define EVENT_SWITCH_IOWAIT   1 /* the kernel counts it as waiting for block I/O */
#define EVENT_SWITCH_INFERRED 2 /* of both kinds: the kernel did not report it, see sched.bpf.h */

enum event_state {
	EVENT_STATE_RUNNABLE = 0, /* preempted, or gave way */
	EVENT_STATE_SLEEPING = 1, /* interruptible */
	EVENT_STATE_UNINTERRUPTIBLE = 2,
	EVENT_STATE_STOPPED = 3,
	EVENT_STATE_ENDED = 4,
};

struct event_switch_in {
	struct event event;
	__u64 woken_ns;	 /* when it became runnable; 0 where it never stopped being so */
	__u32 waker_tid; /* 0 where the wake-up came from an interrupt or was not seen */
	__u32 reserved;
};

/*
 * A fault that may copy a page or that brings pages into the page cache, when it begins: the counts
 * are those before it. Any other one shows in the counts of the thread's next record alone.
 */
struct event_fault {
	struct event event;
	__u64 address;
	__u32 code;	    /* x86 error code: 1 page was present, 2 write, 16 fetch */
	__u32 cached_pages; /* as in event_syscall */
};

struct event_listen {
	struct event event; /* time_ns: the return of listen(2) */
	__u32 fd;
	__u16 family;	  /* AF_INET, AF_INET6, AF_UNIX */
	__u16 port;	  /* host byte order; 0 for AF_UNIX */
	__u8 address[16]; /* network byte order; AF_INET uses the first 4 */
	__u32 netns;	  /* inode of the network namespace */
	__u16 type;	  /* SOCK_STREAM, ... */
	__u16 reserved;
	struct event_text text; /* AF_UNIX: the path; a first NUL is an abstract name */
};

struct event_accept {
	struct event event; /* time_ns: the return of accept(2) */
	__u32 fd;	    /* the new descriptor */
	__u32 listener_fd;
	__u16 family;
	__u16 local_port;
	__u16 peer_port;
	__u16 reserved;
};

struct event_mark {
	struct event event;
	__u32 mark; /* enum event_mark_id */
	__u32 reserved;
	__u64 value;
};

/* Points in a runtime's start; the probes that show them are in profiler/probes.c. */
enum event_mark_id {
	EVENT_MARK_START = 1, /* the program's ELF entry point: the dynamic linker is done */
	EVENT_MARK_MAIN = 2,  /* the runtime's own main */
	EVENT_MARK_VM = 3,  /* interpreter or VM is ready (before site, before Node's bootstrap) */
	EVENT_MARK_RUN = 4, /* Python: Py_RunMain, site is done */
	EVENT_MARK_FINALIZE = 5, /* Py_FinalizeEx */
	EVENT_MARK_EXIT = 6,	 /* libc's exit */
};

struct event_io_uring {
	struct event event;
	__u32 opcode;
	__u32 reserved;
};

struct event_output {
	struct event event; /* time_ns: the return of the write */
	__u64 bytes;
};

/*
 * One for each live thread of the tree, taken while walking the tasks: the thread's times, and with
 * EVENT_MEMORY_PROCESS (on one thread of each process) the process's exact memory.
 */
struct event_memory {
	struct event event;
	__u64 rss_anon_bytes;
	__u64 rss_file_bytes;
	__u64 rss_shmem_bytes;
	__u64 swap_bytes;
	__u64 rss_peak_bytes;
	__u64 user_ns; /* of this thread so far, by tick accounting */
	__u64 system_ns;
	__u64 on_cpu_ns;
	__u32 mark; /* enum event_memory_mark */
	__u32 reserved;
};
#define EVENT_MEMORY_PROCESS 1

/*
 * text: the script's name: an absolute path, a file: URL, node:NAME, anything that a program calls
 * it; empty where it could not be read
 */
struct event_script {
	struct event event;
	__u64 frame; /* as in event_stack, of this moment; 0: of no module */
	/*
	 * EXECUTE, EXECUTED: the frame of the C++ function that evaluates the module, and that of
	 * the one which evaluates the module that imports it. FUNCTION: |importer| is the
	 * evaluation that is nearest on the stack. 0: none, or not known.
	 */
	__u64 evaluation, importer;
	__u64 site; /* FUNCTION: as in event_stack; 0: not known */
	__u32 what; /* enum event_script_what */
	__u32 source_chars;
	struct event_text text;
};
enum event_script_what {
	EVENT_SCRIPT_ISOLATE = 1,  /* (not sent) the thread gets a V8 of its own */
	EVENT_SCRIPT_FUNCTION = 2, /* a function around a source: CommonJS, Node's own scripts */
	EVENT_SCRIPT_MODULE = 3,   /* an ES module */
	EVENT_SCRIPT_EXECUTE = 4,  /* an ES module begins to run, its imports have run */
	EVENT_SCRIPT_EXECUTED = 5, /* it has run, or (asynchronous) waits for the first time */
	/*
	 * After FUNCTION: its text is the script whose function called require(), where that is
	 * another one than the module whose top level runs.
	 */
	EVENT_SCRIPT_REQUIRER = 6,
	EVENT_SCRIPT_RETHROWN = 7, /* (not sent) an exception is thrown again, by a finally */
};
#define EVENT_SCRIPT_FAILED 1	   /* EXECUTED: it threw */
#define EVENT_SCRIPT_ASYNC  2	   /* EXECUTE, EXECUTED: it may wait at its top level */
#define EVENT_SCRIPT_TRIAL  4	   /* FUNCTION: to see whether that can be done, never run */
#define EVENT_SCRIPT_UTF16  0x4000 /* of both kinds: the text is UTF-16, else Latin 1 */

/*
 * Sent where a walk over the thread's stack finds another module than the walk before, or the same
 * one out of require(), or, by the clock, in it: a module's top level runs once, so the frame of
 * its function tells it apart. text: its script's name.
 */
struct event_stack {
	struct event event;
	__u64 at_ns; /* since when the stack is known to be so: entry of the system call, or now */
	__u64 seen_ns; /* when the module before was last seen there, 0: there was no walk before */
	__u64 frame;   /* 0: no module's top level runs */
	__u64 rss_bytes; /* of the process, exact; 0: not measured */
	__u32 script;	 /* V8's number of the script */
	__u32 function;	 /* the literal's number in it */
	/* THREW: which of the module's calls it is in; 0: not known, it was compiled in the end */
	__u64 site;
	struct event_text text;
};
#define EVENT_STACK_ESM	   1 /* an ES module, else a function around a source */
#define EVENT_STACK_SAMPLE 2 /* walked by the clock, else at a call or a compilation */
/* whether the module is in a call of require(); neither: that function is not known yet */
#define EVENT_STACK_REQUIRES 4
#define EVENT_STACK_RUNS     8
/*
 * Node.js's loader passes on the exception of a module, which is gone from the top of the stack;
 * with REQUIRES: in the same call of require() as at the last system call.
 */
#define EVENT_STACK_THREW 16

/* When memory is read. */
enum event_memory_mark {
	EVENT_AT_READY = 1, /* just after ready or the first response */
	EVENT_AFTER_REQUESTS = 2,
	EVENT_AT_EXIT = 3, /* a process that ended: rss and peak only */
	EVENT_AT_END = 4,  /* the end of the recording: times count, memory is not reported */
};

/*
 * One step of an import, in the order in which an import goes through them. |key| is the same at
 * the begin and the end of one and the same thing: the address of an object that lives as long.
 * A name may be imported anew within its own import: |stack| is the same at both ends, too.
 */
enum event_import_what {
	EVENT_IMPORT_BEGIN = 1,	  /* import statement, module not loaded yet; text: its name */
	EVENT_IMPORT_FIND = 2,	  /* the search for a module that is not built in; text: its name */
	EVENT_IMPORT_LIBRARY = 3, /* before the dlopen(3) of an extension */
	EVENT_IMPORT_INIT = 4,	  /* after it, before the extension's init function */
	EVENT_IMPORT_BODY = 5,	  /* exec() of a code object; text: its file name */
	EVENT_IMPORT_BODY_END = 6,    /* key: of its EVENT_IMPORT_BODY */
	EVENT_IMPORT_END = 7,	      /* key: of its EVENT_IMPORT_BEGIN */
	EVENT_IMPORT_LIBRARY_END = 8, /* an extension was loaded, and an old one has run */
	EVENT_IMPORT_INIT_END = 9,    /* an extension has run */
};

/* text: |width| bytes a character, in the machine's byte order; one byte a character is Latin-1 */
struct event_import {
	struct event event;
	__u64 key;
	__u64 stack;	 /* of BEGIN and END: the stack pointer */
	__u64 rss_bytes; /* exact, of the process; 0: not measured */
	__u32 what;	 /* enum event_import_what */
	__u8 width;	 /* 1, 2, 4; 0: no text */
	__u8 reserved[3];
	struct event_text text;
};
#define EVENT_IMPORT_FAILED    1 /* of all ends: it raised */
#define EVENT_IMPORT_ENDS_SEEN 2 /* of INIT: it will be followed by LIBRARY_END and INIT_END */

/* ---- user space ---- */

struct event_intern {
	struct event event;
	struct event_text text; /* the bytes follow, padded with zeros to a multiple of 8 */
};

enum event_ready {
	EVENT_READY_AUTO = 0,
	EVENT_READY_EXIT = 1,
	EVENT_READY_LISTEN = 2,
	EVENT_READY_HTTP = 3,
	EVENT_READY_LINE = 4,
	EVENT_READY_LAMBDA = 5,
};

/*
 * text: a JSON object {"command": [..], "cwd": "..", "entry": ".." or null, "ready": "SPEC"}, of a
 * workload also "roles": [{"role": "..", "command": "REGEX", "parent": "REGEX"}]
 */
struct event_plan {
	struct event event; /* pid: the root process */
	__u32 ready;	    /* enum event_ready, as asked */
	__u32 page_bytes;
	struct event_text text;
};

enum event_runtime_kind {
	EVENT_RUNTIME_NONE = 0,
	EVENT_RUNTIME_NODE = 1,
	EVENT_RUNTIME_PYTHON = 2,
	EVENT_RUNTIME_OTHER = 3 /* bun, deno: known, without marks */
};

/*
 * text: {"name","version","path","build_id", "modules": {"technique": how its modules are seen, or
 * null, "reason": why they are not, or null}}. Where a preloaded hook tells them, both, as reason
 * why they are seen by nothing else, and "hook": its file
 */
struct event_runtime {
	struct event event;
	__u64 exe_inode;
	__u32 exe_device; /* as in event_exec */
	__u32 runtime;	  /* enum event_runtime_kind */
	__u32 marks;	  /* bit 1 << enum event_mark_id for each probe that is attached */
	__u32 reserved;
	struct event_text text;
};

/* time_ns: the kernel's time of what made it ready; pid, tid: who did it. */
struct event_ready_at {
	struct event event;
	__u32 ready;		/* what it was: EXIT, LISTEN, HTTP or LINE */
	__u32 fd;		/* LISTEN, HTTP: the listening descriptor */
	struct event_text text; /* LINE: the line; LISTEN, HTTP: the address, "127.0.0.1:3000" */
};

/* time_ns: when the client had the first byte of the answer */
struct event_answer {
	struct event event;	/* pid: who listened */
	__s32 status;		/* HTTP status, or 0 where there was no HTTP answer */
	__u16 client_port;	/* the client's end of the connection; 0 over AF_UNIX */
	__u16 request;		/* 0: the first request, 1..: those after it */
	__u64 connect_ns;	/* when the client connected */
	struct event_text text; /* why there was no answer, or empty */
};

/* One process, one kind of mapping; sums over that kind. */
struct event_smaps {
	struct event event; /* time_ns: when reading began */
	__u32 mark;	    /* enum event_memory_mark */
	__u32 mapping;	    /* enum event_mapping */
	__u64 size_bytes;
	__u64 rss_bytes;
	__u64 pss_bytes;
	__u64 shared_clean_bytes;
	__u64 shared_dirty_bytes;
	__u64 private_clean_bytes;
	__u64 private_dirty_bytes;
	__u64 anonymous_bytes;
	__u64 swap_bytes;
	__u64 swap_pss_bytes;
	__u64 took_ns; /* how long reading took */
};

enum event_mapping {
	EVENT_MAP_RUNTIME = 0,	 /* the runtime's own binary and its libpython/libnode */
	EVENT_MAP_LIBRARY = 1,	 /* a shared library */
	EVENT_MAP_EXTENSION = 2, /* a native extension: .node, or .so below site-packages etc. */
	EVENT_MAP_HEAP = 3,	 /* [heap] */
	EVENT_MAP_ANONYMOUS = 4,
	EVENT_MAP_JIT = 5, /* anonymous and executable */
	EVENT_MAP_STACK = 6,
	EVENT_MAP_OTHER = 7, /* files that are none of these, shared memory, [vdso] */
	EVENT_MAP_KINDS = 8,
};

struct event_cgroup {
	struct event event;
	__s64 memory_peak_bytes; /* all here: -1 where not measured */
	__s64 memory_current_bytes;
	__s64 cpu_usage_ns;
	__s64 throttled_ns;
	__s64 oom_kills;
};

/* pages of a file set before the start */
struct event_residue {
	struct event event;
	__u64 wanted_pages;   /* of the files that were to be cold */
	__u64 resident_pages; /* of these, still in the page cache */
	__u64 mapped_pages;   /* of the files that others map, listed once a run, not judged */
	__u32 cold;	      /* 0 warm, 1 evicted, 2 dropped */
	__u32 files;
};

struct event_loss {
	struct event event;
	__u32 lost_kind; /* enum event_kind */
	__u32 reserved;
	__u64 lost;
};

/* A process that still lives when recording ends; text: its command line as /proc has it now. */
struct event_alive {
	struct event event;
	struct event_text text;
};

enum event_outcome {
	EVENT_GOOD = 0,
	EVENT_NOT_STARTED = 1, /* exec failed: status is the errno */
	EVENT_CRASHED = 2,     /* ended by a signal before it was ready: status is the signal */
	EVENT_EXITED = 3,      /* nonzero exit, or an exit where an answer was awaited */
	EVENT_NEVER_READY = 4, /* the timeout passed */
	EVENT_BAD_ANSWER = 5,  /* HTTP 500 or more, or not the status that the workload expects */
	EVENT_INTERRUPTED = 6,
	EVENT_NOT_PREPARED = 7, /* set-up of the workload failed: nothing was started */
};

/* text: one line that says why, empty where good */
struct event_end {
	struct event event;
	__u32 outcome; /* enum event_outcome */
	__s32 status;
	struct event_text text;
};

/*
 * text: {"runtime": "python" or "node", "home": "..", "name": "..", "version": ".." or null,
 * "paths": ["/.."], "requires": [".."]}; several records of one home add up
 */
struct event_package {
	struct event event;
	struct event_text text;
};

#define EVENT_KINDS_KERNEL 18 /* one more than the highest kind from the kernel */

_Static_assert(sizeof(struct event) == 32, "event header");
_Static_assert(sizeof(struct event_fork) == 48, "event_fork");
_Static_assert(sizeof(struct event_exec) == 64, "event_exec");
_Static_assert(sizeof(struct event_exit) == 136, "event_exit");
_Static_assert(sizeof(struct event_reapable) == 40, "event_reapable");
_Static_assert(sizeof(struct event_syscall) == 112, "event_syscall");
_Static_assert(sizeof(struct event_switch_out) == 40, "event_switch_out");
_Static_assert(sizeof(struct event_switch_in) == 48, "event_switch_in");
_Static_assert(sizeof(struct event_fault) == 48, "event_fault");
_Static_assert(sizeof(struct event_listen) == 72, "event_listen");
_Static_assert(sizeof(struct event_accept) == 48, "event_accept");
_Static_assert(sizeof(struct event_mark) == 48, "event_mark");
_Static_assert(sizeof(struct event_io_uring) == 40, "event_io_uring");
_Static_assert(sizeof(struct event_output) == 40, "event_output");
_Static_assert(sizeof(struct event_memory) == 104, "event_memory");
_Static_assert(sizeof(struct event_import) == 72, "event_import");
_Static_assert(sizeof(struct event_script) == 80, "event_script");
_Static_assert(sizeof(struct event_stack) == 88, "event_stack");
_Static_assert(sizeof(struct event_intern) == 40, "event_intern");
_Static_assert(sizeof(struct event_plan) == 48, "event_plan");
_Static_assert(sizeof(struct event_runtime) == 64, "event_runtime");
_Static_assert(sizeof(struct event_ready_at) == 48, "event_ready_at");
_Static_assert(sizeof(struct event_answer) == 56, "event_answer");
_Static_assert(sizeof(struct event_smaps) == 128, "event_smaps");
_Static_assert(sizeof(struct event_cgroup) == 72, "event_cgroup");
_Static_assert(sizeof(struct event_residue) == 64, "event_residue");
_Static_assert(sizeof(struct event_loss) == 48, "event_loss");
_Static_assert(sizeof(struct event_alive) == 40, "event_alive");
_Static_assert(sizeof(struct event_end) == 48, "event_end");
_Static_assert(sizeof(struct event_package) == 40, "event_package");

#endif

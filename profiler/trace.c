// SPDX-License-Identifier: BSD-2-Clause
/* trace.c - the BPF programs, loaded once a run and turned on for each start */
#include "trace.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "control.h"
#include "coldprof.skel.h"
#include "err.h"
#include "kernel_types.h"
#include "probes.h"
#include "units.h"
#include "vec.h"

#define DRAIN_NS   (50 * NS_PER_MS) /* the longest that others wait for a drain to end */
#define CLOCK_STEP 64		    /* records between two looks at the clock */

struct trace {
	struct coldprof_bpf *skeleton;
	struct ring_buffer *ring;
	VEC(struct bpf_link *) probes;
	struct bpf_link *timers;	   /* the kernel's; NULL: nothing needs them */
	VEC(struct import_layout) layouts; /* that the programs know */
	const char *missing[8];
	struct recording *recording; /* of the start that is being recorded */
	trace_notice notice;
	void *context;
	int drain_error;
	uint64_t drain_until_ns; /* 0: as long as there is something */
	unsigned int taken;	 /* records */
	bool more;		 /* the last drain left something */
};

/* What the verifier said last, kept until it is known whether loading failed. */
static _Thread_local struct buf loader_log;

static int keep_log(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text;
	int rc;

	/* the verifier's log is long, and its end is what counts */
	if (level == LIBBPF_DEBUG || vasprintf(&text, format, args) < 0)
		return 0;
	rc = buf_puts(&loader_log, text);
	free(text);
	return rc;
}

/* The last line that says more than that loading failed. */
static const char *reason(struct buf *log)
{
	char *line;

	while (log->size) {
		while (log->size && log->data[log->size - 1] == '\n')
			log->data[--log->size] = '\0';
		line = strrchr(log->data, '\n');
		line = line ? line + 1 : log->data;
		if (strncmp(line, "libbpf: failed to load", 22) &&
		    strncmp(line, "processed ", 10) && strncmp(line, "-- ", 3) &&
		    !strstr(line, "failed to load: -"))
			return line;
		log->size = (size_t)(line - log->data);
	}
	return "no reason given";
}

/* ---- loading ---- */

/* Programs that a kernel may lack the tracepoint for, and what is then not measured. */
static void drop_absent(struct trace *trace, const struct kernel_types *types)
{
	struct coldprof_bpf *skeleton = trace->skeleton;
	const struct {
		struct bpf_program *program;
		const char *type, *what;
	} optional[] = {
		{skeleton->progs.on_fault_user, "btf_trace_page_fault_user", "page faults"},
		{skeleton->progs.on_fault_kernel, "btf_trace_page_fault_kernel",
		 "page faults in system calls"},
		{skeleton->progs.on_cached, "btf_trace_mm_filemap_add_to_page_cache",
		 "bytes brought into the page cache"},
		{skeleton->progs.on_io_uring, "btf_trace_io_uring_submit_req", "io_uring requests"},
	};
	size_t missing = 0;

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		bool present = kernel_types_have(types, optional[i].type);

		bpf_program__set_autoload(optional[i].program, present);
		if (!present)
			trace->missing[missing++] = optional[i].what;
	}
}

static int load(struct trace *trace, const struct trace_options *options)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options, .btf_custom_path = options->btf_path);
	struct kernel_types types = {};
	int rc;

	rc = kernel_types_read(options->btf_path, &types);
	if (rc)
		return rc;
	trace->skeleton = coldprof_bpf__open_opts(&open_options);
	if (!trace->skeleton) {
		rc = err_code(errno, "cannot open the BPF programs: %s", reason(&loader_log));
		goto out;
	}
	drop_absent(trace, &types);
	if (!kernel_types_have(&types, "BPF_FUNC_loop")) {
		/* 5.17 */
		bpf_program__set_autoload(trace->skeleton->progs.on_script, false);
		bpf_program__set_autoload(trace->skeleton->progs.on_timer, false);
	}
	bpf_map__set_max_entries(
		trace->skeleton->maps.ring,
		(uint32_t)(options->ring_bytes ? options->ring_bytes : TRACE_RING_BYTES));
	rc = coldprof_bpf__load(trace->skeleton);
	if (rc)
		err_code(rc, "cannot load the BPF programs: %s", reason(&loader_log));
out:
	kernel_types_release(&types);
	return rc;
}

/*
 * The ring's pages would be mapped in the held child too, and unmapped again inside its execve,
 * which is timed: keep them out of children.
 */
static void keep_ring_from_children(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "bpf-map") && sscanf(line, "%lx-%lx", &start, &end) == 2)
			madvise((void *)start, end - start, MADV_DONTFORK);
	if (maps)
		fclose(maps);
}

static bool is_notable(const struct event *event)
{
	switch (event->kind) {
	case EVENT_FORK:
	case EVENT_EXEC:
	case EVENT_EXIT:
	case EVENT_REAPABLE:
	case EVENT_LISTEN:
	case EVENT_OUTPUT:
		return true;
	}
	return false;
}

static void take_record(struct trace *trace, void *data, size_t size)
{
	const struct event *event = data;
	struct event_text *field;
	size_t fixed;
	int rc;

	rc = recording_add_raw(trace->recording, data, size);
	if (rc == -EBADMSG)
		err_print("the kernel sent a malformed record of kind %u, %zu bytes", event->kind,
			  size);
	if (rc && !trace->drain_error)
		trace->drain_error = rc;
	if (rc == -EBADMSG || !trace->notice || !is_notable(event))
		return;
	fixed = event_fixed_size(event->kind);
	field = event_text_of((struct event *)event);
	trace->notice(trace->context, event, (const char *)data + fixed, field ? field->size : 0);
}

/* -EAGAIN: enough for now. A program that never pauses would keep us here for ever. */
static int on_record(void *context, void *data, size_t size)
{
	struct trace *trace = context;

	if (trace->recording)
		take_record(trace, data, size);
	if (!trace->drain_until_ns || ++trace->taken % CLOCK_STEP)
		return 0;
	return clock_ns() < trace->drain_until_ns ? 0 : -EAGAIN;
}

static int attach(struct trace *trace)
{
	struct coldprof_bpf *skeleton = trace->skeleton;
	int rc;

	bpf_program__set_autoattach(skeleton->progs.on_mark, false);
	bpf_program__set_autoattach(skeleton->progs.on_script, false);
	bpf_program__set_autoattach(skeleton->progs.on_timer, false);
	bpf_program__set_autoattach(skeleton->progs.on_import, false);
	rc = coldprof_bpf__attach(skeleton);
	if (rc)
		err_code(rc, "cannot attach the BPF programs: %s", reason(&loader_log));
	return rc;
}

int trace_open(const struct trace_options *options, struct trace **out)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	size_t ring_bytes = options->ring_bytes ? options->ring_bytes : TRACE_RING_BYTES;
	int rc;

	if (!trace)
		return -ENOMEM;
	setrlimit(RLIMIT_MEMLOCK, &unlimited); /* before 5.11 maps counted against it */
	libbpf_set_print(keep_log);
	rc = load(trace, options);
	if (!rc && options->attach)
		rc = attach(trace);
	if (rc)
		goto fail;
	trace->skeleton->bss->control.cpus = (uint32_t)libbpf_num_possible_cpus();
	trace->skeleton->bss->control.wake_step = ring_bytes / 8;
	trace->ring =
		ring_buffer__new(bpf_map__fd(trace->skeleton->maps.ring), on_record, trace, NULL);
	if (!trace->ring) {
		rc = err_code(errno, "cannot map the ring buffer");
		goto fail;
	}
	keep_ring_from_children();
	buf_release(&loader_log);
	*out = trace;
	return 0;
fail:
	buf_release(&loader_log);
	trace_close(trace);
	return rc;
}

static void *destroy_link(void *link)
{
	bpf_link__destroy(link);
	return NULL;
}

/* The kernel waits a tenth of a second for each uprobe that goes: for all of them at once, then. */
static void detach_probes(struct trace *trace)
{
	VEC(pthread_t) threads = {0};
	pthread_t thread;

	vec_foreach(link, &trace->probes) {
		if (pthread_create(&thread, NULL, destroy_link, *link))
			bpf_link__destroy(*link);
		else if (vec_push(&threads, thread))
			pthread_join(thread, NULL);
	}
	vec_foreach(started, &threads)
		pthread_join(*started, NULL);
	vec_release(&threads);
	vec_release(&trace->probes);
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	detach_probes(trace);
	bpf_link__destroy(trace->timers);
	vec_release(&trace->layouts);
	ring_buffer__free(trace->ring);
	coldprof_bpf__destroy(trace->skeleton);
	free(trace);
}

const char *const *trace_missing(const struct trace *trace)
{
	return trace->missing;
}

bool trace_walks_scripts(const struct trace *trace)
{
	return bpf_program__fd(trace->skeleton->progs.on_script) >= 0;
}

int trace_set_layout(struct trace *trace, uint32_t number, const struct v8_layout *layout)
{
	int map = bpf_map__fd(trace->skeleton->maps.v8_layouts);

	if (bpf_map_update_elem(map, &number, layout, BPF_ANY))
		return err_code(errno, "cannot set the layout of V8's objects");
	return 0;
}

/* Shows where a thread is that makes no system call. */
static int watch_timers(struct trace *trace)
{
	if (trace->timers)
		return 0;
	trace->timers = bpf_program__attach(trace->skeleton->progs.on_timer);
	return trace->timers ? 0 : err_code(errno, "cannot watch the kernel's timers");
}

/* The programs are told of a layout by its index in a map. */
static int layout_index(struct trace *trace, const struct import_layout *layout, uint64_t *out)
{
	uint32_t index = (uint32_t)trace->layouts.count;
	int rc;

	for (uint32_t i = 0; i < trace->layouts.count; i++)
		if (memcmp(&trace->layouts.items[i], layout, sizeof(*layout)) == 0) {
			*out = i;
			return 0;
		}
	if (index == COOKIE_IMPORT_LAYOUTS)
		return err_code(ENOSPC, "too many kinds of Python in one run");
	if (bpf_map_update_elem(bpf_map__fd(trace->skeleton->maps.import_layouts), &index, layout,
				BPF_ANY))
		return err_code(errno, "cannot tell the BPF programs where Python keeps names");
	rc = vec_push(&trace->layouts, *layout);
	*out = index;
	return rc;
}

int trace_attach_probe(struct trace *trace, const struct probe *probe)
{
	const struct bpf_program *const programs[] = {
		[PROBE_MARK] = trace->skeleton->progs.on_mark,
		[PROBE_SCRIPT] = trace->skeleton->progs.on_script,
		[PROBE_IMPORT] = trace->skeleton->progs.on_import,
	};
	LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = probe->cookie);
	struct bpf_link *link;
	uint64_t index = 0;
	int rc = probe->program == PROBE_SCRIPT ? watch_timers(trace) : 0;

	if (!rc && probe->program == PROBE_IMPORT)
		rc = layout_index(trace, &probe->layout, &index);
	if (rc)
		return rc;
	options.bpf_cookie |= index << COOKIE_IMPORT_LAYOUT_SHIFT;
	link = bpf_program__attach_uprobe_opts(programs[probe->program], -1, probe->path,
					       probe->offset, &options);
	if (!link)
		return err_code(errno, "cannot probe '%s' at file offset 0x%llx", probe->path,
				(unsigned long long)probe->offset);
	return vec_push(&trace->probes, link);
}

/* ---- one start ---- */

int trace_fd(const struct trace *trace)
{
	return ring_buffer__epoll_fd(trace->ring);
}

static int watch_output(struct control *control, int fd)
{
	struct stat st;

	control->watch_output = 0;
	if (fd < 0)
		return 0;
	if (fstat(fd, &st))
		return err_code(errno, "cannot look at the output file");
	control->output_inode = st.st_ino;
	control->output_device = major(st.st_dev) << 20 | minor(st.st_dev);
	control->watch_output = 1;
	return 0;
}

int trace_follow(struct trace *trace, int pidfd, int output_fd, struct recording *recording)
{
	struct control *control = &trace->skeleton->bss->control;
	struct thread_state held = {.number = EVENT_NO_CALL};
	int rc;

	ring_buffer__consume(trace->ring); /* leftovers of an earlier start go nowhere */
	memset(control->lost, 0, sizeof(control->lost));
	trace->recording = recording;
	trace->drain_error = 0;
	control->close_calls = 0;
	rc = watch_output(control, output_fd);
	if (rc)
		return rc;
	if (bpf_map_update_elem(bpf_map__fd(trace->skeleton->maps.threads), &pidfd, &held, BPF_ANY))
		return err_code(errno, "cannot follow the program");
	__atomic_store_n(&control->active, 1, __ATOMIC_SEQ_CST);
	return 0;
}

int trace_drain(struct trace *trace, trace_notice notice, void *context)
{
	int rc;

	trace->notice = notice;
	trace->context = context;
	trace->drain_until_ns = clock_ns() + DRAIN_NS;
	rc = ring_buffer__consume(trace->ring);
	trace->drain_until_ns = 0;
	trace->notice = NULL;
	trace->more = rc == -EAGAIN;
	if (rc < 0 && !trace->more)
		return err_code(rc, "cannot read the ring buffer");
	return trace->drain_error;
}

bool trace_has_more(const struct trace *trace)
{
	return trace->more;
}

static int walk(struct trace *trace)
{
	const struct bpf_link *link = trace->skeleton->links.on_walk;
	char nothing[64];
	ssize_t got;
	int fd;

	if (!link)
		return 0; /* nothing is attached */
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return err_code(errno, "cannot walk the tasks");
	do
		got = read(fd, nothing, sizeof(nothing));
	while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
	if (got < 0) {
		int code = errno;

		close(fd);
		return err_code(code, "cannot walk the tasks");
	}
	close(fd);
	return 0;
}

int trace_memory(struct trace *trace, enum event_memory_mark mark)
{
	trace->skeleton->bss->control.memory_mark = mark;
	return walk(trace);
}

static int add_losses(struct trace *trace, uint64_t *sum)
{
	const struct control *control = &trace->skeleton->bss->control;
	int rc = 0;

	for (uint32_t kind = 0; kind < EVENT_KINDS_KERNEL; kind++) {
		struct event_loss loss = {
			.event = {.kind = EVENT_LOSS, .size = sizeof(loss), .time_ns = clock_ns()},
			.lost_kind = kind,
			.lost = control->lost[kind] + recording_dropped(trace->recording, kind),
		};

		*sum += loss.lost;
		if (loss.lost && !rc)
			rc = recording_add(trace->recording, &loss.event, NULL, 0);
	}
	return rc;
}

int trace_stop(struct trace *trace, uint64_t *lost)
{
	struct control *control = &trace->skeleton->bss->control;
	uint64_t sum = 0;
	int rc, loss_rc;

	__atomic_store_n(&control->active, 0, __ATOMIC_SEQ_CST);
	control->close_calls = 1;
	rc = trace_memory(trace, EVENT_AT_END);
	control->close_calls = 0;
	if (ring_buffer__consume(trace->ring) < 0 && !rc)
		rc = err_code(EIO, "cannot read the ring buffer");
	loss_rc = add_losses(trace, &sum);
	trace->recording = NULL;
	if (lost)
		*lost = sum;
	return rc ? rc : loss_rc;
}

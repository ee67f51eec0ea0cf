// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/*
 * scripts.bpf.c - which Node.js module runs, by probes where V8 compiles and walks over its stack
 *
 * How these go: v8_walk.bpf.h. Told is each compilation and each ES module's run, and whenever
 * another module than before is the innermost on the stack.
 */
#include "mm.bpf.h"
#include "cookie.h"
#include "scripts.bpf.h"
#include "v8_walk.bpf.h"
#include <bpf/bpf_tracing.h>

#define RSS_CPUS_MAX 64
#define MODULE_WORDS 12 /* of a SourceTextModule, in which its function is looked for */

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct v8_thread);
} v8_threads SEC(".maps");

static __always_inline __u64 regs_sp(struct probe_regs *regs)
{
	return regs->sp;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline __u64 regs_fp(struct probe_regs *regs)
{
	return regs->bp;
}
static __always_inline __u64 regs_ip(struct probe_regs *regs)
{
	return regs->ip;
}
static __always_inline __u64 argument(struct probe_regs *regs, int number)
{
	return number ? regs->si : regs->di;
}
static __always_inline __u64 result(struct probe_regs *regs)
{
	return regs->ax;
}
#else
static __always_inline __u64 regs_fp(struct probe_regs *regs)
{
	return regs->regs[29];
}
static __always_inline __u64 regs_ip(struct probe_regs *regs)
{
	return regs->pc;
}
static __always_inline __u64 argument(struct probe_regs *regs, int number)
{
	return number ? regs->regs[1] : regs->regs[0];
}
static __always_inline __u64 result(struct probe_regs *regs)
{
	return regs->regs[0];
}
#endif

/*
 * Reads a string behind the |fixed| bytes of the record in the room, and sends that. A string that
 * can't be read leaves the text empty.
 */
__noinline int send_record(struct v8_thread *thread, __u64 string, __u32 fixed)
{
	struct chars chars = {};
	struct event *event;
	struct event_text *text;
	__u64 size = 0;

	if (!thread)
		return 0;
	/* so that the verifier knows it */
	fixed = fixed == sizeof(struct event_script) ? sizeof(struct event_script)
						     : sizeof(struct event_stack);
	event = (struct event *)thread->room;
	if (string && !find_chars(thread->layout, string, &chars)) {
		size = chars.size;
		if (size > EVENT_TEXT_MAX) {
			size = EVENT_TEXT_MAX;
			event->flags |= EVENT_TEXT_CUT;
		}
		barrier_var(size); /* or an older verifier forgets the limit */
		if (size > EVENT_TEXT_MAX)
			return 0;
		if (bpf_probe_read_user(thread->room + fixed, size, (void *)chars.address))
			size = 0;
		else if (chars.utf16)
			event->flags |= EVENT_SCRIPT_UTF16;
	}
	text = (struct event_text *)(thread->room + fixed - sizeof(*text));
	text->size = size;
	size += fixed;
	barrier_var(size);
	if (size <= sizeof(thread->room) &&
	    bpf_ringbuf_output(&ring, thread->room, size, wake_flags()))
		count_loss(event->kind);
	return 0;
}

/* Where the interpreted function with that frame is: tells two of its calls from each other. */
static __always_inline __u64 site_of(__u32 number, __u64 frame)
{
	const struct v8_layout *layout = layout_of(number);

	return layout ? user_word(frame - layout->site) ^ frame : 0;
}

/* Of the same module; by a call only that require() has returned: what it loaded is there. */
static __always_inline bool tells_more(const struct v8_thread *thread, __u32 says, __u64 at_ns)
{
	if (at_ns)
		return says == EVENT_STACK_RUNS && thread->told == EVENT_STACK_REQUIRES;
	return says != thread->told;
}

/* Whether a function is of the script in which Node.js loads CommonJS modules. */
static __noinline int is_cjs_loader(__u32 number, __u64 shared)
{
	const char tail[] = "cjs/loader";
	struct named script = {};

	return !find_script(number, shared, &script) && has_tail(number, script.name, tail);
}

/* The innermost module's frame and script, as the last walk has found them, and its text. */
static __noinline int send_stack(struct v8_thread *thread, __u64 at_ns, __u64 seen_ns, __u32 flags,
				 __u64 site)
{
	struct event_stack *record;
	struct named script = {};
	struct walk *walk;

	if (!thread)
		return 0;
	walk = &thread->walk;
	record = (struct event_stack *)thread->room;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_STACK, sizeof(*record));
	record->event.flags = flags;
	record->at_ns = at_ns ? at_ns : record->event.time_ns;
	record->seen_ns = seen_ns;
	record->frame = walk->shared ? walk->fp : 0;
	record->site = site;
	/* beyond, it costs too much to be read that often */
	record->rss_bytes = control.cpus > RSS_CPUS_MAX ? 0 : rss_now();
	if (walk->shared) {
		find_script(thread->layout, walk->shared, &script);
		record->script = script.id;
		record->function = walk->flags >> 32;
		if (!record->function)
			record->event.flags |= EVENT_STACK_ESM;
	}
	return send_record(thread, script.name, sizeof(*record));
}

/*
 * Walks, and tells when another module than before is the innermost. |at_ns|: since when the stack
 * is as it is now.
 */
__noinline int look(struct v8_thread *thread, __u64 sp, __u64 fp, __u64 at_ns)
{
	__u64 frame, seen_ns, site;
	struct walk *walk;
	__u32 says = 0;

	if (!thread || walk_stack(thread, sp, fp))
		return 0;
	walk = &thread->walk;
	frame = walk->shared ? walk->fp : 0;
	seen_ns = thread->walked_ns;
	thread->walked_ns = bpf_ktime_get_ns();
	/* in the call that has compiled a file it can be before that or after it: who knows? */
	if (frame && walk->required) {
		site = site_of(thread->layout, frame);
		if (site != thread->site)
			says = EVENT_STACK_REQUIRES;
		if (at_ns)
			thread->call_site = site;
	} else if (frame && thread->require) {
		says = EVENT_STACK_RUNS;
	}
	if (frame == thread->frame && !tells_more(thread, says, at_ns))
		return 0;
	thread->frame = frame;
	thread->told = says;
	thread->ran |= frame != 0;
	return send_stack(thread, at_ns, seen_ns, at_ns ? says : says | EVENT_STACK_SAMPLE, 0);
}

/* The current thread's V8, for this program alone until leave(); NULL: it has none. */
static __always_inline struct v8_thread *enter(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct v8_thread *thread = bpf_task_storage_get(&v8_threads, task, 0, 0);

	if (!thread || thread->busy || thread->mm != (__u64)task->mm)
		return NULL;
	thread->busy = 1;
	barrier();
	return thread;
}

static __always_inline void leave(struct v8_thread *thread)
{
	barrier();
	thread->busy = 0;
}

int scripts_at_call(__u64 sp, __u64 fp, __u64 enter_ns)
{
	struct v8_thread *thread = enter();

	if (!thread)
		return 0;
	look(thread, sp, fp, enter_ns);
	leave(thread);
	return 0;
}

int scripts_look(void)
{
	struct v8_thread *thread = enter();
	struct probe_regs *regs;

	if (!thread)
		return 0;
	regs = (struct probe_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	look(thread, regs_sp(regs), regs_fp(regs), 0);
	leave(thread);
	return 0;
}

int scripts_at_fault(__u64 sp, __u64 fp)
{
	struct v8_thread *thread = enter();

	if (!thread)
		return 0;
	look(thread, sp, fp, 0);
	leave(thread);
	return 0;
}

/*
 * The kernel's own tick (and any other timer that expires there) shows where a thread is that makes
 * no system call. A clock of ours, a perf event of each CPU, cost a NestJS start 2 % of its time.
 */
SEC("tp_btf/hrtimer_expire_entry")
int on_timer(void *context)
{
	struct thread_state *state = followed();
	__u64 now;

	if (!state || !state->scripts)
		return 0;
	now = bpf_ktime_get_ns();
	if (now - state->looked_ns < SCRIPTS_TICK_GAP_NS)
		return 0;
	state->looked_ns = now;
	return scripts_look();
}

/* ---- probes ---- */

/* v8::Isolate::Initialize(isolate, ...), on the thread that is going to run in it */
static __always_inline int begin_isolate(struct thread_state *state, struct probe_regs *regs,
					 __u32 number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct v8_layout *layout = layout_of(number);
	struct v8_thread *thread;

	if (!layout)
		return 0;
	/* nothing of the program that it was before its execve */
	bpf_task_storage_delete(&v8_threads, task);
	thread = bpf_task_storage_get(&v8_threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		count_loss(EVENT_SCRIPT);
		return 0;
	}
	thread->mm = (__u64)task->mm;
	thread->isolate = argument(regs, 0);
	thread->bias = regs_ip(regs) - layout->initialize;
	thread->layout = number;
	thread->frame = NEVER;
	state->scripts = 1;
	return 0;
}

/* The function of a SourceTextModule: one of its words is the generator that runs it. */
static __noinline __u64 module_shared(struct v8_thread *thread, __u64 module)
{
	__u64 shared, word;

	if (!thread || !is_object(module))
		return 0;
	shared = generator_shared(thread->layout, user_word(module - 1 + thread->module_word * 8));
	for (__u32 i = 1; !shared && i < MODULE_WORDS; i++) {
		word = user_word(module - 1 + i * 8);
		shared = generator_shared(thread->layout, word);
		if (shared)
			thread->module_word = i;
	}
	return shared;
}

__noinline int send_script(struct v8_thread *thread, __u64 cookie, __u64 string, __u64 source,
			   struct event_script *from)
{
	const struct v8_layout *layout;
	struct event_script *record;

	if (!thread || !from)
		return 0;
	layout = layout_of(thread->layout);
	if (!layout)
		return 0;
	record = (struct event_script *)thread->room;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_SCRIPT, sizeof(*record));
	record->event.flags = from->event.flags | (cookie >> COOKIE_SCRIPT_FLAGS & 0xff);
	record->what = cookie & COOKIE_SCRIPT_WHAT;
	record->frame = thread->frame == NEVER ? 0 : thread->frame;
	record->evaluation = from->evaluation;
	record->importer = from->importer;
	record->site = from->site;
	if (source)
		record->source_chars = user_u32(source - 1 + layout->string_length);
	return send_record(thread, string, sizeof(*record));
}

/*
 * Whether a function is of the script in which Node.js finds out whether a file is an ES module, by
 * compiling it as a function: what comes of that is thrown away. Most compilations are asked for by
 * the same script.
 */
static __noinline int asks_format(struct v8_thread *thread, __u64 shared)
{
	const char tail[] = "get_format";
	const struct v8_layout *layout;
	struct named script = {};
	__u64 asking;

	if (!thread || !shared)
		return 0;
	layout = layout_of(thread->layout);
	if (!layout)
		return 0;
	asking = user_word(shared - 1 + layout->shared_script);
	if (asking == thread->asking && id_of(layout, asking) == thread->asking_id)
		return thread->asks_format;
	if (find_script(thread->layout, shared, &script))
		return 0;
	thread->asking = script.script;
	thread->asking_id = script.id;
	thread->asks_format = has_tail(thread->layout, script.name, tail);
	return thread->asks_format;
}

/*
 * After a file's compilation was told: tells who required it, if that is not the module whose top
 * level runs. All modules have the same function require(): what their top level calls, before a
 * file is compiled. That is learned, and again where it is not on the stack, as it may be moved.
 */
static __noinline int send_requirer(struct v8_thread *thread)
{
	struct event_script none = {};
	struct named script = {}, module = {};
	struct walk *walk;

	if (!thread || thread->room[sizeof(struct event_script)] != '/')
		return 0;
	walk = &thread->walk;
	if (!walk->required) {
		if (walk->shared && is_own(thread->layout, walk->last))
			thread->require = walk->last;
		return 0;
	}
	if (!walk->requirer || walk->requirer == walk->shared)
		return 0;
	find_script(thread->layout, walk->requirer, &script);
	find_script(thread->layout, walk->shared, &module);
	if (script.id == module.id)
		return 0;
	return send_script(thread, EVENT_SCRIPT_REQUIRER, script.name, 0, &none);
}

/* CompileFunction(context, source, ...), CompileModule(isolate, source, ...) */
static __noinline int at_compile(struct v8_thread *thread, struct probe_regs *regs, __u64 cookie)
{
	__u64 source = argument(regs, 1), sp = regs_sp(regs);
	struct event_script more = {};
	const struct v8_layout *layout;
	__u64 handles[2] = {}; /* v8::ScriptCompiler::Source: of the source, then of the name */

	if (!thread)
		return 0;
	layout = layout_of(thread->layout);
	if (!layout)
		return 0;
	thread->compile_exit = 0;
	/* the name that is compiled is no longer where the last one was */
	look(thread, sp, regs_fp(regs), bpf_ktime_get_ns());
	more.importer = thread->walk.evaluation;
	more.site = thread->walk.shared ? site_of(thread->layout, thread->walk.fp) : 0;
	if (asks_format(thread, thread->walk.first))
		more.event.flags = EVENT_SCRIPT_TRIAL;
	bpf_probe_read_user(handles, sizeof(handles), (void *)source);
	send_script(thread, cookie, user_word(handles[1]), user_word(handles[0]), &more);
	if ((cookie & COOKIE_SCRIPT_WHAT) == EVENT_SCRIPT_FUNCTION)
		send_requirer(thread);
	thread->frame = NEVER;
	thread->ran = 1;
	thread->site = more.site;
	thread->compile_sp = sp;
	thread->compile_exit = user_word(thread->isolate + layout->c_entry_fp);
	return 0;
}

/* ExecuteModule(isolate, module, ...): called by the evaluator, whose frame is still current */
static __noinline int at_execute(struct v8_thread *thread, struct probe_regs *regs, __u64 cookie)
{
	struct event_script more = {.evaluation = regs_fp(regs)};
	const struct v8_layout *layout;
	struct named script = {};
	__u64 caller;

	if (!thread)
		return 0;
	layout = layout_of(thread->layout);
	if (!layout)
		return 0;
	caller = user_word(more.evaluation + 8);
	if (caller >= layout->evaluation + thread->bias &&
	    caller < layout->evaluation_end + thread->bias)
		more.importer = user_word(more.evaluation);
	if ((cookie & COOKIE_SCRIPT_WHAT) == EVENT_SCRIPT_EXECUTE) {
		/* what is of no ES module has ended, which only matters where there was any */
		if (thread->ran)
			look(thread, regs_sp(regs), regs_fp(regs), bpf_ktime_get_ns());
		thread->ran = 0;
		find_script(thread->layout, module_shared(thread, user_word(argument(regs, 1))),
			    &script);
	} else if (!result(regs)) {
		more.event.flags = EVENT_SCRIPT_FAILED;
	}
	return send_script(thread, cookie, script.name, 0, &more);
}

/*
 * Runtime_ReThrow(): a finally has done its work. The loader has one around a module's load, in
 * which it forgets a module that has thrown.
 */
static __noinline int at_rethrow(struct v8_thread *thread, __u64 sp, __u64 fp)
{
	__u64 frame, seen_ns, site;
	struct walk *walk;

	if (!thread || walk_stack(thread, sp, fp))
		return 0;
	walk = &thread->walk;
	if (!is_cjs_loader(thread->layout, walk->first))
		return 0;
	frame = walk->shared ? walk->fp : 0;
	site = frame ? site_of(thread->layout, frame) : 0;
	seen_ns = thread->walked_ns;
	thread->walked_ns = bpf_ktime_get_ns();
	thread->frame = frame;
	thread->told = 0;
	return send_stack(
		thread, thread->walked_ns, seen_ns,
		EVENT_STACK_THREW |
			(walk->required && site == thread->call_site ? EVENT_STACK_REQUIRES : 0),
		site);
}

SEC("uprobe")
int on_script(struct probe_regs *regs)
{
	__u64 cookie = bpf_get_attach_cookie(regs);
	struct thread_state *state = followed();
	__u32 what = cookie & COOKIE_SCRIPT_WHAT;
	struct v8_thread *thread;

	if (!state)
		return 0;
	if (what == EVENT_SCRIPT_ISOLATE)
		return begin_isolate(state, regs, cookie >> COOKIE_SCRIPT_LAYOUT & 0xff);
	thread = enter();
	if (!thread)
		return 0;
	if (what <= EVENT_SCRIPT_MODULE)
		at_compile(thread, regs, cookie);
	else if (what == EVENT_SCRIPT_RETHROWN)
		at_rethrow(thread, regs_sp(regs), regs_fp(regs));
	else
		at_execute(thread, regs, cookie);
	state->looked_ns = thread->walked_ns;
	leave(thread);
	return 0;
}

// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/*
 * scripts.bpf.c - which Node.js module runs, by probes where V8 compiles and walks over its stack
 *
 * A walk goes from frame to frame up to the first one of a module's top level: of a wrapper that
 * CommonJS puts around a file, or of an ES module. That runs once, so what called it can't change
 * as long as it is there. All memory of the program is only read, never trusted: a step whose
 * object has not the type that it must have ends the walk.
 *
 * Functions that are not static are verified once each, not at every call: else the verifier takes
 * half a second for this file.
 */
#include "mm.bpf.h"
#include "cookie.h"
#include "scripts.bpf.h"
#include "v8_layout.h"
#include <bpf/bpf_tracing.h>

#define FRAMES_MAX   512
#define STACK_MAX    (16 << 20)
#define GAP_NS	     200000 /* between two walks at system calls or page faults */
#define RSS_CPUS_MAX 64	    /* beyond, exact memory costs too much to be read that often */
#define MODULE_WORDS 12	    /* of a SourceTextModule, in which its function is looked for */
#define NEVER	     (~0ull)

/* SharedFunctionInfo's flags: the kind of the function, and how its source came to be one */
#define FLAGS_KIND(flags)   ((flags)&31)
#define FLAGS_SYNTAX(flags) ((flags) >> 7 & 7)
#define KIND_MODULE	    1
#define KIND_ASYNC_MODULE   2
#define SYNTAX_WRAPPED	    4

/* String types: the low bits, as v8dbg_StringRepresentationMask and its kin have them since 2008 */
#define STRING_END	0x80
#define STRING_ONE_BYTE 8
#define STRING_FORM	7
#define STRING_CONS	1
#define STRING_EXTERNAL 2
#define STRING_SLICED	3
#define STRING_THIN	5

/* A walk over a stack, and what it has found so far. */
struct walk {
	__u64 fp, low; /* the frame to look at; all others lie above this address */
	__u64 bottom;  /* the frame in which JS was first called */
	__u64 evaluation_low, evaluation_high;
	__u64 evaluation; /* the first frame of the evaluator on the way */
	__u64 require;	  /* the function require(), if known */
	__u64 requirer;	  /* who called that; the functions are SharedFunctionInfos here */
	__u64 first;	  /* of the innermost frame of all */
	__u64 last;	  /* of the last frame before this one: what was called by it */
	__u64 shared;	  /* of the module's function, once that is found */
	__u64 flags;	  /* and the literal's number in the upper half */
	__u32 layout;
	__u32 required; /* the last frame is that of require() */
};

/* A thread with a V8. It begins with what tells that it is still the same program. */
struct v8_thread {
	__u64 mm;
	__u64 isolate;
	__u64 bias; /* of addresses in the binary */
	__u16 layout;
	__u16 ran;	 /* other than ES modules, since the last of these began */
	__u16 told;	 /* what was told last: EVENT_STACK_REQUIRES, EVENT_STACK_RUNS */
	__u16 busy;	 /* a program works here: one that interrupts it goes away */
	__u64 walked_ns; /* the last walk */
	__u64 frame;	 /* what it found; NEVER: what it finds next is sent in any case */
	__u64 require;	 /* the function require(), as a SharedFunctionInfo; 0: not learned yet */
	__u64 site; /* where the module was whose call of require() came to a compilation last */
	__u64 compile_sp;   /* inside a compilation: the stack pointer at its entry, and */
	__u64 compile_exit; /* where C++ was called from JS */
	struct walk walk;   /* the last one, whatever came of it */
	/* a record, put together here: uprobes can be preempted, so no memory of a CPU will do */
	char room[80 + EVENT_TEXT_MAX + 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct v8_thread);
} v8_threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, V8_LAYOUTS);
	__type(key, __u32);
	__type(value, struct v8_layout);
} v8_layouts SEC(".maps");

static __always_inline __u64 regs_sp(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, sp);
}

#if defined(__TARGET_ARCH_x86)
static __always_inline __u64 regs_fp(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, bp);
}
static __always_inline __u64 regs_ip(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, ip);
}
static __always_inline __u64 argument(struct pt_regs *regs, int number)
{
	return number ? BPF_CORE_READ(regs, si) : BPF_CORE_READ(regs, di);
}
static __always_inline __u64 result(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, ax);
}
#else
static __always_inline __u64 regs_fp(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, regs[29]);
}
static __always_inline __u64 regs_ip(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, pc);
}
static __always_inline __u64 argument(struct pt_regs *regs, int number)
{
	return number ? BPF_CORE_READ(regs, regs[1]) : BPF_CORE_READ(regs, regs[0]);
}
static __always_inline __u64 result(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, regs[0]);
}
#endif

/* ---- reading V8's objects ---- */

static __always_inline __u64 user_word(__u64 address)
{
	__u64 value = 0;

	bpf_probe_read_user(&value, sizeof(value), (void *)address);
	return value;
}

static __always_inline __u32 user_u32(__u64 address)
{
	__u32 value = 0;

	bpf_probe_read_user(&value, sizeof(value), (void *)address);
	return value;
}

static __always_inline bool is_object(__u64 tagged)
{
	return (tagged & 3) == 1;
}

/*
 * The instance type of a tagged object; 0 of what is none (that is a string's: never asked for).
 * While the collector moves objects, one that it has moved holds its new address in place of a map;
 * its other fields are still as they were.
 */
__noinline __u32 type_of(__u64 tagged, __u32 map_type)
{
	__u64 map = user_word(tagged - 1);
	__u16 type = 0;

	if (map && !(map & 3))
		map = user_word(map);
	if (!is_object(tagged) || !is_object(map))
		return 0;
	bpf_probe_read_user(&type, sizeof(type), (void *)(map - 1 + (map_type & 0xff)));
	return type;
}

static __always_inline const struct v8_layout *layout_of(__u32 number)
{
	return bpf_map_lookup_elem(&v8_layouts, &number);
}

/* A string's characters, as far as they are in one piece. */
struct chars {
	__u64 address;
	__u32 size; /* bytes */
	__u32 utf16;
};

__noinline int find_chars(__u32 number, __u64 string, struct chars *out)
{
	const struct v8_layout *layout = layout_of(number);
	__u64 skip = 0, length;
	__u32 type = 0;

	if (!layout || !out)
		return -1;
	length = user_u32(string - 1 + layout->string_length);
	for (int hop = 0; hop < 4; hop++) {
		type = is_object(string) ? type_of(string, layout->map_type) : STRING_END;
		if (type >= STRING_END)
			return -1;
		if ((type & STRING_FORM) == STRING_THIN) {
			string = user_word(string - 1 + layout->thin_actual);
		} else if ((type & STRING_FORM) == STRING_SLICED) {
			skip += user_word(string - 1 + layout->sliced_offset) >> 32;
			string = user_word(string - 1 + layout->sliced_parent);
		} else if ((type & STRING_FORM) == STRING_CONS) {
			/* one that was flattened has all in its first part */
			__u64 second = user_word(string - 1 + layout->cons_second);

			if (user_u32(second - 1 + layout->string_length))
				return -1;
			string = user_word(string - 1 + layout->cons_first);
		} else {
			break;
		}
	}
	if ((type & STRING_FORM) == STRING_EXTERNAL)
		out->address = user_word(string - 1 + layout->external_data);
	else if (type & STRING_FORM)
		return -1;
	else
		out->address = string - 1 + layout->string_chars;
	out->utf16 = !(type & STRING_ONE_BYTE);
	out->address += skip << out->utf16;
	if (length > EVENT_TEXT_MAX)
		length = EVENT_TEXT_MAX;
	out->size = length << out->utf16;
	return 0;
}

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

/* ---- walking ---- */

/* Whether this is the function of a module's top level; the types make sure that it is one. */
__noinline int is_module(__u64 function, struct walk *walk)
{
	const struct v8_layout *layout;
	__u64 shared, flags;
	__u32 kind, type;

	if (!walk)
		return 0;
	layout = layout_of(walk->layout);
	if (!layout)
		return 0;
	shared = user_word(function - 1 + layout->function_shared);
	if (!is_object(shared))
		return 0;
	if (!walk->first)
		walk->first = shared;
	if (walk->required && !walk->requirer)
		walk->requirer = shared;
	if (shared == walk->require)
		walk->required = 1;
	flags = user_word(shared - 1 + layout->shared_flags);
	kind = FLAGS_KIND(flags);
	if (!(flags >> 32 == 1 && FLAGS_SYNTAX(flags) == SYNTAX_WRAPPED) &&
	    !(flags >> 32 == 0 && (kind == KIND_MODULE || kind == KIND_ASYNC_MODULE)))
		goto no;
	type = type_of(function, layout->map_type);
	if (type < layout->function_low || type > layout->function_high ||
	    type_of(shared, layout->map_type) != layout->shared_type)
		goto no;
	walk->shared = shared;
	walk->flags = flags;
	return 1;
no:
	walk->last = shared;
	return 0;
}

struct frame {
	__u64 function, context, next, caller;
};

static long look_at_frame(__u32 index, struct walk *walk)
{
	struct frame frame;

	if (walk->fp <= walk->low || walk->fp > walk->bottom || walk->fp & 7 ||
	    bpf_probe_read_user(&frame, sizeof(frame), (void *)(walk->fp - 16)))
		return 1;
	/* C++ has any values there, V8's other frames a small integer in place of the context */
	if (is_object(frame.function) && is_object(frame.context) &&
	    is_module(frame.function, walk))
		return 1;
	if (!walk->evaluation && frame.caller >= walk->evaluation_low &&
	    frame.caller < walk->evaluation_high)
		walk->evaluation = frame.next;
	walk->low = walk->fp;
	walk->fp = frame.next;
	return 0;
}

__noinline int walk_stack(struct v8_thread *thread, __u64 sp, __u64 fp)
{
	const struct v8_layout *layout;
	struct walk walk = {}; /* bpf_loop() takes nothing but our own stack */
	__u64 exit;

	if (!thread)
		return -1;
	thread->walk = walk;
	layout = layout_of(thread->layout);
	if (!layout)
		return -1;
	exit = user_word(thread->isolate + layout->c_entry_fp);
	if (thread->compile_exit) {
		/* still inside the compilation: the module that is compiled has not begun */
		if (exit == thread->compile_exit && sp < thread->compile_sp)
			return -1;
		thread->compile_exit = 0;
	}
	walk.bottom = user_word(thread->isolate + layout->js_entry);
	if (!walk.bottom)
		return 0;
	walk.low = sp;
	walk.fp = exit > sp && exit - sp < STACK_MAX ? exit : fp;
	walk.layout = thread->layout;
	walk.require = thread->require;
	if (layout->evaluation) {
		walk.evaluation_low = layout->evaluation + thread->bias;
		walk.evaluation_high = layout->evaluation_end + thread->bias;
	}
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		bpf_loop(FRAMES_MAX, look_at_frame, &walk, 0);
	thread->walk = walk;
	/* code without a frame of its own can lead astray: who never came to the bottom knows
	 * nothing
	 */
	return walk.shared || walk.low == walk.bottom ? 0 : -1;
}

/* The name of a function's script, as a tagged string; its number through |*id|. */
__noinline __u64 script_name(__u32 number, __u64 shared, __u32 *id)
{
	const struct v8_layout *layout = layout_of(number);
	__u64 script;

	if (!layout || !id)
		return 0;
	script = user_word(shared - 1 + layout->shared_script);
	if (type_of(script, layout->map_type) != layout->script_type)
		return 0;
	*id = user_u32(script - 1 + layout->script_id + 4);
	return user_word(script - 1 + layout->script_name);
}

__noinline __u64 rss_now(void)
{
	struct mm_struct *mm;

	if (control.cpus > RSS_CPUS_MAX)
		return 0;
	mm = BPF_CORE_READ(bpf_get_current_task_btf(), mm);
	if (!mm)
		return 0;
	return counter_bytes(mm, 0) + counter_bytes(mm, 1) + counter_bytes(mm, 3);
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

/*
 * Walks, and tells when another module than before is the innermost. |at_ns|: since when the stack
 * is as it is now.
 */
__noinline int look(struct v8_thread *thread, __u64 sp, __u64 fp, __u64 at_ns)
{
	struct event_stack *record;
	__u64 frame, seen_ns, name = 0;
	__u32 id = 0, says = 0;
	struct walk *walk;

	if (!thread || walk_stack(thread, sp, fp))
		return 0;
	walk = &thread->walk;
	frame = walk->shared ? walk->fp : 0;
	seen_ns = thread->walked_ns;
	thread->walked_ns = bpf_ktime_get_ns();
	/* in the call that has compiled a file it can be before that or after it: who knows? */
	if (frame && thread->require && !walk->required)
		says = EVENT_STACK_RUNS;
	else if (frame && walk->required && site_of(thread->layout, frame) != thread->site)
		says = EVENT_STACK_REQUIRES;
	if (frame == thread->frame && !tells_more(thread, says, at_ns))
		return 0;
	thread->frame = frame;
	thread->told = says;
	thread->ran |= frame != 0;
	record = (struct event_stack *)thread->room;
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_STACK, sizeof(*record));
	record->event.flags = says;
	if (!at_ns)
		record->event.flags |= EVENT_STACK_SAMPLE;
	record->at_ns = at_ns ? at_ns : record->event.time_ns;
	record->seen_ns = seen_ns;
	record->frame = frame;
	record->rss_bytes = rss_now();
	if (frame) {
		name = script_name(thread->layout, walk->shared, &id);
		record->script = id;
		record->function = walk->flags >> 32;
		if (!record->function)
			record->event.flags |= EVENT_STACK_ESM;
	}
	return send_record(thread, name, sizeof(*record));
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

int scripts_at_call(__u64 sp, __u64 fp, __u64 enter_ns, __u64 always)
{
	struct v8_thread *thread = enter();

	if (!thread)
		return 0;
	if (always || bpf_ktime_get_ns() - thread->walked_ns > GAP_NS)
		look(thread, sp, fp, enter_ns);
	leave(thread);
	return 0;
}

int scripts_look(void)
{
	struct v8_thread *thread = enter();
	struct pt_regs *regs;

	if (!thread)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	look(thread, regs_sp(regs), regs_fp(regs), 0);
	leave(thread);
	return 0;
}

int scripts_at_fault(__u64 sp, __u64 fp)
{
	struct v8_thread *thread = enter();

	if (!thread)
		return 0;
	if (bpf_ktime_get_ns() - thread->walked_ns > GAP_NS)
		look(thread, sp, fp, 0);
	leave(thread);
	return 0;
}

SEC("perf_event")
int on_sample(void *context)
{
	return followed() ? scripts_look() : 0;
}

/* ---- probes ---- */

/* v8::Isolate::Initialize(isolate, ...), on the thread that is going to run in it */
static __always_inline int begin_isolate(struct thread_state *state, struct pt_regs *regs,
					 __u32 number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct v8_layout *layout = layout_of(number);
	struct v8_thread *thread;

	if (!layout)
		return 0;
	thread = bpf_task_storage_get(&v8_threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		count_loss(EVENT_SCRIPT);
		return 0;
	}
	thread->mm = (__u64)task->mm;
	thread->isolate = argument(regs, 0);
	thread->bias = regs_ip(regs) - layout->initialize;
	thread->layout = number;
	thread->busy = 0;
	thread->walked_ns = 0;
	thread->frame = NEVER;
	thread->compile_exit = 0;
	thread->require = 0;
	thread->site = 0;
	state->scripts = 1;
	return 0;
}

/* The function of a SourceTextModule: one of its words is the generator that runs it. */
__noinline __u64 module_shared(__u32 number, __u64 module)
{
	const struct v8_layout *layout = layout_of(number);

	if (!layout || !is_object(module))
		return 0;
	for (int i = 1; i < MODULE_WORDS; i++) {
		__u64 word = user_word(module - 1 + i * 8), function;
		__u32 type;

		if (!is_object(word))
			continue;
		type = type_of(word, layout->map_type);
		if (type < layout->generator_low || type > layout->generator_high)
			continue;
		/* a JSGeneratorObject's function is its first own field */
		function = user_word(word - 1 + 24);
		type = type_of(function, layout->map_type);
		if (type >= layout->function_low && type <= layout->function_high)
			return user_word(function - 1 + layout->function_shared);
	}
	return 0;
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
	if (source)
		record->source_chars = user_u32(source - 1 + layout->string_length);
	return send_record(thread, string, sizeof(*record));
}

/* Whether a function is of a script of Node.js itself. */
static __noinline int is_own(__u32 layout, __u64 shared)
{
	struct chars chars = {};
	char text[8] = {};
	__u32 id = 0;

	if (!shared || find_chars(layout, script_name(layout, shared, &id), &chars))
		return 0;
	bpf_probe_read_user(text, 5, (void *)chars.address);
	return text[0] == 'n' && text[1] == 'o' && text[2] == 'd' && text[3] == 'e' &&
	       text[4] == ':';
}

/*
 * Whether a function is of the script in which Node.js finds out whether a file is an ES module, by
 * compiling it as a function: what comes of that is thrown away.
 */
static __noinline int asks_format(__u32 layout, __u64 shared)
{
	const char name[] = "get_format";
	struct chars chars = {};
	char text[sizeof(name) - 1] = {};
	__u32 id = 0;

	if (!shared || find_chars(layout, script_name(layout, shared, &id), &chars) ||
	    chars.size < sizeof(text))
		return 0;
	bpf_probe_read_user(text, sizeof(text),
			    (void *)(chars.address + chars.size - sizeof(text)));
	for (__u32 i = 0; i < sizeof(text); i++)
		if (text[i] != name[i])
			return 0;
	return 1;
}

/*
 * After a file's compilation was told: tells who required it, if that is not the module whose top
 * level runs. All modules have the same function require(): what their top level calls, before a
 * file is compiled. That is learned, and again where it is not on the stack, as it may be moved.
 */
static __noinline int send_requirer(struct v8_thread *thread)
{
	struct event_script none = {};
	__u32 id = 0, module_id = 0;
	struct walk *walk;
	__u64 name;

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
	name = script_name(thread->layout, walk->requirer, &id);
	if (walk->shared)
		script_name(thread->layout, walk->shared, &module_id);
	return id == module_id ? 0 : send_script(thread, EVENT_SCRIPT_REQUIRER, name, 0, &none);
}

/* CompileFunction(context, source, ...), CompileModule(isolate, source, ...) */
static __noinline int at_compile(struct v8_thread *thread, struct pt_regs *regs, __u64 cookie)
{
	__u64 source = argument(regs, 1), sp = regs_sp(regs);
	struct event_script more = {};
	const struct v8_layout *layout;

	if (!thread)
		return 0;
	layout = layout_of(thread->layout);
	if (!layout)
		return 0;
	thread->compile_exit = 0;
	/* the name that is compiled is no longer where the last one was */
	look(thread, sp, regs_fp(regs), bpf_ktime_get_ns());
	more.importer = thread->walk.evaluation;
	if (asks_format(thread->layout, thread->walk.first))
		more.event.flags = EVENT_SCRIPT_TRIAL;
	/* v8::ScriptCompiler::Source: the source's handle, then that of the name */
	send_script(thread, cookie, user_word(user_word(source + 8)), user_word(user_word(source)),
		    &more);
	if ((cookie & COOKIE_SCRIPT_WHAT) == EVENT_SCRIPT_FUNCTION)
		send_requirer(thread);
	thread->frame = NEVER;
	thread->ran = 1;
	thread->site = thread->walk.shared ? site_of(thread->layout, thread->walk.fp) : 0;
	thread->compile_sp = sp;
	thread->compile_exit = user_word(thread->isolate + layout->c_entry_fp);
	return 0;
}

/* ExecuteModule(isolate, module, ...): called by the evaluator, whose frame is still current */
static __noinline int at_execute(struct v8_thread *thread, struct pt_regs *regs, __u64 cookie)
{
	struct event_script more = {.evaluation = regs_fp(regs)};
	const struct v8_layout *layout;
	__u64 shared, name = 0, caller;
	__u32 id = 0;

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
		shared = module_shared(thread->layout, user_word(argument(regs, 1)));
		if (shared)
			name = script_name(thread->layout, shared, &id);
	} else if (!result(regs)) {
		more.event.flags = EVENT_SCRIPT_FAILED;
	}
	return send_script(thread, cookie, name, 0, &more);
}

SEC("uprobe")
int on_script(struct pt_regs *regs)
{
	__u64 cookie = bpf_get_attach_cookie(regs);
	struct thread_state *state = followed();
	struct v8_thread *thread;

	if (!state)
		return 0;
	if ((cookie & COOKIE_SCRIPT_WHAT) == EVENT_SCRIPT_ISOLATE)
		return begin_isolate(state, regs, cookie >> COOKIE_SCRIPT_LAYOUT & 0xff);
	thread = enter();
	if (!thread)
		return 0;
	if ((cookie & COOKIE_SCRIPT_WHAT) <= EVENT_SCRIPT_MODULE)
		at_compile(thread, regs, cookie);
	else
		at_execute(thread, regs, cookie);
	leave(thread);
	return 0;
}

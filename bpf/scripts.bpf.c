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

#define FRAME_WORDS  4
#define FRAMES_MAX   512
#define STACK_MAX    (16 << 20)
#define CHUNK_WORDS  128 /* of a stack, read at once: a read costs as much as ten frames' look */
#define SEEN_MAX     512 /* a power of two */
#define RSS_CPUS_MAX 64
#define MODULE_WORDS 12 /* of a SourceTextModule, in which its function is looked for */
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
	__u16 required; /* the last frame is that of require() */
	__u16 passed;	/* the last look was at a function that is no module's */
};

/* A frame, and the function in it that was found to be no module's. */
struct seen {
	__u64 fp, function, shared;
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
	__u64 asking;	    /* the script that last had something compiled, its number, and */
	__u32 asking_id;
	__u32 asks_format; /* whether that is the one that asks for a file's format */
	__u32 module_word; /* of a SourceTextModule: the one with its function */
	struct walk walk;  /* the last one, whatever came of it */
	__u64 chunk_at;	   /* where in the stack |chunk| begins, during a walk */
	__u64 chunk[CHUNK_WORDS + FRAME_WORDS];
	struct seen seen[SEEN_MAX];
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
 * The first words of an object. Several are read at once: to read user memory takes 50 to 80 ns,
 * however little that is.
 */
#define OBJECT_WORDS 4
struct object {
	__u64 words[OBJECT_WORDS];
};

/* 0, or -1: it is none, or can't be read. */
static __always_inline int read_object(__u64 tagged, struct object *out)
{
	if (!is_object(tagged))
		return -1;
	if (!bpf_probe_read_user(out, sizeof(*out), (void *)(tagged - 1)))
		return 0;
	/* a small one at the end of what is mapped */
	return bpf_probe_read_user(out, sizeof(*out) / 2, (void *)(tagged - 1)) ? -1 : 0;
}

static __always_inline __u64 field(const struct object *object, __u64 tagged, __u32 offset)
{
	switch (offset) {
	case 8:
		return object->words[1];
	case 16:
		return object->words[2];
	case 24:
		return object->words[3];
	}
	return user_word(tagged - 1 + offset);
}

/*
 * The instance type that the first word of an object, its map, tells; 0 of what is none (that is a
 * string's: never asked for). While the collector moves objects, one that it has moved holds its
 * new address in place of a map; its other fields are still as they were.
 */
static __always_inline __u32 type_by(__u64 map, __u32 map_type)
{
	__u16 type = 0;

	if (map && !(map & 3))
		map = user_word(map);
	if (!is_object(map))
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
	struct object object = {};
	__u64 skip = 0, length = 0;
	__u32 type = 0;

	if (!layout || !out)
		return -1;
	for (int hop = 0; hop < 4; hop++) {
		if (read_object(string, &object))
			return -1;
		type = type_by(object.words[0], layout->map_type);
		if (type >= STRING_END)
			return -1;
		if (!hop)
			length = layout->string_length == 12
					 ? object.words[1] >> 32
					 : user_u32(string - 1 + layout->string_length);
		if ((type & STRING_FORM) == STRING_THIN) {
			string = field(&object, string, layout->thin_actual);
		} else if ((type & STRING_FORM) == STRING_SLICED) {
			skip += field(&object, string, layout->sliced_offset) >> 32;
			string = field(&object, string, layout->sliced_parent);
		} else if ((type & STRING_FORM) == STRING_CONS) {
			/* one that was flattened has all in its first part */
			__u64 second = field(&object, string, layout->cons_second);

			if (user_u32(second - 1 + layout->string_length))
				return -1;
			string = field(&object, string, layout->cons_first);
		} else {
			break;
		}
	}
	if ((type & STRING_FORM) == STRING_EXTERNAL)
		out->address = field(&object, string, layout->external_data);
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

/* A function that was called, with what it has called before it: the walk goes outward. */
static __always_inline void pass(struct walk *walk, __u64 shared)
{
	if (!walk->first)
		walk->first = shared;
	if (walk->required && !walk->requirer)
		walk->requirer = shared;
	if (shared == walk->require)
		walk->required = 1;
}

/* Whether this is the function of a module's top level; the types make sure that it is one. */
__noinline int is_module(__u64 function, struct walk *walk)
{
	const struct v8_layout *layout;
	struct object object = {};
	__u64 shared, flags;
	__u32 kind, type;

	if (!walk)
		return 0;
	layout = layout_of(walk->layout);
	if (!layout || read_object(function, &object))
		return 0;
	shared = field(&object, function, layout->function_shared);
	if (!is_object(shared))
		return 0;
	pass(walk, shared);
	flags = user_word(shared - 1 + layout->shared_flags);
	kind = FLAGS_KIND(flags);
	if (!(flags >> 32 == 1 && FLAGS_SYNTAX(flags) == SYNTAX_WRAPPED) &&
	    !(flags >> 32 == 0 && (kind == KIND_MODULE || kind == KIND_ASYNC_MODULE)))
		goto no;
	type = type_by(object.words[0], layout->map_type);
	if (type < layout->function_low || type > layout->function_high ||
	    type_by(user_word(shared - 1), layout->map_type) != layout->shared_type)
		goto no;
	walk->shared = shared;
	walk->flags = flags;
	return 1;
no:
	walk->last = shared;
	walk->passed = 1;
	return 0;
}

struct frame {
	__u64 function, context, next, caller;
};

/* What bpf_loop() hands on. */
struct walking {
	struct walk walk;
	struct v8_thread *thread;
};

/* 0, or -1: it can't be read. */
static __always_inline int read_frame(struct v8_thread *thread, __u64 fp, struct frame *out)
{
	__u64 at = fp - 16, word = (at - thread->chunk_at) / 8;

	if (word >= CHUNK_WORDS) {
		thread->chunk_at = at;
		word = 0;
		if (bpf_probe_read_user(thread->chunk, sizeof(thread->chunk), (void *)at)) {
			/* near the end of the stack: this frame alone */
			thread->chunk_at = NEVER;
			if (bpf_probe_read_user(thread->chunk, sizeof(*out), (void *)at))
				return -1;
		}
	}
	barrier_var(word);
	word &= CHUNK_WORDS - 1;
	out->function = thread->chunk[word];
	out->context = thread->chunk[word + 1];
	out->next = thread->chunk[word + 2];
	out->caller = thread->chunk[word + 3];
	return 0;
}

/*
 * Whether the frame is a module's. Most are looked at again and again, and of no module: they are
 * known by where they are and by their function.
 */
static __always_inline bool is_modules_frame(struct walking *walking, __u64 function)
{
	struct walk *walk = &walking->walk;
	struct seen *seen = &walking->thread->seen[walk->fp / 16 & (SEEN_MAX - 1)];

	if (seen->fp == walk->fp && seen->function == function) {
		pass(walk, seen->shared);
		walk->last = seen->shared;
		return false;
	}
	walk->passed = 0;
	if (is_module(function, walk))
		return true;
	if (walk->passed) {
		seen->fp = walk->fp;
		seen->function = function;
		seen->shared = walk->last;
	}
	return false;
}

static long look_at_frame(__u32 index, struct walking *walking)
{
	struct walk *walk = &walking->walk;
	struct frame frame;

	if (walk->fp <= walk->low || walk->fp > walk->bottom || walk->fp & 7 ||
	    read_frame(walking->thread, walk->fp, &frame))
		return 1;
	/* C++ has any values there, V8's other frames a small integer in place of the context */
	if (is_object(frame.function) && is_object(frame.context) &&
	    is_modules_frame(walking, frame.function))
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
	struct walking walking = {}; /* bpf_loop() takes nothing but our own stack */
	struct walk *walk = &walking.walk;
	__u64 exit;

	if (!thread)
		return -1;
	thread->walk = *walk;
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
	walking.thread = thread;
	thread->chunk_at = NEVER;
	walk->bottom = user_word(thread->isolate + layout->js_entry);
	if (!walk->bottom)
		return 0;
	walk->low = sp;
	walk->fp = exit > sp && exit - sp < STACK_MAX ? exit : fp;
	walk->layout = thread->layout;
	walk->require = thread->require;
	if (layout->evaluation) {
		walk->evaluation_low = layout->evaluation + thread->bias;
		walk->evaluation_high = layout->evaluation_end + thread->bias;
	}
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		bpf_loop(FRAMES_MAX, look_at_frame, &walking, 0);
	thread->walk = *walk;
	/* code without a frame of its own can lead astray: who never came to the bottom knows
	 * nothing
	 */
	return walk->shared || walk->low == walk->bottom ? 0 : -1;
}

/* A script: its number, by which its isolate tells it from all others, and its name, a string. */
struct named {
	__u64 script, name;
	__u32 id;
	__u32 reserved;
};

static __always_inline __u32 id_of(const struct v8_layout *layout, __u64 script)
{
	return user_u32(script - 1 + layout->script_id + 4);
}

/* A function's script; zeroes: it has none. */
__noinline int find_script(__u32 number, __u64 shared, struct named *out)
{
	const struct v8_layout *layout = layout_of(number);
	struct object object = {};
	__u64 script;

	if (!layout || !out)
		return -1;
	__builtin_memset(out, 0, sizeof(*out));
	script = shared ? user_word(shared - 1 + layout->shared_script) : 0;
	if (read_object(script, &object) ||
	    type_by(object.words[0], layout->map_type) != layout->script_type)
		return -1;
	out->script = script;
	out->name = field(&object, script, layout->script_name);
	out->id = id_of(layout, script);
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

/*
 * Walks, and tells when another module than before is the innermost. |at_ns|: since when the stack
 * is as it is now.
 */
__noinline int look(struct v8_thread *thread, __u64 sp, __u64 fp, __u64 at_ns)
{
	struct event_stack *record;
	struct named script = {};
	__u64 frame, seen_ns;
	struct walk *walk;
	__u32 says = 0;

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
	/* beyond, it costs too much to be read that often */
	record->rss_bytes = control.cpus > RSS_CPUS_MAX ? 0 : rss_now();
	if (frame) {
		find_script(thread->layout, walk->shared, &script);
		record->script = script.id;
		record->function = walk->flags >> 32;
		if (!record->function)
			record->event.flags |= EVENT_STACK_ESM;
	}
	return send_record(thread, script.name, sizeof(*record));
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

SEC("perf_event")
int on_sample(void *context)
{
	return followed() ? scripts_look() : 0;
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
	thread->asking = 0;
	state->scripts = 1;
	return 0;
}

/* The function of the generator that |word| is; 0: it is none. */
static __noinline __u64 generator_shared(__u32 number, __u64 word)
{
	const struct v8_layout *layout = layout_of(number);
	struct object object = {};
	__u64 function;
	__u32 type;

	if (!layout || read_object(word, &object))
		return 0;
	type = type_by(object.words[0], layout->map_type);
	if (type < layout->generator_low || type > layout->generator_high)
		return 0;
	/* a JSGeneratorObject's function is its first own field */
	function = object.words[3];
	if (read_object(function, &object))
		return 0;
	type = type_by(object.words[0], layout->map_type);
	if (type < layout->function_low || type > layout->function_high)
		return 0;
	return field(&object, function, layout->function_shared);
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
	if (source)
		record->source_chars = user_u32(source - 1 + layout->string_length);
	return send_record(thread, string, sizeof(*record));
}

/* Whether a function is of a script of Node.js itself. */
static __noinline int is_own(__u32 number, __u64 shared)
{
	struct named script = {};
	struct chars chars = {};
	char text[8] = {};

	if (find_script(number, shared, &script) || find_chars(number, script.name, &chars))
		return 0;
	bpf_probe_read_user(text, 5, (void *)chars.address);
	return text[0] == 'n' && text[1] == 'o' && text[2] == 'd' && text[3] == 'e' &&
	       text[4] == ':';
}

/* Whether a script's name says that it is get_format, of Node.js itself. */
static __noinline int is_get_format(__u32 number, __u64 name_of_script)
{
	const char name[] = "get_format";
	struct chars chars = {};
	char text[sizeof(name) - 1] = {};

	if (find_chars(number, name_of_script, &chars) || chars.size < sizeof(text))
		return 0;
	bpf_probe_read_user(text, sizeof(text),
			    (void *)(chars.address + chars.size - sizeof(text)));
	for (__u32 i = 0; i < sizeof(text); i++)
		if (text[i] != name[i])
			return 0;
	return 1;
}

/*
 * Whether a function is of the script in which Node.js finds out whether a file is an ES module, by
 * compiling it as a function: what comes of that is thrown away. Most compilations are asked for by
 * the same script.
 */
static __noinline int asks_format(struct v8_thread *thread, __u64 shared)
{
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
	thread->asks_format = is_get_format(thread->layout, script.name);
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
	if (asks_format(thread, thread->walk.first))
		more.event.flags = EVENT_SCRIPT_TRIAL;
	bpf_probe_read_user(handles, sizeof(handles), (void *)source);
	send_script(thread, cookie, user_word(handles[1]), user_word(handles[0]), &more);
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

SEC("uprobe")
int on_script(struct probe_regs *regs)
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
	state->looked_ns = thread->walked_ns;
	leave(thread);
	return 0;
}

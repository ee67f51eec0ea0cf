/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * v8_walk.bpf.h - a walk over the stack of a thread with a V8, to the module that runs
 *
 * It goes from frame to frame up to the first one of a module's top level: of a wrapper that
 * CommonJS puts around a file, or of an ES module. That runs once, so what called it can't change
 * as long as it is there.
 */
#ifndef COLDPROF_V8_WALK_BPF_H
#define COLDPROF_V8_WALK_BPF_H

#include "v8_objects.bpf.h"

#define FRAME_WORDS 4
#define FRAMES_MAX  512
#define STACK_MAX   (16 << 20)
#define CHUNK_WORDS 128 /* of a stack, read at once: a read costs as much as ten frames' look */
#define SEEN_MAX    512 /* a power of two */
#define NEVER	    (~0ull)

/* SharedFunctionInfo's flags: the kind of the function, and how its source came to be one */
#define FLAGS_KIND(flags)   ((flags)&31)
#define FLAGS_SYNTAX(flags) ((flags) >> 7 & 7)
#define KIND_MODULE	    1
#define KIND_ASYNC_MODULE   2
#define SYNTAX_WRAPPED	    4

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
	__u64 call_site;    /* and to a system call */
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
	char room[88 + EVENT_TEXT_MAX + 8];
};

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

#endif

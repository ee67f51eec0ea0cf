/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * v8_layout.h - where V8 keeps what its stack is read by, of one binary
 *
 * Offsets count from the object's address without its tag. Most are those that the binary tells
 * debuggers in its v8dbg_* symbols; v8.c says how it comes by the others. A type is the instance
 * type in an object's map, by which each step is checked before it is believed.
 */
#ifndef COLDPROF_V8_LAYOUT_H
#define COLDPROF_V8_LAYOUT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

struct v8_layout {
	/* from the isolate: the frame at which C++ was last called from JS, 0: it runs; and the one
	 * in which C++ first called JS, 0: there is none on the stack
	 */
	__u32 c_entry_fp, js_entry;
	__u16 map_type;
	__u16 function_shared;
	__u16 shared_script, shared_flags; /* the flags are followed by the literal's number */
	__u16 script_name, script_id;
	__u16 string_length, string_chars;
	__u16 cons_first, cons_second, thin_actual, sliced_parent, sliced_offset, external_data;
	__u16 function_low, function_high; /* types: the first and the last one */
	__u16 generator_low, generator_high;
	__u16 shared_type, script_type;
	__u16 site; /* below the frame of an interpreted function: where in its code that is */
	__u16 reserved[3];
	/* addresses in the binary; 0: it does not say where its ES modules are evaluated */
	__u64 initialize; /* v8::Isolate::Initialize */
	__u64 evaluation, evaluation_end;
};

/* Room for that many binaries. */
#define V8_LAYOUTS 16

#endif

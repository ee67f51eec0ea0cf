/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * v8_objects.bpf.h - reading the objects of a V8: functions, scripts, strings
 *
 * All memory of the program is only read, never trusted: an object that has not the type that it
 * must have is none. Addresses are tagged, as V8 has them: one more than where the object begins.
 *
 * Functions that are not static are verified once each, not at every call: else the verifier takes
 * half a second for these files. For the same reason they get a layout by its number.
 */
#ifndef COLDPROF_V8_OBJECTS_BPF_H
#define COLDPROF_V8_OBJECTS_BPF_H

#include "coldprof.bpf.h"
#include "v8_layout.h"

/* String types: the low bits, as v8dbg_StringRepresentationMask and its kin have them since 2008 */
#define STRING_END	0x80
#define STRING_ONE_BYTE 8
#define STRING_FORM	7
#define STRING_CONS	1
#define STRING_EXTERNAL 2
#define STRING_SLICED	3
#define STRING_THIN	5

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, V8_LAYOUTS);
	__type(key, __u32);
	__type(value, struct v8_layout);
} v8_layouts SEC(".maps");

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

/* Whether a script's name ends in these ten characters, of one byte each. */
#define TAIL_SIZE 10
static __noinline int has_tail(__u32 number, __u64 name_of_script, const char *tail)
{
	struct chars chars = {};
	char text[TAIL_SIZE] = {};

	if (find_chars(number, name_of_script, &chars) || chars.size < sizeof(text))
		return 0;
	bpf_probe_read_user(text, sizeof(text),
			    (void *)(chars.address + chars.size - sizeof(text)));
	for (__u32 i = 0; i < sizeof(text); i++)
		if (text[i] != tail[i])
			return 0;
	return 1;
}

#endif

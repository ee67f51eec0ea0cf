/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* cookie.h - what a uprobe tells its program about itself */
#ifndef COLDPROF_COOKIE_H
#define COLDPROF_COOKIE_H

#include <linux/types.h>

/* ---- marks.bpf.c ---- */

#define COOKIE_MARK 0xff     /* enum event_mark_id */
#define COOKIE_SITE (1 << 8) /* counts only when the first argument is the C string "site" */

/* of the probes in V8: enum event_script_what, the flags of its event, the number of its layout */
#define COOKIE_SCRIPT_WHAT   0xff
#define COOKIE_SCRIPT_FLAGS  8
#define COOKIE_SCRIPT_LAYOUT 16
/* ---- imports.bpf.c ---- */

/*
 * Where a value is when a probe is passed: a register by its number in the machine's own encoding
 * (x86: 0 rax, 1 rcx, ... 15 r15), or a slot of 8 bytes above the stack pointer.
 */
#define PLACE_SLOT 0x40 /* | index of the slot, below PLACE_SLOT */
#define PLACE_NONE 0xff

/* enum event_import_what */
#define COOKIE_IMPORT_WHAT(cookie) ((cookie)&0xff)
/* the place of the key, of a name, of a code object */
#define COOKIE_IMPORT_SUBJECT(cookie) ((cookie) >> 8 & 0xff)
/* the place of what is NULL on failure */
#define COOKIE_IMPORT_RESULT(cookie) ((cookie) >> 16 & 0xff)
/* index in import_layouts */
#define COOKIE_IMPORT_LAYOUT(cookie) ((cookie) >> 24 & 0xff)
/* The place holds the address of an array whose first item is the subject. */
#define COOKIE_IMPORT_ARRAY (1ull << 32)
/* Counts only when called from there: the low bits of the return address, as pages lie apart. */
#define COOKIE_IMPORT_CALLER (1ull << 33)
/* of an extension's begin: where it ends is probed, too */
#define COOKIE_IMPORT_ENDS_SEEN	    (1ull << 34)
#define COOKIE_IMPORT_FROM(cookie)  ((cookie) >> 36 & 0xfff)
#define COOKIE_IMPORT_FROM_BITS	    0xfffull
#define COOKIE_IMPORT_FROM_SHIFT    36
#define COOKIE_IMPORT_SUBJECT_SHIFT 8
#define COOKIE_IMPORT_RESULT_SHIFT  16
#define COOKIE_IMPORT_LAYOUT_SHIFT  24
#define COOKIE_IMPORT_LAYOUTS	    32 /* interpreters of different layouts in one run */

/* Where CPython keeps what is read, in one number: offsets in its objects, in bytes. */
struct import_layout {
	__u8 ascii, wide;   /* str: the characters of an ASCII string, of another one */
	__u8 length, state; /* str */
	__u8 kind_shift;    /* str: bits of |state|: kind (3), compact, ascii */
	__u8 reserved;
	__u16 file_name; /* code object: co_filename */
};

#endif

// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* imports.bpf.c - a step of an import in CPython was passed; plain uprobes, never a uretprobe */
#include "coldprof.bpf.h"
#include "cookie.h"
#include "mm.bpf.h"
#include <bpf/bpf_tracing.h>

#define TEXT_SHORT 200 /* bytes: most names and paths */
#define TEXT_LONG  EVENT_TEXT_MAX

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, COOKIE_IMPORT_LAYOUTS);
	__type(key, __u32);
	__type(value, struct import_layout);
} import_layouts SEC(".maps");

static __always_inline __u64 user_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (void *)address);
	return word;
}

#if defined(__TARGET_ARCH_x86)

/* The barrier keeps clang from choosing an address first, at which the verifier wants a constant.
 */
#define REGISTER(number, name)                                                                     \
	case number:                                                                               \
		value = regs->name;                                                                \
		barrier_var(value);                                                                \
		return value

static __noinline __u64 register_of(struct probe_regs *regs, __u32 number)
{
	__u64 value;

	switch (number) {
		REGISTER(0, ax);
		REGISTER(1, cx);
		REGISTER(2, dx);
		REGISTER(3, bx);
		REGISTER(4, sp);
		REGISTER(5, bp);
		REGISTER(6, si);
		REGISTER(7, di);
		REGISTER(8, r8);
		REGISTER(9, r9);
		REGISTER(10, r10);
		REGISTER(11, r11);
		REGISTER(12, r12);
		REGISTER(13, r13);
		REGISTER(14, r14);
		REGISTER(15, r15);
	}
	return 0;
}

static __always_inline __u64 stack_of(struct probe_regs *regs)
{
	return regs->sp;
}

#else /* no probe is ever made there: python_calibrate.c */

static __always_inline __u64 register_of(struct probe_regs *regs, __u32 number)
{
	return 0;
}

static __always_inline __u64 stack_of(struct probe_regs *regs)
{
	return 0;
}

#endif

static __always_inline __u64 at_place(struct probe_regs *regs, __u32 place)
{
	if (place & PLACE_SLOT)
		return user_word(stack_of(regs) + 8ull * (place & (PLACE_SLOT - 1)));
	return register_of(regs, place);
}

/* A str as it lies in memory: user space decodes it. */
struct string {
	__u64 data;
	__u32 size;  /* bytes */
	__u16 flags; /* of the record */
	__u8 width;  /* 0: not a str that is understood */
};

static __always_inline void find_text(const struct import_layout *layout, __u64 address,
				      struct string *out)
{
	__u32 state = 0;
	__u64 length;
	__u8 kind;

	bpf_probe_read_user(&state, sizeof(state), (void *)(address + layout->state));
	state >>= layout->kind_shift & 31;
	kind = state & 7;
	if (!(state & 8) || (kind != 1 && kind != 2 && kind != 4))
		return;
	length = user_word(address + layout->length);
	if (length > TEXT_LONG / 4) {
		length = TEXT_LONG / 4;
		out->flags |= EVENT_TEXT_CUT;
	}
	out->data = address + (state & 16 ? layout->ascii : layout->wide);
	out->size = length * kind;
	out->width = kind;
}

/* Memory is read where a load may begin or end: that takes a quarter of a probe's time. */
static __always_inline bool is_end(__u32 what)
{
	return what == EVENT_IMPORT_BEGIN || what == EVENT_IMPORT_FIND ||
	       what == EVENT_IMPORT_BODY_END || what == EVENT_IMPORT_END ||
	       what == EVENT_IMPORT_INIT_END;
}

static __always_inline bool has_text(__u32 what)
{
	return what == EVENT_IMPORT_BEGIN || what == EVENT_IMPORT_FIND || what == EVENT_IMPORT_BODY;
}

/* The str to be sent, or 0: none. */
static __always_inline __u64 string_of(const struct import_layout *layout, __u32 what,
				       __u64 subject)
{
	if (!has_text(what))
		return 0;
	return what == EVENT_IMPORT_BODY ? user_word(subject + layout->file_name) : subject;
}

/* What all steps have. A probe may be preempted: nothing is put together in the scratch. */
struct step {
	struct string string;
	__u64 key, stack, rss_bytes;
	__u32 what;
	__u16 flags;
};

struct long_import {
	struct event_import import;
	char text[TEXT_LONG];
};
struct short_import {
	struct event_import import;
	char text[TEXT_SHORT];
};

static __always_inline void fill(struct event_import *record, const struct step *step)
{
	__builtin_memset(record, 0, sizeof(*record));
	fill_header(&record->event, EVENT_IMPORT, sizeof(*record));
	record->event.flags = step->flags | step->string.flags;
	record->key = step->key;
	record->stack = step->stack;
	record->rss_bytes = step->rss_bytes;
	record->what = step->what;
	record->width = step->string.width;
}

/* The ring wants a size that is known beforehand; what is too much is not kept. */
#define SEND(type, limit)                                                                          \
	do {                                                                                       \
		struct type *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);              \
		__u64 size = step->string.size;                                                    \
                                                                                                   \
		if (!record) {                                                                     \
			count_loss(EVENT_IMPORT);                                                  \
			return;                                                                    \
		}                                                                                  \
		fill(&record->import, step);                                                       \
		barrier_var(size); /* or an older verifier forgets the limit */                    \
		if (size <= (limit) &&                                                             \
		    !bpf_probe_read_user(record->text, size, (void *)step->string.data))           \
			record->import.text.size = size;                                           \
		submit(record);                                                                    \
	} while (0)

static __noinline void send_short(const struct step *step)
{
	SEND(short_import, TEXT_SHORT);
}

static __noinline void send_long(const struct step *step)
{
	SEND(long_import, TEXT_LONG);
}

static __always_inline bool is_called_from(struct probe_regs *regs, __u64 cookie)
{
	return !(cookie & COOKIE_IMPORT_CALLER) ||
	       (user_word(stack_of(regs)) & COOKIE_IMPORT_FROM_BITS) == COOKIE_IMPORT_FROM(cookie);
}

static __always_inline __u64 subject_of(struct probe_regs *regs, __u64 cookie)
{
	__u64 subject;

	if (COOKIE_IMPORT_SUBJECT(cookie) == PLACE_NONE)
		return 0;
	subject = at_place(regs, COOKIE_IMPORT_SUBJECT(cookie));
	return cookie & COOKIE_IMPORT_ARRAY ? user_word(subject) : subject;
}

SEC("uprobe")
int on_import(struct probe_regs *regs)
{
	__u64 cookie = bpf_get_attach_cookie(regs), string;
	__u32 index = COOKIE_IMPORT_LAYOUT(cookie);
	const struct import_layout *layout;
	struct step step = {.what = COOKIE_IMPORT_WHAT(cookie)};

	if (!followed() || !is_called_from(regs, cookie))
		return 0;
	layout = bpf_map_lookup_elem(&import_layouts, &index);
	if (!layout)
		return 0;
	step.key = subject_of(regs, cookie);
	if (step.what == EVENT_IMPORT_BEGIN || step.what == EVENT_IMPORT_END)
		/* in the function that is called, the return address was pushed */
		step.stack = stack_of(regs) + (cookie & COOKIE_IMPORT_CALLER ? 8 : 0);
	if (COOKIE_IMPORT_RESULT(cookie) != PLACE_NONE &&
	    !at_place(regs, COOKIE_IMPORT_RESULT(cookie)))
		step.flags = EVENT_IMPORT_FAILED;
	if (cookie & COOKIE_IMPORT_ENDS_SEEN)
		step.flags |= EVENT_IMPORT_ENDS_SEEN;
	string = string_of(layout, step.what, step.key);
	if (string)
		find_text(layout, string, &step.string);
	if (is_end(step.what))
		step.rss_bytes = rss_now();
	if (step.string.size > TEXT_SHORT)
		send_long(&step);
	else
		send_short(&step);
	return 0;
}

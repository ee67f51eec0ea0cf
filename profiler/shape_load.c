// SPDX-License-Identifier: BSD-2-Clause
/* shape_load.c - a JSON file straight into a struct with a shape, however big the file is */
#include "shape_load.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <yajl/yajl_parse.h>

#include "buf.h"
#include "err.h"
#include "map.h"
#include "utf8.h"

#define PIECE_BYTES   65536
#define DEPTH_MAX     1000
#define CONTROL	      "a bare control character"
#define FIRST_ITEMS   8
#define TRIM_BYTES    1024 /* less is not worth giving back */
#define FEW_KEYS      16
#define NUMBER_BYTES  64
#define FREE_BYTES    ((size_t)64 << 20) /* of items, in any file */
#define BYTES_PER_ONE 8			 /* of items, for each byte of the file */

/* ---- where the parser is ---- */

/* A container of the document that has a place in the struct. */
struct frame {
	enum { IN_STRUCT, IN_LIST, IN_KEYED } kind;
	const struct shape *shape;	 /* of the struct, or of the list's items */
	const struct shape_field *field; /* the list; of a struct, the value that comes next */
	char *at;			 /* the struct, or the list */
	size_t item_size;		 /* of the list */
	size_t first;			 /* the first field that is read here */
	size_t next;			 /* the field that is likely to come next */
	bool unkept;			 /* a list whose items are dropped, one by one */
	size_t dropped;
	uint64_t seen; /* fields, a bit each: no shape has more than 64 */
};

struct loader {
	const struct shape_source *source;
	const struct shape *shape;
	void *object;
	VEC(struct frame) frames;
	size_t skipped;	    /* depth inside a value that nobody asked for */
	size_t file_bytes;  /* read so far */
	size_t items_bytes; /* of all lists */
	int rc;		    /* of an error that was printed */
};

static struct frame *top(struct loader *loader)
{
	return loader->frames.count ? &loader->frames.items[loader->frames.count - 1] : NULL;
}

static size_t count_of(const struct frame *frame)
{
	return shape_list_get(frame->at).count;
}

static const char *last_key(const struct frame *frame)
{
	struct shape_list list = shape_list_get(frame->at);
	const char *item = shape_item(&list, frame->shape, list.count - 1);

	return *(char *const *)(item + frame->shape->fields[0].offset);
}

/* "workloads[0].samples[2].total_ns" */
static void print_place(struct loader *loader, struct buf *out)
{
	vec_foreach(frame, &loader->frames) {
		const char *key = NULL;

		if (frame->kind == IN_LIST) {
			if (count_of(frame))
				buf_printf(out, "[%zu]", frame->dropped + count_of(frame) - 1);
			continue;
		}
		if (frame->kind == IN_STRUCT && frame->field)
			key = frame->field->key;
		else if (frame->kind == IN_KEYED && count_of(frame))
			key = last_key(frame);
		if (key) /* none yet: the key itself is bad */
			buf_printf(out, "%s%s", out->size ? "." : "", key);
	}
}

/* 0, which ends the parsing. */
static __attribute__((format(printf, 2, 3))) int fail(struct loader *loader, const char *format,
						      ...)
{
	struct buf where = {0};
	char reason[256];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	print_place(loader, &where);
	err_print("%s: %s%s%s", shape_source_name(loader->source), buf_text(&where),
		  where.size ? ": " : "", reason);
	buf_release(&where);
	loader->rc = -EINVAL;
	return 0;
}

static int out_of_memory(struct loader *loader)
{
	loader->rc = err_code(ENOMEM, "cannot read '%s'", shape_source_name(loader->source));
	return 0;
}

/* ---- lists grow ---- */

/* What a list of the document has is of no use: only its memory is, for the next one. */
static void drop_items(struct frame *frame)
{
	struct shape_list list = shape_list_get(frame->at);

	for (size_t i = 0; i < list.count; i++) {
		if (frame->shape)
			shape_release(frame->shape, shape_item(&list, frame->shape, i));
		else if (frame->field->kind == SHAPE_TEXTS)
			free(((char **)list.items)[i]);
	}
	frame->dropped += list.count;
	list.count = 0;
	memcpy(frame->at, &list, sizeof(list));
}

static void drop_list(struct loader *loader, struct frame *frame)
{
	struct shape_list list = shape_list_get(frame->at);

	loader->items_bytes -= list.capacity * frame->item_size;
	drop_items(frame);
	free(list.items);
	memset(frame->at, 0, sizeof(list));
}

/* A new last item, its fields absent, or NULL, printed. */
static char *add_item(struct loader *loader, struct frame *list_frame)
{
	size_t size = list_frame->item_size;
	struct shape_list list;
	char *items;

	if (list_frame->unkept)
		drop_items(list_frame);
	list = shape_list_get(list_frame->at);
	items = list.items;
	if (list.count == list.capacity) {
		size_t capacity = list.capacity ? 2 * list.capacity : FIRST_ITEMS;

		loader->items_bytes += (capacity - list.capacity) * size;
		if (loader->items_bytes > FREE_BYTES &&
		    loader->items_bytes - FREE_BYTES > BYTES_PER_ONE * loader->file_bytes) {
			fail(loader, "more items than can say anything");
			return NULL;
		}
		items = reallocarray(items, capacity, size);
		if (!items) {
			out_of_memory(loader);
			return NULL;
		}
		list.items = items;
		list.capacity = capacity;
	}
	items += list.count++ * size;
	if (list_frame->shape)
		shape_init(list_frame->shape, items);
	else
		memset(items, 0, size);
	memcpy(list_frame->at, &list, sizeof(list));
	return items;
}

/* Gives back what a list that is complete did not need. */
static void trim(struct loader *loader, struct frame *frame)
{
	size_t size = frame->item_size;
	struct shape_list list = shape_list_get(frame->at);
	void *items;

	if ((list.capacity - list.count) * size < TRIM_BYTES || !list.count)
		return;
	items = reallocarray(list.items, list.count, size);
	if (!items)
		return;
	loader->items_bytes -= (list.capacity - list.count) * size;
	list.items = items;
	list.capacity = list.count;
	memcpy(frame->at, &list, sizeof(list));
}

/* ---- keys of an object that is keyed are unique ---- */

static int check_keys(struct loader *loader, const struct frame *frame)
{
	struct shape_list list = shape_list_get(frame->at);
	size_t offset = frame->shape->fields[0].offset;
	struct map seen = {0};
	const char *twice = NULL;

	for (size_t i = 0; i < list.count && !twice; i++) {
		const char *key = *(char **)((char *)shape_item(&list, frame->shape, i) + offset);

		for (size_t j = 0; list.count <= FEW_KEYS && j < i && !twice; j++)
			if (strcmp(*(char **)((char *)shape_item(&list, frame->shape, j) + offset),
				   key) == 0)
				twice = key;
		if (list.count <= FEW_KEYS)
			continue;
		if (map_get(&seen, key, strlen(key), NULL))
			twice = key;
		else if (map_set(&seen, key, strlen(key), 0))
			loader->rc = -ENOMEM;
	}
	map_release(&seen);
	if (loader->rc)
		return out_of_memory(loader);
	return twice ? fail(loader, "key '%.100s' is there twice", twice) : 1;
}

/* ---- values ---- */

/* Where a value belongs. */
struct slot {
	enum { SLOT_NONE, SLOT_FIELD, SLOT_ITEM, SLOT_MEMBER, SLOT_ERROR } kind;
	const struct shape_field *field; /* of FIELD and MEMBER; of ITEM, the list */
	const struct shape *shape;	 /* of an item or member that is a struct */
	char *at;
};

static struct slot list_slot(struct loader *loader, struct frame *frame)
{
	struct slot slot = {SLOT_ITEM, frame->field, frame->shape, NULL};

	slot.at = add_item(loader, frame);
	if (!slot.at)
		slot.kind = SLOT_ERROR;
	return slot;
}

static struct slot keyed_slot(const struct frame *frame)
{
	struct shape_list list = shape_list_get(frame->at);
	char *item = shape_item(&list, frame->shape, list.count - 1);
	const struct shape_field *only = &frame->shape->fields[1];

	if (frame->shape->count == 2)
		return (struct slot){SLOT_FIELD, only, NULL, item + only->offset};
	return (struct slot){SLOT_MEMBER, NULL, frame->shape, item};
}

static struct slot find_slot(struct loader *loader)
{
	struct frame *frame = top(loader);

	if (loader->skipped)
		return (struct slot){.kind = SLOT_NONE};
	if (!frame)
		return (struct slot){SLOT_MEMBER, NULL, loader->shape, loader->object};
	if (frame->kind == IN_LIST)
		return list_slot(loader, frame);
	if (frame->kind == IN_KEYED)
		return keyed_slot(frame);
	if (!frame->field)
		return (struct slot){.kind = SLOT_NONE};
	return (struct slot){SLOT_FIELD, frame->field, NULL, frame->at + frame->field->offset};
}

static const char *wanted(const struct slot *slot)
{
	static const char *const names[] = {
		[SHAPE_INTEGER] = "an integer or null",
		[SHAPE_NUMBER] = "a number or null",
		[SHAPE_BOOL] = "true or false",
		[SHAPE_TEXT] = "a string or null",
		[SHAPE_STRUCT] = "an object",
		[SHAPE_LIST] = "an array",
		[SHAPE_TEXTS] = "an array",
		[SHAPE_INTEGERS] = "an array",
		[SHAPE_KEYED] = "an object",
	};

	if (slot->kind == SLOT_FIELD)
		return names[slot->field->kind];
	if (slot->kind == SLOT_ITEM && slot->field->kind == SHAPE_INTEGERS)
		return names[SHAPE_INTEGER];
	if (slot->kind == SLOT_ITEM && slot->field->kind == SHAPE_TEXTS)
		return "a string";
	return names[SHAPE_STRUCT];
}

static int fail_type(struct loader *loader, const struct slot *slot)
{
	return fail(loader, "must be %s", wanted(slot));
}

/* After a value of the root: 1 to go on. */
static int done(struct loader *loader)
{
	if (loader->frames.count == 1 && !loader->skipped && loader->source->check)
		loader->rc =
			loader->source->check(loader->object, shape_source_name(loader->source));
	return loader->rc == 0;
}

static bool is_field(const struct slot *slot, enum shape_kind kind)
{
	return slot->kind == SLOT_FIELD && slot->field->kind == kind;
}

static bool is_item(const struct slot *slot, enum shape_kind kind)
{
	return slot->kind == SLOT_ITEM && slot->field->kind == kind;
}

static int on_null(void *context)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);

	if (slot.kind == SLOT_NONE)
		return 1;
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (is_field(&slot, SHAPE_INTEGER) || is_field(&slot, SHAPE_NUMBER) ||
	    is_field(&slot, SHAPE_TEXT))
		return 1; /* absent, as it is */
	if (!is_item(&slot, SHAPE_INTEGERS))
		return fail_type(loader, &slot);
	*(int64_t *)slot.at = SHAPE_ABSENT;
	return 1;
}

static int on_boolean(void *context, int value)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);

	if (slot.kind == SLOT_NONE)
		return 1;
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (!is_field(&slot, SHAPE_BOOL))
		return fail_type(loader, &slot);
	*(bool *)slot.at = value;
	return 1;
}

/* ---- numbers ---- */

static bool parse_number(const char *text, size_t size, double *out)
{
	char copy[NUMBER_BYTES], *longer = NULL;

	if (size >= sizeof(copy)) {
		longer = strndup(text, size);
		if (!longer)
			return false;
		*out = strtod(longer, NULL);
		free(longer);
	} else {
		memcpy(copy, text, size);
		copy[size] = '\0';
		*out = strtod(copy, NULL);
	}
	return isfinite(*out);
}

/* The largest are written, and 2^63 is the double nearest to them. */
static bool parse_integer(const char *text, size_t size, int64_t *out)
{
	bool negative = size && text[0] == '-';
	uint64_t value = 0;
	double number;
	size_t i = negative;

	for (; i < size && i < 18 + (size_t)negative && text[i] >= '0' && text[i] <= '9'; i++)
		value = 10 * value + (uint64_t)(text[i] - '0');
	if (i == size) {
		*out = negative ? -(int64_t)value : (int64_t)value;
		return true;
	}
	if (!parse_number(text, size, &number) || number != floor(number) || fabs(number) > 0x1p63)
		return false;
	if (size < 20 && !memchr(text, '.', size) && !memchr(text, 'e', size) &&
	    !memchr(text, 'E', size)) {
		char copy[NUMBER_BYTES];

		memcpy(copy, text, size);
		copy[size] = '\0';
		*out = strtoll(copy, NULL, 10); /* which ends at the limits */
	} else if (fabs(number) < 0x1p63) {
		*out = (int64_t)number;
	} else {
		*out = number > 0 ? INT64_MAX : -INT64_MAX;
	}
	if (*out == INT64_MIN)
		*out = -INT64_MAX;
	return true;
}

static int on_number(void *context, const char *text, size_t size)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);
	bool good = false;

	if (slot.kind == SLOT_NONE)
		return 1;
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (is_field(&slot, SHAPE_INTEGER) || is_item(&slot, SHAPE_INTEGERS))
		good = parse_integer(text, size, (int64_t *)slot.at);
	else if (is_field(&slot, SHAPE_NUMBER))
		good = parse_number(text, size, (double *)slot.at);
	return good ? done(loader) : fail_type(loader, &slot);
}

/* ---- texts ---- */

static bool is_utf8(const char *text, size_t size)
{
	for (size_t i = 0, length; i < size; i += length) {
		length = 1;
		if ((unsigned char)text[i] >= 0x80)
			length = utf8_decode(text + i, size - i, NULL);
		if (!length)
			return false;
	}
	return true;
}

static char *copy_text(struct loader *loader, const char *text, size_t size)
{
	char *copy;

	if (memchr(text, '\0', size)) {
		fail(loader, "a NUL character in a string");
		return NULL;
	}
	if (!is_utf8(text, size)) {
		fail(loader, "not UTF-8");
		return NULL;
	}
	copy = malloc(size + 1);
	if (!copy) {
		out_of_memory(loader);
		return NULL;
	}
	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

static int on_string(void *context, const unsigned char *text, size_t size)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);

	if (slot.kind == SLOT_NONE)
		return 1;
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (!is_field(&slot, SHAPE_TEXT) && !is_item(&slot, SHAPE_TEXTS))
		return fail_type(loader, &slot);
	*(char **)slot.at = copy_text(loader, (const char *)text, size);
	return *(char **)slot.at ? done(loader) : 0;
}

/* ---- containers ---- */

static int push(struct loader *loader, const struct frame *frame)
{
	if (loader->frames.count >= DEPTH_MAX)
		return fail(loader, "nested too deep");
	return vec_push(&loader->frames, *frame) ? out_of_memory(loader) : 1;
}

static int skip(struct loader *loader)
{
	if (loader->frames.count + ++loader->skipped >= DEPTH_MAX)
		return fail(loader, "nested too deep");
	return 1;
}

static int on_start_map(void *context)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);
	struct frame frame = {.kind = IN_STRUCT, .shape = slot.shape, .at = slot.at};

	if (slot.kind == SLOT_NONE)
		return skip(loader);
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (is_field(&slot, SHAPE_STRUCT)) {
		frame.shape = slot.field->shape;
	} else if (is_field(&slot, SHAPE_KEYED)) {
		frame.kind = IN_KEYED;
		frame.item_size = slot.field->shape->size;
		frame.shape = slot.field->shape;
		frame.field = slot.field;
	} else if (slot.kind == SLOT_MEMBER) {
		frame.first = loader->frames.count > 0; /* a keyed item has its name already */
	} else if (!is_item(&slot, SHAPE_LIST)) {
		return fail_type(loader, &slot);
	}
	frame.next = frame.first;
	return push(loader, &frame);
}

static bool is_unkept(const struct loader *loader, const struct shape_field *field)
{
	const struct frame *frame = &loader->frames.items[loader->frames.count - 1];
	const struct shape_part *part = loader->source->unkept;

	for (; part && part->shape; part++)
		if (part->shape == frame->shape && strcmp(part->key, field->key) == 0)
			return true;
	return false;
}

static int on_start_array(void *context)
{
	struct loader *loader = context;
	struct slot slot = find_slot(loader);
	struct frame frame = {.kind = IN_LIST, .field = slot.field, .at = slot.at};

	if (slot.kind == SLOT_NONE)
		return skip(loader);
	if (slot.kind == SLOT_ERROR)
		return 0;
	if (!is_field(&slot, SHAPE_LIST) && !is_field(&slot, SHAPE_TEXTS) &&
	    !is_field(&slot, SHAPE_INTEGERS))
		return fail_type(loader, &slot);
	frame.shape = slot.field->shape;
	frame.item_size = shape_item_size(slot.field);
	frame.unkept = is_unkept(loader, slot.field);
	return push(loader, &frame);
}

static int on_end(void *context)
{
	struct loader *loader = context;
	struct frame *frame = top(loader);
	int go_on = 1;

	if (loader->skipped) {
		loader->skipped--;
		return 1;
	}
	if (frame->kind == IN_KEYED)
		go_on = check_keys(loader, frame);
	if (frame->unkept)
		drop_list(loader, frame);
	else if (frame->kind != IN_STRUCT)
		trim(loader, frame);
	loader->frames.count--;
	return go_on;
}

/* ---- keys ---- */

static bool is_key(const struct shape_field *field, const char *key, size_t size)
{
	/* the first characters mostly tell */
	return field->key[0] == key[0] && strncmp(field->key, key, size) == 0 && !field->key[size];
}

/* Fields mostly come in the table's order. */
static const struct shape_field *find_field(struct frame *frame, const char *key, size_t size)
{
	const struct shape *shape = frame->shape;
	size_t i = frame->next;

	if (i >= shape->count || !is_key(&shape->fields[i], key, size)) {
		for (i = frame->first; i < shape->count; i++)
			if (is_key(&shape->fields[i], key, size))
				break;
	}
	if (i >= shape->count)
		return NULL;
	frame->next = i + 1;
	return &shape->fields[i];
}

static int on_field(struct loader *loader, struct frame *frame, const char *key, size_t size)
{
	uint64_t bit;

	frame->field = find_field(frame, key, size);
	if (!frame->field)
		return 1;
	bit = 1ull << (frame->field - frame->shape->fields);
	if (frame->seen & bit) {
		frame->field = NULL;
		return fail(loader, "key '%.*s' is there twice", (int)size, key);
	}
	frame->seen |= bit;
	return 1;
}

static int on_member(struct loader *loader, struct frame *frame, const char *key, size_t size)
{
	char *item = add_item(loader, frame);

	if (!item)
		return 0;
	item += frame->shape->fields[0].offset;
	*(char **)item = copy_text(loader, key, size);
	return *(char **)item != NULL;
}

static int on_key(void *context, const unsigned char *key, size_t size)
{
	struct loader *loader = context;
	struct frame *frame = top(loader);

	if (loader->skipped)
		return 1;
	return frame->kind == IN_KEYED ? on_member(loader, frame, (const char *)key, size)
				       : on_field(loader, frame, (const char *)key, size);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* ---- the file ---- */

/* Lines and columns of a text, as editors count them. */
struct position {
	size_t line, column; /* of what comes next, from 1 */
};

static void move(struct position *position, const unsigned char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n') {
			position->line++;
			position->column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			position->column++;
		}
	}
}

/* Reads the file once more, since counting all lines for no error would take long. */
static bool find_position(int fd, size_t offset, struct position *out)
{
	unsigned char piece[4096];

	*out = (struct position){1, 1};
	if (lseek(fd, 0, SEEK_SET) < 0)
		return false;
	while (offset) {
		ssize_t got = read(fd, piece, offset < sizeof(piece) ? offset : sizeof(piece));

		if (got <= 0)
			return false;
		move(out, piece, (size_t)got);
		offset -= (size_t)got;
	}
	return true;
}

/* What yajl says, in the words of jsonx.c. */
static const char *reason_of(const char *said)
{
	static const char *const reasons[][2] = {
		{"UTF8", "not UTF-8"},
		{"inside string", CONTROL},
		{"trailing garbage", "text after the value"},
		{"premature EOF", "not JSON: it ends in the middle"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(said, reasons[i][0]))
			return reasons[i][1];
	return "not JSON";
}

static int fail_text(struct loader *loader, yajl_handle parser, int fd, size_t offset)
{
	unsigned char *said = yajl_get_error(parser, 0, NULL, 0);
	const char *name = shape_source_name(loader->source);
	const char *reason = reason_of(said ? (char *)said : "");
	struct position position;

	offset += strcmp(reason, CONTROL) == 0; /* the lexer stops before it, at others behind */
	if (find_position(fd, offset, &position))
		err_print("%s: line %zu, column %zu: %s", name, position.line, position.column,
			  reason);
	else /* a pipe */
		err_print("%s: byte %zu: %s", name, offset + 1, reason);
	yajl_free_error(parser, said);
	return -EINVAL;
}

static int take_piece(struct loader *loader, yajl_handle parser, int fd, const unsigned char *piece,
		      size_t size)
{
	size_t before = loader->file_bytes, bad;

	loader->file_bytes += size;
	if (loader->file_bytes > loader->source->limit)
		return err_code(EFBIG, "cannot read '%s'", shape_source_name(loader->source));
	switch (yajl_parse(parser, piece, size)) {
	case yajl_status_ok:
		return 0;
	case yajl_status_client_canceled:
		return loader->rc;
	default:
		bad = yajl_get_bytes_consumed(parser);
		return fail_text(loader, parser, fd, before + (bad && bad <= size ? bad - 1 : 0));
	}
}

static int take_pieces(struct loader *loader, yajl_handle parser, int fd, unsigned char *piece)
{
	ssize_t got;
	int rc = 0;

	while (!rc && (got = read(fd, piece, PIECE_BYTES)) != 0) {
		if (got > 0)
			rc = take_piece(loader, parser, fd, piece, (size_t)got);
		else if (errno != EINTR)
			rc = err_code(errno, "cannot read '%s'", shape_source_name(loader->source));
	}
	return rc;
}

static int take_file(struct loader *loader, yajl_handle parser, int fd)
{
	unsigned char *piece = malloc(PIECE_BYTES);
	int rc;

	if (!piece)
		return err_code(ENOMEM, "cannot read '%s'", shape_source_name(loader->source));
	rc = take_pieces(loader, parser, fd, piece);
	free(piece);
	if (rc)
		return rc;
	switch (yajl_complete_parse(parser)) {
	case yajl_status_ok:
		return 0;
	case yajl_status_client_canceled:
		return loader->rc;
	default:
		return fail_text(loader, parser, fd, loader->file_bytes);
	}
}

static int parse(struct loader *loader, int fd)
{
	yajl_handle parser = yajl_alloc(&callbacks, NULL, loader);
	int rc;

	if (!parser)
		return err_code(ENOMEM, "cannot read '%s'", shape_source_name(loader->source));
	rc = take_file(loader, parser, fd);
	yajl_free(parser);
	vec_release(&loader->frames);
	return rc;
}

int shape_load(const struct shape *shape, const struct shape_source *source, void *object)
{
	struct loader loader = {.source = source, .shape = shape, .object = object};
	bool standard = strcmp(source->path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(source->path, O_RDONLY | O_CLOEXEC), rc;

	memset(object, 0, shape->size);
	if (fd < 0)
		return err_code(errno, "cannot read '%s'", source->path);
	shape_init(shape, object);
	rc = parse(&loader, fd);
	if (!standard)
		close(fd);
	if (rc)
		shape_release(shape, object);
	return rc;
}

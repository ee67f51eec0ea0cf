// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_recording.c - recordings, from their blocks to the report that is made of them */
#include "fuzz.h"

#include <string.h>
#include <zlib.h>

#include "rebuild.h"
#include "recording_parts.h"

#define TEXT_MAX 256 /* that a mutation makes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	result_texts paths = {};
	struct result result;

	if (result_texts_add(&paths, fuzz_file(data, size)))
		abort();
	if (rebuild(&paths, &result) == 0) {
		/* it takes ten times as long: of one input in sixteen, the same ones each time */
		if (crc32(0, data, (uInt)size) % 16 == 0)
			fuzz_report(&result);
		result_release(&result);
	}
	free(paths.items[0]);
	vec_release(&paths);
	return 0;
}

/* ---- mutations that keep blocks, checksums and sizes right, so that what is in them is read ----
 */

/* The records of all blocks, one after the other. */
static void take_records(const uint8_t *data, size_t size, struct buf *out)
{
	struct block_header header;
	size_t at = sizeof(struct file_header);

	while (at + sizeof(header) <= size) {
		memcpy(&header, data + at, sizeof(header));
		at += sizeof(header);
		if (header.magic != BLOCK_MAGIC || header.size > size - at)
			return;
		if (buf_add(out, data + at, header.size))
			abort();
		at += header.size;
	}
}

/* A file of one block; what goes beyond |max_size| is cut. */
static size_t put_file(const struct buf *records, uint8_t *data, size_t max_size)
{
	struct file_header file = {
		.magic = FILE_MAGIC, .version = FILE_VERSION, .machine = THIS_MACHINE};
	struct block_header block = {.magic = BLOCK_MAGIC};
	size_t head = sizeof(file) + sizeof(block), size = records->size;

	if (max_size < head)
		return 0;
	if (size > max_size - head)
		size = (max_size - head) & ~(size_t)7;
	block.size = (uint32_t)size;
	block.crc = (uint32_t)crc32(0, (const Bytef *)records->data, block.size);
	memcpy(data, &file, sizeof(file));
	memcpy(data + sizeof(file), &block, sizeof(block));
	if (size)
		memcpy(data + head, records->data, size);
	return head + size;
}

/* Where the |index|th record begins, counted round and round; its size in |*size|, 0: none. */
static size_t find_record(const struct buf *records, size_t index, size_t *size)
{
	VEC(size_t) places = {};
	struct event event;
	size_t at, found;

	for (at = 0; at + sizeof(event) <= records->size; at += event.size) {
		memcpy(&event, records->data + at, sizeof(event));
		if (event.size < sizeof(event) || event.size % 8 || event.size > records->size - at)
			break;
		if (vec_push(&places, at))
			abort();
	}
	*size = 0;
	if (!places.count)
		return 0;
	found = places.items[index % places.count];
	memcpy(&event, records->data + found, sizeof(event));
	*size = event.size;
	vec_release(&places);
	return found;
}

/* Puts |size| bytes in the place of the |old_size| at |at|. */
static void replace(struct buf *records, size_t at, size_t old_size, const void *bytes, size_t size)
{
	struct buf made = {};

	if (buf_add(&made, records->data, at) || buf_add(&made, bytes, size) ||
	    buf_add(&made, records->data + at + old_size, records->size - at - old_size))
		abort();
	buf_release(records);
	*records = made;
}

static void mutate_fields(struct buf *records, size_t at, size_t size)
{
	struct event *event = (struct event *)(records->data + at);
	size_t left = LLVMFuzzerMutate((uint8_t *)event, size, size);

	memset(records->data + at + left, 0, size - left);
	event->size = (uint32_t)size;
}

static void mutate_text(struct buf *records, size_t at, size_t size)
{
	union {
		struct event_intern record;
		uint8_t bytes[sizeof(struct event_intern) + TEXT_MAX];
	} made = {};
	size_t text;

	if (size < sizeof(made.record) || size > sizeof(made))
		return;
	memcpy(&made, records->data + at, size);
	text = made.record.text.size;
	if (made.record.event.kind != EVENT_INTERN || text > size - sizeof(made.record))
		return;
	text = LLVMFuzzerMutate(made.bytes + sizeof(made.record), text, TEXT_MAX);
	made.record.text.size = (uint32_t)text;
	made.record.event.size = (uint32_t)((sizeof(made.record) + text + 7) & ~(size_t)7);
	replace(records, at, size, &made, made.record.event.size);
}

/* A copy of the record goes somewhere else. */
static void copy_record(struct buf *records, size_t at, size_t size, size_t to)
{
	char *copy = malloc(size);
	size_t other_size, other = find_record(records, to, &other_size);

	if (!copy)
		abort();
	memcpy(copy, records->data + at, size);
	replace(records, other, 0, copy, size);
	free(copy);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	unsigned int index = seed >> 4;
	struct buf records = {};
	size_t at, record;

	take_records(data, size, &records);
	at = find_record(&records, index, &record);
	if (seed % 16 == 0 || !record) {
		buf_release(&records);
		return LLVMFuzzerMutate(data, size, max_size);
	}
	switch (seed % 8) {
	case 1:
		replace(&records, at, record, "", 0);
		break;
	case 2:
		copy_record(&records, at, record, index * 2654435761u >> 8);
		break;
	case 3:
	case 4:
		mutate_text(&records, at, record);
		break;
	default:
		mutate_fields(&records, at, record);
	}
	size = put_file(&records, data, max_size);
	buf_release(&records);
	return size;
}

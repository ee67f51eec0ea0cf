// SPDX-License-Identifier: BSD-2-Clause
/* recording.c - writes the stream of events of one start, in memory or to a file */
#include "recording_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "err.h"
#include "fs.h"

static const struct {
	uint16_t size;
	bool has_text;
} kinds[] = {
#define KIND(kind, type)      [kind] = {sizeof(struct type), false}
#define KIND_TEXT(kind, type) [kind] = {sizeof(struct type), true}
	KIND(EVENT_FORK, event_fork),
	KIND_TEXT(EVENT_EXEC, event_exec),
	KIND(EVENT_EXIT, event_exit),
	KIND(EVENT_REAPABLE, event_reapable),
	KIND_TEXT(EVENT_SYSCALL, event_syscall),
	KIND(EVENT_SWITCH_OUT, event_switch_out),
	KIND(EVENT_SWITCH_IN, event_switch_in),
	KIND(EVENT_FAULT, event_fault),
	KIND_TEXT(EVENT_LISTEN, event_listen),
	KIND(EVENT_ACCEPT, event_accept),
	KIND(EVENT_MARK, event_mark),
	KIND(EVENT_IO_URING, event_io_uring),
	KIND(EVENT_OUTPUT, event_output),
	KIND(EVENT_MEMORY, event_memory),
	KIND_TEXT(EVENT_IMPORT, event_import),
	KIND_TEXT(EVENT_SCRIPT, event_script),
	KIND_TEXT(EVENT_STACK, event_stack),
	KIND_TEXT(EVENT_INTERN, event_intern),
	KIND_TEXT(EVENT_PLAN, event_plan),
	KIND_TEXT(EVENT_RUNTIME, event_runtime),
	KIND_TEXT(EVENT_READY, event_ready_at),
	KIND_TEXT(EVENT_ANSWER, event_answer),
	KIND(EVENT_SMAPS, event_smaps),
	KIND(EVENT_CGROUP, event_cgroup),
	KIND(EVENT_RESIDUE, event_residue),
	KIND(EVENT_LOSS, event_loss),
	KIND_TEXT(EVENT_ALIVE, event_alive),
	KIND_TEXT(EVENT_END, event_end),
	KIND_TEXT(EVENT_PACKAGE, event_package),
#undef KIND
#undef KIND_TEXT
};

static bool kind_known(unsigned int kind)
{
	return kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[kind].size;
}

size_t event_fixed_size(unsigned int kind)
{
	return kind_known(kind) ? kinds[kind].size : 0;
}

struct event_text *event_text_of(struct event *event)
{
	if (!kind_known(event->kind) || !kinds[event->kind].has_text)
		return NULL;
	return (struct event_text *)((char *)event + kinds[event->kind].size -
				     sizeof(struct event_text));
}

static size_t round8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* ---- storing ---- */

static int fail(struct recording *recording, int code)
{
	if (!recording->failed)
		recording->failed = err_code(code,
					     "cannot store the recording in '%s': what "
					     "follows of this start is lost",
					     fs_temporary());
	return recording->failed;
}

static int spill(struct recording *recording)
{
	int rc;

	recording->fd = open(fs_temporary(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (recording->fd < 0)
		return fail(recording, errno);
	rc = fs_write_all(recording->fd, recording->memory.data, recording->memory.size);
	if (rc) {
		close(recording->fd);
		recording->fd = -1;
		return fail(recording, rc);
	}
	recording->own_fd = true;
	buf_release(&recording->memory);
	return 0;
}

static int store(struct recording *recording, const void *data, size_t size)
{
	int rc;

	if (recording->failed)
		return recording->failed;
	if (recording->stored + size > RECORDING_BYTES_MAX) {
		warn_print("a recording has reached %llu GiB: what follows of this start is lost",
			   RECORDING_BYTES_MAX >> 30);
		return recording->failed = -EFBIG;
	}
	if (recording->fd < 0 && recording->memory.size + size > recording->memory_limit) {
		rc = spill(recording);
		if (rc)
			return rc;
	}
	if (recording->fd < 0)
		rc = buf_add(&recording->memory, data, size);
	else
		rc = fs_write_all(recording->fd, data, size);
	if (rc)
		return fail(recording, rc);
	recording->stored += size;
	return 0;
}

static int end_block(struct recording *recording)
{
	struct buf *block = &recording->block;
	struct block_header *header;
	int rc;

	if (block->size <= sizeof(*header))
		return 0;
	header = (struct block_header *)block->data;
	header->magic = BLOCK_MAGIC;
	header->size = (uint32_t)(block->size - sizeof(*header));
	header->crc = (uint32_t)crc32(0, (const Bytef *)(header + 1), header->size);
	rc = store(recording, block->data, block->size);
	if (!rc)
		block->size = sizeof(*header);
	return rc;
}

/* The records of a block that can't be stored any more are lost, but for user space's. */
static void save_block(struct recording *recording)
{
	struct buf *block = &recording->block;
	size_t at = sizeof(struct block_header);

	while (at < block->size) {
		const struct event *event = (const struct event *)(block->data + at);

		if (kind_from_kernel(event->kind))
			recording->dropped[event->kind]++;
		else
			buf_add(&recording->tail, event, event->size);
		at += event->size;
	}
	block->size = sizeof(struct block_header);
}

/*
 * Room for a record of |size| bytes, zeroed. NULL where it is dropped, or without memory. A text
 * may be an interned one of a lost block: user space's come anew, since the table is emptied.
 */
static void *add_record(struct recording *recording, unsigned int kind, size_t size)
{
	struct buf *block = &recording->block;
	void *record;

	if (!recording->failed && block->size + size > BLOCK_BYTES && end_block(recording)) {
		save_block(recording);
		map_release(&recording->ids);
	}
	if (recording->failed && kind_from_kernel(kind)) {
		recording->dropped[kind]++;
		return NULL;
	}
	if (recording->failed)
		block = &recording->tail;
	if (buf_reserve(block, size))
		return NULL;
	record = block->data + block->size;
	memset(record, 0, size);
	block->size += size;
	return record;
}

static int intern(struct recording *recording, const void *text, size_t size, uint32_t *out)
{
	size_t whole = sizeof(struct event_intern) + round8(size);
	struct event_intern *record;
	uint64_t id;
	int rc;

	*out = 0;
	if (!size)
		return 0;
	if (map_get(&recording->ids, text, size, &id)) {
		*out = (uint32_t)id;
		return 0;
	}
	if (recording->next_id >= INTERN_TEXTS || recording->interned_bytes > INTERN_BYTES) {
		map_release(&recording->ids);
		recording->next_id = 0;
		recording->interned_bytes = 0;
	}
	record = add_record(recording, EVENT_INTERN, whole);
	if (!record)
		return -ENOMEM;
	id = ++recording->next_id;
	record->event.kind = EVENT_INTERN;
	record->event.size = (uint32_t)whole;
	record->text.id = (uint32_t)id;
	record->text.size = (uint32_t)size;
	memcpy(record + 1, text, size);
	recording->interned_bytes += size;
	rc = map_set(&recording->ids, text, size, id);
	if (!rc)
		*out = (uint32_t)id;
	return rc;
}

int recording_add(struct recording *recording, const struct event *event, const void *text,
		  size_t text_size)
{
	size_t size = event_fixed_size(event->kind);
	struct event_text *field;
	struct event *record;
	uint32_t id = 0;
	int rc;

	if (!size)
		return -EBADMSG;
	if (text_size > EVENT_TEXT_MAX)
		text_size = EVENT_TEXT_MAX;
	if (recording->failed && kind_from_kernel(event->kind)) {
		recording->dropped[event->kind]++;
		return 0;
	}
	rc = intern(recording, text, text_size, &id);
	if (rc)
		return rc;
	record = add_record(recording, event->kind, size);
	if (!record)
		return kind_from_kernel(event->kind) && recording->failed ? 0 : -ENOMEM;
	memcpy(record, event, size);
	record->size = (uint32_t)size;
	field = event_text_of(record);
	if (field)
		*field = (struct event_text){.id = id, .size = id ? (uint32_t)text_size : 0};
	return 0;
}

int recording_add_raw(struct recording *recording, const void *data, size_t size)
{
	const struct event *event = data;
	size_t fixed, text_size = 0;
	const struct event_text *field;

	if (size < sizeof(*event))
		return -EBADMSG;
	fixed = event_fixed_size(event->kind);
	if (!fixed || fixed > size)
		return -EBADMSG;
	field = event_text_of((struct event *)event);
	if (field)
		text_size = field->size;
	if (text_size > size - fixed)
		return -EBADMSG;
	return recording_add(recording, event, (const char *)data + fixed, text_size);
}

int recording_new(int fd, size_t memory_limit, struct recording **out)
{
	struct file_header header = {
		.magic = FILE_MAGIC,
		.version = FILE_VERSION,
		.machine = THIS_MACHINE,
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
		.clock = CLOCK_MONOTONIC,
	};
	struct recording *recording = calloc(1, sizeof(*recording));
	struct block_header block = {};
	int rc = -ENOMEM;

	if (!recording)
		return -ENOMEM;
	recording->fd = fd;
	recording->memory_limit = memory_limit;
	recording->writing = true;
	rc = store(recording, &header, sizeof(header));
	if (!rc)
		rc = buf_reserve(&recording->block, BLOCK_BYTES + RECORD_MAX);
	if (!rc)
		rc = buf_add(&recording->block, &block, sizeof(block));
	if (rc) {
		recording_free(recording);
		return rc;
	}
	*out = recording;
	return 0;
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	if (recording->own_fd)
		close(recording->fd);
	buf_release(&recording->memory);
	buf_release(&recording->block);
	buf_release(&recording->tail);
	map_release(&recording->ids);
	recording_release_texts(recording);
	free(recording);
}

/* The records that the last block's loss takes along: others were counted by who stopped tracing.
 */
static int lose_last_block(struct recording *recording)
{
	uint64_t before[EVENT_KINDS_KERNEL];
	int rc = 0;

	memcpy(before, recording->dropped, sizeof(before));
	save_block(recording);
	for (uint32_t kind = 0; kind < EVENT_KINDS_KERNEL && !rc; kind++) {
		struct event_loss loss = {
			.event = {.kind = EVENT_LOSS, .size = sizeof(loss)},
			.lost_kind = kind,
			.lost = recording->dropped[kind] - before[kind],
		};

		if (loss.lost)
			rc = buf_add(&recording->tail, &loss, sizeof(loss));
	}
	return rc;
}

int recording_finish(struct recording *recording)
{
	int rc = 0;

	if (recording->writing && end_block(recording))
		rc = lose_last_block(recording);
	recording->writing = false;
	map_release(&recording->ids);
	return rc ? rc : recording_rewind(recording);
}

int recording_resume(struct recording *recording)
{
	struct block_header block = {};

	recording_rewind(recording);
	recording->writing = true;
	return buf_add(&recording->block, &block, sizeof(block));
}

int recording_save(struct recording *recording, int fd)
{
	uint64_t at = 0;
	char part[65536];

	if (recording->fd < 0)
		return fs_write_all(fd, recording->memory.data, recording->memory.size);
	while (at < recording->stored) {
		size_t size = sizeof(part);
		ssize_t got;
		int rc;

		if (recording->stored - at < size)
			size = (size_t)(recording->stored - at);
		got = pread(recording->fd, part, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		rc = fs_write_all(fd, part, (size_t)got);
		if (rc)
			return rc;
		at += (uint64_t)got;
	}
	return 0;
}

int recording_error(const struct recording *recording)
{
	return recording->failed;
}

uint64_t recording_bytes(const struct recording *recording)
{
	return recording->stored;
}

uint64_t recording_dropped(const struct recording *recording, unsigned int kind)
{
	return kind_from_kernel(kind) ? recording->dropped[kind] : 0;
}

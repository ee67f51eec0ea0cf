// SPDX-License-Identifier: BSD-2-Clause
/* recording_read.c - reads the stream of events of one start */
#include "recording_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "err.h"

void recording_release_texts(struct recording *recording)
{
	vec_foreach(text, &recording->texts)
		free(text->bytes);
	vec_release(&recording->texts);
}

static int fetch(struct recording *recording, void *data, size_t size)
{
	size_t done = 0;

	if (recording->fd < 0) {
		if (recording->read_at + size > recording->memory.size)
			return -ENODATA;
		memcpy(data, recording->memory.data + recording->read_at, size);
		recording->read_at += size;
		return 0;
	}
	while (done < size) {
		ssize_t got = pread(recording->fd, (char *)data + done, size - done,
				    (off_t)(recording->read_at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -ENODATA;
		done += (size_t)got;
	}
	recording->read_at += size;
	return 0;
}

static bool at_end(const struct recording *recording)
{
	return recording->read_at >= recording->stored;
}

static bool load_block(struct recording *recording)
{
	struct block_header header;

	recording->block.size = 0;
	recording->block_at = 0;
	if (at_end(recording) && recording->tail.size && !recording->in_tail) {
		recording->in_tail = true;
		return buf_add(&recording->block, recording->tail.data, recording->tail.size) == 0;
	}
	if (at_end(recording))
		return false;
	if (fetch(recording, &header, sizeof(header)) || header.magic != BLOCK_MAGIC ||
	    header.size > BLOCK_MAX || buf_reserve(&recording->block, header.size) ||
	    fetch(recording, recording->block.data, header.size) ||
	    crc32(0, (const Bytef *)recording->block.data, header.size) != header.crc) {
		recording->cut = true;
		recording->read_at = recording->stored;
		return false;
	}
	recording->block.size = header.size;
	return true;
}

static int define_text(struct recording *recording, const struct event_intern *record)
{
	struct text *text;
	char *bytes;

	if (!record->text.id || record->text.id > INTERN_TEXTS + 1 ||
	    record->text.size > record->event.size - sizeof(*record))
		return -EBADMSG;
	while (recording->texts.count <= record->text.id)
		if (!vec_add(&recording->texts))
			return -ENOMEM;
	bytes = malloc(record->text.size + 1);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, record + 1, record->text.size);
	bytes[record->text.size] = '\0';
	text = &recording->texts.items[record->text.id];
	free(text->bytes);
	*text = (struct text){bytes, record->text.size};
	return 0;
}

const struct event *recording_next(struct recording *recording)
{
	struct event *event;
	size_t left;

	if (recording->block_at >= recording->block.size && !load_block(recording))
		return NULL;
	event = (struct event *)(recording->block.data + recording->block_at);
	left = recording->block.size - recording->block_at;
	if (left < sizeof(*event) || event->size > left || event->size % 8 ||
	    event->size < sizeof(*event) ||
	    (event_fixed_size(event->kind) && event->size < event_fixed_size(event->kind)) ||
	    (event->kind == EVENT_INTERN && define_text(recording, (struct event_intern *)event))) {
		recording->cut = true;
		recording->block_at = recording->block.size = 0;
		recording->read_at = recording->stored;
		return NULL;
	}
	recording->block_at += event->size;
	return event;
}

int recording_rewind(struct recording *recording)
{
	recording->read_at = sizeof(struct file_header);
	recording->in_tail = false;
	recording->block.size = 0;
	recording->block_at = 0;
	recording_release_texts(recording);
	return 0;
}

const char *recording_text(const struct recording *recording, uint32_t id, size_t *size)
{
	const struct text *text = NULL;

	if (id && id < recording->texts.count)
		text = &recording->texts.items[id];
	if (size)
		*size = text ? text->size : 0;
	return text && text->bytes ? text->bytes : "";
}

static int check_header(const char *path, const struct file_header *header)
{
	if (memcmp(header->magic, FILE_MAGIC, sizeof(header->magic))) {
		err_print("'%s' is not a recording of coldprof", path);
		return -EBADMSG;
	}
	if (header->version != FILE_VERSION) {
		err_print("'%s' is a recording of version %u; this coldprof reads %d", path,
			  header->version, FILE_VERSION);
		return -EPROTONOSUPPORT;
	}
	if (header->machine != THIS_MACHINE) {
		err_print("'%s' was recorded on another kind of processor (ELF machine %u)", path,
			  header->machine);
		return -EPROTONOSUPPORT;
	}
	return 0;
}

int recording_open(const char *path, struct recording **out)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	struct file_header header;
	struct stat st;
	int rc;

	if (!recording)
		return -ENOMEM;
	recording->own_fd = true;
	recording->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (recording->fd < 0 || fstat(recording->fd, &st)) {
		rc = err_code(errno, "cannot open '%s'", path);
		goto fail;
	}
	recording->stored = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	if (fetch(recording, &header, sizeof(header))) {
		err_print("'%s' is not a recording of coldprof", path);
		rc = -EBADMSG;
		goto fail;
	}
	rc = check_header(path, &header);
	if (rc)
		goto fail;
	recording_rewind(recording);
	*out = recording;
	return 0;
fail:
	if (recording->fd < 0)
		recording->own_fd = false;
	recording_free(recording);
	return rc;
}

bool recording_cut(const struct recording *recording)
{
	return recording->cut;
}

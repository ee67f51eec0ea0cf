/* SPDX-License-Identifier: BSD-2-Clause */
/* recording_parts.h - the form of a recording, shared by its writer and its reader */
#ifndef COLDPROF_RECORDING_PARTS_H
#define COLDPROF_RECORDING_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"
#include "map.h"
#include "recording.h"
#include "vec.h"

#define FILE_MAGIC   "coldprof"
#define FILE_VERSION 2
#define BLOCK_MAGIC  0x4b4c4243u /* "CBLK" */
#define BLOCK_BYTES  (16u << 10) /* of events that a cut takes along at most */
#define RECORD_MAX   (16u << 10)
#define BLOCK_MAX    (272u << 10) /* that is read: blocks were larger once */
#define INTERN_TEXTS 65536u
#define INTERN_BYTES (16u << 20)

#if defined(__x86_64__)
#define THIS_MACHINE 62 /* EM_X86_64 */
#elif defined(__aarch64__)
#define THIS_MACHINE 183 /* EM_AARCH64 */
#else
#error "unknown machine"
#endif

struct file_header {
	char magic[8];
	uint32_t version;
	uint32_t machine; /* ELF e_machine: which system-call table the numbers are of */
	uint32_t page_bytes;
	uint32_t clock; /* CLOCK_MONOTONIC */
	uint64_t reserved[5];
};
_Static_assert(sizeof(struct file_header) == 64, "file_header");

struct block_header {
	uint32_t magic;
	uint32_t size; /* bytes that follow */
	uint32_t crc;  /* of these */
	uint32_t reserved;
};

struct text {
	char *bytes;
	size_t size;
};

struct recording {
	/* where complete blocks are: in |memory| while that is enough, else in |fd| */
	struct buf memory;
	size_t memory_limit;
	int fd;
	bool own_fd, writing, cut;
	uint64_t stored; /* bytes of header and complete blocks */
	int failed;	 /* the first error of a write; no block is stored after it */
	struct buf tail; /* user space's records from then on */
	bool in_tail;	 /* reading has come to them */
	uint64_t dropped[EVENT_KINDS_KERNEL];

	struct buf block; /* being written, or being read */

	struct map ids; /* writer: text -> id */
	uint32_t next_id;
	size_t interned_bytes;

	VEC(struct text) texts; /* reader: by id */
	uint64_t read_at;	/* of the next block */
	size_t block_at;
};

static inline bool kind_from_kernel(unsigned int kind)
{
	return kind < EVENT_KINDS_KERNEL;
}

/* Forgets the reader's texts. */
void recording_release_texts(struct recording *recording);

#endif

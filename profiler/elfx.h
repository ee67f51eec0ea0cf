/* SPDX-License-Identifier: BSD-2-Clause */
/* elfx.h - what is read from an ELF file: identity, segments, the place of symbols */
#ifndef COLDPROF_ELFX_H
#define COLDPROF_ELFX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elfx;

/*
 * Nothing here prints. -ENOEXEC: not an ELF file (or an object file); -EBADMSG: one that is damaged
 * or cut; else the errno of open(2) and its family. Parsing is libelf's: of a file that a stranger
 * may have made, do it in a process without privileges (symbols.h does).
 */
int elfx_open(const char *path, struct elfx **out);
int elfx_open_fd(int fd, struct elfx **out); /* keeps nothing of |fd| */
void elfx_free(struct elfx *elf);

/* Lower-case hexadecimal digits, "" where the file has none. */
const char *elfx_build_id(const struct elfx *elf);

/* PT_INTERP; NULL: a static program or a library. */
const char *elfx_interpreter(const struct elfx *elf);

/* The |index|th DT_NEEDED; NULL past the last. */
const char *elfx_needed(const struct elfx *elf, size_t index);

/* Made for this machine's architecture and word size. */
bool elfx_is_native(const struct elfx *elf);

/*
 * A number that changes when headers, segments or the file's size do: two files with one build id
 * (one of them stripped, or patched by patchelf) are told apart by it.
 */
uint64_t elfx_layout(const struct elfx *elf);

/*
 * All offsets are of the FILE, as uprobes want them (an address less its PT_LOAD's p_vaddr, plus
 * its p_offset), and lie in an executable segment. 0: there is none.
 */
uint64_t elfx_entry(const struct elfx *elf);
uint64_t elfx_offset(const struct elfx *elf, uint64_t address);

struct elfx_want {
	const char *name;
	const char *holds; /* NULL: |name| is whole; else it is a prefix and this comes after it */
	bool data;	   /* a variable, else a function */
	uint64_t offset;   /* out: of a function */
	bool imported;	   /* out: the file uses it from a library */
	bool found;	   /* out: the file has it */
	uint64_t address, size; /* out, as the file is linked */
};

/*
 * Looks all of them up in one pass through .dynsym (default versions before others) and, for what
 * is not there, one through .symtab. Of several the first. 0, -EBADMSG, -ENOMEM.
 */
int elfx_find(const struct elfx *elf, struct elfx_want *wants, size_t count);

/*
 * Copies |size| bytes as they are at |address| once the file is loaded (what it has no bytes for is
 * zero). False where not all of them are there.
 */
bool elfx_read(const struct elfx *elf, uint64_t address, void *out, size_t size);

/*
 * Looks for |text| in what is loaded of the file, and copies what comes after it, up to |size| - 1
 * bytes and a NUL. False where it is not there.
 */
bool elfx_text_after(const struct elfx *elf, const char *text, char *out, size_t size);

#endif

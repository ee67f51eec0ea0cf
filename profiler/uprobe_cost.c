// SPDX-License-Identifier: BSD-2-Clause
/* uprobe_cost.c - where a uprobe costs little */
#include "uprobe_cost.h"

#include <string.h>

#define RAX 0
#define RSP 4
#define RBP 5

static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};

bool uprobe_is_cheap(const uint8_t *code, size_t size)
{
	if (!size)
		return false;
	if (size > 1 && code[0] == 0x41)
		return code[1] >= 0x50 && code[1] <= 0x57;
	if (size > 1 && code[0] == 0x67)
		return code[1] == 0xe8;
	if (size > 1 && code[0] == 0x0f)
		return code[1] >= 0x80 && code[1] <= 0x8f;
	return (code[0] >= 0x50 && code[0] <= 0x57) || (code[0] >= 0x70 && code[0] <= 0x7f) ||
	       code[0] == 0xe8 || code[0] == 0xe9 || code[0] == 0xeb || code[0] == 0x90;
}

size_t uprobe_cheap_entry(const uint8_t *code, size_t size)
{
	if (size > sizeof(endbr64) && memcmp(code, endbr64, sizeof(endbr64)) == 0 &&
	    uprobe_is_cheap(code + sizeof(endbr64), size - sizeof(endbr64)))
		return sizeof(endbr64);
	return 0;
}

/* The size of a test or a move between registers that leaves rax, rsp and rbp; else 0. */
static size_t harmless(const uint8_t *code, size_t size)
{
	bool rex = size > 2 && (code[0] & 0xf0) == 0x40;
	const uint8_t *opcode = code + rex;
	unsigned int to;

	if (size < 2u + rex || opcode[1] >> 6 != 3)
		return 0;
	to = (opcode[1] & 7) | (rex && code[0] & 1 ? 8 : 0);
	if (opcode[0] == 0x84 || opcode[0] == 0x85) /* test */
		return 2u + rex;
	/* mov, from the register in the middle of the byte */
	return opcode[0] == 0x89 && to != RAX && to != RSP && to != RBP ? 2u + rex : 0;
}

size_t uprobe_cheap_return(const uint8_t *code, size_t size, size_t at)
{
	size_t place = at, skipped;

	while (place < size && (skipped = harmless(code + place, size - place)))
		place += skipped;
	return place < size && uprobe_is_cheap(code + place, size - place) ? place : at;
}

// SPDX-License-Identifier: BSD-2-Clause
/* callnames.c - names of system calls and of their errors, in every table that a program can use */
#include "callnames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccomp.h>

#define X32_BIT 0x40000000u

#if defined(__aarch64__)
#define ARCH_32 SCMP_ARCH_ARM
#define NAME_32 "arm"
#else
#define ARCH_32 SCMP_ARCH_X86
#define NAME_32 "i386"
#endif

/* Linux's include/linux/errno.h: never seen by a program, but by a tracepoint */
static const struct {
	int code;
	const char *name;
} kernel_errors[] = {
	{512, "ERESTARTSYS"},
	{513, "ERESTARTNOINTR"},
	{514, "ERESTARTNOHAND"},
	{516, "ERESTART_RESTARTBLOCK"},
};

static char *name_of(unsigned int abi, uint32_t number)
{
	if (abi == EVENT_ABI_32)
		return seccomp_syscall_resolve_num_arch(ARCH_32, (int)number);
	if (abi == EVENT_ABI_X32)
		return seccomp_syscall_resolve_num_arch(SCMP_ARCH_X32, (int)(number | X32_BIT));
	return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);
}

/* What older tables call by another name, with the arguments in the same order. */
static const struct {
	const char *name, *native;
} other_names[] = {
	{"mmap2", "mmap"},
	{"_newselect", "select"},
	{"waitpid", "wait4"},
	{"fstatat64", "newfstatat"},
};

static int resolve(const char *name)
{
	return seccomp_syscall_resolve_name_arch(SCMP_ARCH_NATIVE, name);
}

/* "fcntl64" and "futex_time64" are "fcntl" and "futex" with wider numbers. */
static int resolve_without(char *name, const char *suffix)
{
	size_t size = strlen(name), cut = strlen(suffix);

	if (size <= cut || strcmp(name + size - cut, suffix) != 0)
		return -1;
	name[size - cut] = '\0';
	return resolve(name);
}

static int16_t find_native(unsigned int abi, uint32_t number)
{
	char *name = name_of(abi, number);
	int native;

	if (!name)
		return -1;
	native = resolve(name);
	for (size_t i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
		if (strcmp(name, other_names[i].name) == 0)
			native = resolve(other_names[i].native);
	if (native < 0)
		native = resolve_without(name, "_time64");
	if (native < 0)
		native = resolve_without(name, "64");
	free(name);
	return native >= 0 && native < CALLNAMES_TABLE ? (int16_t)native : -1;
}

uint32_t callnames_native(struct callnames *names, unsigned int abi, uint32_t number)
{
	size_t table = abi == EVENT_ABI_X32;
	int16_t native;

	if (abi == EVENT_ABI_NATIVE)
		return number;
	number &= ~X32_BIT;
	if (number >= CALLNAMES_TABLE)
		return EVENT_NO_CALL;
	if (!names->filled[table])
		for (uint32_t i = 0; i < CALLNAMES_TABLE; i++)
			names->native[table][i] = find_native(abi, i);
	names->filled[table] = true;
	native = names->native[table][number];
	return native < 0 ? EVENT_NO_CALL : (uint32_t)native;
}

char *callnames_call(unsigned int abi, uint32_t number)
{
	char *name = name_of(abi, number);

	if (!name && asprintf(&name, "syscall_%u", number) < 0)
		return NULL;
	return name;
}

const char *callnames_abi(unsigned int abi)
{
	if (abi == EVENT_ABI_32)
		return NAME_32;
	return abi == EVENT_ABI_X32 ? "x32" : "native";
}

const char *callnames_error(int64_t result, char room[CALLNAMES_ERROR])
{
	int code = (int)-result;
	const char *name;

	for (size_t i = 0; i < sizeof(kernel_errors) / sizeof(kernel_errors[0]); i++)
		if (kernel_errors[i].code == code)
			return kernel_errors[i].name;
	name = strerrorname_np(code);
	if (name)
		return name;
	snprintf(room, CALLNAMES_ERROR, "errno_%d", code);
	return room;
}

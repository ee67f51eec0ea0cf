// SPDX-License-Identifier: BSD-2-Clause
/* compat_calls.c - CALLS: getpid that often by the 32-bit table; 77 where there is none */
#include "program.h"

#if defined(__x86_64__)
static long call32(long number)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void refuse(int signal)
{
	(void)signal;
	_exit(77);
}

int main(int argc, char **argv)
{
	long n = number(argc, argv, 1, 20);

	signal(SIGSEGV, refuse); /* a kernel without CONFIG_IA32_EMULATION */
	for (long i = 0; i < n; i++)
		if (call32(20) != getpid()) /* 20 is getpid there, writev here */
			return 77;
	return 0;
}
#else
int main(void)
{
	return 77;
}
#endif

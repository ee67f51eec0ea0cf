// SPDX-License-Identifier: BSD-2-Clause
/* paced_storm.c - RATE MS: getppid at RATE calls a second for MS, in bursts of a millisecond */
#include "program.h"

int main(int argc, char **argv)
{
	uint64_t rate = number(argc, argv, 1, 300000), ms = number(argc, argv, 2, 1000);
	uint64_t begin = now_ns(), calls = 0, late = 0;

	for (uint64_t tick = 0; tick < ms; tick++) {
		uint64_t due = begin + tick * NS_PER_MS;

		while (now_ns() < due) /* vDSO: no system call */
			;
		if (now_ns() > due + 20 * NS_PER_MS)
			late++;
		for (uint64_t i = 0; i < rate / 1000; i++, calls++)
			syscall(SYS_getppid);
	}
	printf("calls %llu\ntook_ns %llu\nlate %llu\n", (unsigned long long)calls,
	       (unsigned long long)(now_ns() - begin), (unsigned long long)late);
	return 0;
}

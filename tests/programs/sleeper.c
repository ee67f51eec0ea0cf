// SPDX-License-Identifier: BSD-2-Clause
/* sleeper.c - MS: sleeps once, prints how long that took by its own clock */
#include "program.h"

int main(int argc, char **argv)
{
	uint64_t begin = now_ns();

	sleep_ms(number(argc, argv, 1, 100));
	printf("slept_ns %llu\n", (unsigned long long)(now_ns() - begin));
	return 0;
}

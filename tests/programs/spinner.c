// SPDX-License-Identifier: BSD-2-Clause
/* spinner.c - MS [CPU]: uses that much CPU time, then prints what getrusage says of it */
#include "program.h"

#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t begin = now_ns();

	if (argc > 2)
		pin_to_cpu(number(argc, argv, 2, 0));
	spin_cpu_ms(number(argc, argv, 1, 200));
	getrusage(RUSAGE_SELF, &usage);
	printf("wall_ns %llu\ncpu_ns %llu\nuser_us %lld\nsystem_us %lld\n",
	       (unsigned long long)(now_ns() - begin),
	       (unsigned long long)clock_ns(CLOCK_PROCESS_CPUTIME_ID),
	       (long long)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec,
	       (long long)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec);
	return 0;
}

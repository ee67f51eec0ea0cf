// SPDX-License-Identifier: BSD-2-Clause
/* faults.c - PAGES WRITTEN: touches PAGES, forks, the child writes WRITTEN of them */
#include "program.h"

#include <sys/mman.h>
#include <sys/resource.h>

static long faults(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

int main(int argc, char **argv)
{
	long pages = number(argc, argv, 1, 1000), written = number(argc, argv, 2, 500);
	char *memory = mmap(NULL, (pages + 1) << 12, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (memory == MAP_FAILED)
		die("mmap");
	madvise(memory, (pages + 1) << 12, MADV_NOHUGEPAGE);
	for (long i = 0; i < pages; i++)
		memory[i << 12] = 1;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		for (long i = 0; i < written; i++)
			memory[i << 12] = 2;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("child %d\nparent_faults %ld\nchild_faults %ld\n", pid, faults(RUSAGE_SELF),
	       faults(RUSAGE_CHILDREN));
	return 0;
}

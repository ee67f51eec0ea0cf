// SPDX-License-Identifier: BSD-2-Clause
/* inspect.c - says what it was started with: signals, descriptors, session, ids, environment */
#include "program.h"

#include <dirent.h>
#include <fcntl.h>

static void print_status(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Sig", 3) || !strncmp(line, "Uid", 3) ||
		    !strncmp(line, "Gid", 3) || !strncmp(line, "Groups", 6) ||
		    !strncmp(line, "NoNewPrivs", 10) || !strncmp(line, "CapEff", 6))
			fputs(line, stdout);
	if (file)
		fclose(file);
}

static void print_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	char target[512];

	while (dir && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (n > 0 && atoi(entry->d_name) != dirfd(dir)) {
			target[n] = 0;
			printf("fd %s %s\n", entry->d_name, target);
		}
	}
	closedir(dir);
}

int main(int argc, char **argv, char **environment)
{
	char folder[4096];

	if (argc > 1 && !freopen(argv[1], "w", stdout))
		die(argv[1]);
	printf("pid %d\nsid %d\npgid %d\n", getpid(), getsid(0), getpgid(0));
	printf("cwd %s\n", getcwd(folder, sizeof(folder)));
	print_status();
	print_descriptors();
	for (; *environment; environment++)
		printf("env %s\n", *environment);
	return 0;
}

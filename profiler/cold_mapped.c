// SPDX-License-Identifier: BSD-2-Clause
/* cold_mapped.c - whether any process maps a file */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cold.h"

static bool maps_file(const char *pid, const struct stat *st)
{
	char name[300], *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%s/maps", pid);
	maps = fopen(name, "re");
	while (maps && !found && getline(&line, &room, maps) > 0) {
		unsigned int major_number, minor_number;
		unsigned long inode;

		found = sscanf(line, "%*s %*s %*s %x:%x %lu", &major_number, &minor_number,
			       &inode) == 3 &&
			inode == st->st_ino && major_number == major(st->st_dev) &&
			minor_number == minor(st->st_dev);
	}
	free(line);
	if (maps)
		fclose(maps);
	return found;
}

bool cold_is_mapped(const struct stat *st)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (proc && !found && (entry = readdir(proc)))
		found = isdigit((unsigned char)entry->d_name[0]) && maps_file(entry->d_name, st);
	if (proc)
		closedir(proc);
	return found;
}

// SPDX-License-Identifier: BSD-2-Clause
/* cold_mapped.c - which files some process maps: these stay in the page cache */
#include "cold_mapped.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

struct file_id {
	uint64_t major, minor, inode;
};

/* One line of maps: "start-end rwxp offset major:minor inode   path". */
static void add_line(struct cold_mapped *mapped, char *line)
{
	unsigned int major_number, minor_number;
	unsigned long inode;
	struct file_id id;
	char *path;

	if (sscanf(line, "%*s %*s %*s %x:%x %lu", &major_number, &minor_number, &inode) != 3 ||
	    !inode)
		return;
	id = (struct file_id){major_number, minor_number, inode};
	map_set(&mapped->files, &id, sizeof(id), 1);
	path = strchr(line, '/');
	if (path)
		map_set(&mapped->files, path, strcspn(path, "\n"), 1);
}

static void look(struct cold_mapped *mapped)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char *line = NULL;
	size_t room = 0;

	while (proc && (entry = readdir(proc))) {
		char name[300];
		FILE *maps;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(name, sizeof(name), "/proc/%s/maps", entry->d_name);
		maps = fopen(name, "re");
		while (maps && getline(&line, &room, maps) > 0)
			add_line(mapped, line);
		if (maps)
			fclose(maps);
	}
	free(line);
	if (proc)
		closedir(proc);
	mapped->looked = true;
}

void cold_mapped_release(struct cold_mapped *mapped)
{
	map_release(&mapped->files);
	mapped->looked = false;
}

bool cold_mapped_has(struct cold_mapped *mapped, const char *path, const struct stat *st)
{
	struct file_id id = {major(st->st_dev), minor(st->st_dev), st->st_ino};
	uint64_t value;

	if (!mapped->looked)
		look(mapped);
	return map_get(&mapped->files, &id, sizeof(id), &value) ||
	       map_get(&mapped->files, path, strlen(path), &value);
}

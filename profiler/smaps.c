// SPDX-License-Identifier: BSD-2-Clause
/* smaps.c - the memory of a live process by kind of mapping, from /proc/PID/smaps */
#include "smaps.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fs.h"

struct sums {
	struct event_smaps kinds[EVENT_MAP_KINDS];
	bool seen[EVENT_MAP_KINDS];
	uint64_t shared[EVENT_MAP_KINDS]; /* values of shared memory that are not 0 */
};

static bool ends_with(const char *text, size_t size, const char *tail)
{
	size_t length = strlen(tail);

	return size >= length && memcmp(text + size - length, tail, length) == 0;
}

/* Also "libx.so.1.2" and what was replaced meanwhile ("... (deleted)"). */
static bool is_library(const char *path)
{
	const char *base = fs_basename(path), *so = strstr(base, ".so");

	return so && (so[3] == '\0' || so[3] == '.' || so[3] == ' ');
}

static bool is_extension(const char *path)
{
	static const char *const folders[] = {"/site-packages/", "/dist-packages/", "/lib-dynload/",
					      "/node_modules/"};
	size_t size = strcspn(path, " ");

	if (ends_with(path, size, ".node"))
		return true;
	for (size_t i = 0; is_library(path) && i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strstr(path, folders[i]))
			return true;
	return false;
}

static bool is_runtime(const char *path, const char *const *runtime_paths)
{
	for (; *runtime_paths; runtime_paths++)
		if (strcmp(path, *runtime_paths) == 0)
			return true;
	return false;
}

static enum event_mapping kind_of(const char *path, bool executable,
				  const char *const *runtime_paths)
{
	if (!*path || strncmp(path, "[anon:", 6) == 0)
		return executable ? EVENT_MAP_JIT : EVENT_MAP_ANONYMOUS;
	if (strcmp(path, "[heap]") == 0)
		return EVENT_MAP_HEAP;
	if (strncmp(path, "[stack", 6) == 0)
		return EVENT_MAP_STACK;
	if (is_runtime(path, runtime_paths))
		return EVENT_MAP_RUNTIME;
	if (is_extension(path))
		return EVENT_MAP_EXTENSION;
	if (path[0] == '/' && is_library(path))
		return EVENT_MAP_LIBRARY;
	return EVENT_MAP_OTHER;
}

/* "55d0-55f0 r-xp 00000000 fd:00 123    /usr/bin/x": a mapping's first line. */
static bool parse_head(const char *line, bool *executable, const char **path)
{
	unsigned long start, end;
	char mode[8];
	int used = 0;

	if (sscanf(line, "%lx-%lx %7s %*s %*s %*s%n", &start, &end, mode, &used) != 3 || !used)
		return false;
	*executable = strchr(mode, 'x') != NULL;
	*path = line + used + strspn(line + used, " ");
	return true;
}

static void add_value(struct event_smaps *sums, const char *key, uint64_t bytes)
{
	const struct {
		const char *key;
		__u64 *sum;
	} fields[] = {
		{"Size:", &sums->size_bytes},
		{"Rss:", &sums->rss_bytes},
		{"Pss:", &sums->pss_bytes},
		{"Shared_Clean:", &sums->shared_clean_bytes},
		{"Shared_Dirty:", &sums->shared_dirty_bytes},
		{"Private_Clean:", &sums->private_clean_bytes},
		{"Private_Dirty:", &sums->private_dirty_bytes},
		{"Anonymous:", &sums->anonymous_bytes},
		{"Swap:", &sums->swap_bytes},
		{"SwapPss:", &sums->swap_pss_bytes},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(key, fields[i].key) == 0)
			*fields[i].sum += bytes;
}

static int parse(FILE *file, const char *const *runtime_paths, struct sums *sums)
{
	struct event_smaps *current = NULL;
	char *line = NULL, key[64];
	size_t room = 0;
	ssize_t size;
	int rc = 0;

	errno = 0;
	while ((size = getline(&line, &room, file)) > 0) {
		unsigned long kib;
		const char *path;
		bool executable;

		line[size - 1] = '\0';
		/* a mapping's line begins with hexadecimal digits, a value's with a capital */
		if (!isupper((unsigned char)line[0]) && parse_head(line, &executable, &path)) {
			enum event_mapping kind = kind_of(path, executable, runtime_paths);

			current = &sums->kinds[kind];
			sums->seen[kind] = true;
		} else if (current && sscanf(line, "%63s %lu kB", key, &kib) == 2) {
			add_value(current, key, (uint64_t)kib * 1024);
			if (kib && strncmp(key, "Shared_", 7) == 0)
				sums->shared[current - sums->kinds]++;
		}
	}
	if (ferror(file))
		rc = errno ? -errno : -EIO;
	free(line);
	return rc;
}

static bool has_any(const struct sums *sums)
{
	for (size_t kind = 0; kind < EVENT_MAP_KINDS; kind++)
		if (sums->seen[kind])
			return true;
	return false;
}

/* The whole process's proportional memory as the kernel adds it up; 0: not to be had. */
static uint64_t rollup_pss(pid_t pid)
{
	unsigned long kib = 0;
	struct buf text = {};
	const char *line;
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", pid);
	if (!fs_read(name, 64 * 1024, &text) && (line = strstr(buf_text(&text), "\nPss:")))
		if (sscanf(line + strlen("\nPss:"), "%lu", &kib) != 1)
			kib = 0;
	buf_release(&text);
	return (uint64_t)kib * 1024;
}

/*
 * Each mapping's Pss is cut to whole KiB: a library's few shared pages lose half a KiB each time.
 * What the sums so lack of the kernel's own total goes to the kinds that share, by how often.
 */
static void mend_pss(struct sums *sums, uint64_t total)
{
	uint64_t sum = 0, shared = 0, lack, most = 0;

	for (size_t kind = 0; kind < EVENT_MAP_KINDS; kind++) {
		sum += sums->kinds[kind].pss_bytes;
		shared += sums->shared[kind];
		if (sums->shared[kind] > sums->shared[most])
			most = kind;
	}
	lack = total - sum;
	if (total <= sum || !shared || lack > (shared + 1) * 1024)
		return; /* it changed between the two readings */
	for (size_t kind = 0; kind < EVENT_MAP_KINDS; kind++) {
		uint64_t part = lack / 1024 * sums->shared[kind] / shared * 1024;

		sums->kinds[kind].pss_bytes += part;
		sum += part;
	}
	sums->kinds[most].pss_bytes += total - sum;
}

int smaps_read(pid_t pid, enum event_memory_mark mark, const char *const *runtime_paths,
	       struct recording *recording)
{
	uint64_t begun = clock_ns(), took;
	struct sums sums = {};
	char name[64];
	FILE *file;
	int rc;

	snprintf(name, sizeof(name), "/proc/%d/smaps", pid);
	file = fopen(name, "re");
	if (!file)
		return -errno;
	rc = parse(file, runtime_paths, &sums);
	fclose(file);
	if (!rc && !has_any(&sums))
		rc = -ESRCH; /* it has ended and is not reaped yet */
	mend_pss(&sums, rollup_pss(pid));
	took = clock_ns() - begun;
	for (uint32_t kind = 0; kind < EVENT_MAP_KINDS && !rc; kind++) {
		struct event_smaps *event = &sums.kinds[kind];

		if (!sums.seen[kind])
			continue;
		event->event = (struct event){.kind = EVENT_SMAPS,
					      .time_ns = begun,
					      .pid = (uint32_t)pid,
					      .tid = (uint32_t)pid};
		event->mark = mark;
		event->mapping = kind;
		event->took_ns = took;
		rc = recording_add(recording, &event->event, NULL, 0);
	}
	return rc;
}

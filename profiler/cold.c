// SPDX-License-Identifier: BSD-2-Clause
/* cold.c - what makes a start cold: files put out of the page cache, and the proof of it */
#include "cold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cold_mapped.h"
#include "err.h"
#include "fs.h"

#ifndef __NR_cachestat
#define __NR_cachestat 451 /* since 6.5, the same on all architectures */
#endif

/* include/uapi/linux/mman.h of 6.5 */
struct cachestat_range {
	uint64_t off, len;
};
struct cachestat {
	uint64_t nr_cache, nr_dirty, nr_writeback, nr_evicted, nr_recently_evicted;
};

const char *cold_name(enum cold_level level)
{
	static const char *const names[] = {"warm", "evicted", "dropped"};

	return names[level];
}

void cold_release(struct cold *cold)
{
	vec_foreach(path, &cold->mapped)
		free(*path);
	vec_release(&cold->mapped);
}

static uint64_t pages_of(const struct stat *st)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return ((uint64_t)st->st_size + page - 1) / page;
}

static int count_by_mincore(int fd, uint64_t pages, uint64_t *resident)
{
	size_t size = (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *states = malloc(pages ? pages : 1);
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	int rc = 0;

	if (map == MAP_FAILED || !states) {
		rc = -errno;
	} else if (mincore(map, size, states)) {
		rc = -errno;
	} else {
		*resident = 0;
		for (uint64_t i = 0; i < pages; i++)
			*resident += states[i] & 1;
	}
	if (map != MAP_FAILED)
		munmap(map, size);
	free(states);
	return rc;
}

/* How many pages of the file the page cache holds. */
static int count_resident(int fd, uint64_t pages, uint64_t *resident)
{
	struct cachestat_range range = {};
	struct cachestat counts;

	if (!pages) {
		*resident = 0;
		return 0;
	}
	if (syscall(__NR_cachestat, fd, &range, &counts, 0) == 0) {
		*resident = counts.nr_cache;
		return 0;
	}
	return count_by_mincore(fd, pages, resident);
}

static bool is_listed(const struct cold *cold, const char *path)
{
	vec_foreach(known, &cold->mapped)
		if (strcmp(*known, path) == 0)
			return true;
	return false;
}

/* A file with pages that stayed is one that others map: nothing else keeps clean pages. */
static int list_mapped(struct cold *cold, const char *path)
{
	char *copy = strdup(path);

	if (!copy || vec_push(&cold->mapped, copy)) {
		free(copy);
		return -ENOMEM;
	}
	return 0;
}

/*
 * Dirty pages can't be dropped, so they are written first. |thoroughly|: also what the file system
 * holds back; that flushes the disk, which thousands of files can't afford.
 */
static void evict(int fd, bool thoroughly)
{
	if (thoroughly)
		fdatasync(fd);
	else
		sync_file_range(fd, 0, 0,
				SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					SYNC_FILE_RANGE_WAIT_AFTER);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* One round: what all files are to be, and what is found out about them. */
struct round {
	struct cold *cold;
	bool evict;
	struct cold_mapped mapped;
	struct event_residue *residue;
};

/* Puts one file out and counts what stayed. A file that has gone since is passed over. */
static int cool_file(struct round *round, const char *path)
{
	struct event_residue *residue = round->residue;
	struct cold *cold = round->cold;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = 0;
	uint64_t resident = 0, pages;
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		goto out;
	pages = pages_of(&st);
	if (round->evict)
		evict(fd, false);
	rc = count_resident(fd, pages, &resident);
	if (!rc && resident && round->evict && !is_listed(cold, path)) {
		evict(fd, true);
		rc = count_resident(fd, pages, &resident);
	}
	if (rc)
		err_code(rc, "cannot see what the page cache holds of '%s'", path);
	if (!rc && resident && !is_listed(cold, path) && cold_mapped_has(&round->mapped, path, &st))
		rc = list_mapped(cold, path);
	residue->files++;
	if (is_listed(cold, path)) {
		residue->mapped_pages += resident;
	} else {
		residue->wanted_pages += pages;
		residue->resident_pages += resident;
	}
out:
	close(fd);
	return rc;
}

static int drop_caches(void)
{
	int rc;

	sync();
	rc = fs_control("/proc/sys/vm/drop_caches", "3");
	return rc ? err_code(rc, "cannot drop the page cache") : 0;
}

int cold_apply(struct cold *cold, enum cold_level level, char *const *files, size_t count,
	       struct event_residue *residue)
{
	struct round round = {.cold = cold, .evict = level == COLD_EVICTED, .residue = residue};
	int rc = 0;

	residue->wanted_pages = residue->resident_pages = residue->mapped_pages = 0;
	residue->files = 0;
	residue->cold = level;
	if (level == COLD_WARM)
		return 0;
	if (level == COLD_DROPPED)
		rc = drop_caches();
	for (size_t i = 0; i < count && !rc; i++)
		rc = cool_file(&round, files[i]);
	cold_mapped_release(&round.mapped);
	return rc;
}

bool cold_as_asked(const struct event_residue *residue)
{
	return residue->resident_pages * 100 <= residue->wanted_pages;
}

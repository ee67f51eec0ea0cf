/* SPDX-License-Identifier: BSD-2-Clause */
/* prepare.h - workloads made ready to run: each in a folder of its own in the cache */
#ifndef COLDPROF_PREPARE_H
#define COLDPROF_PREPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "interpreter.h"
#include "workload.h"

struct user;

/* One workload under one runtime. Zeroed memory is empty; release with prepare_release. */
struct prepare {
	const struct workload *workload; /* the caller's */
	/* the caller's: one for each of the workload's runtimes, in their order; then NULL */
	const struct interpreter *interpreters[WORKLOAD_RUNTIMES];
	char *folder; /* where it is, or will be: a copy of the application with its dependencies */
	bool ready;
	int result; /* 0, or the -errno of what kept it from being ready */
};

/*
 * The cache folder: |asked| (the value of --cache), else ~/.cache/coldprof of |user|, of root
 * /var/cache/coldprof. An absolute path, to be freed. 0 or -errno, printed.
 */
int prepare_cache_folder(const struct user *user, const char *asked, char **out);

/*
 * Fills in the folder: its name has in it a hash of all files of the workload and of its runtimes'
 * versions and paths. |prepare| has workload and interpreters already. 0; -ENOTSUP where the
 * runtime is too old; another -errno; all printed.
 */
int prepare_locate(struct prepare *prepare, const struct user *user, const char *cache);
void prepare_release(struct prepare *prepare);

/* What |step| (NULL: the end) of preparing an item is; |done| of |total| items are ready. */
struct prepare_progress {
	const struct workload *workload;
	const char *step;
	size_t done, total;
};

struct prepare_options {
	const struct user *user; /* everything is made and run as this user */
	int stop; /* a descriptor that is readable when to stop (not read here); -1: none */
	void (*progress)(void *context, const struct prepare_progress *progress); /* or NULL */
	void *context;
};

/*
 * Prepares what has a folder and is not ready, two at once, each in a process of its own with the
 * user's ids. One that fails (printed) doesn't keep the others; nothing half-made is left. 0;
 * -ECANCELED when stopped; else the first |result| of all items.
 */
int prepare_all(struct prepare *items, size_t count, const struct prepare_options *options);

/* What the placeholders stand for that are not of the prepared folder; NULL: not to be had. */
struct prepare_places {
	const char *scratch; /* an empty folder for each start */
	const char *redis;   /* "redis://127.0.0.1:6379/0" */
	const char *kafka;   /* "127.0.0.1:9092" */
};

/*
 * |text| with {node}, {python}, {dir} and those of |places| (NULL: none) replaced; any other brace
 * is itself. The result is to be freed. 0 or -ENOMEM, nothing printed.
 */
int prepare_substitute(const struct prepare *prepare, const struct prepare_places *places,
		       const char *text, char **out);

/* How a ready workload is started. */
struct prepare_command {
	char **argv; /* ends with NULL */
	char *cwd;
	char *entry; /* absolute; NULL: the workload names none */
};
int prepare_command(const struct prepare *prepare, const struct prepare_places *places,
		    struct prepare_command *out);
void prepare_command_release(struct prepare_command *command);

/*
 * Removes the prepared folders of |workload| (NULL: of all there ever were) and unfinished ones
 * from |cache|, with the user's ids. |*count| are gone. 0 or -errno, printed.
 */
int prepare_clean(const struct user *user, const char *cache, const struct workload *workload,
		  size_t *count);

#endif

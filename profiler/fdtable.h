/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fdtable.h - which descriptor of which process is what, followed through a recording
 *
 * As in the kernel, a descriptor points to an object (an open file, a socket, ...) that dup and
 * fork share. fdcalls.c changes the table by what each system call did; the models look at a
 * record before it does, so that the one who sees close(3) still finds what 3 was. Memory grows
 * with processes and open descriptors.
 */
#ifndef COLDPROF_FDTABLE_H
#define COLDPROF_FDTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "paths.h"
#include "pollset.h"
#include "vec.h"

#define FDTABLE_MAX (1u << 20) /* higher descriptors are not followed */

struct fd_object {
	uint64_t serial; /* unique: numbers of objects are used again */
	uint32_t users;	 /* descriptors that point here; 0: free */
	uint32_t path;	 /* in paths, or PATHS_NONE */
	uint8_t kind;	 /* enum event_fd */
	bool answers;	 /* the connection of the first request */
	uint64_t made_ns;
	uint64_t listen_ns;   /* since when it listens, 0: not at all */
	struct pollset *poll; /* of an epoll object, else NULL */
};

struct fd_slot {
	uint32_t object; /* number, or FDTABLE_CLOSED */
	bool close_on_exec;
};
#define FDTABLE_CLOSED UINT32_MAX

struct fd_list {
	VEC(struct fd_slot) slots; /* by descriptor */
	uint32_t cwd;		   /* in paths, or PATHS_NONE */
};

/* Open data; empty when zeroed but for |paths|, which the caller keeps. */
struct fdtable {
	struct paths *paths;
	VEC(struct fd_list) lists; /* by process */
	VEC(struct fd_object) objects;
	VEC(uint32_t) unused; /* numbers of free objects */
	uint64_t serial;
	uint64_t listens; /* counts changes of which objects listen */
};

void fdtable_release(struct fdtable *table);

/* What |fd| of |process| is, or NULL. Valid until the table changes. */
struct fd_object *fdtable_get(const struct fdtable *table, uint32_t process, int64_t fd);
uint32_t fdtable_number(const struct fdtable *table, const struct fd_object *object);
/* One more than the highest descriptor that |process| may have open. */
uint32_t fdtable_limit(const struct fdtable *table, uint32_t process);

/*
 * |text| as a path, if |folder_fd| (AT_FDCWD: the current folder) is what it is relative to. Valid
 * until the next call. 0 or -ENOMEM.
 */
int fdtable_path(const struct fdtable *table, uint32_t process, int64_t folder_fd, const char *text,
		 const char **out);

/* ---- changes ---- */

/* A process with nothing open; or, if |parent| is one, with what that has. 0 or -ENOMEM. */
int fdtable_begin(struct fdtable *table, uint32_t process, uint32_t parent);
void fdtable_end(struct fdtable *table, uint32_t process);
void fdtable_exec(struct fdtable *table, uint32_t process);

/*
 * |fd| becomes a new object, made at |time_ns|. 0, -ENOMEM, or -ERANGE for a descriptor that is
 * not followed. |*out| (may be NULL) is valid until the table changes.
 */
int fdtable_open(struct fdtable *table, uint32_t process, int64_t fd, uint64_t time_ns,
		 struct fd_object **out);
/* As dup2(2); an unknown |from| closes |to|. 0 or -ENOMEM. */
int fdtable_duplicate(struct fdtable *table, uint32_t process, int64_t from, int64_t to);
void fdtable_close(struct fdtable *table, uint32_t process, int64_t fd);
void fdtable_close_on_exec(struct fdtable *table, uint32_t process, int64_t fd, bool set);
void fdtable_listens(struct fdtable *table, struct fd_object *object, uint64_t time_ns);
void fdtable_chdir(struct fdtable *table, uint32_t process, uint32_t path);

#endif

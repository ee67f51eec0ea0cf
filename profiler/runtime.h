/* SPDX-License-Identifier: BSD-2-Clause */
/* runtime.h - which runtime a command or a binary is, found without running the program */
#ifndef COLDPROF_RUNTIME_H
#define COLDPROF_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"
#include "python_sites.h"
#include "symbols.h"
#include "vec.h"

struct user;

/* What runtimes are looked up with; the caller keeps it while it asks. */
struct runtime_finder {
	const struct user *user;
	struct symbols_cache *cache;
	char *const *environment; /* of the program; NULL: the user's own */
};

/*
 * What execve(2) will end at, followed through #! lines and env(1), without running anything.
 * Zeroed memory is empty.
 */
struct runtime_command {
	VEC(char *) argv;  /* as the last interpreter gets it: "#!" puts words before the script */
	VEC(char *) files; /* real path of each file on the way, the binary last */
	char *binary; /* real path of the ELF file at the end; NULL: nobody knows before it ran */
	char *called; /* the path that it is called by: a virtual environment's link, a shim */
};

/*
 * A relative name is taken from |cwd| (NULL: our own). -ENOENT: no such command; -EACCES: not
 * executable; -ENOEXEC: neither ELF nor #!; -ELOOP: too many #! lines. Nothing is printed. Shells,
 * node and python end the chain like any other binary.
 */
int runtime_resolve(const struct runtime_finder *finder, const char *cwd, char *const argv[],
		    struct runtime_command *out);
void runtime_command_release(struct runtime_command *command);

/* Open data; zeroed memory is empty. Release with runtime_release. */
struct runtime {
	enum event_runtime_kind kind;
	char *name;	 /* node, python, bun, deno; of other binaries the file's name */
	char *version;	 /* "24.21.0"; NULL: unknown */
	char *path;	 /* real path of the binary */
	uint32_t device; /* of the binary, as event_exec.exe_device */
	uint64_t inode;
	char *build_id; /* of the binary; "" where it has none */
	struct symbols binary;
	struct symbols
		library; /* that holds the runtime's code: libpython, libnode; path NULL: none */
	struct symbols libc; /* path NULL: a static program, or not found */
	/* of a Python, by runtime_find_imports() */
	struct python_sites imports; /* empty: not sought, or not found */
	char *imports_missing;	     /* why they were not found; NULL */
};

/*
 * Looks into a binary, before a run or when it was seen running: kind by its symbols, libraries as
 * its dynamic linker finds them for that user, version by `BINARY --version` (once for a build
 * id). A binary that is no runtime is a good answer: EVENT_RUNTIME_NONE. Errors as symbols_read.
 */
int runtime_of_binary(const struct runtime_finder *finder, const char *path, struct runtime *out);
void runtime_release(struct runtime *runtime);

/*
 * Finds where a Python's imports pass, by a throw-away start unless the cache has it; of other
 * runtimes nothing. That there are none is a good answer too. 0 or -ENOMEM.
 */
int runtime_find_imports(const struct runtime_finder *finder, struct runtime *runtime);

/* The file that holds the runtime's own code: its library, else its binary. */
const struct symbols *runtime_code(const struct runtime *runtime);

/* "node", "python", "other", "none". */
const char *runtime_kind_name(enum event_runtime_kind kind);

/*
 * The application's entry, from the argument vector that the runtime itself gets. |out| becomes
 * the absolute path of a file as the runtime will open it (Node opens the real path, Python the
 * one that it was given), the dotted name of a module, or stays as it was.
 */
enum runtime_entry {
	RUNTIME_ENTRY_NONE = 0, /* -c, -e, standard input, an unknown runtime, no such file */
	RUNTIME_ENTRY_FILE = 1,
	RUNTIME_ENTRY_MODULE = 2, /* python -m NAME: .../NAME.py or .../NAME/__main__.py */
};
enum runtime_entry runtime_entry(const struct user *user, enum event_runtime_kind kind,
				 char *const argv[], const char *cwd, struct buf *out);

#endif

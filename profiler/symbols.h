/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols.h - facts of an ELF file that probes stand on, looked up once and cached by build id */
#ifndef COLDPROF_SYMBOLS_H
#define COLDPROF_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "v8.h"
#include "vec.h"

struct user;

/* The names behind these are in symbols.c. Numbered by place: the cache stores names. */
enum symbol {
	SYMBOL_MAIN,		      /* main */
	SYMBOL_EXIT,		      /* libc's exit */
	SYMBOL_DLSYM,		      /* libc's dlsym; before glibc 2.34 it is not in libc */
	SYMBOL_PYTHON_BYTES_MAIN,     /* Py_BytesMain, 3.8 and later */
	SYMBOL_PYTHON_UNIX_MAIN,      /* _Py_UnixMain, 3.7 */
	SYMBOL_PYTHON_MAIN,	      /* Py_Main */
	SYMBOL_PYTHON_RUN_MAIN,	      /* Py_RunMain, 3.8 and later */
	SYMBOL_PYTHON_FINALIZE,	      /* Py_FinalizeEx */
	SYMBOL_PYTHON_IMPORT,	      /* PyImport_ImportModule */
	SYMBOL_PYTHON_IMPORT_LEVEL,   /* PyImport_ImportModuleLevelObject */
	SYMBOL_PYTHON_CALL_METHOD,    /* PyObject_CallMethodObjArgs: importlib, since 3.11 */
	SYMBOL_PYTHON_CALL_METHOD_ID, /* _PyObject_CallMethodIdObjArgs: until 3.10 */
	SYMBOL_NODE_START,	      /* node::Start(int, char**) */
	SYMBOL_NODE_LOAD_WITH_MODULE, /* node::LoadEnvironment, the overload of Node 24 and later */
	SYMBOL_NODE_LOAD,	      /* the one of Node 14 to 22 */
	SYMBOL_NODE_LOAD_PLAIN,	      /* the one before */
	SYMBOL_COUNT,
};

/* Open data; zeroed memory is empty. */
struct symbols {
	char *path;	 /* real path; NULL: none was read */
	uint32_t device; /* the kernel's dev_t: major << 20 | minor */
	uint64_t inode;
	char *build_id;	    /* "" where the file has none */
	uint64_t layout;    /* as elfx_layout */
	char *interpreter;  /* the dynamic linker, NULL in static programs and libraries */
	VEC(char *) needed; /* DT_NEEDED */
	bool native;	    /* of this machine's architecture */
	char *version;	    /* of the runtime whose code it holds; NULL: not asked; "": none */
	char *python;	    /* where its Python's imports pass: python_sites.h; NULL: not sought */
	uint64_t entry;	    /* file offset; 0: none */
	uint64_t offsets[SYMBOL_COUNT]; /* file offsets; 0: absent */
	uint32_t imports;		/* bit 1 << symbol: it is taken from a library */
	struct v8 v8;			/* of a file with Node.js's code */
};

/*
 * Reading goes on in a child with |user|'s ids, never as root for another. |folder| is the cache
 * folder's symbols/ (made when missing); NULL: only in memory, as for files without a build id.
 */
struct symbols_cache;
int symbols_cache_new(const struct user *user, const char *folder, struct symbols_cache **out);
void symbols_cache_free(struct symbols_cache *cache);

/*
 * |out| is to be released after success. -ENOEXEC: not ELF; -EBADMSG: damaged; -EACCES: the user
 * may not read it; other -errno. Nothing is printed. A cache that cannot be read or written is
 * done without.
 */
int symbols_read(struct symbols_cache *cache, const char *path, struct symbols *out);
void symbols_release(struct symbols *symbols);

/* Keep, beside its symbols, the version of the runtime in that file; where its imports pass. */
int symbols_set_version(struct symbols_cache *cache, struct symbols *symbols, const char *version);
int symbols_set_python(struct symbols_cache *cache, struct symbols *symbols, const char *text);

#endif

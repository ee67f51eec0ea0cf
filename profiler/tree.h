/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.h - the files of an application's folder: listed, hashed, copied */
#ifndef COLDPROF_TREE_H
#define COLDPROF_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "vec.h"

struct tree_file {
	char *path; /* relative to the folder */
	bool executable;
};

/* Open data, sorted by path. Zeroed memory is an empty tree. */
struct tree {
	char *folder;
	VEC(struct tree_file) files;
};

/*
 * Lists |folder| with all below it, but workload.json, .git and what installing and running leave
 * there (node_modules, .venv, __pycache__). Links, sockets and the like are refused: a link would
 * reach out of the folder. 0 or -errno, printed.
 */
int tree_list(const char *folder, struct tree *out);
void tree_release(struct tree *tree);

/* A 128-bit FNV-1a hash, taken in parts. It tells versions apart; it is no guard against malice. */
struct tree_hash {
	unsigned __int128 value;
};
#define TREE_HASH_TEXT 33 /* 32 hexadecimal digits and NUL */

void tree_hash_init(struct tree_hash *hash);
void tree_hash_bytes(struct tree_hash *hash, const void *data, size_t size);
/* A text with its end, so that "ab", "c" and "a", "bc" differ. */
void tree_hash_text(struct tree_hash *hash, const char *text);
/* Path, mode and content of each file; 0 or -errno, printed. */
int tree_hash_files(struct tree_hash *hash, const struct tree *tree);
void tree_hash_print(const struct tree_hash *hash, char text[TREE_HASH_TEXT]);

/* Copies all files into the folder |to|, which exists, with modes 0644 and 0755. As above. */
int tree_copy(const struct tree *tree, const char *to);

#endif

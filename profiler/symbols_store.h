/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols_store.h - the facts of an ELF file as text, and as a file of the user's cache */
#ifndef COLDPROF_SYMBOLS_STORE_H
#define COLDPROF_SYMBOLS_STORE_H

#include "buf.h"
#include "symbols.h"

/* All but |path|, |device| and |inode| is stored: these are of a file, the rest of a build. */

/* JSON with a checksum. 0 or -ENOMEM. */
int symbols_store_text(const struct symbols *symbols, struct buf *out);

/*
 * The other way; |out| keeps its path, device and inode. -EINVAL for what is not such a text, is
 * damaged or was written with other names looked up.
 */
int symbols_store_parse(const char *text, size_t size, struct symbols *out);

/*
 * FOLDER/BUILDID.json. Loading gives -EINVAL too for an entry of a file with another layout, and
 * -EPERM where others than the calling user could have written it. Saving makes the folder.
 */
int symbols_store_load(const char *folder, const char *build_id, uint64_t layout,
		       struct symbols *out);
int symbols_store_save(const char *folder, const struct symbols *symbols);

/* The ELF name of a symbol and what else it must hold (as struct elfx_want). */
struct symbols_name {
	const char *name, *holds;
};
const struct symbols_name *symbols_name(enum symbol symbol);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* node_version.h - the version of the Node.js in a file, without running that */
#ifndef COLDPROF_NODE_VERSION_H
#define COLDPROF_NODE_VERSION_H

struct elfx;

/*
 * Through |*out|, the caller's: "24.21.0", from the address of its own release which each build of
 * nodejs.org holds; NULL: there is none, `--version` may tell; "": there is none, and the file is
 * an application with a Node.js around it (a single executable application), which would take
 * --version for an argument of its own. 0 or -ENOMEM.
 */
int node_version(const struct elfx *elf, char **out);

#endif

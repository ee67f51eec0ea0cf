/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domtree.h - the dominator tree of a directed graph: what every path from the root passes through
 *
 * By the simple version (O(m log n)) of T. Lengauer, R. E. Tarjan: A Fast Algorithm for Finding
 * Dominators in a Flowgraph, ACM TOPLAS 1(1), 1979; its depth-first search and path compression
 * written as loops, so that depth costs no stack.
 */
#ifndef COLDPROF_DOMTREE_H
#define COLDPROF_DOMTREE_H

#include <stddef.h>
#include <stdint.h>

#define DOMTREE_NONE UINT32_MAX

/* Edges grouped by the node at one end: those of |node| are other[at[node]] .. other[at[node+1]-1].
 */
struct domtree_edges {
	uint32_t *at, *other;
};

/*
 * Groups |count| edges of |nodes| nodes by their first end: edge i leads from from[i * step] to
 * to[i * step]. 0 or -ENOMEM.
 */
struct domtree_list {
	const uint32_t *from, *to;
	size_t step, count;
};
int domtree_group(struct domtree_edges *out, uint32_t nodes, const struct domtree_list *list);
void domtree_edges_release(struct domtree_edges *edges);

/*
 * The nodes that can be reached, in preorder of the tree: what |node| dominates are the
 * |size[node]| items of |order| from |at[node]| on, itself first.
 */
struct domtree {
	uint32_t *parent; /* immediate dominator; the root's is itself; NONE: can't be reached */
	uint32_t *at, *size;
	uint32_t *order, count;
};

/* |out| and |in|: the same edges, grouped by who they lead from, and to. 0 or -ENOMEM. */
int domtree_build(struct domtree *tree, uint32_t nodes, uint32_t root,
		  const struct domtree_edges *out, const struct domtree_edges *in);
void domtree_release(struct domtree *tree);

#endif

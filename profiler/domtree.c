// SPDX-License-Identifier: BSD-2-Clause
/* domtree.c - the dominator tree of a directed graph: what every path from the root passes through
 */
#include "domtree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int domtree_group(struct domtree_edges *out, uint32_t nodes, const struct domtree_list *list)
{
	struct domtree_edges edges = {};

	edges.at = calloc((size_t)nodes + 2, sizeof(*edges.at));
	edges.other = calloc(list->count + 1, sizeof(*edges.other));
	if (!edges.at || !edges.other) {
		domtree_edges_release(&edges);
		return -ENOMEM;
	}
	/* at[n + 1] counts, then is where n's edges begin, and ends up where they end */
	for (size_t i = 0; i < list->count; i++)
		edges.at[list->from[i * list->step] + 2]++;
	for (uint32_t node = 0; node < nodes; node++)
		edges.at[node + 2] += edges.at[node + 1];
	for (size_t i = 0; i < list->count; i++)
		edges.other[edges.at[list->from[i * list->step] + 1]++] = list->to[i * list->step];
	*out = edges;
	return 0;
}

void domtree_edges_release(struct domtree_edges *edges)
{
	free(edges->at);
	free(edges->other);
	*edges = (struct domtree_edges){};
}

/*
 * The names are the paper's. Nodes are known by their number in the depth-first search, so that
 * comparing numbers compares the order of discovery.
 */
struct work {
	uint32_t nodes, count;
	uint32_t *number; /* of a node; NONE: not reached */
	uint32_t *vertex; /* node of a number */
	uint32_t *parent; /* in the depth-first tree; all from here on by number */
	uint32_t *semi, *idom;
	uint32_t *ancestor, *label; /* the forest of LINK and EVAL */
	uint32_t *bucket, *next;    /* lists of the numbers that have this semidominator */
	uint32_t *stack;
};

static int work_init(struct work *work, uint32_t nodes)
{
	uint32_t **arrays[] = {&work->number, &work->vertex, &work->parent, &work->semi,
			       &work->idom,   &work->label,  &work->stack,  &work->ancestor,
			       &work->bucket, &work->next};
	size_t size = ((size_t)nodes + 1) * sizeof(uint32_t);

	*work = (struct work){.nodes = nodes};
	for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++) {
		*arrays[i] = malloc(size);
		if (!*arrays[i])
			return -ENOMEM;
		memset(*arrays[i], 0xff, size); /* NONE */
	}
	return 0;
}

static void work_release(struct work *work)
{
	free(work->number);
	free(work->vertex);
	free(work->parent);
	free(work->semi);
	free(work->idom);
	free(work->ancestor);
	free(work->label);
	free(work->bucket);
	free(work->next);
	free(work->stack);
}

static void discover(struct work *work, uint32_t node, uint32_t parent)
{
	uint32_t number = work->count++;

	work->number[node] = number;
	work->vertex[number] = node;
	work->parent[number] = parent;
	work->semi[number] = work->label[number] = number;
}

/* |idom| is not used yet: it holds how far a node's edges have been followed. */
static void search(struct work *work, uint32_t root, const struct domtree_edges *out)
{
	uint32_t depth = 0;

	discover(work, root, 0);
	work->stack[depth++] = 0;
	work->idom[0] = out->at[root];
	while (depth) {
		uint32_t top = work->stack[depth - 1], node = work->vertex[top], to;

		if (work->idom[top] == out->at[node + 1]) {
			depth--;
			continue;
		}
		to = out->other[work->idom[top]++];
		if (work->number[to] != DOMTREE_NONE)
			continue;
		work->idom[work->count] = out->at[to];
		work->stack[depth++] = work->count;
		discover(work, to, top);
	}
}

/* COMPRESS: from the top of the path down, each node takes over the best label above it. */
static void compress(struct work *work, uint32_t v)
{
	uint32_t depth = 0;

	for (; work->ancestor[work->ancestor[v]] != DOMTREE_NONE; v = work->ancestor[v])
		work->stack[depth++] = v;
	while (depth) {
		uint32_t above;

		v = work->stack[--depth];
		above = work->ancestor[v];
		if (work->semi[work->label[above]] < work->semi[work->label[v]])
			work->label[v] = work->label[above];
		work->ancestor[v] = work->ancestor[above];
	}
}

static uint32_t eval(struct work *work, uint32_t v)
{
	if (work->ancestor[v] == DOMTREE_NONE)
		return v;
	compress(work, v);
	return work->label[v];
}

static void find_semidominator(struct work *work, uint32_t w, const struct domtree_edges *in)
{
	uint32_t node = work->vertex[w];

	for (uint32_t i = in->at[node]; i < in->at[node + 1]; i++) {
		uint32_t v = work->number[in->other[i]], best;

		if (v == DOMTREE_NONE)
			continue;
		best = work->semi[eval(work, v)];
		if (best < work->semi[w])
			work->semi[w] = best;
	}
	work->next[w] = work->bucket[work->semi[w]];
	work->bucket[work->semi[w]] = w;
}

static void find_dominators(struct work *work, const struct domtree_edges *in)
{
	for (uint32_t w = work->count; w-- > 1;) {
		uint32_t parent = work->parent[w];

		find_semidominator(work, w, in);
		work->ancestor[w] = parent; /* LINK */
		for (uint32_t v = work->bucket[parent]; v != DOMTREE_NONE; v = work->next[v]) {
			uint32_t u = eval(work, v);

			work->idom[v] = work->semi[u] < work->semi[v] ? u : parent;
		}
		work->bucket[parent] = DOMTREE_NONE;
	}
	for (uint32_t w = 1; w < work->count; w++)
		if (work->idom[w] != work->semi[w])
			work->idom[w] = work->idom[work->idom[w]];
	work->idom[0] = 0;
}

/* A dominator has a lower number than what it dominates. */
static void lay_out(struct work *work, struct domtree *tree)
{
	uint32_t *size = work->semi, *next = work->label, *at = work->ancestor;

	for (uint32_t w = 0; w < work->count; w++)
		size[w] = 1;
	for (uint32_t w = work->count; w-- > 1;)
		size[work->idom[w]] += size[w];
	at[0] = 0;
	next[0] = 1;
	for (uint32_t w = 1; w < work->count; w++) {
		at[w] = next[work->idom[w]];
		next[work->idom[w]] += size[w];
		next[w] = at[w] + 1;
	}
	for (uint32_t w = 0; w < work->count; w++) {
		uint32_t node = work->vertex[w];

		tree->parent[node] = work->vertex[work->idom[w]];
		tree->at[node] = at[w];
		tree->size[node] = size[w];
		tree->order[at[w]] = node;
	}
	tree->count = work->count;
}

static int tree_init(struct domtree *tree, uint32_t nodes)
{
	size_t size = ((size_t)nodes + 1) * sizeof(uint32_t);

	*tree = (struct domtree){.parent = malloc(size),
				 .at = calloc(1, size),
				 .size = calloc(1, size),
				 .order = calloc(1, size)};
	if (!tree->parent || !tree->at || !tree->size || !tree->order)
		return -ENOMEM;
	memset(tree->parent, 0xff, size);
	return 0;
}

int domtree_build(struct domtree *tree, uint32_t nodes, uint32_t root,
		  const struct domtree_edges *out, const struct domtree_edges *in)
{
	struct domtree built;
	struct work work;
	int rc = work_init(&work, nodes), made = tree_init(&built, nodes);

	if (!rc)
		rc = made;
	if (rc) {
		domtree_release(&built);
	} else {
		search(&work, root, out);
		find_dominators(&work, in);
		lay_out(&work, &built);
		*tree = built;
	}
	work_release(&work);
	return rc;
}

void domtree_release(struct domtree *tree)
{
	free(tree->parent);
	free(tree->at);
	free(tree->size);
	free(tree->order);
	*tree = (struct domtree){};
}

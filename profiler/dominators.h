/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dominators.h - what would not be loaded without a package, and which others need it
 *
 * Nodes are modules; an edge leads from who imported to what it imported, as was seen. A module
 * that two import is loaded by the first of them: the second one may show no edge. Where packages
 * declare what they need, such a need therefore counts as an edge from every node of the one to all
 * of the other, so that a package never seems to be the only one that brings in what another one
 * that stays has declared.
 *
 * Only a package brings in: the nodes all of whose paths from the roots go through nodes of it,
 * its own included. They are those that can't be reached any more when it is taken away.
 */
#ifndef COLDPROF_DOMINATORS_H
#define COLDPROF_DOMINATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vec.h"

#define DOMINATORS_NONE	 UINT32_MAX
#define DOMINATORS_COSTS 8

struct dominators_edge {
	uint32_t from, to;
};

/* Plain arrays of the caller's. Indices of nodes and packages count from 0. */
struct dominators_graph {
	size_t nodes_count, edges_count, packages_count, needs_count, costs_count;
	/* the package of each node; DOMINATORS_NONE: of none (the application, the runtime's own)
	 */
	const uint32_t *package;
	/*
	 * Which nodes are loaded in any case: entry modules, and as a rule each module of the
	 * application, or else what a server package imports would all hang on that package. NULL:
	 * none. What no path leads to from these is a root too, lowest index first.
	 */
	const bool *root;
	const struct dominators_edge *edges; /* nodes: importer, imported; in any order, repeated */
	const struct dominators_edge
		*needs; /* packages: who declares, what; both may be unloaded */
	const int64_t *costs[DOMINATORS_COSTS]; /* of each node by itself: time, memory, ... */
};

struct dominators_package {
	size_t nodes_count;		/* its own; 0: it is not loaded, the rest is zero */
	int64_t self[DOMINATORS_COSTS]; /* of its own nodes */
	bool known;			/* the rest is found out: see DOMINATORS_WORK_MAX */
	int64_t only[DOMINATORS_COSTS]; /* of all nodes that only it brings in */
	size_t only_count;		/* these nodes */
	VEC(uint32_t) pulled;		/* other packages of which all nodes are among them */
	/*
	 * Packages that import or declare it and would stay without it. While there is one, taking
	 * away one's own use of the package saves nothing.
	 */
	VEC(uint32_t) needed_by;
};

/* Open data; zeroed memory is empty. */
struct dominators {
	VEC(struct dominators_package) packages; /* by the graph's package number */
};

/*
 * Steps through nodes and edges, over all packages. Real starts need some millions; only a damaged
 * recording comes near. What is left then is not known.
 */
#define DOMINATORS_WORK_MAX 400000000ull

/*
 * 0, -EINVAL (an index that is out of range) or -ENOMEM, nothing printed. Nothing recurses: depth
 * and number of nodes are bounded by memory alone.
 */
int dominators_find(const struct dominators_graph *graph, struct dominators *out);
void dominators_release(struct dominators *dominators);

/* What not using the package oneself saves of a cost: |only|, or 0 where another one needs it. */
int64_t dominators_saved(const struct dominators_package *package, size_t cost);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* dominators.c - what would not be loaded without a package, and which others need it
 *
 * The nodes of a package P cut the graph together, so no single one of them need dominate what they
 * all bring in. Let x be the nearest common dominator of P's nodes. Every path to what P brings in
 * meets a node of P, and so x before: all of that lies in x's dominator subtree. Where x is of P,
 * it is that whole subtree. Else let C be what P's nodes lead to inside the subtree. A node of C
 * stays if it is x, or if a node that is not in C leads to it (which stays then, or else it were in
 * C), or if one of C that stays does. What P brings in is the rest of C.
 */
#include "dominators.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domtree.h"
#include "units.h"

/*
 * The nodes of the searched graph: modules; for each package "it stays" (any of its nodes leads
 * there) and "it is needed" (that leads to all of its nodes); the root.
 */
struct finder {
	const struct dominators_graph *graph;
	uint32_t stays, needed, root, count;
	VEC(struct dominators_edge) edges;
	struct domtree_edges out, in;	  /* of all these nodes */
	struct domtree_edges members;	  /* package -> its modules; the last group is of none */
	struct domtree_edges declared_by; /* package -> packages */
	struct domtree tree;
	uint64_t work;
	/* the last package for which a node or a package was marked; numbers from 1 on */
	uint32_t *reached, *stay, *only, *noted;
	uint32_t *taken;	/* package -> how many of its nodes only the last one brings in */
	uint32_t *queue, *list; /* nodes to be looked at; those that only the last one brings in */
	uint32_t list_count;
};

static uint32_t package_of(const struct finder *finder, uint32_t node)
{
	return node < finder->graph->nodes_count ? finder->graph->package[node] : DOMINATORS_NONE;
}

static uint32_t members_count(const struct finder *finder, uint32_t package)
{
	return finder->members.at[package + 1] - finder->members.at[package];
}

/* ---- the graph ---- */

static int check(const struct dominators_graph *graph)
{
	if (graph->nodes_count + 2 * (uint64_t)graph->packages_count >= UINT32_MAX - 2 ||
	    graph->edges_count + 2 * graph->nodes_count + graph->needs_count >= UINT32_MAX ||
	    graph->costs_count > DOMINATORS_COSTS)
		return -EINVAL;
	for (size_t i = 0; i < graph->nodes_count; i++)
		if (graph->package[i] != DOMINATORS_NONE &&
		    graph->package[i] >= graph->packages_count)
			return -EINVAL;
	for (size_t i = 0; i < graph->edges_count; i++)
		if (graph->edges[i].from >= graph->nodes_count ||
		    graph->edges[i].to >= graph->nodes_count)
			return -EINVAL;
	for (size_t i = 0; i < graph->needs_count; i++)
		if (graph->needs[i].from >= graph->packages_count ||
		    graph->needs[i].to >= graph->packages_count)
			return -EINVAL;
	return 0;
}

static int group(struct domtree_edges *out, uint32_t nodes, const struct dominators_edge *edges,
		 size_t count, bool backwards)
{
	struct domtree_list list = {.count = count, .step = 2};

	if (count) {
		list.from = backwards ? &edges->to : &edges->from;
		list.to = backwards ? &edges->from : &edges->to;
	}
	return domtree_group(out, nodes, &list);
}

static int group_members(struct finder *finder)
{
	const struct dominators_graph *graph = finder->graph;
	struct dominators_edge *edges = calloc(graph->nodes_count + 1, sizeof(*edges));
	int rc;

	if (!edges)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->nodes_count; i++) {
		edges[i].from = graph->package[i] == DOMINATORS_NONE
					? (uint32_t)graph->packages_count
					: graph->package[i];
		edges[i].to = i;
	}
	rc = group(&finder->members, (uint32_t)graph->packages_count + 1, edges, graph->nodes_count,
		   false);
	free(edges);
	return rc;
}

static int add_edge(struct finder *finder, uint32_t from, uint32_t to)
{
	return vec_push(&finder->edges, ((struct dominators_edge){from, to}));
}

/* What a root leads to by edges that were seen is marked in |seen|. */
static void follow(struct finder *finder, const struct domtree_edges *out, uint32_t root,
		   bool *seen)
{
	size_t count = 0;

	finder->queue[count++] = root;
	seen[root] = true;
	while (count) {
		uint32_t node = finder->queue[--count];

		for (uint32_t i = out->at[node]; i < out->at[node + 1]; i++)
			if (!seen[out->other[i]]) {
				seen[out->other[i]] = true;
				finder->queue[count++] = out->other[i];
			}
	}
}

static int add_roots(struct finder *finder)
{
	const struct dominators_graph *graph = finder->graph;
	bool *seen = calloc(graph->nodes_count + 1, sizeof(*seen));
	struct domtree_edges out = {};
	int rc = seen ? 0 : -ENOMEM;

	if (!rc)
		rc = group(&out, (uint32_t)graph->nodes_count, graph->edges, graph->edges_count,
			   false);
	for (uint32_t i = 0; i < graph->nodes_count && !rc; i++)
		if (graph->root && graph->root[i]) {
			rc = add_edge(finder, finder->root, i);
			if (!seen[i])
				follow(finder, &out, i, seen);
		}
	for (uint32_t i = 0; i < graph->nodes_count && !rc; i++)
		if (!seen[i]) {
			rc = add_edge(finder, finder->root, i);
			follow(finder, &out, i, seen);
		}
	domtree_edges_release(&out);
	free(seen);
	return rc;
}

static int add_needs(struct finder *finder)
{
	const struct dominators_graph *graph = finder->graph;
	int rc = 0;

	for (size_t i = 0; i < graph->needs_count && !rc; i++)
		rc = add_edge(finder, finder->stays + graph->needs[i].from,
			      finder->needed + graph->needs[i].to);
	for (uint32_t i = 0; i < graph->nodes_count && graph->needs_count && !rc; i++) {
		if (graph->package[i] == DOMINATORS_NONE)
			continue;
		rc = add_edge(finder, i, finder->stays + graph->package[i]);
		if (!rc)
			rc = add_edge(finder, finder->needed + graph->package[i], i);
	}
	return rc;
}

static int build_graph(struct finder *finder)
{
	const struct dominators_graph *graph = finder->graph;
	int rc = 0;

	for (size_t i = 0; i < graph->edges_count && !rc; i++)
		rc = vec_push(&finder->edges, graph->edges[i]);
	if (!rc)
		rc = add_roots(finder);
	if (!rc)
		rc = add_needs(finder);
	if (!rc)
		rc = group(&finder->out, finder->count, finder->edges.items, finder->edges.count,
			   false);
	if (!rc)
		rc = group(&finder->in, finder->count, finder->edges.items, finder->edges.count,
			   true);
	if (!rc)
		rc = group_members(finder);
	if (!rc)
		rc = group(&finder->declared_by, (uint32_t)graph->packages_count, graph->needs,
			   graph->needs_count, true);
	if (!rc)
		rc = domtree_build(&finder->tree, finder->count, finder->root, &finder->out,
				   &finder->in);
	return rc;
}

/* ---- what only a package brings in ---- */

/* In preorder, the common dominator of several nodes is that of the first and the last of them. */
static uint32_t common_dominator(struct finder *finder, uint32_t package)
{
	const struct domtree *tree = &finder->tree;
	uint32_t first = DOMTREE_NONE, last = 0, node;

	for (uint32_t i = finder->members.at[package]; i < finder->members.at[package + 1]; i++) {
		uint32_t at = tree->at[finder->members.other[i]];

		if (first == DOMTREE_NONE || at < first)
			first = at;
		if (at > last)
			last = at;
	}
	node = tree->order[first];
	while (last >= tree->at[node] + tree->size[node]) {
		node = tree->parent[node];
		finder->work++;
	}
	return node;
}

static bool is_below(const struct domtree *tree, uint32_t node, uint32_t top)
{
	return tree->at[node] - tree->at[top] < tree->size[top];
}

/* Marks what the package leads to below |top|, which comes into the queue; returns how many. */
static uint32_t reach(struct finder *finder, uint32_t package, uint32_t top)
{
	const struct domtree_edges *out = &finder->out, *members = &finder->members;
	uint32_t mark = package + 1, count = 0;

	for (uint32_t i = members->at[package]; i < members->at[package + 1]; i++) {
		finder->reached[members->other[i]] = mark;
		finder->queue[count++] = members->other[i];
	}
	for (uint32_t done = 0; done < count; done++) {
		uint32_t node = finder->queue[done];

		finder->work += 1 + out->at[node + 1] - out->at[node];
		for (uint32_t i = out->at[node]; i < out->at[node + 1]; i++) {
			uint32_t to = out->other[i];

			if (finder->reached[to] == mark || !is_below(&finder->tree, to, top))
				continue;
			finder->reached[to] = mark;
			finder->queue[count++] = to;
		}
	}
	return count;
}

/* Whether a node that is reached, but not marked, leads to |node|. */
static bool has_other_way(struct finder *finder, uint32_t node, uint32_t mark)
{
	finder->work += 1 + finder->in.at[node + 1] - finder->in.at[node];
	for (uint32_t i = finder->in.at[node]; i < finder->in.at[node + 1]; i++)
		if (finder->reached[finder->in.other[i]] != mark &&
		    finder->tree.parent[finder->in.other[i]] != DOMTREE_NONE)
			return true;
	return false;
}

/* Marks what stays of the |count| nodes of the queue. */
static void keep(struct finder *finder, uint32_t package, uint32_t top, uint32_t count)
{
	const struct domtree_edges *out = &finder->out;
	uint32_t mark = package + 1, depth = 0, *stack = finder->list;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t node = finder->queue[i];

		if (package_of(finder, node) == package ||
		    (node != top && !has_other_way(finder, node, mark)))
			continue;
		finder->stay[node] = mark;
		stack[depth++] = node;
	}
	while (depth) {
		uint32_t node = stack[--depth];

		finder->work += 1 + out->at[node + 1] - out->at[node];
		for (uint32_t i = out->at[node]; i < out->at[node + 1]; i++) {
			uint32_t to = out->other[i];

			if (finder->reached[to] != mark || finder->stay[to] == mark ||
			    package_of(finder, to) == package)
				continue;
			finder->stay[to] = mark;
			stack[depth++] = to;
		}
	}
}

static void take_node(struct finder *finder, uint32_t node, uint32_t package,
		      struct dominators_package *out)
{
	uint32_t own = package_of(finder, node);

	if (node >= finder->graph->nodes_count)
		return;
	finder->only[node] = package + 1;
	finder->list[finder->list_count++] = node;
	out->only_count++;
	for (size_t cost = 0; cost < finder->graph->costs_count; cost++)
		out->only[cost] = units_sum(out->only[cost], finder->graph->costs[cost][node]);
	if (own == DOMINATORS_NONE)
		return;
	if (finder->noted[own] != package + 1) {
		finder->noted[own] = package + 1;
		finder->taken[own] = 0;
	}
	finder->taken[own]++;
}

/* Whether all nodes of |other| are among those that only |package| brings in. */
static bool takes_all(const struct finder *finder, uint32_t package, uint32_t other)
{
	return finder->noted[other] == package + 1 &&
	       finder->taken[other] == members_count(finder, other);
}

static void find_only(struct finder *finder, uint32_t package, struct dominators_package *out)
{
	const struct domtree *tree = &finder->tree;
	uint32_t top = common_dominator(finder, package), count;

	finder->list_count = 0;
	if (package_of(finder, top) == package) {
		finder->work += tree->size[top];
		for (uint32_t i = tree->at[top]; i < tree->at[top] + tree->size[top]; i++)
			take_node(finder, tree->order[i], package, out);
		return;
	}
	count = reach(finder, package, top);
	keep(finder, package, top, count);
	for (uint32_t i = 0; i < count; i++)
		if (finder->stay[finder->queue[i]] != package + 1)
			take_node(finder, finder->queue[i], package, out);
}

/* Each package once, when all of its nodes are found: by the first of its nodes. */
static int find_pulled(struct finder *finder, uint32_t package, struct dominators_package *out)
{
	int rc = 0;

	for (uint32_t i = 0; i < finder->list_count && !rc; i++) {
		uint32_t node = finder->list[i], other = package_of(finder, node);

		if (other != DOMINATORS_NONE && other != package &&
		    finder->members.other[finder->members.at[other]] == node &&
		    takes_all(finder, package, other))
			rc = vec_push(&out->pulled, other);
	}
	return rc;
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static int add_needer(const struct finder *finder, uint32_t package, uint32_t other,
		      struct dominators_package *out)
{
	if (other == DOMINATORS_NONE || other == package || !members_count(finder, other) ||
	    takes_all(finder, package, other))
		return 0;
	return vec_push(&out->needed_by, other);
}

static int find_needers(struct finder *finder, uint32_t package, struct dominators_package *out)
{
	size_t kept = 0;
	int rc = 0;

	for (uint32_t i = finder->members.at[package]; i < finder->members.at[package + 1]; i++) {
		uint32_t node = finder->members.other[i];

		finder->work += finder->in.at[node + 1] - finder->in.at[node];
		for (uint32_t j = finder->in.at[node]; j < finder->in.at[node + 1] && !rc; j++)
			if (finder->only[finder->in.other[j]] != package + 1)
				rc = add_needer(finder, package,
						package_of(finder, finder->in.other[j]), out);
	}
	for (uint32_t i = finder->declared_by.at[package];
	     i < finder->declared_by.at[package + 1] && !rc; i++)
		rc = add_needer(finder, package, finder->declared_by.other[i], out);
	if (rc || !out->needed_by.count)
		return rc;
	qsort(out->needed_by.items, out->needed_by.count, sizeof(uint32_t), by_number);
	for (size_t i = 0; i < out->needed_by.count; i++)
		if (!i || out->needed_by.items[i] != out->needed_by.items[i - 1])
			out->needed_by.items[kept++] = out->needed_by.items[i];
	out->needed_by.count = kept;
	return 0;
}

static int find_package(struct finder *finder, uint32_t package, struct dominators_package *out)
{
	const struct dominators_graph *graph = finder->graph;
	int rc;

	out->nodes_count = members_count(finder, package);
	if (!out->nodes_count)
		return 0;
	for (uint32_t i = finder->members.at[package]; i < finder->members.at[package + 1]; i++)
		for (size_t cost = 0; cost < graph->costs_count; cost++)
			out->self[cost] = units_sum(out->self[cost],
						    graph->costs[cost][finder->members.other[i]]);
	if (finder->work > DOMINATORS_WORK_MAX)
		return 0;
	find_only(finder, package, out);
	rc = find_pulled(finder, package, out);
	if (!rc)
		rc = find_needers(finder, package, out);
	if (!rc && out->pulled.count)
		qsort(out->pulled.items, out->pulled.count, sizeof(uint32_t), by_number);
	out->known = true;
	return rc;
}

/* ---- all of them ---- */

static int finder_init(struct finder *finder, const struct dominators_graph *graph)
{
	size_t packages = graph->packages_count + 1;

	*finder = (struct finder){.graph = graph};
	finder->stays = (uint32_t)graph->nodes_count;
	finder->needed = finder->stays + (uint32_t)graph->packages_count;
	finder->root = finder->needed + (uint32_t)graph->packages_count;
	finder->count = finder->root + 1;
	finder->reached = calloc(finder->count, sizeof(uint32_t));
	finder->only = calloc(finder->count, sizeof(uint32_t));
	finder->stay = calloc(finder->count, sizeof(uint32_t));
	finder->queue = calloc(finder->count, sizeof(uint32_t));
	finder->list = calloc(finder->count, sizeof(uint32_t));
	finder->noted = calloc(packages, sizeof(uint32_t));
	finder->taken = calloc(packages, sizeof(uint32_t));
	return finder->reached && finder->stay && finder->only && finder->queue && finder->list &&
			       finder->noted && finder->taken
		       ? 0
		       : -ENOMEM;
}

static void finder_release(struct finder *finder)
{
	vec_release(&finder->edges);
	domtree_edges_release(&finder->out);
	domtree_edges_release(&finder->in);
	domtree_edges_release(&finder->members);
	domtree_edges_release(&finder->declared_by);
	domtree_release(&finder->tree);
	free(finder->reached);
	free(finder->stay);
	free(finder->only);
	free(finder->queue);
	free(finder->list);
	free(finder->noted);
	free(finder->taken);
}

int dominators_find(const struct dominators_graph *graph, struct dominators *out)
{
	struct dominators found = {};
	struct finder finder;
	int rc = check(graph);

	if (rc)
		return rc;
	rc = finder_init(&finder, graph);
	if (!rc)
		rc = build_graph(&finder);
	for (uint32_t i = 0; i < graph->packages_count && !rc; i++)
		rc = vec_add(&found.packages) ? 0 : -ENOMEM;
	for (uint32_t i = 0; i < graph->packages_count && !rc; i++)
		rc = find_package(&finder, i, &found.packages.items[i]);
	finder_release(&finder);
	if (rc)
		dominators_release(&found);
	else
		*out = found;
	return rc;
}

void dominators_release(struct dominators *dominators)
{
	if (!dominators)
		return;
	vec_foreach(package, &dominators->packages) {
		vec_release(&package->pulled);
		vec_release(&package->needed_by);
	}
	vec_release(&dominators->packages);
}

int64_t dominators_saved(const struct dominators_package *package, size_t cost)
{
	return package->needed_by.count ? 0 : package->only[cost];
}

// SPDX-License-Identifier: BSD-2-Clause
/* sample_packages.c - the modules of a start folded into distribution packages */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dominators.h"
#include "packages.h"
#include "sample_parts.h"
#include "units.h"

enum cost { COST_TIME, COST_MEMORY, COSTS };

/* The graph that dominators.h asks for: nodes are the modules that count, in their order. */
struct folding {
	const struct models *models;
	struct result_sample *out;
	VEC(uint32_t) nodes;	 /* node -> module */
	VEC(uint32_t) by_module; /* module -> node, or DOMINATORS_NONE */
	VEC(uint32_t) package;	 /* of each node, counted without the groups */
	VEC(bool) root;
	VEC(struct dominators_edge) edges;
	VEC(struct dominators_edge) needs;
	VEC(int64_t) costs[COSTS];
};

static void folding_release(struct folding *folding)
{
	vec_release(&folding->nodes);
	vec_release(&folding->by_module);
	vec_release(&folding->package);
	vec_release(&folding->root);
	vec_release(&folding->edges);
	vec_release(&folding->needs);
	for (size_t i = 0; i < COSTS; i++)
		vec_release(&folding->costs[i]);
}

/* Of the processes that the start hangs on. */
static bool counts(const struct folding *folding, uint32_t module)
{
	return chain_has(&folding->models->chain,
			 folding->models->modules.spans.items[module].process);
}

static bool is_package(uint32_t package)
{
	return package != PACKAGES_NONE && package >= PACKAGES_GROUPS;
}

/* A module that never ends runs the application in it: that is no cost of loading. */
static int64_t cost_of(const struct result_module *module, int64_t value)
{
	return module->open || value == RESULT_ABSENT ? 0 : value;
}

static int add_node(struct folding *folding, uint32_t module)
{
	const struct modules_span *span = &folding->models->modules.spans.items[module];
	const struct result_module *result = &folding->out->modules.items[module];
	uint32_t node = (uint32_t)folding->nodes.count, parent = DOMINATORS_NONE;
	int rc = vec_push(&folding->nodes, module);

	folding->by_module.items[module] = node;
	if (span->parent != MODULES_NONE)
		parent = folding->by_module.items[span->parent];
	if (!rc)
		rc = vec_push(&folding->package, is_package(span->package)
							 ? span->package - PACKAGES_GROUPS
							 : DOMINATORS_NONE);
	if (!rc)
		rc = vec_push(&folding->root, span->package == PACKAGES_APPLICATION);
	if (!rc && parent != DOMINATORS_NONE)
		rc = vec_push(&folding->edges, ((struct dominators_edge){parent, node}));
	if (!rc)
		rc = vec_push(&folding->costs[COST_TIME], cost_of(result, result->self_ns));
	if (!rc)
		rc = vec_push(&folding->costs[COST_MEMORY],
			      cost_of(result, result->self_rss_bytes));
	return rc;
}

static int add_needs(struct folding *folding)
{
	struct packages_needs needs = {};
	int rc = packages_find_needs(&folding->models->facts.packages, &needs);

	vec_foreach(need, &needs.items)
		if (!rc && is_package(need->package) && is_package(need->needed))
			rc = vec_push(&folding->needs,
				      ((struct dominators_edge){need->package - PACKAGES_GROUPS,
								need->needed - PACKAGES_GROUPS}));
	vec_release(&needs.items);
	return rc;
}

static int fold(struct folding *folding, struct dominators *out)
{
	const struct packages *packages = &folding->models->facts.packages;
	struct dominators_graph graph = {.costs_count = COSTS};
	int rc = 0;

	for (uint32_t i = 0; i < folding->out->modules.count && !rc; i++) {
		rc = vec_push(&folding->by_module, DOMINATORS_NONE);
		if (!rc && counts(folding, i))
			rc = add_node(folding, i);
	}
	if (!rc)
		rc = add_needs(folding);
	if (rc)
		return rc;
	graph.nodes_count = folding->nodes.count;
	graph.edges_count = folding->edges.count;
	graph.needs_count = folding->needs.count;
	graph.packages_count = packages->items.count > PACKAGES_GROUPS
				       ? packages->items.count - PACKAGES_GROUPS
				       : 0;
	graph.package = folding->package.items;
	graph.root = folding->root.items;
	graph.edges = folding->edges.items;
	graph.needs = folding->needs.items;
	for (size_t i = 0; i < COSTS; i++)
		graph.costs[i] = folding->costs[i].items;
	return dominators_find(&graph, out);
}

/* ---- as results ---- */

/* "boto3 1.40.1". To be freed. */
static char *label(const struct packages *packages, uint32_t package)
{
	const char *version = packages_version(packages, package);
	char *text;

	if (asprintf(&text, "%s%s%s", packages_name(packages, package), version ? " " : "",
		     version ? version : "") < 0)
		return NULL;
	return text;
}

static int add_labels(const struct packages *packages, const uint32_t *numbers, size_t count,
		      result_texts *out)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		char *text = label(packages, numbers[i] + PACKAGES_GROUPS);

		rc = text ? vec_push(out, text) : -ENOMEM;
		if (rc)
			free(text);
	}
	return rc;
}

static int set_saved(const struct packages *packages, const struct dominators_package *from,
		     struct result_package *out)
{
	int rc;

	if (!from->known)
		return 0;
	out->saved_ns = dominators_saved(from, COST_TIME);
	out->saved_rss_bytes = dominators_saved(from, COST_MEMORY);
	out->saved_modules_count = from->needed_by.count ? 0 : (int64_t)from->only_count;
	rc = add_labels(packages, from->pulled.items, from->pulled.count, &out->pulled);
	return rc ? rc
		  : add_labels(packages, from->needed_by.items, from->needed_by.count,
			       &out->needed_by);
}

/* Whether a module above it is of its package, too. */
static bool is_inner(const struct modules *modules, uint32_t module)
{
	uint32_t package = modules->spans.items[module].package;

	for (uint32_t at = modules->spans.items[module].parent; at != MODULES_NONE;
	     at = modules->spans.items[at].parent)
		if (modules->spans.items[at].package == package)
			return true;
	return false;
}

static void add_module(const struct folding *folding, uint32_t module, struct result_package *out)
{
	const struct result_module *from = &folding->out->modules.items[module];
	const struct {
		int64_t *to;
		int64_t value;
	} sums[] = {
		{&out->self_ns, from->self_ns},
		{&out->self_cpu_ns, from->self_cpu_ns},
		{&out->self_rss_bytes, from->self_rss_bytes},
		{&out->syscalls_count, from->syscalls_count},
		{&out->files_opened_count, from->files_opened_count},
		{&out->enoent_count, from->enoent_count},
		{&out->total_ns, is_inner(&folding->models->modules, module) ? 0 : from->total_ns},
	};

	if (out->modules_count == RESULT_ABSENT)
		out->modules_count = 0;
	out->modules_count++;
	out->starts_count = 1;
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		if (sums[i].value == RESULT_ABSENT)
			continue;
		if (*sums[i].to == RESULT_ABSENT)
			*sums[i].to = 0;
		*sums[i].to = units_sum(*sums[i].to, cost_of(from, sums[i].value));
	}
}

static int add_packages(const struct folding *folding, const struct dominators *dominators)
{
	const struct packages *packages = &folding->models->facts.packages;
	struct result_sample *out = folding->out;
	int rc = 0;

	for (uint32_t i = 0; i < packages->items.count && !rc; i++) {
		struct result_package *package = result_add(&out->packages, package);

		if (!package)
			return -ENOMEM;
		rc = sample_text(&package->name, packages_name(packages, i));
		if (!rc)
			rc = sample_text(&package->version, packages_version(packages, i));
		if (!rc && i >= PACKAGES_GROUPS)
			rc = sample_text(&package->home, packages_home(packages, i));
		if (!rc && i >= PACKAGES_GROUPS)
			rc = set_saved(packages, &dominators->packages.items[i - PACKAGES_GROUPS],
				       package);
	}
	vec_foreach(module, &folding->nodes) {
		uint32_t package = folding->models->modules.spans.items[*module].package;

		if (!rc && package < out->packages.count)
			add_module(folding, *module, &out->packages.items[package]);
	}
	return rc;
}

/* Packages of which nothing was loaded say nothing. */
static void drop_unloaded(struct result_sample *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->packages.count; i++) {
		struct result_package *package = &out->packages.items[i];

		if (package->modules_count == RESULT_ABSENT)
			shape_release(&result_package_shape, package);
		else
			out->packages.items[kept++] = *package;
	}
	out->packages.count = kept;
}

static int label_modules(const struct models *models, struct result_sample *out)
{
	for (size_t i = 0; i < out->modules.count; i++) {
		uint32_t package = models->modules.spans.items[i].package;

		if (package == PACKAGES_NONE)
			continue;
		out->modules.items[i].package = label(&models->facts.packages, package);
		if (!out->modules.items[i].package)
			return -ENOMEM;
	}
	return 0;
}

int sample_packages(const struct models *models, struct result_sample *out)
{
	struct folding folding = {.models = models, .out = out};
	struct dominators dominators = {};
	int rc;

	if (!out->modules.count)
		return 0;
	rc = label_modules(models, out);
	if (!rc)
		rc = fold(&folding, &dominators);
	if (!rc)
		rc = add_packages(&folding, &dominators);
	if (!rc)
		drop_unloaded(out);
	dominators_release(&dominators);
	folding_release(&folding);
	return rc;
}

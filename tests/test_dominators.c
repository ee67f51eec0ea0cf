// SPDX-License-Identifier: BSD-2-Clause
/* test_dominators.c - what would not be loaded without a package, and which others need it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "dominators.h"
#include "rng.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define EDGES(...)   ((const struct dominators_edge[]){__VA_ARGS__})
#define NONE	     DOMINATORS_NONE

static struct dominators found;

static int teardown(void **state)
{
	(void)state;
	dominators_release(&found);
	return 0;
}

/* The packages of a text, a number for each. */
static void assert_packages(const uint32_t *items, size_t count, const char *expected)
{
	char text[256] = "", *end = text;

	for (size_t i = 0; i < count; i++)
		end += sprintf(end, "%s%u", i ? " " : "", items[i]);
	assert_string_equal(text, expected);
}
#define assert_pulled(package, expected)                                                           \
	assert_packages(found.packages.items[package].pulled.items,                                \
			found.packages.items[package].pulled.count, expected)
#define assert_needed_by(package, expected)                                                        \
	assert_packages(found.packages.items[package].needed_by.items,                             \
			found.packages.items[package].needed_by.count, expected)

static int64_t only(uint32_t package)
{
	return found.packages.items[package].only[0];
}

static int64_t saved(uint32_t package)
{
	return dominators_saved(&found.packages.items[package], 0);
}

/* Node 0 is the application, of no package; costs are powers of ten, so that a sum names them. */
static const int64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000};

static void what_only_a_package_pulls_in_is_saved_with_it(void **state)
{
	/* app -> A(1) -> B(2), C(3); app -> D(4) -> C(3) */
	const uint32_t package[] = {NONE, 0, 1, 2, 3};
	const struct dominators_graph graph = {
		.nodes_count = 5,
		.edges_count = 5,
		.packages_count = 4,
		.costs_count = 1,
		.package = package,
		.edges = EDGES({0, 1}, {1, 2}, {1, 3}, {0, 4}, {4, 3}),
		.costs = {tens},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_int_equal(only(0), 110);
	assert_pulled(0, "1");
	assert_needed_by(0, "");
	assert_int_equal(saved(0), 110);
	assert_int_equal(only(1), 100);
	assert_needed_by(1, "0");
	assert_int_equal(saved(1), 0);
	assert_needed_by(2, "0 3");
	assert_int_equal(found.packages.items[2].self[0], 1000);
}

static void who_declares_a_package_keeps_it(void **state)
{
	/* app -> nest(1) -> metadata(2) as it loads first; app -> orm(3), which declares metadata
	 */
	const uint32_t package[] = {NONE, 0, 1, 2};
	const struct dominators_graph graph = {
		.nodes_count = 4,
		.edges_count = 3,
		.packages_count = 3,
		.needs_count = 2,
		.costs_count = 1,
		.package = package,
		.edges = EDGES({0, 1}, {1, 2}, {0, 3}),
		.needs = EDGES({0, 1}, {2, 1}),
		.costs = {tens},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_int_equal(only(0), 10);
	assert_pulled(0, "");
	assert_needed_by(1, "0 2");
	assert_int_equal(saved(1), 0);
	assert_int_equal(saved(2), 1000);
}

static void who_leaves_with_a_package_does_not_need_it(void **state)
{
	/* app -> A(1) -> plugin(2), which declares and imports A */
	const uint32_t package[] = {NONE, 0, 1};
	const struct dominators_graph graph = {
		.nodes_count = 3,
		.edges_count = 3,
		.packages_count = 2,
		.needs_count = 1,
		.costs_count = 1,
		.package = package,
		.edges = EDGES({0, 1}, {1, 2}, {2, 1}),
		.needs = EDGES({1, 0}),
		.costs = {tens},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_needed_by(0, "");
	assert_int_equal(saved(0), 110);
}

static void modules_of_a_package_that_are_entered_apart_count_together(void **state)
{
	/* app -> A.x(1), A.y(2), both of them -> B(3): neither one dominates it, the package does
	 */
	const uint32_t package[] = {NONE, 0, 0, 1};
	const struct dominators_graph graph = {
		.nodes_count = 4,
		.edges_count = 4,
		.packages_count = 2,
		.costs_count = 1,
		.package = package,
		.edges = EDGES({0, 1}, {0, 2}, {1, 3}, {2, 3}),
		.costs = {tens},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_int_equal(only(0), 1110);
	assert_int_equal(found.packages.items[0].only_count, 3);
	assert_pulled(0, "1");
}

static void a_root_is_loaded_in_any_case(void **state)
{
	/* server(0) -> app(1) -> A(2): the application stays without the server */
	const uint32_t package[] = {0, NONE, 1};
	const bool root[] = {true, true, false};
	const struct dominators_graph graph = {
		.nodes_count = 3,
		.edges_count = 2,
		.packages_count = 2,
		.costs_count = 1,
		.package = package,
		.root = root,
		.edges = EDGES({0, 1}, {1, 2}),
		.costs = {tens},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_int_equal(only(0), 1);
	assert_int_equal(only(1), 100);
}

static void several_costs_are_added_up_and_never_overflow(void **state)
{
	const uint32_t package[] = {0, 0, NONE};
	const int64_t huge[] = {INT64_MAX, INT64_MAX, 1}, less[] = {-5, 3, 1};
	const struct dominators_graph graph = {
		.nodes_count = 3,
		.edges_count = 2,
		.packages_count = 1,
		.costs_count = 2,
		.package = package,
		.edges = EDGES({0, 1}, {1, 2}),
		.costs = {huge, less},
	};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_true(only(0) == INT64_MAX);
	assert_int_equal(found.packages.items[0].only[1], -1);
	assert_int_equal(found.packages.items[0].self[1], -2);
}

static void nothing_is_no_failure(void **state)
{
	const struct dominators_graph graph = {}, unloaded = {.packages_count = 2,
							      .needs_count = 1,
							      .needs = EDGES({0, 1})};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), 0);
	assert_int_equal(found.packages.count, 0);
	assert_int_equal(dominators_find(&unloaded, &found), 0);
	assert_int_equal(found.packages.count, 2);
	assert_int_equal(found.packages.items[1].nodes_count, 0);
	assert_needed_by(1, "");
}

static void an_index_out_of_range_is_refused(void **state)
{
	const uint32_t package[] = {0, 1};
	struct dominators_graph graph = {.nodes_count = 2, .packages_count = 1, .package = package};

	(void)state;
	assert_int_equal(dominators_find(&graph, &found), -EINVAL);
	graph.packages_count = 2;
	graph.edges_count = 1;
	graph.edges = EDGES({0, 2});
	assert_int_equal(dominators_find(&graph, &found), -EINVAL);
	graph.edges_count = 0;
	graph.needs_count = 1;
	graph.needs = EDGES({2, 0});
	assert_int_equal(dominators_find(&graph, &found), -EINVAL);
}

/* ---- against removing the package and looking again ---- */

#define NODES	 24
#define PACKAGES 7

struct example {
	uint32_t package[NODES];
	bool root[NODES];
	int64_t cost[NODES];
	struct dominators_edge edges[4 * NODES], needs[2 * PACKAGES];
	struct dominators_graph graph;
};

static uint32_t below(struct rng *rng, uint32_t limit)
{
	return (uint32_t)rng_below(rng, limit);
}

static void make_example(struct rng *rng, struct example *e)
{
	uint32_t nodes = 1 + below(rng, NODES), packages = 1 + below(rng, PACKAGES);
	/* trees, sparse and dense graphs */
	uint32_t edges = below(rng, 3) ? below(rng, 2 * nodes) : below(rng, 4 * nodes);
	uint32_t needs = below(rng, 2) ? below(rng, 2 * packages) : 0;
	bool tree = below(rng, 3) == 0;

	for (uint32_t i = 0; i < nodes; i++) {
		e->package[i] = below(rng, 5) ? below(rng, packages) : NONE;
		e->root[i] = below(rng, 8) == 0;
		e->cost[i] = 1ll << i;
	}
	if (tree)
		edges = nodes - 1;
	for (uint32_t i = 0; i < edges; i++) {
		e->edges[i].to = tree ? i + 1 : below(rng, nodes);
		e->edges[i].from = tree ? below(rng, i + 1) : below(rng, nodes);
	}
	for (uint32_t i = 0; i < needs; i++)
		e->needs[i] = (struct dominators_edge){below(rng, packages), below(rng, packages)};
	e->graph = (struct dominators_graph){
		.nodes_count = nodes,
		.edges_count = edges,
		.packages_count = packages,
		.needs_count = needs,
		.costs_count = 1,
		.package = e->package,
		.root = e->root,
		.edges = e->edges,
		.needs = e->needs,
		.costs = {e->cost},
	};
}

/* Spreads |reached| over the edges, and over the needs where asked, until nothing changes. */
static void spread(const struct example *e, bool *reached, uint32_t without, bool needs)
{
	const struct dominators_graph *graph = &e->graph;
	bool more = true;

#define REACH(node)                                                                                \
	do {                                                                                       \
		if (!reached[node] && (e->package[node] != without || without == NONE))            \
			reached[node] = more = true;                                               \
	} while (0)
	while (more) {
		more = false;
		for (size_t i = 0; i < graph->edges_count; i++)
			if (reached[e->edges[i].from])
				REACH(e->edges[i].to);
		for (size_t i = 0; needs && i < graph->needs_count; i++)
			for (size_t a = 0; a < graph->nodes_count; a++)
				for (size_t b = 0; b < graph->nodes_count && reached[a]; b++)
					if (e->package[a] == e->needs[i].from &&
					    e->package[b] == e->needs[i].to)
						REACH(b);
	}
}

static void find_roots(const struct example *e, bool *roots)
{
	bool seen[NODES] = {};

	for (size_t i = 0; i < e->graph.nodes_count; i++)
		seen[i] = roots[i] = e->root[i];
	spread(e, seen, NONE, false);
	for (size_t i = 0; i < e->graph.nodes_count; i++)
		if (!seen[i]) {
			seen[i] = roots[i] = true;
			spread(e, seen, NONE, false);
		}
}

static bool any_stays(const struct example *e, const bool *reached, uint32_t package)
{
	for (size_t i = 0; i < e->graph.nodes_count; i++)
		if (e->package[i] == package && reached[i])
			return true;
	return false;
}

static bool is_loaded(const struct example *e, uint32_t package)
{
	bool all[NODES];

	memset(all, true, sizeof(all));
	return any_stays(e, all, package);
}

static bool needs(const struct example *e, const bool *reached, uint32_t who, uint32_t what)
{
	if (who == what || !any_stays(e, reached, who))
		return false;
	for (size_t i = 0; i < e->graph.needs_count; i++)
		if (e->needs[i].from == who && e->needs[i].to == what)
			return true;
	for (size_t i = 0; i < e->graph.edges_count; i++)
		if (e->package[e->edges[i].from] == who && e->package[e->edges[i].to] == what &&
		    reached[e->edges[i].from])
			return true;
	return false;
}

static void check_package(const struct example *e, const bool *roots, uint32_t package)
{
	const struct dominators_package *result = &found.packages.items[package];
	bool reached[NODES] = {};
	size_t pulled = 0, needers = 0;
	int64_t lost = 0;

	if (!is_loaded(e, package)) {
		assert_int_equal(result->nodes_count, 0);
		return;
	}
	for (size_t i = 0; i < e->graph.nodes_count; i++)
		reached[i] = roots[i] && e->package[i] != package;
	spread(e, reached, package, true);
	for (size_t i = 0; i < e->graph.nodes_count; i++)
		lost += reached[i] ? 0 : e->cost[i];
	assert_true(result->known);
	assert_int_equal(result->only[0], lost);
	for (uint32_t other = 0; other < e->graph.packages_count; other++) {
		if (other != package && is_loaded(e, other) && !any_stays(e, reached, other)) {
			assert_true(pulled < result->pulled.count);
			assert_int_equal(result->pulled.items[pulled++], other);
		}
		if (needs(e, reached, other, package)) {
			assert_true(needers < result->needed_by.count);
			assert_int_equal(result->needed_by.items[needers++], other);
		}
	}
	assert_int_equal(result->pulled.count, pulled);
	assert_int_equal(result->needed_by.count, needers);
}

static void random_graphs_agree_with_taking_the_package_away(void **state)
{
	struct rng rng;
	struct example e;

	(void)state;
	rng_seed(&rng, 1);
	for (int round = 0; round < 5000; round++) {
		bool roots[NODES] = {};

		make_example(&rng, &e);
		find_roots(&e, roots);
		assert_int_equal(dominators_find(&e.graph, &found), 0);
		for (uint32_t package = 0; package < e.graph.packages_count; package++)
			check_package(&e, roots, package);
		dominators_release(&found);
	}
}

/* ---- size ---- */

#define MANY 100000

struct big {
	uint32_t package[MANY];
	int64_t cost[MANY];
	struct dominators_edge edges[2 * MANY], needs[300];
};

static struct dominators_graph big_graph(struct big *big, size_t edges, size_t packages)
{
	for (uint32_t i = 0; i < MANY; i++)
		big->cost[i] = 1;
	return (struct dominators_graph){
		.nodes_count = MANY,
		.edges_count = edges,
		.packages_count = packages,
		.costs_count = 1,
		.package = big->package,
		.edges = big->edges,
		.needs = big->needs,
		.costs = {big->cost},
	};
}

/* With a stack on which recursion so deep would crash. */
static void a_chain_of_100000_modules_needs_no_deep_stack(void **state)
{
	struct big *big = calloc(1, sizeof(*big));
	struct rlimit limit = {256 << 10, 256 << 10}, before;
	struct dominators_graph graph;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		big->package[i] = i % 1000;
		/* forwards, and an edge back to the beginning each */
		big->edges[2 * i] = (struct dominators_edge){i, i + 1 < MANY ? i + 1 : 0};
		big->edges[2 * i + 1] = (struct dominators_edge){i, 0};
	}
	graph = big_graph(big, 2 * MANY, 1000);
	getrlimit(RLIMIT_STACK, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_STACK, &limit);
	assert_int_equal(dominators_find(&graph, &found), 0);
	setrlimit(RLIMIT_STACK, &before);
	assert_int_equal(only(0), MANY);
	assert_int_equal(only(999), MANY - 999);
	free(big);
}

/* Ten times the modules of the largest start that was seen. */
static void a_large_start_is_within_the_bound_of_work(void **state)
{
	struct big *big = calloc(1, sizeof(*big));
	struct dominators_graph graph;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	graph = big_graph(big, 20000, 500);
	graph.nodes_count = 20000;
	for (uint32_t i = 0; i < graph.nodes_count; i++) {
		/* neighbours are of one package, as in a real tree */
		big->package[i] = (i / 40 * 7919) % 500;
		big->edges[i] = (struct dominators_edge){i ? below(&rng, i) : 0, i};
	}
	for (size_t i = 0; i < COUNT(big->needs); i++)
		big->needs[i] = (struct dominators_edge){below(&rng, 500), below(&rng, 500)};
	graph.needs_count = COUNT(big->needs);
	assert_int_equal(dominators_find(&graph, &found), 0);
	vec_foreach(package, &found.packages)
		assert_true(package->known);
	free(big);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_only_a_package_pulls_in_is_saved_with_it),
		TEST(who_declares_a_package_keeps_it),
		TEST(who_leaves_with_a_package_does_not_need_it),
		TEST(modules_of_a_package_that_are_entered_apart_count_together),
		TEST(a_root_is_loaded_in_any_case),
		TEST(several_costs_are_added_up_and_never_overflow),
		TEST(nothing_is_no_failure),
		TEST(an_index_out_of_range_is_refused),
		TEST(random_graphs_agree_with_taking_the_package_away),
		TEST(a_chain_of_100000_modules_needs_no_deep_stack),
		TEST(a_large_start_is_within_the_bound_of_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

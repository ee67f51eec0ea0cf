// SPDX-License-Identifier: BSD-2-Clause
/* compare_blame_modules.c - modules that one side alone loads, and whose those are */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_blame.h"
#include "map.h"
#include "units.h"

#define IMPORTS 16 /* importers above a module that are named */

/* One side's modules, found by name and, where a name is loaded again, by the turn. */
struct side {
	const struct result_workload *workload;
	VEC(char *) keys; /* by module; NULL: not of the load */
	struct map index; /* key -> module */
};

static void side_release(struct side *side)
{
	vec_foreach(key, &side->keys)
		free(*key);
	vec_release(&side->keys);
	map_release(&side->index);
}

static int next_turn(struct map *turns, const char *name, uint64_t *out)
{
	if (!map_get(turns, name, strlen(name), out))
		*out = 0;
	return map_set(turns, name, strlen(name), *out + 1);
}

static int side_fill(struct side *side, const struct result_workload *workload)
{
	struct map turns = {0};
	int rc = 0;

	side->workload = workload;
	for (size_t i = 0; i < workload->modules.count && !rc; i++) {
		const struct result_module *module = &workload->modules.items[i];
		char *key = NULL;
		uint64_t turn;

		if (module->name && (module->in_load || module->deferred)) {
			rc = next_turn(&turns, module->name, &turn);
			if (!rc &&
			    asprintf(&key, "%llu %s", (unsigned long long)turn, module->name) < 0) {
				key = NULL;
				rc = -ENOMEM;
			}
			if (!rc)
				rc = map_set(&side->index, key, strlen(key), i);
		}
		if (rc || vec_push(&side->keys, key)) {
			free(key);
			rc = rc ? rc : -ENOMEM;
		}
	}
	map_release(&turns);
	return rc;
}

static bool find(const struct side *side, const char *key, uint64_t *out)
{
	return map_get(&side->index, key, strlen(key), out);
}

/* ---- what one side alone loads ---- */

/* The outermost of the modules that the other side has not, from |module| up. */
static size_t outermost(const struct side *side, const struct side *other, size_t module)
{
	const struct result_module *items = side->workload->modules.items;
	uint64_t ignored;

	for (int64_t at = items[module].parent; at != RESULT_ABSENT; at = items[at].parent) {
		if (at < 0 || at >= (int64_t)module || !side->keys.items[at])
			break;
		if (find(other, side->keys.items[at], &ignored))
			break;
		module = (size_t)at;
	}
	return module;
}

static int64_t known(int64_t value)
{
	return value == RESULT_ABSENT ? 0 : value;
}

static void add_costs(const struct result_module *module, bool added,
		      struct comparison_cause *cause)
{
	const struct {
		int64_t *sum;
		int64_t value;
	} sums[] = {
		{&cause->time_ns, module->self_ns},
		{&cause->size_bytes, module->self_rss_bytes},
		{&cause->files_count, module->files_opened_count},
		{&cause->syscalls_count, module->syscalls_count},
		{&cause->enoent_count, module->enoent_count},
	};

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		int64_t before = known(*sums[i].sum), value = known(sums[i].value);

		*sums[i].sum = added ? units_sum(before, value) : units_difference(before, value);
	}
}

/* "pulled in by main.py", "12 modules, pulled in by main.py" */
static int note(const struct side *side, const struct result_module *module, size_t modules,
		struct comparison_cause *cause)
{
	const struct result_module *parent = NULL;
	struct buf text = {0};
	int rc = 0;

	if (module->parent != RESULT_ABSENT && module->parent >= 0 &&
	    module->parent < (int64_t)side->workload->modules.count)
		parent = &side->workload->modules.items[module->parent];
	if (modules > 1)
		rc = buf_printf(&text, "%zu modules", modules);
	if (!rc && parent && parent->name)
		rc = buf_printf(&text, "%spulled in by %s", text.size ? ", " : "", parent->name);
	if (!rc && text.size)
		rc = comparison_text(&cause->note, text.data);
	buf_release(&text);
	return rc;
}

/* A package that begins with this module is named rather than it. */
static int name_cause(const struct side *side, const struct side *other,
		      const struct result_module *module, bool added,
		      struct comparison_cause *cause)
{
	const char *version = module->package ? strrchr(module->package, ' ') : NULL;
	const char *name = module->name;
	char *package = NULL;
	bool whole = version && module->package[0] != '(';
	int rc;

	(void)side;
	for (size_t i = 0; whole && i < other->workload->modules.count; i++) {
		const char *same = other->workload->modules.items[i].package;
		size_t size = (size_t)(version - module->package) + 1;

		if (same && strncmp(same, module->package, size) == 0)
			whole = false;
	}
	if (whole) {
		package = strndup(module->package, (size_t)(version - module->package));
		if (!package)
			return -ENOMEM;
		name = package;
	}
	rc = comparison_text(&cause->kind, whole ? "package" : "module");
	if (!rc)
		rc = comparison_text(&cause->name, name);
	if (!rc)
		rc = comparison_text(&cause->change, added ? "added" : "removed");
	if (!rc && whole)
		rc = comparison_text(added ? &cause->new_version : &cause->base_version,
				     version + 1);
	free(package);
	return rc;
}

/* All that hangs on |root| and that the other side has not. */
static int add_alone(const struct side *side, const struct side *other, const size_t *roots,
		     size_t root, bool added, struct comparison_workload *out)
{
	const struct result_module *items = side->workload->modules.items;
	struct comparison_cause *cause = comparison_add(&out->causes, cause);
	size_t modules = 0;
	int rc;

	if (!cause)
		return -ENOMEM;
	for (size_t i = root; i < side->workload->modules.count; i++)
		if (roots[i] == root) {
			add_costs(&items[i], added, cause);
			modules++;
		}
	rc = name_cause(side, other, &items[root], added, cause);
	if (!rc)
		rc = compare_blame_imports(side->workload, &items[root], cause);
	return rc ? rc : note(side, &items[root], modules, cause);
}

static int blame_alone(const struct side *side, const struct side *other, bool added,
		       struct comparison_workload *out)
{
	size_t count = side->workload->modules.count;
	size_t *roots = malloc((count + 1) * sizeof(*roots));
	uint64_t ignored;
	int rc = roots ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !rc; i++) {
		const char *key = side->keys.items[i];

		roots[i] = SIZE_MAX;
		if (key && !find(other, key, &ignored))
			roots[i] = outermost(side, other, i);
	}
	for (size_t i = 0; i < count && !rc; i++)
		if (roots[i] == i)
			rc = add_alone(side, other, roots, i, added, out);
	free(roots);
	return rc;
}

/* ---- what both load ---- */

static int blame_both(const struct side *base, const struct side *new, struct stats_rank *rank,
		      struct comparison_workload *out)
{
	VEC(struct compare_blame_pair) pairs = {0};
	int rc = 0;

	for (size_t i = 0; i < new->workload->modules.count && !rc; i++) {
		struct compare_blame_pair pair = {.new = &new->workload->modules.items[i]};
		uint64_t at;

		if (!new->keys.items[i] || !find(base, new->keys.items[i], &at))
			continue;
		pair.base = &base->workload->modules.items[at];
		rc = vec_push(&pairs, pair);
	}
	if (!rc)
		rc = compare_blame_changed(pairs.items, pairs.count, new->workload, rank, out);
	vec_release(&pairs);
	return rc;
}

int compare_blame_imports(const struct result_workload *workload,
			  const struct result_module *module, struct comparison_cause *cause)
{
	const struct result_module *items = workload->modules.items;

	for (size_t steps = 0; module && steps < IMPORTS; steps++) {
		struct comparison_import *import = comparison_add(&cause->imports, import);
		int64_t parent = module->parent;
		bool has_parent = parent >= 0 && parent < module - items;
		const struct result_module *importer = has_parent ? &items[parent] : NULL;

		if (!import || comparison_text(&import->module, module->name) ||
		    comparison_text(&import->module_file, module->file) ||
		    comparison_text(&import->file, importer ? importer->file : NULL))
			return -ENOMEM;
		module = importer;
	}
	return 0;
}

bool compare_blame_has_modules(const struct result_workload *base,
			       const struct result_workload *new)
{
	return base->modules.count && new->modules.count;
}

int compare_blame_modules(const struct result_workload *base, const struct result_workload *new,
			  struct stats_rank *rank, struct comparison_workload *out)
{
	struct side before = {0}, after = {0};
	int rc;

	if (!compare_blame_has_modules(base, new))
		return 0;
	rc = side_fill(&before, base);
	if (!rc)
		rc = side_fill(&after, new);
	if (!rc)
		rc = blame_alone(&after, &before, true, out);
	if (!rc)
		rc = blame_alone(&before, &after, false, out);
	if (!rc)
		rc = blame_both(&before, &after, rank, out);
	side_release(&before);
	side_release(&after);
	return rc;
}

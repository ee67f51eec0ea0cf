// SPDX-License-Identifier: BSD-2-Clause
/* compare_blame_modules.c - modules that one side alone loads, or that take longer on one */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "compare_blame.h"
#include "map.h"
#include "stats_shift.h"
#include "units.h"

#define SMALLEST_NS 100000.0 /* of a module that both sides load */
#define IMPORTS	    16	     /* importers above a module that are named */

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

/* How |module| came in, as far as it is good to know. */
static int add_imports(const struct side *side, const struct result_module *module,
		       struct comparison_cause *cause)
{
	const struct result_module *items = side->workload->modules.items;

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
		rc = add_imports(side, &items[root], cause);
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

typedef VEC(double) values_list;

static int collect(const struct result_module *module, values_list *out)
{
	vec_foreach(value, &module->starts_self_ns)
		if (*value != RESULT_ABSENT && vec_push(out, (double)*value))
			return -ENOMEM;
	stats_sort(out->items, out->count);
	return 0;
}

static int64_t change(int64_t base, int64_t new)
{
	return base == RESULT_ABSENT || new == RESULT_ABSENT ? 0 : units_difference(new, base);
}

static int add_changed(const struct result_module *base, const struct side *side,
		       const struct result_module *new, int64_t time_ns,
		       struct comparison_workload *out)
{
	int64_t files = change(base->files_opened_count, new->files_opened_count);
	int64_t enoent = change(base->enoent_count, new->enoent_count);
	struct comparison_cause *cause;
	bool more = time_ns ? time_ns > 0 : files + enoent > 0;

	if (!time_ns && !files && !enoent)
		return 0;
	cause = comparison_add(&out->causes, cause);
	if (!cause)
		return -ENOMEM;
	cause->time_ns = time_ns;
	cause->size_bytes = change(base->self_rss_bytes, new->self_rss_bytes);
	cause->files_count = files;
	cause->enoent_count = enoent;
	cause->syscalls_count = change(base->syscalls_count, new->syscalls_count);
	return comparison_text(&cause->kind, "module") ||
			       comparison_text(&cause->name, new->name) ||
			       comparison_text(&cause->change, more ? "more" : "less") ||
			       add_imports(side, new, cause)
		       ? -ENOMEM
		       : 0;
}

/* How much longer it takes by itself; 0: not surely any longer or shorter. */
static int shift_of(const struct result_module *base, const struct result_module *new,
		    struct stats_rank *rank, int64_t *out)
{
	values_list before = {0}, after = {0};
	int rc = collect(base, &before);

	*out = 0;
	if (!rc)
		rc = collect(new, &after);
	if (!rc && before.count && after.count) {
		struct stats_two two = {before.items, before.count, after.items, after.count};
		struct stats_shift shift = stats_shift(rank, &two, 0.95);

		if (fabs(shift.estimate) >= SMALLEST_NS &&
		    (shift.interval.low > 0 || shift.interval.high < 0))
			*out = llround(shift.estimate);
	}
	vec_release(&before);
	vec_release(&after);
	return rc;
}

static int blame_changed(const struct side *base, const struct side *new, struct stats_rank *rank,
			 struct comparison_workload *out)
{
	for (size_t i = 0; i < new->workload->modules.count; i++) {
		const struct result_module *after = &new->workload->modules.items[i], *before;
		const char *key = new->keys.items[i];
		int64_t time_ns = 0;
		uint64_t at;
		int rc = 0;

		if (!key || !find(base, key, &at))
			continue;
		before = &base->workload->modules.items[at];
		if (fabs((double)change(before->self_ns, after->self_ns)) >= SMALLEST_NS)
			rc = shift_of(before, after, rank, &time_ns);
		if (!rc)
			rc = add_changed(before, new, after, time_ns, out);
		if (rc)
			return rc;
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
		rc = blame_changed(&before, &after, rank, out);
	side_release(&before);
	side_release(&after);
	return rc;
}

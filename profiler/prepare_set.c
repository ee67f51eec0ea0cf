// SPDX-License-Identifier: BSD-2-Clause
/* prepare_set.c - which workloads under which runtimes a command line means */
#include "prepare_set.h"

#include <errno.h>
#include <string.h>

#include "err.h"
#include "runtime.h"

static bool has_interpreter(const struct prepare_set *set, const struct interpreter *found)
{
	vec_foreach(other, &set->interpreters)
		if (other->path && strcmp(other->path, found->path) == 0)
			return true;
	return false;
}

/* Adds what |asked| (NULL: the PATH's) means; one that is missing is kept as such. */
static int add_interpreter(struct prepare_set *set, const struct prepare_choice *choice,
			   const char *runtime, const char *asked)
{
	struct interpreter found = {0}, *slot;

	if (interpreter_find(choice->finder, runtime, asked, &found) == 0 &&
	    has_interpreter(set, &found)) {
		interpreter_release(&found);
		return 0;
	}
	if (!found.runtime)
		found.runtime = strdup(runtime);
	slot = found.runtime ? vec_add(&set->interpreters) : NULL;
	if (!slot) {
		interpreter_release(&found);
		return -ENOMEM;
	}
	*slot = found;
	return 0;
}

static bool is_wanted(const catalog_selection *selection, const char *runtime)
{
	vec_foreach(workload, selection)
		vec_foreach(own, &(*workload)->runtimes)
			if (strcmp(own->name, runtime) == 0)
				return true;
	return false;
}

static int add_interpreters(struct prepare_set *set, const struct prepare_choice *choice,
			    const catalog_selection *selection, const char *runtime)
{
	bool is_node = strcmp(runtime, "node") == 0;
	size_t count = is_node ? choice->nodes.count : choice->pythons.count;
	const char **asked = is_node ? choice->nodes.items : choice->pythons.items;
	int err = 0;

	if (!is_wanted(selection, runtime))
		return 0;
	if (!count)
		return add_interpreter(set, choice, runtime, NULL);
	for (size_t i = 0; i < count && !err; i++)
		err = add_interpreter(set, choice, runtime, asked[i]);
	return err;
}

static int add_item(struct prepare_set *set, const struct prepare_choice *choice,
		    const struct prepare *chosen)
{
	struct prepare *item = vec_add(&set->items);
	bool found = true;

	if (!item)
		return -ENOMEM;
	*item = *chosen;
	for (size_t i = 0; i < item->workload->runtimes.count; i++)
		found = found && item->interpreters[i]->path;
	item->result = found ? prepare_locate(item, choice->finder->user, choice->cache) : -ENOENT;
	return 0;
}

/* Adds |chosen|, whose first |known| runtimes are, under each interpreter of the others. */
static int add_items(struct prepare_set *set, const struct prepare_choice *choice,
		     struct prepare *chosen, size_t known)
{
	int err = 0;

	if (known == chosen->workload->runtimes.count)
		return add_item(set, choice, chosen);
	vec_foreach(interpreter, &set->interpreters) {
		if (err ||
		    strcmp(chosen->workload->runtimes.items[known].name, interpreter->runtime))
			continue;
		chosen->interpreters[known] = interpreter;
		err = add_items(set, choice, chosen, known + 1);
	}
	return err;
}

int prepare_set_make(const struct prepare_choice *choice, const catalog_selection *selection,
		     struct prepare_set *out)
{
	struct prepare_set set = {0};
	int err;

	/* all of them first: items point to them, and growing moves them */
	err = add_interpreters(&set, choice, selection, "node");
	if (!err)
		err = add_interpreters(&set, choice, selection, "python");
	vec_foreach(workload, selection) {
		struct prepare chosen = {.workload = *workload};

		if (!err)
			err = add_items(&set, choice, &chosen, 0);
	}
	if (err) {
		prepare_set_release(&set);
		return err_code(err, "cannot prepare workloads");
	}
	*out = set;
	return 0;
}

void prepare_set_release(struct prepare_set *set)
{
	if (!set)
		return;
	vec_foreach(item, &set->items)
		prepare_release(item);
	vec_release(&set->items);
	vec_foreach(interpreter, &set->interpreters)
		interpreter_release(interpreter);
	vec_release(&set->interpreters);
}

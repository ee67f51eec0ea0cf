// SPDX-License-Identifier: BSD-2-Clause
/* run_targets.c - what a run starts: a command as it stands, or workloads, prepared */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "catalog.h"
#include "err.h"
#include "interpreter.h"
#include "prepare.h"
#include "prepare_display.h"
#include "prepare_set.h"
#include "progress.h"
#include "runtime.h"
#include "user.h"

/* The real path of a folder, or what was given where there is none: starting then says so. */
static char *real_folder(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : strdup(path);
}

static int push_words(struct target *target, char *const *words)
{
	for (; *words; words++) {
		char *copy = strdup(*words);

		if (!copy || vec_push(&target->argv, copy)) {
			free(copy);
			return -ENOMEM;
		}
	}
	/* the array is execve's: it ends with NULL, which is not counted */
	if (vec_push(&target->argv, NULL))
		return -ENOMEM;
	target->argv.count--;
	return 0;
}

/* "NAME=VALUE" of the workload, its placeholders replaced; NULL when out of memory. */
static char *variable_of(const struct prepare *prepare, const struct prepare_places *places,
			 const struct workload_pair *pair)
{
	char *value = NULL, *text = NULL;

	if (prepare_substitute(prepare, places, pair->value, &value) == 0 &&
	    asprintf(&text, "%s=%s", pair->name, value) < 0)
		text = NULL;
	free(value);
	return text;
}

/* NAME=VALUE of the workload (NULL: none), then those of the command line, which win. */
static char **environment_of(const struct run_options *options, const struct user *user,
			     const struct prepare *prepare, const struct prepare_places *places)
{
	VEC(char *) extra = {};
	char **environment = NULL;
	size_t own = 0;
	bool failed = false;

	if (prepare)
		vec_foreach(pair, &prepare->workload->env) {
			char *text = variable_of(prepare, places, pair);

			if (!text || vec_push(&extra, text))
				failed = true;
			else
				own++;
		}
	vec_foreach(text, &options->environment)
		failed |= vec_push(&extra, (char *)*text) != 0;
	failed |= vec_push(&extra, NULL) != 0;
	if (!failed)
		environment = user_environment(user, extra.items);
	for (size_t i = 0; i < own; i++)
		free(extra.items[i]);
	vec_release(&extra);
	return environment;
}

/* ---- a command ---- */

/* "node server.js", cut where it is long: it is the name in tables. */
static char *command_name(char *const *words)
{
	struct buf name = {};

	for (; *words; words++)
		if (buf_printf(&name, "%s%s", name.size ? " " : "", *words))
			break;
	if (name.size > 60) {
		name.size = 57;
		buf_puts(&name, "...");
	}
	return buf_steal(&name);
}

static int find_executable(const struct user *user, struct target *target, const char *command)
{
	const char *path_list = user_getenv(target->environment, "PATH");
	struct buf path = {};
	int rc;

	rc = user_which(user, path_list ? path_list : "", target->cwd, command, &path);
	if (rc == -ENOENT)
		err_print("command '%s' not found%s%s", command,
			  strchr(command, '/') ? "" : " on the PATH of ",
			  strchr(command, '/') ? "" : user->name);
	else if (rc == -EACCES)
		err_print("command '%s' can't be executed by %s: permission denied", command,
			  user->name);
	else if (rc)
		err_code(rc, "cannot find command '%s'", command);
	else
		target->executable = buf_steal(&path);
	buf_release(&path);
	return rc;
}

/* What one side runs: the command and the folder that were given, or its own. */
struct side {
	char *const *command;
	const char *cwd, *label; /* label NULL: there is no other side */
};

static int make_command(const struct run_options *options, const struct user *user,
			const struct side *side, struct target *target)
{
	target->name = options->name ? strdup(options->name) : command_name(side->command);
	if (side->label && asprintf(&target->label, "%s: %s", side->label, target->name) < 0)
		target->label = NULL;
	target->cwd = real_folder(side->cwd);
	target->environment = environment_of(options, user, NULL, NULL);
	target->requests = options->requests;
	if (!target->name || (side->label && !target->label) || !target->cwd ||
	    !target->environment || push_words(target, side->command) ||
	    ready_copy(&options->ready, &target->ready))
		return -ENOMEM;
	return find_executable(user, target, side->command[0]);
}

static int command_target(const struct run_options *options, const struct user *user,
			  const struct side *side, struct run_targets *out)
{
	struct target *target = vec_add(&out->targets);
	int rc = target ? make_command(options, user, side, target) : -ENOMEM;

	if (rc == -ENOENT || rc == -EACCES) {
		/* in the report it is present, with its outcome */
		target->reason =
			strdup(rc == -ENOENT ? "command not found" : "command can't be executed");
		rc = target->reason ? 0 : -ENOMEM;
	}
	return rc ? EXIT_NO : EXIT_DONE;
}

static int command_targets(const struct run_options *options, const struct user *user,
			   struct run_targets *out)
{
	static const char *const labels[RUN_SIDES] = {"A", "B"};
	const struct run_sides_options *sides = &options->sides;
	struct side side = {options->command, options->cwd ? options->cwd : ".", NULL};
	int status = EXIT_DONE;

	if (!run_has_sides(options))
		return command_target(options, user, &side, out);
	for (size_t i = 0; i < RUN_SIDES && !status; i++) {
		if (sides->folders[i])
			side.cwd = sides->folders[i];
		if (i && sides->against.count)
			side.command = sides->against.items;
		side.label = labels[i];
		status = command_target(options, user, &side, out);
	}
	return status;
}

/* ---- workloads ---- */

static int fill_workload(const struct run_options *options, const struct user *user,
			 const struct prepare *prepare, const struct prepare_places *places,
			 struct target *target)
{
	const struct workload *workload = prepare->workload;
	struct prepare_command command = {};
	int rc;

	target->cwd = NULL;
	target->environment = environment_of(options, user, prepare, places);
	if (!target->environment)
		return -ENOMEM;
	rc = options->ready_given ? ready_copy(&options->ready, &target->ready)
	     : workload->ready	  ? ready_parse(workload->ready, &target->ready)
				  : 0;
	if (rc || !prepare->ready)
		return rc;
	rc = prepare_command(prepare, places, &command);
	if (rc)
		return rc;
	target->folder = strdup(command.cwd);
	target->cwd = options->cwd ? real_folder(options->cwd) : strdup(command.cwd);
	target->entry = command.entry ? strdup(command.entry) : NULL;
	rc = target->cwd && target->folder ? push_words(target, command.argv) : -ENOMEM;
	if (!rc)
		rc = find_executable(user, target, command.argv[0]);
	prepare_command_release(&command);
	return rc;
}

/* Why a workload can't be started: what was printed when it happened, in few words. */
static char *why_not(const struct prepare *prepare, const char *lacking)
{
	const struct workload *workload = prepare->workload;
	char *reason = NULL;
	int size;

	if (lacking)
		size = asprintf(&reason, "%s could not be started", lacking);
	else if (prepare->result == -ENOTSUP)
		size = asprintf(&reason, "needs %s %s or newer", workload->runtime,
				workload->min_version);
	else if (prepare->result == -ENOENT)
		size = asprintf(&reason, "its runtime was not found");
	else if (prepare->result == -EIO)
		size = asprintf(&reason, "a package client failed");
	else
		size = asprintf(&reason, "could not be prepared");
	return size < 0 ? NULL : reason;
}

/* Each workload under each runtime of its kind that was asked for. */
static int workload_target(const struct run_options *options, const struct user *user,
			   const struct prepare *prepare, struct run_targets *out)
{
	const struct workload *workload = prepare->workload;
	struct target *target = vec_add(&out->targets);
	const struct interpreter *first = prepare->interpreters[0];
	struct prepare_places places = run_places_values(&out->places);
	const char *lacking = prepare->ready ? run_places_lacking(&out->places, workload) : NULL;
	bool many = strcmp(workload->runtime, "node") == 0 ? options->node.count > 1
							   : options->python.count > 1;
	int rc;

	if (!target)
		return -ENOMEM;
	target->workload = workload;
	target->ready_status = options->ready_given ? 0 : workload->ready_status;
	target->requests = options->requests;
	if (asprintf(&target->name, many && first->version ? "%s@%s" : "%s", workload->name,
		     first->version) < 0)
		return -ENOMEM;
	rc = fill_workload(options, user, prepare, &places, target);
	if (rc == -ENOMEM || (!rc && prepare->ready && !lacking))
		return rc;
	target->reason = why_not(prepare, lacking);
	return target->reason ? 0 : -ENOMEM;
}

static int select_workloads(const struct run_options *options, struct run_targets *out,
			    catalog_selection *selection)
{
	int rc;

	out->catalog = calloc(1, sizeof(*out->catalog));
	if (!out->catalog)
		return EXIT_NO;
	if (catalog_load(out->catalog, options->catalogs.items, options->catalogs.count))
		return EXIT_INPUT;
	rc = catalog_select_all(out->catalog, options->workloads.items, options->workloads.count,
				selection);
	return !rc ? EXIT_DONE : rc == -ENOENT ? EXIT_USAGE : EXIT_NO;
}

static int make_set(const struct run_options *options, const struct runtime_finder *finder,
		    const catalog_selection *selection, struct run_targets *out)
{
	struct prepare_choice choice = {.finder = finder, .cache = out->cache};
	int rc;

	out->set = calloc(1, sizeof(*out->set));
	choice.nodes.items = options->node.items;
	choice.nodes.count = options->node.count;
	choice.pythons.items = options->python.items;
	choice.pythons.count = options->python.count;
	rc = out->set ? prepare_set_make(&choice, selection, out->set) : -ENOMEM;
	return rc ? EXIT_NO : EXIT_DONE;
}

/* One that fails was printed and is kept, with its reason, beside those that can be started. */
static int prepare_missing(const struct run_options *options, const struct user *user, int signals,
			   struct prepare_set *set)
{
	struct progress *progress =
		progress_new(cmd_when_applies(options->progress, stderr) && !options->quiet);
	struct prepare_options prepare = {
		.user = user,
		.stop = signals,
		.progress = progress ? prepare_display_progress : NULL,
		.context = progress,
	};
	int rc = prepare_all(set->items.items, set->items.count, &prepare);

	progress_free(progress);
	return rc == -ECANCELED ? EXIT_SIGINT : EXIT_DONE;
}

/* In the report they are present, with their outcome. */
static int broken_targets(const struct run_options *options, struct run_targets *out)
{
	vec_foreach(name, &out->catalog->broken) {
		struct target *target;

		if (!catalog_wants_broken(*name, options->workloads.items,
					  options->workloads.count))
			continue;
		target = vec_add(&out->targets);
		if (!target)
			return -ENOMEM;
		target->name = strdup(*name);
		target->reason = strdup("its workload.json is not valid");
		if (!target->name || !target->reason)
			return -ENOMEM;
	}
	return 0;
}

static int workload_targets(const struct run_options *options, const struct runtime_finder *finder,
			    int signals, struct run_targets *out)
{
	catalog_selection selection = {};
	int status = select_workloads(options, out, &selection), rc;

	if (!status)
		status = make_set(options, finder, &selection, out);
	if (!status)
		status = prepare_missing(options, finder->user, signals, out->set);
	vec_release(&selection);
	if (status)
		return status;
	rc = run_places_open(options, finder->user, signals, out, &out->places);
	if (rc)
		return rc == -ECANCELED ? EXIT_SIGINT : EXIT_NO;
	vec_foreach(item, &out->set->items)
		if (workload_target(options, finder->user, item, out))
			return EXIT_NO;
	if (broken_targets(options, out))
		return EXIT_NO;
	return out->set->items.count ? EXIT_DONE : EXIT_INPUT;
}

int run_targets_make(const struct run_options *options, const struct runtime_finder *finder,
		     int signals, struct run_targets *out)
{
	if (options->command)
		return command_targets(options, finder->user, out);
	return workload_targets(options, finder, signals, out);
}

void run_targets_release(struct run_targets *targets)
{
	vec_foreach(target, &targets->targets)
		target_release(target);
	vec_release(&targets->targets);
	run_places_close(&targets->places);
	if (targets->set)
		prepare_set_release(targets->set);
	free(targets->set);
	if (targets->catalog)
		catalog_release(targets->catalog);
	free(targets->catalog);
	free(targets->cache);
}

// SPDX-License-Identifier: BSD-2-Clause
/* cmd_workloads.c - coldprof workloads: list, show, prepare and clean the catalog */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "buf.h"
#include "catalog.h"
#include "catalog_text.h"
#include "cmd.h"
#include "err.h"
#include "installed.h"
#include "nearest.h"
#include "prepare.h"
#include "prepare_display.h"
#include "prepare_set.h"
#include "progress.h"
#include "runtime.h"
#include "symbols.h"
#include "units.h"
#include "user.h"

struct options {
	VEC(const char *) catalogs;
	struct prepare_choice choice;
	const char *cache, *user;
	enum cmd_when progress;
	bool quiet;
};

/* What an action works on. */
struct work {
	const struct options *options;
	struct catalog catalog;
	catalog_selection selection;
	bool named;  /* workloads were named */
	bool broken; /* some of them can't be read */
	/* only after load_runtimes() */
	struct user user;
	char *cache;
	struct symbols_cache *symbols;
	struct runtime_finder finder;
	struct prepare_set set;
};

static void print_help(FILE *out)
{
	fputs("Usage: coldprof workloads [list] [WORKLOAD]...\n"
	      "       coldprof workloads show WORKLOAD...\n"
	      "       coldprof workloads prepare [WORKLOAD]...   (none: those tagged quick)\n"
	      "       coldprof workloads clean [WORKLOAD]...     (none: all that was prepared)\n\n"
	      "A WORKLOAD is a name (node/express), a pattern ('python/*') or a tag (@quick).\n\n"
	      "  --node PATH, --python PATH  the runtime to prepare for; may be repeated\n"
	      "  --catalog DIR               a folder with more workloads; may be repeated\n"
	      "  --cache DIR                 where prepared workloads are kept\n"
	      "  --user NAME                 whom they are prepared for\n"
	      "  --progress WHEN             auto, always or never\n"
	      "  -q, --quiet                 names only\n"
	      "  --help\n",
	      out);
}

/* ---- what is worked on ---- */

static int load_selection(struct work *work, char **names, size_t count)
{
	const struct options *options = work->options;
	int err;

	err = catalog_load(&work->catalog, options->catalogs.items, options->catalogs.count);
	if (err)
		return EXIT_INPUT;
	work->named = count > 0;
	err = catalog_select_all(&work->catalog, (const char *const *)names, count,
				 &work->selection);
	if (err)
		return err == -ENOENT ? EXIT_USAGE : EXIT_NO;
	vec_foreach(name, &work->catalog.broken)
		work->broken |= catalog_wants_broken(*name, (const char *const *)names, count);
	/* the broken ones were reported */
	return work->broken && !work->selection.count ? EXIT_INPUT : EXIT_DONE;
}

static int load_user(struct work *work)
{
	if (user_resolve(work->options->user, &work->user))
		return EXIT_USAGE;
	if (prepare_cache_folder(&work->user, work->options->cache, &work->cache))
		return EXIT_NO;
	return EXIT_DONE;
}

/* Finds the runtimes of the selection and where its workloads are, or will be. */
static int load_runtimes(struct work *work)
{
	struct prepare_choice choice = work->options->choice;
	struct buf folder = {0};
	int status, err;

	status = load_user(work);
	if (status)
		return status;
	err = buf_printf(&folder, "%s/symbols", work->cache);
	if (!err)
		err = symbols_cache_new(&work->user, buf_text(&folder), &work->symbols);
	buf_release(&folder);
	if (err) {
		err_code(err, "cannot look at runtimes");
		return EXIT_NO;
	}
	work->finder = (struct runtime_finder){.user = &work->user, .cache = work->symbols};
	choice.finder = &work->finder;
	choice.cache = work->cache;
	return prepare_set_make(&choice, &work->selection, &work->set) ? EXIT_NO : EXIT_DONE;
}

static void release(struct work *work)
{
	prepare_set_release(&work->set);
	symbols_cache_free(work->symbols);
	user_release(&work->user);
	vec_release(&work->selection);
	catalog_release(&work->catalog);
	free(work->cache);
}

static int list(struct work *work)
{
	int status;

	if (!work->named) {
		vec_release(&work->selection);
		vec_foreach(workload, &work->catalog.workloads)
			if (vec_push(&work->selection, workload))
				return EXIT_NO;
	}
	status = work->options->quiet ? EXIT_DONE : load_runtimes(work);
	if (!status)
		catalog_text_list(&work->selection, work->options->quiet ? NULL : &work->set,
				  &work->user, stdout);
	return status;
}

static int show(struct work *work)
{
	int status;

	if (!work->named) {
		err_print("show which workload? see 'coldprof workloads'");
		return cmd_usage("workloads");
	}
	status = load_runtimes(work);
	if (status)
		return status;
	vec_foreach(workload, &work->selection) {
		if (workload != work->selection.items)
			puts("");
		catalog_text_show(*workload, &work->set, &work->user, stdout);
	}
	return EXIT_DONE;
}

/* ---- prepare ---- */

/* Readable when SIGINT or SIGTERM came; both are blocked from here on. */
static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_code(errno, "cannot wait for signals") : fd;
}

static int signal_status(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return EXIT_NO;
	return info.ssi_signo == SIGTERM ? EXIT_SIGTERM : EXIT_SIGINT;
}

/* "python/fastapi  python 3.11.7  58.1 MiB  21 packages  FOLDER" */
static void print_result(const struct work *work, const struct prepare *item)
{
	struct installed installed = {.bytes = -1};
	char size[UNITS_TEXT];

	(void)installed_read(&work->user, item->folder, &installed);
	printf("%s  %s %s", item->workload->name, item->workload->runtime,
	       item->interpreters[0]->version);
	if (installed.bytes >= 0)
		printf("  %s  %zu packages", units_bytes((double)installed.bytes, size),
		       installed.packages.count);
	printf("  %s\n", item->folder);
	installed_release(&installed);
}

static int print_results(const struct work *work)
{
	int status = work->broken ? EXIT_NO : EXIT_DONE;

	vec_foreach(item, &work->set.items) {
		if (item->ready && !work->options->quiet)
			print_result(work, item);
		if (!item->ready)
			status = EXIT_NO;
	}
	return status;
}

static int prepare(struct work *work)
{
	struct prepare_options options = {.user = &work->user};
	bool shown = cmd_when_applies(work->options->progress, stderr) && !work->options->quiet;
	struct progress *progress;
	int status, err;

	options.stop = open_signals();
	if (options.stop < 0)
		return EXIT_NO;
	status = load_runtimes(work);
	if (status)
		goto out;
	progress = progress_new(shown);
	options.progress = progress ? prepare_display_progress : NULL;
	options.context = progress;
	err = prepare_all(work->set.items.items, work->set.items.count, &options);
	progress_free(progress);
	status = print_results(work);
	if (err == -ECANCELED)
		status = signal_status(options.stop);
out:
	close(options.stop);
	return status;
}

/* ---- clean ---- */

static int clean(struct work *work)
{
	size_t count = 0;
	int status, err = 0;

	status = load_user(work);
	if (status)
		return status;
	if (!work->named)
		err = prepare_clean(&work->user, work->cache, NULL, &count);
	else
		vec_foreach(workload, &work->selection)
			if (!err)
				err = prepare_clean(&work->user, work->cache, *workload, &count);
	if (!work->options->quiet)
		printf("%zu prepared %s removed from %s\n", count,
		       count == 1 ? "folder" : "folders", work->cache);
	return err ? EXIT_NO : EXIT_DONE;
}

/* ---- the command line ---- */

static const struct action {
	const char *name;
	int (*run)(struct work *work); /* returns an exit status */
} actions[] = {{"list", list}, {"show", show}, {"prepare", prepare}, {"clean", clean}};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

/* The action that |name| is; NULL: none, which may be meant as a workload of `list`. */
static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static int unknown_action(const char *name)
{
	const char *names[ACTIONS];
	struct buf near = {0};

	for (size_t i = 0; i < ACTIONS; i++)
		names[i] = actions[i].name;
	nearest_names(name, names, ACTIONS, &near);
	if (near.size)
		err_print("unknown action '%s': did you mean %s?", name, buf_text(&near));
	else
		err_print("unknown action '%s': list, show, prepare or clean", name);
	buf_release(&near);
	return cmd_usage("workloads");
}

static int run(const struct options *options, char **arguments, size_t count)
{
	const struct action *action = &actions[0];
	struct work work = {.options = options};
	int status;

	if (count) {
		action = find_action(arguments[0]);
		if (!action)
			return unknown_action(arguments[0]);
		arguments++;
		count--;
	}
	status = load_selection(&work, arguments, count);
	if (!status)
		status = action->run(&work);
	release(&work);
	return status;
}

enum { OPT_NODE = 256, OPT_PYTHON, OPT_CATALOG, OPT_CACHE, OPT_USER, OPT_PROGRESS };

static int take_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPT_NODE:
		return vec_push(&options->choice.nodes, value);
	case OPT_PYTHON:
		return vec_push(&options->choice.pythons, value);
	case OPT_CATALOG:
		return vec_push(&options->catalogs, value);
	case OPT_CACHE:
		options->cache = value;
		return 0;
	case OPT_USER:
		options->user = value;
		return 0;
	case OPT_PROGRESS:
		return cmd_when("--progress", value, &options->progress);
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		return 0;
	default:
		return -EINVAL;
	}
}

int cmd_workloads(int argc, char **argv)
{
	static const struct option table[] = {
		{"node", required_argument, NULL, OPT_NODE},
		{"python", required_argument, NULL, OPT_PYTHON},
		{"catalog", required_argument, NULL, OPT_CATALOG},
		{"cache", required_argument, NULL, OPT_CACHE},
		{"user", required_argument, NULL, OPT_USER},
		{"progress", required_argument, NULL, OPT_PROGRESS},
		{"quiet", no_argument, NULL, 'q'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct options options = {0};
	int option, status = EXIT_USAGE;

	argv[0] = "coldprof"; /* as getopt's own errors begin */
	optind = 0;
	while ((option = getopt_long(argc, argv, "qvh", table, NULL)) != -1) {
		if (option == 'h') {
			print_help(stdout);
			status = EXIT_DONE;
			goto out;
		}
		if (take_option(&options, option, optarg)) {
			status = cmd_usage("workloads");
			goto out;
		}
	}
	status = run(&options, argv + optind, (size_t)(argc - optind));
out:
	vec_release(&options.catalogs);
	vec_release(&options.choice.nodes);
	vec_release(&options.choice.pythons);
	return status;
}

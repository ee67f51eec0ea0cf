/* SPDX-License-Identifier: BSD-2-Clause */
/* prepare_set.h - which workloads under which runtimes a command line means */
#ifndef COLDPROF_PREPARE_SET_H
#define COLDPROF_PREPARE_SET_H

#include "catalog.h"
#include "prepare.h"
#include "vec.h"

struct runtime_finder;

/* What the options say; all of it is the caller's and outlives the set. */
struct prepare_choice {
	const struct runtime_finder *finder; /* whose programs: finder->user */
	const char *cache;		     /* an absolute path: prepare_cache_folder() */
	VEC(const char *) nodes, pythons;    /* values of --node and --python; none: the PATH's */
};

/* Open data; zeroed memory is empty. Items point to interpreters. */
struct prepare_set {
	VEC(struct interpreter) interpreters; /* one that is missing has no path */
	VEC(struct prepare) items;	      /* selection by runtime, in that order */
};

/*
 * Each workload of |selection| under each runtime that is chosen for its kind (the same one under
 * two names counts once). One that can't be had or located was printed and its items have that
 * |result|. 0 or -ENOMEM.
 */
int prepare_set_make(const struct prepare_choice *choice, const catalog_selection *selection,
		     struct prepare_set *out);
void prepare_set_release(struct prepare_set *set);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* run_places.c - what the workloads of a run share: a scratch folder, and services */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "prepare_set.h"
#include "user.h"

static bool names_scratch(const struct workload *workload)
{
	vec_foreach(word, &workload->command)
		if (strstr(*word, "{scratch}"))
			return true;
	vec_foreach(pair, &workload->env)
		if (strstr(pair->value, "{scratch}"))
			return true;
	return false;
}

static bool any_names_scratch(const struct prepare_set *set)
{
	vec_foreach(item, &set->items)
		if (item->ready && names_scratch(item->workload))
			return true;
	return false;
}

static bool any_needs(const struct prepare_set *set, enum service_kind kind)
{
	vec_foreach(item, &set->items)
		if (item->ready && workload_needs(item->workload, service_name(kind)))
			return true;
	return false;
}

/* One that can't be had is no failure of the run: those that need it are. */
static int open_service(const struct run_options *options, const struct user *user, int signals,
			enum service_kind kind, struct run_places *places)
{
	const char *given = kind == SERVICE_REDIS ? options->redis : options->kafka;
	struct buf reason = {};
	int rc;

	if (given)
		return service_use(kind, given, &places->services[kind]);
	rc = service_start(kind, user, signals, &places->services[kind], &reason);
	if (rc && rc != -ECANCELED) {
		err_print("cannot start %s: %s", service_name(kind), buf_text(&reason));
		rc = 0;
	}
	buf_release(&reason);
	return rc;
}

int run_places_open(const struct run_options *options, const struct user *user, int signals,
		    const struct run_targets *targets, struct run_places *places)
{
	int rc = 0;

	if (any_names_scratch(targets->set))
		rc = scratch_make(user, targets->cache, &places->scratch);
	for (enum service_kind kind = 0; kind < SERVICES && !rc; kind++)
		if (any_needs(targets->set, kind))
			rc = open_service(options, user, signals, kind, places);
	for (enum service_kind kind = 0, at = 0; kind < SERVICES; kind++)
		if (places->services[kind].pid)
			places->pids[at++] = places->services[kind].pid;
	return rc;
}

void run_places_close(struct run_places *places)
{
	for (enum service_kind kind = 0; kind < SERVICES; kind++)
		service_release(&places->services[kind]);
	scratch_release(&places->scratch);
}

struct prepare_places run_places_values(const struct run_places *places)
{
	return (struct prepare_places){
		.scratch = places->scratch.path,
		.redis = places->services[SERVICE_REDIS].address,
		.kafka = places->services[SERVICE_KAFKA].address,
	};
}

const char *run_places_lacking(const struct run_places *places, const struct workload *workload)
{
	for (enum service_kind kind = 0; kind < SERVICES; kind++)
		if (workload_needs(workload, service_name(kind)) && !places->services[kind].address)
			return service_name(kind);
	return NULL;
}

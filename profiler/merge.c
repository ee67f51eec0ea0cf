// SPDX-License-Identifier: BSD-2-Clause
/* merge.c - the reports of a plan's parts, measured on one machine or several, as one report */
#include "merge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "map.h"
#include "stratum.h"

/* The entries that become one. */
struct group {
	char *stratum; /* owned, until the entry has it */
	VEC(struct result_workload *) same;
};
typedef VEC(struct group) group_list;

static void groups_release(group_list *groups)
{
	vec_foreach(group, groups) {
		free(group->stratum);
		vec_release(&group->same);
	}
	vec_release(groups);
}

/* ---- which starts belong together ---- */

/* Name, stratum and, where a report has several of these, the turn. */
static int key_of(const struct result *report, const struct result_workload *workload,
		  struct map *turns, struct buf *key)
{
	uint64_t turn = 0;
	int rc;

	buf_clear(key);
	rc = buf_puts(key, workload->name ? workload->name : "");
	if (!rc)
		rc = buf_add(key, "", 1);
	if (!rc)
		rc = stratum_of(report, workload, key);
	if (rc)
		return rc;
	map_get(turns, key->data, key->size, &turn);
	rc = map_set(turns, key->data, key->size, turn + 1);
	return rc ? rc : buf_printf(key, "%c%llu", '\0', (unsigned long long)turn);
}

static int add_to_group(const struct buf *key, struct result_workload *workload, struct map *index,
			group_list *groups)
{
	const char *stratum = key->data + strlen(key->data) + 1;
	uint64_t at = groups->count;
	struct group *group;

	if (!map_get(index, key->data, key->size, &at)) {
		group = vec_add(groups);
		if (!group)
			return -ENOMEM;
		group->stratum = strdup(stratum);
		if (!group->stratum || map_set(index, key->data, key->size, at))
			return -ENOMEM;
	}
	return vec_push(&groups->items[at].same, workload);
}

static int find_groups(struct merge_part *parts, size_t count, group_list *groups)
{
	struct map index = {0};
	struct buf key = {0};
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		struct map turns = {0};

		vec_foreach(workload, &parts[i].report.workloads) {
			rc = key_of(&parts[i].report, workload, &turns, &key);
			if (!rc)
				rc = add_to_group(&key, workload, &index, groups);
			if (rc)
				break;
		}
		map_release(&turns);
	}
	map_release(&index);
	buf_release(&key);
	return rc;
}

static int pool_groups(group_list *groups, struct result *out)
{
	vec_foreach(group, groups) {
		struct result_workload *workload = result_add(&out->workloads, workload);
		uint64_t seed = out->plan.seed == RESULT_ABSENT ? 0 : (uint64_t)out->plan.seed;
		int rc = workload ? merge_pool(group->same.items, group->same.count, seed, workload)
				  : -ENOMEM;

		if (rc)
			return rc;
		free(workload->stratum);
		workload->stratum = group->stratum;
		group->stratum = NULL;
	}
	return 0;
}

/* Entries of one name look alike where people read them: which is which, in their order. */
static int note_strata(struct result *out)
{
	int rc = 0;

	for (size_t i = 0; i < out->workloads.count && !rc; i++) {
		const struct result_workload *workload = &out->workloads.items[i];
		const char *name = workload->name ? workload->name : "";
		size_t place = 1, of = 0;
		struct buf note = {0};

		for (size_t other = 0; other < out->workloads.count; other++) {
			const char *same = out->workloads.items[other].name;

			if (strcmp(same ? same : "", name) != 0)
				continue;
			place += other < i;
			of++;
		}
		if (of > 1)
			rc = buf_printf(&note, "%s, %zu of %zu: on %s", name, place, of,
					workload->stratum);
		if (of > 1 && !rc)
			rc = result_texts_add(&out->notes, buf_text(&note));
		buf_release(&note);
	}
	return rc;
}

/* ---- machines ---- */

static void keep_text(char **to, const char *from)
{
	if (strcmp(*to ? *to : "", from ? from : "") == 0)
		return;
	free(*to);
	*to = NULL;
}

static void keep_count(int64_t *to, int64_t from)
{
	if (*to != from)
		*to = RESULT_ABSENT;
}

/* What both have. */
static void keep_host(struct result_host *to, const struct result_host *from)
{
	keep_text(&to->kernel, from->kernel);
	keep_text(&to->machine, from->machine);
	keep_text(&to->os, from->os);
	keep_text(&to->cpu, from->cpu);
	keep_text(&to->virtualization, from->virtualization);
	keep_text(&to->cgroup, from->cgroup);
	keep_text(&to->governor, from->governor);
	keep_text(&to->clock, from->clock);
	keep_count(&to->cpus_count, from->cpus_count);
	keep_count(&to->memory_bytes, from->memory_bytes);
	to->load1 = fmax(to->load1, from->load1);
}

static int add_machine(const char *name, const struct result_host *host, struct result *out)
{
	struct result_stratum *stratum;

	vec_foreach(known, &out->strata) {
		if (strcmp(known->name, name) != 0)
			continue;
		keep_host(&known->host, host);
		return 0;
	}
	stratum = result_add(&out->strata, stratum);
	if (!stratum)
		return -ENOMEM;
	stratum->name = strdup(name);
	if (!stratum->name)
		return -ENOMEM;
	return shape_copy(&result_host_shape, host, &stratum->host);
}

/* A part may have been merged itself. */
static int add_machines(const struct result *part, struct result *out)
{
	struct buf name = {0};
	int rc = 0;

	vec_foreach(stratum, &part->strata)
		if (!rc)
			rc = add_machine(stratum->name ? stratum->name : "", &stratum->host, out);
	if (!part->strata.count && !rc)
		rc = stratum_machine(part, &name);
	if (!part->strata.count && !rc)
		rc = add_machine(buf_text(&name), &part->host, out);
	buf_release(&name);
	return rc;
}

/* ---- the plan ---- */

/* Places in the order of all: part after part. */
static int add_order(struct result *part, struct result *out)
{
	int64_t before = (int64_t)out->plan.order.count;
	int rc = 0;

	vec_foreach(workload, &part->workloads)
		vec_foreach(sample, &workload->samples)
			if (sample->order != RESULT_ABSENT)
				sample->order += before;
	vec_foreach(text, &part->plan.order)
		if (!rc)
			rc = result_texts_add(&out->plan.order, *text);
	return rc;
}

/* "s1 s2": as that of the other side, where all parts are of runs that measured two. */
static int add_session(const char *session, struct result_plan *plan)
{
	struct buf joined = {0};
	int rc;

	if (!plan->session || !session) {
		free(plan->session);
		plan->session = NULL;
		return 0;
	}
	rc = buf_printf(&joined, "%s %s", plan->session, session);
	if (rc)
		return rc;
	free(plan->session);
	plan->session = buf_steal(&joined);
	return 0;
}

static int begin(const struct merge_part *first, struct result *out)
{
	result_init(out);
	out->tool = first->report.tool ? strdup(first->report.tool) : NULL;
	out->created = first->report.created ? strdup(first->report.created) : NULL;
	out->commit = first->report.commit ? strdup(first->report.commit) : NULL;
	shape_release(&result_host_shape, &out->host);
	shape_release(&result_plan_shape, &out->plan);
	if (shape_copy(&result_host_shape, &first->report.host, &out->host) ||
	    shape_copy(&result_plan_shape, &first->report.plan, &out->plan))
		return -ENOMEM;
	return merge_texts(&first->report.notes, &out->notes);
}

static int add_part(struct result *part, struct result *out)
{
	struct result_plan *plan = &out->plan;
	int rc = add_order(part, out);

	keep_host(&out->host, &part->host);
	keep_text(&out->commit, part->commit);
	keep_text(&plan->user, part->plan.user);
	keep_count(&plan->repeat, part->plan.repeat);
	keep_count(&plan->warmup, part->plan.warmup);
	plan->interrupted |= part->plan.interrupted;
	if (part->created && (!out->created || strcmp(part->created, out->created) > 0)) {
		char *created = strdup(part->created);

		free(out->created);
		out->created = created;
	}
	if (!rc)
		rc = add_session(part->plan.session, plan);
	return rc ? rc : merge_texts(&part->notes, &out->notes);
}

int merge(struct merge_part *parts, size_t count, struct result *out)
{
	group_list groups = {0};
	struct result merged;
	int rc = merge_check(parts, count);

	if (rc)
		return rc;
	rc = begin(&parts[0], &merged);
	for (size_t i = 1; i < count && !rc; i++)
		rc = add_part(&parts[i].report, &merged);
	if (!rc)
		merge_sessions(parts, count, &merged.plan);
	for (size_t i = 0; i < count && !rc; i++)
		rc = add_machines(&parts[i].report, &merged);
	if (!rc)
		rc = find_groups(parts, count, &groups);
	if (!rc)
		rc = pool_groups(&groups, &merged);
	if (!rc)
		rc = note_strata(&merged);
	groups_release(&groups);
	if (rc) {
		result_release(&merged);
		return err_code(rc, "cannot merge");
	}
	*out = merged;
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* workload.c - one workload of the catalog, as its workload.json says it */
#include "workload.h"

#include <stdlib.h>
#include <string.h>

bool workload_texts_have(const workload_texts *texts, const char *text)
{
	vec_foreach(own, texts)
		if (strcmp(*own, text) == 0)
			return true;
	return false;
}

void workload_texts_release(workload_texts *texts)
{
	vec_foreach(text, texts)
		free(*text);
	vec_release(texts);
}

static void pairs_release(workload_pairs *pairs)
{
	vec_foreach(pair, pairs) {
		free(pair->name);
		free(pair->value);
	}
	vec_release(pairs);
}

void workload_release(struct workload *workload)
{
	if (!workload)
		return;
	vec_foreach(request, &workload->requests) {
		free(request->method);
		free(request->path);
		free(request->body);
		pairs_release(&request->headers);
	}
	vec_release(&workload->requests);
	vec_foreach(role, &workload->roles) {
		free(role->role);
		free(role->command);
		free(role->parent);
	}
	vec_release(&workload->roles);
	vec_foreach(command, &workload->build)
		workload_texts_release(command);
	vec_release(&workload->build);
	vec_foreach(runtime, &workload->runtimes) {
		free(runtime->name);
		free(runtime->lock);
	}
	vec_release(&workload->runtimes);
	workload_texts_release(&workload->command);
	workload_texts_release(&workload->services);
	workload_texts_release(&workload->tags);
	pairs_release(&workload->env);
	free(workload->name);
	free(workload->runtime);
	free(workload->min_version);
	free(workload->summary);
	free(workload->folder);
	free(workload->entry);
	free(workload->ready);
	free(workload->contract);
	*workload = (struct workload){0};
}

const char *workload_lock(const struct workload *workload, const char *runtime)
{
	vec_foreach(own, &workload->runtimes)
		if (strcmp(own->name, runtime) == 0)
			return own->lock;
	return NULL;
}

bool workload_needs(const struct workload *workload, const char *service)
{
	return workload_texts_have(&workload->services, service);
}

bool workload_has_tag(const struct workload *workload, const char *tag)
{
	return workload_texts_have(&workload->tags, tag);
}

unsigned workload_requests_count(const struct workload *workload)
{
	unsigned count = 0;

	vec_foreach(request, &workload->requests)
		count += request->repeat;
	return count;
}

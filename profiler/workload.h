/* SPDX-License-Identifier: BSD-2-Clause */
/* workload.h - one workload of the catalog, as its workload.json says it */
#ifndef COLDPROF_WORKLOAD_H
#define COLDPROF_WORKLOAD_H

#include <stdbool.h>

#include "vec.h"

typedef VEC(char *) workload_texts;

struct workload_pair {
	char *name, *value;
};
typedef VEC(struct workload_pair) workload_pairs;

struct workload_request {
	char *method, *path;
	char *body; /* NULL: none */
	workload_pairs headers;
	unsigned status; /* the status that the answer must have; 0: any below 500 */
	unsigned repeat; /* how often it is sent before the next one; at least 1 */
};

struct workload_role {
	char *role;
	char *command; /* POSIX extended expression on the command line; NULL: any */
	char *parent;  /* the same on the parent's role */
};

/*
 * Open data; reports/schema/workload.schema.json documents each field. All memory is the
 * workload's own. A text that is absent in the file is NULL, a list empty.
 */
struct workload {
	char *name;	   /* "node/express" */
	char *runtime;	   /* "node" or "python" */
	char *min_version; /* "3.11" */
	char *summary;
	char *folder;		/* absolute path of the folder with workload.json in it */
	char *lock;		/* the lock's file name in that folder; NULL: no dependencies */
	workload_texts command; /* with {node}, {python} and {dir} in it */
	char *entry;		/* relative to the folder */
	char *ready;		/* as the option --ready */
	unsigned ready_status;	/* 0: any below 500 */
	VEC(struct workload_request) requests;
	workload_texts services;
	VEC(struct workload_role) roles;
	workload_texts tags;
	char *contract;
	workload_pairs env;
};

/*
 * Reads FOLDER/workload.json, whose name must be |name|. 0, -EINVAL (what is wrong was printed)
 * or another -errno. |out| is to be released after success.
 */
int workload_load(const char *folder, const char *name, struct workload *out);
void workload_release(struct workload *workload);

bool workload_has_tag(const struct workload *workload, const char *tag);

/* The number of requests after the first response: the sum of all repeats. */
unsigned workload_requests_count(const struct workload *workload);

#endif

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

/* A runtime that it runs on, with the lock of the dependencies that it has for it. */
struct workload_runtime {
	char *name; /* "node" or "python" */
	char *lock; /* the lock's file name in the folder; NULL: no dependencies */
};
#define WORKLOAD_RUNTIMES 2 /* at most */

/*
 * Open data; reports/schema/workload.schema.json documents each field. All memory is the
 * workload's own. A text that is absent in the file is NULL, a list empty.
 */
struct workload {
	char *name;    /* "node/express" */
	char *runtime; /* "node" or "python": the first of |runtimes| */
	VEC(struct workload_runtime) runtimes;
	char *min_version; /* "3.11", of |runtime| */
	char *summary;
	char *folder;		   /* absolute path of the folder with workload.json in it */
	VEC(workload_texts) build; /* commands that prepare it, once it is installed */
	workload_texts command;	   /* with {node}, {python}, {dir} and others in it */
	char *entry;		   /* relative to the folder */
	char *ready;		   /* as the option --ready */
	unsigned ready_status;	   /* 0: any below 500 */
	unsigned workers;	   /* that it starts; 0: not said */
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

bool workload_texts_have(const workload_texts *texts, const char *text);
void workload_texts_release(workload_texts *texts);

/* The file name of its lock for |runtime|; NULL: it has no dependencies there. */
const char *workload_lock(const struct workload *workload, const char *runtime);

bool workload_needs(const struct workload *workload, const char *service);
bool workload_has_tag(const struct workload *workload, const char *tag);

/* The number of requests after the first response: the sum of all repeats. */
unsigned workload_requests_count(const struct workload *workload);

#endif

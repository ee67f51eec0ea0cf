/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package_facts.h - reads the metadata of the packages of which a start opened files
 *
 * Python: each folder that holds *.dist-info, *.egg-info, *.egg or *.egg-link beside what was
 * opened; a file belongs to the distribution whose RECORD lists it, else whose top_level.txt or own
 * name fits. Node.js: the package.json of each folder in a node_modules folder; links are followed,
 * as Node does.
 */
#ifndef COLDPROF_PACKAGE_FACTS_H
#define COLDPROF_PACKAGE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "recording.h"
#include "vec.h"

struct user;

/* Open data; zeroed memory is empty. */
struct package_facts {
	bool read;	   /* also where nothing was found */
	VEC(char *) texts; /* of EVENT_PACKAGE records */
};

/*
 * Reads with |user|'s ids (NULL: our own), in a child process. |files|: paths as they were opened;
 * those that are not absolute are left out. What is broken, too large or unreadable is left out
 * too. 0 or -errno, nothing printed.
 */
int package_facts_read(const struct user *user, const char *const *files, size_t count,
		       struct package_facts *out);
void package_facts_release(struct package_facts *facts);

/* Adds them to a recording. 0 or -errno. */
int package_facts_record(const struct package_facts *facts, struct recording *recording);

#endif

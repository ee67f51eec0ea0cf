/* SPDX-License-Identifier: BSD-2-Clause */
/* interpreter.h - which node or python a workload runs on */
#ifndef COLDPROF_INTERPRETER_H
#define COLDPROF_INTERPRETER_H

struct runtime_finder;

/* Open data; zeroed memory is empty. */
struct interpreter {
	char *runtime; /* "node", "python" */
	char *path;    /* real path of the binary, behind version managers' shims */
	char *version; /* "24.21.0" */
};

/*
 * The runtime that |asked| names (a path, or a name to look up; NULL: the first of its usual names
 * on the user's PATH). A shim is asked, as the user, for what it would run. 0, or -errno after a
 * line that says what is missing.
 */
int interpreter_find(const struct runtime_finder *finder, const char *runtime, const char *asked,
		     struct interpreter *out);
void interpreter_release(struct interpreter *interpreter);

/*
 * Below, at or above 0 as |version| is older than, one of, or newer than |wanted|: "3.9.18" is
 * older than "3.11", "3.11.7" is one of "3.11".
 */
int interpreter_compare_versions(const char *version, const char *wanted);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* node_options.h - Node.js's own options in a command line and in NODE_OPTIONS */
#ifndef COLDPROF_NODE_OPTIONS_H
#define COLDPROF_NODE_OPTIONS_H

#include <stdbool.h>

/* Whether an argument is that option, with or without =VALUE. */
bool node_option_is(const char *argument, const char *option);

/* The argument that names the script, or NULL. |argv| ends with NULL. */
const char *node_options_script(char *const argv[]);

/* The first argument before the script that is one of |options|, which end with NULL; or NULL. */
const char *node_options_find(char *const argv[], const char *const *options);

/* The same of NODE_OPTIONS, as a copy to be freed. */
char *node_options_find_word(const char *words, const char *const *options);

#endif
